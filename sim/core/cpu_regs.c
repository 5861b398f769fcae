// SPDX-License-Identifier: MIT
// The registers of the instruction engine as exceptions and the debugger see them (DDI 0419, B1.4;
// DDI 0403, B1.4 and C1.6.3).
#include "sim/core/cpu.h"

enum { SP = 13, PC = 15 };

#define CONTROL_FPCA  4u
#define CONTROL_SPSEL 2u
#define CONTROL_NPRIV 1u

static uint32_t get_it_bits(const struct sim_cpu *cpu)
{
    return (cpu->it & 3) << 25 | (cpu->it & 0xfc) << 8;
}

uint32_t sim_cpu_get_xpsr(const struct sim_cpu *cpu)
{
    return (cpu->n & XPSR_N) | (cpu->z == 0 ? XPSR_Z : 0) | (cpu->c ? XPSR_C : 0) |
           (cpu->v >> 31 ? XPSR_V : 0) | (cpu->q ? XPSR_Q : 0) | (cpu->thumb ? XPSR_T : 0) |
           get_it_bits(cpu) | cpu->ge << 16 | cpu->ipsr;
}

void sim_cpu_set_flags(struct sim_cpu *cpu, uint32_t xpsr)
{
    cpu->n = xpsr;
    cpu->z = !(xpsr & XPSR_Z);
    cpu->c = !!(xpsr & XPSR_C);
    cpu->v = xpsr & XPSR_V ? 1u << 31 : 0;
}

void sim_cpu_set_xpsr(struct sim_cpu *cpu, uint32_t xpsr)
{
    sim_cpu_set_flags(cpu, xpsr);
    cpu->thumb = xpsr & XPSR_T;
    if (cpu->arch != SIM_ARMV6M) {
        cpu->q = !!(xpsr & XPSR_Q);
        cpu->it = (xpsr >> 25 & 3) | (xpsr >> 8 & 0xfc);
    }
    if (cpu->arch == SIM_ARMV7EM)
        cpu->ge = xpsr >> 16 & 15;
    sim_cpu_set_mode(cpu, xpsr & cpu->ipsr_mask, cpu->spsel);
}

bool sim_cpu_uses_psp(const struct sim_cpu *cpu)
{
    return cpu->spsel && cpu->ipsr == 0;
}

uint32_t sim_cpu_get_sp(const struct sim_cpu *cpu, bool process)
{
    if (process == sim_cpu_uses_psp(cpu))
        return cpu->r[SP];
    return process ? cpu->psp : cpu->msp;
}

void sim_cpu_set_sp(struct sim_cpu *cpu, bool process, uint32_t value)
{
    value &= ~3u;
    if (process == sim_cpu_uses_psp(cpu))
        cpu->r[SP] = value;
    else if (process)
        cpu->psp = value;
    else
        cpu->msp = value;
}

void sim_cpu_set_mode(struct sim_cpu *cpu, uint32_t ipsr, bool spsel)
{
    uint32_t msp = sim_cpu_get_sp(cpu, false), psp = sim_cpu_get_sp(cpu, true);
    cpu->ipsr = ipsr;
    cpu->spsel = spsel;
    cpu->msp = msp;
    cpu->psp = psp;
    cpu->r[SP] = sim_cpu_uses_psp(cpu) ? psp : msp;
}

uint32_t sim_cpu_get_control(const struct sim_cpu *cpu)
{
    return (cpu->fp.fpca ? CONTROL_FPCA : 0) | (cpu->spsel ? CONTROL_SPSEL : 0) |
           (cpu->npriv ? CONTROL_NPRIV : 0);
}

void sim_cpu_set_control(struct sim_cpu *cpu, uint32_t value)
{
    cpu->fp.fpca = cpu->fp.present && value & CONTROL_FPCA;
    cpu->npriv = (cpu->has_npriv || cpu->arch != SIM_ARMV6M) && value & CONTROL_NPRIV;
    sim_cpu_set_mode(cpu, cpu->ipsr, value & CONTROL_SPSEL);
}

bool sim_cpu_is_privileged(const struct sim_cpu *cpu)
{
    return cpu->ipsr || !cpu->npriv;
}

bool sim_cpu_access_is_privileged(const struct sim_cpu *cpu)
{
    return sim_cpu_is_privileged(cpu) && !cpu->unprivileged;
}

void sim_cpu_reset(struct sim_cpu *cpu)
{
    sim_cpu_set_mode(cpu, 0, false);
    cpu->primask = cpu->faultmask = cpu->npriv = cpu->event = false;
    cpu->exclusive = cpu->imprecise = cpu->unprivileged = false;
    cpu->basepri = 0;
    cpu->it = cpu->list_done = 0;
    cpu->fp.fpca = cpu->fp.lspact = false;
    cpu->fp.fpscr = 0;
}

enum regsel {
    REG_XPSR = 16,
    REG_MSP = 17,
    REG_PSP = 18,
    REG_SPECIAL = 20,
    REG_FPSCR = 33,
    REG_S0 = 64,
    REG_S31 = 95,
};

bool sim_cpu_has_reg(const struct sim_cpu *cpu, unsigned regsel)
{
    if (regsel == REG_FPSCR || (regsel >= REG_S0 && regsel <= REG_S31))
        return cpu->fp.present;
    return regsel <= REG_PSP || regsel == REG_SPECIAL;
}

uint32_t sim_cpu_get_reg(const struct sim_cpu *cpu, unsigned regsel)
{
    if (!sim_cpu_has_reg(cpu, regsel))
        return 0;
    switch (regsel) {
    case REG_XPSR:
        return sim_cpu_get_xpsr(cpu);
    case REG_MSP:
    case REG_PSP:
        return sim_cpu_get_sp(cpu, regsel == REG_PSP);
    case REG_SPECIAL:
        return sim_cpu_get_control(cpu) << 24 | (uint32_t)cpu->faultmask << 16 |
               (uint32_t)cpu->basepri << 8 | cpu->primask;
    case REG_FPSCR:
        return cpu->fp.fpscr;
    default:
        return regsel <= PC ? cpu->r[regsel] : cpu->fp.s[regsel - REG_S0];
    }
}

static void set_special(struct sim_cpu *cpu, uint32_t value)
{
    cpu->primask = value & 1;
    if (cpu->arch != SIM_ARMV6M) {
        cpu->basepri = value >> 8 & cpu->basepri_mask;
        cpu->faultmask = value >> 16 & 1;
    }
    sim_cpu_set_control(cpu, value >> 24);
}

void sim_cpu_set_reg(struct sim_cpu *cpu, unsigned regsel, uint32_t value)
{
    if (!sim_cpu_has_reg(cpu, regsel))
        return;
    switch (regsel) {
    case SP:
        cpu->r[SP] = value & ~3u;
        break;
    case PC:
        cpu->r[PC] = value & ~1u;
        break;
    case REG_XPSR:
        sim_cpu_set_xpsr(cpu, value);
        break;
    case REG_MSP:
    case REG_PSP:
        sim_cpu_set_sp(cpu, regsel == REG_PSP, value);
        break;
    case REG_SPECIAL:
        set_special(cpu, value);
        break;
    case REG_FPSCR:
        cpu->fp.fpscr = value & SIM_FPSCR_BITS;
        break;
    default:
        if (regsel < SP || regsel == 14)
            cpu->r[regsel] = value;
        else
            cpu->fp.s[regsel - REG_S0] = value;
        break;
    }
}
