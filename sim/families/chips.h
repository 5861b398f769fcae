// SPDX-License-Identifier: MIT
// The chips that a virtual board can have, of all families.
#ifndef SWDLINK_SIM_FAMILIES_CHIPS_H
#define SWDLINK_SIM_FAMILIES_CHIPS_H

#include "sim/chip/chip_row.h"

// NULL when there is no such chip.
const struct sim_chip_row *sim_chips_find(const char *name);
// The row at an index, or NULL behind the last one.
const struct sim_chip_row *sim_chips_at(unsigned index);
// A factory-new chip by its name ("stm32f031k6"), not powered. ERR_USAGE lists the nearest names.
enum err sim_chips_create(struct sim_chip **chip, const char *name, struct sim_clock *clock,
                          struct sim_account *account, struct log *log) MUST_CHECK;

#endif
