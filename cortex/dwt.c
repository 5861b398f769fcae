// SPDX-License-Identifier: MIT
#include "cortex/dwt.h"

#include "swd/mem_ap.h"

#define DWT_CTRL        0xe0001000u
#define DWT_COMP(n)     (0xe0001020u + 16 * (n))
#define DWT_MASK(n)     (0xe0001024u + 16 * (n))
#define DWT_FUNCTION(n) (0xe0001028u + 16 * (n))

#define FUNCTION_MATCHED (1u << 24)
// FUNCTION: 5 watchpoint on read, 6 on write, 7 on either (DDI 0419, C1.8.9).
#define FUNCTION_BASE    4u

enum err dwt_attach(struct dwt *dwt, const struct mem_ap *mem, struct log *log)
{
    *dwt = (struct dwt){.mem = mem, .log = log};
    uint32_t ctrl;
    enum err e = mem_ap_read32(mem, DWT_CTRL, &ctrl);
    if (e != ERR_OK)
        return e;
    dwt->count = ctrl >> 28;
    if (dwt->count > DWT_MAX)
        dwt->count = DWT_MAX;
    return dwt_restore(dwt);
}

// The largest aligned power of two at addr that does not exceed len; its logarithm in *mask.
static uint32_t aligned_block(uint32_t addr, uint32_t len, unsigned *mask)
{
    *mask = 0;
    while (*mask < 15 && (2u << *mask) <= len && addr % (2u << *mask) == 0)
        ++*mask;
    return 1u << *mask;
}

static enum err write_slot(struct dwt *dwt, unsigned i)
{
    if (!dwt->slot[i].used)
        return mem_ap_write32(dwt->mem, DWT_FUNCTION(i), 0);
    unsigned mask;
    aligned_block(dwt->slot[i].addr, dwt->slot[i].len, &mask);
    enum err e = mem_ap_write32(dwt->mem, DWT_COMP(i), dwt->slot[i].addr);
    if (e == ERR_OK)
        e = mem_ap_write32(dwt->mem, DWT_MASK(i), mask);
    if (e == ERR_OK)
        e = mem_ap_write32(dwt->mem, DWT_FUNCTION(i), FUNCTION_BASE + dwt->slot[i].access);
    return e;
}

static unsigned blocks_of(uint32_t addr, uint32_t len)
{
    unsigned count = 0, mask;
    while (len) {
        uint32_t block = aligned_block(addr, len, &mask);
        addr += block;
        len -= block;
        count++;
    }
    return count;
}

// What could not be set whole is not set at all; a part may have arrived.
static void take_back(struct dwt *dwt, unsigned slots)
{
    const struct log_mark kept = log_keep(dwt->log);
    for (unsigned i = 0; i < dwt->count; i++) {
        if (!(slots >> i & 1))
            continue;
        dwt->slot[i].used = false;
        (void)!write_slot(dwt, i);
    }
    log_restore(dwt->log, &kept);
}

enum err dwt_set(struct dwt *dwt, uint32_t addr, uint32_t len, enum dwt_access access)
{
    if (len == 0 || (uint64_t)addr + len > (uint64_t)1 << 32)
        return log_fail(dwt->log, ERR_USAGE, "there is nothing to watch at 0x%08x, %u bytes", addr,
                        len);
    unsigned free_slots = 0;
    for (unsigned i = 0; i < dwt->count; i++)
        free_slots += !dwt->slot[i].used;
    // A longer range than this cannot fit in any number of comparators that exist.
    unsigned need = len > (1u << 15) * DWT_MAX ? DWT_MAX + 1 : blocks_of(addr, len);
    if (need > free_slots)
        return log_fail(
            dwt->log, ERR_RESOURCE,
            "this core has %u watchpoint comparators, of which %u are free, and watching %u bytes "
            "at 0x%08x takes %u: delete a watchpoint first, or watch less",
            dwt->count, free_slots, len, addr, need);
    enum err e = ERR_OK;
    unsigned taken = 0;
    for (unsigned i = 0; i < dwt->count && len && e == ERR_OK; i++) {
        if (dwt->slot[i].used)
            continue;
        unsigned mask;
        uint32_t part = aligned_block(addr, len, &mask);
        dwt->slot[i].used = true;
        dwt->slot[i].addr = addr;
        dwt->slot[i].len = part;
        dwt->slot[i].access = access;
        taken |= 1u << i;
        e = write_slot(dwt, i);
        addr += part;
        len -= part;
    }
    if (e != ERR_OK)
        take_back(dwt, taken);
    return e;
}

// A part may be gone already, when the rest could not be cleared the last time.
enum err dwt_clear(struct dwt *dwt, uint32_t addr, uint32_t len, enum dwt_access access)
{
    uint32_t at = addr, part;
    bool found = false;
    for (uint32_t left = len; left && left <= (1u << 15) * DWT_MAX; at += part, left -= part) {
        unsigned mask, i = 0;
        part = aligned_block(at, left, &mask);
        while (i < dwt->count && !(dwt->slot[i].used && dwt->slot[i].addr == at &&
                                   dwt->slot[i].len == part && dwt->slot[i].access == access))
            i++;
        if (i == dwt->count)
            continue;
        dwt->slot[i].used = false;
        enum err e = write_slot(dwt, i);
        dwt->slot[i].used = e != ERR_OK; // it may still be set
        if (e != ERR_OK)
            return e;
        found = true;
    }
    if (found)
        return ERR_OK;
    return log_fail(dwt->log, ERR_USAGE, "there is no such watchpoint at 0x%08x", addr);
}

enum err dwt_clear_all(struct dwt *dwt)
{
    enum err first = ERR_OK;
    for (unsigned i = 0; i < dwt->count; i++) {
        if (!dwt->slot[i].used)
            continue;
        dwt->slot[i].used = false;
        enum err e = write_slot(dwt, i);
        first = first == ERR_OK ? e : first;
    }
    return first;
}

enum err dwt_take_hit(struct dwt *dwt, bool *hit, uint32_t *addr, enum dwt_access *access)
{
    *hit = false;
    for (unsigned i = 0; i < dwt->count; i++) {
        if (!dwt->slot[i].used)
            continue;
        uint32_t function;
        enum err e = mem_ap_read32(dwt->mem, DWT_FUNCTION(i), &function);
        if (e != ERR_OK)
            return e;
        if (!(function & FUNCTION_MATCHED) || *hit)
            continue; // all are read, because reading is what clears the flag
        *hit = true;
        *addr = dwt->slot[i].addr;
        *access = dwt->slot[i].access;
    }
    return ERR_OK;
}

enum err dwt_restore(struct dwt *dwt)
{
    enum err e = ERR_OK;
    for (unsigned i = 0; i < dwt->count && e == ERR_OK; i++)
        e = write_slot(dwt, i);
    return e;
}
