// SPDX-License-Identifier: MIT
// Random instructions of FPv4-SP and FPv5, by group, and random values for its registers.
#ifndef SWDLINK_TESTS_UNIT_FP_CODES_H
#define SWDLINK_TESTS_UNIT_FP_CODES_H

#include "tests/unit/thumb2_codes.h"

// Arithmetic with two and three operands; conversions, comparisons and square roots; loads, stores
// and transfers; and anything in the coprocessor space. A Cortex-M7 is given half of them in double
// precision.
code_group code_fp_arithmetic, code_fp_single, code_fp_moves, code_fp_any;
// What FPv5 has beyond FPv4-SP.
code_group code_fp_v5;

// Registers that meet each other's range, edges and NaNs, and any modes.
void fp_random_registers(struct unicorn_bench *b, struct guest *g);

#endif
