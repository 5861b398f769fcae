// SPDX-License-Identifier: MIT
// The STM32C0 family.
#ifndef SWDLINK_SIM_FAMILIES_STM32C0_H
#define SWDLINK_SIM_FAMILIES_STM32C0_H

#include "sim/chip/chip_row.h"

// What a chip has beyond the smallest of the family.
enum sim_stm32c0_feature {
    SIM_C0_HAS_TIM2 = 1 << 0,
    SIM_C0_HAS_TIM15 = 1 << 1,
};

// The row at an index, or NULL behind the last one.
const struct sim_chip_row *sim_stm32c0_at(unsigned index);

#endif
