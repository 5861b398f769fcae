// SPDX-License-Identifier: MIT
// STM32F1: RM0008 (F101 to F107) and RM0041 (F100), 3 (memory map), 10 (interrupts), 31.6 (identity
// code), 30 (size and unique number); PM0075, PM0063 and PM0068 (flash of low to high density, of
// the value line and of XL density); figures of DS5319.
//
// Everything that the virtual board knows of this family alone. Modelled are core, memories, flash
// controller, clocks, ports, AFIO, EXTI, power control, watchdogs, timers, USARTs, ADC1, CRC and
// the debug support unit. The rest are named regions.
#include "sim/families/stm32f1.h"

#include "sim/families/factory.h"
#include "sim/families/programs.h"
#include "sim/parts/parts.h"

#define KIB 1024u

// Neighbours share a row: the bus has a limited number of mappings.
static const struct sim_region regions[] = {
    {"timers 12 to 14", 0x40001800, 0xc00},
    {"RTC", 0x40002800, 0x400},
    {"SPI2 and SPI3", 0x40003800, 0x800},
    {"UART4 and UART5", 0x40004c00, 0x800},
    {"I2C", 0x40005400, 0x800},
    {"USB and CAN", 0x40005c00, 0x1000},
    {"backup registers", 0x40006c00, 0x400},
    {"DAC and CEC", 0x40007400, 0x800},
    {"ADC2", 0x40012800, 0x400},
    {"SPI1", 0x40013000, 0x400},
    {"USART3", 0x40004800, 0x400},
    {"ADC3", 0x40013c00, 0x400},
    {"timers 9 to 11 and 15 to 17", 0x40014000, 0x1800},
    {"SDIO", 0x40018000, 0x400},
    {"DMA1 and DMA2", 0x40020000, 0x800},
    {"Ethernet", 0x40028000, 0x1400},
    {"USB OTG", 0x50000000, 0x40000},
    {NULL, 0, 0},
};

// ---- what the parts of this family have in particular ------------------------------------------

#define FLASH_BASE   0x08000000u
#define SRAM_BASE    0x20000000u
#define OPTIONS_BASE 0x1ffff800u
#define BANK_SIZE    (512 * KIB)

static const struct sim_fpec_config fpec = {
    .is_f1 = true,
    .prefetches_at_reset = true, // PM0075, 3.1
    .bank_size = BANK_SIZE,
    .sector_size = 4096, // PM0075, 2.4.2
    .user_mask = {[SIM_OPTION_WATCHDOG_BY_SOFTWARE] = 1u << 0,
                  [SIM_OPTION_NO_RESET_IN_STOP] = 1u << 1,
                  [SIM_OPTION_NO_RESET_IN_STANDBY] = 1u << 2,
                  [SIM_OPTION_BFB2] = 1u << 3},
    .time = {[SIM_FLASH_TYP] = {52500, 30000000, 30000000}, // DS5319, 5.3.9
             [SIM_FLASH_MIN] = {40000, 20000000, 20000000},
             [SIM_FLASH_MAX] = {70000, 40000000, 40000000}},
};

// Start-up times are the typical ones of DS5319, 5.3.6 to 5.3.8.
#define RCC_CONFIG(max, step)                                                                      \
    {                                                                                              \
        .source = {[SIM_LSI] = {40000, 85000},                                                     \
                   [SIM_LSE] = {32768, 2000000000},                                                \
                   [SIM_HSI] = {8000000, 1500},                                                    \
                   [SIM_HSE] = {0, 2000000},                                                       \
                   [SIM_PLL] = {0, 200000}},                                                       \
        .max_hz = (max), .no_wait_hz = (step), .predivider_feature = SIM_F1_HAS_PREDIVIDER         \
    }
static const struct sim_rcc_config rcc = RCC_CONFIG(72000000, 24000000);
static const struct sim_rcc_config rcc_vl = RCC_CONFIG(24000000, 24000000);

static const struct sim_crc_config crc = {.polynomial_feature = SIM_F1_HAS_NOTHING_MORE};
static const struct sim_exti_config exti = {
    .lines = {0x0001, 0x0002, 0x0004, 0x0008, 0x0010, 0x03e0, 0xfc00}};
static const struct sim_pwr_config pwr = {
    .wakeup = {{'A', 0, 0}}, .cr_bits = 0x1f3, .csr_ewup = 0x100};
