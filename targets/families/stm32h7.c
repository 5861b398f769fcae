// SPDX-License-Identifier: MIT
// STM32H7: RM0433 (H742, H743, H750, H753), RM0399 (H745, H747, H755, H757, with a second core),
// RM0468 (H723 to H735) and RM0455 (H7A3, H7B0, H7B3): memory map, embedded flash memory, debug
// infrastructure; DS12110, DS13313 and DS13195 for times and limits. The first core, a Cortex-M7,
// is the one that programs the flash. `tested_on_hardware` is set by whoever ran the tests on a
// real part.
#include "targets/families/stm32h7.h"

#include "flash/drivers/flashword.h"

#define KIB   1024u
#define BASE  0x08000000u
#define BANK2 0x08100000u

// ---- dies ---------------------------------------------------------------------------------------

// Sectors of 128 KiB: 1 s typically by 64 bits; all of a bank 5 s (DS12110, flash memory
// programming).
#define LARGE_BANK(at, sectors)                                                                    \
    {                                                                                              \
        .base = (at), .size = 128 * KIB, .count = (sectors), .erase_min_us = 800000,               \
        .erase_us = 1000000                                                                        \
    }
#define LARGE_FLASH                                                                                \
    .erased = 0xff, .unit = 32, .once = true, .unit_us = 100, .mass_erase_us = 5000000

// Sectors of 8 KiB. The times are no more than guesses, from those of the STM32H5 with the same
// sectors and flash words.
#define SMALL_BANK(at, sectors)                                                                    \
    {                                                                                              \
        .base = (at), .size = 8 * KIB, .count = (sectors), .erase_min_us = 1000, .erase_us = 2000  \
    }
#define SMALL_FLASH .erased = 0xff, .unit = 16, .once = true, .unit_us = 20, .mass_erase_us = 256000

// Fields of a chip. The flash is programmed from the DTCM, which no cache covers and no DMA but the
// MDMA reaches.
#define COMMON                                                                                     \
    .family = &stm32h7_family, .flash_base = BASE, .sram_base = 0x20000000,                        \
    .sram_size = 128 * KIB, .system_base = 0x1ff00000, .system_size = 128 * KIB

#define BACKUP_RAM                                                                                 \
    {                                                                                              \
        0x38800000, 4 * KIB                                                                        \
    }

#define OPTIONS_OF_BANKS                                                                           \
    (1u << FLASHWORD_OPTSR | 1u << FLASHWORD_PRAR1 | 1u << FLASHWORD_SCAR1 |                       \
     1u << FLASHWORD_WPSN1 | 1u << FLASHWORD_PRAR2 | 1u << FLASHWORD_SCAR2 |                       \
     1u << FLASHWORD_WPSN2 | 1u << FLASHWORD_BOOT)

static const struct flashword_params params_74 = {.start = 1u << 7,
                                                  .sector_shift = 8,
                                                  .parallelism = true,
                                                  .sectors_of_wrp = 1,
                                                  .options =
                                                      OPTIONS_OF_BANKS | 1u << FLASHWORD_BOOT4};
static const struct flashword_params params_72 = {.start = 1u << 7,
                                                  .sector_shift = 8,
                                                  .parallelism = true,
                                                  .sectors_of_wrp = 1,
                                                  .options =
                                                      OPTIONS_OF_BANKS | 1u << FLASHWORD_OPTSR2};
static const struct flashword_params params_7ab = {
    .start = 1u << 5, .sector_shift = 6, .sectors_of_wrp = 4, .options = OPTIONS_OF_BANKS};

static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x450,
        .name = "STM32H742, H743, H745, H747, H750, H753, H755, H757",
        .features = STM32H7_IS_74,
        .flash_size_addr = 0x1ff1e880,
        .flash_max = 2048 * KIB,
        .layout = {LARGE_FLASH, .run = {LARGE_BANK(BASE, 8), LARGE_BANK(BANK2, 8)}},
        .flash_params = &params_74,
        .more_ram = {{0x24000000, 512 * KIB},
                     {0x30000000, 288 * KIB}, // SRAM1, SRAM2, SRAM3
                     {0x38000000, 64 * KIB},
                     BACKUP_RAM},
        .uid_addr = 0x1ff1e800,
    },
    {
        COMMON,
        .dev_id = 0x483,
        .name = "STM32H723, H725, H730, H733, H735",
        .features = STM32H7_IS_72,
        .flash_size_addr = 0x1ff1e880,
        .flash_max = 1024 * KIB,
        .layout = {LARGE_FLASH, .run = {LARGE_BANK(BASE, 8)}},
        .flash_params = &params_72,
        .more_ram = {{0x24000000, 320 * KIB},
                     {0x30000000, 32 * KIB}, // SRAM1, SRAM2
                     {0x38000000, 16 * KIB},
                     BACKUP_RAM},
        .uid_addr = 0x1ff1e800,
    },
    {
        COMMON,
        .dev_id = 0x480,
        .name = "STM32H7A3, H7B0, H7B3",
        .features = STM32H7_IS_7AB,
        .flash_size_addr = 0x08fff80c,
        .flash_max = 2048 * KIB,
        .layout = {SMALL_FLASH, .run = {SMALL_BANK(BASE, 128), SMALL_BANK(BANK2, 128)}},
        .flash_params = &params_7ab,
        .prepare = &stm32h7ab_prepare,
        .more_ram = {{0x24000000, 1024 * KIB},
                     {0x30000000, 128 * KIB}, // AHB SRAM1 and SRAM2
                     {0x38000000, 32 * KIB},
                     BACKUP_RAM},
        .factory_base = 0x08fff000, // OTP, and behind it the unique id
        .factory_size = 4 * KIB,
        .otp_size = KIB,
        .uid_addr = 0x08fff800,
    },
};

