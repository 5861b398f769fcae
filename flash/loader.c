// SPDX-License-Identifier: MIT
#include "flash/loader.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "cortex/scs.h"
#include "swd/mem_ap.h"

// Words of the control block.
enum {
    PUBLISHED,
    DONE,
    WHERE,
    REGS,
    CRC,
    SLOTS,
    SLOTS_END,
    STRIDE,
    WATCHDOG1,
    ENTER = 12,
    LEAVE,
    SAVED_LR = 16,
    SAVED_R0,
    CONTROL_WORDS = SAVED_R0 + 8,
};

#define WORK_SCAN  (1u << 24)
#define WORK_LEAVE (1u << 25)
#define WORK_ROWS  (1u << 26)
#define WORK_PAIR  (1u << 27)

#define XPSR_T  (1u << 24)
#define XPSR_IT 0x0600fc00u // the state of an IT block (ARMv7-M)

#define POLL_US  500u
#define GRACE_US 1000000u // beyond the shortest time, before a loader counts as dead
#define START_US 20000u

#define SLOT_HEADER 8u // address and work
#define SCAN_HEADER 8u // of the payload of a scan, and of each page in it
#define SCAN_RESULT 8u

#define SEQUENCE_BYTES (8u * (FLASH_SEQUENCE_MAX + 1))

static uint32_t size_without_slots(const struct flash_loader_code *code)
{
    return (uint32_t)code->size + 4 * CONTROL_WORDS + 2 * SEQUENCE_BYTES;
}

uint32_t loader_payload(const struct flash_loader_code *code, uint32_t ram_size)
{
    const uint32_t used = size_without_slots(code) + LOADER_SLOTS * SLOT_HEADER;
    if (ram_size < used)
        return 0;
    const uint32_t payload = (ram_size - used) / LOADER_SLOTS / LOADER_GRAIN * LOADER_GRAIN;
    return payload < code->payload ? payload : code->payload;
}

static uint32_t stride(const struct loader *l)
{
    return SLOT_HEADER + l->payload;
}

static uint64_t now_us(const struct loader *l)
{
    return debug_probe_now_us(l->fa->mem->probe);
}

static uint8_t *put_sequence(uint8_t *to, const struct flash_sequence *sequence)
{
    for (unsigned i = 0; i < sequence->count; i++, to += 8) {
        put_le32(to, sequence->step[i].addr);
        put_le32(to + 4, sequence->step[i].value);
    }
    put_le32(to, 0);
    put_le32(to + 4, 0);
    return to + 8;
}

static void put_control(struct loader *l, uint8_t *to, uint32_t enter, uint32_t leave)
{
    const struct flash_access *fa = l->fa;
    uint32_t word[CONTROL_WORDS] = {
        [REGS] = fa->bank->regs, [CRC] = l->fa->bank->prepare->crc_unit,
        [SLOTS] = l->slots,      [SLOTS_END] = l->slots + LOADER_SLOTS * stride(l),
        [STRIDE] = stride(l),    [ENTER] = enter,
        [LEAVE] = leave,         [SAVED_LR] = l->regs[CORTEXM_LR],
    };
    for (unsigned i = 0; i < 2; i++) {
        bool is_there = fa->watchdog[i][0] != 0;
        // Without a watchdog the loader writes where it has the place of an error later.
        word[WATCHDOG1 + 2 * i] = is_there ? fa->watchdog[i][0] : l->control + 4 * WHERE;
        word[WATCHDOG1 + 2 * i + 1] = fa->watchdog[i][1];
    }
    memcpy(&word[SAVED_R0], &l->regs[CORTEXM_R0], 8 * sizeof word[0]);
    for (unsigned i = 0; i < CONTROL_WORDS; i++)
        put_le32(to + 4 * i, word[i]);
}

