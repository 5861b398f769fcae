// SPDX-License-Identifier: MIT
// The geometry of a chip's flash: sectors of several sizes in address order, gaps between banks,
// the smallest unit that can be programmed, and what an erased byte reads as. Data only; a sector
// (a page, where ST calls it so) is what can be erased at once.
#ifndef SWDLINK_FLASH_LAYOUT_H
#define SWDLINK_FLASH_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLASH_RUNS     8   // of equal sectors, at most
#define FLASH_MAX_UNIT 128 // bytes

// Equal sectors that follow each other.
struct flash_run {
    uint32_t base;
    uint32_t size;                   // of one sector, bytes
    uint32_t count;                  // 0: no more runs
    uint32_t erase_min_us, erase_us; // shortest and typical time of one erase (data sheet)
};

struct flash_layout {
    uint8_t erased;   // 0xff, or 0x00 (STM32L0, L1)
    uint8_t unit;     // bytes that are programmed at once: 2 to 128
    bool once;        // a unit that was written, if only with ones, is taken
    uint16_t row;     // bytes that can be programmed as one after an erase of everything; 0: none
    uint32_t unit_us; // typical time of one unit
    uint32_t row_us;  // and of one row
    uint32_t mass_erase_us;           // typical time of the erase of everything
    struct flash_run run[FLASH_RUNS]; // by address, without overlap
};

struct flash_sector {
    uint32_t addr, size;
    const struct flash_run *run;
};

unsigned flash_layout_count(const struct flash_layout *layout); // of sectors
// The sector with that number; n < flash_layout_count().
struct flash_sector flash_layout_sector(const struct flash_layout *layout, unsigned n);
// The number of the sector at an address; false when there is none.
bool flash_layout_find(const struct flash_layout *layout, uint32_t addr, unsigned *n);
// Bytes of all sectors, gaps not counted; from the first byte to the end of the last sector; and of
// the largest sector.
uint32_t flash_layout_bytes(const struct flash_layout *layout);
uint32_t flash_layout_span(const struct flash_layout *layout);
uint32_t flash_layout_largest(const struct flash_layout *layout);
// Whether a range lies in sectors that follow each other without a gap.
bool flash_layout_contains(const struct flash_layout *layout, uint32_t addr, size_t len);
// "0x08000000 to 0x0803ffff", with " and " before what lies behind a gap. Returns text.
#define FLASH_LAYOUT_TEXT 128
const char *flash_layout_text(const struct flash_layout *layout, char *text, size_t size);
// Widens a range to whole sectors; false when it does not lie within.
bool flash_layout_widen(const struct flash_layout *layout, uint32_t addr, size_t len,
                        uint32_t *start, uint32_t *bytes);
// The typical time of the longest operation that the controller can be at.
uint32_t flash_layout_longest_us(const struct flash_layout *layout);
// All of it is as after an erase.
bool flash_layout_is_erased(const struct flash_layout *layout, const uint8_t *data, size_t len);
// The time that it takes to program data, by units or, where all of a row has to be written, by
// rows.
uint64_t flash_layout_program_us(const struct flash_layout *layout, const uint8_t *data, size_t len,
                                 bool rows);
// The layout of the first size bytes of its sectors.
struct flash_layout flash_layout_cut(const struct flash_layout *layout, uint32_t size);

#endif
