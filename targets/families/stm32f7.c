// SPDX-License-Identifier: MIT
// STM32F7: RM0385 (F745, F746, F750, F756), RM0410 (F76x, F77x), RM0431 (F72x, F730, F73x), AN2606
// for the boot loader ROM. The core reaches the flash by two buses: at 0x08000000 by AXI, where it
// is programmed, and at 0x00200000 by the bus of the ITCM, for reading only.
// `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "flash/drivers/sector.h"
#include "swd/mem_ap.h"
#include "targets/families/measure_f4.h"
#include "targets/families/rcc_f4.h"

#define KIB  1024u
#define BASE 0x08000000u

#define OPTCR_NDBOOT (1u << 28)
#define OPTCR_NDBANK (1u << 29)

// ---- flash controller ---------------------------------------------------------------------------

// PRFTEN and ARTEN; ARTRST.
#define CACHES .caches = 3u << 8, .cache_reset = 1u << 11

static const struct sector_params params_f72 = {CACHES, .option_regs = 3, .last_wrp_bit = 7,
                                                .pcrop_bits = true, .rderr = true};
static const struct sector_params params_f74 = {CACHES, .option_regs = 2, .last_wrp_bit = 7};
static const struct sector_params params_f76 = {CACHES, .option_regs = 2, .last_wrp_bit = 11,
                                                .both_mers = true, .wrp2 = SECTOR_WRP2_PAIRS};

// In the dual boot of two banks the boot loader may put the second one first.
static enum err find_swap(struct flash_access *fa, bool *swapped)
{
    return rcc_f4_find_swap(fa, OPTCR_NDBOOT, 0, swapped);
}

static const struct flash_prepare prepare = {
    .plan = rcc_f4_plan_f7,
    .clock_on = rcc_f4_clock_on,
    .crc_unit = RCC_F4_CRC_UNIT,
    .find_swap = find_swap,
};

// ---- dies ---------------------------------------------------------------------------------------

#define WRP_8     (1u << 0)
#define WRP_12    (1u << 1)
#define TWO_BANKS (1u << 2)
#define PCROP     (1u << 3)

// Four sectors of 32 KiB, one of 128, and some of 256 (RM0385, 3.3.2). Erases by words take 250,
// 550 and 1000 ms typically (DS10916, flash memory characteristics).
#define LARGE_SECTORS(large)                                                                       \
    {.base = BASE, .size = 32 * KIB, .count = 4, .erase_min_us = 200000, .erase_us = 250000},      \
        {.base = BASE + 128 * KIB,                                                                 \
         .size = 128 * KIB,                                                                        \
         .count = 1,                                                                               \
         .erase_min_us = 440000,                                                                   \
         .erase_us = 550000},                                                                      \
    {                                                                                              \
        .base = BASE + 256 * KIB, .size = 256 * KIB, .count = (large), .erase_min_us = 800000,     \
        .erase_us = 1000000                                                                        \
    }

// DTCM, SRAM1 and SRAM2 follow each other. Of the OTP the lock bytes follow, then unique id, size
// and calibration.
#define COMMON                                                                                     \
    .family = &stm32f7_family, .flash_base = BASE, .flash_alias = 0x00200000,                      \
    .sram_base = 0x20000000, .system_base = 0x1ff00000, .system_alias = 0x00100000,                \
    .option_base = 0x1fff0000, .option_size = 32
#define SIGNATURE_F74                                                                              \
    .system_size = 0xedc0, .factory_base = 0x1ff0f000, .factory_size = 0x460, .otp_size = 1056,    \
    .uid_addr = 0x1ff0f420, .flash_size_addr = 0x1ff0f442

static const struct chip chips[] = {
    {
        COMMON,
        SIGNATURE_F74,
        .dev_id = 0x449,
        .name = "STM32F745, F746, F750, F756, 64 to 1024 KiB",
        .features = WRP_8,
        .flash_params = &params_f74,
        .flash_max = 1024 * KIB,
        .layout = {SECTOR_FLASH(1024), .run = {LARGE_SECTORS(3)}},
        .sram_size = 320 * KIB,
    },
    {
        COMMON,
        SIGNATURE_F74,
        .dev_id = 0x451,
        .name = "STM32F765, F767, F768, F769, F777, F778, F779, 1024 to 2048 KiB",
        .features = WRP_12 | TWO_BANKS,
        .flash_params = &params_f76,
        .flash_max = 2048 * KIB,
        .layout = {SECTOR_FLASH(1024), .run = {LARGE_SECTORS(7)}},
        .sram_size = 512 * KIB,
    },
    {
        COMMON,
        .system_size = 30 * KIB,
        .factory_base = 0x1ff07800,
        .factory_size = 0x230,
        .otp_size = 528,
        .uid_addr = 0x1ff07a10,
        .flash_size_addr = 0x1ff07a22,
        .dev_id = 0x452,
        .name = "STM32F722, F723, F730, F732, F733, 64 to 512 KiB",
        .features = WRP_8 | PCROP,
        .flash_params = &params_f72,
        .flash_max = 512 * KIB,
        .layout = {SECTOR_FLASH(512), .run = {SECTOR_BANK(BASE, 3)}},
        .sram_size = 256 * KIB,
    },
};

