// SPDX-License-Identifier: MIT
// Exceptions: priorities, entry, return, escalation, lockup (DDI 0419, B1.5).
#include "sim/core_state.h"

#define BIT(n)        (1ull << (n))
#define THREAD_LEVEL  0x100 // below every configurable priority
#define ENTRY_CYCLES  16    // DDI 0432, 3.3: interrupt latency with zero wait states
#define LOCKUP_PC     0xfffffffeu
#define FRAME_SIZE    32u
#define FRAME_ALIGNED (1u << 9) // in the stacked xPSR: SP was moved for alignment

static int priority_of(const struct sim_core *core, unsigned n)
{
    if (n == EXC_NMI)
        return -2;
    if (n == EXC_HARDFAULT)
        return -1;
    return core->priority[n];
}

int exception_current_priority(const struct sim_core *core)
{
    int p = THREAD_LEVEL;
    for (uint64_t left = core->active; left; left &= left - 1) {
        int one = priority_of(core, (unsigned)__builtin_ctzll(left));
        if (one < p)
            p = one;
    }
    return core->cpu.primask && p > 0 ? 0 : p;
}

// Pending and, for the interrupts, enabled.
static uint64_t candidates(const struct sim_core *core)
{
    uint64_t enabled = (uint64_t)core->enabled << EXC_IRQ0 | 0xffff;
    uint64_t c = core->pending & enabled;
    // C_MASKINTS masks PendSV, SysTick and the interrupts (C1.6.3).
    if (core_debug_enabled(core) && core->dhcsr & DHCSR_C_MASKINTS)
        c &= BIT(EXC_NMI) | BIT(EXC_HARDFAULT) | BIT(EXC_SVCALL);
    return c;
}

static unsigned best(const struct sim_core *core, uint64_t set, int *priority)
{
    unsigned number = 0;
    *priority = THREAD_LEVEL;
    for (; set; set &= set - 1) {
        unsigned n = (unsigned)__builtin_ctzll(set);
        int p = priority_of(core, n);
        if (p < *priority) { // of equals the lowest number wins
            *priority = p;
            number = n;
        }
    }
    return number;
}

unsigned exception_next(const struct sim_core *core)
{
    uint64_t set = candidates(core);
    if (!set)
        return 0;
    int priority;
    unsigned n = best(core, set, &priority);
    return n && priority < exception_current_priority(core) ? n : 0;
}

bool exception_would_wake(const struct sim_core *core)
{
    struct sim_core unmasked = *core;
    unmasked.cpu.primask = false;
    return exception_next(&unmasked) != 0;
}

static void lock_up(struct sim_core *core)
{
    core->locked_up = true;
    core->cpu.r[15] = LOCKUP_PC;
    core->attention = true;
}

static bool push_frame(struct sim_core *core)
{
    struct sim_cpu *cpu = &core->cpu;
    uint32_t align = cpu->r[13] & 4, frame = (cpu->r[13] - FRAME_SIZE) & ~7u;
    uint32_t words[8] = {cpu->r[0],  cpu->r[1],  cpu->r[2],  cpu->r[3],
                         cpu->r[12], cpu->r[14], cpu->r[15],
                         sim_cpu_xpsr(cpu) | (align ? FRAME_ALIGNED : 0)};
    bool ok = true;
    for (unsigned i = 0; i < 8; i++)
        ok &= sim_bus_write(core->bus, SIM_MASTER_CORE, frame + 4 * i, 4, words[i]) == SIM_BUS_OK;
    cpu->r[13] = frame;
    return ok;
}

