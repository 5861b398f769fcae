// SPDX-License-Identifier: MIT
// STM32U0: RM0503 (memory map, flash, options, debug support), AN2606 for the boot loader ROM.
// Their flash is that of the STM32G0 with one bank and without areas for execution only.
// `tested_on_hardware` is set by whoever ran the tests on a real part.
#include <stdio.h>

#include "flash/drivers/dword.h"
#include "swd/mem_ap.h"
#include "targets/families/doctor_m0plus.h"
#include "targets/families/family.h"
#include "targets/families/rcc_m0plus.h"

#define KIB 1024u

#define FLASH_REGS 0x40022000u

// ---- dies ---------------------------------------------------------------------------------------

// As on the STM32G0: 85 µs for a double word, 1.7 ms for a row of 32 in the fast way, 22 ms for a
// page, 22.1 ms for all.
#define PAGES(bytes)                                                                               \
    {                                                                                              \
        .erased = 0xff, .unit = 8, .once = true, .row = 256, .unit_us = 85, .row_us = 1700,        \
        .mass_erase_us = 22100, .run = {                                                           \
            {.base = 0x08000000,                                                                   \
             .size = 2 * KIB,                                                                      \
             .count = (bytes) / (2 * KIB),                                                         \
             .erase_min_us = 20000,                                                                \
             .erase_us = 22000}                                                                    \
        }                                                                                          \
    }

#define COMMON                                                                                     \
    .family = &stm32u0_family, .flash_base = 0x08000000, .sram_base = 0x20000000,                  \
    .system_base = 0x1fff0000, .empty_check = true

static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x459,
        .name = "STM32U031",
        .flash_size_addr = 0x1fff3ea0,
        .flash_max = 64 * KIB,
        .layout = PAGES(64 * KIB),
        .sram_size = 12 * KIB,
        .system_size = 13 * KIB,
        .factory_base = 0x1fff3d00,
        .factory_size = 768,
        .uid_addr = 0x1fff3e50,
    },
    {
        COMMON,
        .dev_id = 0x489,
        .name = "STM32U073, U083",
        .flash_size_addr = 0x1fff6ea0,
        .flash_max = 256 * KIB,
        .layout = PAGES(256 * KIB),
        .sram_size = 40 * KIB,
        .system_size = 26 * KIB,
        .factory_base = 0x1fff6800,
        .factory_size = 2 * KIB,
        .uid_addr = 0x1fff6e50,
    },
};

// ---- debug unit (RM0503, debug support) ------------------------------------------------------------

#define DBGMCU            0x40015800u
#define DBGMCU_CR_STOP    (1u << 1)
#define DBGMCU_CR_STANDBY (1u << 2)
#define DBGMCU_APB1_WWDG  (1u << 11)
#define DBGMCU_APB1_IWDG  (1u << 12)

static const struct dbgmcu_layout dbgmcu = {
    .gate_addr = M0PLUS_RCC + 0x50, // RCC_DBGCFGR: DBGEN
    .gate_mask = 1u << 0,
    .reg = {{.addr = DBGMCU + 4, .low_power = DBGMCU_CR_STOP | DBGMCU_CR_STANDBY},
            {.addr = DBGMCU + 8, .freeze = DBGMCU_APB1_WWDG | DBGMCU_APB1_IWDG}},
};

// ---- options ------------------------------------------------------------------------------------

