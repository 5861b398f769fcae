// SPDX-License-Identifier: MIT
// STM32F0: RM0091 and RM0360 (32 for DBGMCU, 3 for the flash, 4 for the option bytes), AN2606 for
// the boot loader ROM. `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "targets/families/stm32f0.h"
#include "flash/drivers/fpec16.h"
#include "targets/families/rcc_fpec.h"

#define KIB 1024u

// ---- dies ---------------------------------------------------------------------------------------

// Option bits nBOOT0 and BOOT_SEL, on some parts of this die at least.
#define HAS_BOOT_SEL (1u << 0)

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

#define COMMON                                                                                     \
    .family = &stm32f0_family, .flash_base = 0x08000000, .flash_size_addr = 0x1ffff7cc,            \
    .sram_base = 0x20000000, .option_base = 0x1ffff800, .option_size = 16, .uid_addr = 0x1ffff7ac

static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x440,
        .name = "STM32F051, F058, F030x8",
        .flash_max = 64 * KIB,
        .layout = PAGES(1 * KIB, 64 * KIB),
        .sram_size = 8 * KIB,
        .system_base = 0x1fffec00,
        .system_size = 3 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x442,
        .name = "STM32F091, F098, F030xC",
        .flash_max = 256 * KIB,
        .layout = PAGES(2 * KIB, 256 * KIB),
        .sram_size = 32 * KIB,
        .system_base = 0x1fffd800,
        .system_size = 8 * KIB,
        .features = HAS_BOOT_SEL,
        .empty_check = true,
    },
    {
        COMMON,
        .dev_id = 0x444,
        .name = "STM32F031x4/x6, F030x4/x6, F038x6",
        .flash_max = 32 * KIB,
        .layout = PAGES(1 * KIB, 32 * KIB),
        .sram_size = 4 * KIB,
        .system_base = 0x1fffec00,
        .system_size = 3 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x445,
        .name = "STM32F042, F048, F070x6",
        .flash_max = 32 * KIB,
        .layout = PAGES(1 * KIB, 32 * KIB),
        .sram_size = 6 * KIB,
        .system_base = 0x1fffc400,
        .system_size = 13 * KIB,
        .features = HAS_BOOT_SEL,
        .empty_check = true,
    },
    {
        COMMON,
        .dev_id = 0x448,
        .name = "STM32F071, F072, F078, F070xB",
        .flash_max = 128 * KIB,
        .layout = PAGES(2 * KIB, 128 * KIB),
        .sram_size = 16 * KIB,
        .system_base = 0x1fffc800,
        .system_size = 12 * KIB,
    },
};

// ---- debug unit (RM0091, 32.9) ------------------------------------------------------------------

#define DBGMCU                0x40015800u
#define DBGMCU_CR_DBG_STOP    (1u << 1)
#define DBGMCU_CR_DBG_STANDBY (1u << 2)
#define DBGMCU_APB1_WWDG_STOP (1u << 11)
#define DBGMCU_APB1_IWDG_STOP (1u << 12)
#define RCC_APB2ENR_DBGMCUEN  (1u << 22)

static const struct dbgmcu_layout dbgmcu = {
    .gate_addr = RCC_APB2ENR,
    .gate_mask = RCC_APB2ENR_DBGMCUEN,
    .reg = {{.addr = DBGMCU + 4, .low_power = DBGMCU_CR_DBG_STOP | DBGMCU_CR_DBG_STANDBY},
            {.addr = DBGMCU + 8, .freeze = DBGMCU_APB1_WWDG_STOP | DBGMCU_APB1_IWDG_STOP}},
};

// ---- option bytes (RM0091, 4; RM0360, 4) --------------------------------------------------------

#define FLASH_OBR (FLASH_REGS + 0x1c)
#define KIB32     (32 * KIB) // of flash for a byte of WRP bits

