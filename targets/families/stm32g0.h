// SPDX-License-Identifier: MIT
// What the files of the family share.
#ifndef SWDLINK_TARGETS_FAMILIES_STM32G0_H
#define SWDLINK_TARGETS_FAMILIES_STM32G0_H

#include "targets/families/family.h"

// Features of a die, for its option fields.
#define STM32G0_TWO_BANKS (1u << 0)

// stm32g0_options.c: the names of the options.
#define STM32G0_OPTIONS 39
extern const struct option_field stm32g0_options[STM32G0_OPTIONS];

#endif
