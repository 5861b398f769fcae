// SPDX-License-Identifier: MIT
// STM32G4: RM0440 (2 for the memory map, 3 for the flash and its options, the debug support for
// DBGMCU), DS12288 and DS12589 for times and limits, AN2606 for the boot loader ROM.
// `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "targets/families/doctor_m4dword.h"
#include "targets/families/m4dword.h"
#include "targets/families/rcc_dword.h"

#define FLASH_REGS 0x40022000u
#define FLASH_OPTR (FLASH_REGS + 0x20)
#define RCC        M4DWORD_RCC

// ---- dies ---------------------------------------------------------------------------------------

// SRAM without the parity check, and with the CCM SRAM behind it, which the core has at 0x10000000
// as well (RM0440, 2.4).
#define COMMON                                                                                     \
    .family = &stm32g4_family, M4DWORD_MEMORIES, .option_base = 0x1fff7800, .option_size = 48

static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x468,
        .name = "STM32G431, G441",
        .flash_max = 128 * KIB,
        .layout = M4DWORD_PAGES(2 * KIB, 128 * KIB, M4DWORD_ROW, M4DWORD_ROW_US),
        .sram_size = 32 * KIB,
        .features = M4DWORD_G4 | M4DWORD_SWBOOT0 | M4DWORD_WRP7 | M4DWORD_PCROP15,
    },
    {
        COMMON,
        .dev_id = 0x469,
        .name = "STM32G471, G473, G474, G483, G484",
        .flash_max = 512 * KIB,
        .layout = M4DWORD_PAGES(2 * KIB, 512 * KIB, M4DWORD_ROW, M4DWORD_ROW_US),
        .sram_size = 128 * KIB,
        .features = M4DWORD_G4 | M4DWORD_SWBOOT0 | M4DWORD_WRP7 | M4DWORD_PCROP15 |
                    M4DWORD_TWO_BANKS | M4DWORD_DBANK | M4DWORD_SEC2,
    },
    {
        COMMON,
        .dev_id = 0x479,
        .name = "STM32G491, G4A1",
        .flash_max = 512 * KIB,
        .layout = M4DWORD_PAGES(2 * KIB, 512 * KIB, M4DWORD_ROW, M4DWORD_ROW_US),
        .sram_size = 112 * KIB,
        .features = M4DWORD_G4 | M4DWORD_SWBOOT0 | M4DWORD_WRP8 | M4DWORD_G49X,
    },
};

// ---- debug unit ---------------------------------------------------------------------------------

static const struct dbgmcu_layout dbgmcu = {.reg = M4DWORD_DBGMCU_REGS(0x08)};

// ---- flash controller, clock --------------------------------------------------------------------

#define OPTR_DBANK (1u << 22)
#define BANK2      0x08040000u

// Two banks of 2 KiB pages, of which the second begins at the same address on all parts, or one of
// 4 KiB pages (RM0440, 3.3.1).
static void geometry(const struct chip *chip, uint32_t size,
                     const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g)
{
    struct flash_run *run = g->layout.run;
    if (!(chip->features & M4DWORD_DBANK))
        return;
    if (!(reg[0] & OPTR_DBANK)) {
        m4dword_repage(&g->layout, 4 * KIB);
        g->joined = true;
        return;
    }
    g->bank2 = BANK2;
    if (size == chip->flash_max)
        return;
    run[0].count /= 2;
    run[1] = run[0];
    run[1].base = BANK2;
}

static uint32_t securable(const uint32_t secr[2], unsigned bank)
{
    return secr[bank] & 0xff;
}

