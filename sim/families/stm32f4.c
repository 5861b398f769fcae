// SPDX-License-Identifier: MIT
// STM32F4: RM0090 (F405 to F439), RM0368 (F401), RM0383 (F411), RM0386 (F469, F479), RM0390 (F446),
// RM0401 (F410), RM0402 (F412) and RM0430 (F413, F423): their chapters on memory, flash, option
// bytes, power, clocks, interrupts and debug support; figures of the data sheets that are named.
// Bits 15:12 of the identity code read as 6 in the logs of people's boards.
//
// What each die has: the parts are those of f2f4.c.
#include "sim/families/stm32f4.h"

#include "sim/families/f2f4.h"
#include "sim/parts/parts.h"

// ---- flash --------------------------------------------------------------------------------------

#define MS 1000000ull
#define US 1000ull

// DS8626, 5.3.12, typical and greatest: a sector of 16, 64 and 128 KiB by 8, 16 and 32 bits, and
// all of a die by its size. There are no least values.
#define SECTORS_TYP                                                                                \
    {                                                                                              \
        {400 * MS, 1200 * MS, 2000 * MS}, {300 * MS, 700 * MS, 1300 * MS},                         \
        {                                                                                          \
            250 * MS, 550 * MS, 1000 * MS                                                          \
        }                                                                                          \
    }
#define SECTORS_MAX                                                                                \
    {                                                                                              \
        {800 * MS, 2400 * MS, 4000 * MS}, {600 * MS, 1400 * MS, 2600 * MS},                        \
        {                                                                                          \
            500 * MS, 1100 * MS, 2000 * MS                                                         \
        }                                                                                          \
    }
#define ALL(ms)                                                                                    \
    {                                                                                              \
        (ms) * MS, (ms)*MS, (ms)*MS                                                                \
    }
#define MASS(a, b, c)                                                                              \
    {                                                                                              \
        ALL(a), ALL(b), ALL(c)                                                                     \
    }
#define TIMES(a, b, c)                                                                             \
    {                                                                                              \
        [SIM_FLASH_TYP] = {16 * US, SECTORS_TYP, MASS(a, b, c)},                                   \
        [SIM_FLASH_MIN] = {16 * US, SECTORS_TYP, MASS(a, b, c)}, [SIM_FLASH_MAX] = {               \
            100 * US,                                                                              \
            SECTORS_MAX,                                                                           \
            MASS(2 * (a), 2 * (b), 2 * (c))                                                        \
        }                                                                                          \
    }

#define WRP_OF_12 0x0fff0000u
#define WRP_OF_15 0x7fff0000u
#define SPRMOD    0x80000000u
#define DB1M      0x40000000u
#define BFB2      0x00000010u
#define OPTIONS   0x0000ffecu // RDP, nRST_STDBY, nRST_STOP, WDG_SW, BOR_LEV

// The group of F405 and F407 has no sectors that can only be executed (RM0090, 3.9.6 and 3.9.10).
static const struct sim_flash_sectors_config flash_f40x = {
    .snb_mask = 0x78,
    .latency_mask = 0x7,
    .option_mask = {OPTIONS | WRP_OF_12},
    .wrp_mask = WRP_OF_12,
    .time = TIMES(16000, 11000, 8000),
};
#define ONE_BANK(name, wrp, ...)                                                                   \
    static const struct sim_flash_sectors_config name = {                                          \
        .snb_mask = 0x78,                                                                          \
        .latency_mask = 0xf,                                                                       \
        .option_mask = {OPTIONS | (wrp) | SPRMOD},                                                 \
        .wrp_mask = (wrp),                                                                         \
        .time = __VA_ARGS__,                                                                       \
    }
