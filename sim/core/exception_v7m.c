// SPDX-License-Identifier: MIT
// Exceptions of ARMv7-M: entry, tail-chaining and return (DDI 0403, B1.5.5 to B1.5.12). A fault
// while a frame is stacked or unstacked is an exception of its own; whichever is more urgent comes
// first, as if it had arrived late. A stack that stalls the bus is taken as a bus error; a vector
// table that does is waited for.
#include "sim/core/core_state.h"

enum { SP = 13 };

// DDI 0337, 5.8 and DDI 0439, 3.9: 12 cycles with memory that needs no wait states; the others are
// approximations.
enum { CYCLES_CHAIN = 6, CYCLES_RETURN = 10 };

enum { FP_SIZE = 4 * SIM_FP_WORDS };

// EXC_RETURN, but for its bit 4.
#define RETURN_HANDLER        0xffffffe1u
#define RETURN_THREAD_MAIN    0xffffffe9u
#define RETURN_THREAD_PROCESS 0xffffffedu
#define RETURN_BASIC          (1u << 4) // without the floating-point part

static void spend(struct sim_core *core, unsigned cycles)
{
    core->cpu.cycles += cycles;
    core->exception_cycles += cycles;
    sim_trace_overhead(core);
}

static uint32_t exc_return_from(const struct sim_cpu *cpu)
{
    uint32_t basic = cpu->fp.fpca ? 0 : RETURN_BASIC;
    if (cpu->ipsr)
        return RETURN_HANDLER | basic;
    return (cpu->spsel ? RETURN_THREAD_PROCESS : RETURN_THREAD_MAIN) | basic;
}

static void raise_for_frame(struct sim_core *core, enum sim_frame_result result, uint32_t by_mpu,
                            uint32_t by_bus)
{
    sim_v7m_raise(core, result == SIM_FRAME_MPU ? by_mpu : by_bus);
}

// PushStack(). The stack pointer moves even if the frame cannot be written.
static bool push_frame(struct sim_core *core)
{
    struct sim_cpu *cpu = &core->cpu;
    bool extended = cpu->fp.fpca, privileged = sim_cpu_is_privileged(cpu);
    bool aligns = extended || core->v7m.ccr & CCR_STKALIGN;
    uint32_t sp = cpu->r[SP];
    uint32_t frame[SIM_FRAME_WORDS];
    sim_exception_make_frame(cpu, aligns && sp & 4 ? XPSR_ALIGN : 0, frame);
    cpu->r[SP] = (sp - SIM_FRAME_SIZE - (extended ? FP_SIZE : 0)) & (aligns ? ~7u : ~3u);
    enum sim_frame_result result =
        sim_frame_write(core, cpu->r[SP], frame, SIM_FRAME_WORDS, privileged);
    if (result != SIM_FRAME_OK) {
        raise_for_frame(core, result, CFSR_MSTKERR, CFSR_STKERR);
        return false;
    }
    return !extended || sim_fp_push(core, cpu->r[SP] + SIM_FRAME_SIZE, privileged);
}

// The bits of DEMCR that stop a processor with halting debug at the entry of exception n.
static uint32_t catching(const struct sim_core *core, unsigned n)
{
    uint32_t caught = core->v7m.caught;
    switch (n) {
    case SIM_EXC_HARDFAULT:
        return DEMCR_VC_HARDERR | (caught & DEMCR_VC_INTERR);
    case SIM_EXC_MEMMANAGE:
        return DEMCR_VC_MMERR | (caught & DEMCR_VC_INTERR);
    case SIM_EXC_BUSFAULT:
        return DEMCR_VC_BUSERR | (caught & DEMCR_VC_INTERR);
    case SIM_EXC_USAGEFAULT:
        return caught & (DEMCR_VC_STATERR | DEMCR_VC_CHKERR | DEMCR_VC_NOCPERR);
    default:
        return 0;
    }
}

