// SPDX-License-Identifier: MIT
// What the cells behind the flash controllers with ones for erased bits have alike: what a cut
// leaves, and the alias at address 0. fpec_cells.c, flash_dw_cells.c and flash_sectors_cells.c have
// the rest.
#ifndef SWDLINK_SIM_PARTS_FLASH_CELLS_H
#define SWDLINK_SIM_PARTS_FLASH_CELLS_H

#include "sim/chip/part.h"

// An erase was cut: some bits have made it, some have not.
void sim_cells_half_erase(const struct sim_part *part, uint8_t *cells, uint32_t length);
// A reset cut a job at that address: a violation.
void sim_cells_note_reset(const struct sim_part *part, uint32_t addr);

// Address 0 shows the flash (MEM_MODE). Documents promise that it can be read there (RM0091, 2.5),
// and no more: a write is a violation.
bool sim_cells_are_at_0(const struct sim_part *part);
enum sim_bus_status sim_cells_alias_write(const struct sim_part *part, uint32_t offset,
                                          unsigned size);

#endif
