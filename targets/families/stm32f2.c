// SPDX-License-Identifier: MIT
// STM32F2: RM0033 (memory map, flash, options, debug support), AN2606 for the boot loader ROM.
// `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "flash/drivers/sector.h"
#include "targets/families/rcc_f4.h"

#define KIB 1024u

static const struct chip chips[] = {
    {
        .family = &stm32f2_family,
        .dev_id = 0x411,
        .name = "STM32F205, F207, F215, F217, 128 to 1024 KiB",
        .flash_base = 0x08000000,
        .flash_size_addr = 0x1fff7a22,
        .flash_max = 1024 * KIB,
        .layout = {SECTOR_FLASH(1024), .run = {SECTOR_BANK(0x08000000, 7)}},
        // 16 KiB of it follow behind a gap on parts with less.
        .sram_base = 0x20000000,
        .sram_size = 128 * KIB,
        .system_base = 0x1fff0000,
        .system_size = 30 * KIB,
        .option_base = 0x1fffc000,
        .option_size = 16,
        .otp_size = 528, // with its lock bytes; unique id and calibration follow
        .factory_base = 0x1fff7800,
        .factory_size = 0x230,
        .uid_addr = 0x1fff7a10,
    },
};

// RM0033, 2.9.6.
static const struct option_field options[] = {
    {.name = "RDP",
     .word = 0,
     .shift = 8,
     .bits = 8,
     .what = "read protection level",
     .is_rdp = true},
    {.name = "BOR_LEV",
     .word = 0,
     .shift = 2,
     .bits = 2,
     .what = "brown-out reset: 3 off, 2 (2.1 V), 1 (2.4 V), 0 (2.7 V)"},
    {.name = "WDG_SW",
     .alias = "IWDG_SW",
     .word = 0,
     .shift = 5,
     .bits = 1,
     .what = "1: the watchdog is started by software"},
    {.name = "nRST_STOP",
     .word = 0,
     .shift = 6,
     .bits = 1,
     .what = "0: reset instead of Stop mode"},
    {.name = "nRST_STDBY",
     .word = 0,
     .shift = 7,
     .bits = 1,
     .what = "0: reset instead of Standby mode"},
    {.name = "nWRP",
     .alias = "WRP",
     .word = 0,
     .shift = 16,
     .bits = 12,
     .what = "0 bits: write-protected sectors"},
};

static const struct sector_params flash_params = {
    .option_regs = 1,
    .last_wrp_bit = 11,
    .caches = 7u << 8,       // PRFTEN, ICEN, DCEN
    .cache_reset = 3u << 11, // ICRST, DCRST
};

static const struct flash_prepare prepare = {RCC_F4_PREPARE};

static const struct family_doctor doctor = {RCC_F4_DOCTOR};

const struct family stm32f2_family = {
    .name = "STM32F2",
    .idcode_addr = 0xe0042000,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &rcc_f4_dbgmcu,
    .geometry_reg = {FLASH_F4_OPTCR},
    .geometry = rcc_f4_geometry,
    .flash_regs = FLASH_F4_REGS,
    .driver = &sector_driver,
    .flash_params = &flash_params,
    .prepare = &prepare,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .rdp = &rcc_f4_rdp,
    .vdd_min_mv = 1800, // DS6329, general operating conditions
    .vdd_max_mv = 3600,
    .doctor = &doctor,
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
};
