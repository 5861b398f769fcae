// SPDX-License-Identifier: MIT
// STM32C0: RM0490 (memory map, flash, options, debug support), AN2606 for the boot loader ROM.
// Their flash is that of the STM32G0 with one bank. `tested_on_hardware` is set by whoever ran the
// tests on a real part.
#include "flash/drivers/dword.h"
#include "targets/families/clock_facts.h"
#include "targets/families/doctor_m0plus.h"
#include "targets/families/m0plus.h"
#include "targets/families/rcc_dword.h"

#define KIB 1024u

// ---- dies ---------------------------------------------------------------------------------------

#define COMMON                                                                                     \
    .family = &stm32c0_family, .flash_base = 0x08000000, .sram_base = 0x20000000,                  \
    .system_base = 0x1fff0000, .factory_base = 0x1fff7000, .factory_size = 2 * KIB,                \
    .otp_size = KIB, .empty_check = true, .features = M0PLUS_C0, .flash_size_addr = 0x1fff75a0,    \
    .option_base = 0x1fff7800, .option_size = 128, .uid_addr = 0x1fff7550

static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x443,
        .name = "STM32C011",
        .flash_max = 32 * KIB,
        .layout = M0PLUS_PAGES(32 * KIB),
        .sram_size = 6 * KIB,
        .system_size = 6 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x44c,
        .name = "STM32C051",
        .flash_max = 64 * KIB,
        .layout = M0PLUS_PAGES(64 * KIB),
        .sram_size = 12 * KIB,
        .system_size = 12 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x44d,
        .name = "STM32C091, C092",
        .flash_max = 256 * KIB,
        .layout = M0PLUS_PAGES(256 * KIB),
        .sram_size = 36 * KIB,
        .system_size = 16 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x453,
        .name = "STM32C031",
        .flash_max = 32 * KIB,
        .layout = M0PLUS_PAGES(32 * KIB),
        .sram_size = 12 * KIB,
        .system_size = 6 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x493,
        .name = "STM32C071",
        .flash_max = 128 * KIB,
        .layout = M0PLUS_PAGES(128 * KIB),
        .sram_size = 24 * KIB,
        .system_size = 28 * KIB,
    },
};

// ---- debug unit (RM0490, debug support) ------------------------------------------------------------

static const struct dbgmcu_layout dbgmcu = {
    .gate_addr = M0PLUS_RCC + 0x3c, // RCC_APBENR1: DBGEN
    .gate_mask = 1u << 27,
    .reg = M0PLUS_DBGMCU_REGS,
};

// ---- flash controller, clock --------------------------------------------------------------------

static uint32_t securable(const uint32_t secr[2], unsigned bank)
{
    (void)bank;
    return secr[0] & 0xff;
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
static const struct rcc_dword prepare = {
    .prepare = RCC_DWORD_PREPARE,
    .rcc = M0PLUS_RCC,
    .masters = 3,
    .wide_cfgr = true,
    .ahbenr = M0PLUS_RCC + 0x38,
    .apbenr1 = M0PLUS_RCC + 0x3c,
    .iopenr = M0PLUS_RCC + 0x34,
    .idle_apbenr1 = 1u << 27,      // DBGEN
    .cr_slow = 7u << 11 | 7u << 2, // HSIDIV, SYSDIV
    .sw_internal = 0,
};

// ---- what the doctor reads and measures ---------------------------------------------------------

static const struct self_adc adc = {
    .base = 0x40012400,
    .clock = {M0PLUS_RCC + 0x40, 1u << 20}, // ADCEN
    .regulated = true,
    .ccr = 1u << 22,     // VREFEN
    .channel = 1u << 10, // VREFINT
    .cal_addr = 0x1fff756a,
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
    .timer_hz = 12000000,
    .periods = 32,
};

static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *found)
{
    return clock_measure_hse(&tim14, M0PLUS_RCC, value[M0PLUS_READ_CR], t, found);
}

static const struct family_doctor doctor = {
    M0PLUS_DOCTOR("RCC_CSR2", M0PLUS_RCC + 0x60),
    .slow_clock = m0plus_slow_clock,
    .library_hse_hz = 48000000,
    .hsi_percent = 3,
    .vdda = measure_vdda,
    .hse = measure_hse,
    .pins = &m0plus_pins,
};

const struct family stm32c0_family = {
    .name = "STM32C0",
    .idcode_addr = M0PLUS_DBGMCU,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &dbgmcu,
    .flash_regs = M0PLUS_FLASH_REGS,
    .driver = &dword_driver,
    .flash_params = &flash_params,
    .prepare = &prepare.prepare,
    .options = m0plus_options,
    .option_count = M0PLUS_OPTIONS,
    .rdp = &m0plus_rdp,
    .execute_only = &m0plus_execute_only,
    .vdda_is_vdd = true, // DS13866: VDD/VDDA
    .vdd_min_mv = 2000,  // DS13866, general operating conditions
    .vdd_max_mv = 3600,
    .tried = FAMILY_TRIED_ON_BOARD,
    .doctor = &doctor,
};
