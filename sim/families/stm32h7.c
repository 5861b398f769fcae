// SPDX-License-Identifier: MIT
// STM32H7: RM0433, RM0399, RM0468 and RM0455, their chapters on memory (2), flash (4; 5 of RM0455),
// power, clocks, interrupts and debug support; figures of DS12110 (H743), DS13313 (H723) and
// DS13195 (H7A3). Sections are those of RM0433 where nothing else is said.
#include "sim/families/stm32h7.h"

#include "base/bytes.h"
#include "sim/families/factory.h"
#include "sim/parts/parts_h7.h"

#define MS  1000000ull
#define US  1000ull
#define MHZ 1000000u

// Parts come before these, so that a region names what is left between them.
const struct sim_region sim_h7_regions[] = {
    {"peripherals of APB1", 0x40000000, 0x10000},
    {"peripherals of APB2", 0x40010000, 0x8000},
    {"DMA, ADC1 and ADC2, Ethernet, USB", 0x40020000, 0xa0000},
    {"DCMI, CRYP, HASH, RNG and SDMMC2", 0x48020000, 0x3000},
    {"LTDC and DSI", 0x50000000, 0x3000},
    {"MDMA, DMA2D, JPEG, FMC, QUADSPI and SDMMC1", 0x51000000, 0x01010000},
    {"peripherals of APB4", 0x58000000, 0x7000},
    {"ports, BDMA and HSEM", 0x58020000, 0x7000},
    {"units of debug and trace", 0x5c000000, 0x20000},
    {NULL, 0, 0},
};

// ---- flash --------------------------------------------------------------------------------------

#define ALL(value)                                                                                 \
    {                                                                                              \
        (value), (value), (value), (value)                                                         \
    }
// DS12110, 6.3.11, by 8, 16, 32 and 64 bits; there are no least values.
#define TYPICAL_74X                                                                                \
    {                                                                                              \
        {290 * US, 180 * US, 130 * US, 100 * US}, {2000 * MS, 1800 * MS, 1100 * MS, 1000 * MS},    \
        {                                                                                          \
            13000 * MS, 8000 * MS, 6000 * MS, 5000 * MS                                            \
        }                                                                                          \
    }
#define TIMES_74X                                                                                  \
    {                                                                                              \
        [SIM_FLASH_TYP] = TYPICAL_74X, [SIM_FLASH_MIN] = TYPICAL_74X,                              \
        [SIM_FLASH_MAX] = {{580 * US, 360 * US, 260 * US, 200 * US},                               \
                           {4000 * MS, 3600 * MS, 2200 * MS, 2000 * MS},                           \
                           {26000 * MS, 16000 * MS, 12000 * MS, 10000 * MS}},                      \
    }
// From memory: of a flash word of 16 bytes, a sector of 8 KiB and a bank.
#define TYPICAL_7AX                                                                                \
    {                                                                                              \
        ALL(20 * US), ALL(2 * MS), ALL(10 * MS)                                                    \
    }

#define OPTSR_MASK 0xe07effdcu // without busy and error flags and what is fixed
#define AREA_MASK  0x8fff0fffu
#define AREA_NONE  0x000000ffu
#define OPTION_WORDS(optsr, mask, wrp)                                                             \
    [SIM_WORDS_OPTSR] = {(mask), (optsr)}, [SIM_WORDS_PRAR1] = {AREA_MASK, AREA_NONE},             \
    [SIM_WORDS_SCAR1] = {AREA_MASK, AREA_NONE}, [SIM_WORDS_WPSN1] = {(wrp), (wrp)},                \
    [SIM_WORDS_BOOT] = {0xffffffff, 0x1ff00800}
#define BANK2_OPTION_WORDS(wrp)                                                                    \
    [SIM_WORDS_PRAR2] = {AREA_MASK, AREA_NONE}, [SIM_WORDS_SCAR2] = {AREA_MASK, AREA_NONE},        \
    [SIM_WORDS_WPSN2] = {(wrp), (wrp)}
