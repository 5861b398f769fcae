// SPDX-License-Identifier: MIT
// The table of chips: one row per die. STM32F0: RM0091 and RM0360 (32 for DBGMCU, 3 for the flash),
// AN2606 for the boot loader ROM. `tested_on_hardware` is set by whoever ran the tests on a real
// part.
#include "targets/chip.h"

#include "flash/drivers/fpec16.h"

#define KIB 1024u

#define DBGMCU_CR_DBG_STOP    (1u << 1)
#define DBGMCU_CR_DBG_STANDBY (1u << 2)
#define DBGMCU_APB1_WWDG_STOP (1u << 11)
#define DBGMCU_APB1_IWDG_STOP (1u << 12)
#define RCC_APB2ENR           0x40021018u
#define RCC_APB2ENR_DBGMCUEN  (1u << 22)

// 0: SRAM has a parity check (RM0091, 4.1.2).
#define FLASH_OBR_RAM_PARITY_CHECK (1u << 14)
// 12 times half of HSI (RM0091, 6.4.2).
#define RCC_CFGR_PLLMUL12          (10u << 18)

// Equal pages that are programmed by halfwords: 20 to 40 ms to erase one or all, 53.5 µs for a
// halfword (DS9773, 6.3.10).
#define PAGES(page, bytes)                                                                         \
    {                                                                                              \
        .erased = 0xff, .unit = 2, .unit_us = 54, .mass_erase_us = 30000,                          \
        .run = {{.base = 0x08000000,                                                               \
                 .size = (page),                                                                   \
                 .count = (bytes) / (page),                                                        \
                 .erase_min_us = 20000,                                                            \
                 .erase_us = 30000}},                                                              \
    }

// What is the same in all STM32F0.
#define STM32F0                                                                                    \
    .idcode_addr = 0x40015800, .flash_base = 0x08000000, .flash_size_addr = 0x1ffff7cc,            \
    .flash_regs = 0x40022000, .driver = &fpec16_driver, .sram_base = 0x20000000,                   \
    .option_base = 0x1ffff800, .option_size = 16, .wrp_unit = 4 * KIB, .uid_addr = 0x1ffff7ac,     \
    .dbgmcu_base = 0x40015800, .dbgmcu_gate_addr = RCC_APB2ENR,                                    \
    .dbgmcu_gate_bit = RCC_APB2ENR_DBGMCUEN,                                                       \
    .dbgmcu_cr = DBGMCU_CR_DBG_STOP | DBGMCU_CR_DBG_STANDBY,                                       \
    .dbgmcu_apb1_fz = DBGMCU_APB1_WWDG_STOP | DBGMCU_APB1_IWDG_STOP, .rdp = CHIP_RDP_FPEC_OBR_F0,  \
    .parity_off = FLASH_OBR_RAM_PARITY_CHECK, .fast_cfgr = RCC_CFGR_PLLMUL12

const struct chip chips[] = {
    {
        STM32F0,
        .dev_id = 0x440,
        .name = "STM32F051, F058, F030x8",
        .flash_max = 64 * KIB,
        .layout = PAGES(1 * KIB, 64 * KIB),
        .sram_size = 8 * KIB,
        .system_base = 0x1fffec00,
        .system_size = 3 * KIB,
    },
    {
        STM32F0,
        .dev_id = 0x442,
        .name = "STM32F091, F098, F030xC",
        .flash_max = 256 * KIB,
        .layout = PAGES(2 * KIB, 256 * KIB),
        .sram_size = 32 * KIB,
        .system_base = 0x1fffd800,
        .system_size = 8 * KIB,
        .has_boot_sel = true,
        .empty_check = true,
    },
    {
        STM32F0,
        .dev_id = 0x444,
        .name = "STM32F031x4/x6, F030x4/x6, F038x6",
        .flash_max = 32 * KIB,
        .layout = PAGES(1 * KIB, 32 * KIB),
        .sram_size = 4 * KIB,
        .system_base = 0x1fffec00,
        .system_size = 3 * KIB,
    },
    {
        STM32F0,
        .dev_id = 0x445,
        .name = "STM32F042, F048, F070x6",
        .flash_max = 32 * KIB,
        .layout = PAGES(1 * KIB, 32 * KIB),
        .sram_size = 6 * KIB,
        .system_base = 0x1fffc400,
        .system_size = 13 * KIB,
        .has_boot_sel = true,
        .empty_check = true,
    },
    {
        STM32F0,
        .dev_id = 0x448,
        .name = "STM32F071, F072, F078, F070xB",
        .flash_max = 128 * KIB,
        .layout = PAGES(2 * KIB, 128 * KIB),
        .sram_size = 16 * KIB,
        .system_base = 0x1fffc800,
        .system_size = 12 * KIB,
    },
};

const unsigned chip_count = sizeof chips / sizeof chips[0];
