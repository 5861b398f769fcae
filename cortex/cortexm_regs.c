// SPDX-License-Identifier: MIT
// Core registers of a halted core, through a cache. One command fills it with the basic registers
// (core_reg_is_basic()); those of the FPU and of the Security Extension are read when somebody
// asks.
#include <string.h>

#include "cortex/cortexm.h"
#include "cortex/reg_access.h"
#include "cortex/scs.h"

#define CONTROL_SPSEL (1u << 1)
#define DCRSR_WRITE   (1u << 16)

bool cortexm_has_reg(const struct cortexm *cm, enum cortexm_reg reg)
{
    return core_reg_exists(&cm->caps, reg);
}

static uint32_t slice_of(const struct core_reg *row, uint32_t word)
{
    word >>= row->shift;
    return row->bits ? word & ((1u << row->bits) - 1) : word;
}

static enum err fill_basic(struct cortexm *cm)
{
    uint32_t raw[DEBUG_PROBE_CORE_REGS];
    if (cm->regs_valid)
        return ERR_OK;
    enum err e = reg_access_read_all(cm->mem, raw);
    if (e != ERR_OK)
        return e;
    cortexm_forget_regs(cm);
    for (unsigned reg = 0; reg < CORTEXM_REG_COUNT; reg++) {
        const struct core_reg *row = &core_regs[reg];
        if (!core_reg_is_basic(reg))
            continue;
        cm->regs[reg].value = slice_of(row, raw[row->regsel]);
        cm->regs[reg].known = true;
    }
    cm->regs_valid = true;
    return ERR_OK;
}

static enum err fetch_reg(struct cortexm *cm, enum cortexm_reg reg)
{
    const struct core_reg *row = &core_regs[reg];
    uint32_t word[2] = {0};
    enum err e = fill_basic(cm);
    if (e != ERR_OK || cm->regs[reg].known)
        return e;
    for (unsigned i = 0; i < row->bytes / 4u && e == ERR_OK; i++)
        e = reg_access_read(cm->mem, row->regsel + i, &word[i]);
    if (e != ERR_OK)
        return e;
    cm->regs[reg].value = (uint64_t)word[1] << 32 | word[0];
    cm->regs[reg].known = true;
    return ERR_OK;
}

static enum err require_reg(struct cortexm *cm, enum cortexm_reg reg)
{
    if (cortexm_has_reg(cm, reg))
        return ERR_OK;
    return log_fail(cm->log, ERR_UNSUPPORTED, "this core has no register %s", core_regs[reg].name);
}

enum err cortexm_read_reg64(struct cortexm *cm, enum cortexm_reg reg, uint64_t *value)
{
    enum err e = require_reg(cm, reg);
    if (e == ERR_OK)
        e = fetch_reg(cm, reg);
    if (e == ERR_OK)
        *value = cm->regs[reg].value;
    return e;
}

enum err cortexm_read_reg(struct cortexm *cm, enum cortexm_reg reg, uint32_t *value)
{
    uint64_t wide;
    enum err e = cortexm_read_reg64(cm, reg, &wide);
    if (e == ERR_OK)
        *value = (uint32_t)wide;
    return e;
}

// SP is MSP or PSP, whichever CONTROL and the mode select.
static enum cortexm_reg active_stack(const struct cortexm *cm)
{
    bool handler = cm->regs[CORTEXM_XPSR].value & XPSR_EXCEPTION;
    return !handler && cm->regs[CORTEXM_CONTROL].value & CONTROL_SPSEL ? CORTEXM_PSP : CORTEXM_MSP;
}

enum err cortexm_write_reg64(struct cortexm *cm, enum cortexm_reg reg, uint64_t value)
{
    enum err e = require_reg(cm, reg);
    if (e == ERR_OK)
        e = fill_basic(cm);
    if (e != ERR_OK)
        return e;
    // Bit 0 of PC and the two low bits of a stack pointer do not exist.
    if (reg == CORTEXM_PC)
        value &= ~(uint64_t)1;
    if (reg == CORTEXM_SP || reg == CORTEXM_MSP || reg == CORTEXM_PSP)
        value &= ~(uint64_t)3;
    // What is changed is the stack pointer that SP stands for now: CONTROL may be written later.
    if (reg == CORTEXM_SP)
        reg = active_stack(cm);
    cm->regs[reg].value = value;
    cm->regs[reg].known = true;
    cm->regs[reg].dirty = true;
    cm->regs[CORTEXM_SP].value = cm->regs[active_stack(cm)].value;
    return ERR_OK;
}

