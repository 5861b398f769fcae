// SPDX-License-Identifier: MIT
// STM32WB: RM0434 (WB55, WB35), RM0471 (WB50, WB30), RM0473 (WB15) and RM0478 (WB10) (2 of each for
// the memory map, 3 for the flash and its options, the debug support for DBGMCU), AN5289 for what
// the two cores share, DS11929 for times and limits. The second core, a Cortex-M0+, has the end of
// the flash for its firmware of ST's, and cannot be debugged. `tested_on_hardware` is set by
// whoever ran the tests on a real part.
#include "swd/mem_ap.h"
#include "targets/families/doctor_m4dword.h"
#include "targets/families/m4dword.h"
#include "targets/families/rcc_dword.h"
#include "targets/target.h"

#define FLASH_REGS 0x58004000u
#define FLASH_OPTR (FLASH_REGS + 0x20)
#define FLASH_SFR  (FLASH_REGS + 0x80)
#define RCC        M4DWORD_RCC_W
#define PWR        0x58000400u

// ---- dies ---------------------------------------------------------------------------------------

#define SRAM2 0x20030000u
#define COMMON                                                                                     \
    .family = &stm32wb_family, M4DWORD_MEMORIES, .option_base = 0x1fff8000, .option_size = 128,    \
    .empty_check = true

// Without rows: ST's library erases pages only, so that no erase of everything is asked for.
#define PAGES(page, bytes) M4DWORD_PAGES((page), (bytes), 0, 0)

static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x494,
        .name = "STM32WB10, WB15",
        .flash_max = 320 * KIB,
        .layout = PAGES(2 * KIB, 320 * KIB),
        .sram_size = 12 * KIB,
        .sram2_base = SRAM2,
        .sram2_size = 36 * KIB,
        .features = M4DWORD_WB | M4DWORD_SWBOOT0 | M4DWORD_WRP8,
    },
    {
        COMMON,
        .dev_id = 0x495,
        .name = "STM32WB30, WB35, WB50, WB55",
        .flash_max = 1024 * KIB,
        .layout = PAGES(4 * KIB, 1024 * KIB),
        .sram_size = 256 * KIB, // SRAM2 follows SRAM1
        .features = M4DWORD_WB | M4DWORD_SWBOOT0 | M4DWORD_WRP8,
    },
    {
        COMMON,
        .dev_id = 0x496,
        .name = "STM32WB30, WB35",
        .flash_max = 512 * KIB,
        .layout = PAGES(4 * KIB, 512 * KIB),
        .sram_size = 32 * KIB,
        .sram2_base = SRAM2,
        .sram2_size = 64 * KIB,
        .features = M4DWORD_WB | M4DWORD_SWBOOT0 | M4DWORD_WRP8,
    },
};

// ---- debug unit ---------------------------------------------------------------------------------

static const struct dbgmcu_layout dbgmcu = {.reg = M4DWORD_DBGMCU_REGS(0x3c)};

// ---- flash controller, clock --------------------------------------------------------------------

#define SFR_SFSA 0xffu
#define SFR_FSD  (1u << 8)

static void geometry(const struct chip *chip, uint32_t size,
                     const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g)
{
    g->by_pages = true;
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
    .pcrop_half_pages = true, // 2 KiB, and 1 KiB on a WB1x
    .latency = 3,             // 54 to 64 MHz in range 1 (RM0434, 3.3.4)
};

// HSI16 times 8, by 2: 64 MHz (RM0434, 8).
static const struct rcc_dword prepare = {
    .prepare = RCC_DWORD_PREPARE,
    M4DWORD_CLOCKS(RCC),
    .masters = 3,             // DMA1, DMA2
    .idle_cfgr = 0x00070000,  // HPREF, PPRE1F, PPRE2F
    .idle_apbenr1 = 1u << 10, // RTCAPBEN
    .pllcfgr = 1u << 29 | 1u << 28 | 8u << 8 | 2u << 0,
    .sw_internal = 1,
    .sw_pll = 3,
    .pll_stays = true,
    .pwr = PWR,
    .second_core = {PWR + 0x0c, 1u << 15}, // PWR_CR4: C2BOOT
    .divided = {RCC + 0x108, 15u << 0},    // RCC_EXTCFGR: SHDHPRE
    .semaphore = 0x58001400 + 4 * 2,       // HSEM_R2: the flash (AN5289)
};

// ---- what the doctor reads and measures ---------------------------------------------------------

#define DEV_WB1X 0x494u

// The one of a WB1x is of another kind.
static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    static const struct self_adc wb5x = {
        .base = 0x50040000,
        .clock = {RCC + 0x4c, 1u << 13}, // RCC_AHB2ENR: ADCEN
        .regulated = true,
        .ccr = 1u << 22 | 1u << 16, // VREFEN; HCLK
        .sequenced = true,
        .channel = 0, // VREFINT
        .cal_addr = 0x1fff75aa,
        .cal_mv = 3600,
    };
    uint32_t idcode;
    enum err e = mem_ap_read32(mem, M4DWORD_DBGMCU, &idcode);
    if (e || (idcode & 0xfff) == DEV_WB1X)
        return e;
    return self_measure_vdda(&wb5x, mem, found);
}

// TIM17, which a WB1x does not have, gets HSE / 32 (RM0434, TIM17_OR1).
static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *found)
{
    static const struct self_timer tim17 = {.base = 0x40014800,
                                            .clock = {RCC + 0x60, 1u << 18}, // RCC_APB2ENR
                                            .select = SELF_TIMER_OR,
                                            .input = 2,
                                            .timer_hz = 4000000,
                                            .periods = 32};
    const bool has_timer = target_identity(t)->chip->dev_id != DEV_WB1X;
    return clock_measure_hse(has_timer ? &tim17 : NULL, RCC, value[M4DWORD_READ_CR], t, found);
}

static const struct family_doctor doctor = {
    M4DWORD_DOCTOR(RCC, FLASH_REGS, "FLASH_ACR", 0),
    .reset_flag = DWORD_RESET_FLAGS(0, NULL),
    .slow_clock = m4dword_slow_clock,
    .boots_loader = m4dword_boots_loader_w,
    .standby_addr = PWR, // PWR_CR1: LPMS
    .library_hse_hz = 32000000,
    .hsi_percent = 1,
    .vdda = measure_vdda,
    .hse = measure_hse,
    .pins = &m4dword_pins_w,
};

static const struct rdp_scheme rdp = DWORD_RDP(FLASH_OPTR);

const struct family stm32wb_family = {
    .name = "STM32WB",
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
    .vdd_min_mv = 1710, // DS11929, general operating conditions
    .vdd_max_mv = 3600,
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
    .doctor = &doctor,
};
