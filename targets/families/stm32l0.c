// SPDX-License-Identifier: MIT
// STM32L0: RM0367 (L0x3), RM0376 (L0x2), RM0377 (L0x1), RM0451 (L0x0); chapter 3 of each for flash,
// EEPROM and option bytes. ST sorts the dies into categories: 0x457 is category 1, 0x425 2, 0x417 3
// and 0x447 5. `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "targets/families/stm32l0.h"
#include "flash/drivers/nvm.h"
#include "targets/families/rcc_nvm.h"

#define KIB  1024u
#define BASE 0x08000000u

// ---- dies ---------------------------------------------------------------------------------------

#define HAS_BOOT_SEL (1u << 0) // nBOOT_SEL and nBOOT0 (category 1)
#define HAS_BANKS    (1u << 1) // BFB2, and the second half of WRPROT1 (category 5)

// An erase, half a page and a word of EEPROM take the same time: 3.28 ms, at most 3.94 ms (DS10152,
// memory characteristics).
#define PAGES(bytes)                                                                               \
    {                                                                                              \
        .erased = 0x00, .unit = 64, .unit_us = 3280,                                               \
        .run = {{.base = BASE,                                                                     \
                 .size = 128,                                                                      \
                 .count = (bytes) / 128,                                                           \
                 .erase_min_us = 3200,                                                             \
                 .erase_us = 3280}},                                                               \
    }
#define WORDS(bytes)                                                                               \
    {                                                                                              \
        .erased = 0x00, .unit = 4, .unit_us = 3280,                                                \
        .run = {{.base = 0x08080000,                                                               \
                 .size = 4,                                                                        \
                 .count = (bytes) / 4,                                                             \
                 .erase_min_us = 3200,                                                             \
                 .erase_us = 3280}},                                                               \
    }

// Behind the 32 option bytes stand the factory's values, up to the size of the flash.
#define COMMON                                                                                     \
    .family = &stm32l0_family, .flash_base = BASE, .flash_size_addr = 0x1ff8007c,                  \
    .sram_base = 0x20000000, .system_base = 0x1ff00000, .option_base = 0x1ff80000,                 \
    .option_size = 128, .uid_addr = 0x1ff80050, .uid_last_addr = 0x1ff80064

// The STM32L010 have less EEPROM than others with the same die, and nothing in the chip says which
// one it is: what is offered here is that of the others.
static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x417,
        .name = "STM32L051, L052, L053, L062, L063, L010x8",
        .flash_max = 64 * KIB,
        .layout = PAGES(64 * KIB),
        .eeprom = WORDS(2 * KIB),
        .sram_size = 8 * KIB,
        .system_size = 4 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x425,
        .name = "STM32L031, L041, L010x6",
        .flash_max = 32 * KIB,
        .layout = PAGES(32 * KIB),
        .eeprom = WORDS(1 * KIB),
        .sram_size = 8 * KIB,
        .system_size = 4 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x447,
        .name = "STM32L071, L072, L073, L081, L082, L083, L010xB",
        .features = HAS_BANKS,
        .flash_max = 192 * KIB,
        .layout = PAGES(192 * KIB),
        .eeprom = WORDS(6 * KIB),
        .eeprom_small_to = 64 * KIB,
        .eeprom_small = 3 * KIB,
        .sram_size = 20 * KIB,
        .system_size = 8 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x457,
        .name = "STM32L011, L021, L010x4",
        .features = HAS_BOOT_SEL,
        .flash_max = 16 * KIB,
        .layout = PAGES(16 * KIB),
        .eeprom = WORDS(KIB / 2),
        .sram_size = 2 * KIB,
        .system_size = 4 * KIB,
        .empty_check = true,
    },
};

// ---- debug unit (RM0367, debug support) ------------------------------------------------------------------

#define DBGMCU                0x40015800u
#define DBGMCU_CR_DBG_SLEEP   (1u << 0)
#define DBGMCU_CR_DBG_STOP    (1u << 1)
#define DBGMCU_CR_DBG_STANDBY (1u << 2)
#define DBGMCU_APB1_WWDG_STOP (1u << 11)
#define DBGMCU_APB1_IWDG_STOP (1u << 12)
#define RCC_APB2ENR_DBGEN     (1u << 22)

static const struct dbgmcu_layout dbgmcu = {
    .gate_addr = RCC_APB2ENR,
    .gate_mask = RCC_APB2ENR_DBGEN,
    .reg = {{.addr = DBGMCU + 4,
             .low_power = DBGMCU_CR_DBG_SLEEP | DBGMCU_CR_DBG_STOP | DBGMCU_CR_DBG_STANDBY},
            {.addr = DBGMCU + 8, .freeze = DBGMCU_APB1_WWDG_STOP | DBGMCU_APB1_IWDG_STOP}},
};

// ---- option bytes (RM0367, 3.8; FLASH_OPTR, FLASH_WRPROT1, FLASH_WRPROT2 in 3.7) ------------------

