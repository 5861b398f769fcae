// SPDX-License-Identifier: MIT
// The special registers, as MRS, MSR and CPS reach them (DDI 0419, B4.2.2 and B4.2.3).
#ifndef SWDLINK_SIM_CORE_CPU_SPECIAL_H
#define SWDLINK_SIM_CORE_CPU_SPECIAL_H

#include <stdbool.h>

#include "sim/core/cpu.h"

void cpu_set_primask(struct sim_cpu *cpu, bool on);
// MSR from register n, and MRS to register d. SIM_CPU_UNDEFINED for a number that this core has
// not.
enum sim_cpu_stop cpu_move_to_special(struct sim_cpu *cpu, unsigned n, unsigned sysm);
enum sim_cpu_stop cpu_move_from_special(struct sim_cpu *cpu, unsigned d, unsigned sysm);

#endif
