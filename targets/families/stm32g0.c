// SPDX-License-Identifier: MIT
// STM32G0: RM0444 (G0x1) and RM0454 (G0x0) (2 for the memory map, 3 for the flash and its options,
// the debug support for DBGMCU), DS12232 for times and limits, AN2606 for the boot loader ROM. The
// two lines have the same dies. `tested_on_hardware` is set by whoever ran the tests on a real
// part.
#include "flash/drivers/dword.h"
#include "targets/families/clock_facts.h"
#include "targets/families/doctor_m0plus.h"
#include "targets/families/m0plus.h"
#include "targets/families/rcc_dword.h"

#define KIB 1024u

#define RCC_AHBENR  (M0PLUS_RCC + 0x38)
#define RCC_APBENR1 (M0PLUS_RCC + 0x3c)

// ---- dies ---------------------------------------------------------------------------------------

// SRAM without the parity check, which takes an eighth or a ninth of it (RM0444, 2.3).
#define COMMON                                                                                     \
    .family = &stm32g0_family, .flash_base = 0x08000000, .flash_size_addr = 0x1fff75e0,            \
    .sram_base = 0x20000000, .system_base = 0x1fff0000, .option_base = 0x1fff7800,                 \
    .option_size = 128, .factory_base = 0x1fff7000, .factory_size = 2 * KIB, .otp_size = KIB,      \
    .empty_check = true, .uid_addr = 0x1fff7590

static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x456,
        .name = "STM32G050, G051, G061",
        .flash_max = 64 * KIB,
        .layout = M0PLUS_PAGES(64 * KIB),
        .sram_size = 18 * KIB,
        .system_size = 8 * KIB,
        .features = M0PLUS_G0,
    },
    {
        COMMON,
        .dev_id = 0x460,
        .name = "STM32G070, G071, G081",
        .flash_max = 128 * KIB,
        .layout = M0PLUS_PAGES(128 * KIB),
        .sram_size = 36 * KIB,
        .system_size = 28 * KIB,
        .features = M0PLUS_G0,
    },
    {
        COMMON,
        .dev_id = 0x466,
        .name = "STM32G030, G031, G041",
        .flash_max = 64 * KIB,
        .layout = M0PLUS_PAGES(64 * KIB),
        .sram_size = 8 * KIB,
        .system_size = 8 * KIB,
        .features = M0PLUS_G0,
    },
    {
        COMMON,
        .dev_id = 0x467,
        .name = "STM32G0B0, G0B1, G0C1",
        .flash_max = 512 * KIB,
        .layout = M0PLUS_PAGES(512 * KIB),
        .sram_size = 144 * KIB,
        .system_size = 28 * KIB,
        .features = M0PLUS_G0 | M0PLUS_TWO_BANKS,
    },
};

// ---- debug unit (RM0444, debug support) -----------------------------------------------------------------

#define RCC_APBENR1_DBGEN (1u << 27)

static const struct dbgmcu_layout dbgmcu = {
    .gate_addr = RCC_APBENR1,
    .gate_mask = RCC_APBENR1_DBGEN,
    .reg = M0PLUS_DBGMCU_REGS,
};

// ---- flash controller ---------------------------------------------------------------------------

#define OPTR_DUAL_BANK (1u << 21)

// Parts with 512 KiB always have two banks, those with 256 KiB by DUAL_BANK, smaller ones never
// (RM0444, 3.3; ST's stm32g0xx_hal_flash.h, FLASH_BANK_NB).
static void geometry(const struct chip *chip, uint32_t size,
                     const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g)
{
    if (size > 256 * KIB || (size > 128 * KIB && (reg[0] & OPTR_DUAL_BANK)))
        g->bank2 = chip->flash_base + size / 2;
}

static uint32_t securable(const uint32_t secr[2], unsigned bank)
{
    return secr[0] >> (bank ? 20 : 0) & 0xff;
}

