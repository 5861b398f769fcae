// SPDX-License-Identifier: MIT
// STM32C0: RM0490 (memory map, flash, options, debug support), AN2606 for the boot loader ROM.
// Their flash is that of the STM32G0 with one bank. `tested_on_hardware` is set by whoever ran the
// tests on a real part.
#include "flash/drivers/dword.h"
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
    .family = &stm32c0_family, .flash_base = 0x08000000, .sram_base = 0x20000000,                  \
    .system_base = 0x1fff0000, .factory_base = 0x1fff7000, .factory_size = 2 * KIB,                \
    .empty_check = true

static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x443,
        .name = "STM32C011",
        .flash_size_addr = 0x1fff75a0,
        .flash_max = 32 * KIB,
        .layout = PAGES(32 * KIB),
        .sram_size = 6 * KIB,
        .system_size = 6 * KIB,
        .option_base = 0x1fff7800,
        .option_size = 128,
        .uid_addr = 0x1fff7550,
    },
    {
        COMMON,
        .dev_id = 0x44c,
        .name = "STM32C051",
        .flash_size_addr = 0x1fff75a0,
        .flash_max = 64 * KIB,
        .layout = PAGES(64 * KIB),
        .sram_size = 12 * KIB,
        .system_size = 12 * KIB,
        .option_base = 0x1fff7800,
        .option_size = 128,
        .uid_addr = 0x1fff7550,
    },
    {
        COMMON,
        .dev_id = 0x44d,
        .name = "STM32C091, C092",
        .flash_size_addr = 0x1fff75a0,
        .flash_max = 256 * KIB,
        .layout = PAGES(256 * KIB),
        .sram_size = 36 * KIB,
        .system_size = 16 * KIB,
        .option_base = 0x1fff7800,
        .option_size = 128,
        .uid_addr = 0x1fff7550,
    },
    {
        COMMON,
        .dev_id = 0x453,
        .name = "STM32C031",
        .flash_size_addr = 0x1fff75a0,
        .flash_max = 32 * KIB,
        .layout = PAGES(32 * KIB),
        .sram_size = 12 * KIB,
        .system_size = 6 * KIB,
        .option_base = 0x1fff7800,
        .option_size = 128,
        .uid_addr = 0x1fff7550,
    },
    {
        COMMON,
        .dev_id = 0x493,
        .name = "STM32C071",
        .flash_size_addr = 0x1fff75a0,
        .flash_max = 128 * KIB,
        .layout = PAGES(128 * KIB),
        .sram_size = 24 * KIB,
        .system_size = 28 * KIB,
        .option_base = 0x1fff7800,
        .option_size = 128,
        .uid_addr = 0x1fff7550,
    },
};

// ---- debug unit (RM0490, debug support) ------------------------------------------------------------

#define DBGMCU            0x40015800u
#define DBGMCU_CR_STOP    (1u << 1)
#define DBGMCU_CR_STANDBY (1u << 2)
#define DBGMCU_APB1_WWDG  (1u << 11)
#define DBGMCU_APB1_IWDG  (1u << 12)

static const struct dbgmcu_layout dbgmcu = {
    .gate_addr = M0PLUS_RCC + 0x3c, // RCC_APBENR1: DBGEN
    .gate_mask = 1u << 27,
    .reg = {{.addr = DBGMCU + 4, .low_power = DBGMCU_CR_STOP | DBGMCU_CR_STANDBY},
            {.addr = DBGMCU + 8, .freeze = DBGMCU_APB1_WWDG | DBGMCU_APB1_IWDG}},
};

// ---- options ------------------------------------------------------------------------------------

