// SPDX-License-Identifier: MIT
// The special registers, as MRS, MSR and CPS reach them (DDI 0419, B4.2.2 and B4.2.3).
#ifndef SWDLINK_SIM_CORE_CPU_SPECIAL_H
#define SWDLINK_SIM_CORE_CPU_SPECIAL_H

#include <stdbool.h>

#include "sim/core/cpu.h"

enum sysm {
    SYSM_MSP = 8,
    SYSM_PSP = 9,
    SYSM_PRIMASK = 16,
    SYSM_BASEPRI = 17, // this one and the next two: ARMv7-M
    SYSM_BASEPRI_MAX = 18,
    SYSM_FAULTMASK = 19,
    SYSM_CONTROL = 20,
};

// SP and PC are UNPREDICTABLE in MRS and MSR; LR is not.
static inline bool cpu_may_be_moved(unsigned n)
{
    return n != 13 && n != 15;
}

// The xPSR of MRS and MSR is 0 to 3, 5 to 7 (DDI 0419, B5.1.1): bit 0 asks for IPSR, bit 1 for EPSR
// (which reads as zero), bit 2 leaves APSR out.
static inline bool cpu_is_psr(unsigned sysm)
{
    return sysm < 8 && sysm != 4;
}

void cpu_set_primask(struct sim_cpu *cpu, bool on);
// MSR from register n, and MRS to register d. SIM_CPU_UNDEFINED for a number that this core has
// not.
enum sim_cpu_stop cpu_move_to_special(struct sim_cpu *cpu, unsigned n, unsigned sysm);
enum sim_cpu_stop cpu_move_from_special(struct sim_cpu *cpu, unsigned d, unsigned sysm);

#endif
