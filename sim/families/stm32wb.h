// SPDX-License-Identifier: MIT
// The virtual STM32WB chips: rows for sim/families/chips.c.
#ifndef SWDLINK_SIM_FAMILIES_STM32WB_H
#define SWDLINK_SIM_FAMILIES_STM32WB_H

#include "sim/chip/chip_row.h"

// What a chip of the family has beyond the rest.
enum sim_stm32wb_has {
    SIM_WB_HAS_PORT_D = 1 << 0,
    SIM_WB_HAS_TIM17 = 1 << 1,
};

const struct sim_chip_row *sim_stm32wb_at(unsigned index); // NULL: there are no more

#endif
