// SPDX-License-Identifier: MIT
// The slots of a loader that runs: what it is given to do, how far it is, and whether it is alive.
#include "flash/loader_queue.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "cortex/scs.h"
#include "swd/mem_ap.h"

#define WORK_SCAN (1u << 24)
#define WORK_ROWS (1u << 26)
#define WORK_PAIR (1u << 27)

#define POLL_US  500u
#define GRACE_US 1000000u // beyond the shortest time, before a loader counts as dead

#define PAIR_HEADER 4u // of the payload for two banks: the second address
#define SCAN_HEADER 8u // of the payload of a scan, and of each page in it
#define SCAN_RESULT 8u

uint32_t loader_stride(const struct loader *l)
{
    return LOADER_SLOT_HEADER + l->payload;
}

uint64_t loader_now_us(const struct loader *l)
{
    return debug_probe_now_us(l->fa->mem->probe);
}

enum err loader_fail_dead(struct loader *l, const char *what)
{
    l->broken = true;
    return log_fail(l->fa->log, ERR_STATE, "the loader in the target's RAM %s", what);
}

// One look at how far it is.
static enum err poll_progress(struct loader *l)
{
    uint32_t done;
    enum err e = mem_ap_read32(l->fa->mem, l->control + 4 * LOADER_DONE, &done);
    if (e)
        return e;
    uint32_t count = done & 0xffffff;
    if (count > l->published || count < l->done)
        return loader_fail_dead(l, "was overwritten");
    l->done = count;
    l->status = done >> 24;
    if (!l->status)
        return ERR_OK;
    l->broken = true;
    e = mem_ap_read32(l->fa->mem, l->control + 4 * LOADER_WHERE, &l->where);
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
    return loader_fail_dead(l, what);
}

// A loader that makes no progress: did it run into a fault, or is it only slow?
static enum err check_alive(struct loader *l)
{
    uint32_t dhcsr;
    enum err e = cortexm_read_dhcsr(l->fa->core, &dhcsr);
    if (e)
        return e;
    if (dhcsr & DHCSR_S_LOCKUP)
        return loader_fail_dead(l, "locked the core up");
    return dhcsr & DHCSR_S_HALT ? check_halted(l) : ERR_OK;
}

// Waits until that many slots are done, or until yield_us (0: however long it takes).
static enum err wait_until(struct loader *l, uint32_t count, uint64_t due_us, uint64_t limit_us,
                           uint64_t yield_us)
{
    uint64_t now = loader_now_us(l), deadline = (limit_us > now ? limit_us : now) + GRACE_US;
    if (due_us > now)
        debug_probe_sleep_us(l->fa->mem->probe, due_us - now);
    for (unsigned looks = 1;; looks++) {
        now = loader_now_us(l);
        enum err e = poll_progress(l);
        if (e || l->done >= count || (yield_us && now >= yield_us))
            return e;
        if (looks % 16 == 0 && (e = check_alive(l)))
            return e;
        if (now > deadline)
            return loader_fail_dead(l, "does not answer any more");
        debug_probe_sleep_us(l->fa->mem->probe, POLL_US);
    }
}

enum err loader_wait_room(struct loader *l, uint32_t most_us, bool *room)
{
    const unsigned n = l->published % LOADER_SLOTS;
    const uint64_t now = loader_now_us(l);
    *room = true;
    if (!l->running || l->broken || l->published - l->done < LOADER_SLOTS)
        return ERR_OK; // submit() tells what is wrong
    if (l->due_us[n] <= now + most_us) {
        enum err e = wait_until(l, l->done + 1, l->due_us[n], l->limit_us[n], now + most_us);
        *room = l->published - l->done < LOADER_SLOTS;
        return e;
    }
    debug_probe_sleep_us(l->fa->mem->probe, most_us);
    *room = false;
    return ERR_OK;
}

enum err loader_wait(struct loader *l)
{
    return wait_until(l, l->published, l->busy_until_us, l->busy_limit_us, 0);
}

bool loader_is_at_long_work(const struct loader *l)
{
    return l->running && !l->broken && l->done < l->published &&
           l->busy_limit_us > l->busy_until_us;
}

enum err loader_wait_longer(struct loader *l, uint32_t most_us)
{
    const uint64_t yield_us = loader_now_us(l) + most_us;
    const uint64_t due_us = l->busy_until_us < yield_us ? l->busy_until_us : yield_us;
    return wait_until(l, l->published, due_us, l->busy_limit_us, yield_us);
}

