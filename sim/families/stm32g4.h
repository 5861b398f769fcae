// SPDX-License-Identifier: MIT
// The virtual STM32G4 chips: rows for sim/families/chips.c, and what sets their kinds apart.
#ifndef SWDLINK_SIM_FAMILIES_STM32G4_H
#define SWDLINK_SIM_FAMILIES_STM32G4_H

#include "sim/chip/chip_row.h"

// What a chip of the family has beyond the rest.
enum sim_stm32g4_has {
    SIM_G4_HAS_TIM5 = 1 << 0,
};

const struct sim_chip_row *sim_stm32g4_at(unsigned index); // NULL: there are no more

#endif
