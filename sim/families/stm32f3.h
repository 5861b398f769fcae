// SPDX-License-Identifier: MIT
// The virtual STM32F3 chips: rows for sim/families/chips.c, and what sets their kinds apart.
#ifndef SWDLINK_SIM_FAMILIES_STM32F3_H
#define SWDLINK_SIM_FAMILIES_STM32F3_H

#include "sim/chip/chip_row.h"

// What a chip of the family has beyond the rest.
enum sim_stm32f3_has {
    SIM_F3_HAS_PORT_E = 1 << 0,
    SIM_F3_HAS_PORTS_G_H = 1 << 1,
    SIM_F3_HAS_TIM3 = 1 << 2,
    SIM_F3_HAS_TIM4 = 1 << 3,
    SIM_F3_HAS_TIM7 = 1 << 4,
    SIM_F3_HAS_HSI_PREDIV = 1 << 5,     // PLLSRC has two bits: F302xD to F398
    SIM_F3_HAS_USART1_ON_APB1 = 1 << 6, // its clock, by default: the dies 0x438 and 0x439
    SIM_F3_HAS_NOTHING_MORE = 1 << 7,   // of no chip
};

const struct sim_chip_row *sim_stm32f3_at(unsigned index); // NULL: there are no more

#endif
