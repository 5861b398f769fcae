// SPDX-License-Identifier: MIT
// STM32F0: RM0091 and RM0360, 2.2 (memory map), 3.2.1 (flash), 32.4.1 (identity code; bits 15:12
// read as 6 on every part seen); pins from the data sheets' tables of alternate functions (DS9773,
// DS10697…).
//
// Everything that the virtual board knows of this family alone: its chips, the parts they are made
// of with addresses, gates, interrupts and figures, its identity, what the factory writes into a
// chip, and from where it boots.
#include "sim/families/stm32f0.h"

#include "sim/families/factory.h"
#include "sim/families/programs.h"
#include "sim/parts/parts.h"

#define KIB 1024u

#define REGIONS_OF_ALL                                                                             \
    {"RTC", 0x40002800, 0x400}, {"I2C1", 0x40005400, 0x400}, {"SPI1", 0x40013000, 0x400},          \
    {                                                                                              \
        "DMA", 0x40020000, 0x400                                                                   \
    }

static const struct sim_region regions_f031[] = {REGIONS_OF_ALL, {NULL, 0, 0}};
static const struct sim_region regions_f042[] = {
    REGIONS_OF_ALL,
    {"SPI2", 0x40003800, 0x400},
    {"USB", 0x40005c00, 0x800},
    {"CAN", 0x40006400, 0x400},
    {"CRS", 0x40006c00, 0x400},
    {"CEC", 0x40007800, 0x400},
    {"TSC", 0x40024000, 0x400},
    {NULL, 0, 0},
};
static const struct sim_region regions_f051[] = {
    REGIONS_OF_ALL,
    {"SPI2", 0x40003800, 0x400},
    {"I2C2", 0x40005800, 0x400},
    {"DAC", 0x40007400, 0x400},
    {"CEC", 0x40007800, 0x400},
    {"TSC", 0x40024000, 0x400},
    {NULL, 0, 0},
};
// Neighbours share a row: the bus has a limited number of mappings.
static const struct sim_region regions_f072[] = {
    REGIONS_OF_ALL,
    {"SPI2", 0x40003800, 0x400},
    {"USART3 and USART4", 0x40004800, 0x800},
    {"I2C2", 0x40005800, 0x400},
    {"USB", 0x40005c00, 0x800},
    {"CAN", 0x40006400, 0x400},
    {"CRS", 0x40006c00, 0x400},
    {"DAC and CEC", 0x40007400, 0x800},
    {"TSC", 0x40024000, 0x400},
    {NULL, 0, 0},
};
static const struct sim_region regions_f091[] = {
    REGIONS_OF_ALL,
    {"SPI2", 0x40003800, 0x400},
    {"USART3 to USART5", 0x40004800, 0xc00},
    {"I2C2", 0x40005800, 0x400},
    {"CAN", 0x40006400, 0x400},
    {"CRS", 0x40006c00, 0x400},
    {"DAC and CEC", 0x40007400, 0x800},
    {"USART6 to USART8", 0x40011400, 0xc00},
    {"DMA2", 0x40020400, 0x400},
    {"TSC", 0x40024000, 0x400},
    {NULL, 0, 0},
};

// ---- what the parts of this family have in particular ------------------------------------------

#define FLASH_BASE   0x08000000u
#define SRAM_BASE    0x20000000u
#define OPTIONS_BASE 0x1ffff800u

#define VREFINT_MV 1230u // DS9773, 6.3.4: 1.2 to 1.25 V
#define TS_30_MV   1430u // of the temperature sensor at 30 degrees (DS9773, 6.3.17)
#define TS_110_MV  1086u // 4.3 mV less for each degree
#define TS_25_MV   (TS_30_MV + 21u)

