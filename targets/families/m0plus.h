// SPDX-License-Identifier: MIT
// What the chips on Cortex-M0+ with the flash of the STM32G0 share: G0, C0 and U0.
#ifndef SWDLINK_TARGETS_FAMILIES_M0PLUS_H
#define SWDLINK_TARGETS_FAMILIES_M0PLUS_H

#include "targets/families/family.h"

#define M0PLUS_FLASH_REGS 0x40022000u
#define M0PLUS_FLASH_OPTR (M0PLUS_FLASH_REGS + 0x20)

// chip.features, for the option fields.
#define M0PLUS_G0        (1u << 0)
#define M0PLUS_C0        (1u << 1)
#define M0PLUS_U0        (1u << 2)
#define M0PLUS_TWO_BANKS (1u << 3)

#define M0PLUS_OPTIONS 46
extern const struct option_field m0plus_options[M0PLUS_OPTIONS];
extern const struct rdp_scheme m0plus_rdp;
extern const struct family_execute_only m0plus_execute_only;

// Equal pages: 85 µs for a double word, 1.7 ms for a row of 32 in the fast way, 22 ms for a page,
// 22.1 ms for a bank or both (DS12232, memory characteristics).
#define M0PLUS_PAGES(bytes)                                                                        \
    {                                                                                              \
        .erased = 0xff, .unit = 8, .once = true, .row = 256, .unit_us = 85, .row_us = 1700,        \
        .mass_erase_us = 22100,                                                                    \
        .run = {{.base = 0x08000000,                                                               \
                 .size = 2048,                                                                     \
                 .count = (bytes) / 2048,                                                          \
                 .erase_min_us = 20000,                                                            \
                 .erase_us = 22000}},                                                              \
    }

// The debug unit: CR has DBG_STOP and DBG_STANDBY, APB1_FZ the two watchdogs. The register that
// gives it its clock is the family's.
#define M0PLUS_DBGMCU 0x40015800u
#define M0PLUS_DBGMCU_REGS                                                                         \
    {                                                                                              \
        {.addr = M0PLUS_DBGMCU + 4, .low_power = 1u << 1 | 1u << 2},                               \
            {.addr = M0PLUS_DBGMCU + 8, .freeze = 1u << 11 | 1u << 12},                            \
    }

#endif
