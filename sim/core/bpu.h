// SPDX-License-Identifier: MIT
// The Breakpoint Unit (DDI 0419, C1.8), and the Flash Patch and Breakpoint unit of ARMv7-M (DDI
// 0403, C1.11): version 1, which also puts words of RAM in place of instructions and literals, has
// addresses in the code region; version 2, as of a Cortex-M7 without remapping, has any halfword's.
// They are compared before the instruction executes. A comparator matches
// every time its address is about to be executed, also on the first instruction after Debug state
// is left: stepping over a breakpoint is the debugger's business.
#ifndef SWDLINK_SIM_CORE_BPU_H
#define SWDLINK_SIM_CORE_BPU_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_BPU_MAX 8u

struct sim_bpu {
    unsigned codes, literals; // comparators; those for literals follow. With literals it is an FPB
    bool v2;                  // or with this, of version 2
    bool enabled;
    uint32_t comp[SIM_BPU_MAX]; // the registers
    uint32_t remap;             // FP_REMAP: where the words that take the place begin
    // What they amount to: the halfwords at which to stop, none while the unit is off.
    uint32_t stop[2 * SIM_BPU_MAX];
    unsigned stop_count;
    unsigned remap_codes, remap_literals; // a bit for each comparator that is one of these
};

void sim_bpu_create(struct sim_bpu *bpu, unsigned codes, unsigned literals, bool v2);
void sim_bpu_reset(struct sim_bpu *bpu); // power-on only
uint32_t sim_bpu_read(const struct sim_bpu *bpu, uint32_t offset);
void sim_bpu_write(struct sim_bpu *bpu, uint32_t offset, uint32_t value);

static inline bool sim_bpu_remaps(const struct sim_bpu *bpu)
{
    return bpu->remap_codes | bpu->remap_literals;
}
// Where a byte of an instruction (fetch) or of data really is read.
uint32_t sim_bpu_remap(const struct sim_bpu *bpu, uint32_t addr, bool fetch);

static inline bool sim_bpu_matches(const struct sim_bpu *bpu, uint32_t pc)
{
    for (unsigned i = 0; i < bpu->stop_count; i++) {
        if (bpu->stop[i] == pc)
            return true;
    }
    return false;
}

#endif
