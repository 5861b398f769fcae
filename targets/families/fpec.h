// SPDX-License-Identifier: MIT
// What the chips share whose flash has the FPEC: F0, F1 and F3. Their RCC and their flash
// controller have the same registers at the same addresses (RM0091, 2.2.2; RM0008, 3.3; RM0316,
// 3.2).
#ifndef SWDLINK_TARGETS_FAMILIES_FPEC_H
#define SWDLINK_TARGETS_FAMILIES_FPEC_H

#include "targets/families/family.h"

#define FPEC_RCC_CR      0x40021000u
#define FPEC_RCC_CFGR    0x40021004u
#define FPEC_RCC_AHBENR  0x40021014u
#define FPEC_RCC_APB2ENR 0x40021018u
#define FPEC_RCC_APB1ENR 0x4002101cu
#define FPEC_RCC_CSR     0x40021024u
#define FPEC_RCC_AHBRSTR 0x40021028u

#define FPEC_FLASH_REGS   0x40022000u
#define FPEC_FLASH_OBR    (FPEC_FLASH_REGS + 0x1c)
#define FPEC_OPTION_BYTES 0x1ffff800u

// ---- memories -----------------------------------------------------------------------------------

// Fields of a chip.
#define FPEC_MEMORIES                                                                              \
    .flash_base = 0x08000000, .sram_base = 0x20000000, .option_base = FPEC_OPTION_BYTES,           \
    .option_size = 16

// Equal pages that are programmed by halfwords: 20 to 40 ms to erase one or all, halfword_us for a
// halfword (memory characteristics in the data sheets).
#define FPEC_PAGES(page, bytes, halfword_us)                                                       \
    {                                                                                              \
        .erased = 0xff, .unit = 2, .unit_us = (halfword_us), .mass_erase_us = 30000,               \
        .run = {{.base = 0x08000000,                                                               \
                 .size = (page),                                                                   \
                 .count = (bytes) / (page),                                                        \
                 .erase_min_us = 20000,                                                            \
                 .erase_us = 30000}},                                                              \
    }

// ---- option bytes (RM0091, 4; PM0075, 2.5; RM0316, 4) -------------------------------------------

// A word of the driver's is one option byte.
enum {
    FPEC_RDP,
    FPEC_USER,
    FPEC_DATA0,
    FPEC_DATA1,
    FPEC_WRP0,
    FPEC_WRP1,
    FPEC_WRP2,
    FPEC_WRP3,
};

#define FPEC_OPTION_RDP(levels)                                                                    \
    {                                                                                              \
        .name = "RDP", .word = FPEC_RDP, .bits = 8, .what = "read protection" levels,              \
        .is_rdp = true                                                                             \
    }

// A bit of the byte USER.
#define FPEC_OPTION_BIT(bit, meaning)                                                              \
    .word = FPEC_USER, .shift = (bit), .bits = 1, .what = (meaning)

// Bits 2:0 of the byte USER.
#define FPEC_OPTIONS_WATCHDOG_AND_RESETS                                                           \
    {.name = "WDG_SW",                                                                             \
     .alias = "IWDG_SW",                                                                           \
     FPEC_OPTION_BIT(0, "1: the watchdog is started by software")},                                \
        {.name = "nRST_STOP", FPEC_OPTION_BIT(1, "0: reset instead of Stop mode")},                \
    {                                                                                              \
        .name = "nRST_STDBY", FPEC_OPTION_BIT(2, "0: reset instead of Standby mode")               \
    }

// The bytes behind USER. A byte of WRP is for 32 KiB of flash.
#define FPEC_WRP_BYTE (32u * 1024)
#define FPEC_OPTIONS_DATA_AND_WRP                                                                  \
    {.name = "DATA0", .word = FPEC_DATA0, .bits = 8, .what = "the user's own"},                    \
        {.name = "DATA1", .word = FPEC_DATA1, .bits = 8, .what = "the user's own"},                \
        {.name = "WRP0", .word = FPEC_WRP0, .bits = 8, .what = "0 bits: write-protected pages"},   \
        {.name = "WRP1",                                                                           \
         .word = FPEC_WRP1,                                                                        \
         .bits = 8,                                                                                \
         .what = "the same, further up",                                                           \
         .flash_over = 1 * FPEC_WRP_BYTE},                                                         \
        {.name = "WRP2",                                                                           \
         .word = FPEC_WRP2,                                                                        \
         .bits = 8,                                                                                \
         .what = "the same, further up",                                                           \
         .flash_over = 2 * FPEC_WRP_BYTE},                                                         \
    {                                                                                              \
        .name = "WRP3", .word = FPEC_WRP3, .bits = 8, .what = "the same, to the end",              \
        .flash_over = 3 * FPEC_WRP_BYTE                                                            \
    }

// Of F0 and F3.
extern const struct rdp_scheme fpec_rdp;

// ---- doctor -------------------------------------------------------------------------------------

// family_doctor.reg of all of them.
enum { FPEC_READ_CSR, FPEC_READ_CR, FPEC_READ_CFGR, FPEC_READ_OBR };

// The fields of a family_doctor that all of them have. options_reset_flag: the bit of RCC_CSR that
// says that option bytes were loaded, 0 where there is none (RM0091, 6.4.10; RM0008, 7.3.10;
// RM0316, 9.4.10). PWR_CR's PDDS chooses Standby before Stop.
#define FPEC_DOCTOR(options_reset_flag)                                                            \
    .reg = {[FPEC_READ_CSR] = {"RCC_CSR", FPEC_RCC_CSR},                                           \
            [FPEC_READ_CR] = {"RCC_CR", FPEC_RCC_CR},                                              \
            [FPEC_READ_CFGR] = {"RCC_CFGR", FPEC_RCC_CFGR},                                        \
            [FPEC_READ_OBR] = {"FLASH_OBR", FPEC_FLASH_OBR}},                                      \
    .hse_register = FPEC_READ_CR, .hse_on = 1u << 16, .reset_register = FPEC_READ_CSR,             \
    .reset_flag = {{1u << 29, "the independent watchdog", RESET_BY_WATCHDOG},                      \
                   {1u << 30, "the window watchdog", RESET_BY_WATCHDOG},                           \
                   {1u << 31, "an entry into Stop or Standby that the option bytes forbid",        \
                    RESET_BY_OTHER},                                                               \
                   {1u << 28, "the program itself", RESET_BY_SOFTWARE},                            \
                   {(options_reset_flag), "the loading of option bytes", RESET_BY_OTHER},          \
                   {1u << 27, "the supply or the NRST pin", RESET_BY_OTHER}},                      \
    .reset_otherwise = "the NRST pin", .slow_clock = fpec_slow_clock, .standby_addr = 0x40007000,  \
    .standby_mask = 1u << 1, .standby_from = 1u << 1, .library_hse_hz = 8000000

// Of HPRE.
const char *fpec_slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size);

// The pins of SWD on F0 and F3, whose ports are on AHB.
extern const struct family_pins fpec_pins;

#endif