// The driver's words: OPTR, WRPROT1, WRPROT2.
static const struct option_field options[] = {
    {.name = "RDP",
     .alias = "RDPROT",
     .word = 0,
     .bits = 8,
     .what = "read protection level",
     .is_rdp = true},
    {.name = "WPRMOD",
     .word = 0,
     .shift = 8,
     .bits = 1,
     .unlock_clears_with = "WPRMOD",
     .what = "1: WRPROT protects code from being read, too, and its bits are inverted"},
    {.name = "BOR_LEV",
     .word = 0,
     .shift = 16,
     .bits = 4,
     .what = "brown-out reset: 0 to 7 off, 8 (1.7 V) to 12 (2.8 V)"},
    {.name = "WDG_SW",
     .alias = "IWDG_SW",
     .word = 0,
     .shift = 20,
     .bits = 1,
     .what = "1: the watchdog is started by software"},
    {.name = "nRST_STOP",
     .word = 0,
     .shift = 21,
     .bits = 1,
     .what = "0: reset instead of Stop mode"},
    {.name = "nRST_STDBY",
     .word = 0,
     .shift = 22,
     .bits = 1,
     .what = "0: reset instead of Standby mode"},
    {.name = "BFB2",
     .word = 0,
     .shift = 23,
     .bits = 1,
     .what = "1: start from bank 2, when that has a program",
     .feature = HAS_BANKS},
    {.name = "nBOOT_SEL",
     .word = 0,
     .shift = 29,
     .bits = 1,
     .what = "0: BOOT0 is the pin, 1: nBOOT0",
     .feature = HAS_BOOT_SEL},
    {.name = "nBOOT0",
     .word = 0,
     .shift = 30,
     .bits = 1,
     .what = "BOOT0, inverted, when nBOOT_SEL is 1",
     .feature = HAS_BOOT_SEL},
    {.name = "nBOOT1",
     .alias = "BOOT1",
     .word = 0,
     .shift = 31,
     .bits = 1,
     .what = "with BOOT0 high, 1: system memory, 0: SRAM"},
    {.name = "WRPROT1",
     .alias = "WRP1",
     .word = 1,
     .bits = 32,
     .flash_per_half = 64 * KIB,
     .unlock_clears_with = "WPRMOD",
     .what = "1 bits: write-protected sectors of 4 KiB"},
    {.name = "WRPROT2",
     .alias = "WRP2",
     .word = 2,
     .bits = 16,
     .what = "the same, from sector 32 on",
     .flash_over = 128 * KIB,
     .unlock_clears_with = "WPRMOD"},
};

// FLASH_OPTR bits 7:0, and the same in the option bytes (RM0367, 3.4).
static const struct rdp_scheme rdp = {
    .status_addr = FLASH_REGS + 0x1c,
    .status = {.shift = 0, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_word = 0,
    .option = {.shift = 0, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_level1 = 0xbb,
};

// RM0367, 3.4.
static const struct family_execute_only execute_only = {.mode = "WPRMOD", .sectors = "WRPROT"};

// ---- flash controller ---------------------------------------------------------------------------

static const struct nvm_params flash_params = {
    .option_base = 0x1ff80000,
    .wrprot = {0x20, 0x80},
    .wrp_block = 4 * KIB,
    .flags = 0x32f02, // EOP, and all errors
    .latency = 1, // of ACR: one wait state is right for up to 32 MHz in range 1, 16 MHz in range 2
    .pcrop = "WPRMOD",
    .wrp = "WRPROT",
};

static const struct rcc_nvm around = {
    .prepare = RCC_NVM_PREPARE,
    .cr = RCC_CR,
    .cfgr = RCC_CFGR,
    .ahbenr = RCC_AHBENR,
    .apb1enr = RCC_APB1ENR,
    .csr = RCC_CSR,
    .hsi_ready = 1u << 2,
    .nvm_gate = 1u << 8, // MIFEN
    .masters = 1u << 0,  // DMA
};

// Chips with more than 64 KiB have two banks, of half the flash each (RM0367, 3.3.1).
static void geometry(const struct chip *chip, uint32_t size,
                     const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g)
{
    (void)chip;
    (void)reg;
    if (size > 64 * KIB)
        g->bank2 = BASE + size / 2;
}

const struct family stm32l0_family = {
    .name = "STM32L0",
    .idcode_addr = DBGMCU,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &dbgmcu,
    .flash_regs = FLASH_REGS,
    .driver = &nvm_driver,
    .eeprom_driver = &nvm_data_driver,
    .flash_params = &flash_params,
    .geometry = geometry,
    .prepare = &around.prepare,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .rdp = &rdp,
    .execute_only = &execute_only,
    .vdd_min_mv = 1650, // DS10152, general operating conditions
    .vdd_max_mv = 3600,
    .doctor = &stm32l0_doctor,
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
};
