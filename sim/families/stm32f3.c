// SPDX-License-Identifier: MIT
// STM32F3: RM0316 (F303, F358, F328, F398), RM0313 (F37x), RM0364 (F334), RM0365 (F302) and RM0366
// (F301, F318): their chapters on memory, flash, option bytes, clocks, interrupts, debug support
// and electronic signature; figures of DS9118. Bits 15:12 of the identity code read as 6 in the
// logs of people's boards.
//
// Everything that the virtual board knows of this family alone. Modelled are core, memories with
// the core-coupled one, flash controller, clocks, ports, SYSCFG, EXTI, power control, watchdogs,
// USART 1 and 2, timers 2 to 4, 6, 7 and 15 to 17, CRC and the debug support unit. The rest are
// named regions.
#include "sim/families/stm32f3.h"

#include "sim/families/factory.h"
#include "sim/families/programs.h"
#include "sim/parts/parts.h"

#define KIB 1024u

// Neighbours share a row: the bus has a limited number of mappings.
#define REGIONS_OF_ALL                                                                             \
    {"RTC", 0x40002800, 0x400}, {"SPI2, SPI3 and I2S", 0x40003400, 0x1000},                        \
        {"USART3 to UART5", 0x40004800, 0xc00}, {"I2C1 and I2C2", 0x40005400, 0x800},              \
        {"USB and CAN", 0x40005c00, 0xc00}, {"DAC, and I2C3 or CEC", 0x40007400, 0x800},           \
        {"DMA1 and DMA2", 0x40020000, 0x800},                                                      \
    {                                                                                              \
        "TSC", 0x40024000, 0x400                                                                   \
    }
#define REGIONS_OF_F30X                                                                            \
    REGIONS_OF_ALL, {"SPI1", 0x40013000, 0x400}, {"TIM1", 0x40012c00, 0x400},                      \
    {                                                                                              \
        "ADC1 and ADC2", 0x50000000, 0x400                                                         \
    }

static const struct sim_region regions_f301_8[] = {REGIONS_OF_F30X, {NULL, 0, 0}};
static const struct sim_region regions_f303_8[] = {
    REGIONS_OF_F30X,
    {"DAC2", 0x40009800, 0x400},
    {"HRTIM1", 0x40017400, 0x400},
    {NULL, 0, 0},
};
static const struct sim_region regions_f303_c[] = {
    REGIONS_OF_F30X,
    {"TIM8", 0x40013400, 0x400},
    {"ADC3 and ADC4", 0x50000400, 0x400},
    {NULL, 0, 0},
};
static const struct sim_region regions_f303_e[] = {
    REGIONS_OF_F30X,
    {"TIM8", 0x40013400, 0x400},
    {"SPI4", 0x40013c00, 0x400},
    {"TIM20", 0x40015000, 0x400},
    {"ADC3 and ADC4", 0x50000400, 0x400},
    {"FMC's memories", 0x60000000, 0x40000000},
    {"FMC", 0xa0000400, 0xc00},
    {NULL, 0, 0},
};
static const struct sim_region regions_f37x[] = {
    REGIONS_OF_ALL,
    {"TIM5", 0x40000c00, 0x400},
    {"timers 12 to 14", 0x40001800, 0xc00},
    {"DAC2 and TIM18", 0x40009800, 0x800},
    {"ADC1", 0x40012400, 0x400},
    {"SPI1", 0x40013000, 0x400},
    {"TIM19", 0x40015c00, 0x400},
    {"SDADC1 to SDADC3", 0x40016000, 0xc00},
    {NULL, 0, 0},
};

// ---- what the parts of this family have in particular ------------------------------------------

#define FLASH_BASE   0x08000000u
#define SRAM_BASE    0x20000000u
#define CCM_BASE     0x10000000u
#define SYSTEM_BASE  0x1fffd800u // 8 KiB on every die (AN2606)
#define OPTIONS_BASE 0x1ffff800u