static enum err upload(struct loader *l)
{
    const struct flash_access *fa = l->fa;
    uint8_t image[LOADER_CODE_MAX + 4 * CONTROL_WORDS + 2 * SEQUENCE_BYTES];
    size_t at = l->code->size;
    assert(at <= LOADER_CODE_MAX);
    memcpy(image, l->code->bytes, at);
    uint8_t *enter = image + at + 4 * CONTROL_WORDS;
    uint8_t *leave = put_sequence(enter, &fa->enter);
    uint8_t *end = put_sequence(leave, &fa->leave);
    uint32_t base = fa->bank->ram_base;
    l->control = base + (uint32_t)at;
    l->slots = base + (uint32_t)(end - image);
    put_control(l, image + at, base + (uint32_t)(enter - image), base + (uint32_t)(leave - image));
    return mem_ap_write(fa->mem, base, image, (size_t)(end - image));
}

// The program's memory and registers, as they have to be again.
static enum err borrow(struct loader *l)
{
    struct flash_access *fa = l->fa;
    struct flash_working_area *working_area = fa->working_area;
    enum err e = ERR_OK;
    for (unsigned r = 0; r < CORTEXM_REG_COUNT && !e; r++)
        if (cortexm_has_reg(fa->core, r) && core_reg_is_basic(r))
            e = cortexm_read_reg(fa->core, r, &l->regs[r]);
    if (e || fa->reset_follows || working_area->len)
        return e;
    uint32_t len = size_without_slots(l->code) + LOADER_SLOTS * stride(l);
    working_area->bytes = malloc(len);
    if (!working_area->bytes)
        return ERR_MEMORY;
    e = mem_ap_read(fa->mem, fa->bank->ram_base, working_area->bytes, len, NULL);
    if (e) {
        flash_working_area_forget(working_area);
        return e;
    }
    working_area->addr = fa->bank->ram_base;
    working_area->len = len;
    return ERR_OK;
}

// Privileged, without interrupts, on no stack.
static enum err let_run(struct loader *l)
{
    struct cortexm *core = l->fa->core;
    uint32_t xpsr = (l->regs[CORTEXM_XPSR] & ~XPSR_IT) | XPSR_T;
    enum err e = cortexm_write_reg(core, CORTEXM_PC, l->fa->bank->ram_base);
    if (!e && l->regs[CORTEXM_PRIMASK] != 1)
        e = cortexm_write_reg(core, CORTEXM_PRIMASK, 1);
    if (!e && l->regs[CORTEXM_CONTROL] != 0)
        e = cortexm_write_reg(core, CORTEXM_CONTROL, 0);
    if (!e && xpsr != l->regs[CORTEXM_XPSR])
        e = cortexm_write_reg(core, CORTEXM_XPSR, xpsr);
    if (!e)
        e = cortexm_pause_watchpoints(core, true);
    return e ? e : cortexm_resume(core);
}

// The exceptions of the loader are its own. A reset puts VTOR back by itself.
static enum err plan_vectors(struct loader *l)
{
    struct flash_access *fa = l->fa;
    uint32_t vtor = 0;
    if (!l->code->vectors)
        return ERR_OK;
    enum err e = fa->reset_follows ? ERR_OK : mem_ap_read32(fa->mem, SCS_VTOR, &vtor);
    flash_sequence_write(&fa->enter, SCS_VTOR, fa->bank->ram_base);
    flash_sequence_write(&fa->leave, SCS_VTOR, vtor);
    return e;
}

enum err loader_start(struct loader *l, struct flash_access *fa)
{
    *l = (struct loader){.fa = fa, .code = fa->bank->driver->loader};
    l->payload = loader_payload(l->code, fa->bank->ram_size);
    enum err e = borrow(l);
    if (!e)
        e = plan_vectors(l);
    if (!e)
        e = upload(l);
    if (!e)
        e = let_run(l);
    l->running = !e;
    l->busy_until_us = now_us(l);
    return e;
}

static enum err fail_dead(struct loader *l, const char *what)
{
    l->broken = true;
    return log_fail(l->fa->log, ERR_STATE, "the loader in the target's RAM %s", what);
}

