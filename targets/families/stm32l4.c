// SPDX-License-Identifier: MIT
// STM32L4: RM0351 (L47x to L4Ax), RM0394 (L41x to L46x); STM32L4+: RM0432 (2 of each for the memory
// map, 3 for the flash and its options, the debug support for DBGMCU), DS10198, DS11453 and DS12023
// for times and limits, AN2606 for the boot loader ROM. `tested_on_hardware` is set by whoever ran
// the tests on a real part.
#include "targets/families/doctor_m4dword.h"
#include "targets/families/m4dword.h"
#include "targets/families/rcc_dword.h"
#include "targets/target.h"

#define FLASH_REGS 0x40022000u
#define FLASH_OPTR (FLASH_REGS + 0x20)
#define RCC        M4DWORD_RCC
#define MIB        (1024 * KIB)

// ---- dies ---------------------------------------------------------------------------------------

#define L4              .family = &stm32l4_family, M4DWORD_MEMORIES, .option_base = 0x1fff7800, .option_size = 48
#define L4_PAGES(bytes) M4DWORD_PAGES(2 * KIB, (bytes), M4DWORD_ROW, M4DWORD_ROW_US)

// SRAM2, where it does not follow SRAM1, is at 0x10000000 only (RM0351, 2.4).
static const struct chip l4_chips[] = {
    {
        L4,
        .dev_id = 0x415,
        .name = "STM32L471, L475, L476, L486",
        .flash_max = MIB,
        .layout = L4_PAGES(MIB),
        .sram_size = 96 * KIB,
        .features = M4DWORD_L4 | M4DWORD_DUALBANK | M4DWORD_TWO_BANKS | M4DWORD_WRP8,
    },
    {
        L4,
        .dev_id = 0x435,
        .name = "STM32L431, L432, L433, L442, L443",
        .flash_max = 256 * KIB,
        .layout = L4_PAGES(256 * KIB),
        .sram_size = 64 * KIB,
        .empty_check = true,
        .features = M4DWORD_L4 | M4DWORD_SWBOOT0 | M4DWORD_WRP8,
    },
    {
        L4,
        .dev_id = 0x461,
        .name = "STM32L496, L4A6",
        .flash_max = MIB,
        .layout = L4_PAGES(MIB),
        .sram_size = 320 * KIB,
        .empty_check = true,
        .features =
            M4DWORD_L4 | M4DWORD_DUALBANK | M4DWORD_TWO_BANKS | M4DWORD_SWBOOT0 | M4DWORD_WRP8,
    },
    {
        L4,
        .dev_id = 0x462,
        .name = "STM32L451, L452, L462",
        .flash_max = 512 * KIB,
        .layout = L4_PAGES(512 * KIB),
        .sram_size = 160 * KIB,
        .empty_check = true,
        .features = M4DWORD_L4 | M4DWORD_SWBOOT0 | M4DWORD_WRP8,
    },
    {
        L4,
        .dev_id = 0x464,
        .name = "STM32L412, L422",
        .flash_max = 128 * KIB,
        .layout = L4_PAGES(128 * KIB),
        .sram_size = 40 * KIB,
        .empty_check = true,
        .features = M4DWORD_L4 | M4DWORD_SWBOOT0 | M4DWORD_WRP8,
    },
};

// Rows of 64 double words (RM0432, 3.3.8): twice as long as those of 32.
#define L4PLUS                                                                                     \
    .family = &stm32l4plus_family, M4DWORD_MEMORIES, .option_base = 0x1ff00000, .option_size = 48, \
    .empty_check = true
#define L4PLUS_PAGES(bytes) M4DWORD_PAGES(4 * KIB, (bytes), 2 * M4DWORD_ROW, 2 * M4DWORD_ROW_US)
#define L4PLUS_FEATURES                                                                            \
    (M4DWORD_L4PLUS | M4DWORD_DBANK | M4DWORD_TWO_BANKS | M4DWORD_SWBOOT0 | M4DWORD_WRP8)

