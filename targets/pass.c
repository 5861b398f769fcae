// SPDX-License-Identifier: MIT
// Breakpoints that a running program passes because their condition, evaluated by somebody above,
// is false. Only what the breakpoint alone has stopped is passed: a watchpoint, a vector catch or a
// fault at the same place is told.
//
// The instruction under the breakpoint is stepped with interrupts masked, and the program goes on.
// Where it can cause no exception both are one list of accesses: nothing can come between that
// anybody would have to be told.
#include "cortex/scs.h"
#include "targets/target_private.h"

#define FIRST_INTERRUPT 14u // PendSV; below are faults, which a vector catch may have stopped

#define SRAM_MARGIN 64u // more than PUSH stores

static bool is_watched(const struct target *t)
{
    for (unsigned i = 0; i < t->core.dwt.count; i++)
        if (t->core.dwt.comparator[i].used)
            return true;
    return false;
}

// Whether anything but the breakpoint may have stopped the core here.
static enum err has_other_cause(struct target *t, bool *other)
{
    uint32_t xpsr, dfsr = 0;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_XPSR, &xpsr);
    if (e)
        return e;
    const uint32_t exception = xpsr & XPSR_EXCEPTION;
    *other = exception > 0 && exception < FIRST_INTERRUPT;
    if (*other || !is_watched(t))
        return ERR_OK;
    e = cortexm_read_halt_cause(&t->core, &dfsr);
    *other = dfsr & (DFSR_VCATCH | DFSR_DWTTRAP | DFSR_EXTERNAL);
    return e;
}

// Shifts, arithmetic, moves, and comparisons of registers; addresses; branches that say where;
// loads of literals. Of memory only the stack of a Cortex-M0, which has nothing to protect it.
static bool can_cause_nothing(struct target *t, uint16_t first, const struct thumb *insn)
{
    uint32_t sp;
    const unsigned top = first >> 8;
    if (!insn->is_plain || insn->may_last || insn->flow == THUMB_ANY || insn->size != 2)
        return false;
    if (top < 0x47 || (top >= 0x48 && top <= 0x4f) || (top >= 0xa0 && top <= 0xb0) ||
        (top >= 0xd0 && top <= 0xdd) || (top >= 0xe0 && top <= 0xe7))
        return true;
    const bool push = top == 0xb4 || top == 0xb5, near = top >= 0x90 && top <= 0x9f;
    if ((!push && !near) || t->core.caps.arch != CORE_ARMV6M ||
        (t->core.cpuid >> 4 & 0xfff) != 0xc20)
        return false;
    if (cortexm_read_reg(&t->core, CORTEXM_SP, &sp)) {
        log_forget(t->log);
        return false;
    }
    const uint32_t addr = push ? sp - SRAM_MARGIN : sp + 4 * (first & 0xffu);
    return region_is_ram(t, addr) && region_is_ram(t, sp - 4);
}

// The instruction at the breakpoint, which is in flash, looked at once for each go of the debugger.
static bool is_harmless(struct target *t, uint32_t pc)
{
    struct thumb insn;
    uint16_t first;
    if (!t->passing.known || t->passing.pc != pc) {
        t->passing.known = step_decode(t, pc, &first, &insn);
        t->passing.pc = pc;
        t->passing.first = first;
        t->passing.insn = insn;
    }
    return t->passing.known && can_cause_nothing(t, t->passing.first, &t->passing.insn);
}

static enum err step_and_run(struct target *t, uint32_t pc)
{
    uint32_t dhcsr = 0;
    enum err e = breaks_lift(t, pc);
    if (e)
        return e;
    cortexm_add_step(&t->core, &dhcsr);
    if ((e = breaks_put_back(t)) || (e = cortexm_resume(&t->core)))
        return e;
    t->state = TARGET_RUNNING;
    cortexm_note_dhcsr(&t->core, dhcsr);
    return ERR_OK;
}

enum err pass_filter_break(struct target *t, bool *passed)
{
    uint32_t pc, dfsr;
    bool other = false;
    *passed = false;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_PC, &pc);
    if (e || breaks_at(t, pc) == BREAK_NONE || (e = has_other_cause(t, &other)) || other)
        return e;
    t->state = TARGET_HALTED; // for whoever is asked
    const bool pass = t->pass_break(t->pass_user, pc);
    if (t->state != TARGET_HALTED || !pass)
        return ERR_OK;
    *passed = true;
    if (breaks_at(t, pc) == BREAK_HARDWARE && mem_batch_is_cheap(&t->mem) &&
        !t->core.caps.masks_late && is_harmless(t, pc)) {
        t->core.old_cause |= DFSR_HALTED | DFSR_BKPT;
        return step_and_run(t, pc);
    }
    if ((e = cortexm_take_halt_cause(&t->core, &dfsr)))
        return e;
    t->last_stop = (struct target_stop){.cause = TARGET_STOP_HWBREAK, .pc = pc};
    return ERR_OK;
}
