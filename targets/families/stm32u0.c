// SPDX-License-Identifier: MIT
// STM32U0: RM0503 (memory map, flash, options, debug support), AN2606 for the boot loader ROM.
// Their flash is that of the STM32G0 with one bank and without areas for execution only.
// `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "flash/drivers/dword.h"
#include "swd/mem_ap.h"
#include "targets/families/clock_facts.h"
#include "targets/families/doctor_m0plus.h"
#include "targets/families/m0plus.h"
#include "targets/families/rcc_dword.h"

#define KIB 1024u

// ---- dies ---------------------------------------------------------------------------------------

#define COMMON                                                                                     \
    .family = &stm32u0_family, .flash_base = 0x08000000, .sram_base = 0x20000000,                  \
    .system_base = 0x1fff0000, .empty_check = true, .features = M0PLUS_U0

static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x459,
        .name = "STM32U031",
        .flash_size_addr = 0x1fff3ea0,
        .flash_max = 64 * KIB,
        .layout = M0PLUS_PAGES(64 * KIB),
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
        .layout = M0PLUS_PAGES(256 * KIB),
        .sram_size = 40 * KIB,
        .system_size = 26 * KIB,
        .factory_base = 0x1fff6800,
        .factory_size = 2 * KIB,
        .uid_addr = 0x1fff6e50,
    },
};

// ---- debug unit (RM0503, debug support) ------------------------------------------------------------

static const struct dbgmcu_layout dbgmcu = {
    .gate_addr = M0PLUS_RCC + 0x50, // RCC_DBGCFGR: DBGEN
    .gate_mask = 1u << 0,
    .reg = M0PLUS_DBGMCU_REGS,
};

// ---- flash controller, clock --------------------------------------------------------------------

#define HDP_OFF 0xb4u // of HDP1EN

static uint32_t securable(const uint32_t secr[2], unsigned bank)
{
    (void)bank;
    return secr[0] >> 24 == HDP_OFF ? 0 : (secr[0] & 0x7f) + 1;
}

static const struct dword_params flash_params = {
    .option_reg =
        {[DWORD_OPTR] = 0x20, [DWORD_WRP1A] = 0x2c, [DWORD_WRP1B] = 0x30, [DWORD_SECR] = 0x80},
    .eccr = {0x18},
    .eccd = 1u << 31,
    .busy = 1u << 16,
    .parity_off = 1u << 22,
    .latency = 2, // 48 to 56 MHz in range 1
    .securable = securable,
    .sec_prot = {1u << 28},
};

// HSI16 times 7, by 2: 56 MHz.
static const struct rcc_dword prepare = {
    .prepare = RCC_DWORD_PREPARE,
    .rcc = M0PLUS_RCC,
    .masters = 3, // DMA1, DMA2
    .wide_cfgr = true,
    .ahbenr = M0PLUS_RCC + 0x48,
    .apbenr1 = M0PLUS_RCC + 0x58,
    .iopenr = M0PLUS_RCC + 0x4c,
    .pllcfgr = 1u << 29 | 1u << 28 | 7u << 8 | 2u << 0,
    .sw_internal = 1,
    .sw_pll = 3,
    .pwr = 0x40007000,
    .pwren = 1u << 28,
};

// ---- what the doctor reads and measures ---------------------------------------------------------

#define RCC_APBENR2 (M0PLUS_RCC + 0x60)
#define DEV_ID_U031 0x459u
#define ADC(cal)                                                                                   \
    {                                                                                              \
        .base = 0x40012400, .clock = {RCC_APBENR2, 1u << 20} /* ADCEN */, .regulated = true,       \
        .ccr = 1u << 22 /* VREFEN */, .channel = 1u << 12 /* VREFINT */, .cal_addr = (cal),        \
        .cal_mv = 3000,                                                                            \
    }

// The factory's values of the two dies are at different places.
static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    static const struct self_adc u031 = ADC(0x1fff3ea4), u0x3 = ADC(0x1fff6ea4);
    uint32_t idcode;
    enum err e = mem_ap_read32(mem, M0PLUS_DBGMCU, &idcode);
    if (e)
        return e;
    return self_measure_vdda((idcode & 0xfff) == DEV_ID_U031 ? &u031 : &u0x3, mem, found);
}

// No timer gets HSE without a pin.
static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *found)
{
    return clock_measure_hse(NULL, M0PLUS_RCC, value[M0PLUS_READ_CR], t, found);
}

// The core runs from MSI after a reset.
static const char *slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    m0plus_slow_clock_by(value, 8, 4, text, size); // HSI is not divided; LSI and LSE
    if (!text[0] && !(value[M0PLUS_READ_CFGR] & 7u << 3))
        clock_msi_text(value[M0PLUS_READ_CR] >> 4 & 15, text, size);
    return text;
}

static const struct family_doctor doctor = {
    M0PLUS_DOCTOR("RCC_CSR", M0PLUS_RCC + 0x94),
    .slow_clock = slow_clock,
    .library_hse_hz = 4000000,
    .hsi_percent = 2,
    .vdda = measure_vdda,
    .hse = measure_hse,
    .pins = &m0plus_pins_u0,
};

const struct family stm32u0_family = {
    .name = "STM32U0",
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
    .vdd_min_mv = 1710, // DS14548, general operating conditions
    .vdd_max_mv = 3600,
    .tried = FAMILY_TRIED_ON_BOARD,
    .doctor = &doctor,
};
