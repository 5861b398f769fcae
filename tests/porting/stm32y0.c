// SPDX-License-Identifier: MIT
// The product's side of a family that does not exist, for tests/porting.py: an STM32F0 at other
// addresses, with other names, sizes, pins and limits.
#include "flash/drivers/fpec16.h"
#include "swd/mem_ap.h"
#include "targets/families/family.h"

#define KIB         1024u
#define RCC_CFGR    0x40051004u
#define RCC_AHBENR  0x40051014u
#define RCC_APB2ENR 0x40051018u
#define FLASH_REGS  0x40052000u
#define CRC_UNIT    0x40053000u
#define DBGMCU      0x40055800u
#define OPTION_BASE 0x1ffe8000u

static const struct chip chips[] = {{
    .family = &stm32y0_family,
    .dev_id = 0x7f0,
    .name = "STM32Y001x4",
    .flash_base = 0x08000000,
    .flash_size_addr = 0x1ffe1fcc,
    .flash_max = 16 * KIB,
    .layout = {.erased = 0xff,
               .unit = 2,
               .unit_us = 54,
               .mass_erase_us = 30000,
               .run = {{.base = 0x08000000,
                        .size = 512,
                        .count = 32,
                        .erase_min_us = 20000,
                        .erase_us = 30000}}},
    .sram_base = 0x20000000,
    .sram_size = 4 * KIB,
    .system_base = 0x1ffe0000,
    .system_size = 8 * KIB,
    .option_base = OPTION_BASE,
    .option_size = 16,
    .uid_addr = 0x1ffe1fac,
}};

static const struct dbgmcu_layout dbgmcu = {
    .gate_addr = RCC_APB2ENR,
    .gate_mask = 1u << 22,
    .reg = {{.addr = DBGMCU + 4, .low_power = 3u << 1}, {.addr = DBGMCU + 8, .freeze = 1u << 12}},
};

static const struct option_field options[] = {
    {.name = "RDP", .word = 0, .bits = 8, .what = "read protection level", .is_rdp = true},
    {.name = "Y_WATCHDOG", .word = 1, .bits = 1, .what = "1: the watchdog is started by software"},
    {.name = "Y_BOOT", .word = 1, .shift = 4, .bits = 1, .what = "what a high BOOT0 starts"},
    {.name = "Y_OWN", .word = 2, .bits = 8, .what = "the user's own"},
};

static const struct rdp_scheme rdp = {
    .status_addr = FLASH_REGS + 0x1c,
    .status = {.shift = 1, .bits = 2, .level0 = 0, .level2 = 3},
    .option_word = 0,
    .option = {.shift = 0, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_level1 = 0x11,
};

static enum err plan(struct flash_access *fa)
{
    uint32_t ahbenr;
    enum err e = mem_ap_read32(fa->mem, RCC_AHBENR, &ahbenr);
    if (e)
        return e;
    flash_sequence_write(&fa->enter, RCC_AHBENR, ahbenr | 1u << 6); // CRCEN
    flash_sequence_write(&fa->leave, RCC_AHBENR, ahbenr);
    return ERR_OK;
}

static enum err clock_on(struct flash_access *fa)
{
    (void)fa; // HSI is never switched off here
    return ERR_OK;
}

static const struct flash_prepare prepare = {
    .plan = plan, .clock_on = clock_on, .crc_unit = CRC_UNIT};
static const struct fpec16_params flash_params = {.option_base = OPTION_BASE, .wrp_block = 4 * KIB};

static const struct family_doctor doctor = {
    .reg = {{"Y_RCC_FLAGS", 0x40051024}, {"Y_RCC_CFGR", RCC_CFGR}},
    .reset_register = 0,
    .reset_flag = {{1u << 29, "the watchdog of STM32Y0", true},
                   {1u << 27, "the supply or the NRST pin", false}},
    .reset_otherwise = "the NRST pin",
};

const struct family stm32y0_family = {
    .name = "STM32Y0",
    .idcode_addr = DBGMCU,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &dbgmcu,
    .flash_regs = FLASH_REGS,
    .driver = &fpec16_driver,
    .flash_params = &flash_params,
    .prepare = &prepare,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .rdp = &rdp,
    .swdio = "PA5",
    .swclk = "PA6",
    .vdd_min_mv = 2400,
    .vdd_max_mv = 3500,
    .doctor = &doctor,
};
