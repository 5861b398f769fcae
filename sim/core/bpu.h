// SPDX-License-Identifier: MIT
// The Breakpoint Unit (DDI 0419, C1.8; DDI 0432: four comparators): instruction addresses in the
// code region, compared before the instruction executes. A comparator matches every time its
// address is about to be executed, also on the first instruction after Debug state is left:
// stepping over a breakpoint is the debugger's business.
#ifndef SWDLINK_SIM_CORE_BPU_H
#define SWDLINK_SIM_CORE_BPU_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_BPU_COUNT 4

struct sim_bpu {
    bool enabled;
    uint32_t comp[SIM_BPU_COUNT]; // the registers
    // What they amount to: the halfwords at which to stop, none while the unit is off.
    uint32_t stop[2 * SIM_BPU_COUNT];
    unsigned stop_count;
};

void sim_bpu_reset(struct sim_bpu *bpu); // power-on only
uint32_t sim_bpu_read(const struct sim_bpu *bpu, uint32_t offset);
void sim_bpu_write(struct sim_bpu *bpu, uint32_t offset, uint32_t value);

static inline bool sim_bpu_matches(const struct sim_bpu *bpu, uint32_t pc)
{
    for (unsigned i = 0; i < bpu->stop_count; i++) {
        if (bpu->stop[i] == pc)
            return true;
    }
    return false;
}

#endif
