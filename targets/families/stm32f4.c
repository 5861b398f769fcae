// SPDX-License-Identifier: MIT
// STM32F4: RM0090 (F405 to F439), RM0368 (F401), RM0383 (F411), RM0390 (F446), RM0386 (F469, F479),
// RM0402 (F412), RM0401 (F410), RM0430 (F413, F423), AN2606 for the boot loader ROM.
// `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "flash/drivers/sector.h"
#include "targets/families/measure_f4.h"
#include "targets/families/rcc_f4.h"

#define KIB  1024u
#define BASE 0x08000000u

#define OPTCR_BFB2 (1u << 4)
#define OPTCR_DB1M (1u << 30)

// ---- flash controller ---------------------------------------------------------------------------

#define SPRMOD .pcrop_mode = 1u << 31, .rderr = true

static enum err find_swap(struct flash_access *fa, bool *swapped)
{
    return rcc_f4_find_swap(fa, OPTCR_BFB2, OPTCR_BFB2, swapped);
}

static const struct flash_prepare prepare = {RCC_F4_PREPARE, .find_swap = find_swap};

static const struct sector_params params_f40 = {RCC_F4_CACHES, .option_regs = 1,
                                                .last_wrp_bit = 11};
static const struct sector_params params_6_sectors = {RCC_F4_CACHES, SPRMOD, .option_regs = 1,
                                                      .last_wrp_bit = 5};
static const struct sector_params params_5_sectors = {RCC_F4_CACHES, SPRMOD, .option_regs = 1,
                                                      .last_wrp_bit = 4};
static const struct sector_params params_8_sectors = {RCC_F4_CACHES, SPRMOD, .option_regs = 1,
                                                      .last_wrp_bit = 7};
static const struct sector_params params_12_sectors = {RCC_F4_CACHES, SPRMOD, .option_regs = 1,
                                                       .last_wrp_bit = 11};
// Bit 14 protects the last two sectors (RM0430, 3.8.7).
static const struct sector_params params_16_sectors = {RCC_F4_CACHES, SPRMOD, .option_regs = 1,
                                                       .last_wrp_bit = 14};
static const struct sector_params params_two_banks = {
    RCC_F4_CACHES,
    SPRMOD,
    .option_regs = 2,
    .last_wrp_bit = 11,
};

// ---- dies ---------------------------------------------------------------------------------------

// How many bits nWRP has, whether there is a second bank, and SPRMOD.
#define NWRP_5    (1u << 0)
#define NWRP_6    (1u << 1)
#define NWRP_8    (1u << 2)
#define NWRP_12   (1u << 3)
#define NWRP_15   (1u << 4)
#define TWO_BANKS (1u << 5)
#define PCROP     (1u << 6)

#define COMMON .family = &stm32f4_family, RCC_F4_MEMORIES

// In one bank, with so many sectors of 128 KiB.
#define FLASH(kib, large)                                                                          \
    .flash_max = (kib)*KIB, .layout = {                                                            \
                                SECTOR_FLASH(kib),                                                 \
                                .run = {SECTOR_BANK(BASE, (large))},                               \
    }

#define FLASH_2_MIB                                                                                \
    .flash_max = 2048 * KIB, .layout = {                                                           \
                                 SECTOR_FLASH(1024),                                               \
                                 .run = {SECTOR_BANK(BASE, 7), SECTOR_BANK(BASE + 1024 * KIB, 7)}, \
    }

static const struct chip chips[] = {
    {
        COMMON,
        FLASH(1024, 7),
        .dev_id = 0x413,
        .name = "STM32F405, F407, F415, F417, 512 to 1024 KiB",
        .features = NWRP_12,
        .flash_params = &params_f40,
        .sram_size = 128 * KIB,
    },
    {
        COMMON,
        FLASH_2_MIB,
        .dev_id = 0x419,
        .name = "STM32F427, F429, F437, F439, 512 to 2048 KiB",
        .features = NWRP_12 | TWO_BANKS | PCROP,
        .flash_params = &params_two_banks,
        .sram_size = 192 * KIB,
    },
    {
        COMMON,
        FLASH(512, 3),
        .dev_id = 0x421,
        .name = "STM32F446, 256 to 512 KiB",
        .features = NWRP_8 | PCROP,
        .flash_params = &params_8_sectors,
        .sram_size = 128 * KIB,
    },
    {
        COMMON,
        FLASH(256, 1),
        .dev_id = 0x423,
        .name = "STM32F401, 128 to 256 KiB",
        .features = NWRP_6 | PCROP,
        .flash_params = &params_6_sectors,
        .sram_size = 64 * KIB,
    },
    {
        COMMON,
        FLASH(512, 3),
        .dev_id = 0x431,
        .name = "STM32F411, 256 to 512 KiB",
        .features = NWRP_8 | PCROP,
        .flash_params = &params_8_sectors,
        .sram_size = 128 * KIB,
    },
    {
        COMMON,
        FLASH(512, 3),
        .dev_id = 0x433,
        .name = "STM32F401, 384 to 512 KiB",
        .features = NWRP_8 | PCROP,
        .flash_params = &params_8_sectors,
        .sram_size = 96 * KIB,
    },
    {
        COMMON,
        FLASH_2_MIB,
        .dev_id = 0x434,
        .name = "STM32F469, F479, 512 to 2048 KiB",
        .features = NWRP_12 | TWO_BANKS | PCROP,
        .flash_params = &params_two_banks,
        .sram_size = 320 * KIB,
    },
    {
        COMMON,
        FLASH(1024, 7),
        .dev_id = 0x441,
        .name = "STM32F412, 512 to 1024 KiB",
        .features = NWRP_12 | PCROP,
        .flash_params = &params_12_sectors,
        .sram_size = 256 * KIB,
    },
    {
        COMMON,
        FLASH(128, 0),
        .dev_id = 0x458,
        .name = "STM32F410, 64 to 128 KiB",
        .features = NWRP_5 | PCROP,
        .flash_params = &params_5_sectors,
        .sram_size = 32 * KIB,
    },
    {
        COMMON,
        FLASH(1536, 11),
        .dev_id = 0x463,
        .name = "STM32F413, F423, 1024 to 1536 KiB",
        .features = NWRP_15 | PCROP,
        .flash_params = &params_16_sectors,
        .sram_size = 320 * KIB,
    },
};

