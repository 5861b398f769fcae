// SPDX-License-Identifier: MIT
// The STM32U0 family.
#ifndef SWDLINK_SIM_FAMILIES_STM32U0_H
#define SWDLINK_SIM_FAMILIES_STM32U0_H

#include "sim/chip/chip_row.h"

// What a chip has beyond the smallest of the family.
enum sim_stm32u0_feature {
    SIM_U0_HAS_PORT_E = 1 << 0,
};

// The row at an index, or NULL behind the last one.
const struct sim_chip_row *sim_stm32u0_at(unsigned index);

#endif
