// SPDX-License-Identifier: MIT
// Chips of which the core, the memories and the identity alone are modelled.
#ifndef SWDLINK_SIM_FAMILIES_BARE_H
#define SWDLINK_SIM_FAMILIES_BARE_H

#include "sim/chip/chip_row.h"

// The row at an index, or NULL behind the last one.
const struct sim_chip_row *sim_bare_at(unsigned index);

#endif
