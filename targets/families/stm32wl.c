// SPDX-License-Identifier: MIT
// STM32WL: RM0453 (WL54, WL55, with a second core) and RM0461 (WLE4, WLE5) (2 of each for the
// memory map, 3 or 4 for the flash and its options, the debug support for DBGMCU), DS13105 and
// DS13293 for times and limits. The first core, a Cortex-M4, is the one that is programmed and
// debugged. `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "targets/families/doctor_m4dword.h"
#include "targets/families/m4dword.h"
#include "targets/families/rcc_dword.h"

#define FLASH_REGS 0x58004000u
#define FLASH_OPTR (FLASH_REGS + 0x20)
#define FLASH_SFR  (FLASH_REGS + 0x80)
#define RCC        M4DWORD_RCC_W
#define PWR        0x58000400u

// ---- dies ---------------------------------------------------------------------------------------

static const struct chip chips[] = {
    {
        .family = &stm32wl_family,
        M4DWORD_MEMORIES,
        .dev_id = 0x497,
        .name = "STM32WL54, WL55, WLE4, WLE5",
        .flash_max = 256 * KIB,
        .layout = M4DWORD_PAGES(2 * KIB, 256 * KIB, M4DWORD_ROW, M4DWORD_ROW_US),
        .sram_size = 64 * KIB, // SRAM2 follows SRAM1
        .option_base = 0x1fff7800,
        .option_size = 128,
        .empty_check = true,
        .features = M4DWORD_WL | M4DWORD_SWBOOT0 | M4DWORD_WRP7,
    },
};

// ---- debug unit ---------------------------------------------------------------------------------

static const struct dbgmcu_layout dbgmcu = {.reg = M4DWORD_DBGMCU_REGS(0x3c)};

// ---- flash controller, clock --------------------------------------------------------------------

#define SFR_SFSA 0x7fu
#define SFR_FSD  (1u << 7)

// A WLE has neither ESE nor SFR, which read as 0.
static void geometry(const struct chip *chip, uint32_t size,
                     const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g)
{
    m4dword_leave_second_core(chip, size, reg[0], reg[1], SFR_SFSA, SFR_FSD, g);
}

static const struct dword_params flash_params = {
    .option_reg = {[DWORD_OPTR] = 0x20,
                   [DWORD_PCROP1AS] = 0x24,
                   [DWORD_PCROP1AE] = 0x28,
                   [DWORD_WRP1A] = 0x2c,
                   [DWORD_WRP1B] = 0x30,
                   [DWORD_PCROP1BS] = 0x34,
                   [DWORD_PCROP1BE] = 0x38,
                   [DWORD_IPCCBR] = 0x3c,
                   [DWORD_SFR] = 0x80,
                   [DWORD_SRRVR] = 0x84},
    .eccr = {0x18},
    .eccd = 1u << 31,
    .busy = 1u << 16,
    .suspended = 1u << 19,
    .pcrop_unit = 1 * KIB,
    .latency = 2, // 36 to 48 MHz in range 1 (RM0453, 4.3.3)
};

// HSI16 times 6, by 2: 48 MHz (RM0453, 7).
static const struct rcc_dword prepare = {
    .prepare = RCC_DWORD_PREPARE,
    M4DWORD_CLOCKS(RCC),
    .masters = 3,             // DMA1, DMA2
    .idle_cfgr = 0x00070000,  // HPREF, PPRE1F, PPRE2F
    .idle_apbenr1 = 1u << 10, // RTCAPBEN
    .pllcfgr = 1u << 29 | 1u << 28 | 6u << 8 | 2u << 0,
    .sw_internal = 1,
    .sw_pll = 3,
    .pll_stays = true,
    .pwr = PWR,
    .second_core = {PWR + 0x0c, 1u << 15}, // PWR_CR4: C2BOOT
    .divided = {RCC + 0x108, 15u << 0},    // RCC_EXTCFGR: SHDHPRE
};

// ---- what the doctor reads and measures ---------------------------------------------------------

static const struct self_adc adc = {
    .base = 0x40012400,
    .clock = {RCC + 0x60, 1u << 9}, // RCC_APB2ENR: ADCEN
    .regulated = true,
    .ccr = 1u << 22,     // VREFEN
    .cfgr2 = 1u << 30,   // CKMODE: half of PCLK
    .channel = 1u << 13, // VREFINT
    .cal_addr = 0x1fff75aa,
    .cal_mv = 3300,
};

static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    return self_measure_vdda(&adc, mem, found);
}

// The crystal may be an oscillator with a supply of its own (HSEBYPPWR), so that the doctor does
// not start it.
static const struct family_doctor doctor = {
    M4DWORD_DOCTOR(RCC, FLASH_REGS, "FLASH_ACR", 0),
    .reset_flag = DWORD_RESET_FLAGS(1u << 24, "an illegal command to the radio"),
    .slow_clock = m4dword_slow_clock,
    .boots_loader = m4dword_boots_loader_w,
    .standby_addr = PWR, // PWR_CR1: LPMS
    .library_hse_hz = 32000000,
    .hsi_percent = 1,
    .vdda = measure_vdda,
    .pins = &m4dword_pins_w,
};

static const struct rdp_scheme rdp = DWORD_RDP(FLASH_OPTR);

const struct family stm32wl_family = {
    .name = "STM32WL",
    .idcode_addr = M4DWORD_DBGMCU,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &dbgmcu,
    .flash_regs = FLASH_REGS,
    .driver = &dword_driver,
    .flash_params = &flash_params,
    .geometry_reg = {FLASH_OPTR, FLASH_SFR},
    .geometry = geometry,
    .prepare = &prepare.prepare,
    .options = m4dword_options,
    .option_count = M4DWORD_OPTIONS,
    .rdp = &rdp,
    .execute_only = &m4dword_execute_only_ab,
    .vdd_min_mv = 1800, // DS13105, general operating conditions
    .vdd_max_mv = 3600,
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
    .doctor = &doctor,
};
