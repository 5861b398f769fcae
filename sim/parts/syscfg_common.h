// SPDX-License-Identifier: MIT
// What the system configurations of all families have alike: what address 0 shows, by
// CFGR1.MEM_MODE, and in SYSCFG_EXTICR1 to 4 which port an external interrupt listens to.
// syscfg.c, syscfg_f4.c, syscfg_l0.c, syscfg_l4.c and syscfg_m0p.c have the rest.
#ifndef SWDLINK_SIM_PARTS_SYSCFG_COMMON_H
#define SWDLINK_SIM_PARTS_SYSCFG_COMMON_H

#include "sim/chip/part.h"

#define SIM_SYSCFG_MEM_MODE 0x3u
#define SIM_SYSCFG_FB_MODE  (1u << 8) // of MEMRMP

// The first member of each family's state.
struct sim_syscfg_common {
    struct sim_part *part;
    uint32_t cfgr1;
    uint32_t exticr[4]; // not of STM32G0, C0 and U0: EXTI has them
};

bool sim_syscfg_create(void *state, struct sim_part *part);
// Of what a chip boots from.
uint32_t sim_syscfg_mem_mode(enum sim_memory_kind memory);

// SYSCFG_EXTICR1 to 4; any other register is not there.
uint32_t sim_syscfg_read_exticr(const struct sim_syscfg_common *s, uint32_t offset);
void sim_syscfg_write_exticr(struct sim_syscfg_common *s, uint32_t offset, uint32_t value);

sim_signal_level_fn sim_syscfg_mapped, sim_syscfg_exti_port;
// Where cfgr1 is SYSCFG_MEMRMP, and its FB_MODE puts the second bank of the flash first.
sim_signal_level_fn sim_syscfg_swapped;
sim_signal_heard_fn sim_syscfg_hear_release_of_banks;
sim_signal_heard_fn sim_syscfg_hear_release;

#endif