static const struct chip l4plus_chips[] = {
    {
        L4PLUS,
        .dev_id = 0x470,
        .name = "STM32L4R5, L4R7, L4R9, L4S5, L4S7, L4S9",
        .flash_max = 2 * MIB,
        .layout = L4PLUS_PAGES(2 * MIB),
        .sram_size = 640 * KIB,
        .features = L4PLUS_FEATURES | M4DWORD_DB1M,
    },
    {
        L4PLUS,
        .dev_id = 0x471,
        .name = "STM32L4P5, L4Q5",
        .flash_max = MIB,
        .layout = L4PLUS_PAGES(MIB),
        .sram_size = 320 * KIB,
        .features = L4PLUS_FEATURES | M4DWORD_DB512K,
    },
};

// ---- debug unit ---------------------------------------------------------------------------------

static const struct dbgmcu_layout dbgmcu = {.reg = M4DWORD_DBGMCU_REGS(0x08)};

// ---- flash controller ---------------------------------------------------------------------------

#define OPTR_DUALBANK (1u << 21) // DB1M and DB512K of the L4+
#define OPTR_DBANK    (1u << 22)

// The largest part always has two banks, the others by DUALBANK (RM0351, 3.3.1).
static void l4_geometry(const struct chip *chip, uint32_t size,
                        const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g)
{
    if (!(chip->features & M4DWORD_DUALBANK))
        return;
    if (size == chip->flash_max || reg[0] & OPTR_DUALBANK)
        g->bank2 = chip->flash_base + size / 2;
    else
        *g = (struct family_geometry){
            .layout = g->layout, .largest = chip->flash_max / 2, .joined = true};
}

// Two banks of 4 KiB pages or one of 8 KiB pages: the largest part by DBANK, the others by DB1M or
// DB512K (RM0432, 3.3.1).
static void l4plus_geometry(const struct chip *chip, uint32_t size,
                            const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g)
{
    const uint32_t dual = size == chip->flash_max ? OPTR_DBANK : OPTR_DUALBANK;
    if (reg[0] & dual) {
        g->bank2 = chip->flash_base + size / 2;
        return;
    }
    m4dword_repage(&g->layout, 8 * KIB);
    g->joined = true;
}

#define PARAMS                                                                                     \
    .option_reg = {[DWORD_OPTR] = 0x20,     [DWORD_PCROP1AS] = 0x24, [DWORD_PCROP1AE] = 0x28,      \
                   [DWORD_WRP1A] = 0x2c,    [DWORD_WRP1B] = 0x30,    [DWORD_PCROP2AS] = 0x44,      \
                   [DWORD_PCROP2AE] = 0x48, [DWORD_WRP2A] = 0x4c,    [DWORD_WRP2B] = 0x50},        \
    .eccr = {0x18}, .busy = 1u << 16, .bker = 1u << 11, .mer2 = 1u << 15, .pcrop_unit = 8,         \
    .pcrop_alone = true

static const struct dword_params l4_params = {
    PARAMS, .eccd = 1u << 31, .latency = 3, // 48 to 64 MHz in range 1 (RM0351, 3.3.3)
};

static const struct dword_params l4plus_params = {
    PARAMS,       .eccd = 1u << 31 | 1u << 29, .joined_areas = true, .pcrop_unit_joined = 16,
    .latency = 3, // 60 to 80 MHz in range 1 (RM0432, 3.3.3)
};

// HSI16 times 8, by 2: 64 MHz (RM0351, 6).
#define PREPARE                                                                                    \
    .prepare = RCC_DWORD_PREPARE, M4DWORD_CLOCKS(RCC), .idle_apbenr1 = 1u << 10 /* RTCAPBEN */,    \
    .pllcfgr = 1u << 24 | 8u << 8 | 2u << 0, .sw_internal = 1, .sw_pll = 3, .pll_stays = true,     \
    .pwr = 0x40007000, .pwren = 1u << 28, .syscfg_clock = {RCC + 0x60, 1u << 0},                   \
    .swap = {0x40010000, 1u << 8} /* SYSCFG_MEMRMP: FB_MODE */

static const struct rcc_dword l4_prepare = {
    PREPARE,
    .masters = 1u << 17 | 3, // DMA2D, DMA2, DMA1
};