ONE_BANK(flash_128k, WRP_OF_12, TIMES(2000, 1400, 1000));  // F410: DS11144, 6.3.12
ONE_BANK(flash_256k, WRP_OF_12, TIMES(4000, 2750, 2000));  // F401xB/C: DS9716, 6.3.12
ONE_BANK(flash_512k, WRP_OF_12, TIMES(8000, 5500, 4000));  // F401xD/E, F411, F446: DS10086, DS10314
ONE_BANK(flash_1m, WRP_OF_12, TIMES(16000, 11000, 8000));  // F412: DS11139, 6.3.12
ONE_BANK(flash_1m5, WRP_OF_15, TIMES(16000, 11000, 8000)); // F413: taken from the F412

// Captures of an STM32F429 by ST's tool, 32 bits at 3.3 V: 201 to 217 ms for 16 KiB, 8.442 to 8.457
// s for bank 1, 8.317 to 8.332 s for bank 2, 8.473 to 8.488 s for both. The rest is of DS9405,
// 6.3.13.
#define TWO_BANKS_TYP                                                                              \
    {                                                                                              \
        16 * US,                                                                                   \
            {{400 * MS, 1200 * MS, 2000 * MS},                                                     \
             {300 * MS, 700 * MS, 1300 * MS},                                                      \
             {209 * MS, 550 * MS, 1000 * MS}},                                                     \
        {                                                                                          \
            ALL(16000), ALL(11000),                                                                \
            {                                                                                      \
                8450 * MS, 8325 * MS, 8480 * MS                                                    \
            }                                                                                      \
        }                                                                                          \
    }
static const struct sim_flash_sectors_config flash_two_banks = {
    .snb_mask = 0xf8,
    .latency_mask = 0xf,
    .option_mask = {OPTIONS | WRP_OF_12 | SPRMOD | DB1M | BFB2, WRP_OF_12},
    .wrp_mask = WRP_OF_12,
    .has_second_bank = true,
    .time = {[SIM_FLASH_TYP] = TWO_BANKS_TYP,
             [SIM_FLASH_MIN] = TWO_BANKS_TYP,
             [SIM_FLASH_MAX] = {100 * US, SECTORS_MAX, MASS(32000, 22000, 16000)}},
};

// ---- clocks and power ---------------------------------------------------------------------------

// Start-up times are the typical ones of DS8626, 5.3.8 to 5.3.10. HCLK by VOS, from code 0 on, then
// with over-drive; bits that are on in sleep as an STM32F407 has them (RM0090, 7.3.15 to 7.3.19).
#define RCC_CONFIG(name, ccm, plls_, r, timpre, apb1_mhz, ...)                                     \
    static const struct sim_rcc_f4_config name = {                                                 \
        .source = {[SIM_LSI] = {32000, 15000},                                                     \
                   [SIM_LSE] = {32768, 2000000000},                                                \
                   [SIM_HSI] = {16000000, 2200},                                                   \
                   [SIM_HSE] = {0, 2000000},                                                       \
                   [SIM_PLL] = {0, 200000},                                                        \
                   [SIM_PLLI2S] = {0, 200000},                                                     \
                   [SIM_PLLSAI] = {0, 200000}},                                                    \
        .max_hz = {__VA_ARGS__},                                                                   \
        .max_pclk_hz =                                                                             \
            {[SIM_F4_ON_APB1] = (apb1_mhz)*1000000u, [SIM_F4_ON_APB2] = 2 * (apb1_mhz)*1000000u},  \
        .vco_min_hz = 100000000,                                                                   \
        .plls = (plls_),                                                                           \
        .has_pllr = (r),                                                                           \
        .has_timpre = (timpre),                                                                    \
        .ahb1enr_reset = (ccm),                                                                    \
        .lpenr_reset = {0x7e6791ff, 0xf1, 0x1, 0x36fec9ff, 0x00075f33},                            \
    }
#define MHZ(n)    ((n)*1000000u)
#define CCM_ON    0x00100000u
#define UP_TO_180 MHZ(120), MHZ(120), MHZ(144), MHZ(168), MHZ(120), MHZ(120), MHZ(168), MHZ(180)
#define UP_TO_100 MHZ(64), MHZ(64), MHZ(84), MHZ(100), 0, 0, 0, 0