void exception_enter(struct sim_core *core, unsigned number)
{
    struct sim_cpu *cpu = &core->cpu;
    uint32_t exc_return = cpu->ipsr ? 0xfffffff1 : cpu->sp_is_psp ? 0xfffffffd : 0xfffffff9;
    bool stacked = push_frame(core);
    sim_cpu_select_sp(cpu, false);
    cpu->control = 0;
    cpu->r[14] = exc_return;
    cpu->ipsr = number;
    core->active |= BIT(number);
    core->pending &= ~BIT(number);
    // A level that is still active stays pending for when the handler has returned.
    if (number >= EXC_IRQ0 && core->irq_level >> (number - EXC_IRQ0) & 1)
        core->pending |= BIT(number);
    core->event = true;
    core->cycles += ENTRY_CYCLES;
    uint32_t vector = 0;
    bool fetched = sim_bus_read(core->bus, SIM_MASTER_CORE, 4 * number, 4, &vector) == SIM_BUS_OK;
    cpu->r[15] = vector & ~1u;
    cpu->t = vector & 1;
    core->attention = true;
    if (stacked && fetched)
        return;
    if (number == EXC_HARDFAULT || number == EXC_NMI)
        lock_up(core);
    else
        exception_fault(core); // a derived exception (B1.5.9)
}

void exception_fault(struct sim_core *core)
{
    if (exception_current_priority(core) < 0) {
        lock_up(core);
        return;
    }
    exception_enter(core, EXC_HARDFAULT);
    if (!core->locked_up && core_debug_enabled(core) && core->demcr & DEMCR_VC_HARDERR)
        debug_halt(core, DFSR_VCATCH);
}

void exception_svcall(struct sim_core *core)
{
    if (priority_of(core, EXC_SVCALL) < exception_current_priority(core)) {
        exception_enter(core, EXC_SVCALL);
        return;
    }
    core->cpu.r[15] -= 2; // escalated, the frame shows the SVC itself
    exception_fault(core);
}

void exception_pend(struct sim_core *core, unsigned number)
{
    bool was = core->pending >> number & 1;
    core->pending |= BIT(number);
    core->attention = true;
    if (!was && core->scr & 16) // SEVONPEND
        core->event = true;
}

static bool pop_frame(struct sim_core *core, bool to_psp, uint32_t words[8])
{
    struct sim_cpu *cpu = &core->cpu;
    uint32_t sp = to_psp ? sim_cpu_psp(cpu) : sim_cpu_msp(cpu);
    for (unsigned i = 0; i < 8; i++)
        if (sim_bus_read(core->bus, SIM_MASTER_CORE, sp + 4 * i, 4, &words[i]) != SIM_BUS_OK)
            return false;
    sp += FRAME_SIZE;
    if (words[7] & FRAME_ALIGNED)
        sp |= 4;
    if (to_psp)
        sim_cpu_set_psp(cpu, sp);
    else
        sim_cpu_set_msp(cpu, sp);
    return true;
}

static void restore(struct sim_core *core, const uint32_t words[8], bool to_thread)
{
    struct sim_cpu *cpu = &core->cpu;
    for (unsigned i = 0; i < 4; i++)
        cpu->r[i] = words[i];
    cpu->r[12] = words[4];
    cpu->r[14] = words[5];
    cpu->r[15] = words[6] & ~1u;
    sim_cpu_set_flags(cpu, words[7]);
    cpu->t = words[7] >> 24 & 1;
    cpu->ipsr = to_thread ? 0 : words[7] & 63;
}

void exception_return(struct sim_core *core, uint32_t exc_return)
{
    unsigned kind = exc_return & 15, number = core->cpu.ipsr;
    bool valid = exc_return >> 4 == 0xfffffff && (kind == 1 || kind == 9 || kind == 13);
    uint64_t others = core->active & ~BIT(number);
    // To thread mode only from the last active handler, to a handler only while another one is active.
    if (!valid || !(core->active & BIT(number)) || (kind == 1) != (others != 0)) {
        core->active &= ~BIT(number);
        exception_fault(core);
        return;
    }
    core->active = others;
    core->cycles += ENTRY_CYCLES;
    core->attention = true;
    core->event = true;
    uint32_t words[8];
    if (!pop_frame(core, kind == 13, words)) {
        exception_fault(core);
        return;
    }
    core->cpu.control = kind == 13 ? 2 : 0;
    restore(core, words, kind != 1);
    sim_cpu_select_sp(&core->cpu, kind == 13);
    if (kind != 1 && core->scr & 2) // SLEEPONEXIT
        core->sleeping = !exception_next(core);
}
