// SPDX-License-Identifier: MIT
#ifndef SWDLINK_SIM_FAMILIES_STM32F7_H
#define SWDLINK_SIM_FAMILIES_STM32F7_H

#include "sim/chip/chip_row.h"

// One part after the other; NULL beyond the last one.
const struct sim_chip_row *sim_stm32f7_at(unsigned index);

#endif