// DS9118: 40, 53.5 and 60 us a halfword, 20 to 40 ms an erase. RM0316, 4.1 for the user byte;
// its bits for the parity check of the SRAM and the monitor of the SDADCs do nothing.
static const struct sim_fpec_config fpec = {
    .prefetches_at_reset = true,
    .sector_size = 4096,
    .user_mask = {[SIM_OPTION_WATCHDOG_BY_SOFTWARE] = 1u << 0,
                  [SIM_OPTION_NO_RESET_IN_STOP] = 1u << 1,
                  [SIM_OPTION_NO_RESET_IN_STANDBY] = 1u << 2,
                  [SIM_OPTION_NBOOT1] = 1u << 4,
                  [SIM_OPTION_VDDA_MONITOR] = 1u << 5},
    .time = {[SIM_FLASH_TYP] = {53500, 30000000, 30000000},
             [SIM_FLASH_MIN] = {40000, 20000000, 20000000},
             [SIM_FLASH_MAX] = {60000, 40000000, 40000000}},
};

// The debug port: PA13 and PA15 pulled up, PA14 pulled down, PB3 and PB4 (RM0316, GPIO registers).
static const struct sim_gpio_config gpio_a = {
    .moder = 0xa8000000, .ospeedr = 0x0c000000, .pupdr = 0x64000000};
static const struct sim_gpio_config gpio_b = {
    .moder = 0x00000280, .ospeedr = 0x000000c0, .pupdr = 0x00000100};

// Start-up times are the typical ones of DS9118; LSI: 30 to 50 kHz. There is no HSI14.
static const struct sim_rcc_config rcc = {
    .source = {[SIM_LSI] = {40000, 85000},
               [SIM_LSE] = {32768, 2000000000},
               [SIM_HSI] = {8000000, 1500},
               [SIM_HSE] = {0, 2000000},
               [SIM_PLL] = {0, 200000}},
    .max_hz = 72000000,
    .no_wait_hz = 24000000,
    .hsi48_feature = SIM_F3_HAS_NOTHING_MORE,
    .hsi_prediv_feature = SIM_F3_HAS_HSI_PREDIV,
    .usart1_on_apb1_feature = SIM_F3_HAS_USART1_ON_APB1,
    .has_two_apbs = true,
    .more_cfgr2_bits = 0x3ff0, // of the ADCs
};

static const struct sim_pin tx1[] = {{'A', 9, 7}, {'B', 6, 7}, {'C', 4, 7}, {'E', 0, 7}, {0, 0, 0}};
static const struct sim_pin tx2[] = {
    {'A', 2, 7}, {'A', 14, 7}, {'B', 3, 7}, {'D', 5, 7}, {0, 0, 0}};
static const struct sim_usart_config usart1 = {.tx = tx1}, usart2 = {.tx = tx2};

static const struct sim_crc_config crc = {.polynomial_feature = 0};
// Lines 23 to 28 are internal and open after a reset; those from 32 on are not there.
static const struct sim_exti_config exti = {
    .lines = {0x0001, 0x0002, 0x0004, 0x0008, 0x0010, 0x03e0, 0xfc00}, .imr = 0x1f800000};
static const struct sim_pwr_config pwr = {
    .wakeup = {{'A', 0, 0}, {'C', 13, 0}, {'E', 6, 0}}, .cr_bits = 0x1f3, .csr_ewup = 0x700};
// Those of DBGMCU_APB1_FZ and APB2_FZ; bits of peripherals that are not modelled are kept too.
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {0x42601fff, 0x0000003f},
                                                .more_cr_bits = 0xe1};

static const struct sim_tim_config tim2 = {32, 4, SIM_TIM_DOWN};
static const struct sim_tim_config tim3_4 = {16, 4, SIM_TIM_DOWN};
static const struct sim_tim_config tim6_7 = {16, 0, 0};
static const struct sim_tim_config tim15 = {16, 2, SIM_TIM_REPEATS};
static const struct sim_tim_config tim16_17 = {16, 1, SIM_TIM_REPEATS};

// ---- the parts (RM0316, 3.2 for addresses, chapters 9 and 14 for gates and interrupts) ----------

#define ON_AHB(gate_)     .lanes = SIM_LANES_AHB, .bus = SIM_ON_AHB, .gate = (gate_)
#define RAW_ON_AHB(gate_) .lanes = SIM_LANES_RAW, .bus = SIM_ON_AHB, .gate = (gate_)
#define ON_APB1(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_ON_APB1, .gate = (gate_)
#define ON_APB2(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_ON_APB2, .gate = (gate_)
#define BIT(n)            (1u << (n))
#define FREEZE(line, bit) .freeze_line = (line), .freeze = BIT(bit)

