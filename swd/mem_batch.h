// SPDX-License-Identifier: MIT
// Word accesses at many places, put together first and carried out in one go, in their order. A
// probe that knows lists of accesses does a batch in one pair of commands; others get a command for
// each word, and one for each run of words that follow each other.
#ifndef SWDLINK_SWD_MEM_BATCH_H
#define SWDLINK_SWD_MEM_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "swd/mem_ap.h"

#define MEM_BATCH_MAX 128u

struct mem_batch {
    const struct mem_ap *ap;
    unsigned count;
    unsigned once; // accesses up to and with the last one that must not be done twice
    struct debug_probe_access access[MEM_BATCH_MAX];
    uint32_t *to[MEM_BATCH_MAX]; // of reads
};

void mem_batch_begin(struct mem_batch *b, const struct mem_ap *ap);
// Adds a read of the word at addr, which goes to *to, or a write. What is added beyond
// MEM_BATCH_MAX is a mistake of the caller, and lets mem_batch_run() fail with ERR_USAGE.
void mem_batch_read(struct mem_batch *b, uint32_t addr, uint32_t *to);
void mem_batch_write(struct mem_batch *b, uint32_t addr, uint32_t value);
// The same for a write that must not be done twice. When an access before it fails, nobody knows
// whether the probe has carried it out, and the batch fails.
void mem_batch_write_once(struct mem_batch *b, uint32_t addr, uint32_t value);
// How many more reads fit into the same pair of commands; 0 when the probe knows no lists.
unsigned mem_batch_room(const struct mem_batch *b);
// Whether the probe knows lists.
bool mem_batch_is_cheap(const struct mem_ap *ap);
// Carries the accesses out and empties the batch. An access that fails in a list is done again by
// itself, with all that follow it; if it fails again, that is the error.
enum err mem_batch_run(struct mem_batch *b) MUST_CHECK;

#endif