enum err loader_submit(struct loader *l, const uint8_t *slot, size_t len, struct loader_span span)
{
    unsigned n = l->published % LOADER_SLOTS;
    if (!l->running || l->broken)
        return log_fail(l->fa->log, ERR_STATE, "there is no loader at work");
    enum err e = ERR_OK;
    if (l->published - l->done == LOADER_SLOTS)
        e = wait_until(l, l->done + 1, l->due_us[n], l->limit_us[n], 0);
    if (!e)
        e = mem_ap_write(l->fa->mem, l->slots + n * loader_stride(l), slot, len);
    if (!e)
        e = mem_ap_write32(l->fa->mem, l->control + 4 * LOADER_PUBLISHED, l->published + 1);
    if (e)
        return e;
    l->published++;
    const uint64_t now = loader_now_us(l);
    l->busy_until_us = (l->busy_until_us > now ? l->busy_until_us : now) + span.min_us;
    l->busy_limit_us =
        (l->busy_limit_us > now ? l->busy_limit_us : now) + span.min_us + span.more_us;
    l->due_us[n] = l->busy_until_us;
    l->limit_us[n] = l->busy_limit_us;
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

// Erases that typically take longer than this are waited for ten times as long, which is what worn
// cells in the cold may take; for all others the time of grace is enough.
#define LONG_ERASE_US 100000u

static struct loader_span span_of_erase(const struct loader *l, uint32_t addr,
                                        enum flash_extent erase)
{
    const struct flash_layout *layout = &l->fa->bank->layout;
    struct loader_span span = {l->code->erase_us, 0};
    uint32_t typical_us = layout->mass_erase_us;
    unsigned n;
    if (erase == FLASH_EXTENT_NONE)
        return (struct loader_span){0, 0};
    if (erase == FLASH_EXTENT_PAGE && flash_layout_find(layout, addr, &n)) {
        const struct flash_run *run = flash_layout_sector(layout, n).run;
        typical_us = run->erase_us;
        span.min_us = run->erase_min_us;
    } else if (!span.min_us) {
        span.min_us = typical_us / 4 * 3;
    }
    if (typical_us > LONG_ERASE_US)
        span.more_us = 10 * (uint64_t)typical_us;
    return span;
}

static uint32_t shortest_unit_us(const struct loader *l)
{
    return l->code->unit_us ? l->code->unit_us : l->fa->bank->layout.unit_us / 10 * 9;
}

static uint64_t shortest_us(const struct loader *l, const uint8_t *data, size_t len, bool rows)
{
    const struct flash_layout *layout = &l->fa->bank->layout;
    const struct flash_layout by_code = {.erased = layout->erased,
                                         .unit = layout->unit,
                                         .row = layout->row,
                                         .unit_us = shortest_unit_us(l),
                                         .row_us = l->code->row_us * layout->row / 256};
    return flash_layout_program_us(&by_code, data, len, rows);
}

// What the code wants in the work of a slot for an erase; 0: none.
static uint32_t erase_command(const struct loader *l, enum flash_extent erase)
{
    switch (erase) {
    case FLASH_EXTENT_PAGE:
        return l->code->erase_page;
    case FLASH_EXTENT_BANK:
        return l->code->erase_bank;
    case FLASH_EXTENT_ALL:
        return l->code->erase_all;
    case FLASH_EXTENT_NONE:
        break;
    }
    return 0;
}

// What a code does not find out by itself comes in a slot of its own, before the data.
static enum err submit_erase(struct loader *l, uint32_t addr, enum flash_extent erase,
                             uint32_t erase_code)
{
    uint8_t slot[LOADER_SLOT_HEADER + 4];
    put_le32(&slot[0], addr);
    put_le32(&slot[4], erase_command(l, erase));
    put_le32(&slot[8], erase_code);
    return loader_submit(l, slot, sizeof slot, span_of_erase(l, addr, erase));
}

enum err loader_work(struct loader *l, uint32_t addr, enum flash_extent erase, const uint8_t *data,
                     size_t len)
{
    const struct flash_driver *driver = l->fa->bank->driver;
    uint8_t slot[LOADER_STRIDE] = {0};
    if (erase && driver->erase_code) {
        enum err e = submit_erase(l, addr, erase, driver->erase_code(l->fa, addr, erase));
        if (e || len == 0)
            return e;
        erase = FLASH_EXTENT_NONE;
    }
    const bool rows = takes_rows(l, addr, len);
    put_le32(&slot[0], addr);
    put_le32(&slot[4], (uint32_t)len | erase_command(l, erase) | (rows ? WORK_ROWS : 0));
    if (len)
        memcpy(&slot[8], data, len);
    struct loader_span span = span_of_erase(l, addr, erase);
    span.min_us += shortest_us(l, data, len, rows);
    return loader_submit(l, slot, 8 + ((len + 3) & ~(size_t)3), span);
}

// Units of both in turn, behind the second address.
enum err loader_work_pair(struct loader *l, const uint32_t addr[2], enum flash_extent erase,
                          const uint8_t *const data[2], size_t len)
{
    const struct flash_driver *driver = l->fa->bank->driver;
    const struct flash_layout *layout = &l->fa->bank->layout;
    uint8_t slot[LOADER_STRIDE];
    if (erase && driver->erase_code) {
        enum err e = submit_erase(l, addr[0], erase,
                                  driver->erase_code(l->fa, addr[0], erase) |
                                      driver->erase_code(l->fa, addr[1], erase));
        if (e || len == 0)
            return e;
        erase = FLASH_EXTENT_NONE;
    }
    struct loader_span span = span_of_erase(l, addr[0], erase);
    put_le32(&slot[0], addr[0]);
    put_le32(&slot[4], (uint32_t)(2 * len) | erase_command(l, erase) | WORK_PAIR);
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
            span.min_us += shortest_unit_us(l);
    }
    return loader_submit(l, slot, (size_t)(to - slot), span);
}

