// SPDX-License-Identifier: MIT
// Run control: halt, resume, step, and why the core stopped (DDI 0419, C1.5 and C1.6).
//
// A step does not end in an interrupt handler, and yet no interrupt is lost: what is pending runs
// first, up to a comparator at the instruction to be stepped, which is then stepped with interrupts
// masked.
#include "cortex/scs.h"
#include "cortex/thumb.h"
#include "targets/target_private.h"

#define PRIMASK_PM 1u
#define LOCKUP_PC  0xfffffffeu // DDI 0419, B1.5.15

#define STEP_POLLS    4u     // at an instruction that should be done at once
#define RANGE_TIME_US 20000u // that a range step may take of one target_poll()

static void explain_stop(struct target *t, struct target_stop *s)
{
    if (s->cause == TARGET_STOP_FAULT)
        fault_explain(t, s->detail, sizeof s->detail);
    else if (s->cause == TARGET_STOP_LOCKUP)
        fault_explain_lockup(t, s->detail, sizeof s->detail);
}

// Of a stop at a breakpoint of ours, or where there is none.
static enum target_stop_cause cause_of(enum break_kind kind)
{
    switch (kind) {
    case BREAK_HARDWARE:
        return TARGET_STOP_HWBREAK;
    case BREAK_SOFTWARE:
        return TARGET_STOP_SWBREAK;
    case BREAK_NONE:
        break;
    }
    return TARGET_STOP_STEP;
}

// What DFSR and the place say. More than one bit may be set: a breakpoint that was hit in the
// moment of a halt request is still a breakpoint.
static enum err find_cause(struct target *t, uint32_t dfsr, uint32_t xpsr, struct target_stop *s)
{
    bool told_before = t->stepping && t->left_break && s->pc == t->step_start;
    bool temporary = (t->caught_running && s->pc == t->step_pc) || t->at_exit;
    enum err e = breaks_end_step(t);
    if (e)
        return e;
    if (dfsr & DFSR_VCATCH) {
        // A reset is caught in Thread mode, a fault at the first instruction of its handler.
        s->cause = xpsr & XPSR_EXCEPTION ? TARGET_STOP_FAULT : TARGET_STOP_RESET;
        return ERR_OK;
    }
    if ((s->pc & ~1u) == LOCKUP_PC) {
        s->cause = TARGET_STOP_LOCKUP;
        return ERR_OK;
    }
    bool hit = false;
    if (dfsr & DFSR_DWTTRAP) {
        e = dwt_take_hit(&t->core.dwt, &hit, &s->watch_addr, &s->watch);
        if (hit)
            s->cause = TARGET_STOP_WATCH;
    }
    if (e || hit || !(dfsr & DFSR_BKPT))
        return e;
    enum break_kind kind = breaks_at(t, s->pc);
    if (kind != BREAK_NONE) {
        s->cause = cause_of(kind);
    } else if (!temporary) {
        s->cause = TARGET_STOP_BKPT;
        s->told_before = told_before;
    }
    return ERR_OK;
}

enum err run_take_stop(struct target *t, enum target_stop_cause plain)
{
    struct target_stop s = {.cause = plain};
    uint32_t dfsr, xpsr;
    t->state = TARGET_HALTED;
    t->step_ended = false;
    enum err e = ahead_read_stop(t);
    if (e || (e = erratum_unmask(t)) || (e = cortexm_take_halt_cause(&t->core, &dfsr)) ||
        (e = cortexm_read_reg(&t->core, CORTEXM_PC, &s.pc)) ||
        (e = cortexm_read_reg(&t->core, CORTEXM_XPSR, &xpsr)) ||
        (e = find_cause(t, dfsr, xpsr, &s)))
        return target_note_error(t, e);
    s.was_reset = cortexm_take_reset(&t->core);
    if (s.was_reset)
        swo_note_undone(t);
    explain_stop(t, &s);
    t->last_stop = s;
    return ERR_OK;
}

