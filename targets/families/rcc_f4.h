// SPDX-License-Identifier: MIT
// What the STM32F2, F4 and F7 share around their flash and in the eyes of the doctor: an RCC with
// the same registers at the same addresses (RM0033, 5.3; RM0090, 7.3; RM0385, 5.3), the same
// watchdogs and debug unit; F2 and F4 also sectors and CRC unit.
#ifndef SWDLINK_TARGETS_FAMILIES_RCC_F4_H
#define SWDLINK_TARGETS_FAMILIES_RCC_F4_H

#include "targets/families/clock_facts.h"
#include "targets/families/family.h"
#include "targets/families/gpio_pins.h"

#define RCC_F4_CR      0x40023800u
#define RCC_F4_CFGR    0x40023808u
#define RCC_F4_AHB1RST 0x40023810u
#define RCC_F4_AHB1ENR 0x40023830u
#define RCC_F4_APB2ENR 0x40023844u
#define RCC_F4_CSR     0x40023874u

#define RCC_F4_CRC_UNIT 0x40023000u

#define FLASH_F4_REGS  0x40023c00u
#define FLASH_F4_OPTCR (FLASH_F4_REGS + 0x14)

#define SECTOR_KIB 1024u

// A bank: four sectors of 16 KiB, one of 64, and some of 128 (RM0090, 3.3). Erases by words take
// 250, 550 and 1000 ms typically (DS8626, flash memory characteristics); a smallest time is not
// given, and 201 to 217 ms were measured for the first sector of an STM32F429.
#define SECTOR_BANK(at, large)                                                                     \
    {.base = (at),                                                                                 \
     .size = 16 * SECTOR_KIB,                                                                      \
     .count = 4,                                                                                   \
     .erase_min_us = 200000,                                                                       \
     .erase_us = 250000},                                                                          \
        {.base = (at) + 64 * SECTOR_KIB,                                                           \
         .size = 64 * SECTOR_KIB,                                                                  \
         .count = 1,                                                                               \
         .erase_min_us = 440000,                                                                   \
         .erase_us = 550000},                                                                      \
    {                                                                                              \
        .base = (at) + 128 * SECTOR_KIB, .size = 128 * SECTOR_KIB, .count = (large),               \
        .erase_min_us = 800000, .erase_us = 1000000                                                \
    }

// Of a flash that is programmed by words: 16 us for each. All of a bank is erased in 8 s for 1 MiB,
// and two banks at once.
#define SECTOR_MASS_US(bank_kib) ((bank_kib)*7812u)
#define SECTOR_FLASH(bank_kib)                                                                     \
    .erased = 0xff, .unit = 4, .unit_us = 16, .mass_erase_us = SECTOR_MASS_US(bank_kib)

// ---- memories, options --------------------------------------------------------------------------

// Fields of a chip. Of the OTP the lock bytes follow, then unique id and calibration.
#define RCC_F4_MEMORIES                                                                            \
    .flash_base = 0x08000000, .flash_size_addr = 0x1fff7a22, .sram_base = 0x20000000,              \
    .system_base = 0x1fff0000, .system_size = 30 * SECTOR_KIB, .option_base = 0x1fffc000,          \
    .option_size = 16, .otp_size = 528, .factory_base = 0x1fff7800, .factory_size = 0x230,         \
    .uid_addr = 0x1fff7a10

// Fields of struct sector_params: PRFTEN, ICEN, DCEN; ICRST, DCRST.
#define RCC_F4_CACHES .caches = 7u << 8, .cache_reset = 3u << 11

// Bits 15:8, 3:2 and 7:5 of FLASH_OPTCR (RM0033, 2.9.6; RM0090, 3.9.10).
#define RCC_F4_OPTIONS_RDP_AND_BOR                                                                 \
    {.name = "RDP",                                                                                \
     .word = 0,                                                                                    \
     .shift = 8,                                                                                   \
     .bits = 8,                                                                                    \
     .what = "read protection level",                                                              \
     .is_rdp = true},                                                                              \
    {                                                                                              \
        .name = "BOR_LEV", .word = 0, .shift = 2, .bits = 2,                                       \
        .what = "brown-out reset: 3 off, 2 (2.1 V), 1 (2.4 V), 0 (2.7 V)"                          \
    }
