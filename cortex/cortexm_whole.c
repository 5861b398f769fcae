// SPDX-License-Identifier: MIT
// All of a core's basic registers, and why it halted, as part of one list of a probe that knows
// lists: what comes before them in the list halts the core, or waits for its reset.
#include "cortex/cortexm.h"
#include "cortex/scs.h"

#define CONTROL_SPSEL (1u << 1)

// DDI 0419, C1.6.4. The ST-LINK's own commands look for S_REGRDY no more than this does: seen on
// the wires of a V2J17.
void cortexm_add_reg_read(struct mem_batch *b, unsigned regsel, uint32_t *to)
{
    mem_batch_write(b, SCS_DCRSR, regsel);
    mem_batch_read(b, SCS_DCRDR, to);
}

void cortexm_add_whole(struct mem_batch *b, struct cortexm_whole *w)
{
    mem_batch_read(b, SCS_DFSR, &w->dfsr);
    mem_batch_read(b, SCS_ICSR, &w->icsr);
    for (unsigned reg = 0; reg < CORTEXM_WHOLE_REGS; reg++)
        cortexm_add_reg_read(b, core_regs[reg].regsel, &w->reg[reg]);
    cortexm_add_reg_read(b, core_regs[CORTEXM_PSP].regsel, &w->psp);
    cortexm_add_reg_read(b, core_regs[CORTEXM_CONTROL].regsel, &w->special);
}

static void take_one(struct cortexm *cm, enum cortexm_reg reg, uint32_t word)
{
    const struct core_reg *row = &core_regs[reg];
    word >>= row->shift;
    cm->regs[reg].value = row->bits ? word & ((1u << row->bits) - 1) : word;
    cm->regs[reg].known = true;
}

// There was no room for MSP, which SP is but for a thread with a stack of its own.
static enum err take_msp(struct cortexm *cm)
{
    uint32_t msp = (uint32_t)cm->regs[CORTEXM_SP].value;
    const bool in_thread = !(cm->regs[CORTEXM_XPSR].value & XPSR_EXCEPTION);
    enum err e = ERR_OK;
    if (in_thread && (cm->regs[CORTEXM_CONTROL].value & CONTROL_SPSEL))
        e = debug_probe_read_core_reg(cm->mem->probe, core_regs[CORTEXM_MSP].regsel, &msp);
    if (e == ERR_OK)
        take_one(cm, CORTEXM_MSP, msp);
    return e;
}

enum err cortexm_take_whole(struct cortexm *cm, const struct cortexm_whole *w)
{
    cortexm_forget_regs(cm);
    for (unsigned reg = 0; reg < CORTEXM_WHOLE_REGS; reg++)
        take_one(cm, reg, w->reg[reg]);
    take_one(cm, CORTEXM_PSP, w->psp);
    for (unsigned reg = CORTEXM_PRIMASK; reg <= CORTEXM_CONTROL; reg++)
        take_one(cm, reg, w->special);
    enum err e = take_msp(cm);
    if (e == ERR_OK) {
        cm->regs_valid = true;
        cortexm_note_stop(cm, w->dfsr, &w->icsr);
    } else {
        cortexm_forget_regs(cm);
    }
    return e;
}