enum err target_halt(struct target *t)
{
    enum err e = target_claim(t);
    if (e || t->state == TARGET_HALTED)
        return e;
    e = cortexm_halt(&t->core);
    if (!e)
        e = ahead_read_halt(t);
    return e ? target_note_error(t, e) : run_take_stop(t, TARGET_STOP_REQUEST);
}

// Where a BKPT of the program's own stopped it, it would stop for ever. DFSR may also tell of the
// BKPT that stopped the core for a debugger before us: what is no BKPT is not passed over.
static enum err pass_own_bkpt(struct target *t, bool *passed)
{
    uint32_t pc;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_PC, &pc);
    *passed = !e && t->last_stop.cause == TARGET_STOP_BKPT && t->last_stop.pc == pc &&
              step_may_be_bkpt(t, pc);
    return *passed ? cortexm_write_reg(&t->core, CORTEXM_PC, pc + THUMB_BKPT_SIZE) : e;
}

enum err target_pass_bkpt(struct target *t, uint32_t r0, struct target_stop *stop)
{
    uint32_t before, pc;
    enum err e = target_claim_halted(t);
    if (e || (e = cortexm_read_reg(&t->core, CORTEXM_R0, &before)) ||
        (e = cortexm_read_reg(&t->core, CORTEXM_PC, &pc)))
        return target_note_error(t, e);
    pc += THUMB_BKPT_SIZE;
    if (before != r0)
        e = cortexm_write_reg(&t->core, CORTEXM_R0, r0);
    if (!e)
        e = cortexm_write_reg(&t->core, CORTEXM_PC, pc);
    if (e)
        return target_note_error(t, e);
    *stop = (struct target_stop){.cause = cause_of(breaks_at(t, pc)), .pc = pc};
    t->last_stop = *stop;
    return ERR_OK;
}

static enum err let_go(struct target *t)
{
    enum err e = breaks_apply(t);
    breaks_note_go(t);
    if (!e)
        e = cortexm_resume(&t->core);
    if (!e)
        t->state = TARGET_RUNNING;
    return e;
}

static enum err start_masked_step(struct target *t, uint32_t pc)
{
    bool done = false;
    enum err e = breaks_at(t, pc) == BREAK_NONE ? ERR_OK : breaks_lift(t, pc);
    if (e || (e = erratum_mask(t, pc)) || (e = breaks_apply(t)) || (e = step_at_once(t, pc, &done)))
        return e;
    if (!done)
        e = cortexm_start_step(&t->core, true);
    if (!e)
        t->state = TARGET_RUNNING;
    return e;
}

// Steps the instruction under a breakpoint of ours. A WFI that sleeps is ended: it may return at
// any time.
static enum err step_over_break(struct target *t, uint32_t pc)
{
    uint32_t dhcsr = 0;
    t->stepping = true;
    enum err e = start_masked_step(t, pc);
    for (unsigned i = 0; !e && !t->step_ended && i < STEP_POLLS && !(dhcsr & DHCSR_S_HALT); i++)
        e = presence_read_dhcsr(t, &dhcsr);
    if (!e && !t->step_ended && !(dhcsr & DHCSR_S_HALT))
        e = cortexm_halt(&t->core);
    return e ? e : run_take_stop(t, TARGET_STOP_STEP);
}

enum err target_resume(struct target *t)
{
    bool passed;
    uint32_t pc;
    t->passing.known = false;
    enum err e = target_claim_halted(t);
    if (e || (e = swo_before_run(t)) || (e = pass_own_bkpt(t, &passed)) ||
        (e = cortexm_read_reg(&t->core, CORTEXM_PC, &pc)))
        return target_note_error(t, e);
    if (breaks_at(t, pc) != BREAK_NONE) {
        e = step_over_break(t, pc);
        if (e || t->last_stop.cause != TARGET_STOP_STEP)
            return target_note_error(t, e);
    }
    return target_note_error(t, let_go(t));
}

