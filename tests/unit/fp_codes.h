// SPDX-License-Identifier: MIT
// Random instructions of FPv4-SP, by group, and random values for its registers.
#ifndef SWDLINK_TESTS_UNIT_FP_CODES_H
#define SWDLINK_TESTS_UNIT_FP_CODES_H

#include "tests/unit/thumb2_codes.h"

// Arithmetic with two and three operands; conversions, comparisons and square roots; loads, stores
// and transfers; and anything in the coprocessor space.
code_group code_fp_arithmetic, code_fp_single, code_fp_moves, code_fp_any;

// Registers that meet each other's range, edges and NaNs, and any modes.
void fp_random_registers(struct unicorn_bench *b, struct guest *g);

#endif