// One look at how far it is.
static enum err poll_progress(struct loader *l)
{
    uint32_t done;
    enum err e = mem_ap_read32(l->fa->mem, l->control + 4 * DONE, &done);
    if (e)
        return e;
    uint32_t count = done & 0xffffff;
    if (count > l->published || count < l->done)
        return fail_dead(l, "was overwritten");
    l->done = count;
    l->status = done >> 24;
    if (!l->status)
        return ERR_OK;
    l->broken = true;
    e = mem_ap_read32(l->fa->mem, l->control + 4 * WHERE, &l->where);
    return e ? e
             : log_fail(l->fa->log, ERR_FLASH, "the flash reported the error 0x%02x", l->status);
}

// It may have come to its end since the last look: then that tells. Otherwise something else has
// stopped it.
static enum err check_halted(struct loader *l)
{
    char what[64];
    uint32_t before = l->done, pc = 0, dfsr = 0;
    enum err e = poll_progress(l);
    if (e || l->done != before)
        return e;
    if (cortexm_read_reg(l->fa->core, CORTEXM_PC, &pc) != ERR_OK ||
        mem_ap_read32(l->fa->mem, SCS_DFSR, &dfsr) != ERR_OK)
        log_forget(l->fa->log);
    snprintf(what, sizeof what, "was stopped at 0x%08x (DFSR 0x%02x)", pc, dfsr);
    return fail_dead(l, what);
}

// A loader that makes no progress: did it run into a fault, or is it only slow?
static enum err check_alive(struct loader *l)
{
    uint32_t dhcsr;
    enum err e = cortexm_read_dhcsr(l->fa->core, &dhcsr);
    if (e)
        return e;
    if (dhcsr & DHCSR_S_LOCKUP)
        return fail_dead(l, "locked the core up");
    return dhcsr & DHCSR_S_HALT ? check_halted(l) : ERR_OK;
}

// Waits until that many slots are done.
static enum err wait_done(struct loader *l, uint32_t count, uint64_t due_us)
{
    uint64_t now = now_us(l), deadline = (due_us > now ? due_us : now) + GRACE_US;
    if (due_us > now)
        debug_probe_sleep_us(l->fa->mem->probe, due_us - now);
    for (unsigned looks = 1;; looks++) {
        bool late = now_us(l) > deadline;
        enum err e = poll_progress(l);
        if (e || l->done >= count)
            return e;
        if (looks % 16 == 0 && (e = check_alive(l)))
            return e;
        if (late)
            return fail_dead(l, "does not answer any more");
        debug_probe_sleep_us(l->fa->mem->probe, POLL_US);
    }
}

enum err loader_wait_room(struct loader *l, uint32_t most_us, bool *room)
{
    uint64_t now = now_us(l), due_us = l->due_us[l->published % LOADER_SLOTS];
    *room = true;
    if (!l->running || l->broken || l->published - l->done < LOADER_SLOTS)
        return ERR_OK; // submit() tells what is wrong
    if (due_us <= now + most_us)
        return wait_done(l, l->done + 1, due_us);
    debug_probe_sleep_us(l->fa->mem->probe, most_us);
    *room = false;
    return ERR_OK;
}

// Writes a slot and publishes it. min_us: what it takes at least.
static enum err submit_entry(struct loader *l, const uint8_t *slot, size_t len, uint64_t min_us)
{
    unsigned n = l->published % LOADER_SLOTS;
    if (!l->running || l->broken)
        return log_fail(l->fa->log, ERR_STATE, "there is no loader at work");
    enum err e = ERR_OK;
    if (l->published - l->done == LOADER_SLOTS)
        e = wait_done(l, l->done + 1, l->due_us[n]);
    if (!e)
        e = mem_ap_write(l->fa->mem, l->slots + n * stride(l), slot, len);
    if (!e)
        e = mem_ap_write32(l->fa->mem, l->control + 4 * PUBLISHED, l->published + 1);
    if (e)
        return e;
    l->published++;
    uint64_t now = now_us(l);
    l->busy_until_us = (l->busy_until_us > now ? l->busy_until_us : now) + min_us;
    l->due_us[n] = l->busy_until_us;
    return ERR_OK;
}

