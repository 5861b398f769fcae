// SPDX-License-Identifier: MIT
// MRS and MSR: DDI 0419, B4.2.2 and B4.2.3; the numbers of the registers are in table B4-1.
// Unprivileged, a write of anything but the flags does nothing, and all but the flags and CONTROL
// reads as zero.
#include "sim/core/cpu_special.h"

#include <stdint.h>

void cpu_set_primask(struct sim_cpu *cpu, bool on)
{
    if (!sim_cpu_is_privileged(cpu))
        return;
    cpu->primask = on;
    if (!on)
        cpu->attention = true; // something may have waited for this
}

// SPSEL can be changed in Thread mode only, nPRIV in Handler mode as well.
static void set_control(struct sim_cpu *cpu, uint32_t value)
{
    if (!sim_cpu_is_privileged(cpu))
        return;
    if (cpu->ipsr == 0)
        sim_cpu_set_mode(cpu, 0, value & 2);
    cpu->npriv = cpu->has_npriv && value & 1;
}

enum sim_cpu_stop cpu_move_to_special(struct sim_cpu *cpu, unsigned n, unsigned sysm)
{
    uint32_t value = cpu->r[n];
    if (!cpu_may_be_moved(n))
        return SIM_CPU_UNDEFINED;
    if (cpu_is_psr(sysm)) {
        if (sysm < 4)
            sim_cpu_set_flags(cpu, value);
    } else if (sysm == SYSM_MSP || sysm == SYSM_PSP) {
        if (sim_cpu_is_privileged(cpu))
            sim_cpu_set_sp(cpu, sysm == SYSM_PSP, value);
    } else if (sysm == SYSM_PRIMASK) {
        cpu_set_primask(cpu, value & 1);
    } else if (sysm == SYSM_CONTROL) {
        set_control(cpu, value);
    } else {
        return SIM_CPU_UNDEFINED;
    }
    return SIM_CPU_NONE;
}

enum sim_cpu_stop cpu_move_from_special(struct sim_cpu *cpu, unsigned d, unsigned sysm)
{
    uint32_t value;
    if (!cpu_may_be_moved(d))
        return SIM_CPU_UNDEFINED;
    if (cpu_is_psr(sysm)) {
        uint32_t mask = (sysm & 1 ? XPSR_IPSR : 0) | (sysm & 4 ? 0 : 0xf0000000u);
        value = sim_cpu_get_xpsr(cpu) & mask;
    } else if (sysm == SYSM_MSP || sysm == SYSM_PSP) {
        value = sim_cpu_is_privileged(cpu) ? sim_cpu_get_sp(cpu, sysm == SYSM_PSP) : 0;
    } else if (sysm == SYSM_PRIMASK) {
        value = sim_cpu_is_privileged(cpu) && cpu->primask;
    } else if (sysm == SYSM_CONTROL) {
        value = (cpu->spsel ? 2u : 0) | cpu->npriv;
    } else {
        return SIM_CPU_UNDEFINED;
    }
    cpu->r[d] = value;
    return SIM_CPU_NONE;
}
