// SPDX-License-Identifier: MIT
// The families whose flash can be programmed. Names of all other chips: targets/dies.c.
#include "targets/families/family.h"

const struct family *const families[] = {
    &stm32f0_family, &stm32f1_family, &stm32f2_family, &stm32f3_family,     &stm32f4_family,
    &stm32f7_family, &stm32h7_family, &stm32l0_family, &stm32l1_family,     &stm32g0_family,
    &stm32c0_family, &stm32u0_family, &stm32l4_family, &stm32l4plus_family, &stm32g4_family,
    &stm32wb_family, &stm32wl_family,
};

const unsigned family_count = sizeof families / sizeof families[0];