static void become(struct sim_core *core, unsigned n, uint32_t vector, uint32_t exc_return)
{
    struct sim_cpu *cpu = &core->cpu;
    uint32_t bits = catching(core, n);
    sim_exception_enter(core, n, vector, exc_return);
    sim_trace_exception(core, SIM_TRACE_ENTER, n);
    cpu->it = 0;
    cpu->fp.fpca = cpu->exclusive = false;
    if (n >= SIM_EXC_HARDFAULT && n <= SIM_EXC_USAGEFAULT)
        core->v7m.caught = 0;
    if (sim_debug_catches(core, bits))
        sim_debug_enter(core, DFSR_VCATCH);
}

// A vector that cannot be read is a HardFault; the exception that it was read for stays pending.
static void enter_exception(struct sim_core *core, unsigned n, uint32_t exc_return)
{
    uint32_t vector;
    if (sim_exception_read_vector(core, n, &vector) == SIM_CPU_NONE) {
        become(core, n, vector, exc_return);
        return;
    }
    core->v7m.hfsr |= HFSR_VECTTBL;
    core->v7m.caught |= DEMCR_VC_INTERR;
    if (n <= SIM_EXC_HARDFAULT ||
        sim_exception_read_vector(core, SIM_EXC_HARDFAULT, &vector) != SIM_CPU_NONE)
        sim_exception_lock_up_in(core, n <= SIM_EXC_HARDFAULT ? n : SIM_EXC_HARDFAULT);
    else
        become(core, SIM_EXC_HARDFAULT, vector, exc_return);
}

bool sim_v7m_take(struct sim_core *core)
{
    struct sim_cpu *cpu = &core->cpu;
    unsigned n = sim_exception_preempting(core);
    uint32_t vector;
    if (n == SIM_EXC_NONE)
        return true;
    if (sim_exception_read_vector(core, n, &vector) == SIM_CPU_STALL)
        return false;
    uint32_t exc_return = exc_return_from(cpu);
    bool locked_up = core->locked_up;
    sim_core_sync_memory(core);
    core->locked_up = false;
    push_frame(core);
    spend(core, core->kind->entry_cycles);
    if (core->locked_up) { // the fault of stacking cannot be taken
        sim_exception_lock_up_in(core, n);
        return true;
    }
    core->locked_up = locked_up;
    enter_exception(core, sim_exception_preempting(core), exc_return);
    return true;
}

// Without leaving Handler mode, to the next exception that waits. False: there is none, or its
// vector is in memory that is busy.
static bool chain(struct sim_core *core, uint32_t exc_return)
{
    unsigned n = sim_exception_preempting(core);
    uint32_t vector;
    if (n == SIM_EXC_NONE || sim_exception_read_vector(core, n, &vector) == SIM_CPU_STALL)
        return false;
    spend(core, CYCLES_CHAIN);
    enter_exception(core, n, exc_return);
    return true;
}

// DeActivate(): FAULTMASK ends with any handler but NMI's.
static void deactivate(struct sim_core *core)
{
    struct sim_cpu *cpu = &core->cpu;
    sim_nvic_deactivate(&core->nvic, cpu->ipsr);
    if (cpu->ipsr != SIM_EXC_NMI)
        cpu->faultmask = false;
}

// Upper bits that are not ones are UNPREDICTABLE: here they are no EXC_RETURN.
static bool is_valid_return(const struct sim_core *core, uint32_t value)
{
    uint32_t form = value & ~RETURN_BASIC;
    bool last = sim_nvic_active_count(&core->nvic) == 1;
    if (!sim_exc_has(&core->nvic.active, core->cpu.ipsr))
        return false;
    if (!core->cpu.fp.present && !(value & RETURN_BASIC))
        return false;
    if (form == RETURN_HANDLER)
        return true;
    return (form == RETURN_THREAD_MAIN || form == RETURN_THREAD_PROCESS) &&
           (last || core->v7m.ccr & CCR_NONBASETHRDENA);
}