// BOOT_LOCK: see the chapter on the protection of the flash.
static const struct option_field options[] = {
    {.name = "RDP", .word = DWORD_OPTR, .bits = 8, .what = "read protection level", .is_rdp = true},
    {.name = "BORR_LEV",
     .alias = "BOR_LEV",
     .word = DWORD_OPTR,
     .shift = 8,
     .bits = 3,
     .what = "level of VDD below which the chip is in reset"},
    {.name = "nRST_STOP",
     .word = DWORD_OPTR,
     .shift = 13,
     .bits = 1,
     .what = "0: reset instead of Stop mode"},
    {.name = "nRST_STDBY",
     .word = DWORD_OPTR,
     .shift = 14,
     .bits = 1,
     .what = "0: reset instead of Standby mode"},
    {.name = "nRST_SHDW",
     .word = DWORD_OPTR,
     .shift = 15,
     .bits = 1,
     .what = "0: reset instead of Shutdown mode"},
    {.name = "IWDG_SW",
     .alias = "WDG_SW",
     .word = DWORD_OPTR,
     .shift = 16,
     .bits = 1,
     .what = "1: the independent watchdog is started by software"},
    {.name = "IWDG_STOP",
     .word = DWORD_OPTR,
     .shift = 17,
     .bits = 1,
     .what = "0: the independent watchdog stands still in Stop mode"},
    {.name = "IWDG_STDBY",
     .word = DWORD_OPTR,
     .shift = 18,
     .bits = 1,
     .what = "0: the same in Standby mode"},
    {.name = "WWDG_SW",
     .word = DWORD_OPTR,
     .shift = 19,
     .bits = 1,
     .what = "1: the window watchdog is started by software"},
    {.name = "BDRST",
     .word = DWORD_OPTR,
     .shift = 21,
     .bits = 1,
     .what = "1: the backup domain is reset at each power-on"},
    {.name = "RAM_PARITY_CHECK",
     .word = DWORD_OPTR,
     .shift = 22,
     .bits = 1,
     .what = "0: SRAM parity is checked"},
    {.name = "BKPSRAM_HW_ERASE_DISABLE",
     .word = DWORD_OPTR,
     .shift = 23,
     .bits = 1,
     .what = "1: a tamper event leaves the backup SRAM alone"},
    {.name = "nBOOT_SEL",
     .word = DWORD_OPTR,
     .shift = 24,
     .bits = 1,
     .what = "1: BOOT0 is nBOOT0, 0: it is the pin of SWCLK"},
    {.name = "nBOOT1",
     .word = DWORD_OPTR,
     .shift = 25,
     .bits = 1,
     .what = "with BOOT0 high, 1: system memory, 0: SRAM"},
    {.name = "nBOOT0",
     .word = DWORD_OPTR,
     .shift = 26,
     .bits = 1,
     .what = "BOOT0, inverted, when nBOOT_SEL is 1"},
    {.name = "NRST_MODE",
     .word = DWORD_OPTR,
     .shift = 27,
     .bits = 2,
     .what = "NRST is 1: an input, 2: a plain pin, 3: both ways"},
    {.name = "IRHEN",
     .word = DWORD_OPTR,
     .shift = 29,
     .bits = 1,
     .what = "1: an internal reset holds NRST low until it is seen there"},
    {.name = "WRP1A_STRT",
     .word = DWORD_WRP1A,
     .bits = 7,
     .what = "first page of a write-protected area"},
    {.name = "WRP1A_END",
     .word = DWORD_WRP1A,
     .shift = 16,
     .bits = 7,
     .what = "its last page; before the first: no area"},
    {.name = "WRP1B_STRT", .word = DWORD_WRP1B, .bits = 7, .what = "first page of a second one"},
    {.name = "WRP1B_END", .word = DWORD_WRP1B, .shift = 16, .bits = 7, .what = "its last page"},
    {.name = "HDP1_PEND",
     .word = DWORD_SECR,
     .bits = 7,
     .what = "last page that a program can lock until a reset"},
    {.name = "BOOT_LOCK",
     .word = DWORD_SECR,
     .shift = 16,
     .bits = 1,
     .what = "1: boots main flash whatever pins and options say",
     .with_rdp = "ends debugging of this chip for good, unless its program allows it again"},
    {.name = "HDP1EN",
     .word = DWORD_SECR,
     .shift = 24,
     .bits = 8,
     .what = "0xb4: no page can be locked so"},
};

