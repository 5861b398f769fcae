// SPDX-License-Identifier: MIT
// The STM32F0 family.
#ifndef SWDLINK_SIM_FAMILIES_STM32F0_H
#define SWDLINK_SIM_FAMILIES_STM32F0_H

#include "sim/chip/chip_row.h"

// What a chip has beyond the smallest of the family.
enum sim_stm32f0_feature {
    SIM_HAS_USART2 = 1 << 0,
    SIM_HAS_TIM2 = 1 << 1,
    SIM_HAS_BOOT_SEL = 1 << 2,    // option bits nBOOT0 and BOOT_SEL (RM0091, 2.5)
    SIM_HAS_EMPTY_CHECK = 1 << 3, // an empty flash boots the system memory (RM0091, 2.5)
    SIM_HAS_HSI48 = 1 << 4,
    SIM_HAS_CRC_POLYNOMIAL = 1 << 5, // CRC_POL and POLYSIZE (RM0091, 12.2)
    SIM_HAS_TIM6 = 1 << 6,
    SIM_HAS_TIM7 = 1 << 7,
    SIM_HAS_TIM15 = 1 << 8,
    SIM_HAS_PORT_D = 1 << 9,
    SIM_HAS_PORT_E = 1 << 10,
};

// The row at an index, or NULL behind the last one.
const struct sim_chip_row *sim_stm32f0_at(unsigned index);

#endif