// Where one bank is made of two, both work at the same time (RM0410, 3.3.2).
static void geometry(const struct chip *chip, uint32_t size,
                     const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g)
{
    const struct flash_layout two_mib = {
        SECTOR_FLASH(1024), .run = {SECTOR_BANK(BASE, 7), SECTOR_BANK(BASE + 1024 * KIB, 7)}};
    const struct flash_layout one_mib = {
        SECTOR_FLASH(512), .run = {SECTOR_BANK(BASE, 3), SECTOR_BANK(BASE + 512 * KIB, 3)}};
    if (!(chip->features & TWO_BANKS)) {
        rcc_f4_geometry(chip, size, reg, g);
    } else if (reg[0] & OPTCR_NDBANK) {
        g->layout.mass_erase_us = SECTOR_MASS_US(size / 2 / KIB);
    } else {
        g->layout = size > 1024 * KIB ? two_mib : one_mib;
        g->bank2 = BASE + size / 2;
    }
}

// ---- options (RM0385, RM0410, RM0431: FLASH_OPTCR, OPTCR1 and OPTCR2) -----------------------------

static const struct option_field options[] = {
    RCC_F4_OPTIONS_RDP_AND_BOR,
    {.name = "WWDG_SW",
     .word = 0,
     .shift = 4,
     .bits = 1,
     .what = "1: the window watchdog is started by software"},
    {.name = "IWDG_SW",
     .word = 0,
     .shift = 5,
     .bits = 1,
     .what = "1: the watchdog is started by software"},
    RCC_F4_OPTIONS_RESETS,
    {.name = "nWRP",
     .alias = "WRP",
     .word = 0,
     .shift = 16,
     .bits = 8,
     .what = "0 bits: write-protected sectors",
     .feature = WRP_8},
    {.name = "nWRP",
     .alias = "WRP",
     .word = 0,
     .shift = 16,
     .bits = 12,
     .what = "0 bits: write-protected sectors, two with each bit while nDBANK is 0",
     .feature = WRP_12},
    {.name = "nDBOOT",
     .word = 0,
     .shift = 28,
     .bits = 1,
     .what = "0: start from bank 2, when that has a program",
     .feature = TWO_BANKS},
    {.name = "nDBANK",
     .word = 0,
     .shift = 29,
     .bits = 1,
     .what = "0: the flash is in two banks, with sectors of half the size",
     .feature = TWO_BANKS},
    {.name = "IWDG_STDBY",
     .word = 0,
     .shift = 30,
     .bits = 1,
     .what = "0: the watchdog stands still in Standby mode"},
    {.name = "IWDG_STOP",
     .word = 0,
     .shift = 31,
     .bits = 1,
     .what = "0: the watchdog stands still in Stop mode"},
    {.name = "BOOT_ADD0",
     .word = 1,
     .shift = 0,
     .bits = 16,
     .what = "where a start with BOOT0 low begins, by 16 KiB (0x80: 0x00200000)"},
    {.name = "BOOT_ADD1",
     .word = 1,
     .shift = 16,
     .bits = 16,
     .what = "the same with BOOT0 high (0x40: 0x00100000)"},
    {.name = "PCROP",
     .word = 2,
     .shift = 0,
     .bits = 8,
     .what = "1 bits: sectors that can only be executed",
     .feature = PCROP,
     .unlock_clears_with = "PCROP_RDP"},
    {.name = "PCROP_RDP",
     .word = 2,
     .shift = 31,
     .bits = 1,
     .what = "1: leaving read protection erases and frees the sectors of PCROP as well",
     .feature = PCROP},
};

// RM0431, proprietary code readout protection.
static const struct family_execute_only execute_only = {
    .leaves_areas = "PCROP_RDP", .ones = true, .sectors = "PCROP"};

// The dies have it at two places.
#define DBGMCU_IDCODE   0xe0042000u
#define DEV_F72         0x452u
#define VREFINT_CAL     0x1ff0f44au
#define VREFINT_CAL_F72 0x1ff07a2au

static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    uint32_t idcode;
    enum err e = mem_ap_read32(mem, DBGMCU_IDCODE, &idcode);
    const bool is_f72 = !e && (idcode & 0xfff) == DEV_F72;
    return e ? e : measure_f4_vdda(mem, is_f72 ? VREFINT_CAL_F72 : VREFINT_CAL, found);
}

// Where a start begins, by 16 KiB: BOOT_ADD0, or with BOOT0 high BOOT_ADD1 (RM0385, 2.5).
static bool is_boot_loader(uint32_t boot_add)
{
    const uint32_t addr = (boot_add & 0xffff) << 14;
    return addr - 0x1ff00000u < 64 * KIB || addr - 0x00100000u < 64 * KIB;
}

static const char *boots_loader(const uint32_t value[FAMILY_REGISTERS])
{
    const uint32_t optcr1 = value[RCC_F4_READ_MORE];
    if (is_boot_loader(optcr1))
        return "the option BOOT_ADD0 names it, for a start with BOOT0 low";
    return is_boot_loader(optcr1 >> 16) ? "BOOT0 was high (BOOT_ADD1)" : "";
}

static const struct family_doctor doctor = {
    RCC_F4_DOCTOR_WITH({"FLASH_OPTCR1", FLASH_F4_OPTCR + 4}),
    .boots_loader = boots_loader,
    .vdda = measure_vdda,
    .hse = measure_f4_hse,
};

const struct family stm32f7_family = {
    .name = "STM32F7",
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
    .idcode_addr = 0xe0042000,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &rcc_f4_dbgmcu,
    .geometry_reg = {FLASH_F4_OPTCR},
    .geometry = geometry,
    .flash_regs = FLASH_F4_REGS,
    .driver = &sector_driver,
    .flash_params = &params_f74,
    .prepare = &prepare,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .rdp = &rcc_f4_rdp,
    .execute_only = &execute_only,
    .external = true,
    .vdd_min_mv = 1700, // DS10916, general operating conditions
    .vdd_max_mv = 3600,
    .doctor = &doctor,
};
