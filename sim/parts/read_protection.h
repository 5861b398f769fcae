// SPDX-License-Identifier: MIT
// Read protection (RDP), as the flash controllers have it (RM0091, 3.3.1; RM0367, 3.4.1; RM0490,
// 4.5.1).
#ifndef SWDLINK_SIM_PARTS_READ_PROTECTION_H
#define SWDLINK_SIM_PARTS_READ_PROTECTION_H

#include "sim/chip/part.h"

#define SIM_RDP_BYTE_LEVEL0 0xaau
#define SIM_RDP_BYTE_LEVEL2 0xccu

// Of the option byte, but for STM32F1's: what is neither level 0 nor level 2 is level 1.
static inline unsigned sim_rdp_level_of(uint32_t byte)
{
    return byte == SIM_RDP_BYTE_LEVEL0 ? 0 : byte == SIM_RDP_BYTE_LEVEL2 ? 2 : 1;
}

// Protection guards the flash once a debugger was there, and when something else than the flash was
// booted. It is only power that makes the chip forget the debugger.
static inline bool sim_rdp_is_flash_blocked(const struct sim_part *part, uint64_t level)
{
    return level != 0 && (sim_part_level(part, SIM_DEBUGGER_SEEN, 0) ||
                          sim_part_level(part, SIM_BOOTED_MEMORY, 0) != SIM_MEMORY_FLASH);
}

#endif