// The frame stays where it is: the fault's handler is entered with it.
static void fault_of_return(struct sim_core *core, uint32_t value)
{
    sim_account_violation(core->account,
                          "exception return with 0x%08x from exception %u, which does not fit what "
                          "is active or stacked (DDI 0403, B1.5.8)",
                          value, core->cpu.ipsr);
    sim_v7m_raise(core, CFSR_INVPC);
    chain(core, value | 0xf0000000u);
}

static void unstack(struct sim_core *core, const uint32_t frame[SIM_FRAME_WORDS], uint32_t value,
                    uint32_t size)
{
    struct sim_cpu *cpu = &core->cpu;
    bool process = (value & ~RETURN_BASIC) == RETURN_THREAD_PROCESS;
    bool aligns = !(value & RETURN_BASIC) || core->v7m.ccr & CCR_STKALIGN;
    uint32_t sp = sim_cpu_get_sp(cpu, process) + size;
    sim_cpu_set_sp(cpu, process, sp | (aligns && frame[7] & XPSR_ALIGN ? 4 : 0));
    if (value & 8) // to Thread mode; CONTROL.SPSEL of a handler is clear anyway
        sim_cpu_set_mode(cpu, cpu->ipsr, process);
    sim_cpu_set_xpsr(cpu, frame[7]);
    sim_exception_restore_frame(cpu, frame);
    cpu->fp.fpca = !(value & RETURN_BASIC);
    cpu->exclusive = false;
    cpu->event = true;
    cpu->attention = true;
}

// PopStack(), with the privilege of the mode that is returned to. False: a fault was raised, and
// nothing is changed.
static bool pop_frame(struct sim_core *core, uint32_t value)
{
    struct sim_cpu *cpu = &core->cpu;
    bool to_handler = (value & ~RETURN_BASIC) == RETURN_HANDLER;
    bool process = (value & ~RETURN_BASIC) == RETURN_THREAD_PROCESS;
    bool extended = !(value & RETURN_BASIC), privileged = to_handler || !cpu->npriv;
    uint32_t sp = sim_cpu_get_sp(cpu, process), frame[SIM_FRAME_WORDS];
    enum sim_frame_result result = sim_frame_read(core, sp, frame, SIM_FRAME_WORDS, privileged);
    if (result != SIM_FRAME_OK) {
        raise_for_frame(core, result, CFSR_MUNSTKERR, CFSR_UNSTKERR);
        return false;
    }
    if (to_handler != ((frame[7] & cpu->ipsr_mask) != 0)) {
        sim_v7m_raise(core, CFSR_INVPC);
        return false;
    }
    if (extended && !sim_fp_pop(core, sp + SIM_FRAME_SIZE, privileged))
        return false;
    unstack(core, frame, value, SIM_FRAME_SIZE + (extended ? FP_SIZE : 0));
    return true;
}

static void follow_return(struct sim_core *core)
{
    const struct sim_cpu *cpu = &core->cpu;
    core->v7m.monitor_steps = core->debug.demcr & DEMCR_MON_STEP;
    if (cpu->ipsr == 0 && core->scr & SCR_SLEEPONEXIT && !sim_nvic_active_count(&core->nvic))
        core->sleep = SIM_SLEEP_WFI;
}

void sim_v7m_return(struct sim_core *core)
{
    struct sim_cpu *cpu = &core->cpu;
    uint32_t value = cpu->exc_return;
    bool valid = is_valid_return(core, value);
    sim_trace_exception(core, SIM_TRACE_EXIT, cpu->ipsr);
    deactivate(core);
    sim_core_sync_memory(core);
    if (!valid) {
        fault_of_return(core, value);
        return;
    }
    if (chain(core, value))
        return;
    spend(core, CYCLES_RETURN);
    if (!pop_frame(core, value)) {
        chain(core, value);
        return;
    }
    sim_trace_exception(core, SIM_TRACE_RETURN, cpu->ipsr);
    follow_return(core);
}
