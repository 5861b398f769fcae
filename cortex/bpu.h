// SPDX-License-Identifier: MIT
// Hardware breakpoints: the BPU of ARMv6-M (DDI 0419, C1.9) and the FPB of ARMv7-M (DDI 0403,
// C1.11), which share their register layout. Revision 1 compares the code region below 0x20000000
// only.
#ifndef SWDLINK_CORTEX_BPU_H
#define SWDLINK_CORTEX_BPU_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "swd/mem_ap.h"
#include "swd/mem_batch.h"

#define BPU_MAX 16

struct bpu {
    const struct mem_ap *mem;
    struct log *log;
    unsigned count; // comparators that the core has
    bool revision2; // compares any address
    bool enabled;   // BP_CTRL.ENABLE
    // As they shall be when the core runs.
    struct {
        bool used;
        uint32_t addr;
        unsigned users; // the same address set twice counts twice
    } comparator[BPU_MAX];
    // As they are.
    struct {
        bool known;
        uint32_t value;
    } held[BPU_MAX];
};

// Counts the comparators, clears and disables all.
enum err bpu_attach(struct bpu *bpu, const struct mem_ap *mem, struct log *log) MUST_CHECK;
// The same in two parts: reads that are added to a batch, and what follows from them.
#define BPU_LOOK 8u // comparators that cost nothing more; what a core does not have reads as 0
struct bpu_found {
    uint32_t ctrl, comparator[BPU_LOOK];
};
void bpu_add_look(struct mem_batch *b, struct bpu_found *found);
enum err bpu_attach_seen(struct bpu *bpu, const struct mem_ap *mem, const struct bpu_found *found,
                         struct log *log) MUST_CHECK;
// Nothing is written here: a debugger takes its breakpoints out at each stop and sets them again
// before it goes on. bpu_apply() writes what has changed then.
// ERR_RESOURCE with a sentence that names the limit and the addresses in use; ERR_UNSUPPORTED for
// an address that this revision cannot compare (refused, never masked).
enum err bpu_set(struct bpu *bpu, uint32_t addr) MUST_CHECK;
// ERR_USAGE when there is none at the address.
enum err bpu_clear(struct bpu *bpu, uint32_t addr) MUST_CHECK;
// Writes those comparators that are not as they shall be, and switches the unit on for the first.
enum err bpu_apply(struct bpu *bpu) MUST_CHECK;
// The same as part of a batch; when that fails, bpu_doubt() says that nobody knows what arrived.
void bpu_add_changes(struct bpu *bpu, struct mem_batch *b);
void bpu_doubt(struct bpu *bpu);
// Clears them at once, and switches the unit off, as it was found.
enum err bpu_clear_all(struct bpu *bpu) MUST_CHECK;
bool bpu_has(const struct bpu *bpu, uint32_t addr);
// How many comparators nobody uses.
unsigned bpu_count_free(const struct bpu *bpu);
// Writes all comparators again: after a reset that lost them (power, chip of another kind).
enum err bpu_restore(struct bpu *bpu) MUST_CHECK;

#endif
