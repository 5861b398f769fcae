// SPDX-License-Identifier: MIT
// Exceptions: what the architectures share (reset, priorities, lockup), and entry, return and
// faults of ARMv6-M (DDI 0419, B1.5); those of ARMv7-M are in exception_v7m.c. What the manual
// leaves UNPREDICTABLE in a return is a HardFault here and a violation in the account. A stack that
// stalls the bus is taken as a bus error; a vector table that does (flash that is being programmed)
// is waited for.
#include <string.h>

#include "sim/core/core_state.h"

enum { SP = 13, LR = 14, PC = 15 };

// Approximations; how long an entry takes is of the kind of core.
enum { CYCLES_CHAIN = 6, CYCLES_RETURN = 12 };

#define EXC_RETURN_HANDLER        0xfffffff1u
#define EXC_RETURN_THREAD_MAIN    0xfffffff9u
#define EXC_RETURN_THREAD_PROCESS 0xfffffffdu

void sim_exception_lock_up(struct sim_core *core)
{
    core->locked_up = true;
    core->cpu.r[PC] = SIM_LOCKUP_PC;
    core->cpu.attention = true;
}

void sim_exception_lock_up_in(struct sim_core *core, unsigned n)
{
    sim_nvic_activate(&core->nvic, n);
    sim_cpu_set_mode(&core->cpu, n, false);
    sim_exception_lock_up(core);
}

enum sim_cpu_stop sim_exception_read_vector(struct sim_core *core, unsigned n, uint32_t *vector)
{
    return sim_cpu_read_word(&core->cpu, core->vtor + 4 * n, vector);
}

// TakeReset() of B1.5.5, after the registers of the SCS were reset.
bool sim_exception_take_reset(struct sim_core *core)
{
    struct sim_cpu *cpu = &core->cpu;
    uint32_t sp = 0, pc = 0;
    enum sim_cpu_stop sp_stop = sim_exception_read_vector(core, 0, &sp),
                      pc_stop = sim_exception_read_vector(core, 1, &pc);
    if (sp_stop == SIM_CPU_STALL || pc_stop == SIM_CPU_STALL)
        return false;
    sim_cpu_reset(cpu);
    sim_cpu_set_sp(cpu, false, sp);
    cpu->r[LR] = 0xffffffff;
    cpu->r[PC] = pc & ~1u;
    cpu->thumb = pc & 1;
    sim_nvic_reset(&core->nvic); // lines may have moved while reset was held
    sim_nvic_sample_levels(&core->nvic);
    if (sp_stop || pc_stop)
        sim_exception_lock_up_in(core, SIM_EXC_HARDFAULT);
    return true;
}

void sim_exception_pend(struct sim_core *core, unsigned n)
{
    if (sim_exc_has(&core->nvic.pending, n))
        return;
    sim_exc_add(&core->nvic.pending, n);
    core->cpu.attention = true;
    if (core->scr & SCR_SEVONPEND)
        core->cpu.event = true;
}

int sim_exception_priority(const struct sim_core *core, bool primask)
{
    const struct sim_cpu *cpu = &core->cpu;
    int priority = sim_nvic_execution_priority(&core->nvic, primask);
    if (cpu->basepri && sim_nvic_group(&core->nvic, cpu->basepri) < priority)
        priority = sim_nvic_group(&core->nvic, cpu->basepri);
    return cpu->faultmask && priority > SIM_PRIORITY_HARDFAULT ? SIM_PRIORITY_HARDFAULT : priority;
}

static int execution_priority(const struct sim_core *core)
{
    return sim_exception_priority(core, core->cpu.primask);
}

bool sim_exception_preempts(const struct sim_core *core, unsigned n)
{
    return sim_nvic_group(&core->nvic, sim_nvic_priority(&core->nvic, n)) <
           execution_priority(core);
}

// Before r0p2 a step of a Cortex-M7 enters what is pending, whatever C_MASKINTS says (OpenOCD looks
// at these revisions, too).
static bool steps_into_handlers(const struct sim_core *core)
{
    bool is_early = core->kind->l1 && (core->cpuid >> 20 & 15) == 0 && (core->cpuid & 15) < 2;
    return is_early && core->debug.stepping;
}

static bool masks_interrupts(const struct sim_core *core)
{
    return core->debug.enabled && core->debug.maskints && !steps_into_handlers(core);
}

unsigned sim_exception_preempting(const struct sim_core *core)
{
    unsigned n = sim_nvic_first(&core->nvic, masks_interrupts(core));
    return n != SIM_EXC_NONE && sim_exception_preempts(core, n) ? n : SIM_EXC_NONE;
}

bool sim_exception_wakes(const struct sim_core *core)
{
    if (core->sleep == SIM_SLEEP_WFE)
        return core->cpu.event || sim_exception_preempting(core);
    // WFI looks at priorities as if PRIMASK were clear, so that the program goes on after it.
    unsigned n = sim_nvic_first(&core->nvic, masks_interrupts(core));
    int priority = sim_exception_priority(core, false);
    return n != SIM_EXC_NONE &&
           sim_nvic_group(&core->nvic, sim_nvic_priority(&core->nvic, n)) < priority;
}