static const struct sim_fpec_config fpec = {
    .sector_size = 4096, // RM0091, 3.3.2
    .user_mask = {[SIM_OPTION_WATCHDOG_BY_SOFTWARE] = 1u << 0,
                  [SIM_OPTION_NO_RESET_IN_STOP] = 1u << 1,
                  [SIM_OPTION_NO_RESET_IN_STANDBY] = 1u << 2,
                  [SIM_OPTION_NBOOT0] = 1u << 3,
                  [SIM_OPTION_NBOOT1] = 1u << 4,
                  [SIM_OPTION_VDDA_MONITOR] = 1u << 5,
                  [SIM_OPTION_BOOT_SEL] = 1u << 7},
    .time = {[SIM_FLASH_TYP] = {53500, 30000000, 30000000}, // DS9773, 6.3.10
             [SIM_FLASH_MIN] = {40000, 20000000, 20000000},
             [SIM_FLASH_MAX] = {60000, 40000000, 40000000}},
};

// The debug port: PA13 pulled up and fast, PA14 pulled down (RM0091, 8.4).
static const struct sim_gpio_config gpio_a = {
    .moder = 0x28000000, .ospeedr = 0x0c000000, .pupdr = 0x24000000};

// Start-up times are the typical ones of DS9773, 6.3.7 and 6.3.8; LSI: 30 to 50 kHz.
static const struct sim_rcc_config rcc = {
    .source = {[SIM_LSI] = {40000, 85000},
               [SIM_LSE] = {32768, 2000000000},
               [SIM_HSI] = {8000000, 1500},
               [SIM_HSE] = {0, 2000000},
               [SIM_PLL] = {0, 200000},
               [SIM_HSI14] = {14000000, 1500},
               [SIM_HSI48] = {48000000, 6000}},
    .max_hz = 48000000,
    .no_wait_hz = 24000000,
    .hsi48_feature = SIM_HAS_HSI48,
};

static const struct sim_adc_config adc = {
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
    .own_clock_hz = 14000000,
    .reference_mv = VREFINT_MV,
    .temperature_mv = TS_25_MV,
};

static const struct sim_crc_config crc = {.polynomial_feature = SIM_HAS_CRC_POLYNOMIAL};
static const struct sim_pwr_config pwr = {
    .wakeup = {{'A', 0, 0}, {'C', 13, 0}}, .cr_bits = 0x1f3, .csr_ewup = 0xff00};
// RM0091, 32.9.4; bits of peripherals that are not modelled are kept too.
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {0x02201d33, 0x00070800}};

static const struct sim_tim_config tim1 = {16, 4,
                                           SIM_TIM_DOWN | SIM_TIM_REPEATS | SIM_TIM_TWO_IRQS};
static const struct sim_tim_config tim2 = {32, 4, SIM_TIM_DOWN};
static const struct sim_tim_config tim3 = {16, 4, SIM_TIM_DOWN};
static const struct sim_tim_config tim6_7 = {16, 0, 0};
static const struct sim_tim_config tim14 = {16, 1, SIM_TIM_REMAPS};
static const struct sim_tim_config tim15 = {16, 2, SIM_TIM_REPEATS};
static const struct sim_tim_config tim16_17 = {16, 1, SIM_TIM_REPEATS};

// ---- what differs from die to die ---------------------------------------------------------------

// F03x has one USART, and its TX is on PA2 and PA14 too; elsewhere these two belong to USART2.
static const struct sim_pin tx1_f03x[] = {
    {'A', 9, 1}, {'A', 2, 1}, {'A', 14, 1}, {'B', 6, 0}, {0, 0, 0}};
static const struct sim_pin tx1[] = {{'A', 9, 1}, {'B', 6, 0}, {0, 0, 0}};
static const struct sim_pin tx2[] = {{'A', 2, 1}, {'A', 14, 1}, {0, 0, 0}};
static const struct sim_pin tx2_f07x[] = {{'A', 2, 1}, {'A', 14, 1}, {'D', 5, 0}, {0, 0, 0}};
static const struct sim_usart_config usart1_f03x = {.tx = tx1_f03x}, usart1 = {.tx = tx1},
                                     usart2 = {.tx = tx2}, usart2_f07x = {.tx = tx2_f07x};

