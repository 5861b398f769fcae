// SPDX-License-Identifier: MIT
// Watchpoints: the DWT comparators (ARMv6-M DDI 0419, C1.8; ARMv7-M DDI 0403, C1.8).
#ifndef SWDLINK_CORTEX_DWT_H
#define SWDLINK_CORTEX_DWT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "swd/mem_batch.h"

#define DWT_MAX 4

enum dwt_access {
    DWT_READ = 1,
    DWT_WRITE = 2,
    DWT_ACCESS = 3,
    // A write, for a debugger that compares the value with the old one. A write beside the range
    // may be reported, too: if there are too few comparators for its blocks, a larger block covers
    // it.
    DWT_CHANGE = 6,
};

// How the comparator is set for it: one of the first three.
static inline enum dwt_access dwt_kind(enum dwt_access access)
{
    return (enum dwt_access)(access & 3);
}

struct dwt {
    const struct mem_ap *mem;
    struct log *log;
    unsigned count;
    struct {
        bool used;
        uint32_t addr, len; // the block that is compared
        enum dwt_access access;
        uint32_t watch_addr,
            watch_len; // of what was asked for: the block is a part of it, or covers it
    } comparator[DWT_MAX];
};

// Counts the comparators, clears all. DEMCR.DWTENA must be set already.
enum err dwt_attach(struct dwt *dwt, const struct mem_ap *mem, struct log *log) MUST_CHECK;
// The same in two parts: reads that are added to a batch, and what follows from them.
struct dwt_found {
    uint32_t ctrl, function[DWT_MAX];
};
void dwt_add_look(struct mem_batch *b, struct dwt_found *found);
enum err dwt_attach_seen(struct dwt *dwt, const struct mem_ap *mem, const struct dwt_found *found,
                         struct log *log) MUST_CHECK;
// Any length whose aligned power-of-two blocks fit the free comparators (a range that is not one
// aligned block takes several). DWT_CHANGE needs one comparator only, and watchpoints of this kind
// give up all but one of theirs if another one needs them. ERR_RESOURCE names the limit.
enum err dwt_set(struct dwt *dwt, uint32_t addr, uint32_t len, enum dwt_access access) MUST_CHECK;
enum err dwt_clear(struct dwt *dwt, uint32_t addr, uint32_t len, enum dwt_access access) MUST_CHECK;
enum err dwt_clear_all(struct dwt *dwt) MUST_CHECK;
// Which comparator matched (FUNCTION.MATCHED, cleared by reading): an address within the range that
// was asked for, and its kind. A comparator that compares exactly is preferred to one that covers
// more. *hit false: none.
enum err dwt_take_hit(struct dwt *dwt, bool *hit, uint32_t *addr,
                      enum dwt_access *access) MUST_CHECK;
enum err dwt_restore(struct dwt *dwt) MUST_CHECK;

#endif
