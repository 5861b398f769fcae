// SPDX-License-Identifier: MIT
// Running: instructions, time, sleep, reset. DDI 0419, B1.5.
#include <stdlib.h>

#include "sim/core_state.h"

#define RESET_HCLK 8000000u

uint64_t core_now_ns(const struct sim_core *core)
{
    if (core->hclk_hz == 0)
        return core->clock->now_ns;
    return core->base_ns + (core->cycles - core->base_cycles) * 1000000000u / core->hclk_hz;
}

// Cycles count from the clock's present on: after time has passed in which the core did not run.
void core_rebase(struct sim_core *core)
{
    core->base_ns = core->clock->now_ns;
    core->base_cycles = core->cycles;
}

static void sync_clock(void *arg)
{
    struct sim_core *core = arg;
    uint64_t now = core_now_ns(core);
    if (now > core->clock->now_ns)
        core->clock->now_ns = now;
}

struct sim_core *sim_core_create(struct sim_bus *bus, struct sim_clock *clock,
                                 struct sim_account *account)
{
    struct sim_core *core = calloc(1, sizeof *core);
    if (!core)
        return NULL;
    core->bus = bus;
    core->clock = clock;
    core->account = account;
    core->cpu.bus = bus;
    core->cpu.sync = sync_clock;
    core->cpu.sync_arg = core;
    core->hclk_hz = RESET_HCLK;
    bus->core = core;
    sim_core_hold(core, SIM_RESET_POWER);
    return core;
}

void sim_core_destroy(struct sim_core *core)
{
    free(core);
}

void sim_core_hold(struct sim_core *core, enum sim_reset kind)
{
    core->held = true;
    core->halted = core->locked_up = core->sleeping = core->waits_for_event = core->event = false;
    core->reset_request = false;
    core->pending = core->active = 0;
    core->enabled = 0;
    for (unsigned i = 0; i < EXC_COUNT; i++)
        core->priority[i] = 0;
    core->scr = 0;
    core->syst_csr = core->syst_rvr = core->syst_cvr = 0;
    core->syst_at = core->cycles;
    core->cpu.primask = false;
    core->cpu.ipsr = core->cpu.control = 0;
    core->hclk_hz = RESET_HCLK;
    core_rebase(core);
    debug_reset(core, kind);
}

void sim_core_release(struct sim_core *core)
{
    if (!core->held)
        return;
    core->held = false;
    core_rebase(core);
    uint32_t sp = 0, pc = 0;
    struct sim_cpu *cpu = &core->cpu;
    sim_bus_read(core->bus, SIM_MASTER_CORE, 0, 4, &sp);
    sim_bus_read(core->bus, SIM_MASTER_CORE, 4, 4, &pc);
    sim_cpu_select_sp(cpu, false);
    sim_cpu_set_msp(cpu, sp);
    cpu->r[14] = 0xffffffff;
    cpu->r[15] = pc & ~1u;
    cpu->t = pc & 1;
    core->attention = true;
    if (core_debug_enabled(core) && core->demcr & DEMCR_VC_CORERESET)
        debug_halt(core, DFSR_VCATCH);
}

bool sim_core_is_held(const struct sim_core *core)
{
    return core->held;
}

void sim_core_set_hclk(struct sim_core *core, uint32_t hz)
{
    if (hz == core->hclk_hz)
        return;
    sync_clock(core);
    core->hclk_hz = hz;
    core_rebase(core);
    core->attention = true;
}

void sim_core_set_irq(struct sim_core *core, unsigned n, bool active)
{
    if (n > 31)
        return;
    if (active)
        exception_pend(core, EXC_IRQ0 + n);
    core->irq_level = active ? core->irq_level | 1u << n : core->irq_level & ~(1u << n);
}

void sim_core_pend_nmi(struct sim_core *core)
{
    exception_pend(core, EXC_NMI);
}

void core_wake(struct sim_core *core)
{
    core->sleeping = core->waits_for_event = false;
    core->attention = true;
}

static void pass_time(struct sim_core *core, uint64_t until_ns)
{
    if (until_ns > core->clock->now_ns)
        core->clock->now_ns = until_ns;
    core_rebase(core);
}

static uint64_t cycles_until(const struct sim_core *core, uint64_t until_ns)
{
    uint64_t now = core_now_ns(core);
    if (now >= until_ns)
        return 0;
    uint64_t left = until_ns - now, most = 1000000000u;
    if (left > most)
        left = most; // keeps the product within 64 bits; the loop comes back
    return (left * core->hclk_hz + most - 1) / most;
}

// Asleep: SysTick goes on, all else comes from outside.
static void sleep_on(struct sim_core *core, uint64_t until_ns)
{
    uint64_t budget = cycles_until(core, until_ns), due = systick_due(core);
    core->cycles += due < budget ? due : budget;
    systick_sync(core);
    sync_clock(core);
    if (exception_would_wake(core) || (core->waits_for_event && core->event)) {
        if (core->waits_for_event)
            core->event = false;
        core_wake(core);
    }
}

