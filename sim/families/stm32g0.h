// SPDX-License-Identifier: MIT
// The STM32G0 family.
#ifndef SWDLINK_SIM_FAMILIES_STM32G0_H
#define SWDLINK_SIM_FAMILIES_STM32G0_H

#include "sim/chip/chip_row.h"

// What a chip has beyond the smallest of the family.
enum sim_stm32g0_feature {
    SIM_G0_HAS_TIM2 = 1 << 0,
    SIM_G0_HAS_TIM6_7_15 = 1 << 1,
    SIM_G0_HAS_PORT_E = 1 << 2,
};

// The row at an index, or NULL behind the last one.
const struct sim_chip_row *sim_stm32g0_at(unsigned index);

#endif