#define GPIO(letter, n, gate_, has, more)                                                          \
    {                                                                                              \
        .name = "GPIO" letter, .kind = &sim_part_gpio, .base = 0x48000000 + 0x400 * (n),           \
        ON_AHB(BIT(gate_)), .features = (has), .number = (n), .config = (more)                     \
    }

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire.
// clang-format off
static const struct sim_part_row parts[] = {
    {.name = "FPEC", .kind = &sim_part_fpec, .base = 0x40022000, RAW_ON_AHB(0), .irq = {4},
     .config = &fpec},
    {.name = "RCC", .kind = &sim_part_rcc, .base = 0x40021000, ON_AHB(0), .irq = {5},
     .config = &rcc},
    GPIO("A", 0, 17, 0, &gpio_a),
    GPIO("B", 1, 18, 0, &gpio_b),
    GPIO("C", 2, 19, 0, NULL),
    GPIO("D", 3, 20, 0, NULL),
    GPIO("E", 4, 21, SIM_F3_HAS_PORT_E, NULL),
    GPIO("F", 5, 22, 0, NULL),
    GPIO("G", 6, 23, SIM_F3_HAS_PORTS_G_H, NULL),
    GPIO("H", 7, 16, SIM_F3_HAS_PORTS_G_H, NULL),
    {.name = "USART1", .kind = &sim_part_usart, .base = 0x40013800, ON_APB2(BIT(14)), .irq = {37},
     .number = 0, .config = &usart1},
    {.name = "USART2", .kind = &sim_part_usart, .base = 0x40004400, ON_APB1(BIT(17)), .irq = {38},
     .number = 1, .config = &usart2},
    {.name = "IWDG", .kind = &sim_part_iwdg, .base = 0x40003000, ON_APB1(0), FREEZE(0, 12)},
    {.name = "WWDG", .kind = &sim_part_wwdg, .base = 0x40002c00, ON_APB1(BIT(11)), .irq = {0},
     FREEZE(0, 11)},
    {.name = "TIM2", .kind = &sim_part_tim, .base = 0x40000000, ON_APB1(BIT(0)), .irq = {28},
     FREEZE(0, 0), .config = &tim2},
    {.name = "TIM3", .kind = &sim_part_tim, .base = 0x40000400, ON_APB1(BIT(1)), .irq = {29},
     FREEZE(0, 1), .config = &tim3_4, .features = SIM_F3_HAS_TIM3},
    {.name = "TIM4", .kind = &sim_part_tim, .base = 0x40000800, ON_APB1(BIT(2)), .irq = {30},
     FREEZE(0, 2), .config = &tim3_4, .features = SIM_F3_HAS_TIM4},
    {.name = "TIM6", .kind = &sim_part_tim, .base = 0x40001000, ON_APB1(BIT(4)), .irq = {54},
     FREEZE(0, 4), .config = &tim6_7},
    {.name = "TIM7", .kind = &sim_part_tim, .base = 0x40001400, ON_APB1(BIT(5)), .irq = {55},
     FREEZE(0, 5), .config = &tim6_7, .features = SIM_F3_HAS_TIM7},
    {.name = "TIM15", .kind = &sim_part_tim, .base = 0x40014000, ON_APB2(BIT(16)), .irq = {24},
     FREEZE(1, 2), .config = &tim15},
    {.name = "TIM16", .kind = &sim_part_tim, .base = 0x40014400, ON_APB2(BIT(17)), .irq = {25},
     FREEZE(1, 3), .config = &tim16_17},
    {.name = "TIM17", .kind = &sim_part_tim, .base = 0x40014800, ON_APB2(BIT(18)), .irq = {26},
     FREEZE(1, 4), .config = &tim16_17},
    {.name = "CRC", .kind = &sim_part_crc, .base = 0x40023000, RAW_ON_AHB(BIT(6)), .config = &crc},
    {.name = "EXTI", .kind = &sim_part_exti, .base = 0x40010400, ON_APB2(0),
     .irq = {6, 7, 8, 9, 10, 23, 40}, .config = &exti},
    {.name = "PWR", .kind = &sim_part_pwr, .base = 0x40007000, ON_APB1(BIT(28)), .config = &pwr},
    {.name = "SYSCFG", .kind = &sim_part_syscfg, .base = 0x40010000, ON_APB2(BIT(0))},
    {.name = "DBGMCU", .kind = &sim_part_dbgmcu, .base = 0xe0042000, .lanes = SIM_LANES_AHB,
     .config = &dbgmcu, .is_for_debug = true},
    {.kind = NULL},
};
// clang-format on