#define EXTI_WITH(reset_imr)                                                                       \
    {                                                                                              \
        .lines = {0x0003, 0x000c, 0xfff0}, .imr = (reset_imr)                                      \
    }
static const struct sim_exti_config exti_f03x = EXTI_WITH(0x0ff40000),
                                    exti_f04x = EXTI_WITH(0x7ff40000),
                                    exti_f05x = EXTI_WITH(0x0f940000),
                                    exti_f07x = EXTI_WITH(0x7f840000);

static const struct sim_part_config configs_f03x[] = {
    {"EXTI", &exti_f03x}, {"USART1", &usart1_f03x}, {NULL, NULL}};
static const struct sim_part_config configs_f04x[] = {{"EXTI", &exti_f04x}, {NULL, NULL}};
static const struct sim_part_config configs_f05x[] = {{"EXTI", &exti_f05x}, {NULL, NULL}};
static const struct sim_part_config configs_f07x[] = {
    {"EXTI", &exti_f07x}, {"USART2", &usart2_f07x}, {NULL, NULL}};

// ---- the parts (RM0091, 2.2.2 for addresses, 6.4 for gates, 11.1.3 for interrupts) -------------

#define ON_AHB(gate_)     .lanes = SIM_LANES_AHB, .bus = SIM_ON_AHB, .gate = (gate_)
#define RAW_ON_AHB(gate_) .lanes = SIM_LANES_RAW, .bus = SIM_ON_AHB, .gate = (gate_)
#define ON_APB1(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_ON_APB1, .gate = (gate_)
#define ON_APB2(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_ON_APB2, .gate = (gate_)
#define BIT(n)            (1u << (n))
#define FREEZE(line, bit) .freeze_line = (line), .freeze = BIT(bit)

