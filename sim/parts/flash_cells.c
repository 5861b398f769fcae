// SPDX-License-Identifier: MIT
#include "sim/parts/flash_cells.h"

void sim_cells_half_erase(const struct sim_part *part, uint8_t *cells, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        cells[i] |= (uint8_t)sim_chip_random(part->chip);
}

void sim_cells_note_reset(const struct sim_part *part, uint32_t addr)
{
    sim_account_violation(part->account, "flash: a reset while 0x%08x was programmed or erased",
                          addr);
}

bool sim_cells_are_at_0(const struct sim_part *part)
{
    return sim_part_level(part, SIM_MAPPED_MEMORY, 0) == SIM_MEMORY_FLASH;
}

enum sim_bus_status sim_cells_alias_write(const struct sim_part *part, uint32_t offset,
                                          unsigned size)
{
    sim_chip_violation(part->chip, "flash: a write of %u bytes to its alias at 0x%08x", size,
                       offset);
    return SIM_BUS_FAULT;
}