// RM0008, 31.16.3; bits of peripherals that are not modelled are kept too.
static const struct sim_dbgmcu_config dbgmcu = {
    .freeze_bits = {0x0fffff00}, .more_cr_bits = 0xe1, .freezes_in_cr = true};
// DS5319, 5.3.4 and 5.3.19: 1.20 V, 1.43 V at 25 degrees, 17.1 us.
static const struct sim_adc_f1_config adc1 = {
    .channel = {{'A', 0, 0},
                {'A', 1, 0},
                {'A', 2, 0},
                {'A', 3, 0},
                {'A', 4, 0},
                {'A', 5, 0},
                {'A', 6, 0},
                {'A', 7, 0},
                {'B', 0, 0},
                {'B', 1, 0},
                {'C', 0, 0},
                {'C', 1, 0},
                {'C', 2, 0},
                {'C', 3, 0},
                {'C', 4, 0},
                {'C', 5, 0}},
    .reference_mv = 1200,
    .temperature_mv = 1430,
    .temperature_channel = 16,
    .reference_channel = 17,
    .internal_ns = 17100,
};
static const struct sim_tim_config tim1_8 = {16, 4,
                                             SIM_TIM_DOWN | SIM_TIM_REPEATS | SIM_TIM_TWO_IRQS};
static const struct sim_tim_config tim_of_4 = {16, 4, SIM_TIM_DOWN};
static const struct sim_tim_config tim_basic = {16, 0, 0};

// By AFIO_MAPR (RM0008, 9.3.8 and 9.3.9).
static const struct sim_pin tx1[] = {{'A', 9, 0}, {'B', 6, 1}, {0, 0, 0}};
static const struct sim_pin tx2[] = {{'A', 2, 0}, {'D', 5, 1}, {0, 0, 0}};
static const struct sim_pin tx3[] = {{'B', 10, 0}, {'C', 10, 1}, {'D', 8, 3}, {0, 0, 0}};
static const struct sim_usart_f1_config usart1 = {.tx = tx1, .remap_shift = 2, .remap_mask = 1};
static const struct sim_usart_f1_config usart2 = {.tx = tx2, .remap_shift = 3, .remap_mask = 1};
static const struct sim_usart_f1_config usart3 = {.tx = tx3, .remap_shift = 4, .remap_mask = 3};

static const struct sim_part_config configs_vl[] = {{"RCC", &rcc_vl}, {NULL, NULL}};

// ---- the parts (RM0008, 3.3 for addresses, 7.3 for gates, 10.1.2 for interrupts) ----------------

#define RAW_ON_AHB(gate_) .lanes = SIM_LANES_RAW, .bus = SIM_ON_AHB, .gate = (gate_)
#define ON_APB1(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_ON_APB1, .gate = (gate_)
#define ON_APB2(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_ON_APB2, .gate = (gate_)
#define BIT(n)            (1u << (n))
#define FREEZE(bit)       .freeze_line = 0, .freeze = BIT(bit)