enum err target_stop_at_break(struct target *t, bool *stopped)
{
    uint32_t pc;
    *stopped = false;
    enum err e = target_claim_halted(t);
    if (e || (e = cortexm_read_reg(&t->core, CORTEXM_PC, &pc)))
        return target_note_error(t, e);
    enum break_kind kind = breaks_at(t, pc);
    *stopped = kind != BREAK_NONE;
    if (*stopped)
        t->last_stop = (struct target_stop){.cause = cause_of(kind), .pc = pc};
    return ERR_OK;
}

// Whether an interrupt waits that the core would take before its next instruction. Only Thread mode
// is considered: in a handler it would depend on priorities.
static enum err is_interrupt_due(struct target *t, uint32_t pc, bool *due)
{
    uint32_t xpsr, primask = 0;
    *due = false;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_XPSR, &xpsr);
    if (!e)
        e = cortexm_read_reg(&t->core, CORTEXM_PRIMASK, &primask);
    if (e || (xpsr & XPSR_EXCEPTION) || (primask & PRIMASK_PM))
        return e;
    const bool fresh = !mem_batch_is_cheap(&t->mem) || step_may_last(t, pc);
    return cortexm_interrupt_pending(&t->core, fresh, due);
}

// Lets pending interrupts run up to a temporary comparator at pc. *let_in false: there was none, or
// no comparator is free, and the step has to do without.
static enum err let_interrupts_in(struct target *t, uint32_t pc, bool *let_in)
{
    bool due;
    *let_in = false;
    enum err e = is_interrupt_due(t, pc, &due);
    if (e || !due)
        return e;
    e = bpu_set(&t->core.bpu, pc);
    if (e == ERR_RESOURCE || e == ERR_UNSUPPORTED) {
        log_line(t->log, LOG_DEBUG, "stepping with a pending interrupt left aside: %s",
                 log_sentence(t->log, e));
        log_forget(t->log);
        return ERR_OK;
    }
    if (e)
        return e;
    t->step_pc = pc;
    t->caught_running = *let_in = true;
    return let_go(t);
}

static enum err start_step(struct target *t)
{
    bool let_in;
    uint32_t pc;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_PC, &pc);
    if (e || (e = let_interrupts_in(t, pc, &let_in)) || let_in)
        return e;
    return start_masked_step(t, pc);
}

// Whether the core stands where a breakpoint of ours had stopped it. What is under it may be a BKPT
// of the program's own, of which nobody needs to be told twice.
static enum err note_left_break(struct target *t)
{
    const struct target_stop *last = &t->last_stop;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_PC, &t->step_start);
    bool at_break = last->cause == TARGET_STOP_HWBREAK || last->cause == TARGET_STOP_SWBREAK;
    t->left_break = !e && at_break && last->pc == t->step_start;
    return e;
}

// Lets the core leave the range, if that can be prepared.
static enum err leave_range(struct target *t, uint32_t pc, bool *gone)
{
    enum err e = range_prepare(t, pc, gone);
    if (e || !*gone)
        return e;
    t->leaving.running = true;
    return let_go(t);
}

enum err target_step(struct target *t, uint32_t start, uint32_t end)
{
    bool passed;
    enum err e = target_claim_halted(t);
    if (e || (e = swo_before_run(t)) || (e = pass_own_bkpt(t, &passed)) || (e = note_left_break(t)))
        return target_note_error(t, e);
    if (passed) {
        t->last_stop.cause = TARGET_STOP_STEP;
        t->last_stop.pc += THUMB_BKPT_SIZE;
        t->last_stop.was_reset = false;
        t->last_stop.detail[0] = '\0';
        return ERR_OK;
    }
    t->stepping = true;
    t->range_start = start;
    t->range_end = end;
    bool gone = false;
    if (end > start)
        e = leave_range(t, t->step_start, &gone);
    return target_note_error(t, e || gone ? e : start_step(t));
}