// Rows are taken upwards only (found by users of the STM32G0: a row below the one before ends in
// PGSERR).
static bool takes_rows(struct loader *l, uint32_t addr, size_t len)
{
    for (unsigned i = 0; i < 2; i++)
        if (addr >= l->rows[i].next && addr < l->rows[i].end) {
            l->rows[i].next = addr + (uint32_t)len;
            return true;
        }
    return false;
}

void loader_allow_rows(struct loader *l, uint32_t from, uint32_t end)
{
    const unsigned i = l->rows[0].end ? 1 : 0;
    l->rows[i].next = from;
    l->rows[i].end = end;
}

static uint64_t shortest_us(const struct loader *l, uint32_t erase, const uint8_t *data, size_t len,
                            bool rows)
{
    const struct flash_layout *layout = &l->fa->bank->layout;
    const struct flash_layout by_code = {.erased = layout->erased,
                                         .unit = layout->unit,
                                         .row = layout->row,
                                         .unit_us = l->code->unit_us,
                                         .row_us = l->code->row_us};
    return (erase ? l->code->erase_us : 0) + flash_layout_program_us(&by_code, data, len, rows);
}

// What a code does not find out by itself comes in a slot of its own, before the data.
static enum err submit_erase(struct loader *l, uint32_t addr, uint32_t erase)
{
    const struct flash_driver *driver = l->fa->bank->driver;
    uint8_t slot[SLOT_HEADER + 4];
    put_le32(&slot[0], addr);
    put_le32(&slot[4], erase);
    const enum flash_extent extent = erase == l->code->erase_all    ? FLASH_EXTENT_ALL
                                     : erase == l->code->erase_bank ? FLASH_EXTENT_BANK
                                                                    : FLASH_EXTENT_PAGE;
    put_le32(&slot[8], driver->erase_code(l->fa, addr, extent));
    return submit_entry(l, slot, sizeof slot, l->code->erase_us);
}

enum err loader_work(struct loader *l, uint32_t addr, uint32_t erase, const uint8_t *data,
                     size_t len)
{
    uint8_t slot[LOADER_STRIDE] = {0};
    if (erase && l->fa->bank->driver->erase_code) {
        enum err e = submit_erase(l, addr, erase);
        if (e || len == 0)
            return e;
        erase = 0;
    }
    const bool rows = takes_rows(l, addr, len);
    put_le32(&slot[0], addr);
    put_le32(&slot[4], (uint32_t)len | erase | (rows ? WORK_ROWS : 0));
    if (len)
        memcpy(&slot[8], data, len);
    return submit_entry(l, slot, 8 + ((len + 3) & ~(size_t)3),
                        shortest_us(l, erase, data, len, rows));
}

// Units of both in turn, behind the second address.
enum err loader_work_pair(struct loader *l, const uint32_t addr[2], uint32_t erase,
                          const uint8_t *const data[2], size_t len)
{
    const struct flash_layout *layout = &l->fa->bank->layout;
    uint8_t slot[LOADER_STRIDE];
    uint64_t min_us = erase ? l->code->erase_us : 0;
    put_le32(&slot[0], addr[0]);
    put_le32(&slot[4], (uint32_t)(2 * len) | erase | WORK_PAIR);
    put_le32(&slot[8], addr[1]);
    uint8_t *to = &slot[12];
    for (size_t at = 0; at < len; at += layout->unit) {
        const uint8_t *units = to;
        for (unsigned i = 0; i < 2; i++, to += layout->unit)
            if (data[i])
                memcpy(to, data[i] + at, layout->unit);
            else
                memset(to, layout->erased, layout->unit);
        if (!flash_layout_is_erased(layout, units, 2 * (size_t)layout->unit))
            min_us += l->code->unit_us;
    }
    return submit_entry(l, slot, (size_t)(to - slot), min_us);
}

enum err loader_wait(struct loader *l)
{
    return wait_done(l, l->published, l->busy_until_us);
}

static uint32_t next_slot(const struct loader *l)
{
    return l->published % LOADER_SLOTS * stride(l);
}

unsigned loader_scan_room(const struct loader *l)
{
    return (LOADER_SLOTS * stride(l) - next_slot(l) - SLOT_HEADER - SCAN_HEADER) / SCAN_RESULT;
}