// Half of the flash in each bank, of which the second begins at its address whatever the first has;
// the smallest parts have one bank (RM0433 and RM0455, flash memory organization).
static void geometry(const struct chip *chip, uint32_t size,
                     const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g)
{
    struct flash_run *first = &g->layout.run[0], *second = &g->layout.run[1];
    (void)reg;
    g->layout = chip->layout;
    if (second->count && size > 128 * KIB) {
        first->count = second->count = size / 2 / first->size;
        g->bank2 = second->base;
    } else {
        first->count = size / first->size;
        second->count = 0;
    }
    if (first->count * first->erase_us < g->layout.mass_erase_us)
        g->layout.mass_erase_us = first->count * first->erase_us;
}

// ---- debug unit (RM0433, RM0399 and RM0455, DBGMCU) -----------------------------------------------

#define DBGMCU       0x5c001000u
// DBGSLEEP, DBGSTOP and DBGSTBY of D1, the same of D2, DBGSTOP and DBGSTBY of D3.
#define CR_LOW_POWER (7u << 0 | 7u << 3 | 3u << 7)
#define CR_CLOCKS    (3u << 21) // D1DBGCKEN, D3DBGCKEN: of the debug components in these domains

// What stops while the first core is halted.
static const struct dbgmcu_layout dbgmcu = {
    .reg = {{.addr = DBGMCU + 0x04, .low_power = CR_LOW_POWER, .freeze = CR_CLOCKS},
            {.addr = DBGMCU + 0x34, .freeze = 1u << 6},   // APB3FZ1: WWDG1
            {.addr = DBGMCU + 0x3c, .freeze = 1u << 11},  // APB1LFZ1: WWDG2
            {.addr = DBGMCU + 0x54, .freeze = 3u << 18}}, // APB4FZ1: IWDG1, IWDG2
};

// And while the second one is.
static const struct dbgmcu_layout dbgmcu2 = {
    .reg = {{.addr = DBGMCU + 0x04, .low_power = CR_LOW_POWER, .freeze = CR_CLOCKS},
            {.addr = DBGMCU + 0x38, .freeze = 1u << 6},   // APB3FZ2
            {.addr = DBGMCU + 0x40, .freeze = 1u << 11},  // APB1LFZ2
            {.addr = DBGMCU + 0x58, .freeze = 3u << 18}}, // APB4FZ2
};

// RM0399: boot options, RCC_GCR. SRAM4 is there for both cores, whatever clocks are on.
static const struct family_second_core second_core = {
    .ap = 3,
    .text = "Cortex-M4",
    .held_by = "BCM4=0",
    .starts = {FLASH_OPTSR, 1u << 22},
    .start = {RCC_GCR, 1u << 3},
    .ram_base = 0x38000000,
    .ram_size = 64 * KIB,
    .dbgmcu = &dbgmcu2,
};

// FLASH_OPTSR_CUR bits 15:8.
static const struct rdp_scheme rdp = {
    .status_addr = FLASH_OPTSR,
    .status = {.shift = 8, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_word = FLASHWORD_OPTSR,
    .option = {.shift = 8, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_level1 = 0x55,
};

const struct family stm32h7_family = {
    .name = "STM32H7",
    .external = true,
    .idcode_addr = DBGMCU,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &dbgmcu,
    .second_core = &second_core,
    .flash_regs = FLASH_REGS,
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
    .driver = &flashword_driver,
    .flash_params = &params_74,
    .geometry_reg = {FLASH_OPTCR},
    .geometry = geometry,
    .prepare = &stm32h7_prepare,
    .options = stm32h7_options,
    .option_count = STM32H7_OPTIONS,
    .rdp = &rdp,
    .execute_only = &stm32h7_execute_only,
    .vdd_min_mv = 1620, // DS12110, general operating conditions
    .vdd_max_mv = 3600,
    .doctor = &stm32h7_doctor,
};
