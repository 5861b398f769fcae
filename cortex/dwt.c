// SPDX-License-Identifier: MIT
#include "cortex/dwt.h"

#include "base/bytes.h"
#include "swd/mem_ap.h"

#define DWT_CTRL        0xe0001000u
#define DWT_COMP(n)     (0xe0001020u + 16 * (n))
#define DWT_MASK(n)     (0xe0001024u + 16 * (n))
#define DWT_FUNCTION(n) (0xe0001028u + 16 * (n))

#define FUNCTION_MATCHED (1u << 24)
// FUNCTION: 5 watchpoint on read, 6 on write, 7 on either (DDI 0419, C1.8.9).
#define FUNCTION_BASE    4u
#define MASK_MAX         15u // of the comparators that there are: 32 KiB

// The largest aligned power of two at addr that does not exceed len; its logarithm in *mask.
static uint32_t aligned_block(uint32_t addr, uint32_t len, unsigned *mask)
{
    *mask = 0;
    while (*mask < MASK_MAX && (2u << *mask) <= len && addr % (2u << *mask) == 0)
        ++*mask;
    return 1u << *mask;
}

static enum err write_comparator(struct dwt *dwt, unsigned i)
{
    if (!dwt->comparator[i].used)
        return mem_ap_write32(dwt->mem, DWT_FUNCTION(i), 0);
    unsigned mask;
    aligned_block(dwt->comparator[i].addr, dwt->comparator[i].len, &mask);
    enum err e = mem_ap_write32(dwt->mem, DWT_COMP(i), dwt->comparator[i].addr);
    if (e == ERR_OK)
        e = mem_ap_write32(dwt->mem, DWT_MASK(i), mask);
    if (e == ERR_OK)
        e = mem_ap_write32(dwt->mem, DWT_FUNCTION(i),
                           FUNCTION_BASE + dwt_kind(dwt->comparator[i].access));
    return e;
}

enum err dwt_attach(struct dwt *dwt, const struct mem_ap *mem, struct log *log)
{
    struct dwt_found found;
    uint8_t held[DWT_FUNCTION(DWT_MAX - 1) + 4 - DWT_CTRL]; // what is reserved in there reads as 0
    enum err e = mem_ap_read(mem, DWT_CTRL, held, sizeof held, NULL);
    if (e != ERR_OK)
        return e;
    found.ctrl = get_le32(held);
    for (unsigned i = 0; i < DWT_MAX; i++)
        found.function[i] = get_le32(&held[DWT_FUNCTION(i) - DWT_CTRL]);
    return dwt_attach_seen(dwt, mem, &found, log);
}

void dwt_add_look(struct mem_batch *b, struct dwt_found *found)
{
    mem_batch_read(b, DWT_CTRL, &found->ctrl);
    for (unsigned i = 0; i < DWT_MAX; i++)
        mem_batch_read(b, DWT_FUNCTION(i), &found->function[i]);
}