#define USER_OPTIONS                                                                               \
    [SIM_OPTION_WATCHDOG_BY_SOFTWARE] = 1u << 4, [SIM_OPTION_NO_RESET_IN_STOP] = 1u << 6,          \
    [SIM_OPTION_NO_RESET_IN_STANDBY] = 1u << 7, [SIM_OPTION_WATCHDOG_IN_STOP] = 1u << 17,          \
    [SIM_OPTION_WATCHDOG_IN_STANDBY] = 1u << 18
#define LAYOUT_74X                                                                                 \
    .unit = 32, .psize_mask = 3u << 4, .sector_mask = 7u << 8, .fw = 1u << 6, .start = 1u << 7,    \
    .sector_shift = 8, .wrp_sectors = 1, .time = TIMES_74X

// Bits of OPTSR without a name read as people's dumps show them (0x1386aaf0, 0x13c6aaf0).
static const struct sim_flash_words_config flash_74x = {
    LAYOUT_74X,
    .has_second_bank = true,
    .acr_reset = 0x37,
    .acr_mask = 0x37,
    .option = {OPTION_WORDS(0x1386aaf0, OPTSR_MASK, 0xff), BANK2_OPTION_WORDS(0xff)},
    .option_mask = {USER_OPTIONS},
};
static const struct sim_flash_words_config flash_two_cores = {
    LAYOUT_74X,
    .has_second_bank = true,
    .acr_reset = 0x37,
    .acr_mask = 0x37,
    .option = {OPTION_WORDS(0x13c6aaf0, OPTSR_MASK | 0x03c00020, 0xff),
               BANK2_OPTION_WORDS(0xff), [SIM_WORDS_BOOT4] = {0xffffffff, 0x10000810}},
    .option_mask =
        {USER_OPTIONS, [SIM_OPTION_BOOTS_CORE1] = 1u << 23, [SIM_OPTION_BOOTS_CORE2] = 1u << 22},
};
// One bank: there is nothing to exchange.
static const struct sim_flash_words_config flash_72x = {
    LAYOUT_74X,
    .acr_reset = 0x13,
    .acr_mask = 0x3f,
    .option = {OPTION_WORDS(0x1386aaf0, OPTSR_MASK & 0x7fffffffu, 0xff), [SIM_WORDS_OPTSR2] = {0x7,
                                                                                               0}},
    .option_mask = {USER_OPTIONS},
};
static const struct sim_flash_words_config flash_7ax = {
    .unit = 16,
    .sector_mask = 0x7fu << 6,
    .fw = 1u << 4,
    .start = 1u << 5,
    .sector_shift = 6,
    .wrp_sectors = 4,
    .has_second_bank = true,
    .acr_reset = 0x13,
    .acr_mask = 0x3f,
    .option = {OPTION_WORDS(0x1006aad0, OPTSR_MASK | 1u << 16, 0xffffffff),
               BANK2_OPTION_WORDS(0xffffffff)},
    .option_mask = {USER_OPTIONS},
    .time = {[SIM_FLASH_TYP] = TYPICAL_7AX,
             [SIM_FLASH_MIN] = TYPICAL_7AX,
             [SIM_FLASH_MAX] = {ALL(40 * US), ALL(10 * MS), ALL(20 * MS)}},
};

// ---- clocks and power ---------------------------------------------------------------------------

// Start-up times are the typical ones of DS12110, 6.3.7 to 6.3.9. In VOS3 the buses have at least
// the 64 MHz that a reset leaves them.
#define START                                                                                      \
    {                                                                                              \
        [SIM_H7_LSI] = 80000, [SIM_H7_LSE] = 2000000000, [SIM_H7_HSI] = 1400,                      \
        [SIM_H7_HSE] = 2000000, [SIM_H7_CSI] = 1000, [SIM_H7_HSI48] = 3500, [SIM_H7_PLL1] = 50000, \
        [SIM_H7_PLL2] = 50000, [SIM_H7_PLL3] = 50000                                               \
    }