#define RCC_F4_OPTIONS_WATCHDOG_AND_RESETS                                                         \
    {.name = "WDG_SW",                                                                             \
     .alias = "IWDG_SW",                                                                           \
     .word = 0,                                                                                    \
     .shift = 5,                                                                                   \
     .bits = 1,                                                                                    \
     .what = "1: the watchdog is started by software"},                                            \
        RCC_F4_OPTIONS_RESETS
#define RCC_F4_OPTIONS_RESETS                                                                      \
    {.name = "nRST_STOP",                                                                          \
     .word = 0,                                                                                    \
     .shift = 6,                                                                                   \
     .bits = 1,                                                                                    \
     .what = "0: reset instead of Stop mode"},                                                     \
    {                                                                                              \
        .name = "nRST_STDBY", .word = 0, .shift = 7, .bits = 1,                                    \
        .what = "0: reset instead of Standby mode"                                                 \
    }

// As family.geometry: of a chip with one bank.
void rcc_f4_geometry(const struct chip *chip, uint32_t size,
                     const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g);

// The first members of a struct flash_prepare.
#define RCC_F4_PREPARE .plan = rcc_f4_plan, .clock_on = rcc_f4_clock_on, .crc_unit = RCC_F4_CRC_UNIT
enum err rcc_f4_plan(struct flash_access *fa) MUST_CHECK;
enum err rcc_f4_clock_on(struct flash_access *fa) MUST_CHECK;
// The same of the STM32F7, whose CRC unit has a start value and a polynomial to set.
enum err rcc_f4_plan_f7(struct flash_access *fa) MUST_CHECK;
// As flash_prepare.find_swap: a boot loader puts the second bank first if these bits of FLASH_OPTCR
// have that value (RM0090, 2.4), and a program can do so, which opens the gate of the unit that
// tells.
enum err rcc_f4_find_swap(struct flash_access *fa, uint32_t bits, uint32_t value,
                          bool *swapped) MUST_CHECK;

extern const struct dbgmcu_layout rcc_f4_dbgmcu;
extern const struct rdp_scheme rcc_f4_rdp;

// The doctor's registers, in their order.
enum {
    RCC_F4_READ_CSR,
    RCC_F4_READ_CR,
    RCC_F4_READ_CFGR,
    RCC_F4_READ_OPTCR,
    RCC_F4_READ_MORE,
};
extern const struct family_pins rcc_f4_pins;
const char *rcc_f4_slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size);

// RM0090, 7.3.21: the flags of resets.
#define RCC_F4_DOCTOR RCC_F4_DOCTOR_WITH({NULL, 0})
// With a register more, RCC_F4_READ_MORE.
#define RCC_F4_DOCTOR_WITH(...)                                                                    \
    .reg = {[RCC_F4_READ_CSR] = {"RCC_CSR", RCC_F4_CSR},                                           \
            [RCC_F4_READ_CR] = {"RCC_CR", RCC_F4_CR},                                              \
            [RCC_F4_READ_CFGR] = {"RCC_CFGR", RCC_F4_CFGR},                                        \
            [RCC_F4_READ_OPTCR] = {"FLASH_OPTCR", FLASH_F4_OPTCR},                                 \
            [RCC_F4_READ_MORE] = __VA_ARGS__},                                                     \
    .hse_register = RCC_F4_READ_CR, .hse_on = 1u << 16, .reset_register = RCC_F4_READ_CSR,         \
    .reset_flag = {{1u << 29, "the independent watchdog", RESET_BY_WATCHDOG},                      \
                   {1u << 30, "the window watchdog", RESET_BY_WATCHDOG},                           \
                   {1u << 31, "Stop or Standby, which the options do not allow", RESET_BY_OTHER},  \
                   {1u << 28, "the program itself", RESET_BY_SOFTWARE},                            \
                   {1u << 27, "the supply", RESET_BY_OTHER},                                       \
                   {1u << 25, "the supply, which dropped (brown-out)", RESET_BY_OTHER}},           \
    .reset_otherwise = "the NRST pin", .slow_clock = rcc_f4_slow_clock,                            \
    .standby_addr = 0x40007000, /* PWR_CR: PDDS */                                                 \
        .standby_mask = 1u << 1, .standby_from = 1u << 1, .library_hse_hz = 25000000,              \
    .hsi_percent = 4, .pins = &rcc_f4_pins

#endif
