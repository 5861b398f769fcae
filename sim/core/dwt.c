// SPDX-License-Identifier: MIT
// Registers and comparators of the Data Watchpoint unit (DDI 0419, C1.7.2 to C1.7.7). Switched off
// by DEMCR.DWTENA, its registers read as zero and ignore writes.
#include "sim/core/dwt.h"

enum { DWT_CTRL = 0x000, DWT_PCSR = 0x01c, DWT_COMP0 = 0x020, DWT_COMP_STRIDE = 0x10 };
enum { COMP = 0x0, MASK = 0x4, FUNCTION = 0x8 };

#define DWT_CTRL_NUMCOMP     ((uint32_t)SIM_DWT_COUNT << 28)
#define DWT_MASK_BITS        0x1fu
#define DWT_FUNCTION_BITS    0xfu
#define DWT_FUNCTION_MATCHED (1u << 24)

void sim_dwt_reset(struct sim_dwt *dwt)
{
    *dwt = (struct sim_dwt){0};
}

static void summarize(struct sim_dwt *dwt)
{
    dwt->watches_pc = dwt->watches_data = false;
    for (unsigned i = 0; dwt->enabled && i < SIM_DWT_COUNT; i++) {
        uint32_t function = dwt->comparator[i].function;
        dwt->watches_pc |= function == SIM_DWT_PC;
        dwt->watches_data |= function >= SIM_DWT_READ && function <= SIM_DWT_ACCESS;
    }
}

void sim_dwt_enable(struct sim_dwt *dwt, bool on)
{
    dwt->enabled = on;
    summarize(dwt);
}

static bool is_comparator(uint32_t offset)
{
    return offset >= DWT_COMP0 && offset < DWT_COMP0 + SIM_DWT_COUNT * DWT_COMP_STRIDE;
}

static uint32_t read_comparator(struct sim_dwt *dwt, uint32_t offset)
{
    unsigned i = (offset - DWT_COMP0) / DWT_COMP_STRIDE;
    switch (offset % DWT_COMP_STRIDE) {
    case COMP:
        return dwt->comparator[i].comp;
    case MASK:
        return dwt->comparator[i].mask;
    case FUNCTION: {
        uint32_t value = dwt->comparator[i].function;
        if (dwt->comparator[i].matched)
            value |= DWT_FUNCTION_MATCHED;
        dwt->comparator[i].matched = false;
        return value;
    }
    default:
        return 0;
    }
}

uint32_t sim_dwt_read(struct sim_dwt *dwt, uint32_t offset, uint32_t pc_sample)
{
    if (!dwt->enabled)
        return 0;
    if (offset == DWT_CTRL)
        return DWT_CTRL_NUMCOMP;
    if (offset == DWT_PCSR)
        return pc_sample;
    return is_comparator(offset) ? read_comparator(dwt, offset) : 0;
}

void sim_dwt_write(struct sim_dwt *dwt, uint32_t offset, uint32_t value)
{
    if (!dwt->enabled || !is_comparator(offset))
        return;
    unsigned i = (offset - DWT_COMP0) / DWT_COMP_STRIDE;
    switch (offset % DWT_COMP_STRIDE) {
    case COMP:
        dwt->comparator[i].comp = value;
        break;
    case MASK:
        dwt->comparator[i].mask = value & DWT_MASK_BITS;
        break;
    case FUNCTION:
        dwt->comparator[i].function = value & DWT_FUNCTION_BITS;
        dwt->comparator[i].matched = false;
        break;
    default:
        break;
    }
    summarize(dwt);
}

static bool match(struct sim_dwt *dwt, unsigned i, uint32_t addr, uint32_t ignore)
{
    ignore |= (1u << dwt->comparator[i].mask) - 1;
    if ((addr ^ dwt->comparator[i].comp) & ~ignore)
        return false;
    dwt->comparator[i].matched = true;
    dwt->hit = true;
    return true;
}

bool sim_dwt_compare_pc(struct sim_dwt *dwt, uint32_t pc)
{
    bool any = false;
    for (unsigned i = 0; i < SIM_DWT_COUNT; i++) {
        if (dwt->comparator[i].function == SIM_DWT_PC)
            any |= match(dwt, i, pc, 1);
    }
    return any;
}

bool sim_dwt_compare_data(struct sim_dwt *dwt, uint32_t addr, unsigned size, bool is_write)
{
    bool any = false;
    for (unsigned i = 0; i < SIM_DWT_COUNT; i++) {
        uint32_t function = dwt->comparator[i].function;
        if (function == SIM_DWT_ACCESS || function == (is_write ? SIM_DWT_WRITE : SIM_DWT_READ))
            any |= match(dwt, i, addr, size - 1);
    }
    return any;
}