#define GPIO(letter, n, has, more)                                                                 \
    {                                                                                              \
        .name = "GPIO" letter, .kind = &sim_part_gpio, .base = 0x48000000 + 0x400 * (n),           \
        ON_AHB(BIT(17 + (n))), .features = (has), .number = (n), .config = (more)                  \
    }

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire.
// clang-format off
static const struct sim_part_row parts[] = {
    {.name = "FPEC", .kind = &sim_part_fpec, .base = 0x40022000, RAW_ON_AHB(0), .irq = {3},
     .config = &fpec},
    {.name = "RCC", .kind = &sim_part_rcc, .base = 0x40021000, ON_AHB(0), .irq = {4},
     .config = &rcc},
    GPIO("A", 0, 0, &gpio_a),
    GPIO("B", 1, 0, NULL),
    GPIO("C", 2, 0, NULL),
    GPIO("D", 3, SIM_HAS_PORT_D, NULL),
    GPIO("E", 4, SIM_HAS_PORT_E, NULL),
    GPIO("F", 5, 0, NULL),
    {.name = "USART1", .kind = &sim_part_usart, .base = 0x40013800, ON_APB2(BIT(14)), .irq = {27},
     .number = 0, .config = &usart1},
    {.name = "USART2", .kind = &sim_part_usart, .base = 0x40004400, ON_APB1(BIT(17)), .irq = {28},
     .number = 1, .features = SIM_HAS_USART2, .config = &usart2},
    {.name = "IWDG", .kind = &sim_part_iwdg, .base = 0x40003000, ON_APB1(0), FREEZE(0, 12)},
    {.name = "WWDG", .kind = &sim_part_wwdg, .base = 0x40002c00, ON_APB1(BIT(11)), .irq = {0},
     FREEZE(0, 11)},
    {.name = "ADC", .kind = &sim_part_adc, .base = 0x40012400, ON_APB2(BIT(9)), .irq = {12},
     .config = &adc},
    {.name = "TIM1", .kind = &sim_part_tim, .base = 0x40012c00, ON_APB2(BIT(11)), .irq = {13, 14},
     FREEZE(1, 11), .config = &tim1},
    {.name = "TIM2", .kind = &sim_part_tim, .base = 0x40000000, ON_APB1(BIT(0)), .irq = {15},
     FREEZE(0, 0), .config = &tim2, .features = SIM_HAS_TIM2},
    {.name = "TIM3", .kind = &sim_part_tim, .base = 0x40000400, ON_APB1(BIT(1)), .irq = {16},
     FREEZE(0, 1), .config = &tim3},
    {.name = "TIM6", .kind = &sim_part_tim, .base = 0x40001000, ON_APB1(BIT(4)), .irq = {17},
     FREEZE(0, 4), .config = &tim6_7, .features = SIM_HAS_TIM6},
    {.name = "TIM7", .kind = &sim_part_tim, .base = 0x40001400, ON_APB1(BIT(5)), .irq = {18},
     FREEZE(0, 5), .config = &tim6_7, .features = SIM_HAS_TIM7},
    {.name = "TIM14", .kind = &sim_part_tim, .base = 0x40002000, ON_APB1(BIT(8)), .irq = {19},
     FREEZE(0, 8), .config = &tim14},
    {.name = "TIM15", .kind = &sim_part_tim, .base = 0x40014000, ON_APB2(BIT(16)), .irq = {20},
     FREEZE(1, 16), .config = &tim15, .features = SIM_HAS_TIM15},
    {.name = "TIM16", .kind = &sim_part_tim, .base = 0x40014400, ON_APB2(BIT(17)), .irq = {21},
     FREEZE(1, 17), .config = &tim16_17},
    {.name = "TIM17", .kind = &sim_part_tim, .base = 0x40014800, ON_APB2(BIT(18)), .irq = {22},
     FREEZE(1, 18), .config = &tim16_17},
    {.name = "CRC", .kind = &sim_part_crc, .base = 0x40023000, RAW_ON_AHB(BIT(6)), .config = &crc},
    {.name = "EXTI", .kind = &sim_part_exti, .base = 0x40010400, ON_APB2(0), .irq = {5, 6, 7}},
    {.name = "PWR", .kind = &sim_part_pwr, .base = 0x40007000, ON_APB1(BIT(28)), .config = &pwr},
    {.name = "SYSCFG", .kind = &sim_part_syscfg, .base = 0x40010000, ON_APB2(BIT(0))},
    {.name = "DBGMCU", .kind = &sim_part_dbgmcu, .base = 0x40015800, ON_APB2(BIT(22)),
     .config = &dbgmcu, .is_for_debug = true},
    {.kind = NULL},
};
// clang-format on

// ---- what the factory writes --------------------------------------------------------------------

// RM0091, 33 for identity and size; DS9773, 3.10 for the calibration values.

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
    if (memory->kind == SIM_MEMORY_OPTIONS)
        sim_factory_put_option_bytes(0xaa, bytes);
    if (memory->kind != SIM_MEMORY_SYSTEM)
        return;
    sim_factory_put_boot_loader(row, memory, bytes);
    sim_factory_put_signature(&signature, sim_factory_uid, row, memory, bytes);
}

// ---- boot (RM0091, 2.5) -------------------------------------------------------------------------

