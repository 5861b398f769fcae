// SPDX-License-Identifier: MIT
// What the system configurations of all families have alike: what address 0 shows, by
// CFGR1.MEM_MODE. syscfg.c, syscfg_l0.c and syscfg_m0p.c have the rest.
#ifndef SWDLINK_SIM_PARTS_SYSCFG_COMMON_H
#define SWDLINK_SIM_PARTS_SYSCFG_COMMON_H

#include "sim/chip/part.h"

#define SIM_SYSCFG_MEM_MODE 0x3u

// The first member of each family's state.
struct sim_syscfg_common {
    struct sim_part *part;
    uint32_t cfgr1;
};

bool sim_syscfg_create(void *state, struct sim_part *part);
// Of what a chip boots from.
uint32_t sim_syscfg_mem_mode(enum sim_memory_kind memory);

sim_signal_level_fn sim_syscfg_mapped;
sim_signal_heard_fn sim_syscfg_hear_release;

#endif
