// SPDX-License-Identifier: MIT
#ifndef SWDLINK_SIM_FAMILIES_STM32F4_H
#define SWDLINK_SIM_FAMILIES_STM32F4_H

#include "sim/chip/chip_row.h"

// One part after the other; NULL beyond the last one.
const struct sim_chip_row *sim_stm32f4_at(unsigned index);

#endif
