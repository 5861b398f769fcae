// SPDX-License-Identifier: MIT
// Faults of ARMv7-M: which exception they are, what the status registers keep of them, and what
// becomes of them when that exception cannot be taken (DDI 0403, B1.5.4, B1.5.14 and B3.2.15 to
// B3.2.19).
#include <stddef.h>

#include "sim/core/core_state.h"

enum { CPUID_VARIANT = 20 }; // the shift

// The stack is aligned by default from r2p0 of the Cortex-M3 on (DDI 0337, CCR).
static uint32_t ccr_at_reset(const struct sim_core *core)
{
    bool first_revisions =
        (core->kind->cpuid & 0xfff0u) == 0xc230u && (core->cpuid >> CPUID_VARIANT & 0xf) < 2;
    if (core->kind->l1)
        return CCR_STKALIGN | CCR_BP;
    return first_revisions ? 0 : CCR_STKALIGN;
}

void sim_v7m_reset(struct sim_core *core)
{
    struct sim_cpu *cpu = &core->cpu;
    core->v7m = (struct sim_v7m){.ccr = ccr_at_reset(core), .fpccr = FPCCR_LSPEN};
    cpu->unalign_trp = cpu->div_0_trp = false;
    cpu->buffers_writes = true;
    cpu->fp.access = 0;
    cpu->fp.aspen = cpu->fp.present;
    cpu->fp.fpdscr = 0;
    core->nvic.system_off_at_reset = core->nvic.system_off =
        1u << SIM_EXC_MEMMANAGE | 1u << SIM_EXC_BUSFAULT | 1u << SIM_EXC_USAGEFAULT;
}

static unsigned exception_of(uint32_t cfsr)
{
    if (cfsr & CFSR_MEMMANAGE)
        return SIM_EXC_MEMMANAGE;
    return cfsr & CFSR_BUSFAULT ? SIM_EXC_BUSFAULT : SIM_EXC_USAGEFAULT;
}

// The bits of DEMCR that catch a fault (C1.6.5).
static uint32_t catch_of(uint32_t cfsr)
{
    if (cfsr &
        (CFSR_MSTKERR | CFSR_MUNSTKERR | CFSR_MLSPERR | CFSR_STKERR | CFSR_UNSTKERR | CFSR_LSPERR))
        return DEMCR_VC_INTERR;
    if (cfsr & (CFSR_UNDEFINSTR | CFSR_INVSTATE | CFSR_INVPC))
        return DEMCR_VC_STATERR;
    if (cfsr & CFSR_NOCP)
        return DEMCR_VC_NOCPERR;
    return cfsr & (CFSR_UNALIGNED | CFSR_DIVBYZERO) ? DEMCR_VC_CHKERR : 0;
}

void sim_v7m_escalate(struct sim_core *core, uint32_t hfsr)
{
    if (sim_exception_priority(core, false) <= SIM_PRIORITY_HARDFAULT) {
        sim_exception_lock_up(core);
        return;
    }
    core->v7m.hfsr |= hfsr;
    sim_exception_pend(core, SIM_EXC_HARDFAULT);
}

bool sim_v7m_is_ready(const struct sim_core *core, unsigned n)
{
    return sim_nvic_is_enabled(&core->nvic, n) && sim_exception_preempts(core, n);
}

void sim_v7m_raise(struct sim_core *core, uint32_t cfsr)
{
    unsigned n = exception_of(cfsr);
    core->v7m.cfsr |= cfsr;
    core->v7m.caught |= catch_of(cfsr);
    if (sim_v7m_is_ready(core, n))
        sim_exception_pend(core, n);
    else
        sim_v7m_escalate(core, HFSR_FORCED);
}

// Refused by the MPU or by the bus, while an instruction was fetched or did its work.
static uint32_t note_refused_access(struct sim_core *core)
{
    const struct sim_cpu_fault *f = &core->cpu.fault;
    if (f->fetch)
        return f->protection ? CFSR_IACCVIOL : CFSR_IBUSERR;
    if (f->protection) {
        core->v7m.mmfar = f->addr;
        return CFSR_DACCVIOL | CFSR_MMARVALID;
    }
    core->v7m.bfar = f->addr;
    return CFSR_PRECISERR | CFSR_BFARVALID;
}

void sim_v7m_fault(struct sim_core *core, unsigned stop)
{
    static const struct {
        enum sim_cpu_stop stop;
        uint32_t cfsr;
    } rows[] = {
        {SIM_CPU_UNDEFINED, CFSR_UNDEFINSTR},     {SIM_CPU_INVALID_STATE, CFSR_INVSTATE},
        {SIM_CPU_NO_COPROCESSOR, CFSR_NOCP},      {SIM_CPU_UNALIGNED, CFSR_UNALIGNED},
        {SIM_CPU_DIVIDE_BY_ZERO, CFSR_DIVBYZERO},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].stop == stop) {
            sim_v7m_raise(core, rows[i].cfsr);
            return;
        }
    }
    sim_v7m_raise(core, note_refused_access(core));
}

bool sim_v7m_monitor(struct sim_core *core, uint32_t dfsr)
{
    if (!(core->debug.demcr & DEMCR_MON_EN) || !sim_exception_preempts(core, SIM_EXC_MONITOR))
        return false;
    core->debug.dfsr |= dfsr;
    sim_exception_pend(core, SIM_EXC_MONITOR);
    return true;
}

void sim_v7m_breakpoint(struct sim_core *core)
{
    if (sim_v7m_monitor(core, DFSR_BKPT))
        return;
    core->debug.dfsr |= DFSR_BKPT;
    sim_v7m_escalate(core, HFSR_DEBUGEVT);
}

// It waits until it is urgent enough, and so it never locks up.
void sim_v7m_imprecise(struct sim_core *core)
{
    core->cpu.imprecise = false;
    core->v7m.cfsr |= CFSR_IMPRECISERR;
    if (core->kind->l1)
        core->v7m.abfsr = core->cpu.fault.addr >> 29 == 2 ? ABFSR_AHBP : ABFSR_AXIM;
    if (sim_nvic_is_enabled(&core->nvic, SIM_EXC_BUSFAULT)) {
        sim_exception_pend(core, SIM_EXC_BUSFAULT);
        return;
    }
    core->v7m.hfsr |= HFSR_FORCED;
    sim_exception_pend(core, SIM_EXC_HARDFAULT);
}
