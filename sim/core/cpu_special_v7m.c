// SPDX-License-Identifier: MIT
// MRS, MSR and CPS of ARMv7-M: DDI 0403, B5.2; the numbers of the registers are in B5.1.1. An
// unprivileged program reads zero from what it may not see, and changes the flags only.
#include "sim/core/cpu_special.h"
#include "sim/core/cpu_v7m.h"

enum { NMI = 2, HARDFAULT = 3 };

// Bits of APSR that MSR's mask selects.
enum { MASK_GE = 1, MASK_NZCVQ = 2 };

static bool is_system(unsigned sysm)
{
    return sysm == SYSM_MSP || sysm == SYSM_PSP || (sysm >= SYSM_PRIMASK && sysm <= SYSM_CONTROL);
}

// Set only where a fault can still be taken.
static void set_faultmask(struct sim_cpu *cpu, bool on)
{
    if (on && (cpu->ipsr == NMI || cpu->ipsr == HARDFAULT))
        return;
    cpu->faultmask = on;
}

static void set_basepri(struct sim_cpu *cpu, uint32_t value, bool only_up)
{
    value &= cpu->basepri_mask;
    if (only_up && (value == 0 || (cpu->basepri && value >= cpu->basepri)))
        return;
    cpu->basepri = (uint8_t)value;
}

// SPSEL cannot be changed in Handler mode, the others can.
static void set_control(struct sim_cpu *cpu, uint32_t value)
{
    const uint32_t spsel = 2;
    if (cpu->ipsr)
        value = (value & ~spsel) | (sim_cpu_get_control(cpu) & spsel);
    sim_cpu_set_control(cpu, value);
}

static void write_system(struct sim_cpu *cpu, unsigned sysm, uint32_t value)
{
    switch (sysm) {
    case SYSM_MSP:
    case SYSM_PSP:
        sim_cpu_set_sp(cpu, sysm == SYSM_PSP, value);
        break;
    case SYSM_PRIMASK:
        cpu->primask = value & 1;
        break;
    case SYSM_BASEPRI:
    case SYSM_BASEPRI_MAX:
        set_basepri(cpu, value & 0xff, sysm == SYSM_BASEPRI_MAX);
        break;
    case SYSM_FAULTMASK:
        set_faultmask(cpu, value & 1);
        break;
    default:
        set_control(cpu, value);
        break;
    }
    cpu->attention = true; // something may have waited for this
}

static void write_apsr(struct sim_cpu *cpu, unsigned mask, uint32_t value)
{
    if (mask & MASK_GE)
        cpu->ge = value >> 16 & 15;
    if (mask & MASK_NZCVQ) {
        sim_cpu_set_flags(cpu, value);
        cpu->q = !!(value & XPSR_Q);
    }
}

enum sim_cpu_stop cpu_move_to_special_v7m(struct sim_cpu *cpu, unsigned n, unsigned mask,
                                          unsigned sysm)
{
    if (!cpu_may_be_moved(n) || mask == 0 || (mask & MASK_GE && cpu->arch != SIM_ARMV7EM))
        return SIM_CPU_UNDEFINED;
    if (cpu_is_psr(sysm)) {
        if (sysm < 4)
            write_apsr(cpu, mask, cpu->r[n]);
        return SIM_CPU_NONE;
    }
    if (!is_system(sysm) || mask != MASK_NZCVQ)
        return SIM_CPU_UNDEFINED;
    if (sim_cpu_is_privileged(cpu))
        write_system(cpu, sysm, cpu->r[n]);
    return SIM_CPU_NONE;
}

static uint32_t read_psr(const struct sim_cpu *cpu, unsigned sysm)
{
    uint32_t apsr = XPSR_N | XPSR_Z | XPSR_C | XPSR_V | XPSR_Q | XPSR_GE;
    return sim_cpu_get_xpsr(cpu) & ((sysm & 1 ? XPSR_IPSR : 0) | (sysm & 4 ? 0 : apsr));
}

static uint32_t read_system(const struct sim_cpu *cpu, unsigned sysm)
{
    if (sysm == SYSM_CONTROL)
        return sim_cpu_get_control(cpu);
    if (!sim_cpu_is_privileged(cpu))
        return 0;
    switch (sysm) {
    case SYSM_MSP:
    case SYSM_PSP:
        return sim_cpu_get_sp(cpu, sysm == SYSM_PSP);
    case SYSM_PRIMASK:
        return cpu->primask;
    case SYSM_FAULTMASK:
        return cpu->faultmask;
    default:
        return cpu->basepri;
    }
}

enum sim_cpu_stop cpu_move_from_special_v7m(struct sim_cpu *cpu, unsigned d, unsigned sysm)
{
    if (!cpu_may_be_moved(d) || !(cpu_is_psr(sysm) || is_system(sysm)))
        return SIM_CPU_UNDEFINED;
    cpu->r[d] = cpu_is_psr(sysm) ? read_psr(cpu, sysm) : read_system(cpu, sysm);
    return SIM_CPU_NONE;
}

void cpu_change_state(struct sim_cpu *cpu, bool primask, bool faultmask, bool disable)
{
    if (!sim_cpu_is_privileged(cpu))
        return;
    if (primask)
        cpu->primask = disable;
    if (faultmask)
        set_faultmask(cpu, disable);
    cpu->attention = true;
}
