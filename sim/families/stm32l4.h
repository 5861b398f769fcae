// SPDX-License-Identifier: MIT
// The virtual STM32L4 and L4+ chips: rows for sim/families/chips.c, and what sets their kinds
// apart.
#ifndef SWDLINK_SIM_FAMILIES_STM32L4_H
#define SWDLINK_SIM_FAMILIES_STM32L4_H

#include "sim/chip/chip_row.h"

// What a chip of the family has beyond the rest.
enum sim_stm32l4_has {
    SIM_L4_HAS_PORT_E = 1 << 0,
    SIM_L4_HAS_PORTS_F_G = 1 << 1,
    SIM_L4_HAS_PORT_I = 1 << 2,
    SIM_L4_HAS_TIM3 = 1 << 3,
    SIM_L4_HAS_TIM7 = 1 << 4,
    SIM_L4_HAS_TIM4_5_17 = 1 << 5,
};

const struct sim_chip_row *sim_stm32l4_at(unsigned index); // NULL: there are no more

#endif