#define RCC_74X                                                                                    \
    .start_ns = START, .max_cpu_hz = {480 * MHZ, 400 * MHZ, 300 * MHZ, 200 * MHZ},                 \
    .max_hclk_hz = {240 * MHZ, 200 * MHZ, 150 * MHZ, 100 * MHZ},                                   \
    .max_pclk_hz = {120 * MHZ, 100 * MHZ, 75 * MHZ, 64 * MHZ}, .wait_step_hz = 70 * MHZ,           \
    .rsr = 0xd0, .has_cpu_domain_flags = true
static const struct sim_rcc_h7_config rcc_74x = {RCC_74X};
static const struct sim_rcc_h7_config rcc_two_cores = {RCC_74X, .second_core = 0x190};
static const struct sim_rcc_h7_config rcc_72x = {
    .start_ns = START,
    .max_cpu_hz = {550 * MHZ, 400 * MHZ, 300 * MHZ, 170 * MHZ},
    .max_hclk_hz = {275 * MHZ, 200 * MHZ, 150 * MHZ, 85 * MHZ},
    .max_pclk_hz = {138 * MHZ, 100 * MHZ, 75 * MHZ, 64 * MHZ},
    .wait_step_hz = 70 * MHZ,
    .rsr = 0xd0,
    .has_cpu_domain_flags = true,
};
static const struct sim_rcc_h7_config rcc_7ax = {
    .start_ns = START,
    .max_cpu_hz = {280 * MHZ, 225 * MHZ, 160 * MHZ, 88 * MHZ},
    .max_hclk_hz = {280 * MHZ, 225 * MHZ, 160 * MHZ, 88 * MHZ},
    .max_pclk_hz = {140 * MHZ, 113 * MHZ, 80 * MHZ, 64 * MHZ},
    .wait_step_hz = 42 * MHZ,
    .rsr = 0x130,
};

// After a reset the scale is VOS3 on all of them (6.8.6; RM0468, 6.8.6; RM0455, 6.8.7).
static const struct sim_pwr_h7_config pwr_74x = {
    .scale_of_vos = {3, 3, 2, 1}, .has_overdrive = true, .standby_mask = 0x7, .d3cr_reset = 0x4000};
static const struct sim_pwr_h7_config pwr_72x = {
    .scale_of_vos = {0, 3, 2, 1}, .standby_mask = 0x7, .d3cr_reset = 0x4000};
static const struct sim_pwr_h7_config pwr_7ax = {.scale_of_vos = {3, 2, 1, 0}, .standby_mask = 0x4};

const struct sim_part_config sim_h7_configs_74x[] = {
    {"FLASH", &flash_74x}, {"RCC", &rcc_74x}, {"PWR", &pwr_74x}, {NULL, NULL}};
const struct sim_part_config sim_h7_configs_two_cores[] = {
    {"FLASH", &flash_two_cores}, {"RCC", &rcc_two_cores}, {"PWR", &pwr_74x}, {NULL, NULL}};
const struct sim_part_config sim_h7_configs_72x[] = {
    {"FLASH", &flash_72x}, {"RCC", &rcc_72x}, {"PWR", &pwr_72x}, {NULL, NULL}};
const struct sim_part_config sim_h7_configs_7ax[] = {
    {"FLASH", &flash_7ax}, {"RCC", &rcc_7ax}, {"PWR", &pwr_7ax}, {NULL, NULL}};

// ---- what the other parts have in particular ----------------------------------------------------

// All pins are analog but those of the debug port: PA13 and PA15 pulled up, PA14 pulled down, PB3
// and PB4 (11.4).
static const struct sim_gpio_config gpio_a = {
    .moder = 0xabffffff, .ospeedr = 0x0c000000, .pupdr = 0x64000000};
static const struct sim_gpio_config gpio_b = {
    .moder = 0xfffffebf, .ospeedr = 0x000000c0, .pupdr = 0x00000100};
static const struct sim_gpio_config gpio = {.moder = 0xffffffff};

