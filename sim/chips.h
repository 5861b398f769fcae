// SPDX-License-Identifier: MIT
// The virtual chips as data: one row per part (RM0091 and RM0360, 3.2 and 32.4; data sheets for the sizes).
#ifndef SWDLINK_SIM_CHIPS_H
#define SWDLINK_SIM_CHIPS_H

#include <stdint.h>

struct sim_chip_row {
    const char *name;
    uint32_t idcode; // DBGMCU_IDCODE as read, REV_ID included
    uint32_t flash_size, page_size, sram_size;
    uint32_t system_base, system_size;
};

extern const struct sim_chip_row sim_chip_rows[];
extern const unsigned sim_chip_row_count;

#endif
