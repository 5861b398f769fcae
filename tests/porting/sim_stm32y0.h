// SPDX-License-Identifier: MIT
// The STM32Y0 family, which does not exist.
#ifndef SWDLINK_SIM_FAMILIES_STM32Y0_H
#define SWDLINK_SIM_FAMILIES_STM32Y0_H

#include "sim/chip/chip_row.h"

// The row at an index, or NULL behind the last one.
const struct sim_chip_row *sim_stm32y0_at(unsigned index);

#endif