void sim_exception_enter(struct sim_core *core, unsigned n, uint32_t vector, uint32_t exc_return)
{
    struct sim_cpu *cpu = &core->cpu;
    sim_nvic_activate(&core->nvic, n);
    sim_cpu_set_mode(cpu, n, false);
    cpu->r[LR] = exc_return;
    cpu->r[PC] = vector & ~1u;
    cpu->thumb = vector & 1;
    cpu->event = true;
    cpu->attention = true;
    core->locked_up = false;
}

void sim_exception_make_frame(const struct sim_cpu *cpu, uint32_t mark,
                              uint32_t frame[SIM_FRAME_WORDS])
{
    memcpy(frame, cpu->r, 4 * sizeof *frame);
    frame[4] = cpu->r[12];
    frame[5] = cpu->r[LR];
    frame[6] = cpu->r[PC];
    frame[7] = sim_cpu_get_xpsr(cpu) | mark;
}

void sim_exception_restore_frame(struct sim_cpu *cpu, const uint32_t frame[SIM_FRAME_WORDS])
{
    memcpy(cpu->r, frame, 4 * sizeof *frame);
    cpu->r[12] = frame[4];
    cpu->r[LR] = frame[5];
    cpu->r[PC] = frame[6] & ~1u;
}

static void fault(struct sim_core *core)
{
    if (execution_priority(core) < 0)
        sim_exception_lock_up(core); // B1.5.15
    else
        sim_exception_pend(core, SIM_EXC_HARDFAULT);
}

void sim_exception_fault(struct sim_core *core, enum sim_cpu_stop stop)
{
    if (sim_core_is_v7m(core))
        sim_v7m_fault(core, stop);
    else
        fault(core);
}

void sim_exception_breakpoint(struct sim_core *core)
{
    if (sim_core_is_v7m(core))
        sim_v7m_breakpoint(core);
    else
        fault(core);
}

void sim_exception_svc(struct sim_core *core)
{
    if (sim_exception_preempts(core, SIM_EXC_SVCALL)) {
        sim_exception_pend(core, SIM_EXC_SVCALL);
        return;
    }
    core->cpu.r[PC] -= 2; // escalated: the fault is that of the SVC itself
    core->cpu.it = core->cpu.svc_it;
    if (sim_core_is_v7m(core))
        sim_v7m_escalate(core, HFSR_FORCED);
    else
        fault(core);
}

static uint32_t exc_return_from(const struct sim_cpu *cpu)
{
    if (cpu->ipsr)
        return EXC_RETURN_HANDLER;
    return cpu->spsel ? EXC_RETURN_THREAD_PROCESS : EXC_RETURN_THREAD_MAIN;
}

// The MPU looks at a frame as at any other access.
static bool may_access_frame(const struct sim_cpu *cpu, uint32_t sp, enum sim_access access,
                             bool privileged)
{
    const struct sim_cpu_guard *g = cpu->guard;
    for (unsigned i = 0; g && i < SIM_FRAME_WORDS; i++) {
        if (!g->permits(g->arg, sp + 4 * i, access, privileged))
            return false;
    }
    return true;
}

// PushStack() of B1.5.6: eight words, eight-byte aligned. The stack pointer moves even if they
// cannot be written.
static bool push_frame(struct sim_cpu *cpu)
{
    uint32_t sp = cpu->r[SP];
    uint32_t frame[SIM_FRAME_WORDS];
    sim_exception_make_frame(cpu, sp & 4 ? XPSR_ALIGN : 0, frame);
    cpu->r[SP] = (sp - SIM_FRAME_SIZE) & ~7u;
    bool permitted =
        may_access_frame(cpu, cpu->r[SP], SIM_ACCESS_WRITE, sim_cpu_is_privileged(cpu));
    bool done = permitted;
    for (unsigned i = 0; permitted && i < SIM_FRAME_WORDS; i++)
        done &= sim_cpu_write_word(cpu, cpu->r[SP] + 4 * i, frame[i]) == SIM_CPU_NONE;
    return done;
}

static void become(struct sim_core *core, unsigned n, uint32_t vector, uint32_t exc_return)
{
    sim_exception_enter(core, n, vector, exc_return);
    if (n == SIM_EXC_HARDFAULT && sim_debug_catches(core, DEMCR_VC_HARDERR))
        sim_debug_enter(core, DFSR_VCATCH);
}

// A fault while entering or leaving an exception, with the frame on the stack (B1.5.11, B1.5.12):
// HardFault comes first, without another frame; there is no way out where it cannot.
static void become_hardfault(struct sim_core *core, uint32_t exc_return)
{
    uint32_t vector;
    if (execution_priority(core) < 0)
        sim_exception_lock_up(core);
    else if (sim_exception_read_vector(core, SIM_EXC_HARDFAULT, &vector) != SIM_CPU_NONE)
        sim_exception_lock_up_in(core, SIM_EXC_HARDFAULT);
    else
        become(core, SIM_EXC_HARDFAULT, vector, exc_return);
}