static const struct dword_params flash_params = {
    .option_reg = {[DWORD_OPTR] = 0x20,
                   [DWORD_PCROP1AS] = 0x24,
                   [DWORD_PCROP1AE] = 0x28,
                   [DWORD_WRP1A] = 0x2c,
                   [DWORD_WRP1B] = 0x30,
                   [DWORD_PCROP2AS] = 0x44,
                   [DWORD_PCROP2AE] = 0x48,
                   [DWORD_WRP2A] = 0x4c,
                   [DWORD_WRP2B] = 0x50,
                   [DWORD_SECR] = 0x70,
                   [DWORD_SECR2] = 0x74},
    .eccr = {0x18},
    .eccd = 1u << 31 | 1u << 29,
    .busy = 1u << 16,
    .bker = 1u << 11,
    .mer2 = 1u << 15,
    .parity_off = 1u << 24,
    .pcrop_unit = 8,
    .pcrop_unit_joined = 16,
    .joined_areas = true,
    .pcrop_alone = true,
    .latency = 3, // 60 to 80 MHz in range 1, without its boost (RM0440, 3.3.3)
    .securable = securable,
    .sec_prot = {1u << 28, 1u << 29},
};

// HSI16 times 8, by 2: 64 MHz (RM0440, 7).
static const struct rcc_dword prepare = {
    .prepare = RCC_DWORD_PREPARE,
    M4DWORD_CLOCKS(RCC),
    .masters = 3,             // DMA1, DMA2
    .idle_cfgr = 0x05,        // HSI16
    .idle_apbenr1 = 1u << 10, // RTCAPBEN
    .pllcfgr = 1u << 24 | 8u << 8 | 2u << 0,
    .sw_internal = 1,
    .sw_pll = 3,
    .pll_stays = true,
    .pwr = 0x40007000,
    .pwren = 1u << 28,
    .syscfg_clock = {RCC + 0x60, 1u << 0},
    .swap = {0x40010000, 1u << 8}, // SYSCFG_MEMRMP: FB_mode
};

// ---- what the doctor reads and measures ---------------------------------------------------------

static const struct self_adc adc = {
    .base = 0x50000000,
    .clock = {RCC + 0x4c, 1u << 13}, // RCC_AHB2ENR: ADC12EN
    .regulated = true,
    .ccr = 1u << 22 | 1u << 16, // VREFEN; HCLK
    .sequenced = true,
    .channel = 18, // VREFINT
    .cal_addr = 0x1fff75aa,
    .cal_mv = 3000,
};

static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    return self_measure_vdda(&adc, mem, found);
}

static const struct self_timer tim16 = {
    .base = 0x40014400,
    .clock = {RCC + 0x60, 1u << 17}, // RCC_APB2ENR: TIM16EN
    .select = SELF_TIMER_TISEL_G4,
    .input = 3, // HSE / 32
    .timer_hz = 16000000,
    .periods = 32,
};

static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *found)
{
    return clock_measure_hse(&tim16, RCC, value[M4DWORD_READ_CR], t, found);
}

static const char *slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    return clock_hpre_text(value[M4DWORD_READ_CFGR], 4, text, size);
}

static const char *boots_loader(const uint32_t value[FAMILY_REGISTERS])
{
    return m4dword_boots_loader(value, 0, "", "BOOT0 (PB8) was high (nSWBOOT0=1)");
}

static const struct family_doctor doctor = {
    M4DWORD_DOCTOR(RCC, FLASH_REGS, "FLASH_ACR", 0),
    .reset_flag = DWORD_RESET_FLAGS(0, NULL),
    .slow_clock = slow_clock,
    .boots_loader = boots_loader,
    .standby_addr = 0x40007000, // PWR_CR1: LPMS
    .library_hse_hz = 8000000,
    .hsi_percent = 1,
    .vdda = measure_vdda,
    .hse = measure_hse,
    .pins = &m4dword_pins,
};

static const struct rdp_scheme rdp = DWORD_RDP(FLASH_OPTR);

const struct family stm32g4_family = {
    .name = "STM32G4",
    .idcode_addr = M4DWORD_DBGMCU,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &dbgmcu,
    .flash_regs = FLASH_REGS,
    .driver = &dword_driver,
    .flash_params = &flash_params,
    .geometry_reg = {FLASH_OPTR},
    .geometry = geometry,
    .prepare = &prepare.prepare,
    .options = m4dword_options,
    .option_count = M4DWORD_OPTIONS,
    .rdp = &rdp,
    .execute_only = &m4dword_execute_only,
    .vdd_min_mv = 1710, // DS12288, general operating conditions
    .vdd_max_mv = 3600,
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
    .doctor = &doctor,
};