RCC_CONFIG(rcc_f40x, CCM_ON, 2, false, false, 42, MHZ(144), MHZ(168), 0, 0, 0, 0, 0, 0);
RCC_CONFIG(rcc_f401, 0, 2, false, true, 42, MHZ(60), MHZ(60), MHZ(84), MHZ(84), 0, 0, 0, 0);
RCC_CONFIG(rcc_f410, 0, 1, false, true, 50, UP_TO_100);
RCC_CONFIG(rcc_f411, 0, 2, false, true, 50, UP_TO_100);
RCC_CONFIG(rcc_f42x, CCM_ON, 3, false, true, 45, UP_TO_180);
RCC_CONFIG(rcc_f446, 0, 3, true, true, 45, UP_TO_180);

// PWR_CR and its reset value (RM0090, 5.4.1 and 5.5.1; RM0368, 5.4.1; RM0390, 5.4.1).
#define PWR_CONFIG(name, cr, reset, ewup, ...)                                                     \
    static const struct sim_pwr_config name = {.wakeup = {__VA_ARGS__},                            \
                                               .cr_bits = (cr),                                    \
                                               .cr_reset = (reset),                                \
                                               .csr_ewup = (ewup) | 0x200 /* BRE */,               \
                                               .has_scales = true}
PWR_CONFIG(pwr_f40x, 0x43f3, 0x4000, 0x100, {'A', 0, 0});
PWR_CONFIG(pwr_f401, 0xeff3, 0x8000, 0x100, {'A', 0, 0});
PWR_CONFIG(pwr_f412, 0xeff3, 0x8000, 0x1c0, {'A', 0, 0}, {'C', 0, 0}, {'C', 1, 0});
PWR_CONFIG(pwr_f42x, 0xfeff3, 0xc000, 0x100, {'A', 0, 0});
PWR_CONFIG(pwr_f446, 0x3feff3, 0xc000, 0x180, {'A', 0, 0}, {'C', 13, 0});

static const struct sim_syscfg_f4_config syscfg = {.has_fb_mode = false};
static const struct sim_syscfg_f4_config syscfg_two_banks = {.has_fb_mode = true};

// ---- dies ---------------------------------------------------------------------------------------

#define CONFIGS(name, flash, rcc, pwr, syscfg_, adc)                                               \
    static const struct sim_part_config name[] = {{"FLASH", &(flash)}, {"RCC", &(rcc)},            \
                                                  {"PWR", &(pwr)},     {"SYSCFG", &(syscfg_)},     \
                                                  {"ADC1", &(adc)},    {NULL, NULL}}
CONFIGS(configs_f40x, flash_f40x, rcc_f40x, pwr_f40x, syscfg, sim_f2f4_adc_f40x);
CONFIGS(configs_f401c, flash_256k, rcc_f401, pwr_f401, syscfg, sim_f2f4_adc_f42x);
CONFIGS(configs_f401e, flash_512k, rcc_f401, pwr_f401, syscfg, sim_f2f4_adc_f42x);
CONFIGS(configs_f410, flash_128k, rcc_f410, pwr_f412, syscfg, sim_f2f4_adc_f42x);
CONFIGS(configs_f411, flash_512k, rcc_f411, pwr_f401, syscfg, sim_f2f4_adc_f42x);
CONFIGS(configs_f412, flash_1m, rcc_f411, pwr_f412, syscfg, sim_f2f4_adc_f42x);
CONFIGS(configs_f413, flash_1m5, rcc_f411, pwr_f412, syscfg, sim_f2f4_adc_f42x);
CONFIGS(configs_f42x, flash_two_banks, rcc_f42x, pwr_f42x, syscfg_two_banks, sim_f2f4_adc_f42x);
CONFIGS(configs_f446, flash_512k, rcc_f446, pwr_f446, syscfg, sim_f2f4_adc_f42x);

