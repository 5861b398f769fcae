// SPDX-License-Identifier: MIT
// The virtual STM32F1 chips: rows for sim/families/chips.c, and what sets their kinds apart.
#ifndef SWDLINK_SIM_FAMILIES_STM32F1_H
#define SWDLINK_SIM_FAMILIES_STM32F1_H

#include "sim/chip/chip_row.h"

// What a chip of the family has beyond the rest.
enum sim_stm32f1_has {
    SIM_F1_HAS_PORTS_F_G = 1 << 0,
    SIM_F1_HAS_BANK2 = 1 << 1,      // XL density
    SIM_F1_HAS_PREDIVIDER = 1 << 2, // CFGR2 of the RCC: value and connectivity line
    SIM_F1_HAS_TIM5_TO_7 = 1 << 3,
    SIM_F1_HAS_NOTHING_MORE = 1 << 4, // of no chip
    SIM_F1_HAS_USART3 = 1 << 5,       // all but low density
    SIM_F1_HAS_TIM1 = 1 << 6,         // all but F101 and F102
    SIM_F1_HAS_TIM8 = 1 << 7,         // F103 of high and XL density
};

const struct sim_chip_row *sim_stm32f1_at(unsigned index); // NULL: there are no more

#endif