// ---- what the factory writes --------------------------------------------------------------------

// RM0316, device electronic signature; DS9118 for the calibration values and what is measured.
#define VREFINT_MV 1230u
#define TS_30_MV   1430u
#define TS_110_MV  1086u // 4.3 mV less for each degree

static const struct sim_factory_signature signature = {
    .uid = 0x1ffff7ac,
    .flash_size = 0x1ffff7cc,
    .ts_cal1 = 0x1ffff7b8,
    .ts_cal2 = 0x1ffff7c2,
    .vrefint_cal = 0x1ffff7ba,
    .cal_vdda_mv = 3300,
    .ts_cal1_mv = TS_30_MV,
    .ts_cal2_mv = TS_110_MV,
    .vrefint_mv = VREFINT_MV,
};

static void fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes)
{
    static const uint8_t uid[] = {0x2b, 0x00, 0x1c, 0x00, 9, '3', '2', '5', '4', 'Q', '1', '6'};
    if (memory->kind == SIM_MEMORY_OPTIONS)
        sim_factory_put_option_bytes(0xaa, bytes);
    if (memory->kind != SIM_MEMORY_SYSTEM)
        return;
    sim_factory_put_boot_loader(row, memory, bytes);
    sim_factory_put_signature(&signature, uid, row, memory, bytes);
}

// RM0316, 3.5: BOOT0 and nBOOT1; level 2 boots the flash and nothing else (4.3.1).
static enum sim_memory_kind choose_boot(const struct sim_boot_facts *facts)
{
    if (facts->rdp_level == 2 || !facts->boot0)
        return SIM_MEMORY_FLASH;
    return facts->option[SIM_OPTION_NBOOT1] ? SIM_MEMORY_SYSTEM : SIM_MEMORY_SRAM;
}

// ---- programs that these chips can be given -----------------------------------------------------

#define RCC_CFGR      0x40021004u
#define RCC_AHBENR    0x40021014u
#define RCC_APB1ENR   0x4002101cu
#define GPIOAEN_RESET 0x00020014u // with SRAM and FLITF, which are on after reset
#define GPIOA_MODER   0x48000000u

