// SPDX-License-Identifier: MIT
// STM32F3: RM0316 (F303, F358, F398, F328), RM0313 (F37x), RM0364 (F334), RM0365 (F302), RM0366
// (F301, F318); chapters 3 and 4 of each for flash and option bytes, AN2606 for the boot loader
// ROM. `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "flash/drivers/fpec16.h"
#include "targets/families/clock_facts.h"
#include "targets/families/family.h"
#include "targets/families/gpio_pins.h"
#include "targets/families/rcc_fpec.h"

#define KIB        1024u
#define FLASH_REGS 0x40022000u
#define FLASH_OBR  (FLASH_REGS + 0x1c)

// ---- dies ---------------------------------------------------------------------------------------

#define HAS_SDADC (1u << 0) // F37x

// Equal pages that are programmed by halfwords: 20 to 40 ms to erase one or all, 53.5 µs for a
// halfword (DS9118, memory characteristics).
#define PAGES(bytes)                                                                               \
    {                                                                                              \
        .erased = 0xff, .unit = 2, .unit_us = 54, .mass_erase_us = 30000,                          \
        .run = {{.base = 0x08000000,                                                               \
                 .size = 2 * KIB,                                                                  \
                 .count = (bytes) / (2 * KIB),                                                     \
                 .erase_min_us = 20000,                                                            \
                 .erase_us = 30000}},                                                              \
    }

#define COMMON                                                                                     \
    .family = &stm32f3_family, .flash_base = 0x08000000, .flash_size_addr = 0x1ffff7cc,            \
    .sram_base = 0x20000000, .system_base = 0x1fffd800, .system_size = 8 * KIB,                    \
    .option_base = 0x1ffff800, .option_size = 16, .uid_addr = 0x1ffff7ac

static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x422,
        .name = "STM32F302, F303, F358, 128 to 256 KiB",
        .flash_max = 256 * KIB,
        .layout = PAGES(256 * KIB),
        .sram_size = 40 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x432,
        .name = "STM32F373, F378, 64 to 256 KiB",
        .features = HAS_SDADC,
        .flash_max = 256 * KIB,
        .layout = PAGES(256 * KIB),
        .sram_size = 32 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x438,
        .name = "STM32F303, F328, F334, 16 to 64 KiB",
        .flash_max = 64 * KIB,
        .layout = PAGES(64 * KIB),
        .sram_size = 12 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x439,
        .name = "STM32F301, F302, F318, 32 to 64 KiB",
        .flash_max = 64 * KIB,
        .layout = PAGES(64 * KIB),
        .sram_size = 16 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x446,
        .name = "STM32F302, F303, F398, 384 to 512 KiB",
        .flash_max = 512 * KIB,
        .layout = PAGES(512 * KIB),
        .sram_size = 64 * KIB,
    },
};

// ---- debug unit (RM0316, debug support) -----------------------------------------------------------

#define DBGMCU                0xe0042000u
#define DBGMCU_CR_DBG_SLEEP   (1u << 0)
#define DBGMCU_CR_DBG_STOP    (1u << 1)
#define DBGMCU_CR_DBG_STANDBY (1u << 2)
#define DBGMCU_APB1_WWDG_STOP (1u << 11)
#define DBGMCU_APB1_IWDG_STOP (1u << 12)

static const struct dbgmcu_layout dbgmcu = {
    .reg = {{.addr = DBGMCU + 4,
             .low_power = DBGMCU_CR_DBG_SLEEP | DBGMCU_CR_DBG_STOP | DBGMCU_CR_DBG_STANDBY},
            {.addr = DBGMCU + 8, .freeze = DBGMCU_APB1_WWDG_STOP | DBGMCU_APB1_IWDG_STOP}},
};

// ---- option bytes (RM0316, 4) ---------------------------------------------------------------------