static const struct sim_crc_config crc = {.polynomial_feature = 0};
static const struct sim_exti_config exti = {
    .lines = {0x0001, 0x0002, 0x0004, 0x0008, 0x0010, 0x03e0, 0xfc00},
    .imr = 0xffc00000,
    .edges = 0x003fffff,
    .begins_with_edges = true,
    .has_pr_behind_masks = true};
// APB3, APB1L, APB2 and APB4, and the same for the second core; it has a Stop and a Standby of its
// own domain, which are only kept (60.5.8).
static const struct sim_dbgmcu_config dbgmcu = {
    .freeze_bits = {0x40, 0x00e00bff, 0x20070003, 0x000d1e80, 0x40, 0x00e00bff, 0x20070003,
                    0x000d1e80},
    .freeze_offset = {0x34, 0x3c, 0x4c, 0x54, 0x38, 0x40, 0x50, 0x58},
    .more_cr_bits = 0x107001b9,
    .is_h7 = true};
// The tables of the bus of the units of debug, at 0xe00e0000 and 0xe00f0000, with SWO and its
// funnel, and CTI, funnel, ETF and TPIU (60.5.4; a log shows them).
static const struct sim_mcu_rom_config debug_rom = {
    .entry = {0x5c003000, 0x5c004000, 0x5c010000, 0}, .part = 0};
static const struct sim_mcu_rom_config trace_rom = {
    .entry = {0x5c011000, 0x5c013000, 0x5c014000, 0x5c015000, 0}, .part = 1};

static const struct sim_iwdg_config iwdg = {.stops_in_stop = true};
static const struct sim_wwdg_config wwdg = {.prescaler_shift = 11, .prescaler_mask = 7};

static const struct sim_tim_config tim1_8 = {16, 4,
                                             SIM_TIM_DOWN | SIM_TIM_REPEATS | SIM_TIM_TWO_IRQS};
static const struct sim_tim_config tim2_5 = {32, 4, SIM_TIM_DOWN};
static const struct sim_tim_config tim3_4 = {16, 4, SIM_TIM_DOWN};
static const struct sim_tim_config tim6_7 = {16, 0, 0};
static const struct sim_tim_config tim_of_2 = {16, 2, 0};
static const struct sim_tim_config tim_of_1 = {16, 1, 0};

static const struct sim_pin tx1[] = {{'A', 9, 7}, {'B', 6, 7}, {'B', 14, 4}, {0, 0, 0}};
static const struct sim_pin tx2[] = {{'A', 2, 7}, {'D', 5, 7}, {0, 0, 0}};
static const struct sim_pin tx3[] = {{'B', 10, 7}, {'C', 10, 7}, {'D', 8, 7}, {0, 0, 0}};
static const struct sim_pin tx6[] = {{'C', 6, 7}, {'G', 14, 7}, {0, 0, 0}};
static const struct sim_usart_config usart1 = {.tx = tx1, .fifo = 16, .has_prescaler = true};
static const struct sim_usart_config usart2 = {.tx = tx2, .fifo = 16, .has_prescaler = true};
static const struct sim_usart_config usart3 = {.tx = tx3, .fifo = 16, .has_prescaler = true};
static const struct sim_usart_config usart6 = {.tx = tx6, .fifo = 16, .has_prescaler = true};

// ---- the parts ----------------------------------------------------------------------------------

#define BIT(n)            (1u << (n))
#define ON_AHB(bus_, n)   .lanes = SIM_LANES_AHB, .bus = (bus_), .gate = (n)
#define RAW_ON(bus_, n)   .lanes = SIM_LANES_RAW, .bus = (bus_), .gate = (n)
#define ON_APB(bus_, n)   .lanes = SIM_LANES_APB, .bus = (bus_), .gate = (n)
#define FREEZE(line, bit) .freeze_line = (line), .freeze = BIT(bit)
enum { FREEZE_APB3, FREEZE_APB1L, FREEZE_APB2, FREEZE_APB4 };

#define GPIO(letter, n, more)                                                                      \
    {                                                                                              \
        .name = "GPIO" letter, .kind = &sim_part_gpio, .base = 0x58020000 + 0x400 * (n),           \
        ON_AHB(SIM_H7_ON_AHB4, BIT(n)), .number = (n), .config = (more)                            \
    }