#define GPIO(letter, n, has)                                                                       \
    {                                                                                              \
        .name = "GPIO" letter, .kind = &sim_part_gpio_f1, .base = 0x40010800 + 0x400 * (n),        \
        ON_APB2(BIT(2 + (n))), .features = (has), .number = (n)                                    \
    }

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire.
// clang-format off
static const struct sim_part_row parts[] = {
    {.name = "FPEC", .kind = &sim_part_fpec, .base = 0x40022000, .size = 0x40, RAW_ON_AHB(0),
     .irq = {4}, .config = &fpec},
    {.name = "FPEC2", .kind = &sim_part_fpec_second, .base = 0x40022040, .size = 0x40, .number = 1,
     RAW_ON_AHB(0), .irq = {4}, .config = &fpec, .features = SIM_F1_HAS_BANK2},
    {.name = "RCC", .kind = &sim_part_rcc_f1, .base = 0x40021000, .lanes = SIM_LANES_AHB,
     .irq = {5}, .config = &rcc},
    {.name = "AFIO", .kind = &sim_part_afio, .base = 0x40010000, ON_APB2(BIT(0))},
    GPIO("A", 0, 0),
    GPIO("B", 1, 0),
    GPIO("C", 2, 0),
    GPIO("D", 3, 0),
    GPIO("E", 4, 0),
    GPIO("F", 5, SIM_F1_HAS_PORTS_F_G),
    GPIO("G", 6, SIM_F1_HAS_PORTS_F_G),
    {.name = "IWDG", .kind = &sim_part_iwdg, .base = 0x40003000, ON_APB1(0), FREEZE(8)},
    {.name = "WWDG", .kind = &sim_part_wwdg, .base = 0x40002c00, ON_APB1(BIT(11)), .irq = {0},
     FREEZE(9)},
    {.name = "ADC1", .kind = &sim_part_adc_f1, .base = 0x40012400, ON_APB2(BIT(9)), .irq = {18},
     .config = &adc1},
    {.name = "USART1", .kind = &sim_part_usart_f1, .base = 0x40013800, ON_APB2(BIT(14)),
     .irq = {37}, .config = &usart1},
    {.name = "USART2", .kind = &sim_part_usart_f1, .base = 0x40004400, ON_APB1(BIT(17)),
     .irq = {38}, .config = &usart2},
    {.name = "USART3", .kind = &sim_part_usart_f1, .base = 0x40004800, ON_APB1(BIT(18)),
     .irq = {39}, .config = &usart3, .features = SIM_F1_HAS_USART3},
    {.name = "TIM1", .kind = &sim_part_tim, .base = 0x40012c00, ON_APB2(BIT(11)), .irq = {25, 27},
     FREEZE(10), .config = &tim1_8, .features = SIM_F1_HAS_TIM1},
    {.name = "TIM8", .kind = &sim_part_tim, .base = 0x40013400, ON_APB2(BIT(13)), .irq = {44, 46},
     FREEZE(17), .config = &tim1_8, .features = SIM_F1_HAS_TIM8},
    {.name = "TIM2", .kind = &sim_part_tim, .base = 0x40000000, ON_APB1(BIT(0)), .irq = {28},
     FREEZE(11), .config = &tim_of_4},
    {.name = "TIM3", .kind = &sim_part_tim, .base = 0x40000400, ON_APB1(BIT(1)), .irq = {29},
     FREEZE(12), .config = &tim_of_4},
    {.name = "TIM4", .kind = &sim_part_tim, .base = 0x40000800, ON_APB1(BIT(2)), .irq = {30},
     FREEZE(13), .config = &tim_of_4},
    {.name = "TIM5", .kind = &sim_part_tim, .base = 0x40000c00, ON_APB1(BIT(3)), .irq = {50},
     FREEZE(18), .config = &tim_of_4, .features = SIM_F1_HAS_TIM5_TO_7},
    {.name = "TIM6", .kind = &sim_part_tim, .base = 0x40001000, ON_APB1(BIT(4)), .irq = {54},
     FREEZE(19), .config = &tim_basic, .features = SIM_F1_HAS_TIM5_TO_7},
    {.name = "TIM7", .kind = &sim_part_tim, .base = 0x40001400, ON_APB1(BIT(5)), .irq = {55},
     FREEZE(20), .config = &tim_basic, .features = SIM_F1_HAS_TIM5_TO_7},
    {.name = "CRC", .kind = &sim_part_crc, .base = 0x40023000, RAW_ON_AHB(BIT(6)), .config = &crc},
    {.name = "EXTI", .kind = &sim_part_exti, .base = 0x40010400, ON_APB2(0),
     .irq = {6, 7, 8, 9, 10, 23, 40}, .config = &exti},
    {.name = "PWR", .kind = &sim_part_pwr, .base = 0x40007000, ON_APB1(BIT(28)), .config = &pwr},
    {.name = "DBGMCU", .kind = &sim_part_dbgmcu, .base = 0xe0042000, .lanes = SIM_LANES_AHB,
     .config = &dbgmcu, .is_for_debug = true},
    {.kind = NULL},
};
// clang-format on

// ---- what the factory writes --------------------------------------------------------------------

static const struct sim_factory_signature signature = {.uid = 0x1ffff7e8, .flash_size = 0x1ffff7e0};

static void fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes)
{
    if (memory->kind == SIM_MEMORY_OPTIONS)
        sim_factory_put_option_bytes(0xa5, bytes);
    if (memory->kind != SIM_MEMORY_SYSTEM)
        return;
    sim_factory_put_boot_loader(row, memory, bytes);
    sim_factory_put_signature(&signature, sim_factory_uid, row, memory, bytes);
}

