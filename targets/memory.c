// SPDX-License-Identifier: MIT
// The address space as a debugger may use it: which memory is where, and what may be done to it.
#include <string.h>

#include "swd/mem_ap.h"
#include "targets/target_private.h"

#define RAGGED_MAX 4096u // bytes that are read as the words they lie in

static bool overlaps(const struct target_region *r, uint32_t addr, size_t len)
{
    return addr - r->base < r->size || (r->base >= addr && r->base - addr < len);
}

static enum err check_range(struct target *t, uint32_t addr, size_t len)
{
    if (len == 0 || len - 1 <= UINT32_MAX - addr)
        return ERR_OK;
    return log_fail(t->log, ERR_USAGE,
                    "%zu bytes at 0x%08x reach beyond the end of the address space", len, addr);
}

static enum err fail_read_protected(struct target *t, uint32_t addr)
{
    return log_fail(
        t->log, ERR_PROTECTED,
        "0x%08x cannot be read: read protection level %u hides the flash from debuggers. RAM "
        "and registers can be read; `swdlink unlock` erases the chip and removes the "
        "protection",
        addr, t->id.rdp_level);
}

// What is hidden reads as zeros at some chips, and as a bus error at others: other reads need not
// ask.
static bool may_be_hidden(const void *data, size_t len, enum err e)
{
    static const uint8_t zeros[8];
    const uint8_t *p = data;
    if (e)
        return e == ERR_FAULT;
    const size_t run = len < sizeof zeros ? len : sizeof zeros;
    for (size_t at = 0; at + run <= len; at++)
        if (memcmp(p + at, zeros, run) == 0)
            return true;
    return false;
}

static enum err find_hidden(struct target *t, uint32_t addr, uint32_t len, struct flash_hidden *h)
{
    struct flash_access fa = {.mem = &t->mem, .log = t->log, .bank = &t->bank};
    *h = (struct flash_hidden){0};
    if (t->hidden == TARGET_HIDDEN_NONE)
        return ERR_OK;
    enum err e = t->bank.driver->find_hidden(&fa, t->bank.base, t->bank.size, h);
    if (e)
        return e;
    t->hidden = h->len ? TARGET_HIDDEN_SOME : TARGET_HIDDEN_NONE;
    return h->len ? t->bank.driver->find_hidden(&fa, addr, len, h) : ERR_OK;
}

// After a read of flash: fails, with the part before it as *good, when an area is in the range that
// only the core may read, to execute it.
static enum err refuse_hidden(struct target *t, uint32_t addr, size_t len, size_t *good)
{
    struct flash_hidden h;
    const uint32_t moved = flash_bank_addr(&t->bank, addr) - addr; // by the other bus
    const uint32_t most = t->bank.base + t->bank.size - (addr + moved);
    enum err e = find_hidden(t, addr + moved, len < most ? (uint32_t)len : most, &h);
    if (e || h.len == 0)
        return e;
    h.addr -= moved;
    *good = h.addr > addr ? h.addr - addr : 0;
    return log_fail(t->log, ERR_PROTECTED,
                    "0x%08x to 0x%08x cannot be read: the chip's options (%s) protect this area "
                    "against reading, and let the core execute it only",
                    h.addr, h.addr + h.len - 1, h.option);
}

static bool hides_flash(const struct target *t, const struct target_region *r, uint32_t addr)
{
    return r && r->kind == TARGET_REGION_FLASH && t->bank.size && t->bank.driver->find_hidden &&
           flash_bank_addr(&t->bank, addr) - t->bank.base < t->bank.size;
}

// The kept line that begins at base, or NULL.
static const uint8_t *find_line(const struct target *t, uint32_t base)
{
    for (unsigned i = 0; i < t->code.count; i++)
        if (t->code.line[i].base == base)
            return t->code.line[i].bytes;
    return NULL;
}

// A debugger asks again and again for the few instructions around the PC, and for those that called
// them. Lines of flash answer, as long as the core has not run and nobody has programmed.
static enum err read_code(struct target *t, uint32_t addr, void *data, size_t len)
{
    const uint32_t base = addr & ~(TARGET_CODE_LINE - 1);
    if (!t->code.valid || t->code.runs != t->core.runs)
        t->code.count = t->code.next = 0;
    t->code.valid = true;
    t->code.runs = t->core.runs;
    const uint8_t *line = find_line(t, base);
    if (!line) {
        uint8_t bytes[TARGET_CODE_LINE];
        enum err e = mem_ap_read(&t->mem, base, bytes, sizeof bytes, NULL);
        if (e)
            return e;
        const unsigned i = t->code.next++ % TARGET_CODE_LINES;
        t->code.count += t->code.count < TARGET_CODE_LINES;
        t->code.line[i].base = base;
        memcpy(t->code.line[i].bytes, bytes, sizeof bytes);
        line = t->code.line[i].bytes;
    }
    memcpy(data, line + (addr - base), len);
    return ERR_OK;
}