static const struct sim_program programs[] = {
    {.name = "swd-off", // 5 ms after reset PA13 and PA14 become analog inputs
     .step = {{RCC_AHBENR, GPIOAEN_RESET}, {SIM_PROGRAM_WAIT, 10000}, {GPIOA_MODER, 0xbc000000}},
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

// Whether there is a protection unit is in ST's headers (__MPU_PRESENT).
#define FAMILY(name_, irqs, id, has_no_mpu)                                                        \
    static const struct sim_family name_ = {                                                       \
        .name = "STM32F3",                                                                         \
        .identity = {.dpidr = 0x2ba01477, /* SW-DP of the Cortex-M4 */                             \
                     .ap_idr = 0x24770011,                                                         \
                     .rom_base = 0xe00ff003,                                                       \
                     .cpuid = 0x410fc241, /* r0p1 */                                               \
                     .designer = 0x020,                                                            \
                     .part = (id)},                                                                \
        .interrupts = (irqs),                                                                      \
        .no_mpu = (has_no_mpu),                                                                    \
        .systick_calib = 0x40000000 | 9000, /* RM0316, 14.1.1, SKEW: 1 ms is not exact */          \
        .parts = parts,                                                                            \
        .swdio = {'A', 13, 0},                                                                     \
        .swclk = {'A', 14, 0},                                                                     \
        .electrics = {.power_on_mv = 1920, /* VPOR/PDR, typical (DS9118) */                        \
                      .power_down_mv = 1880,                                                       \
                      .running_ma = 6.0, /* at 8 MHz, about */                                     \
                      .resting_ma = 0.05,                                                          \
                      .drive_ohms = 50,                                                            \
                      .pull_ohms = 40000, /* 25 to 55 k; thresholds of inputs */                   \
                      .vil_per_vdd = 0.475f,                                                       \
                      .vil_mv = -200,                                                              \
                      .vih_per_vdd = 0.5f,                                                         \
                      .vih_mv = 200},                                                              \
        .system_reset_ns = 20000,     /* the least pulse (RM0316, 9.1.2) */                        \
        .power_on_reset_ns = 2500000, /* tRSTTEMPO, typical (DS9118) */                            \
        .choose_boot = choose_boot,                                                                \
        .fill_factory = fill_factory,                                                              \
        .programs = programs,                                                                      \
    }

FAMILY(die_422, 82, 0x422, false);
FAMILY(die_432, 82, 0x432, false);
FAMILY(die_438, 82, 0x438, true);
FAMILY(die_439, 82, 0x439, true);
FAMILY(die_446, 85, 0x446, false);

// .features and the rest of what a die has, or less where a line of it promises less.
#define F301_8 die_439, 0x10016439, SIM_F3_HAS_USART1_ON_APB1, regions_f301_8
#define F303_8                                                                                     \
    die_438, 0x10016438, SIM_F3_HAS_USART1_ON_APB1 | SIM_F3_HAS_TIM3 | SIM_F3_HAS_TIM7,            \
        regions_f303_8
#define F302_C die_422, 0x10036422, LARGE, regions_f303_c
#define F303_C die_422, 0x10036422, LARGE | SIM_F3_HAS_TIM7, regions_f303_c
#define F302_E                                                                                     \
    die_446, 0x10016446, LARGE | SIM_F3_HAS_HSI_PREDIV | SIM_F3_HAS_PORTS_G_H, regions_f303_e
#define F303_E                                                                                     \
    die_446, 0x10016446, LARGE | SIM_F3_HAS_HSI_PREDIV | SIM_F3_HAS_PORTS_G_H | SIM_F3_HAS_TIM7,   \
        regions_f303_e
#define F37X  die_432, 0x10016432, LARGE | SIM_F3_HAS_TIM7, regions_f37x
#define LARGE (SIM_F3_HAS_PORT_E | SIM_F3_HAS_TIM3 | SIM_F3_HAS_TIM4)

#define PART(part, die, kib, sram, ccm)      PART_WITH(part, kib, sram, ccm, die)
#define PART_WITH(part, kib, sram, ccm, ...) PART_OF(part, kib, sram, ccm, __VA_ARGS__)
#define PART_OF(part, kib, sram, ccm, family_, id, has, regions_)                                  \
    {                                                                                              \
        .name = part, .family = &(family_), .idcode = (id),                                        \
        .memory = {{SIM_MEMORY_FLASH, FLASH_BASE, (kib)*KIB, 2 * KIB, 0, 0},                       \
                   {SIM_MEMORY_SRAM, SRAM_BASE, (sram)*KIB, 0, 0, 0},                              \
                   {SIM_MEMORY_SYSTEM, SYSTEM_BASE, 8 * KIB, 0, 0, 0},                             \
                   {SIM_MEMORY_OPTIONS, OPTIONS_BASE, 16, 0, 0, 0},                                \
                   {SIM_MEMORY_SRAM, CCM_BASE, (ccm)*KIB, 0, 0, 0}},                               \
        .features = (has), .regions = (regions_)                                                   \
    }

// clang-format off
static const struct sim_chip_row rows[] = {
    PART("stm32f301c6", F301_8, 32, 16, 0),
    PART("stm32f301c8", F301_8, 64, 16, 0),
    PART("stm32f301k6", F301_8, 32, 16, 0),
    PART("stm32f301k8", F301_8, 64, 16, 0),
    PART("stm32f301r6", F301_8, 32, 16, 0),
    PART("stm32f301r8", F301_8, 64, 16, 0),
    PART("stm32f302c6", F301_8, 32, 16, 0),
    PART("stm32f302c8", F301_8, 64, 16, 0),
    PART("stm32f302cb", F302_C, 128, 32, 0),
    PART("stm32f302cc", F302_C, 256, 40, 0),
    PART("stm32f302k6", F301_8, 32, 16, 0),
    PART("stm32f302k8", F301_8, 64, 16, 0),
    PART("stm32f302r6", F301_8, 32, 16, 0),
    PART("stm32f302r8", F301_8, 64, 16, 0),
    PART("stm32f302rb", F302_C, 128, 32, 0),
    PART("stm32f302rc", F302_C, 256, 40, 0),
    PART("stm32f302rd", F302_E, 384, 64, 0),
    PART("stm32f302re", F302_E, 512, 64, 0),
    PART("stm32f302vb", F302_C, 128, 32, 0),
    PART("stm32f302vc", F302_C, 256, 40, 0),
    PART("stm32f302vd", F302_E, 384, 64, 0),
    PART("stm32f302ve", F302_E, 512, 64, 0),
    PART("stm32f302zd", F302_E, 384, 64, 0),
    PART("stm32f302ze", F302_E, 512, 64, 0),
    PART("stm32f303c6", F303_8, 32, 12, 4),
    PART("stm32f303c8", F303_8, 64, 12, 4),
    PART("stm32f303cb", F303_C, 128, 32, 8),
    PART("stm32f303cc", F303_C, 256, 40, 8),
    PART("stm32f303k6", F303_8, 32, 12, 4),
    PART("stm32f303k8", F303_8, 64, 12, 4),
    PART("stm32f303r6", F303_8, 32, 12, 4),
    PART("stm32f303r8", F303_8, 64, 12, 4),
    PART("stm32f303rb", F303_C, 128, 32, 8),
    PART("stm32f303rc", F303_C, 256, 40, 8),
    PART("stm32f303rd", F303_E, 384, 64, 16),
    PART("stm32f303re", F303_E, 512, 64, 16),
    PART("stm32f303vb", F303_C, 128, 32, 8),
    PART("stm32f303vc", F303_C, 256, 40, 8),
    PART("stm32f303vd", F303_E, 384, 64, 16),
    PART("stm32f303ve", F303_E, 512, 64, 16),
    PART("stm32f303zd", F303_E, 384, 64, 16),
    PART("stm32f303ze", F303_E, 512, 64, 16),
    PART("stm32f318c8", F301_8, 64, 16, 0),
    PART("stm32f318k8", F301_8, 64, 16, 0),
    PART("stm32f328c8", F303_8, 64, 12, 4),
    PART("stm32f334c4", F303_8, 16, 12, 4),
    PART("stm32f334c6", F303_8, 32, 12, 4),
    PART("stm32f334c8", F303_8, 64, 12, 4),
    PART("stm32f334k4", F303_8, 16, 12, 4),
    PART("stm32f334k6", F303_8, 32, 12, 4),
    PART("stm32f334k8", F303_8, 64, 12, 4),
    PART("stm32f334r6", F303_8, 32, 12, 4),
    PART("stm32f334r8", F303_8, 64, 12, 4),
    PART("stm32f358cc", F303_C, 256, 40, 8),
    PART("stm32f358rc", F303_C, 256, 40, 8),
    PART("stm32f358vc", F303_C, 256, 40, 8),
    PART("stm32f373c8", F37X, 64, 16, 0),
    PART("stm32f373cb", F37X, 128, 24, 0),
    PART("stm32f373cc", F37X, 256, 32, 0),
    PART("stm32f373r8", F37X, 64, 16, 0),
    PART("stm32f373rb", F37X, 128, 24, 0),
    PART("stm32f373rc", F37X, 256, 32, 0),
    PART("stm32f373v8", F37X, 64, 16, 0),
    PART("stm32f373vb", F37X, 128, 24, 0),
    PART("stm32f373vc", F37X, 256, 32, 0),
    PART("stm32f378cc", F37X, 256, 32, 0),
    PART("stm32f378rc", F37X, 256, 32, 0),
    PART("stm32f378vc", F37X, 256, 32, 0),
    PART("stm32f398ve", F303_E, 512, 64, 16),
};
// clang-format on

const struct sim_chip_row *sim_stm32f3_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