// RM0008, 3.4. What BFB2 chooses, the boot loader would start: it listens to nobody, so the first
// bank it is.
static enum sim_memory_kind choose_boot(const struct sim_boot_facts *facts)
{
    if (!facts->boot0)
        return SIM_MEMORY_FLASH;
    return facts->boot1 ? SIM_MEMORY_SRAM : SIM_MEMORY_SYSTEM;
}

// ---- programs that these chips can be given -----------------------------------------------------

#define RCC_CFGR    0x40021004u
#define RCC_APB2ENR 0x40021018u
#define RCC_APB1ENR 0x4002101cu
#define AFIO_MAPR   0x40010004u

static const struct sim_program programs[] = {
    {.name = "swd-off", // 5 ms after reset SWJ_CFG gives the debug port's pins away
     .step = {{RCC_APB2ENR, 1}, {SIM_PROGRAM_WAIT, 10000}, {AFIO_MAPR, 4u << 24}},
     .end = SIM_END_RUN},
    SIM_PROGRAM_DEEP_SLEEP("stop", RCC_APB1ENR, 1, 10000),
    SIM_PROGRAM_DEEP_SLEEP("standby", RCC_APB1ENR, 6, 10000),
    SIM_PROGRAM_IWDG(300, 10000), // bites every 30 ms
    {.name = "slow-clock",        // 5 ms after reset HCLK is 15.6 kHz
     .step = {{SIM_PROGRAM_WAIT, 10000}, {RCC_CFGR, 0xf0}},
     .end = SIM_END_RUN},
    {.name = NULL},
};

// ---- the chips ----------------------------------------------------------------------------------

#define FAMILY(name_, irqs, id, has_no_mpu)                                                        \
    static const struct sim_family name_ = {                                                       \
        .name = "STM32F1",                                                                         \
        .identity = {.dpidr = 0x1ba01477, /* SW-DP of the Cortex-M3 (RM0008, 31.8.5) */            \
                     .ap_idr = 0x14770011,                                                         \
                     .rom_base = 0xe00ff003,                                                       \
                     .cpuid = 0x411fc231, /* r1p1 */                                               \
                     .designer = 0x020,                                                            \
                     .part = (id)},                                                                \
        .interrupts = (irqs),                                                                      \
        .no_mpu = (has_no_mpu),                                                                    \
        .systick_calib = 0x40000000 | 9000, /* RM0008, 10.1.1, SKEW: 1 ms is not exact */          \
        .parts = parts,                                                                            \
        .swdio = {'A', 13, 0},                                                                     \
        .swclk = {'A', 14, 0},                                                                     \
        .electrics = {.power_on_mv = 1920, /* VPOR/PDR, typical (DS5319, 5.3.3) */                 \
                      .power_down_mv = 1880,                                                       \
                      .running_ma = 5.5, /* at 8 MHz (5.3.5) */                                    \
                      .resting_ma = 0.05,                                                          \
                      .drive_ohms = 50,                                                            \
                      .pull_ohms = 40000, /* 30 to 50 k; thresholds of inputs (5.3.13) */          \
                      .vil_per_vdd = 0.28f,                                                        \
                      .vil_mv = 240,                                                               \
                      .vih_per_vdd = 0.41f,                                                        \
                      .vih_mv = 480},                                                              \
        .system_reset_ns = 20000,       /* the least pulse (RM0008, 7.1.1) */                      \
        .power_on_reset_ns = 2500000,   /* tRSTTEMPO, typical (DS5319, 5.3.3) */                   \
        .loads_options_at_reset = true, /* PM0075, 2.4 */                                          \
        .has_one_protection_level = true,                                                          \
        .has_reset_on_vdda = true, /* DS5319, 2.3.9 */                                             \
        .choose_boot = choose_boot,                                                                \
        .fill_factory = fill_factory,                                                              \
        .programs = programs,                                                                      \
    }

FAMILY(low_density, 43, 0x412, true);
FAMILY(medium_density, 43, 0x410, true);
FAMILY(high_density, 60, 0x414, true);
FAMILY(xl_density, 60, 0x430, false);
FAMILY(connectivity_line, 68, 0x418, true);
FAMILY(value_line, 56, 0x420, true);
FAMILY(high_density_value_line, 61, 0x428, true);

