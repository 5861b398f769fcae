// SPDX-License-Identifier: MIT
// The names of all dies of ST, also of those whose flash cannot be programmed here, for messages
// and reports.
#ifndef SWDLINK_TARGETS_DIES_H
#define SWDLINK_TARGETS_DIES_H

#include <stdbool.h>
#include <stdint.h>

// CPUID bits 15:4 (technical reference manuals of the cores).
enum die_core {
    DIE_CORE_M0 = 0xc20,
    DIE_CORE_M0PLUS = 0xc60,
    DIE_CORE_M3 = 0xc23,
    DIE_CORE_M4 = 0xc24,
    DIE_CORE_M7 = 0xc27,
    DIE_CORE_M33 = 0xd21,
    DIE_CORE_M55 = 0xd22,
};

struct die {
    uint16_t dev_id;      // DBGMCU_IDCODE bits 11:0
    uint16_t core;        // enum die_core
    uint32_t idcode_addr; // 0: its number is in no DBGMCU
    const char *family;   // "STM32F1"
    const char *name;     // "STM32F101, F102, F103, 64 to 128 KiB"
};

extern const struct die dies[];
extern const unsigned die_count;

// NULL when there is none of that number.
const struct die *die_find(uint32_t dev_id);

// The addresses of DBGMCU_IDCODE; first those where chips with this core have it. Reading them
// changes nothing: where a chip has none, the access is refused or reads another value. *own: chips
// with this core have it there. 0 behind the last one.
uint32_t die_idcode_addr(uint32_t cpuid, unsigned n, bool *own);

#endif
