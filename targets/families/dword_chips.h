// SPDX-License-Identifier: MIT
// What the chips with the double-word controller share in their tables: STM32G0, C0, U0, L4, L4+,
// G4, WB and WL.
#ifndef SWDLINK_TARGETS_FAMILIES_DWORD_CHIPS_H
#define SWDLINK_TARGETS_FAMILIES_DWORD_CHIPS_H

#include "flash/drivers/dword.h"
#include "targets/families/family.h"

// Read protection is FLASH_OPTR bits 7:0, at that address (RM0444, 3.5; RM0351, 3.4): level 1 is
// any value but those of levels 0 and 2.
#define DWORD_RDP(optr)                                                                            \
    {                                                                                              \
        .status_addr = (optr), .status = {.shift = 0, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},  \
        .option_word = DWORD_OPTR,                                                                 \
        .option = {.shift = 0, .bits = 8, .level0 = 0xaa, .level2 = 0xcc}, .option_level1 = 0xbb,  \
    }

// ---- options (RM0444, 3.7; RM0351, 3.7) ---------------------------------------------------------

#define DWORD_OPTION_RDP                                                                           \
    {                                                                                              \
        .name = "RDP", .word = DWORD_OPTR, .bits = 8, .what = "read protection level",             \
        .is_rdp = true                                                                             \
    }

// From that bit of FLASH_OPTR on.
#define DWORD_OPTIONS_RESETS(first)                                                                \
    {.name = "nRST_STOP",                                                                          \
     .word = DWORD_OPTR,                                                                           \
     .shift = (first),                                                                             \
     .bits = 1,                                                                                    \
     .what = "0: reset instead of Stop mode"},                                                     \
        {.name = "nRST_STDBY",                                                                     \
         .word = DWORD_OPTR,                                                                       \
         .shift = (first) + 1,                                                                     \
         .bits = 1,                                                                                \
         .what = "0: reset instead of Standby mode"},                                              \
    {                                                                                              \
        .name = "nRST_SHDW", .word = DWORD_OPTR, .shift = (first) + 2, .bits = 1,                  \
        .what = "0: reset instead of Shutdown mode"                                                \
    }

// Bits 19:16.
#define DWORD_OPTIONS_WATCHDOGS                                                                    \
    {.name = "IWDG_SW",                                                                            \
     .alias = "WDG_SW",                                                                            \
     .word = DWORD_OPTR,                                                                           \
     .shift = 16,                                                                                  \
     .bits = 1,                                                                                    \
     .what = "1: the independent watchdog is started by software"},                                \
        {.name = "IWDG_STOP",                                                                      \
         .word = DWORD_OPTR,                                                                       \
         .shift = 17,                                                                              \
         .bits = 1,                                                                                \
         .what = "0: the independent watchdog stands still in Stop mode"},                         \
        {.name = "IWDG_STDBY",                                                                     \
         .word = DWORD_OPTR,                                                                       \
         .shift = 18,                                                                              \
         .bits = 1,                                                                                \
         .what = "0: the same in Standby mode"},                                                   \
    {                                                                                              \
        .name = "WWDG_SW", .word = DWORD_OPTR, .shift = 19, .bits = 1,                             \
        .what = "1: the window watchdog is started by software"                                    \
    }

// Two write-protected areas of pages whose numbers have so many bits.
#define DWORD_OPTIONS_WRP1(page_bits, has)                                                         \
    {.name = "WRP1A_STRT",                                                                         \
     .word = DWORD_WRP1A,                                                                          \
     .bits = (page_bits),                                                                          \
     .what = "first page of a write-protected area",                                               \
     .feature = (has)},                                                                            \
        {.name = "WRP1A_END",                                                                      \
         .word = DWORD_WRP1A,                                                                      \
         .shift = 16,                                                                              \
         .bits = (page_bits),                                                                      \
         .what = "its last page; before the first: no area",                                       \
         .feature = (has)},                                                                        \
        {.name = "WRP1B_STRT",                                                                     \
         .word = DWORD_WRP1B,                                                                      \
         .bits = (page_bits),                                                                      \
         .what = "first page of a second one",                                                     \
         .feature = (has)},                                                                        \
    {                                                                                              \
        .name = "WRP1B_END", .word = DWORD_WRP1B, .shift = 16, .bits = (page_bits),                \
        .what = "its last page", .feature = (has)                                                  \
    }

// Of the option BOOT_LOCK (RM0444, 3.5; RM0440, 3.5).
#define DWORD_BOOT_LOCK_WITH_RDP                                                                   \
    "ends debugging of this chip for good, unless its program allows it again"

// Bits 31:25 of RCC_CSR, of RCC_CSR2 on the C0 (RM0444, 5; RM0490; RM0503; RM0351, 6; RM0440, 7;
// RM0434, 8), and bit 24, which is another one's in each family that has it.
#define DWORD_RESET_FLAGS(bit_24, other)                                                           \
    {                                                                                              \
        {1u << 29, "the independent watchdog", RESET_BY_WATCHDOG},                                 \
            {1u << 30, "the window watchdog", RESET_BY_WATCHDOG},                                  \
            {1u << 31, "an entry into Stop or Standby that the option bytes forbid",               \
             RESET_BY_OTHER},                                                                      \
            {1u << 28, "the program itself", RESET_BY_SOFTWARE},                                   \
            {1u << 25, "the loading of option bytes", RESET_BY_OTHER},                             \
            {1u << 27, "the supply", RESET_BY_OTHER}, {1u << 26, "the NRST pin", RESET_BY_OTHER},  \
            {(bit_24), (other), RESET_BY_OTHER},                                                   \
    }

#endif