static uint32_t next_slot(const struct loader *l)
{
    return l->published % LOADER_SLOTS * loader_stride(l);
}

size_t loader_pair_room(const struct loader *l)
{
    const unsigned unit = l->fa->bank->layout.unit;
    return (l->payload - PAIR_HEADER) / (2 * unit) * unit;
}

unsigned loader_scan_room(const struct loader *l)
{
    return (LOADER_SLOTS * loader_stride(l) - next_slot(l) - LOADER_SLOT_HEADER - SCAN_HEADER) /
           SCAN_RESULT;
}

// What the scan of large sectors takes follows from the core's clock, which nobody here knows: one
// tells it.
#define LARGE_SECTOR (16u * 1024u)

static uint64_t shortest_scan_us(const struct loader *l, unsigned pages, uint32_t page_size)
{
    const uint64_t by_code = (uint64_t)pages * l->code->scan_us;
    const uint64_t as_before = l->scan_ns_per_kib * (pages * page_size / 1024) / 1000 * 15 / 16;
    return as_before > by_code ? as_before : by_code;
}

static void note_scan_time(struct loader *l, unsigned pages, uint32_t page_size, uint64_t us)
{
    const uint64_t ns = page_size >= LARGE_SECTOR ? us * 1000 / (pages * page_size / 1024) : 0;
    if (ns && (!l->scan_ns_per_kib || ns < l->scan_ns_per_kib))
        l->scan_ns_per_kib = ns;
}

enum err loader_scan(struct loader *l, uint32_t addr, unsigned pages, uint32_t page_size,
                     uint32_t (*result)[2])
{
    uint8_t slot[LOADER_SLOTS * LOADER_STRIDE] = {0};
    uint32_t at = l->slots + next_slot(l) + LOADER_SLOT_HEADER + SCAN_HEADER;
    put_le32(&slot[0], addr);
    put_le32(&slot[4], WORK_SCAN);
    put_le32(&slot[8], pages);
    put_le32(&slot[12], page_size);
    // What stands in the slots behind has to be done, when the results go there.
    const bool alone = SCAN_HEADER + pages * SCAN_RESULT <= l->payload;
    enum err e = !alone && !l->broken && l->done < l->published ? loader_wait(l) : ERR_OK;
    const bool idle = l->done == l->published;
    if (!e)
        e = loader_submit(l, slot, LOADER_SLOT_HEADER + SCAN_HEADER,
                          (struct loader_span){shortest_scan_us(l, pages, page_size), 0});
    const uint64_t start_us = loader_now_us(l);
    if (!e)
        e = loader_wait(l);
    if (!e && idle)
        note_scan_time(l, pages, page_size, loader_now_us(l) - start_us);
    if (!e)
        e = mem_ap_read(l->fa->mem, at, slot, 8 * pages, NULL);
    for (unsigned i = 0; i < pages && !e; i++) {
        result[i][0] = get_le32(&slot[8 * i]);
        result[i][1] = get_le32(&slot[8 * i + 4]);
    }
    return e;
}
