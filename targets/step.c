// SPDX-License-Identifier: MIT
// A step and what is asked after it, in one go. The instruction is looked at before: it tells which
// registers it may change, where the core may be after it, and whether it may take long.
#include "base/bytes.h"
#include "cortex/thumb.h"
#include "targets/target_private.h"

static bool decode_at(struct target *t, uint32_t pc, struct thumb *insn)
{
    uint8_t first[2], second[2] = {0};
    if (target_read_mem(t, pc, first, sizeof first, NULL) ||
        (thumb_is_wide(get_le16(first)) &&
         target_read_mem(t, pc + 2, second, sizeof second, NULL))) {
        log_forget(t->log);
        return false;
    }
    *insn = thumb_decode(pc, get_le16(first), get_le16(second));
    return true;
}

bool step_decode(struct target *t, uint32_t pc, uint16_t *first, struct thumb *insn)
{
    uint8_t code[2];
    if (target_read_mem(t, pc, code, sizeof code, NULL)) {
        log_forget(t->log);
        return false;
    }
    *first = get_le16(code);
    return decode_at(t, pc, insn);
}

bool step_may_be_bkpt(struct target *t, uint32_t pc)
{
    uint8_t code[2];
    if (target_read_mem(t, pc, code, sizeof code, NULL) == ERR_OK)
        return thumb_is_bkpt(get_le16(code));
    log_forget(t->log);
    return true;
}

bool step_may_last(struct target *t, uint32_t pc)
{
    struct thumb insn;
    return !decode_at(t, pc, &insn) || insn.may_last;
}

static enum err plan_words(struct target *t, uint32_t pc, const struct thumb *insn)
{
    uint32_t sp, lr;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_SP, &sp);
    if (e || (e = cortexm_read_reg(&t->core, CORTEXM_LR, &lr)))
        return e;
    ahead_drop(t);
    ahead_plan(t, &t->core.pending, pc + insn->size, AHEAD_CODE_BYTES);
    // From a breakpoint, which a debugger sets again after the step: it looks what stands there.
    if (t->last_stop.pc == pc && t->last_stop.cause != TARGET_STOP_STEP)
        ahead_plan(t, &t->core.pending, pc, insn->size);
    if (insn->flow == THUMB_BRANCH)
        ahead_plan(t, &t->core.pending, insn->target, AHEAD_CODE_BYTES);
    ahead_plan_stop(t, &t->core.pending, sp, lr);
    return ERR_OK;
}

// Whether a step can come to anything else than its end that DFSR would tell.
static bool is_watched(const struct target *t)
{
    for (unsigned i = 0; i < t->core.dwt.count; i++)
        if (t->core.dwt.comparator[i].used)
            return true;
    return false;
}

// The registers of a core that has not halted are whatever was in DCRDR.
static enum err check_where_it_is(struct target *t, uint32_t pc, uint32_t mode,
                                  const struct thumb *insn)
{
    uint32_t now, xpsr, r0;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_PC, &now);
    if (e || (e = cortexm_read_reg(&t->core, CORTEXM_XPSR, &xpsr)) ||
        (e = cortexm_read_reg(&t->core, CORTEXM_R0, &r0)))
        return e;
    const bool expected =
        now == pc + insn->size || (insn->flow == THUMB_BRANCH && now == insn->target);
    t->step_ended = expected && (xpsr & XPSR_EXCEPTION) == mode && xpsr != now && r0 != now;
    if (t->step_ended)
        cortexm_note_stop(&t->core, DFSR_HALTED, NULL);
    else
        cortexm_forget_regs(&t->core);
    return ERR_OK;
}

// With a probe that knows no lists: the registers alone tell that a plain instruction is over, when
// the core is where it leads to.
static enum err step_by_registers(struct target *t, uint32_t pc, const struct thumb *insn,
                                  bool *done)
{
    uint32_t xpsr;
    const bool code_kept = t->code.valid && t->code.runs == t->core.runs && !insn->stores;
    if (!insn->is_plain || insn->flow == THUMB_ANY || is_watched(t))
        return ERR_OK;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_XPSR, &xpsr);
    if (!e)
        e = cortexm_start_step(&t->core, true);
    if (e)
        return e;
    *done = true;
    e = check_where_it_is(t, pc, xpsr & XPSR_EXCEPTION, insn);
    // What does not store cannot change the program in flash.
    if (!e && t->step_ended && code_kept)
        t->code.runs = t->core.runs;
    return e;
}

static enum err step_in_batch(struct target *t, uint32_t pc, const struct thumb *insn, bool *done)
{
    struct cortexm_step step;
    bool all_read;
    const bool cleaned = t->core.caches.data_on;
    enum err e = cortexm_prepare_step(&t->core, insn->is_plain ? &insn->writes : NULL, &step);
    if (!e)
        e = plan_words(t, pc, insn);
    if (!e)
        e = cortexm_do_step(&t->core, &step, &t->step_ended, &all_read);
    if (e)
        return e;
    *done = true;
    if (t->step_ended && all_read)
        ahead_keep(t);
    else
        ahead_drop(t);
    ahead_drop_cached(t, cleaned);
    return ERR_OK;
}

enum err step_at_once(struct target *t, uint32_t pc, bool *done)
{
    struct thumb insn;
    *done = false;
    if (!t->options.read_ahead || !memory_is_plain(t, pc) || !decode_at(t, pc, &insn) ||
        insn.may_last)
        return ERR_OK;
    return mem_batch_is_cheap(&t->mem) ? step_in_batch(t, pc, &insn, done)
                                       : step_by_registers(t, pc, &insn, done);
}
