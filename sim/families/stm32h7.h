// SPDX-License-Identifier: MIT
// The virtual STM32H7 chips: rows for sim/families/chips.c (stm32h7_chips.c), and what sets the
// dies apart (stm32h7.c).
#ifndef SWDLINK_SIM_FAMILIES_STM32H7_H
#define SWDLINK_SIM_FAMILIES_STM32H7_H

#include "sim/chip/chip_row.h"

// What a die has: .features of its chips.
enum {
    SIM_H7_HAS_ADC3 = 1 << 0,        // on AHB4, with the internal channels
    SIM_H7_HAS_CRC_ON_AHB4 = 1 << 1, // else on AHB1
    SIM_H7_HAS_CRC_ON_AHB1 = 1 << 2,
    SIM_H7_HAS_TWO_CORES = 1 << 3,
};

// RM0433 (H742, H743, H750, H753), RM0399 (H745, H747, H755, H757: two cores), RM0468 (H72x and
// H73x) and RM0455 (H7Ax and H7Bx).
extern const struct sim_family sim_h7_family_74x, sim_h7_family_two_cores, sim_h7_family_72x,
    sim_h7_family_7ax;
extern const struct sim_part_config sim_h7_configs_74x[], sim_h7_configs_two_cores[],
    sim_h7_configs_72x[], sim_h7_configs_7ax[];
extern const struct sim_region sim_h7_regions[];

const struct sim_chip_row *sim_stm32h7_at(unsigned index); // NULL: there are no more

#endif
