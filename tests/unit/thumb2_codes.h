// SPDX-License-Identifier: MIT
// Random instructions of ARMv7-M and ARMv7E-M, a group of encodings at a time, with all fields of
// the group random but for what the manual leaves UNPREDICTABLE.
#ifndef SWDLINK_TESTS_UNIT_THUMB2_CODES_H
#define SWDLINK_TESTS_UNIT_THUMB2_CODES_H

#include "tests/unit/unicorn_bench.h"

// Any 16-bit instruction that Unicorn executes as the manual says.
code_group code_narrow;
// 32-bit ones that change registers and flags only, and others.
code_group code_data, code_memory, code_system;
code_group code_dsp; // ARMv7E-M
// Two random halfwords that make a 32-bit instruction.
code_group code_any_wide;

// Data instructions that may stand anywhere in an IT block.
code_group code_in_block;

#endif