#define TIM(name_, base_, bit, config_)                                                            \
    .name = name_, .kind = &sim_part_tim, .base = (base_), ON_APB(SIM_H7_ON_APB1L, BIT(bit)),      \
    FREEZE(FREEZE_APB1L, bit), .config = (config_)
#define LATE_TIM(name_, base_, bit, config_)                                                       \
    .name = name_, .kind = &sim_part_tim, .base = (base_), ON_APB(SIM_H7_ON_APB2, BIT(bit)),       \
    FREEZE(FREEZE_APB2, bit), .config = (config_)

// FLASH, RCC and PWR have their configs from the dies. Interrupts: 19.1.2.
// clang-format off
static const struct sim_part_row parts[] = {
    {.name = "FLASH", .kind = &sim_part_flash_words, .base = 0x52002000, ON_AHB(SIM_H7_ON_AHB3, 0),
     .irq = {4}},
    {.name = "RCC", .kind = &sim_part_rcc_h7, .base = 0x58024400, ON_AHB(SIM_H7_ON_AHB4, 0),
     .irq = {5}},
    GPIO("A", 0, &gpio_a),
    GPIO("B", 1, &gpio_b),
    GPIO("C", 2, &gpio),
    GPIO("D", 3, &gpio),
    GPIO("E", 4, &gpio),
    GPIO("F", 5, &gpio),
    GPIO("G", 6, &gpio),
    GPIO("H", 7, &gpio),
    GPIO("I", 8, &gpio),
    GPIO("J", 9, &gpio),
    GPIO("K", 10, &gpio),
    {.name = "USART1", .kind = &sim_part_usart, .base = 0x40011000,
     ON_APB(SIM_H7_ON_APB2, BIT(4)), .irq = {37}, .number = 0, .config = &usart1},
    {.name = "USART2", .kind = &sim_part_usart, .base = 0x40004400,
     ON_APB(SIM_H7_ON_APB1L, BIT(17)), .irq = {38}, .number = 1, .config = &usart2},
    {.name = "USART3", .kind = &sim_part_usart, .base = 0x40004800,
     ON_APB(SIM_H7_ON_APB1L, BIT(18)), .irq = {39}, .number = 2, .config = &usart3},
    {.name = "USART6", .kind = &sim_part_usart, .base = 0x40011400,
     ON_APB(SIM_H7_ON_APB2, BIT(5)), .irq = {71}, .number = 5, .config = &usart6},
    {.name = "IWDG1", .kind = &sim_part_iwdg, .base = 0x58004800, ON_APB(SIM_H7_ON_APB4, 0),
     FREEZE(FREEZE_APB4, 18), .config = &iwdg},
    {.name = "WWDG1", .kind = &sim_part_wwdg, .base = 0x50003000,
     ON_APB(SIM_H7_ON_APB3, BIT(6)), .irq = {0}, FREEZE(FREEZE_APB3, 6), .config = &wwdg},
    {LATE_TIM("TIM1", 0x40010000, 0, &tim1_8), .irq = {25, 27}},
    {TIM("TIM2", 0x40000000, 0, &tim2_5), .irq = {28}},
    {TIM("TIM3", 0x40000400, 1, &tim3_4), .irq = {29}},
    {TIM("TIM4", 0x40000800, 2, &tim3_4), .irq = {30}},
    {TIM("TIM5", 0x40000c00, 3, &tim2_5), .irq = {50}},
    {TIM("TIM6", 0x40001000, 4, &tim6_7), .irq = {54}},
    {TIM("TIM7", 0x40001400, 5, &tim6_7), .irq = {55}},
    {TIM("TIM12", 0x40001800, 6, &tim_of_2), .irq = {43}},
    {TIM("TIM13", 0x40001c00, 7, &tim_of_1), .irq = {44}},
    {TIM("TIM14", 0x40002000, 8, &tim_of_1), .irq = {45}},
    {LATE_TIM("TIM8", 0x40010400, 1, &tim1_8), .irq = {44, 46}},
    {LATE_TIM("TIM15", 0x40014000, 16, &tim_of_2), .irq = {116}},
    {LATE_TIM("TIM16", 0x40014400, 17, &tim_of_1), .irq = {117}},
    {LATE_TIM("TIM17", 0x40014800, 18, &tim_of_1), .irq = {118}},
    {.name = "CRC", .kind = &sim_part_crc, .base = 0x58024c00, RAW_ON(SIM_H7_ON_AHB4, BIT(19)),
     .config = &crc, .features = SIM_H7_HAS_CRC_ON_AHB4},
    {.name = "CRC", .kind = &sim_part_crc, .base = 0x40023000, RAW_ON(SIM_H7_ON_AHB1, BIT(9)),
     .config = &crc, .features = SIM_H7_HAS_CRC_ON_AHB1},
    {.name = "EXTI", .kind = &sim_part_exti, .base = 0x58000000, ON_APB(SIM_H7_ON_APB4, 0),
     .irq = {6, 7, 8, 9, 10, 23, 40}, .config = &exti},
    {.name = "PWR", .kind = &sim_part_pwr_h7, .base = 0x58024800, ON_AHB(SIM_H7_ON_AHB4, 0)},
    {.name = "SYSCFG", .kind = &sim_part_syscfg_h7, .base = 0x58000400,
     ON_APB(SIM_H7_ON_APB4, BIT(1))},
    {.name = "HSEM", .kind = &sim_part_hsem, .base = 0x58026400, ON_AHB(SIM_H7_ON_AHB4, BIT(25))},
    {.name = "BKPSRAM", .kind = &sim_part_bkpsram, .base = 0x38800000, .size = 4096,
     RAW_ON(SIM_H7_ON_AHB4, BIT(28))},
    // A debugger reaches it on the bus of the units of debug while the system is in reset.
    {.name = "DBGMCU", .kind = &sim_part_dbgmcu, .base = 0x5c001000, .lanes = SIM_LANES_AHB,
     .config = &dbgmcu},
    {.name = "the chip's ROM table", .kind = &sim_part_mcu_rom, .base = 0xe00fe000, .size = 4096,
     .lanes = SIM_LANES_AHB},
    {.name = "ROM table of debug", .kind = &sim_part_mcu_rom, .base = 0x5c000000, .size = 4096,
     .lanes = SIM_LANES_AHB, .config = &debug_rom},
    {.name = "ROM table of trace", .kind = &sim_part_mcu_rom, .base = 0x5c010000, .size = 4096,
     .lanes = SIM_LANES_AHB, .config = &trace_rom},
    {.kind = NULL},
};
// clang-format on