enum err cortexm_write_reg(struct cortexm *cm, enum cortexm_reg reg, uint32_t value)
{
    return cortexm_write_reg64(cm, reg, value);
}

// The registers that share a word of the core are written together. False: nothing is new in it.
static bool gather_shared(const struct cortexm *cm, unsigned *regsel, uint32_t *word)
{
    bool dirty = false;
    *regsel = core_regs[CORTEXM_CONTROL].regsel;
    *word = 0;
    for (unsigned reg = 0; reg < CORTEXM_REG_COUNT; reg++) {
        const struct core_reg *row = &core_regs[reg];
        if (row->regsel != *regsel)
            continue;
        *word |= ((uint32_t)cm->regs[reg].value & ((1u << row->bits) - 1)) << row->shift;
        dirty |= cm->regs[reg].dirty;
    }
    return dirty;
}

static enum err flush_shared(struct cortexm *cm)
{
    unsigned regsel;
    uint32_t word;
    return gather_shared(cm, &regsel, &word) ? reg_access_write(cm->mem, regsel, word) : ERR_OK;
}

static enum err flush_one(struct cortexm *cm, enum cortexm_reg reg)
{
    const struct core_reg *row = &core_regs[reg];
    enum err e = ERR_OK;
    for (unsigned i = 0; i < row->bytes / 4u && e == ERR_OK; i++)
        e = reg_access_write(cm->mem, row->regsel + i, (uint32_t)(cm->regs[reg].value >> 32 * i));
    return e;
}

enum err cortexm_flush_regs(struct cortexm *cm)
{
    if (!cm->regs_valid)
        return ERR_OK;
    enum err e = flush_shared(cm);
    for (unsigned reg = 0; e == ERR_OK && reg < CORTEXM_REG_COUNT; reg++)
        if (cm->regs[reg].dirty && !core_regs[reg].bits)
            e = flush_one(cm, reg);
    for (unsigned reg = 0; e == ERR_OK && reg < CORTEXM_REG_COUNT; reg++)
        cm->regs[reg].dirty = false;
    return e;
}

// DDI 0419, C1.6.4.
static void add_reg_write(struct mem_batch *b, unsigned regsel, uint32_t value)
{
    mem_batch_write(b, SCS_DCRDR, value);
    mem_batch_write(b, SCS_DCRSR, DCRSR_WRITE | regsel);
}

void cortexm_add_flush(struct cortexm *cm, struct mem_batch *b)
{
    unsigned regsel;
    uint32_t word;
    if (!cm->regs_valid)
        return;
    if (gather_shared(cm, &regsel, &word))
        add_reg_write(b, regsel, word);
    for (unsigned reg = 0; reg < CORTEXM_REG_COUNT; reg++) {
        const struct core_reg *row = &core_regs[reg];
        for (unsigned i = 0; cm->regs[reg].dirty && !row->bits && i < row->bytes / 4u; i++)
            add_reg_write(b, row->regsel + i, (uint32_t)(cm->regs[reg].value >> 32 * i));
        cm->regs[reg].dirty = false;
    }
}

static void take_reg(struct cortexm *cm, enum cortexm_reg reg, uint32_t value)
{
    cm->regs[reg].value = value;
    cm->regs[reg].known = true;
}

void cortexm_take_step_regs(struct cortexm *cm, const struct cortexm_step *step)
{
    for (unsigned i = 0; i < 13; i++)
        if (step->changes >> i & 1)
            take_reg(cm, CORTEXM_R0 + i, step->general[i]);
    take_reg(cm, CORTEXM_LR, step->lr);
    take_reg(cm, CORTEXM_PC, step->pc);
    take_reg(cm, CORTEXM_XPSR, step->xpsr);
    take_reg(cm, CORTEXM_SP, step->sp);
    take_reg(cm, active_stack(cm), step->sp);
}

void cortexm_forget_regs(struct cortexm *cm)
{
    cm->regs_valid = false;
    memset(cm->regs, 0, sizeof cm->regs);
}
