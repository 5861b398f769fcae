// SPDX-License-Identifier: MIT
// The virtual STM32WL chips: rows for sim/families/chips.c.
#ifndef SWDLINK_SIM_FAMILIES_STM32WL_H
#define SWDLINK_SIM_FAMILIES_STM32WL_H

#include "sim/chip/chip_row.h"

const struct sim_chip_row *sim_stm32wl_at(unsigned index); // NULL: there are no more

#endif