// Only what most questions need is read, and nothing twice.
static enum err read_pc_and_cause(struct target *t, uint32_t *pc, uint32_t *dfsr)
{
    enum err e = t->core.regs_valid || t->mem.number
                     ? cortexm_read_reg(&t->core, CORTEXM_PC, pc)
                     : debug_probe_read_core_reg(t->probe, CORTEXM_PC, pc);
    return e ? e : cortexm_read_halt_cause(&t->core, dfsr);
}

// The core halted while interrupts ran: at the comparator that waited for their end, or elsewhere
// for a reason of its own.
static enum err end_interrupts(struct target *t)
{
    uint32_t pc, dfsr;
    enum err e = read_pc_and_cause(t, &pc, &dfsr);
    if (e)
        return e;
    if (pc != t->step_pc || (dfsr & (DFSR_VCATCH | DFSR_DWTTRAP)))
        return run_take_stop(t, TARGET_STOP_REQUEST);
    e = bpu_clear(&t->core.bpu, pc);
    t->caught_running = e != ERR_OK;
    if (e || (e = cortexm_take_halt_cause(&t->core, &dfsr)))
        return e;
    return start_masked_step(t, pc);
}

// Whether a range step ends where the core stands now.
static enum err is_range_done(struct target *t, uint32_t *pc, bool *done)
{
    uint32_t dfsr;
    enum err e = read_pc_and_cause(t, pc, &dfsr);
    if (!e)
        e = breaks_put_back(t);
    *done = !e && ((dfsr & ~DFSR_HALTED) || *pc < t->range_start || *pc >= t->range_end ||
                   breaks_at(t, *pc) != BREAK_NONE);
    return e;
}

static enum err take_range_stop(struct target *t)
{
    enum err e = run_take_stop(t, TARGET_STOP_STEP);
    if (!e && t->last_stop.cause == TARGET_STOP_STEP)
        t->last_stop.cause = cause_of(breaks_at(t, t->last_stop.pc));
    return e;
}

// DHCSR, unless the step brought its end with it.
static enum err poll_step_end(struct target *t, uint32_t *dhcsr)
{
    *dhcsr = DHCSR_S_HALT;
    enum err e = t->step_ended ? ERR_OK : presence_read_dhcsr(t, dhcsr);
    t->step_ended = false;
    return e || !(*dhcsr & DHCSR_S_HALT) ? e : erratum_unmask(t);
}

// At one of the places that were to be met, but in a handler or in another thread: on from there.
static enum err pass_by(struct target *t, uint32_t pc)
{
    uint32_t dhcsr = 0;
    enum err e = start_masked_step(t, pc);
    for (unsigned i = 0; !e && i < STEP_POLLS && !(dhcsr & DHCSR_S_HALT); i++)
        e = poll_step_end(t, &dhcsr);
    if (!e && !(dhcsr & DHCSR_S_HALT))
        e = cortexm_halt(&t->core);
    if (!e)
        e = breaks_put_back(t);
    return e ? e : let_go(t);
}

// The core has halted on its way out of the range.
static enum err end_leaving(struct target *t)
{
    uint32_t pc, dfsr;
    bool left = false;
    enum err e = ahead_read_stop(t);
    if (e || (e = read_pc_and_cause(t, &pc, &dfsr)))
        return e;
    t->at_exit = (dfsr & ~DFSR_HALTED) == DFSR_BKPT && range_is_exit(t, pc);
    if (t->at_exit && (e = range_is_left(t, &left)))
        return e;
    if (t->at_exit && !left) {
        t->at_exit = false;
        return pass_by(t, pc);
    }
    breaks_clear_exits(t);
    if (!t->at_exit || pc < t->range_start || pc >= t->range_end || breaks_at(t, pc) != BREAK_NONE)
        return take_range_stop(t);
    // An instruction of which nobody knows where it leads.
    e = cortexm_take_halt_cause(&t->core, &dfsr);
    t->at_exit = false;
    return e ? e : start_masked_step(t, pc);
}

