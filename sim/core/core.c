// SPDX-License-Identifier: MIT
// The run loop of the Cortex-M: what happens between instructions, in which order, and how the
// time of the board passes while it happens. One slice is one decision and what follows from it.
#include "sim/core/core.h"

#include "sim/core/core_state.h"

void sim_core_hold(struct sim_core *core, enum sim_reset kind)
{
    core->held = true;
    core->reset_pending = core->reset_request = core->locked_up = core->stalled = false;
    core->local_reset = false;
    core->sleep = SIM_AWAKE;
    core->scr = 0;
    core->vtor = core->initial_vtor;
    core->cpu.guard = NULL;
    sim_mpu_reset(&core->mpu);
    core->dwt.hit = false;
    sim_cpu_reset(&core->cpu);
    sim_nvic_reset(&core->nvic);
    sim_systick_reset(&core->systick);
    if (sim_core_is_v7m(core))
        sim_v7m_reset(core);
    if (core->kind->l1)
        sim_l1_reset(&core->l1, kind != SIM_RESET_SYSTEM);
    sim_debug_reset(core, kind);
    core->cpu.attention = true;
}

static bool guard_permits(void *arg, uint32_t addr, enum sim_access access, bool privileged)
{
    const struct sim_core *core = arg;
    return sim_mpu_permits(&core->mpu, addr, access, privileged);
}

#define NOWHERE 0xa0000000u // an address of the external devices, of which there are none

// A TCM that is off has no memory behind it.
static uint32_t guard_remap(void *arg, uint32_t addr, enum sim_access access)
{
    const struct sim_core *core = arg;
    if (core->kind->l1 && sim_l1_is_dark(&core->l1, addr))
        return NOWHERE | (addr & 3);
    return access == SIM_ACCESS_WRITE ? addr
                                      : sim_bpu_remap(&core->bpu, addr, access == SIM_ACCESS_FETCH);
}

void sim_core_sync_memory(struct sim_core *core)
{
    bool decides =
        core->mpu.ctrl && sim_mpu_decides(&core->mpu, sim_exception_priority(core, false));
    core->cpu.ignores_bus_faults =
        core->v7m.ccr & CCR_BFHFNMIGN && sim_exception_priority(core, false) < 0;
    bool remaps = sim_bpu_remaps(&core->bpu) || (core->kind->l1 && sim_l1_has_dark(&core->l1));
    core->l1.mpu = decides ? &core->mpu : NULL;
    core->guard = (struct sim_cpu_guard){.arg = core,
                                         .permits = decides ? guard_permits : NULL,
                                         .remap = remaps ? guard_remap : NULL};
    core->cpu.guard = decides || remaps ? &core->guard : NULL;
}

static bool start_core(struct sim_core *core)
{
    core->reset_pending = !sim_exception_take_reset(core);
    if (!core->reset_pending && sim_debug_catches(core, DEMCR_VC_CORERESET))
        sim_debug_enter(core, DFSR_VCATCH);
    return !core->reset_pending;
}

void sim_core_release(struct sim_core *core)
{
    if (!core->held)
        return;
    core->held = false;
    if (!sim_core_is_v7m(core))
        core->debug
            .retired_seen--; // leaving reset counts, as an nRF51822 shows; not on an STM32F429
    start_core(core);
}

bool sim_core_is_held(const struct sim_core *core)
{
    return core->held;
}

