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

#define BPU_MAX 16

struct bpu {
    const struct mem_ap *mem;
    struct log *log;
    unsigned count; // comparators that the core has
    bool revision2; // compares any address
    bool enabled;   // BP_CTRL.ENABLE
    struct {
        bool used;
        uint32_t addr;
        unsigned users; // the same address set twice counts twice
    } comparator[BPU_MAX];
};

// Counts the comparators, clears and disables all.
enum err bpu_attach(struct bpu *bpu, const struct mem_ap *mem, struct log *log) MUST_CHECK;
// ERR_RESOURCE with a sentence that names the limit and the addresses in use; ERR_UNSUPPORTED for
// an address that this revision cannot compare (refused, never masked).
enum err bpu_set(struct bpu *bpu, uint32_t addr) MUST_CHECK;
// ERR_USAGE when there is none at the address.
enum err bpu_clear(struct bpu *bpu, uint32_t addr) MUST_CHECK;
// Also switches the unit off, as it was found; the next bpu_set() switches it on.
enum err bpu_clear_all(struct bpu *bpu) MUST_CHECK;
bool bpu_has(const struct bpu *bpu, uint32_t addr);
// Writes all comparators again: after a reset that lost them (power, chip of another kind).
enum err bpu_restore(struct bpu *bpu) MUST_CHECK;

#endif
