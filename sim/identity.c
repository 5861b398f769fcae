// SPDX-License-Identifier: MIT
// Who the virtual chip says it is: the identification registers of its debug port, its ROM table,
// its core and its maker, which can be another's.
#include "sim/chip_state.h"

const struct sim_identity *sim_chip_identity(const struct sim_chip *chip)
{
    return &chip->identity;
}

void sim_chip_set_identity(struct sim_chip *chip, const struct sim_identity *identity)
{
    chip->identity = *identity;
    sim_core_set_identity(chip->core, identity->cpuid, identity->designer, identity->part);
}
