// SPDX-License-Identifier: MIT
// The virtual STM32L1 chips: rows for sim/families/chips.c, and what sets their kinds apart.
#ifndef SWDLINK_SIM_FAMILIES_STM32L1_H
#define SWDLINK_SIM_FAMILIES_STM32L1_H

#include "sim/chip/chip_row.h"

// What a chip of the family has beyond the rest.
enum sim_stm32l1_has {
    SIM_L1_HAS_TWO_BANKS = 1 << 0,
    SIM_L1_HAS_TIM5 = 1 << 1,
    SIM_L1_HAS_PORTS_F_G = 1 << 2,
    SIM_L1_HAS_HOLE = 1 << 3,         // between its banks
    SIM_L1_HAS_NOTHING_MORE = 1 << 4, // of no chip
};

const struct sim_chip_row *sim_stm32l1_at(unsigned index); // NULL: there are no more

#endif