static const struct dword_params flash_params = {
    .option_reg = {[DWORD_OPTR] = 0x20,
                   [DWORD_PCROP1AS] = 0x24,
                   [DWORD_PCROP1AE] = 0x28,
                   [DWORD_WRP1A] = 0x2c,
                   [DWORD_WRP1B] = 0x30,
                   [DWORD_PCROP1BS] = 0x34,
                   [DWORD_PCROP1BE] = 0x38,
                   [DWORD_PCROP2AS] = 0x44,
                   [DWORD_PCROP2AE] = 0x48,
                   [DWORD_WRP2A] = 0x4c,
                   [DWORD_WRP2B] = 0x50,
                   [DWORD_PCROP2BS] = 0x54,
                   [DWORD_PCROP2BE] = 0x58,
                   [DWORD_SECR] = 0x80},
    .eccr = {0x18, 0x1c},
    .eccd = 1u << 31,
    .busy = 3u << 16,
    .bker = 1u << 13,
    .mer2 = 1u << 15,
    .not_swapped = 1u << 20,
    .parity_off = 1u << 22,
    .pcrop_unit = 512,
    .latency = 2, // 48 to 64 MHz in range 1 (RM0444, 3.3)
    .securable = securable,
    .sec_prot = {1u << 28, 1u << 29},
};

// HSI16 times 8, by 2: 64 MHz (RM0444, 5).
static const struct rcc_dword prepare = {
    .prepare = RCC_DWORD_PREPARE,
    .rcc = M0PLUS_RCC,
    .masters = 3, // DMA1, DMA2
    .wide_cfgr = true,
    .ahbenr = RCC_AHBENR,
    .apbenr1 = RCC_APBENR1,
    .iopenr = M0PLUS_RCC + 0x34,
    .idle_apbenr1 = RCC_APBENR1_DBGEN,
    .cr_slow = 7u << 11, // HSIDIV
    .pllcfgr = 1u << 29 | 1u << 28 | 8u << 8 | 2u << 0,
    .sw_internal = 0,
    .sw_pll = 2,
    .pwr = 0x40007000,
    .pwren = 1u << 28,
};

// ---- what the doctor reads and measures ---------------------------------------------------------

static const struct self_adc adc = {
    .base = 0x40012400,
    .clock = {M0PLUS_RCC + 0x40, 1u << 20}, // ADCEN
    .regulated = true,
    .ccr = 1u << 22,     // VREFEN
    .channel = 1u << 13, // VREFINT
    .cal_addr = 0x1fff75aa,
    .cal_mv = 3000,
};

static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    return self_measure_vdda(&adc, mem, found);
}

static const struct self_timer tim14 = {
    .base = 0x40002000,
    .clock = {M0PLUS_RCC + 0x40, 1u << 15}, // TIM14EN
    .input = 2,                             // HSE / 32
    .select = SELF_TIMER_TISEL,
    .timer_hz = 16000000,
    .periods = 32,
};

static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *found)
{
    return clock_measure_hse(&tim14, M0PLUS_RCC, value[M0PLUS_READ_CR], t, found);
}

static const struct family_doctor doctor = {
    M0PLUS_DOCTOR("RCC_CSR", M0PLUS_RCC + 0x60),
    .slow_clock = m0plus_slow_clock,
    .library_hse_hz = 8000000,
    .hsi_percent = 2,
    .vdda = measure_vdda,
    .hse = measure_hse,
    .pins = &m0plus_pins,
};

const struct family stm32g0_family = {
    .name = "STM32G0",
    .idcode_addr = M0PLUS_DBGMCU,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &dbgmcu,
    .flash_regs = M0PLUS_FLASH_REGS,
    .driver = &dword_driver,
    .flash_params = &flash_params,
    .geometry_reg = {M0PLUS_FLASH_OPTR},
    .geometry = geometry,
    .prepare = &prepare.prepare,
    .options = m0plus_options,
    .option_count = M0PLUS_OPTIONS,
    .rdp = &m0plus_rdp,
    .execute_only = &m0plus_execute_only,
    .vdda_is_vdd = true, // DS12232: VDD/VDDA
    .vdd_min_mv = 1700,  // DS12232, general operating conditions
    .vdd_max_mv = 3600,
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
    .doctor = &doctor,
};