#define FAMILY(name_, id, irqs)                                                                    \
    static const struct sim_family name_ = {                                                       \
        .name = "STM32F4",                                                                         \
        .identity = {.dpidr = 0x2ba01477, /* SW-DP of the Cortex-M4 (RM0090, 38.8.5) */            \
                     .ap_idr = 0x24770011,                                                         \
                     .rom_base = 0xe00ff003,                                                       \
                     .cpuid = 0x410fc241, /* r0p1 */                                               \
                     .designer = 0x020,                                                            \
                     .part = (id)},                                                                \
        .interrupts = (irqs),                                                                      \
        .systick_calib = 0x40000000 | 18750, /* RM0090, 12.1.1, SKEW: 1 ms is not exact */         \
        .parts = sim_f2f4_parts,                                                                   \
        .swdio = {'A', 13, 0},                                                                     \
        .swclk = {'A', 14, 0},                                                                     \
        .electrics = SIM_F2F4_ELECTRICS,                                                           \
        .system_reset_ns = 20000,       /* the least pulse (RM0090, 6.1.1) */                      \
        .power_on_reset_ns = 1500000,   /* TRSTTEMPO, typical (DS8626, 5.3.5) */                   \
        .loads_options_at_reset = true, /* RM0090, 3.9.6 */                                        \
        .has_reset_on_vdda = true,      /* DS8626, 2.2.15 */                                       \
        .choose_boot = sim_f2f4_choose_boot,                                                       \
        .fill_factory = sim_f2f4_fill_factory,                                                     \
        .programs = sim_f2f4_programs,                                                             \
    }

FAMILY(f40x, 0x413, 82);
FAMILY(f42x, 0x419, 91);
FAMILY(f446, 0x421, 97);
FAMILY(f401c, 0x423, 85);
FAMILY(f411, 0x431, 86);
FAMILY(f401e, 0x433, 85);
FAMILY(f469, 0x434, 93);
FAMILY(f412, 0x441, 97);
FAMILY(f410, 0x458, 98);
FAMILY(f413, 0x463, 102);

#define MIDDLE SIM_F4_HAS_PORTS_D_E
#define LARGE                                                                                      \
    (MIDDLE | SIM_F4_HAS_PORTS_F_G | SIM_F4_HAS_TIM6 | SIM_F4_HAS_TIM7 | SIM_F4_HAS_TIM8 |         \
     SIM_F4_HAS_USART3)
#define LARGEST (LARGE | SIM_F4_HAS_PORT_I | SIM_F4_HAS_BACKUP_SRAM)

// What a die is, and the size of its SRAM and core-coupled memory.
#define F40X  f40x, 0x10016413, 128, 64, LARGEST, configs_f40x
#define F42X  f42x, 0x10076419, 192, 64, LARGEST | SIM_F4_HAS_PORTS_J_K, configs_f42x
#define F446  f446, 0x10006421, 128, 0, LARGE | SIM_F4_HAS_BACKUP_SRAM, configs_f446
#define F401C f401c, 0x10016423, 64, 0, MIDDLE, configs_f401c
#define F411  f411, 0x10006431, 128, 0, MIDDLE, configs_f411
#define F401E f401e, 0x10016433, 96, 0, MIDDLE, configs_f401e
#define F469  f469, 0x10006434, 320, 64, LARGEST | SIM_F4_HAS_PORTS_J_K, configs_f42x
#define F412  f412, 0x30006441, 256, 0, LARGE, configs_f412
#define F410  f410, 0x10006458, 32, 0, SIM_F4_HAS_TIM6, configs_f410
#define F413  f413, 0x10006463, 320, 0, LARGE | SIM_F4_HAS_16_SECTORS, configs_f413

#define PART(part, die, kib)      PART_WITH(part, kib, die)
#define PART_WITH(part, kib, ...) PART_OF(part, kib, __VA_ARGS__)
#define PART_OF(part, kib, family_, id, sram, ccm, has, configs_)                                  \
    {                                                                                              \
        .name = part, .family = &(family_), .idcode = (id),                                        \
        .memory = SIM_F2F4_MEMORIES(kib, sram, ccm), .features = (has), .configs = (configs_),     \
        .regions = sim_f2f4_regions                                                                \
    }

