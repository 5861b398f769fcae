// SPDX-License-Identifier: MIT
// Core registers of a halted core, through a cache that one command fills.
#include <stddef.h>

#include "cortex/cortexm.h"

// DCRSR.REGSEL of the word that holds CONTROL, FAULTMASK, BASEPRI and PRIMASK (DDI 0419, C1.6.3).
#define REGSEL_SPECIAL 20u

bool cortexm_has_reg(const struct cortexm *cm, enum cortexm_reg reg)
{
    return !cm->armv6m || (reg != CORTEXM_BASEPRI && reg != CORTEXM_FAULTMASK);
}

static enum err fill(struct cortexm *cm)
{
    if (cm->regs_valid)
        return ERR_OK;
    uint32_t raw[DEBUG_PROBE_CORE_REGS];
    enum err e = debug_probe_read_core_regs(cm->mem->probe, raw);
    if (e != ERR_OK)
        return e;
    for (unsigned i = 0; i <= CORTEXM_PSP; i++)
        cm->regs[i] = raw[i];
    uint32_t special = raw[REGSEL_SPECIAL];
    cm->regs[CORTEXM_PRIMASK] = special & 0xff;
    cm->regs[CORTEXM_BASEPRI] = special >> 8 & 0xff;
    cm->regs[CORTEXM_FAULTMASK] = special >> 16 & 0xff;
    cm->regs[CORTEXM_CONTROL] = special >> 24;
    cm->regs_valid = true;
    cm->dirty = 0;
    return ERR_OK;
}

enum err cortexm_read_reg(struct cortexm *cm, enum cortexm_reg reg, uint32_t *value)
{
    if (!cortexm_has_reg(cm, reg))
        return log_fail(cm->log, ERR_UNSUPPORTED, "this core has no such register");
    enum err e = fill(cm);
    if (e == ERR_OK)
        *value = cm->regs[reg];
    return e;
}

// SP is MSP or PSP, whichever CONTROL and the mode select.
static enum cortexm_reg active_stack(const struct cortexm *cm)
{
    bool handler = cm->regs[CORTEXM_XPSR] & 0x1ff;
    return !handler && cm->regs[CORTEXM_CONTROL] & 2 ? CORTEXM_PSP : CORTEXM_MSP;
}

enum err cortexm_write_reg(struct cortexm *cm, enum cortexm_reg reg, uint32_t value)
{
    if (!cortexm_has_reg(cm, reg))
        return log_fail(cm->log, ERR_UNSUPPORTED, "this core has no such register");
    enum err e = fill(cm);
    if (e != ERR_OK)
        return e;
    // Bit 0 of PC and the two low bits of a stack pointer do not exist.
    if (reg == CORTEXM_PC)
        value &= ~1u;
    if (reg == CORTEXM_SP || reg == CORTEXM_MSP || reg == CORTEXM_PSP)
        value &= ~3u;
    // What is changed is the stack pointer that SP stands for now: CONTROL may be written later.
    if (reg == CORTEXM_SP)
        reg = active_stack(cm);
    cm->regs[reg] = value;
    cm->dirty |= 1u << reg;
    cm->regs[CORTEXM_SP] = cm->regs[active_stack(cm)];
    return ERR_OK;
}

static enum err flush_special(struct cortexm *cm)
{
    const uint32_t mask = 1u << CORTEXM_PRIMASK | 1u << CORTEXM_BASEPRI | 1u << CORTEXM_FAULTMASK |
                          1u << CORTEXM_CONTROL;
    if (!(cm->dirty & mask))
        return ERR_OK;
    const uint32_t *r = cm->regs;
    return debug_probe_write_core_reg(
        cm->mem->probe, REGSEL_SPECIAL,
        (r[CORTEXM_PRIMASK] & 0xff) | (r[CORTEXM_BASEPRI] & 0xff) << 8 |
            (r[CORTEXM_FAULTMASK] & 0xff) << 16 | r[CORTEXM_CONTROL] << 24);
}

enum err cortexm_flush_regs(struct cortexm *cm)
{
    if (!cm->regs_valid || !cm->dirty)
        return ERR_OK;
    enum err e = flush_special(cm);
    for (unsigned reg = 0; e == ERR_OK && reg <= CORTEXM_PSP; reg++)
        if (cm->dirty >> reg & 1)
            e = debug_probe_write_core_reg(cm->mem->probe, reg, cm->regs[reg]);
    if (e == ERR_OK)
        cm->dirty = 0;
    return e;
}