// SRAM1, SRAM2 and SRAM3 of the second domain (8.7.38); the first two of the others.
static const struct sim_memory_gate gates_74x[] = {{0x30000000, SIM_H7_ON_AHB2, BIT(29)},
                                                   {0x30020000, SIM_H7_ON_AHB2, BIT(30)},
                                                   {0x30040000, SIM_H7_ON_AHB2, BIT(31)},
                                                   {0, 0, 0}};
static const struct sim_memory_gate gates_72x[] = {
    {0x30000000, SIM_H7_ON_AHB2, BIT(29)}, {0x30004000, SIM_H7_ON_AHB2, BIT(30)}, {0, 0, 0}};
static const struct sim_memory_gate gates_7ax[] = {
    {0x30000000, SIM_H7_ON_AHB2, BIT(29)}, {0x30010000, SIM_H7_ON_AHB2, BIT(30)}, {0, 0, 0}};

// ---- what the factory writes --------------------------------------------------------------------

// 62.1 and 62.2. The converters have 16 bits on the STM32H74x and H7Ax; 1.216 V, and 0.62 V at 30
// degrees with 2 mV more for each, which the second value has at 110 (DS12110, 6.3.21 to 6.3.23).
static const struct sim_factory_signature signature = {
    .uid = 0x1ff1e800,
    .flash_size = 0x1ff1e880,
    .ts_cal1 = 0x1ff1e820,
    .ts_cal2 = 0x1ff1e840,
    .vrefint_cal = 0x1ff1e860,
    .cal_vdda_mv = 3300,
    .ts_cal1_mv = 620,
    .ts_cal2_mv = 780,
    .vrefint_mv = 1216,
    .full_scale = 65535,
};
// RM0455, 63; ST's LL drivers for the calibration.
static const struct sim_factory_signature signature_7ax = {
    .uid = 0x08fff800,
    .flash_size = 0x08fff80c,
    .ts_cal1 = 0x08fff814,
    .ts_cal2 = 0x08fff818,
    .vrefint_cal = 0x08fff810,
    .cal_vdda_mv = 3300,
    .ts_cal1_mv = 620,
    .ts_cal2_mv = 780,
    .vrefint_mv = 1216,
    .full_scale = 65535,
};

