// SPDX-License-Identifier: MIT
// STM32F2: RM0033 (memory map, flash, options, debug support), AN2606 for the boot loader ROM.
// `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "flash/drivers/sector.h"
#include "targets/families/measure_f4.h"
#include "targets/families/rcc_f4.h"

#define KIB 1024u

static const struct chip chips[] = {
    {
        .family = &stm32f2_family,
        RCC_F4_MEMORIES,
        .dev_id = 0x411,
        .name = "STM32F205, F207, F215, F217, 128 to 1024 KiB",
        .flash_max = 1024 * KIB,
        .layout = {SECTOR_FLASH(1024), .run = {SECTOR_BANK(0x08000000, 7)}},
        // 16 KiB of it follow behind a gap on parts with less.
        .sram_size = 128 * KIB,
    },
};

// RM0033, 2.9.6.
static const struct option_field options[] = {
    RCC_F4_OPTIONS_RDP_AND_BOR,
    RCC_F4_OPTIONS_WATCHDOG_AND_RESETS,
    {.name = "nWRP",
     .alias = "WRP",
     .word = 0,
     .shift = 16,
     .bits = 12,
     .what = "0 bits: write-protected sectors"},
};

static const struct sector_params flash_params = {
    RCC_F4_CACHES,
    .option_regs = 1,
    .last_wrp_bit = 11,
};

static const struct flash_prepare prepare = {RCC_F4_PREPARE};

// The factory notes no reading of the reference (DS6329).
static const struct family_doctor doctor = {RCC_F4_DOCTOR, .hse = measure_f4_hse};

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