bool sim_exception_take(struct sim_core *core)
{
    struct sim_cpu *cpu = &core->cpu;
    if (sim_core_is_v7m(core))
        return sim_v7m_take(core);
    unsigned n = sim_exception_preempting(core);
    uint32_t vector;
    if (n == SIM_EXC_NONE)
        return true;
    enum sim_cpu_stop stop = sim_exception_read_vector(core, n, &vector);
    if (stop == SIM_CPU_STALL)
        return false;
    uint32_t exc_return = exc_return_from(cpu);
    sim_core_sync_memory(core);
    bool pushed = push_frame(cpu);
    cpu->cycles += core->kind->entry_cycles;
    if (pushed && stop == SIM_CPU_NONE)
        become(core, n, vector, exc_return);
    else if (n <= SIM_EXC_HARDFAULT)
        sim_exception_lock_up_in(core, n);
    else
        become_hardfault(core, exc_return);
    return true;
}

// The checks of ExceptionReturn(), B1.5.8: to Handler mode only from a nested exception, to Thread
// mode only from the last one.
static bool is_valid_return(const struct sim_core *core, uint32_t value)
{
    bool nested = sim_nvic_active_count(&core->nvic) > 1;
    if (!sim_exc_has(&core->nvic.active, core->cpu.ipsr))
        return false;
    if (value == EXC_RETURN_HANDLER)
        return nested;
    return !nested && (value == EXC_RETURN_THREAD_MAIN || value == EXC_RETURN_THREAD_PROCESS);
}

// Without leaving Handler mode, to the next exception that waits. False: there is none, or the bus
// stalls.
static bool chain(struct sim_core *core, uint32_t exc_return)
{
    unsigned n = sim_exception_preempting(core);
    uint32_t vector;
    if (n == SIM_EXC_NONE)
        return false;
    enum sim_cpu_stop stop = sim_exception_read_vector(core, n, &vector);
    if (stop == SIM_CPU_STALL)
        return false;
    core->cpu.cycles += CYCLES_CHAIN;
    if (stop == SIM_CPU_NONE)
        become(core, n, vector, exc_return);
    else
        become_hardfault(core, exc_return);
    return true;
}

// With the privilege of the mode that is returned to.
static bool read_frame(struct sim_cpu *cpu, uint32_t sp, uint32_t exc_return,
                       uint32_t frame[SIM_FRAME_WORDS])
{
    bool privileged = exc_return == EXC_RETURN_HANDLER || !cpu->npriv;
    if (!may_access_frame(cpu, sp, SIM_ACCESS_READ, privileged))
        return false;
    for (unsigned i = 0; i < SIM_FRAME_WORDS; i++) {
        if (sim_cpu_read_word(cpu, sp + 4 * i, &frame[i]) != SIM_CPU_NONE)
            return false;
    }
    return true;
}

// PopStack() of B1.5.8. False, with nothing changed: the frame cannot be read or is not one.
static bool pop_frame(struct sim_cpu *cpu, uint32_t exc_return)
{
    bool process = exc_return == EXC_RETURN_THREAD_PROCESS;
    uint32_t sp = sim_cpu_get_sp(cpu, process), frame[SIM_FRAME_WORDS];
    if (!read_frame(cpu, sp, exc_return, frame))
        return false;
    uint32_t xpsr = frame[7], ipsr = xpsr & cpu->ipsr_mask;
    if ((exc_return == EXC_RETURN_HANDLER) != (ipsr != 0))
        return false;
    sim_cpu_set_sp(cpu, process, (sp + SIM_FRAME_SIZE) | (xpsr & XPSR_ALIGN ? 4 : 0));
    sim_cpu_set_mode(cpu, ipsr, process);
    sim_exception_restore_frame(cpu, frame);
    cpu->thumb = xpsr & XPSR_T;
    sim_cpu_set_flags(cpu, xpsr);
    return true;
}

void sim_exception_return(struct sim_core *core)
{
    struct sim_cpu *cpu = &core->cpu;
    uint32_t value = cpu->exc_return;
    if (sim_core_is_v7m(core)) {
        sim_v7m_return(core);
        return;
    }
    if (!is_valid_return(core, value)) {
        sim_account_violation(
            core->account,
            "exception return with 0x%08x from exception %u, which does not fit what is "
            "active (DDI 0419, B1.5.8)",
            value, cpu->ipsr);
        fault(core);
        return;
    }
    sim_nvic_deactivate(&core->nvic, cpu->ipsr);
    sim_core_sync_memory(core);
    if (chain(core, value))
        return;
    cpu->cycles += CYCLES_RETURN;
    if (!pop_frame(cpu, value)) {
        become_hardfault(core, value);
        return;
    }
    cpu->event = true;
    cpu->attention = true;
    if (cpu->ipsr == 0 && core->scr & SCR_SLEEPONEXIT)
        core->sleep = SIM_SLEEP_WFI;
}
