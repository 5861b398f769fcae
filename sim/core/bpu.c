// SPDX-License-Identifier: MIT
// Registers of the Breakpoint Unit (DDI 0419, C1.8.2 and C1.8.3).
#include "sim/core/bpu.h"

enum { BP_CTRL = 0x000, BP_COMP0 = 0x008 };

#define BP_CTRL_NUM_CODE ((uint32_t)SIM_BPU_COUNT << 4)
#define BP_CTRL_KEY      (1u << 1)
#define BP_CTRL_ENABLE   (1u << 0)

#define BP_COMP_MATCH_UPPER (1u << 31)
#define BP_COMP_MATCH_LOWER (1u << 30)
#define BP_COMP_COMP        0x1ffffffcu
#define BP_COMP_ENABLE      (1u << 0)

void sim_bpu_reset(struct sim_bpu *bpu)
{
    *bpu = (struct sim_bpu){0};
}

static void compile(struct sim_bpu *bpu)
{
    bpu->stop_count = 0;
    for (unsigned i = 0; bpu->enabled && i < SIM_BPU_COUNT; i++) {
        uint32_t comp = bpu->comp[i];
        if (!(comp & BP_COMP_ENABLE))
            continue;
        if (comp & BP_COMP_MATCH_LOWER)
            bpu->stop[bpu->stop_count++] = comp & BP_COMP_COMP;
        if (comp & BP_COMP_MATCH_UPPER)
            bpu->stop[bpu->stop_count++] = (comp & BP_COMP_COMP) + 2;
    }
}

static bool is_comp(uint32_t offset)
{
    return offset >= BP_COMP0 && offset < BP_COMP0 + 4 * SIM_BPU_COUNT;
}

uint32_t sim_bpu_read(const struct sim_bpu *bpu, uint32_t offset)
{
    if (offset == BP_CTRL)
        return BP_CTRL_NUM_CODE | (bpu->enabled ? BP_CTRL_ENABLE : 0);
    return is_comp(offset) ? bpu->comp[(offset - BP_COMP0) / 4] : 0;
}

void sim_bpu_write(struct sim_bpu *bpu, uint32_t offset, uint32_t value)
{
    if (offset == BP_CTRL && (value & BP_CTRL_KEY))
        bpu->enabled = value & BP_CTRL_ENABLE;
    if (is_comp(offset))
        bpu->comp[(offset - BP_COMP0) / 4] =
            value & (BP_COMP_MATCH_UPPER | BP_COMP_MATCH_LOWER | BP_COMP_COMP | BP_COMP_ENABLE);
    compile(bpu);
}