// The option words are the flash controller's business.
static void fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes)
{
    bool has_otp = sim_chip_row_memory(row, SIM_MEMORY_FACTORY) != NULL;
    if (memory->kind == SIM_MEMORY_SYSTEM)
        sim_factory_put_boot_loader(row, memory, bytes);
    if (memory->kind == SIM_MEMORY_FACTORY)
        sim_factory_put_signature(&signature_7ax, sim_factory_uid, row, memory, bytes);
    else if (memory->kind == SIM_MEMORY_SYSTEM && !has_otp)
        sim_factory_put_signature(&signature, sim_factory_uid, row, memory, bytes);
}

// The memory at the address that BOOT0 chooses among the option words (2.6).
static enum sim_memory_kind choose_boot(const struct sim_boot_facts *facts)
{
    const struct sim_chip_row *row = facts->row;
    if (facts->address - 0x08000000u < 0x00200000u)
        return SIM_MEMORY_FLASH;
    const struct sim_memory_row *system = sim_chip_row_memory(row, SIM_MEMORY_SYSTEM);
    bool is_system = facts->address - system->base < system->size;
    return is_system ? SIM_MEMORY_SYSTEM : SIM_MEMORY_SRAM;
}

// ---- programs that these chips can be given -----------------------------------------------------

#define RCC_CFGR    0x58024410u
#define RCC_D1CFGR  0x58024418u
#define RCC_AHB4ENR 0x58024540u // as all dies have it
#define PWR_CPUCR   0x58024810u
#define GPIOA_MODER 0x58020000u
#define IWDG1       0x58004800u
#define SCB_SCR     0xe000ed10u

static const struct sim_program programs[] = {
    {.name = "swd-off", // 5 ms after reset PA13 and PA14 become analog inputs
     .step = {{RCC_AHB4ENR, 1}, {SIM_PROGRAM_WAIT, 80000}, {GPIOA_MODER, 0xbfffffff}},
     .end = SIM_END_RUN},
    {.name = "stop",
     .step = {{PWR_CPUCR, 0}, {SCB_SCR, 4}, {SIM_PROGRAM_WAIT, 80000}},
     .end = SIM_END_SLEEP},
    {.name = "standby",
     .step = {{PWR_CPUCR, 7}, {SCB_SCR, 4}, {SIM_PROGRAM_WAIT, 80000}},
     .end = SIM_END_SLEEP},
    {.name = "iwdg", // bites every 30 ms
     .step = {{IWDG1, 0xcccc},
              {IWDG1, 0x5555},
              {IWDG1 + 4, 0},
              {IWDG1 + 8, 240},
              {SIM_PROGRAM_WAIT, 80000},
              {IWDG1, 0xaaaa}},
     .end = SIM_END_RUN},
    {.name = "slow-clock", // 5 ms after reset the clock is 125 kHz
     .step = {{SIM_PROGRAM_WAIT, 80000}, {RCC_D1CFGR, 0xf00}},
     .end = SIM_END_RUN},
    {.name = NULL},
};

// ---- the dies -----------------------------------------------------------------------------------