// A word of the driver's is one option byte: RDP, USER, DATA0, DATA1, WRP0 to WRP3.
static const struct option_field options[] = {
    {.name = "RDP", .word = 0, .bits = 8, .what = "read protection level", .is_rdp = true},
    {.name = "WDG_SW",
     .alias = "IWDG_SW",
     .word = 1,
     .bits = 1,
     .what = "1: the watchdog is started by software"},
    {.name = "nRST_STOP",
     .word = 1,
     .shift = 1,
     .bits = 1,
     .what = "0: reset instead of Stop mode"},
    {.name = "nRST_STDBY",
     .word = 1,
     .shift = 2,
     .bits = 1,
     .what = "0: reset instead of Standby mode"},
    {.name = "nBOOT0",
     .word = 1,
     .shift = 3,
     .bits = 1,
     .what = "BOOT0, inverted, when BOOT_SEL is 0",
     .feature = HAS_BOOT_SEL},
    {.name = "nBOOT1",
     .word = 1,
     .shift = 4,
     .bits = 1,
     .what = "with BOOT0 high, 1: system memory, 0: SRAM"},
    {.name = "VDDA_MONITOR", .word = 1, .shift = 5, .bits = 1, .what = "1: VDDA is supervised"},
    {.name = "RAM_PARITY_CHECK",
     .word = 1,
     .shift = 6,
     .bits = 1,
     .what = "0: SRAM parity is checked"},
    {.name = "BOOT_SEL",
     .word = 1,
     .shift = 7,
     .bits = 1,
     .what = "1: BOOT0 is the pin, 0: nBOOT0",
     .feature = HAS_BOOT_SEL},
    {.name = "DATA0", .word = 2, .bits = 8, .what = "the user's own"},
    {.name = "DATA1", .word = 3, .bits = 8, .what = "the user's own"},
    {.name = "WRP0", .word = 4, .bits = 8, .what = "0 bits: write-protected pages"},
    {.name = "WRP1", .word = 5, .bits = 8, .what = "the same, further up", .flash_over = 1 * KIB32},
    {.name = "WRP2", .word = 6, .bits = 8, .what = "the same, further up", .flash_over = 2 * KIB32},
    {.name = "WRP3", .word = 7, .bits = 8, .what = "the same, to the end", .flash_over = 3 * KIB32},
};

// FLASH_OBR bits 2:1 (RM0091, 3.5.7) and the byte RDP (3.3.1), for which level 1 is any value but
// those of levels 0 and 2.
static const struct rdp_scheme rdp = {
    .status_addr = FLASH_OBR,
    .status = {.shift = 1, .bits = 2, .level0 = 0, .level2 = 3},
    .option_word = 0,
    .option = {.shift = 0, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_level1 = 0xbb,
};

// ---- flash controller ---------------------------------------------------------------------------

static const struct fpec16_params flash_params = {
    .option_base = 0x1ffff800,
    // 0: SRAM has a parity check (RM0091, 4.1.2).
    .parity_off = 1u << 14,
    // One WRPR bit protects 4 KiB, the last one all that follows (RM0091, 3.3.2).
    .wrp_block = 4 * KIB,
    .latency = 1, // right for 24 to 48 MHz (RM0091, 3.5.1)
};

// 12 times half of HSI: 48 MHz (RM0091, 6.4.2).
static const struct rcc_fpec rcc = {
    .prepare = RCC_FPEC_PREPARE,
    .pll_mask = 0x7fu << 15, // PLLMUL, PLLXTPRE, PLLSRC
    .pll = 10u << 18,
    .masters = 3, // DMA1, DMA2
};

const struct family stm32f0_family = {
    .name = "STM32F0",
    .idcode_addr = DBGMCU,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &dbgmcu,
    .flash_regs = FLASH_REGS,
    .driver = &fpec16_driver,
    .flash_params = &flash_params,
    .prepare = &rcc.prepare,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .rdp = &rdp,
    .vdd_min_mv = 2000, // DS9773, 6.3.1
    .vdd_max_mv = 3600,
    .doctor = &stm32f0_doctor,
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
};
