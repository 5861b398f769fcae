// SPDX-License-Identifier: MIT
// STM32F2: RM0033, its chapters on memory (2.3), option bytes and flash (2.5; PM0059), power (4),
// clocks (5), interrupts (8.2) and debug support (32); figures of DS6329. Bits 15:12 of the
// identity code read as 6 in the logs of people's boards.
//
// What the dies have: the parts are those of f2f4.c.
#include "sim/families/stm32f2.h"

#include "sim/families/f2f4.h"
#include "sim/parts/parts.h"

#define MS 1000000ull
#define US 1000ull

#define ALL(ms)                                                                                    \
    {                                                                                              \
        (ms) * MS, (ms)*MS, (ms)*MS                                                                \
    }
#define MASS(a, b, c)                                                                              \
    {                                                                                              \
        ALL(a), ALL(b), ALL(c)                                                                     \
    }

// DS6329, 6.3.12: a sector of 16, 64 and 128 KiB, and everything, by 8, 16 and 32 bits. There are
// no least values.
#define TYPICAL                                                                                    \
    {                                                                                              \
        16 * US,                                                                                   \
            {{400 * MS, 1200 * MS, 2000 * MS},                                                     \
             {300 * MS, 700 * MS, 1300 * MS},                                                      \
             {250 * MS, 550 * MS, 1000 * MS}},                                                     \
            MASS(16000, 11000, 8000)                                                               \
    }
static const struct sim_flash_sectors_config flash = {
    .snb_mask = 0x78,
    .latency_mask = 0x7,
    .option_mask = {0x0fffffec}, // nWRP of 12 sectors, RDP, user options, BOR_LEV
    .wrp_mask = 0x0fff0000,
    .time = {[SIM_FLASH_TYP] = TYPICAL,
             [SIM_FLASH_MIN] = TYPICAL,
             [SIM_FLASH_MAX] = {100 * US,
                                {{800 * MS, 2400 * MS, 4000 * MS},
                                 {600 * MS, 1400 * MS, 2600 * MS},
                                 {500 * MS, 1100 * MS, 2000 * MS}},
                                MASS(32000, 22000, 16000)}},
};

// Start-up times are the typical ones of DS6329, 6.3.8 to 6.3.10. VOS does not exist.
static const struct sim_rcc_f4_config rcc = {
    .source = {[SIM_LSI] = {32000, 15000},
               [SIM_LSE] = {32768, 2000000000},
               [SIM_HSI] = {16000000, 2200},
               [SIM_HSE] = {0, 2000000},
               [SIM_PLL] = {0, 200000},
               [SIM_PLLI2S] = {0, 200000}},
    .max_hz = {120000000},
    .max_pclk_hz = {[SIM_F4_ON_APB1] = 30000000, [SIM_F4_ON_APB2] = 60000000},
    .vco_min_hz = 192000000,
    .plls = 2,
    .ahb1enr_reset = 0,
    .lpenr_reset = {0x7e6791ff, 0xf1, 0x1, 0x36fec9ff, 0x00075f33},
};
static const struct sim_pwr_config pwr = {.wakeup = {{'A', 0, 0}},
                                          .cr_bits = 0x3f3,
                                          .csr_ewup = 0x300, // with BRE
                                          .has_scales = true};
static const struct sim_syscfg_f4_config syscfg = {.has_fb_mode = false};

static const struct sim_part_config configs[] = {{"FLASH", &flash},
                                                 {"RCC", &rcc},
                                                 {"PWR", &pwr},
                                                 {"SYSCFG", &syscfg},
                                                 {"ADC1", &sim_f2f4_adc_f40x},
                                                 {NULL, NULL}};

static const struct sim_family stm32f2 = {
    .name = "STM32F2",
    .identity = {.dpidr = 0x2ba01477, // SW-DP of a Cortex-M3 r2p0 (RM0033, 32.8.5)
                 .ap_idr = 0x24770011,
                 .rom_base = 0xe00ff003,
                 .cpuid = 0x412fc230, // r2p0
                 .designer = 0x020,
                 .part = 0x411},
    .interrupts = 81,
    .systick_calib = 0x40000000 | 15000, // RM0033, 8.1.1, SKEW: 1 ms is not exact
    .parts = sim_f2f4_parts,
    .swdio = {'A', 13, 0},
    .swclk = {'A', 14, 0},
    .electrics = SIM_F2F4_ELECTRICS,
    .system_reset_ns = 20000,       // the least pulse (RM0033, 5.1.1)
    .power_on_reset_ns = 1500000,   // TRSTTEMPO, typical (DS6329, 6.3.5)
    .loads_options_at_reset = true, // PM0059, 2.6
    .has_reset_on_vdda = true,      // DS6329, 3.15
    .choose_boot = sim_f2f4_choose_boot,
    .fill_factory = sim_f2f4_fill_factory,
    .programs = sim_f2f4_programs,
};