#define KIB32 (32 * KIB) // of flash for a byte of WRP bits

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
    {.name = "nBOOT1",
     .word = 1,
     .shift = 4,
     .bits = 1,
     .what = "with BOOT0 high, 1: system memory, 0: SRAM"},
    {.name = "VDDA_MONITOR", .word = 1, .shift = 5, .bits = 1, .what = "1: VDDA is supervised"},
    {.name = "SRAM_PE",
     .alias = "SRAM_PARITY_CHECK",
     .word = 1,
     .shift = 6,
     .bits = 1,
     .what = "0: SRAM parity is checked"},
    {.name = "SDADC12_VDD_MONITOR",
     .word = 1,
     .shift = 7,
     .bits = 1,
     .what = "1: the supply of the SDADCs is supervised",
     .feature = HAS_SDADC},
    {.name = "DATA0", .word = 2, .bits = 8, .what = "the user's own"},
    {.name = "DATA1", .word = 3, .bits = 8, .what = "the user's own"},
    {.name = "WRP0", .word = 4, .bits = 8, .what = "0 bits: write-protected pages"},
    {.name = "WRP1", .word = 5, .bits = 8, .what = "the same, further up", .flash_over = 1 * KIB32},
    {.name = "WRP2", .word = 6, .bits = 8, .what = "the same, further up", .flash_over = 2 * KIB32},
    {.name = "WRP3", .word = 7, .bits = 8, .what = "the same, to the end", .flash_over = 3 * KIB32},
};

// FLASH_OBR bits 2:1 and the byte RDP, as those of the STM32F0 (RM0316, 3.3).
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
    .parity_off = 1u << 14, // 0: SRAM has a parity check
    .latency = 1,
    // One WRPR bit protects two pages, the last one all that follows (RM0316, 3.3.2).
    .wrp_block = 4 * KIB,
};

// 6 times half of HSI: 24 MHz.
static const struct rcc_fpec rcc = {
    .prepare = RCC_FPEC_PREPARE,
    .pll_mask = 0x7fu << 15, // PLLMUL, PLLXTPRE, PLLSRC
    .pll = 4u << 18,
    .masters = 3, // DMA1, DMA2
    .keeps_prescaler = true,
};

// ---- doctor -------------------------------------------------------------------------------------

#define RCC_AHBENR  0x40021014u
#define RCC_AHBRSTR 0x40021028u
#define GPIOA       0x48000000u

static const struct gpio_port port_a = {
    .base = GPIOA,
    .clock_addr = RCC_AHBENR,
    .clock_mask = 1u << 17, // IOPAEN
    .reset_name = "RCC_AHBRSTR",
    .reset_addr = RCC_AHBRSTR,
};

static const struct family_pins pins = GPIO_PINS(&port_a, GPIOA, RCC_AHBRSTR);

// Its registers, in their order.
enum { READ_CSR, READ_CR, READ_CFGR, READ_OBR };

static const char *slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    return clock_hpre_text(value[READ_CFGR], 4, text, size);
}

static const struct family_doctor doctor = {
    .reg = {[READ_CSR] = {"RCC_CSR", 0x40021024},
            [READ_CR] = {"RCC_CR", 0x40021000},
            [READ_CFGR] = {"RCC_CFGR", 0x40021004},
            [READ_OBR] = {"FLASH_OBR", FLASH_OBR}},
    .hse_register = READ_CR,
    .hse_on = 1u << 16,
    // RM0316, RCC_CSR.
    .reset_register = READ_CSR,
    .reset_flag = {{1u << 29, "the independent watchdog", true},
                   {1u << 30, "the window watchdog", true},
                   {1u << 28, "the program itself", false},
                   {1u << 25, "the loading of option bytes", false},
                   {1u << 27, "the supply or the NRST pin", false}},
    .reset_otherwise = "the NRST pin",
    .slow_clock = slow_clock,
    .standby_addr = 0x40007000, // PWR_CR: PDDS
    .standby_mask = 1u << 1,
    .library_hse_hz = 8000000,
    .hsi_percent = 4,
    .pins = &pins,
};

const struct family stm32f3_family = {
    .name = "STM32F3",
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
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
    .vdd_min_mv = 2000, // DS9118, general operating conditions
    .vdd_max_mv = 3600,
    .doctor = &doctor,
};