// Short and misaligned pieces of memory, read as the words they lie in: one command instead of one
// for each byte and halfword.
static enum err read_words(struct target *t, uint32_t addr, void *data, size_t len)
{
    uint8_t words[RAGGED_MAX + 8];
    uint32_t base = addr & ~3u;
    size_t covered = (addr - base + len + 3) & ~(size_t)3;
    enum err e = mem_ap_read(&t->mem, base, words, covered, NULL);
    if (e == ERR_OK)
        memcpy(data, words + (addr - base), len);
    return e;
}

// What only the flash controller writes is in memory.
static enum err before_read(struct target *t, const struct target_region *r, uint32_t addr,
                            size_t len)
{
    const bool changes = !r || r->kind == TARGET_REGION_RAM;
    return changes ? coherence_before_read(t, addr, len) : ERR_OK;
}

static enum err read_long(struct target *t, uint32_t addr, void *data, size_t len, size_t *good)
{
    const bool ragged = addr % 4 || len % 4;
    if (ragged && len <= RAGGED_MAX && read_words(t, addr, data, len) == ERR_OK)
        return ERR_OK;
    if (ragged)
        log_forget(t->log); // how far it goes is found out in pieces
    return mem_ap_read(&t->mem, addr, data, len, good);
}

static enum err read_small(struct target *t, const struct target_region *r, uint32_t addr,
                           void *data, size_t len)
{
    bool one_line = (addr & (TARGET_CODE_LINE - 1)) + len <= TARGET_CODE_LINE;
    bool kept = t->state == TARGET_HALTED && r->kind == TARGET_REGION_FLASH &&
                !(t->flash_written && t->flash_written_at == t->core.runs);
    return one_line && kept ? read_code(t, addr, data, len) : read_words(t, addr, data, len);
}

enum err target_read_mem(struct target *t, uint32_t addr, void *data, size_t len, size_t *done)
{
    size_t good = 0;
    enum err e = target_claim(t);
    if (done)
        *done = 0;
    if (e || (e = check_range(t, addr, len)) || len == 0)
        return e;
    const struct target_region *r = region_at(t, addr);
    // Never tried, because not every chip's refusal can be told from zeros.
    if (t->id.rdp_level > 0 && r &&
        (r->kind == TARGET_REGION_FLASH || r->kind == TARGET_REGION_EEPROM))
        return fail_read_protected(t, addr);
    if (ahead_take(t, addr, data, len))
        e = ERR_OK;
    else if ((e = before_read(t, r, addr, len)))
        return target_note_error(t, e);
    else if (region_is_plain(t, r) && r->kind == TARGET_REGION_RAM &&
             foreseen_applies(t, addr, len))
        e = foreseen_read(t, addr, data, len);
    else if (region_is_plain(t, r) && len <= TARGET_CODE_LINE && addr - r->base + len <= r->size)
        e = read_small(t, r, addr, data, len);
    else if (region_is_plain(t, r))
        e = read_long(t, addr, data, len, &good);
    else
        e = registers_read(t, addr, data, len, &good);
    if (hides_flash(t, r, addr) && may_be_hidden(data, len, e)) {
        const enum err hidden = refuse_hidden(t, addr, len, &good);
        e = hidden ? hidden : e;
    }
    breaks_hide(t, addr, data, e ? good : len);
    if (done)
        *done = e ? good : len;
    // The alias at 0 is flash or, by the boot pins, another memory that may be read.
    if (e == ERR_FAULT && t->id.rdp_level > 0 && r && r->base == 0)
        return fail_read_protected(t, addr);
    return target_note_error(t, e);
}

static enum err fail_read_only(struct target *t, uint32_t addr)
{
    const struct chip *c = t->id.chip;
    if (c && addr - c->factory_base < c->otp_size)
        return log_fail(t->log, ERR_USAGE,
                        "0x%08x is memory that can be programmed once (OTP) and never be erased: "
                        "swdlink does not write it",
                        addr);
    return log_fail(t->log, ERR_USAGE, "0x%08x is read-only memory", addr);
}

enum err target_write_mem(struct target *t, uint32_t addr, const void *data, size_t len)
{
    ahead_drop(t);
    foreseen_drop(t);
    enum err e = target_claim(t);
    if (e || (e = check_range(t, addr, len)) || len == 0)
        return e;
    for (unsigned i = 0; i < t->region_count; i++) {
        const struct target_region *r = &t->region[i];
        if (r->kind == TARGET_REGION_RAM || !overlaps(r, addr, len))
            continue;
        if (r->kind == TARGET_REGION_EEPROM)
            return eeprom_write_now(t, addr, data, len);
        // Of a chip that is known by its name only, not even that is known of it.
        if (r->kind == TARGET_REGION_ROM && !t->id.chip)
            continue;
        if (r->kind == TARGET_REGION_FLASH && !t->bank.size)
            return target_fail_unknown_flash(t, "write the flash of");
        if (r->kind == TARGET_REGION_FLASH)
            return log_fail(t->log, ERR_USAGE,
                            "0x%08x is flash, which is not written like RAM: use `load` in GDB",
                            addr);
        return fail_read_only(t, addr);
    }
    if ((e = coherence_before_write(t, addr, len)))
        return target_note_error(t, e);
    e = region_is_ram(t, addr) ? breaks_write_around(t, addr, data, len)
                               : registers_write(t, addr, data, len);
    return target_note_error(t, e ? e : coherence_after_write(t, addr, len));
}