// Time passes and the processor does nothing. With its clock running (counting), cycles pass too.
static void pass(struct sim_core *core, uint64_t ns, bool counting)
{
    if (counting) {
        uint64_t cycles = sim_hclk_cycles_at(&core->hclk, ns);
        if (cycles > core->cpu.cycles)
            core->cpu.cycles = cycles;
        sim_hclk_publish(&core->hclk, core->cpu.cycles);
    } else {
        sim_hclk_skip(&core->hclk, core->cpu.cycles, ns);
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

// The cycle at which a timer of the core wants to be looked at.
static uint64_t next_due(const struct sim_core *core)
{
    return earlier(earlier(sim_systick_due(&core->systick), core->dwt.due), sim_trace_due(core));
}

// Until the end of the run or the next SysTick exception.
static void pass_in_wait(struct sim_core *core)
{
    uint64_t due = next_due(core), before = core->cpu.cycles;
    uint64_t ns = due == UINT64_MAX ? SIM_NEVER : sim_hclk_ns(&core->hclk, due) + 1;
    pass(core, earlier(ns, core->hclk.until_ns), true);
    if (core->sleep == SIM_AWAKE)
        return;
    core->sleep_cycles += core->cpu.cycles - before;
    sim_trace_slept(core);
}

// The bus is busy. At least a nanosecond passes, whatever the device said.
static void pass_in_stall(struct sim_core *core)
{
    uint64_t now = core->hclk.clock->now_ns;
    uint64_t until = core->stall_until_ns > now ? core->stall_until_ns : now + 1;
    pass(core, earlier(until, core->hclk.until_ns), true);
}

static void note_stall(struct sim_core *core)
{
    core->stall_until_ns = core->bus->stall_until_ns;
    pass_in_stall(core);
}

static void handle_stop(struct sim_core *core, enum sim_cpu_stop stop)
{
    switch (stop) {
    case SIM_CPU_NONE:
        break;
    case SIM_CPU_SVC:
        sim_exception_svc(core);
        break;
    case SIM_CPU_WFI:
        core->sleep = SIM_SLEEP_WFI;
        break;
    case SIM_CPU_WFE:
        core->sleep = SIM_SLEEP_WFE;
        break;
    case SIM_CPU_EXC_RETURN:
        sim_exception_return(core);
        break;
    case SIM_CPU_BREAKPOINT: // with debug disabled, both of them fault (DDI 0419, C1.5)
    case SIM_CPU_BKPT:
        if (!sim_debug_enter(core, DFSR_BKPT))
            sim_exception_breakpoint(core);
        break;
    case SIM_CPU_UNDEFINED:
    case SIM_CPU_FAULT:
    case SIM_CPU_INVALID_STATE: // from here on they are ARMv7-M's
    case SIM_CPU_NO_COPROCESSOR:
    case SIM_CPU_UNALIGNED:
    case SIM_CPU_DIVIDE_BY_ZERO:
        sim_exception_fault(core, stop);
        break;
    case SIM_CPU_LAZY_FP: // the instruction comes again
        (void)sim_fp_save_lazily(core);
        break;
    case SIM_CPU_STALL:
        core->stalled = true;
        note_stall(core);
        break;
    }
}

// A step is over when its instruction is, and the exception that the instruction itself caused is
// entered (C1.5.1). While it sleeps or stalls it is not.
static void finish_step(struct sim_core *core)
{
    const uint64_t own = 1ull << SIM_EXC_HARDFAULT | 1ull << SIM_EXC_MEMMANAGE |
                         1ull << SIM_EXC_BUSFAULT | 1ull << SIM_EXC_USAGEFAULT |
                         1ull << SIM_EXC_SVCALL;
    if (core->stalled || core->sleep != SIM_AWAKE)
        return;
    if (core->nvic.pending.word[0] & own && !sim_exception_take(core)) {
        note_stall(core);
        return;
    }
    if (core->debug.stepping)
        sim_debug_enter(core, DFSR_HALTED);
}

static void act_on_watchpoint(struct sim_core *core)
{
    core->dwt.hit = false;
    if (!sim_debug_enter(core, DFSR_DWTTRAP | (core->debug.stepping ? DFSR_HALTED : 0)) &&
        sim_core_is_v7m(core))
        (void)sim_v7m_monitor(core, DFSR_DWTTRAP); // or it is lost
}

// The debug monitor asked for one instruction, and comes back (DDI 0403, C1.4.3).
static void end_monitor_step(struct sim_core *core)
{
    core->v7m.monitor_steps = false;
    if (!core->debug.enabled)
        (void)sim_v7m_monitor(core, DFSR_HALTED);
}

static void run_instructions(struct sim_core *core)
{
    struct sim_cpu *cpu = &core->cpu;
    uint64_t limit = sim_hclk_cycles_at(&core->hclk, core->hclk.until_ns);
    limit = earlier(limit, next_due(core));
    bool monitor_steps = core->v7m.monitor_steps;
    if (core->debug.stepping || core->stalled || monitor_steps)
        limit = 0; // one instruction
    core->stalled = false;
    cpu->attention = false;
    sim_core_sync_memory(core);
    enum sim_cpu_stop stop = sim_cpu_run(cpu, limit);
    handle_stop(core, stop);
    if (cpu->imprecise)
        sim_v7m_imprecise(core);
    if (monitor_steps && !core->stalled)
        end_monitor_step(core);
    if (core->dwt.hit && !core->stalled)
        act_on_watchpoint(core);
    if (core->debug.stepping)
        finish_step(core);
}

// Asleep: wakes up, or lets time pass. True when it is awake.
static bool wake(struct sim_core *core)
{
    if (!sim_exception_wakes(core)) {
        if (core->sleep_told)
            pass_in_wait(core);
        core->sleep_told = true;
        return false;
    }
    if (core->sleep == SIM_SLEEP_WFE)
        core->cpu.event = false;
    core->sleep = SIM_AWAKE;
    core->sleep_told = false;
    if (core->debug.stepping)
        sim_debug_enter(core, DFSR_HALTED);
    return !core->debug.halted;
}

// What is asked of a core with a running clock that is neither in Debug state nor inside an
// instruction.
static void slice_running(struct sim_core *core)
{
    struct sim_exc_set before = core->nvic.active;
    if (sim_systick_sync(&core->systick, core->cpu.cycles))
        sim_exception_pend(core, SIM_EXC_SYSTICK);
    if (sim_dwt_compare_cycles(&core->dwt, core->cpu.cycles)) {
        act_on_watchpoint(core);
        if (core->debug.halted)
            return;
    }
    sim_trace_follow(core);
    if (core->sleep != SIM_AWAKE && !wake(core))
        return;
    core->sleep_told = false;
    if (!sim_exception_take(core)) {
        note_stall(core);
        return;
    }
    if (sim_exc_differs(&core->nvic, &core->nvic.active, &before)) {
        if (core->debug
                .stepping) // a step into an exception ends at the handler's first instruction
            sim_debug_enter(core, DFSR_HALTED);
        return;
    }
    if (core->locked_up)
        pass_in_wait(core);
    else
        run_instructions(core);
}

// AIRCR.VECTRESET: the processor alone (DDI 0403, B3.2.6). An STM32F429 showed S_RESET_ST after it,
// and did not pull NRST low.
static void reset_locally(struct sim_core *core)
{
    sim_core_hold(core, SIM_RESET_SYSTEM);
    sim_core_release(core);
}

static void slice(struct sim_core *core)
{
    uint64_t until = core->hclk.until_ns;
    if (core->local_reset && !core->held)
        reset_locally(core);
    if (core->held || core->hclk.hz == 0)
        pass(core, until, false);
    else if (core->reset_pending && !start_core(core))
        note_stall(core);
    else if (core->stalled && core->hclk.clock->now_ns < core->stall_until_ns)
        pass_in_stall(core);
    else if (core->stalled)
        run_instructions(core);
    else if (core->debug.halt && !core->debug.halted)
        sim_debug_enter(core, DFSR_HALTED);
    else if (core->debug.halted)
        pass(core, until, false);
    else
        slice_running(core);
}

// A core that has just gone to sleep comes back once, so that the chip can look at SLEEPDEEP.
static bool fell_asleep(const struct sim_core *core, bool before)
{
    return core->sleep != SIM_AWAKE && core->sleep_told && !before;
}

enum sim_core_event sim_core_run(struct sim_core *core, uint64_t until_ns)
{
    struct sim_clock *clock = core->hclk.clock;
    bool told = core->sleep_told, halted = core->debug.halted;
    sim_hclk_begin(&core->hclk, core->cpu.cycles, until_ns);
    while (clock->now_ns < until_ns && !core->reset_request) {
        slice(core);
        if (clock->rearmed)
            core->hclk.until_ns = earlier(until_ns, sim_clock_next(clock));
        sim_hclk_publish(&core->hclk, core->cpu.cycles);
        if (clock->rearmed || fell_asleep(core, told) || core->debug.halted != halted)
            break;
        told = core->sleep_told;
    }
    core->account->instructions += core->cpu.instructions - core->instructions_told;
    core->instructions_told = core->cpu.instructions;
    return sim_core_take_reset_request(core) ? SIM_CORE_RESET_REQUEST : SIM_CORE_TIME;
}

bool sim_core_take_reset_request(struct sim_core *core)
{
    bool requested = core->reset_request;
    core->reset_request = false;
    return requested;
}

void sim_core_set_hclk(struct sim_core *core, uint32_t hz)
{
    sim_trace_catch_up(core);
    sim_trace_set_hz(core, hz);
    sim_hclk_set_hz(&core->hclk, core->cpu.cycles, hz);
    core->cpu.attention = true;
}

void sim_core_set_irq(struct sim_core *core, unsigned n, bool active)
{
    bool pends = sim_nvic_set_level(&core->nvic, n, active);
    if (pends && core->scr & SCR_SEVONPEND)
        core->cpu.event = true;
    core->cpu.attention |= pends;
}

void sim_core_pend_nmi(struct sim_core *core)
{
    if (!core->held)
        sim_exception_pend(core, SIM_EXC_NMI);
}

void sim_core_send_event(struct sim_core *core)
{
    core->cpu.event = true;
}

bool sim_core_is_halted(const struct sim_core *core)
{
    return core->debug.halted;
}

bool sim_core_is_locked_up(const struct sim_core *core)
{
    return core->locked_up;
}

bool sim_core_is_sleeping(const struct sim_core *core)
{
    return core->sleep != SIM_AWAKE;
}

bool sim_core_deep_sleep(const struct sim_core *core)
{
    return core->sleep != SIM_AWAKE && core->scr & SCR_SLEEPDEEP;
}

bool sim_core_debug_enabled(const struct sim_core *core)
{
    return core->debug.enabled;
}

uint32_t sim_core_get_reg(const struct sim_core *core, unsigned regsel)
{
    return sim_cpu_get_reg(&core->cpu, regsel);
}

void sim_core_set_reg(struct sim_core *core, unsigned regsel, uint32_t value)
{
    sim_cpu_set_reg(&core->cpu, regsel, value);
}

void sim_core_on_swo(struct sim_core *core, void (*swo)(void *arg, uint64_t at_ps, bool level),
                     void *arg)
{
    core->trace.swo = swo;
    core->trace.swo_arg = arg;
}

void sim_core_run_trace(struct sim_core *core, uint64_t until_ns)
{
    sim_trace_run(core, until_ns);
}

void sim_core_clock_trace(struct sim_core *core, bool clocked)
{
    sim_trace_set_clocked(core, clocked);
}

bool sim_core_swo_level(const struct sim_core *core, bool *level)
{
    *level = core->trace.tpiu.level;
    return core->kind->trace_port_part != 0;
}
