// SPDX-License-Identifier: MIT
// What the chips on Cortex-M4 with the double-word controller share: STM32L4, L4+, G4, WB and WL.
#ifndef SWDLINK_TARGETS_FAMILIES_M4DWORD_H
#define SWDLINK_TARGETS_FAMILIES_M4DWORD_H

#include "targets/families/dword_chips.h"

#define KIB 1024u

// chip.features, for the option fields.
#define M4DWORD_L4        (1u << 0)
#define M4DWORD_L4PLUS    (1u << 1)
#define M4DWORD_G4        (1u << 2)
#define M4DWORD_WB        (1u << 3)
#define M4DWORD_WL        (1u << 4)
#define M4DWORD_DUALBANK  (1u << 5)  // two banks, and fewer of them by DUALBANK: L47x, L49x
#define M4DWORD_DB1M      (1u << 6)  // L4R, L4S
#define M4DWORD_DB512K    (1u << 7)  // L4P, L4Q
#define M4DWORD_DBANK     (1u << 8)  // banks that can be made one: L4+, G47x
#define M4DWORD_TWO_BANKS (1u << 9)  // option registers of a second bank
#define M4DWORD_SWBOOT0   (1u << 10) // BOOT0 can be an option
#define M4DWORD_WRP8      (1u << 11) // more than 128 pages in a bank
#define M4DWORD_WRP7      (1u << 12) // no more than that
#define M4DWORD_G49X      (1u << 13)
#define M4DWORD_SEC2      (1u << 14) // a securable area in the second bank as well: G47x
#define M4DWORD_PCROP15   (1u << 15) // G43x, G47x: at most 32768 double words in a bank

#define M4DWORD_OPTIONS 82
extern const struct option_field m4dword_options[M4DWORD_OPTIONS];
// One PCROP area in a bank (L4, L4+, G4), or two (WB, WL).
extern const struct family_execute_only m4dword_execute_only, m4dword_execute_only_ab;

// Equal pages: 81.69 us for a double word, row_us for a row of row_bytes in the fast way, 22.02 ms
// for a page, 22.13 ms for all of it (DS10198, DS11453, DS12288, DS11929: memory characteristics).
#define M4DWORD_PAGES(page, bytes, row_bytes, fast_us)                                             \
    {                                                                                              \
        .erased = 0xff, .unit = 8, .once = true, .row = (row_bytes), .unit_us = 82,                \
        .row_us = (fast_us), .mass_erase_us = 22130,                                               \
        .run = {{.base = 0x08000000,                                                               \
                 .size = (page),                                                                   \
                 .count = (bytes) / (page),                                                        \
                 .erase_min_us = 22000,                                                            \
                 .erase_us = 22020}},                                                              \
    }
#define M4DWORD_ROW    256
#define M4DWORD_ROW_US 1910

// The layout with pages of that size.
void m4dword_repage(struct flash_layout *layout, uint32_t page);
// The flash from that page on belongs to a second core: FLASH_OPTR and FLASH_SFR, and the bits of
// SFR that are the page and say that there is none such (RM0434, 3.10; RM0453, 4.10).
void m4dword_leave_second_core(const struct chip *chip, uint32_t size, uint32_t optr, uint32_t sfr,
                               uint32_t first_page, uint32_t disabled, struct family_geometry *g);

// Fields of a chip.
#define M4DWORD_MEMORIES                                                                           \
    .flash_base = 0x08000000, .flash_size_addr = 0x1fff75e0, .sram_base = 0x20000000,              \
    .system_base = 0x1fff0000, .system_size = 28 * KIB, .uid_addr = 0x1fff7590,                    \
    .factory_base = 0x1fff7000, .factory_size = 2 * KIB, .otp_size = KIB

// The debug unit: CR has DBG_SLEEP, DBG_STOP and DBG_STANDBY, and the register at that offset the
// two watchdogs.
#define M4DWORD_DBGMCU 0xe0042000u
#define M4DWORD_DBGMCU_REGS(freeze_offset)                                                         \
    {                                                                                              \
        {.addr = M4DWORD_DBGMCU + 4, .low_power = 7u << 0},                                        \
            {.addr = M4DWORD_DBGMCU + (freeze_offset), .freeze = 1u << 11 | 1u << 12},             \
    }

// The RCC, and where the WB and WL have theirs; and the registers that a flash job needs of it, as
// fields of a struct rcc_dword.
#define M4DWORD_RCC   0x40021000u
#define M4DWORD_RCC_W 0x58000000u
#define M4DWORD_CLOCKS(at)                                                                         \
    .rcc = (at), .ahbenr = (at) + 0x48, .apbenr1 = (at) + 0x58, .iopenr = (at) + 0x4c

#endif