// BOOT_LOCK: see the chapter on the protection of the flash.
static const struct option_field options[] = {
    {.name = "RDP", .word = DWORD_OPTR, .bits = 8, .what = "read protection level", .is_rdp = true},
    {.name = "BOR_EN",
     .word = DWORD_OPTR,
     .shift = 8,
     .bits = 1,
     .what = "1: brown-out reset at the levels of BORR_LEV and BORF_LEV"},
    {.name = "BORF_LEV",
     .word = DWORD_OPTR,
     .shift = 9,
     .bits = 2,
     .what = "level at which VDD resets when it falls"},
    {.name = "BORR_LEV",
     .word = DWORD_OPTR,
     .shift = 11,
     .bits = 2,
     .what = "level at which the reset ends when VDD rises"},
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
    {.name = "HSE_NOT_REMAPPED",
     .word = DWORD_OPTR,
     .shift = 21,
     .bits = 1,
     .what = "1: the crystal is at its own pins, where there are others"},
    {.name = "RAM_PARITY_CHECK",
     .word = DWORD_OPTR,
     .shift = 22,
     .bits = 1,
     .what = "0: SRAM parity is checked"},
    {.name = "SECURE_MUXING_EN",
     .word = DWORD_OPTR,
     .shift = 23,
     .bits = 1,
     .what = "1: only one of the functions bonded to a pin can be used"},
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
    {.name = "PCROP1A_STRT",
     .word = DWORD_PCROP1AS,
     .bits = 9,
     .what = "first 512 bytes of an area that can only be executed"},
    {.name = "PCROP1A_END",
     .word = DWORD_PCROP1AE,
     .bits = 9,
     .what = "its last 512 bytes; before the first: no area"},
    {.name = "PCROP_RDP",
     .word = DWORD_PCROP1AE,
     .shift = 31,
     .bits = 1,
     .what = "1: leaving read protection erases such areas, too"},
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
    {.name = "PCROP1B_STRT",
     .word = DWORD_PCROP1BS,
     .bits = 9,
     .what = "a second area that can only be executed"},
    {.name = "PCROP1B_END", .word = DWORD_PCROP1BE, .bits = 9, .what = "its end"},
    {.name = "SEC_SIZE",
     .word = DWORD_SECR,
     .bits = 8,
     .what = "pages from the start that a program can lock until a reset"},
    {.name = "BOOT_LOCK",
     .word = DWORD_SECR,
     .shift = 16,
     .bits = 1,
     .what = "1: boots main flash whatever pins and options say",
     .with_rdp = "ends debugging of this chip for good, unless its program allows it again"},
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

static uint32_t securable(uint32_t secr, unsigned bank)
{
    (void)bank;
    return (secr & 0xff) * 2 * KIB;
}

static const struct dword_params flash_params = {
    .option_reg = {[DWORD_OPTR] = 0x20,
                   [DWORD_PCROP1AS] = 0x24,
                   [DWORD_PCROP1AE] = 0x28,
                   [DWORD_WRP1A] = 0x2c,
                   [DWORD_WRP1B] = 0x30,
                   [DWORD_PCROP1BS] = 0x34,
                   [DWORD_PCROP1BE] = 0x38,
                   [DWORD_SECR] = 0x80},
    .busy = 1u << 16,
    .parity_off = 1u << 22,
    .pcrop_unit = 512,
    .latency = 1, // 24 to 48 MHz
    .securable = securable,
    .sec_prot = {1u << 28},
};

// HSI48, which a reset divides by 4; there is no PLL.
static const struct rcc_m0plus prepare = {
    .prepare = RCC_M0PLUS_PREPARE,
    .ahbenr = M0PLUS_RCC + 0x38,
    .apbenr1 = M0PLUS_RCC + 0x3c,
    .iopenr = M0PLUS_RCC + 0x34,
    .dbgen = 1u << 27,
    .cr_slow = 7u << 11 | 7u << 2, // HSIDIV, SYSDIV
    .sw_internal = 0,
};

// ---- what the doctor reads and measures ---------------------------------------------------------

static const struct self_adc adc = {
    .base = 0x40012400,
    .regulated = true,
    .ccr = 1u << 22,     // VREFEN
    .channel = 1u << 10, // VREFINT
    .cal_addr = 0x1fff756a,
    .cal_mv = 3000,
};

static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    return m0plus_measure_vdda(&adc, M0PLUS_RCC + 0x40, mem, found);
}

static const struct self_timer tim14 = {
    .base = 0x40002000,
    .input = 2, // HSE / 32
    .tisel = true,
    .timer_hz = 12000000,
    .periods = 32,
};

static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *found)
{
    return m0plus_measure_hse(&tim14, M0PLUS_RCC + 0x40, t, value, found);
}

static const char *slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    return m0plus_slow_clock(value, 0, 3, text, size); // HSI; LSI and LSE
}

static const struct family_doctor doctor = {
    .reg = {[M0PLUS_READ_CSR] = {"RCC_CSR2", M0PLUS_RCC + 0x60},
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
    .standby_addr = 0x40007000, // PWR_CR1: LPMS
    .standby_mask = 6u << 0,
    .library_hse_hz = 48000000,
    .hsi_percent = 3,
    .vdda = measure_vdda,
    .hse = measure_hse,
    .pins = &m0plus_pins,
};

const struct family stm32c0_family = {
    .name = "STM32C0",
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
    .vdd_min_mv = 2000, // DS13866, general operating conditions
    .vdd_max_mv = 3600,
    .tried = FAMILY_TRIED_ON_BOARD,
    .doctor = &doctor,
};