// .features and the rest of what a die has; the last word is the size of the flash's pages.
#define LD  low_density, 0x10006412, 0x1ffff000, 2, 1, 0, NULL
#define LD3 low_density, 0x10006412, 0x1ffff000, 2, 1, SIM_F1_HAS_TIM1, NULL
#define MD  medium_density, 0x20036410, 0x1ffff000, 2, 1, SIM_F1_HAS_USART3, NULL
#define MD3 medium_density, 0x20036410, 0x1ffff000, 2, 1, SIM_F1_HAS_USART3 | SIM_F1_HAS_TIM1, NULL
#define HD  high_density, 0x10036414, 0x1ffff000, 2, 2, LARGE, NULL
#define HD3 high_density, 0x10036414, 0x1ffff000, 2, 2, LARGE | TIM1_AND_8, NULL
#define XL  xl_density, 0x10036430, 0x1fffe000, 6, 2, LARGE | SIM_F1_HAS_BANK2, NULL
#define XL3 xl_density, 0x10036430, 0x1fffe000, 6, 2, LARGE | SIM_F1_HAS_BANK2 | TIM1_AND_8, NULL
#define CL                                                                                         \
    connectivity_line, 0x10016418, 0x1fffb000, 18, 2,                                              \
        SIM_F1_HAS_PREDIVIDER | SIM_F1_HAS_TIM5_TO_7 | SIM_F1_HAS_USART3 | SIM_F1_HAS_TIM1, NULL
#define VLL                                                                                        \
    value_line, 0x10016420, 0x1ffff000, 2, 1, SIM_F1_HAS_PREDIVIDER | SIM_F1_HAS_TIM1, configs_vl
#define VL                                                                                         \
    value_line, 0x10016420, 0x1ffff000, 2, 1,                                                      \
        SIM_F1_HAS_PREDIVIDER | SIM_F1_HAS_TIM1 | SIM_F1_HAS_USART3, configs_vl
#define HDVL                                                                                       \
    high_density_value_line, 0x10016428, 0x1ffff000, 2, 2,                                         \
        LARGE | SIM_F1_HAS_PREDIVIDER | SIM_F1_HAS_TIM1, configs_vl
#define LARGE      (SIM_F1_HAS_PORTS_F_G | SIM_F1_HAS_TIM5_TO_7 | SIM_F1_HAS_USART3)
#define TIM1_AND_8 (SIM_F1_HAS_TIM1 | SIM_F1_HAS_TIM8)

#define PART(part, die, kib, sram)      PART_WITH(part, kib, sram, die)
#define PART_WITH(part, kib, sram, ...) PART_OF(part, kib, sram, __VA_ARGS__)
#define PART_OF(part, kib, sram, family_, id, system, system_kib, page_kib, has, configs_)         \
    {                                                                                              \
        .name = part, .family = &(family_), .idcode = (id),                                        \
        .memory = {{SIM_MEMORY_FLASH, FLASH_BASE, (kib)*KIB, (page_kib)*KIB, 0, 0},                \
                   {SIM_MEMORY_SRAM, SRAM_BASE, (sram)*KIB, 0, 0, 0},                              \
                   {SIM_MEMORY_SYSTEM, system, (system_kib)*KIB, 0, 0, 0},                         \
                   {SIM_MEMORY_OPTIONS, OPTIONS_BASE, 16, 0, 0, 0}},                               \
        .features = (has), .configs = (configs_), .regions = regions                               \
    }