// Goes on with a range step until it ends, meets an instruction that takes long, or its time is
// over. So often only are interrupts let in.
static enum err continue_range(struct target *t)
{
    uint64_t deadline = debug_probe_now_us(t->probe) + RANGE_TIME_US;
    bool done;
    uint32_t pc, dhcsr = DHCSR_S_HALT;
    enum err e = ERR_OK;
    for (bool first = true; !e && (dhcsr & DHCSR_S_HALT); first = false) {
        if ((e = is_range_done(t, &pc, &done)))
            return e;
        if (done)
            return take_range_stop(t);
        if (first && (e = leave_range(t, pc, &done)))
            return e;
        if (done)
            return ERR_OK;
        e = first ? start_step(t) : start_masked_step(t, pc);
        if (e || t->caught_running || debug_probe_now_us(t->probe) > deadline)
            return e;
        e = poll_step_end(t, &dhcsr);
    }
    return e;
}

static enum err take_lockup(struct target *t)
{
    enum err e = cortexm_halt(&t->core);
    return e ? e : run_take_stop(t, TARGET_STOP_LOCKUP);
}

// A masked step sleeps in WFI, because C_MASKINTS keeps interrupts from waking the core. As soon as
// one waits, the WFI is over: halting ends it (DDI 0419, B1.5.17), and the next step lets the
// interrupt in.
static enum err end_sleep_when_due(struct target *t)
{
    bool due;
    enum err e = cortexm_interrupt_pending(&t->core, true, &due);
    return !e && due ? cortexm_halt(&t->core) : e;
}

// The core has halted, in no range and before no interrupt.
static enum err end_run(struct target *t)
{
    bool passed = false;
    enum err e = !t->stepping && t->pass_break ? pass_filter_break(t, &passed) : ERR_OK;
    if (e || (passed && t->state == TARGET_RUNNING))
        return e;
    return passed ? target_resume(t)
                  : run_take_stop(t, t->stepping ? TARGET_STOP_STEP : TARGET_STOP_REQUEST);
}

enum err target_poll(struct target *t, bool *stopped, struct target_stop *stop)
{
    *stopped = false;
    *stop = (struct target_stop){0};
    enum err e = target_claim(t);
    if (e)
        return e;
    if (t->state == TARGET_RUNNING) {
        uint32_t dhcsr;
        if ((e = poll_step_end(t, &dhcsr)) || t->released)
            return e;
        bool runs = !(dhcsr & (DHCSR_S_LOCKUP | DHCSR_S_HALT)), passed = false;
        if (!runs && (e = erratum_pass_false_halt(t, dhcsr, &passed)))
            return target_note_error(t, e);
        if (passed)
            return ERR_OK;
        stop->was_reset = runs && cortexm_take_reset(&t->core);
        if (stop->was_reset) {
            swo_note_undone(t);
            t->primask_set = false;
        }
        if (dhcsr & DHCSR_S_LOCKUP)
            e = take_lockup(t);
        else if (runs)
            return t->stepping && dhcsr & DHCSR_S_SLEEP && !t->caught_running && !t->leaving.running
                       ? target_note_error(t, end_sleep_when_due(t))
                       : ERR_OK;
        else if (t->caught_running)
            e = end_interrupts(t);
        else if (t->leaving.running)
            e = end_leaving(t);
        else if (t->stepping && t->range_end > t->range_start)
            e = continue_range(t);
        else
            e = end_run(t);
    }
    if (e)
        return target_note_error(t, e);
    *stopped = t->state == TARGET_HALTED;
    if (*stopped)
        *stop = t->last_stop;
    return ERR_OK;
}