static enum sim_memory_kind choose_boot(const struct sim_boot_facts *facts)
{
    unsigned features = facts->row->features;
    bool from_flash = !facts->boot0;
    if (features & SIM_HAS_BOOT_SEL && !facts->option[SIM_OPTION_BOOT_SEL])
        from_flash = facts->option[SIM_OPTION_NBOOT0];
    if (facts->rdp_level == 2) // nothing else is bootable (3.3.1)
        return SIM_MEMORY_FLASH;
    if (from_flash && features & SIM_HAS_EMPTY_CHECK && facts->flash_empty)
        return SIM_MEMORY_SYSTEM;
    if (from_flash)
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
     .step = {{RCC_AHBENR, GPIOAEN_RESET}, {SIM_PROGRAM_WAIT, 10000}, {GPIOA_MODER, 0x3c000000}},
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

static const struct sim_family stm32f0 = {
    .name = "STM32F0",
    .identity = {.dpidr = 0x0bb11477,  // SW-DP of the Cortex-M0 (DDI 0432, 8.2)
                 .ap_idr = 0x04770021, // its AHB-AP, as real parts answer
                 .rom_base = 0xe00ff003,
                 .cpuid = 0x410cc200, // r0p0 (DDI 0432, 4.2)
                 .designer = 0x020,   // ST
                 .part = 0x440},      // of an STM32F042, although its DEV_ID is 445
    .interrupts = 32,
    .parts = parts,
    .swdio = {'A', 13, 0},
    .swclk = {'A', 14, 0},
    .electrics = {.power_on_mv = 1920, // VPOR/PDR, typical (DS9773, 6.3.3)
                  .power_down_mv = 1880,
                  .running_ma = 5.0, // at 8 MHz (6.3.5)
                  .resting_ma = 0.05,
                  .drive_ohms = 50,
                  .pull_ohms = 40000, // 25 to 55 k; thresholds of inputs (6.3.14)
                  .vil_per_vdd = 0.475f,
                  .vil_mv = -200,
                  .vih_per_vdd = 0.5f,
                  .vih_mv = 200},
    .system_reset_ns = 20000,     // the pulse of every internal reset, at least (RM0091, 6.1.1)
    .power_on_reset_ns = 2500000, // tRSTTEMPO, typical (DS9773, 6.3.3)
    .choose_boot = choose_boot,
    .fill_factory = fill_factory,
    .programs = programs,
};

// What every part of a die has. The value lines are the same silicon, with less of it promised.
#define DIE_F03X                                                                                   \
    .idcode = 0x10006444, .memory[1] = {SIM_MEMORY_SRAM, SRAM_BASE, 4 * KIB, 0, 0, 0},             \
    .memory[2] = {SIM_MEMORY_SYSTEM, 0x1fffec00, 3 * KIB, 0, 0, 0}, .configs = configs_f03x,       \
    .regions = regions_f031
#define DIE_F04X                                                                                   \
    .idcode = 0x10006445, .memory[1] = {SIM_MEMORY_SRAM, SRAM_BASE, 6 * KIB, 0, 0, 0},             \
    .memory[2] = {SIM_MEMORY_SYSTEM, 0x1fffc400, 13 * KIB, 0, 0, 0}, .configs = configs_f04x,      \
    .regions = regions_f042
#define DIE_F05X                                                                                   \
    .idcode = 0x20006440, .memory[1] = {SIM_MEMORY_SRAM, SRAM_BASE, 8 * KIB, 0, 0, 0},             \
    .memory[2] = {SIM_MEMORY_SYSTEM, 0x1fffec00, 3 * KIB, 0, 0, 0}, .configs = configs_f05x,       \
    .regions = regions_f051
#define DIE_F07X                                                                                   \
    .idcode = 0x20016448, .memory[1] = {SIM_MEMORY_SRAM, SRAM_BASE, 16 * KIB, 0, 0, 0},            \
    .memory[2] = {SIM_MEMORY_SYSTEM, 0x1fffc800, 12 * KIB, 0, 0, 0}, .configs = configs_f07x,      \
    .regions = regions_f072
#define DIE_F09X                                                                                   \
    .idcode = 0x10006442, .memory[1] = {SIM_MEMORY_SRAM, SRAM_BASE, 32 * KIB, 0, 0, 0},            \
    .memory[2] = {SIM_MEMORY_SYSTEM, 0x1fffd800, 8 * KIB, 0, 0, 0}, .configs = configs_f07x,       \
    .regions = regions_f091

#define PORTS_D     SIM_HAS_PORT_D
#define PORTS_DE    (SIM_HAS_PORT_D | SIM_HAS_PORT_E)
#define TIMERS_F05X (SIM_HAS_TIM6 | SIM_HAS_TIM15)
#define TIMERS_F07X (TIMERS_F05X | SIM_HAS_TIM7)
#define FEATURES_F04X                                                                              \
    (SIM_HAS_USART2 | SIM_HAS_TIM2 | SIM_HAS_BOOT_SEL | SIM_HAS_EMPTY_CHECK | SIM_HAS_HSI48)
#define FEATURES_F07X                                                                              \
    (SIM_HAS_USART2 | SIM_HAS_TIM2 | TIMERS_F07X | SIM_HAS_HSI48 | SIM_HAS_CRC_POLYNOMIAL)
#define FEATURES_F09X (FEATURES_F07X | SIM_HAS_BOOT_SEL | SIM_HAS_EMPTY_CHECK)

#define PAGE_SMALL (1 * KIB)
#define PAGE_LARGE (2 * KIB)
#define PART(part, die, kib, page, has)                                                            \
    {                                                                                              \
        .name = part, .family = &stm32f0, die,                                                     \
        .memory[0] = {SIM_MEMORY_FLASH, FLASH_BASE, (kib)*KIB, page, 0, 0},                        \
        .memory[3] = {SIM_MEMORY_OPTIONS, OPTIONS_BASE, 16, 0, 0, 0}, .features = (has)            \
    }

// clang-format off
static const struct sim_chip_row rows[] = {
    PART("stm32f031k6", DIE_F03X, 32, PAGE_SMALL, SIM_HAS_TIM2),
    PART("stm32f031f4", DIE_F03X, 16, PAGE_SMALL, SIM_HAS_TIM2),
    PART("stm32f030f4", DIE_F03X, 16, PAGE_SMALL, 0),
    PART("stm32f030k6", DIE_F03X, 32, PAGE_SMALL, 0),
    PART("stm32f042k6", DIE_F04X, 32, PAGE_SMALL, FEATURES_F04X),
    PART("stm32f042f4", DIE_F04X, 16, PAGE_SMALL, FEATURES_F04X),
    PART("stm32f070f6", DIE_F04X, 32, PAGE_SMALL, SIM_HAS_USART2 | SIM_HAS_EMPTY_CHECK),
    PART("stm32f051c8", DIE_F05X, 64, PAGE_SMALL, PORTS_D | SIM_HAS_USART2 | SIM_HAS_TIM2 | TIMERS_F05X),
    PART("stm32f051k6", DIE_F05X, 32, PAGE_SMALL, PORTS_D | SIM_HAS_USART2 | SIM_HAS_TIM2 | TIMERS_F05X),
    PART("stm32f030c8", DIE_F05X, 64, PAGE_SMALL, PORTS_D | SIM_HAS_USART2 | TIMERS_F05X),
    PART("stm32f072rb", DIE_F07X, 128, PAGE_LARGE, PORTS_DE | FEATURES_F07X),
    PART("stm32f072c8", DIE_F07X, 64, PAGE_LARGE, PORTS_DE | FEATURES_F07X),
    PART("stm32f070rb", DIE_F07X, 128, PAGE_LARGE, PORTS_DE | SIM_HAS_USART2 | TIMERS_F07X),
    PART("stm32f091rc", DIE_F09X, 256, PAGE_LARGE, PORTS_DE | FEATURES_F09X),
    PART("stm32f091cb", DIE_F09X, 128, PAGE_LARGE, PORTS_DE | FEATURES_F09X),
    PART("stm32f030rc", DIE_F09X, 256, PAGE_LARGE, PORTS_DE | SIM_HAS_USART2 | TIMERS_F07X | SIM_HAS_EMPTY_CHECK),
};
// clang-format on

const struct sim_chip_row *sim_stm32f0_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