static const struct rcc_dword l4plus_prepare = {
    PREPARE, .masters = 1u << 17 | 3,
    .io_masters = 3u << 22, // SDMMC1, SDMMC2
};

// ---- what the doctor reads and measures ---------------------------------------------------------

static const struct self_adc adc = {
    .base = 0x50040000,
    .clock = {RCC + 0x4c, 1u << 13}, // RCC_AHB2ENR: ADCEN
    .regulated = true,
    .ccr = 1u << 22 | 1u << 16, // VREFEN; HCLK
    .sequenced = true,
    .channel = 0, // VREFINT
    .cal_addr = 0x1fff75aa,
    .cal_mv = 3000,
};

static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    return self_measure_vdda(&adc, mem, found);
}

#define DEV_L43X 0x435u
#define DEV_L45X 0x462u
#define DEV_L41X 0x464u

// TIM17 gets HSE / 32, and on dies without it TIM16 (RM0351 and RM0394, TIM17_OR1 and TIM16_OR1).
static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *found)
{
    static const struct self_timer tim17 = {.base = 0x40014800,
                                            .clock = {RCC + 0x60, 1u << 18}, // RCC_APB2ENR
                                            .select = SELF_TIMER_OR,
                                            .input = 2,
                                            .timer_hz = 4000000,
                                            .periods = 32};
    static const struct self_timer tim16 = {.base = 0x40014400,
                                            .clock = {RCC + 0x60, 1u << 17}, // RCC_APB2ENR
                                            .select = SELF_TIMER_OR,
                                            .input = 5,
                                            .timer_hz = 4000000,
                                            .periods = 32};
    const unsigned dev_id = target_identity(t)->chip->dev_id;
    const bool without = dev_id == DEV_L43X || dev_id == DEV_L45X || dev_id == DEV_L41X;
    return clock_measure_hse(without ? &tim16 : &tim17, RCC, value[M4DWORD_READ_CR], t, found);
}

// On an L47x and L48x BOOT0 is a pin of its own, and the two bits of options read as ones.
static const char *boots_loader(const uint32_t value[FAMILY_REGISTERS])
{
    return m4dword_boots_loader(
        value, 1u << 17, "the flash was empty at power-on (FLASH_SR.PEMPTY)", "BOOT0 was high");
}

static const struct family_doctor doctor = {
    M4DWORD_DOCTOR(RCC, FLASH_REGS, "FLASH_SR", 0x10),
    .reset_flag = DWORD_RESET_FLAGS(1u << 24, "the firewall"),
    .slow_clock = m4dword_slow_clock,
    .boots_loader = boots_loader,
    .standby_addr = 0x40007000, // PWR_CR1: LPMS
    .library_hse_hz = 8000000,
    .hsi_percent = 1,
    .vdda = measure_vdda,
    .hse = measure_hse,
    .pins = &m4dword_pins,
};

static const struct rdp_scheme rdp = DWORD_RDP(FLASH_OPTR);

#define FAMILY                                                                                     \
    .idcode_addr = M4DWORD_DBGMCU, .dbgmcu = &dbgmcu, .flash_regs = FLASH_REGS,                    \
    .driver = &dword_pempty_driver, .geometry_reg = {FLASH_OPTR}, .options = m4dword_options,      \
    .option_count = M4DWORD_OPTIONS, .rdp = &rdp, .execute_only = &m4dword_execute_only,           \
    .vdd_min_mv = 1710, .vdd_max_mv = 3600 /* DS10198, general operating conditions */,            \
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS, .doctor = &doctor

const struct family stm32l4_family = {
    FAMILY,
    .name = "STM32L4",
    .chips = l4_chips,
    .chip_count = sizeof l4_chips / sizeof l4_chips[0],
    .flash_params = &l4_params,
    .geometry = l4_geometry,
    .prepare = &l4_prepare.prepare,
};

const struct family stm32l4plus_family = {
    FAMILY,
    .name = "STM32L4+",
    .chips = l4plus_chips,
    .chip_count = sizeof l4plus_chips / sizeof l4plus_chips[0],
    .flash_params = &l4plus_params,
    .geometry = l4plus_geometry,
    .prepare = &l4plus_prepare.prepare,
};
