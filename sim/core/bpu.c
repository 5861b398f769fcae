// SPDX-License-Identifier: MIT
// Registers of the Breakpoint Unit (DDI 0419, C1.8.2 and C1.8.3) and of the FPB (DDI 0403, C1.11.3
// to C1.11.5).
#include "sim/core/bpu.h"

enum { BP_CTRL = 0x000, FP_REMAP = 0x004, BP_COMP0 = 0x008 };

#define BP_CTRL_NUM_CODE 4 // shifts
#define FP_CTRL_NUM_LIT  8
#define FP_CTRL_REV2     (1u << 28)
#define BP_CTRL_KEY      (1u << 1)
#define BP_CTRL_ENABLE   (1u << 0)

#define BP_COMP_MATCH_UPPER (1u << 31)
#define BP_COMP_MATCH_LOWER (1u << 30)
#define BP_COMP_MATCH       (BP_COMP_MATCH_UPPER | BP_COMP_MATCH_LOWER)
#define BP_COMP_COMP        0x1ffffffcu
#define BP_COMP_ENABLE      (1u << 0)

#define FP_REMAP_RMPSPT (1u << 29) // remapping is there, into the region of SRAM
#define FP_REMAP_BITS   (~0x1fu & (FP_REMAP_RMPSPT - 1))
#define REMAP_REGION    (1u << 29)

void sim_bpu_create(struct sim_bpu *bpu, unsigned codes, unsigned literals, bool v2)
{
    *bpu = (struct sim_bpu){.codes = codes, .literals = literals, .v2 = v2};
}

void sim_bpu_reset(struct sim_bpu *bpu)
{
    sim_bpu_create(bpu, bpu->codes, bpu->literals, bpu->v2);
}

static bool is_fpb(const struct sim_bpu *bpu)
{
    return bpu->literals > 0;
}

static void compile_code(struct sim_bpu *bpu, unsigned i)
{
    uint32_t comp = bpu->comp[i];
    if (bpu->v2) {
        bpu->stop[bpu->stop_count++] = comp & ~BP_COMP_ENABLE;
        return;
    }
    if (comp & BP_COMP_MATCH_LOWER)
        bpu->stop[bpu->stop_count++] = comp & BP_COMP_COMP;
    if (comp & BP_COMP_MATCH_UPPER)
        bpu->stop[bpu->stop_count++] = (comp & BP_COMP_COMP) + 2;
    if (!(comp & BP_COMP_MATCH) && is_fpb(bpu))
        bpu->remap_codes |= 1u << i;
}

static void compile(struct sim_bpu *bpu)
{
    bpu->stop_count = bpu->remap_codes = bpu->remap_literals = 0;
    for (unsigned i = 0; bpu->enabled && i < bpu->codes + bpu->literals; i++) {
        if (!(bpu->comp[i] & BP_COMP_ENABLE))
            continue;
        if (i < bpu->codes)
            compile_code(bpu, i);
        else
            bpu->remap_literals |= 1u << i;
    }
}

uint32_t sim_bpu_remap(const struct sim_bpu *bpu, uint32_t addr, bool fetch)
{
    unsigned candidates = fetch ? bpu->remap_codes : bpu->remap_literals;
    for (unsigned i = 0; candidates >> i; i++) {
        if (candidates >> i & 1 && (bpu->comp[i] & BP_COMP_COMP) == (addr & ~3u))
            return (REMAP_REGION | bpu->remap) + 4 * i + (addr & 3);
    }
    return addr;
}

static bool is_comp(const struct sim_bpu *bpu, uint32_t offset)
{
    return offset >= BP_COMP0 && offset < BP_COMP0 + 4 * (bpu->codes + bpu->literals);
}

uint32_t sim_bpu_read(const struct sim_bpu *bpu, uint32_t offset)
{
    if (offset == BP_CTRL)
        return (bpu->v2 ? FP_CTRL_REV2 : 0) | bpu->codes << BP_CTRL_NUM_CODE |
               bpu->literals << FP_CTRL_NUM_LIT | (bpu->enabled ? BP_CTRL_ENABLE : 0);
    if (offset == FP_REMAP && is_fpb(bpu))
        return FP_REMAP_RMPSPT | bpu->remap;
    return is_comp(bpu, offset) ? bpu->comp[(offset - BP_COMP0) / 4] : 0;
}

void sim_bpu_write(struct sim_bpu *bpu, uint32_t offset, uint32_t value)
{
    if (offset == BP_CTRL && (value & BP_CTRL_KEY))
        bpu->enabled = value & BP_CTRL_ENABLE;
    if (offset == FP_REMAP && is_fpb(bpu))
        bpu->remap = value & FP_REMAP_BITS;
    if (is_comp(bpu, offset)) {
        unsigned i = (offset - BP_COMP0) / 4;
        uint32_t match = i < bpu->codes ? BP_COMP_MATCH : 0;
        bpu->comp[i] = bpu->v2 ? value : value & (match | BP_COMP_COMP | BP_COMP_ENABLE);
    }
    compile(bpu);
}