// clang-format off
static const struct sim_chip_row rows[] = {
    PART("stm32f100c4", VLL, 16, 4),
    PART("stm32f100c6", VLL, 32, 4),
    PART("stm32f100c8", VL, 64, 8),
    PART("stm32f100cb", VL, 128, 8),
    PART("stm32f100r4", VLL, 16, 4),
    PART("stm32f100r6", VLL, 32, 4),
    PART("stm32f100r8", VL, 64, 8),
    PART("stm32f100rb", VL, 128, 8),
    PART("stm32f100rc", HDVL, 256, 24),
    PART("stm32f100rd", HDVL, 384, 32),
    PART("stm32f100re", HDVL, 512, 32),
    PART("stm32f100v8", VL, 64, 8),
    PART("stm32f100vb", VL, 128, 8),
    PART("stm32f100vc", HDVL, 256, 24),
    PART("stm32f100vd", HDVL, 384, 32),
    PART("stm32f100ve", HDVL, 512, 32),
    PART("stm32f100zc", HDVL, 256, 24),
    PART("stm32f100zd", HDVL, 384, 32),
    PART("stm32f100ze", HDVL, 512, 32),
    PART("stm32f101c4", LD, 16, 4),
    PART("stm32f101c6", LD, 32, 6),
    PART("stm32f101c8", MD, 64, 10),
    PART("stm32f101cb", MD, 128, 16),
    PART("stm32f101r4", LD, 16, 4),
    PART("stm32f101r6", LD, 32, 6),
    PART("stm32f101r8", MD, 64, 10),
    PART("stm32f101rb", MD, 128, 16),
    PART("stm32f101rc", HD, 256, 32),
    PART("stm32f101rd", HD, 384, 48),
    PART("stm32f101re", HD, 512, 48),
    PART("stm32f101rf", XL, 768, 80),
    PART("stm32f101rg", XL, 1024, 80),
    PART("stm32f101t4", LD, 16, 4),
    PART("stm32f101t6", LD, 32, 6),
    PART("stm32f101t8", MD, 64, 10),
    PART("stm32f101tb", MD, 128, 16),
    PART("stm32f101v8", MD, 64, 10),
    PART("stm32f101vb", MD, 128, 16),
    PART("stm32f101vc", HD, 256, 32),
    PART("stm32f101vd", HD, 384, 48),
    PART("stm32f101ve", HD, 512, 48),
    PART("stm32f101vf", XL, 768, 80),
    PART("stm32f101vg", XL, 1024, 80),
    PART("stm32f101zc", HD, 256, 32),
    PART("stm32f101zd", HD, 384, 48),
    PART("stm32f101ze", HD, 512, 48),
    PART("stm32f101zf", XL, 768, 80),
    PART("stm32f101zg", XL, 1024, 80),
    PART("stm32f102c4", LD, 16, 4),
    PART("stm32f102c6", LD, 32, 6),
    PART("stm32f102c8", MD, 64, 10),
    PART("stm32f102cb", MD, 128, 16),
    PART("stm32f102r4", LD, 16, 4),
    PART("stm32f102r6", LD, 32, 6),
    PART("stm32f102r8", MD, 64, 10),
    PART("stm32f102rb", MD, 128, 16),
    PART("stm32f103c4", LD3, 16, 6),
    PART("stm32f103c6", LD3, 32, 10),
    PART("stm32f103c8", MD3, 64, 20),
    PART("stm32f103cb", MD3, 128, 20),
    PART("stm32f103r4", LD3, 16, 6),
    PART("stm32f103r6", LD3, 32, 10),
    PART("stm32f103r8", MD3, 64, 20),
    PART("stm32f103rb", MD3, 128, 20),
    PART("stm32f103rc", HD3, 256, 48),
    PART("stm32f103rd", HD3, 384, 64),
    PART("stm32f103re", HD3, 512, 64),
    PART("stm32f103rf", XL3, 768, 96),
    PART("stm32f103rg", XL3, 1024, 96),
    PART("stm32f103t4", LD3, 16, 6),
    PART("stm32f103t6", LD3, 32, 10),
    PART("stm32f103t8", MD3, 64, 20),
    PART("stm32f103tb", MD3, 128, 20),
    PART("stm32f103v8", MD3, 64, 20),
    PART("stm32f103vb", MD3, 128, 20),
    PART("stm32f103vc", HD3, 256, 48),
    PART("stm32f103vd", HD3, 384, 64),
    PART("stm32f103ve", HD3, 512, 64),
    PART("stm32f103vf", XL3, 768, 96),
    PART("stm32f103vg", XL3, 1024, 96),
    PART("stm32f103zc", HD3, 256, 48),
    PART("stm32f103zd", HD3, 384, 64),
    PART("stm32f103ze", HD3, 512, 64),
    PART("stm32f103zf", XL3, 768, 96),
    PART("stm32f103zg", XL3, 1024, 96),
    PART("stm32f105r8", CL, 64, 64),
    PART("stm32f105rb", CL, 128, 64),
    PART("stm32f105rc", CL, 256, 64),
    PART("stm32f105v8", CL, 64, 64),
    PART("stm32f105vb", CL, 128, 64),
    PART("stm32f105vc", CL, 256, 64),
    PART("stm32f107rb", CL, 128, 64),
    PART("stm32f107rc", CL, 256, 64),
    PART("stm32f107vb", CL, 128, 64),
    PART("stm32f107vc", CL, 256, 64),
};
// clang-format on

const struct sim_chip_row *sim_stm32f1_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