enum err dwt_attach_seen(struct dwt *dwt, const struct mem_ap *mem, const struct dwt_found *found,
                         struct log *log)
{
    *dwt = (struct dwt){.mem = mem, .log = log, .count = found->ctrl >> 28};
    enum err e = ERR_OK;
    if (dwt->count > DWT_MAX)
        dwt->count = DWT_MAX;
    for (unsigned i = 0; i < dwt->count && e == ERR_OK; i++)
        if (found->function[i])
            e = write_comparator(dwt, i);
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
static void take_back(struct dwt *dwt, unsigned comparators)
{
    const struct log_mark kept = log_keep(dwt->log);
    for (unsigned i = 0; i < dwt->count; i++) {
        if (!(comparators >> i & 1))
            continue;
        dwt->comparator[i].used = false;
        (void)!write_comparator(dwt, i);
    }
    log_restore(dwt->log, &kept);
}

// The smallest block that covers a range; 0: no comparator can.
static uint32_t cover(uint32_t addr, uint32_t len)
{
    for (unsigned mask = 0; mask <= MASK_MAX; mask++)
        if (addr >> mask == (addr + len - 1) >> mask)
            return 1u << mask;
    return 0;
}

static bool is_of(const struct dwt *dwt, unsigned i, uint32_t addr, uint32_t len,
                  enum dwt_access access)
{
    return dwt->comparator[i].used && dwt->comparator[i].watch_addr == addr &&
           dwt->comparator[i].watch_len == len && dwt->comparator[i].access == access;
}

static bool is_same_watch(const struct dwt *dwt, unsigned i, unsigned k)
{
    return is_of(dwt, k, dwt->comparator[i].watch_addr, dwt->comparator[i].watch_len,
                 dwt->comparator[i].access);
}

// The first comparator of a watchpoint that has more than one and could do with it, or count.
static unsigned find_spacious(const struct dwt *dwt)
{
    for (unsigned i = 0; i < dwt->count; i++)
        for (unsigned k = i + 1; k < dwt->count; k++)
            if (dwt->comparator[i].used && dwt->comparator[i].access == DWT_CHANGE &&
                is_same_watch(dwt, i, k) &&
                cover(dwt->comparator[i].watch_addr, dwt->comparator[i].watch_len))
                return i;
    return dwt->count;
}

static void set_block(struct dwt *dwt, unsigned i, uint32_t addr, uint32_t len)
{
    dwt->comparator[i].addr = addr & ~(len - 1);
    dwt->comparator[i].len = len;
}

// First the larger block is there, then the parts go: nothing is unwatched in between.
static enum err draw_together(struct dwt *dwt, unsigned i)
{
    set_block(dwt, i, dwt->comparator[i].watch_addr,
              cover(dwt->comparator[i].watch_addr, dwt->comparator[i].watch_len));
    enum err e = write_comparator(dwt, i);
    for (unsigned k = i + 1; k < dwt->count && e == ERR_OK; k++) {
        if (!is_same_watch(dwt, i, k))
            continue;
        dwt->comparator[k].used = false;
        e = write_comparator(dwt, k);
        dwt->comparator[k].used = e != ERR_OK;
    }
    return e;
}

static unsigned count_free(const struct dwt *dwt)
{
    unsigned count = 0;
    for (unsigned i = 0; i < dwt->count; i++)
        count += !dwt->comparator[i].used;
    return count;
}

// How many comparators could be free when each watchpoint made do with what it needs.
static unsigned count_room(const struct dwt *dwt)
{
    unsigned count = count_free(dwt);
    for (unsigned i = 0; i < dwt->count; i++) {
        bool counted = false; // as the first of its watchpoint
        for (unsigned k = 0; k < i; k++)
            counted |= dwt->comparator[i].used && is_same_watch(dwt, i, k);
        count += counted && dwt->comparator[i].access == DWT_CHANGE &&
                 cover(dwt->comparator[i].watch_addr, dwt->comparator[i].watch_len);
    }
    return count;
}

static enum err make_room(struct dwt *dwt, unsigned need)
{
    enum err e = ERR_OK;
    for (unsigned i;
         e == ERR_OK && count_free(dwt) < need && (i = find_spacious(dwt)) < dwt->count;)
        e = draw_together(dwt, i);
    return e;
}

// In the free comparators, of which there are enough: as one block, or as the parts that it has.
static enum err place(struct dwt *dwt, uint32_t addr, uint32_t len, enum dwt_access access,
                      bool as_one)
{
    enum err e = ERR_OK;
    unsigned taken = 0;
    for (unsigned i = 0; i < dwt->count && len && e == ERR_OK; i++) {
        if (dwt->comparator[i].used)
            continue;
        unsigned mask;
        uint32_t part = as_one ? cover(addr, len) : aligned_block(addr, len, &mask);
        dwt->comparator[i].used = true;
        dwt->comparator[i].access = access;
        set_block(dwt, i, addr, part);
        taken |= 1u << i;
        e = write_comparator(dwt, i);
        addr += part;
        len = as_one ? 0 : len - part;
    }
    if (e != ERR_OK)
        take_back(dwt, taken);
    return e;
}

enum err dwt_set(struct dwt *dwt, uint32_t addr, uint32_t len, enum dwt_access access)
{
    if (len == 0 || (uint64_t)addr + len > (uint64_t)1 << 32)
        return log_fail(dwt->log, ERR_USAGE, "there is nothing to watch at 0x%08x, %u bytes", addr,
                        len);
    // A longer range than this cannot fit in any number of comparators that exist.
    unsigned blocks = len > (1u << MASK_MAX) * DWT_MAX ? DWT_MAX + 1 : blocks_of(addr, len);
    bool as_one = access == DWT_CHANGE && blocks > count_free(dwt) && cover(addr, len);
    unsigned need = as_one ? 1 : blocks;
    if (need > count_room(dwt))
        return log_fail(
            dwt->log, ERR_RESOURCE,
            "this core has %u watchpoint comparators, of which %u are free, and watching %u bytes "
            "at 0x%08x takes %u: delete a watchpoint first, or watch less",
            dwt->count, count_free(dwt), len, addr, need);
    bool was_free[DWT_MAX];
    enum err e = make_room(dwt, need);
    for (unsigned i = 0; i < dwt->count; i++)
        was_free[i] = !dwt->comparator[i].used;
    if (e == ERR_OK)
        e = place(dwt, addr, len, access, as_one);
    for (unsigned i = 0; i < dwt->count; i++)
        if (was_free[i] && dwt->comparator[i].used) {
            dwt->comparator[i].watch_addr = addr;
            dwt->comparator[i].watch_len = len;
        }
    return e;
}

// A part may be gone already, when the rest could not be cleared the last time.
enum err dwt_clear(struct dwt *dwt, uint32_t addr, uint32_t len, enum dwt_access access)
{
    bool found = false;
    for (unsigned i = 0; i < dwt->count; i++) {
        if (!is_of(dwt, i, addr, len, access))
            continue;
        dwt->comparator[i].used = false;
        enum err e = write_comparator(dwt, i);
        dwt->comparator[i].used = e != ERR_OK; // it may still be set
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
        if (!dwt->comparator[i].used)
            continue;
        dwt->comparator[i].used = false;
        enum err e = write_comparator(dwt, i);
        first = first == ERR_OK ? e : first;
    }
    return first;
}

enum err dwt_take_hit(struct dwt *dwt, bool *hit, uint32_t *addr, enum dwt_access *access)
{
    bool exact = false;
    *hit = false;
    for (unsigned i = 0; i < dwt->count; i++) {
        if (!dwt->comparator[i].used)
            continue;
        uint32_t function;
        enum err e = mem_ap_read32(dwt->mem, DWT_FUNCTION(i), &function);
        if (e != ERR_OK)
            return e;
        bool covers_more = dwt->comparator[i].len > dwt->comparator[i].watch_len;
        if (!(function & FUNCTION_MATCHED) || (*hit && (exact || covers_more)))
            continue; // all are read, because reading is what clears the flag
        *hit = true;
        exact = !covers_more;
        *addr = covers_more ? dwt->comparator[i].watch_addr : dwt->comparator[i].addr;
        *access = dwt_kind(dwt->comparator[i].access);
    }
    return ERR_OK;
}

enum err dwt_restore(struct dwt *dwt)
{
    enum err e = ERR_OK;
    for (unsigned i = 0; i < dwt->count && e == ERR_OK; i++)
        e = write_comparator(dwt, i);
    return e;
}