// Of two dies 2 MiB are always in two banks, and 1 MiB with DB1M (RM0090, 3.4).
static void geometry(const struct chip *chip, uint32_t size,
                     const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g)
{
    const bool two_banks = chip->features & TWO_BANKS;
    const struct flash_layout halves = {
        SECTOR_FLASH(512), .run = {SECTOR_BANK(BASE, 3), SECTOR_BANK(BASE + 512 * KIB, 3)}};
    if (two_banks && size > 1024 * KIB) {
        g->bank2 = BASE + 1024 * KIB;
    } else if (two_banks && size == 1024 * KIB && (reg[0] & OPTCR_DB1M)) {
        g->layout = halves;
        g->bank2 = BASE + 512 * KIB;
    } else {
        rcc_f4_geometry(chip, size, reg, g);
    }
}

// ---- options (RM0090, 3.9.10 and 3.9.11) ----------------------------------------------------------

#define NWRP(count, has)                                                                           \
    {                                                                                              \
        .name = "nWRP", .alias = "WRP", .word = 0, .shift = 16, .bits = (count),                   \
        .what = "0 bits: write-protected sectors", .feature = (has),                               \
        .unlock_clears_with = "SPRMOD", .unlock_value = (1u << (count)) - 1                        \
    }

static const struct option_field options[] = {
    RCC_F4_OPTIONS_RDP_AND_BOR,
    {.name = "BFB2",
     .word = 0,
     .shift = 4,
     .bits = 1,
     .what = "1: start from bank 2, when that has a program",
     .feature = TWO_BANKS},
    RCC_F4_OPTIONS_WATCHDOG_AND_RESETS,
    NWRP(5, NWRP_5),
    NWRP(6, NWRP_6),
    NWRP(8, NWRP_8),
    NWRP(12, NWRP_12),
    NWRP(15, NWRP_15),
    {.name = "nWRP2",
     .alias = "WRP2",
     .word = 1,
     .shift = 16,
     .bits = 12,
     .what = "the same of bank 2",
     .feature = TWO_BANKS,
     .unlock_clears_with = "SPRMOD",
     .unlock_value = 0xfff},
    {.name = "DB1M",
     .word = 0,
     .shift = 30,
     .bits = 1,
     .what = "1: a flash of 1 MiB is in two banks",
     .feature = TWO_BANKS},
    {.name = "SPRMOD",
     .word = 0,
     .shift = 31,
     .bits = 1,
     .what = "1: nWRP protects code from being read, too, and its bits are inverted",
     .feature = PCROP,
     .unlock_clears_with = "SPRMOD"},
};

// RM0090, 3.7.5.
static const struct family_execute_only execute_only = {
    .mode = "SPRMOD", .ones = true, .sectors = "nWRP"};

#define VREFINT_CAL 0x1fff7a2au

static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    return measure_f4_vdda(mem, VREFINT_CAL, found);
}

static const struct family_doctor doctor = {
    RCC_F4_DOCTOR,
    .vdda = measure_vdda,
    .hse = measure_f4_hse,
};

const struct family stm32f4_family = {
    .name = "STM32F4",
    .idcode_addr = 0xe0042000,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &rcc_f4_dbgmcu,
    .geometry_reg = {FLASH_F4_OPTCR},
    .geometry = geometry,
    .flash_regs = FLASH_F4_REGS,
    .driver = &sector_driver,
    .flash_params = &params_f40,
    .prepare = &prepare,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .rdp = &rcc_f4_rdp,
    .execute_only = &execute_only,
    .vdd_min_mv = 1700, // DS8626, general operating conditions
    .vdd_max_mv = 3600,
    .doctor = &doctor,
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
};