// Ids of the ports as logs of people's boards show them: the core's, one for the buses beside it,
// without a ROM table, and the units of debug's; the second core's.
#define AP_SYSTEM                                                                                  \
    {                                                                                              \
        .idr = 0x84770001, .rom_base = 0x00000002, .base = 0, .size = 0xffffffff,                  \
        .view = SIM_AP_SYSTEM                                                                      \
    }
#define AP_DEBUG_BUS                                                                               \
    {                                                                                              \
        .idr = 0x54770002, .rom_base = 0xe00e0003, .base = 0, .size = 0xffffffff,                  \
        .view = SIM_AP_DEBUG_BUS                                                                   \
    }
#define AP_SECOND_CORE                                                                             \
    {                                                                                              \
        .idr = 0x24770011, .rom_base = 0xe00ff003, .base = 0, .size = 0xffffffff,                  \
        .view = SIM_AP_SECOND_CORE                                                                 \
    }

#define FAMILY(cpuid_, interrupts_, cache_kib)                                                     \
    .name = "STM32H7",                                                                             \
    .identity = {.dpidr = 0x6ba02477,                                                              \
                 .ap_idr = 0x84770001,                                                             \
                 .rom_base = 0xe00fe003,                                                           \
                 .cpuid = (cpuid_),                                                                \
                 .designer = 0x020},                                                               \
    .interrupts = (interrupts_), .mpu_regions = 16,                                                \
    .l1 = {(cache_kib)*1024u, (cache_kib)*1024u, 64 * 1024, 128 * 1024},                           \
    .systick_calib = 0x40000000 | 0x3e8, .parts = parts, .debug_bus = 0x5c000000,                  \
    .swdio = {'A', 13, 0}, .swclk = {'A', 14, 0}, .hse_hz = 25000000,                              \
    .electrics = {.power_on_mv = 1670, /* VPOR, typical (DS12110, 6.3.5) */                        \
                  .power_down_mv = 1620,                                                           \
                  .running_ma = 20.0,                                                              \
                  .resting_ma = 0.05,                                                              \
                  .drive_ohms = 50,                                                                \
                  .pull_ohms = 40000,                                                              \
                  .vil_per_vdd = 0.3f,                                                             \
                  .vih_per_vdd = 0.7f},                                                            \
    .system_reset_ns = 20000, .power_on_reset_ns = 377000, /* tRSTTEMPO, typical (6.3.5) */        \
        .loads_options_at_reset = true, .boots_by_address = true, .choose_boot = choose_boot,      \
    .fill_factory = fill_factory, .programs = programs

#define CPUID_M7_R1P1 SIM_CPUID_M7
#define CPUID_M7_R1P2 0x411fc272u // of the STM32H72x (a log)

const struct sim_family sim_h7_family_74x = {FAMILY(CPUID_M7_R1P1, 150, 16), .more_aps = 2,
                                             .ap = {AP_SYSTEM, AP_DEBUG_BUS}, .gates = gates_74x};
const struct sim_family sim_h7_family_72x = {FAMILY(CPUID_M7_R1P2, 163, 32), .more_aps = 2,
                                             .ap = {AP_SYSTEM, AP_DEBUG_BUS}, .gates = gates_72x};
const struct sim_family sim_h7_family_7ax = {FAMILY(CPUID_M7_R1P1, 155, 16), .more_aps = 2,
                                             .ap = {AP_SYSTEM, AP_DEBUG_BUS}, .gates = gates_7ax};

// RM0399, 2.3: the memories of the second domain once more where code is fetched from.
static const struct sim_second_core second_core = {
    .cpuid = SIM_CPUID_M4,
    .interrupts = 150,
    .systick_calib = 0x40000000 | 0x3e8,
    .alias = {{0x30000000, 0x10000000}, {0x30020000, 0x10020000}, {0x30040000, 0x10040000}}};
const struct sim_family sim_h7_family_two_cores = {FAMILY(CPUID_M7_R1P1, 150, 16), .more_aps = 3,
                                                   .ap = {AP_SYSTEM, AP_DEBUG_BUS, AP_SECOND_CORE},
                                                   .gates = gates_74x, .second_core = &second_core};