enum err loader_scan(struct loader *l, uint32_t addr, unsigned pages, uint32_t page_size,
                     uint32_t (*result)[2])
{
    uint8_t slot[LOADER_SLOTS * LOADER_STRIDE] = {0};
    uint32_t at = l->slots + next_slot(l) + SLOT_HEADER + SCAN_HEADER;
    put_le32(&slot[0], addr);
    put_le32(&slot[4], WORK_SCAN);
    put_le32(&slot[8], pages);
    put_le32(&slot[12], page_size);
    // What stands in the slots behind has to be done, when the results go there.
    const bool alone = SCAN_HEADER + pages * SCAN_RESULT <= l->payload;
    enum err e = !alone && !l->broken && l->done < l->published ? loader_wait(l) : ERR_OK;
    if (!e)
        e = submit_entry(l, slot, SLOT_HEADER + SCAN_HEADER, (uint64_t)pages * l->code->scan_us);
    if (!e)
        e = wait_done(l, l->published, l->busy_until_us);
    if (!e)
        e = mem_ap_read(l->fa->mem, at, slot, 8 * pages, NULL);
    for (unsigned i = 0; i < pages && !e; i++) {
        result[i][0] = get_le32(&slot[8 * i]);
        result[i][1] = get_le32(&slot[8 * i + 4]);
    }
    return e;
}

static enum err wait_halted(struct loader *l)
{
    uint64_t deadline = now_us(l) + START_US;
    for (;;) {
        bool late = now_us(l) > deadline;
        uint32_t dhcsr;
        enum err e = cortexm_read_dhcsr(l->fa->core, &dhcsr);
        if (e || dhcsr & DHCSR_S_HALT)
            return e;
        if (late)
            return fail_dead(l, "does not come to its end");
    }
}

// CONTROL first: it says which stack pointer is in use. SP is then one of the two.
static enum err give_registers_back(struct loader *l)
{
    static const uint8_t first[] = {CORTEXM_CONTROL, CORTEXM_XPSR, CORTEXM_MSP, CORTEXM_PSP};
    struct cortexm *core = l->fa->core;
    enum err e = ERR_OK;
    for (unsigned i = 0; i < sizeof first + CORTEXM_REG_COUNT && !e; i++) {
        enum cortexm_reg r = i < sizeof first ? first[i] : i - sizeof first;
        uint32_t value;
        if (!cortexm_has_reg(core, r) || !core_reg_is_basic(r) || r == CORTEXM_SP)
            continue;
        e = cortexm_read_reg(core, r, &value);
        if (!e && value != l->regs[r])
            e = cortexm_write_reg(core, r, l->regs[r]);
    }
    return e;
}

// Stops a loader that is broken, and undoes what it would have undone.
static enum err force_end(struct loader *l)
{
    enum err e = cortexm_halt(l->fa->core);
    return e ? e : l->fa->bank->driver->end(l->fa);
}

static enum err end_properly(struct loader *l)
{
    uint8_t slot[8] = {0};
    put_le32(&slot[4], WORK_LEAVE);
    enum err e = submit_entry(l, slot, sizeof slot, 0);
    if (!e)
        e = wait_done(l, l->published, l->busy_until_us);
    return e ? e : wait_halted(l);
}

enum err loader_stop(struct loader *l)
{
    if (!l->running)
        return ERR_OK;
    enum err e = l->broken ? ERR_OK : end_properly(l);
    const struct log_mark kept = log_keep(l->fa->log);
    enum err forced = ERR_OK;
    // After an error that it reported, it has left by itself.
    if ((e || l->broken) && !l->status)
        forced = force_end(l);
    else if (l->broken)
        forced = wait_halted(l);
    l->running = false;
    if (!forced)
        forced = cortexm_pause_watchpoints(l->fa->core, false);
    if (!forced)
        forced = mem_ap_write32(l->fa->mem, SCS_DFSR, DFSR_BKPT | DFSR_HALTED);
    if (!forced && !l->fa->reset_follows)
        forced = give_registers_back(l);
    if (e)
        log_restore(l->fa->log, &kept);
    return e ? e : forced;
}
