// SPDX-License-Identifier: MIT
#include "sim/chips.h"

#define KIB 1024u

// Bits 15:12 of IDCODE read as 6 in every log of a real F0.
const struct sim_chip_row sim_chip_rows[] = {
    {"stm32f031k6", 0x10006444, 32 * KIB, 1 * KIB, 4 * KIB, 0x1fffec00, 3 * KIB},
    {"stm32f030f4", 0x10006444, 16 * KIB, 1 * KIB, 4 * KIB, 0x1fffec00, 3 * KIB},
    {"stm32f042k6", 0x10006445, 32 * KIB, 1 * KIB, 6 * KIB, 0x1fffc400, 13 * KIB},
    {"stm32f051c8", 0x20006440, 64 * KIB, 1 * KIB, 8 * KIB, 0x1fffec00, 3 * KIB},
    {"stm32f072rb", 0x20016448, 128 * KIB, 2 * KIB, 16 * KIB, 0x1fffc800, 12 * KIB},
    {"stm32f091rc", 0x10006442, 256 * KIB, 2 * KIB, 32 * KIB, 0x1fffd800, 8 * KIB},
};
const unsigned sim_chip_row_count = sizeof sim_chip_rows / sizeof sim_chip_rows[0];
