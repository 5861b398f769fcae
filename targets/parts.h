// SPDX-License-Identifier: MIT
// Which parts ST sells of a die, by the size of their flash, which the chip itself says.
#ifndef SWDLINK_TARGETS_PARTS_H
#define SWDLINK_TARGETS_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Parts of one die that have the same memories.
struct part_row {
    uint16_t dev_id;
    uint16_t flash_kib; // 0: it has no flash
    uint16_t ram_kib;   // of SRAM from 0x20000000 on without a gap; 0: there is none
    char size[5];       // how their names end: "x8" stands for any package
    const char *lines;  // "F101 F102 F103": how they begin, behind "STM32"
};

#define PART_NAME_SIZE 16u

extern const struct part_row part_rows[];
extern const unsigned part_row_count;

// The nth row of a die, by size; NULL behind the last one.
const struct part_row *parts_of(uint16_t dev_id, unsigned n);
// 0: none is known.
unsigned parts_largest_kib(uint16_t dev_id);
// All parts of the die have flash of the same size.
bool parts_have_one_size(uint16_t dev_id);
// SRAM of the parts with so much flash (0: of all). False: not known.
bool parts_ram_kib(uint16_t dev_id, unsigned flash_kib, unsigned *least, unsigned *most);
// The name of the nth part with so much flash, without "STM32": "F103x8". False: there is none.
bool parts_name(uint16_t dev_id, unsigned flash_kib, unsigned n, char *text, size_t size);
// "STM32F101x8, F102x8 or F103x8"; empty when there is none. Returns text.
const char *parts_text(uint16_t dev_id, unsigned flash_kib, char *text, size_t size);

#endif