#define HAS                                                                                        \
    (SIM_F4_HAS_PORTS_D_E | SIM_F4_HAS_PORTS_F_G | SIM_F4_HAS_PORT_I | SIM_F4_HAS_TIM6 |           \
     SIM_F4_HAS_TIM7 | SIM_F4_HAS_TIM8 | SIM_F4_HAS_USART3 | SIM_F4_HAS_BACKUP_SRAM |              \
     SIM_F4_HAS_NO_CALIBRATION)

// The second SRAM is in its place, whatever the size of the first one is.
#define PART(part, kib, sram1_kib)                                                                 \
    {                                                                                              \
        .name = part, .family = &stm32f2, .idcode = 0x201f6411,                                    \
        .memory = {{SIM_MEMORY_FLASH, 0x08000000, (kib)*1024u, 16 * 1024u, 0, 0},                  \
                   {SIM_MEMORY_SRAM, 0x20000000, (sram1_kib)*1024u, 0, 0, 0},                      \
                   {SIM_MEMORY_SYSTEM, 0x1fff0000, 30 * 1024u, 0, 0, 0},                           \
                   {SIM_MEMORY_OTP, 0x1fff7800, 528, 0, 0, 0},                                     \
                   {SIM_MEMORY_FACTORY, 0x1fff7a10, 0x5f0, 0, 0, 0},                               \
                   {SIM_MEMORY_OPTIONS, 0x1fffc000, 32, 0, 0, 0},                                  \
                   {SIM_MEMORY_SRAM, 0x2001c000, 16 * 1024u, 0, 0, 0}},                            \
        .features = HAS, .configs = configs, .regions = sim_f2f4_regions                           \
    }

// clang-format off
static const struct sim_chip_row rows[] = {
    PART("stm32f205rb", 128, 48),
    PART("stm32f205rc", 256, 80),
    PART("stm32f205re", 512, 112),
    PART("stm32f205rf", 768, 112),
    PART("stm32f205rg", 1024, 112),
    PART("stm32f205vb", 128, 48),
    PART("stm32f205vc", 256, 80),
    PART("stm32f205ve", 512, 112),
    PART("stm32f205vf", 768, 112),
    PART("stm32f205vg", 1024, 112),
    PART("stm32f205zc", 256, 80),
    PART("stm32f205ze", 512, 112),
    PART("stm32f205zf", 768, 112),
    PART("stm32f205zg", 1024, 112),
    PART("stm32f207ic", 256, 112),
    PART("stm32f207ie", 512, 112),
    PART("stm32f207if", 768, 112),
    PART("stm32f207ig", 1024, 112),
    PART("stm32f207vc", 256, 112),
    PART("stm32f207ve", 512, 112),
    PART("stm32f207vf", 768, 112),
    PART("stm32f207vg", 1024, 112),
    PART("stm32f207zc", 256, 112),
    PART("stm32f207ze", 512, 112),
    PART("stm32f207zf", 768, 112),
    PART("stm32f207zg", 1024, 112),
    PART("stm32f215re", 512, 112),
    PART("stm32f215rg", 1024, 112),
    PART("stm32f215ve", 512, 112),
    PART("stm32f215vg", 1024, 112),
    PART("stm32f215ze", 512, 112),
    PART("stm32f215zg", 1024, 112),
    PART("stm32f217ie", 512, 112),
    PART("stm32f217ig", 1024, 112),
    PART("stm32f217ve", 512, 112),
    PART("stm32f217vg", 1024, 112),
    PART("stm32f217ze", 512, 112),
    PART("stm32f217zg", 1024, 112),
};
// clang-format on

const struct sim_chip_row *sim_stm32f2_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