// clang-format off
static const struct sim_chip_row rows[] = {
    PART("stm32f401cb", F401C, 128),
    PART("stm32f401cc", F401C, 256),
    PART("stm32f401cd", F401E, 384),
    PART("stm32f401ce", F401E, 512),
    PART("stm32f401rb", F401C, 128),
    PART("stm32f401rc", F401C, 256),
    PART("stm32f401rd", F401E, 384),
    PART("stm32f401re", F401E, 512),
    PART("stm32f401vb", F401C, 128),
    PART("stm32f401vc", F401C, 256),
    PART("stm32f401vd", F401E, 384),
    PART("stm32f401ve", F401E, 512),
    PART("stm32f405oe", F40X, 512),
    PART("stm32f405og", F40X, 1024),
    PART("stm32f405rg", F40X, 1024),
    PART("stm32f405vg", F40X, 1024),
    PART("stm32f405zg", F40X, 1024),
    PART("stm32f407ie", F40X, 512),
    PART("stm32f407ig", F40X, 1024),
    PART("stm32f407ve", F40X, 512),
    PART("stm32f407vg", F40X, 1024),
    PART("stm32f407ze", F40X, 512),
    PART("stm32f407zg", F40X, 1024),
    PART("stm32f410c8", F410, 64),
    PART("stm32f410cb", F410, 128),
    PART("stm32f410r8", F410, 64),
    PART("stm32f410rb", F410, 128),
    PART("stm32f410t8", F410, 64),
    PART("stm32f410tb", F410, 128),
    PART("stm32f411cc", F411, 256),
    PART("stm32f411ce", F411, 512),
    PART("stm32f411rc", F411, 256),
    PART("stm32f411re", F411, 512),
    PART("stm32f411vc", F411, 256),
    PART("stm32f411ve", F411, 512),
    PART("stm32f412ce", F412, 512),
    PART("stm32f412cg", F412, 1024),
    PART("stm32f412re", F412, 512),
    PART("stm32f412rg", F412, 1024),
    PART("stm32f412ve", F412, 512),
    PART("stm32f412vg", F412, 1024),
    PART("stm32f412ze", F412, 512),
    PART("stm32f412zg", F412, 1024),
    PART("stm32f413cg", F413, 1024),
    PART("stm32f413ch", F413, 1536),
    PART("stm32f413mg", F413, 1024),
    PART("stm32f413mh", F413, 1536),
    PART("stm32f413rg", F413, 1024),
    PART("stm32f413rh", F413, 1536),
    PART("stm32f413vg", F413, 1024),
    PART("stm32f413vh", F413, 1536),
    PART("stm32f413zg", F413, 1024),
    PART("stm32f413zh", F413, 1536),
    PART("stm32f415og", F40X, 1024),
    PART("stm32f415rg", F40X, 1024),
    PART("stm32f415vg", F40X, 1024),
    PART("stm32f415zg", F40X, 1024),
    PART("stm32f417ie", F40X, 512),
    PART("stm32f417ig", F40X, 1024),
    PART("stm32f417ve", F40X, 512),
    PART("stm32f417vg", F40X, 1024),
    PART("stm32f417ze", F40X, 512),
    PART("stm32f417zg", F40X, 1024),
    PART("stm32f423ch", F413, 1536),
    PART("stm32f423mh", F413, 1536),
    PART("stm32f423rh", F413, 1536),
    PART("stm32f423vh", F413, 1536),
    PART("stm32f423zh", F413, 1536),
    PART("stm32f427ag", F42X, 1024),
    PART("stm32f427ai", F42X, 2048),
    PART("stm32f427ig", F42X, 1024),
    PART("stm32f427ii", F42X, 2048),
    PART("stm32f427vg", F42X, 1024),
    PART("stm32f427vi", F42X, 2048),
    PART("stm32f427zg", F42X, 1024),
    PART("stm32f427zi", F42X, 2048),
    PART("stm32f429ag", F42X, 1024),
    PART("stm32f429ai", F42X, 2048),
    PART("stm32f429be", F42X, 512),
    PART("stm32f429bg", F42X, 1024),
    PART("stm32f429bi", F42X, 2048),
    PART("stm32f429ie", F42X, 512),
    PART("stm32f429ig", F42X, 1024),
    PART("stm32f429ii", F42X, 2048),
    PART("stm32f429ne", F42X, 512),
    PART("stm32f429ng", F42X, 1024),
    PART("stm32f429ni", F42X, 2048),
    PART("stm32f429ve", F42X, 512),
    PART("stm32f429vg", F42X, 1024),
    PART("stm32f429vi", F42X, 2048),
    PART("stm32f429ze", F42X, 512),
    PART("stm32f429zg", F42X, 1024),
    PART("stm32f429zi", F42X, 2048),
    PART("stm32f437ai", F42X, 2048),
    PART("stm32f437ig", F42X, 1024),
    PART("stm32f437ii", F42X, 2048),
    PART("stm32f437vg", F42X, 1024),
    PART("stm32f437vi", F42X, 2048),
    PART("stm32f437zg", F42X, 1024),
    PART("stm32f437zi", F42X, 2048),
    PART("stm32f439ai", F42X, 2048),
    PART("stm32f439bg", F42X, 1024),
    PART("stm32f439bi", F42X, 2048),
    PART("stm32f439ig", F42X, 1024),
    PART("stm32f439ii", F42X, 2048),
    PART("stm32f439ng", F42X, 1024),
    PART("stm32f439ni", F42X, 2048),
    PART("stm32f439vg", F42X, 1024),
    PART("stm32f439vi", F42X, 2048),
    PART("stm32f439zg", F42X, 1024),
    PART("stm32f439zi", F42X, 2048),
    PART("stm32f446mc", F446, 256),
    PART("stm32f446me", F446, 512),
    PART("stm32f446rc", F446, 256),
    PART("stm32f446re", F446, 512),
    PART("stm32f446vc", F446, 256),
    PART("stm32f446ve", F446, 512),
    PART("stm32f446zc", F446, 256),
    PART("stm32f446ze", F446, 512),
    PART("stm32f469ae", F469, 512),
    PART("stm32f469ag", F469, 1024),
    PART("stm32f469ai", F469, 2048),
    PART("stm32f469be", F469, 512),
    PART("stm32f469bg", F469, 1024),
    PART("stm32f469bi", F469, 2048),
    PART("stm32f469ie", F469, 512),
    PART("stm32f469ig", F469, 1024),
    PART("stm32f469ii", F469, 2048),
    PART("stm32f469ne", F469, 512),
    PART("stm32f469ng", F469, 1024),
    PART("stm32f469ni", F469, 2048),
    PART("stm32f469ve", F469, 512),
    PART("stm32f469vg", F469, 1024),
    PART("stm32f469vi", F469, 2048),
    PART("stm32f469ze", F469, 512),
    PART("stm32f469zg", F469, 1024),
    PART("stm32f469zi", F469, 2048),
    PART("stm32f479ag", F469, 1024),
    PART("stm32f479ai", F469, 2048),
    PART("stm32f479bg", F469, 1024),
    PART("stm32f479bi", F469, 2048),
    PART("stm32f479ig", F469, 1024),
    PART("stm32f479ii", F469, 2048),
    PART("stm32f479ng", F469, 1024),
    PART("stm32f479ni", F469, 2048),
    PART("stm32f479vg", F469, 1024),
    PART("stm32f479vi", F469, 2048),
    PART("stm32f479zg", F469, 1024),
    PART("stm32f479zi", F469, 2048),
};
// clang-format on

const struct sim_chip_row *sim_stm32f4_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