static void start_sleep(struct sim_core *core, bool for_event)
{
    if (for_event && core->event) {
        core->event = false;
        return;
    }
    core->sleeping = true;
    core->waits_for_event = for_event;
}

static void handle(struct sim_core *core, enum sim_cpu_event e)
{
    switch (e) {
    case SIM_CPU_BKPT:
        if (core_debug_enabled(core))
            debug_halt(core, DFSR_BKPT);
        else
            exception_fault(core);
        break;
    case SIM_CPU_UNDEF:
    case SIM_CPU_FAULT:
    case SIM_CPU_NOT_THUMB:
        exception_fault(core);
        break;
    case SIM_CPU_SVC:
        exception_svcall(core);
        break;
    case SIM_CPU_WFI:
        start_sleep(core, false);
        break;
    case SIM_CPU_WFE:
        start_sleep(core, true);
        break;
    case SIM_CPU_SEV:
        core->event = true;
        break;
    case SIM_CPU_EXCEPTION_RETURN:
        exception_return(core, core->cpu.exc_return);
        break;
    default:
        break;
    }
    core->attention = true;
}

// One instruction. False: it could not be finished now (stall).
static bool one(struct sim_core *core)
{
    enum sim_cpu_event e = sim_cpu_step(&core->cpu);
    if (e == SIM_CPU_STALL) {
        sync_clock(core);
        uint64_t until = core->bus->stall_until_ns;
        core->cycles += until > core->clock->now_ns ? cycles_until(core, until) : 1;
        core->attention = true;
        return false;
    }
    core->cycles += core->cpu.cycles;
    core->account->instructions++;
    core->retire_st = true;
    if (core->dwt_used && core->cpu.access_count)
        debug_watch(core);
    if (core->cpu.unmasked) {
        core->cpu.unmasked = false;
        core->attention = true;
    }
    if (e != SIM_CPU_NONE)
        handle(core, e);
    return true;
}

static void slice(struct sim_core *core, uint64_t until_ns)
{
    uint64_t budget = cycles_until(core, until_ns), due = systick_due(core);
    uint64_t limit = core->cycles + (due < budget ? due : budget);
    while (core->cycles < limit && !core->attention && !core->clock->rearmed) {
        if (core->bp_used && debug_bpu_matches(core, core->cpu.r[15])) {
            debug_halt(core, DFSR_BKPT);
            return;
        }
        one(core);
    }
    systick_sync(core);
    sync_clock(core);
}

// A single step: an exception that is taken counts as the step, else one instruction (DDI 0419, C1.5.1).
static void step(struct sim_core *core)
{
    unsigned next = exception_next(core);
    if (next) {
        exception_enter(core, next);
    } else if (core->bp_used && debug_bpu_matches(core, core->cpu.r[15])) {
        debug_halt(core, DFSR_BKPT);
        return;
    } else if (!one(core)) {
        return;
    }
    systick_sync(core);
    sync_clock(core);
    if (!core->sleeping && !core->halted)
        debug_halt(core, DFSR_HALTED);
}

enum sim_core_event sim_core_run(struct sim_core *core, uint64_t until_ns)
{
    core->clock->rearmed = false;
    while (core->clock->now_ns < until_ns && !core->clock->rearmed && !core->reset_request) {
        core->attention = false;
        if (core->held || core->halted || core->locked_up || core->hclk_hz == 0) {
            pass_time(core, until_ns);
            break;
        }
        if (core->sleeping) {
            sleep_on(core, until_ns);
            if (!core->sleeping && core->stepping)
                debug_halt(core, DFSR_HALTED);
            continue;
        }
        if (core->stepping) {
            step(core);
            continue;
        }
        unsigned next = exception_next(core);
        if (next)
            exception_enter(core, next);
        else
            slice(core, until_ns);
    }
    return core->reset_request ? SIM_CORE_RESET_REQUEST : SIM_CORE_TIME;
}

bool sim_core_take_reset_request(struct sim_core *core)
{
    bool asked = core->reset_request;
    core->reset_request = false;
    return asked;
}

bool sim_core_is_halted(const struct sim_core *core)
{
    return core->halted;
}

bool sim_core_is_locked_up(const struct sim_core *core)
{
    return core->locked_up;
}

bool sim_core_is_sleeping(const struct sim_core *core)
{
    return core->sleeping;
}

bool sim_core_deep_sleep(const struct sim_core *core)
{
    return core->sleeping && core->scr & 4;
}

bool sim_core_debug_enabled(const struct sim_core *core)
{
    return core_debug_enabled(core);
}