// FLASH_OPTR bits 7:0: level 1 is any value but those of levels 0 and 2.
static const struct rdp_scheme rdp = {
    .status_addr = FLASH_REGS + 0x20,
    .status = {.shift = 0, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_word = DWORD_OPTR,
    .option = {.shift = 0, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_level1 = 0xbb,
};

// ---- flash controller, clock --------------------------------------------------------------------

#define HDP_OFF 0xb4u // of HDP1EN

static uint32_t securable(uint32_t secr, unsigned bank)
{
    (void)bank;
    return secr >> 24 == HDP_OFF ? 0 : ((secr & 0x7f) + 1) * 2 * KIB;
}

static const struct dword_params flash_params = {
    .option_reg =
        {[DWORD_OPTR] = 0x20, [DWORD_WRP1A] = 0x2c, [DWORD_WRP1B] = 0x30, [DWORD_SECR] = 0x80},
    .eccr = {0x18},
    .busy = 1u << 16,
    .parity_off = 1u << 22,
    .latency = 2, // 48 to 56 MHz in range 1
    .securable = securable,
    .sec_prot = {1u << 28},
};

// HSI16 times 7, by 2: 56 MHz.
static const struct rcc_m0plus prepare = {
    .prepare = RCC_M0PLUS_PREPARE,
    .ahbenr = M0PLUS_RCC + 0x48,
    .apbenr1 = M0PLUS_RCC + 0x58,
    .iopenr = M0PLUS_RCC + 0x4c,
    .pllcfgr = 1u << 29 | 1u << 28 | 7u << 8 | 2u << 0,
    .sw_internal = 1,
    .sw_pll = 3,
    .has_ranges = true,
};

// ---- what the doctor reads and measures ---------------------------------------------------------

#define RCC_APBENR2 (M0PLUS_RCC + 0x60)
#define DEV_ID_U031 0x459u
#define ADC(cal)                                                                                   \
    {                                                                                              \
        .base = 0x40012400, .regulated = true, .ccr = 1u << 22 /* VREFEN */,                       \
        .channel = 1u << 12 /* VREFINT */, .cal_addr = (cal), .cal_mv = 3000,                      \
    }

// The factory's values of the two dies are at different places.
static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    static const struct self_adc u031 = ADC(0x1fff3ea4), u0x3 = ADC(0x1fff6ea4);
    uint32_t idcode;
    enum err e = mem_ap_read32(mem, DBGMCU, &idcode);
    if (e)
        return e;
    return m0plus_measure_vdda((idcode & 0xfff) == DEV_ID_U031 ? &u031 : &u0x3, RCC_APBENR2, mem,
                               found);
}

// No timer gets HSE without a pin.
static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *found)
{
    return m0plus_measure_hse(NULL, 0, t, value, found);
}

// MSI, from which the core runs after a reset, at most 800 kHz: MSIRANGE below 4 (RM0503, RCC_CR).
static const char *slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    static const uint16_t khz[4] = {100, 200, 400, 800};
    const unsigned range = value[M0PLUS_READ_CR] >> 4 & 15;
    m0plus_slow_clock(value, 8, 4, text, size); // HSI is not divided; LSI and LSE
    if (!text[0] && !(value[M0PLUS_READ_CFGR] & 7u << 3) && range < 4)
        snprintf(text, size, "RCC_CR sets MSI, from which the core runs, to %u kHz", khz[range]);
    return text;
}

static const struct family_doctor doctor = {
    .reg = {[M0PLUS_READ_CSR] = {"RCC_CSR", M0PLUS_RCC + 0x94},
            [M0PLUS_READ_CR] = {"RCC_CR", M0PLUS_RCC},
            [M0PLUS_READ_CFGR] = {"RCC_CFGR", M0PLUS_RCC + 0x08},
            [M0PLUS_READ_OPTR] = {"FLASH_OPTR", FLASH_REGS + 0x20},
            [M0PLUS_READ_ACR] = {"FLASH_ACR", FLASH_REGS}},
    .reset_register = M0PLUS_READ_CSR,
    .reset_flag = M0PLUS_RESET_FLAGS,
    .reset_otherwise = "the NRST pin",
    .hse_register = M0PLUS_READ_CR,
    .hse_on = 1u << 16,
    .slow_clock = slow_clock,
    .boots_loader = m0plus_boots_loader,
    .standby_addr = 0x40007000, // PWR_CR1: LPMS; 0 to 2 are Stop, 3 Standby, 4 and more Shutdown
    .standby_mask = 5u << 0,
    .library_hse_hz = 4000000,
    .hsi_percent = 2,
    .vdda = measure_vdda,
    .hse = measure_hse,
    .pins = &m0plus_pins_u0,
};

const struct family stm32u0_family = {
    .name = "STM32U0",
    .idcode_addr = DBGMCU,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &dbgmcu,
    .flash_regs = FLASH_REGS,
    .driver = &dword_driver,
    .flash_params = &flash_params,
    .prepare = &prepare.prepare,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .rdp = &rdp,
    .vdd_min_mv = 1710, // DS14548, general operating conditions
    .vdd_max_mv = 3600,
    .tried = FAMILY_TRIED_ON_BOARD,
    .doctor = &doctor,
};
