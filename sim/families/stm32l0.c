// SPDX-License-Identifier: MIT
// STM32L0: RM0451 (L0x0), RM0377 (L0x1), RM0376 (L0x2) and RM0367 (L0x3), 2.2 (memory map), 3.3.1
// (NVM), 27.4.1 (identity code; bits 15:12 read as 6 on every part seen); pins from the data
// sheets' tables of alternate functions (DS10152, DS10184, DS10668, DS10690).
//
// Everything that the virtual board knows of this family alone. The lines of a die are the same
// silicon, with less of it promised.
#include "sim/families/stm32l0.h"

#include "sim/families/programs.h"
#include "sim/parts/parts.h"

#define KIB 1024u

// Neighbours share a row: the bus has a limited number of mappings.
#define REGIONS_OF_ALL                                                                             \
    {"RTC", 0x40002800, 0x400}, {"I2C1", 0x40005400, 0x400}, {"LPTIM1", 0x40007c00, 0x400},        \
        {"firewall", 0x40011c00, 0x400}, {"SPI1", 0x40013000, 0x400},                              \
    {                                                                                              \
        "DMA1", 0x40020000, 0x400                                                                  \
    }

static const struct sim_region regions_l01x[] = {
    REGIONS_OF_ALL, {"AES", 0x40026000, 0x400}, {NULL, 0, 0}};
static const struct sim_region regions_l05x[] = {
    REGIONS_OF_ALL,
    {"LCD", 0x40002400, 0x400},
    {"SPI2", 0x40003800, 0x400},
    {"I2C2", 0x40005800, 0x400},
    {"USB", 0x40005c00, 0x800},
    {"CRS", 0x40006c00, 0x400},
    {"DAC", 0x40007400, 0x400},
    {"TSC", 0x40024000, 0x400},
    {"RNG and AES", 0x40025000, 0x1400},
    {NULL, 0, 0},
};
static const struct sim_region regions_l07x[] = {
    REGIONS_OF_ALL,
    {"LCD", 0x40002400, 0x400},
    {"SPI2", 0x40003800, 0x400},
    {"USART4 and USART5", 0x40004c00, 0x800},
    {"I2C2", 0x40005800, 0x400},
    {"USB", 0x40005c00, 0x800},
    {"CRS", 0x40006c00, 0x400},
    {"DAC and I2C3", 0x40007400, 0x800},
    {"TSC", 0x40024000, 0x400},
    {"RNG and AES", 0x40025000, 0x1400},
    {NULL, 0, 0},
};

// ---- what the parts of this family have in particular ------------------------------------------

#define FLASH_BASE   0x08000000u
#define EEPROM_BASE  0x08080000u
#define SRAM_BASE    0x20000000u
#define SYSTEM_BASE  0x1ff00000u
#define OPTIONS_BASE 0x1ff80000u

// The data sheets give a typical and a largest time (DS10152, 6.3.9); the least one is the nominal
// 3.2 ms of the manual. What a mass erase takes is not in them: two erases, a model.
static const struct sim_nvm_config nvm = {
    .sector_size = 4096,
    .two_banks_feature = SIM_L0_HAS_TWO_BANKS,
    .user_mask = {[SIM_OPTION_WATCHDOG_BY_SOFTWARE] = 1u << 4,
                  [SIM_OPTION_NO_RESET_IN_STOP] = 1u << 5,
                  [SIM_OPTION_NO_RESET_IN_STANDBY] = 1u << 6,
                  [SIM_OPTION_BFB2] = 1u << 7,
                  [SIM_OPTION_BOOT_SEL] = 1u << 13,
                  [SIM_OPTION_NBOOT0] = 1u << 14,
                  [SIM_OPTION_NBOOT1] = 1u << 15},
    .time = {[SIM_FLASH_TYP] = {3280000, 6560000},
             [SIM_FLASH_MIN] = {3200000, 6400000},
             [SIM_FLASH_MAX] = {3940000, 7880000}},
};

// Pins are analog after a reset, but for the debug port: PA13 pulled up and fast, PA14 pulled down
// (RM0367, 9.4).
static const struct sim_gpio_config gpio_a = {
    .moder = 0xebfffcff, .ospeedr = 0x0c000000, .pupdr = 0x24000000};
static const struct sim_gpio_config gpio = {.moder = 0xffffffff};

// Start-up times are typical ones of DS10152, 6.3.6 to 6.3.8.
static const struct sim_rcc_config rcc = {
    .source = {[SIM_LSI] = {37000, 200000},
               [SIM_LSE] = {32768, 2000000000},
               [SIM_HSI] = {16000000, 3700},
               [SIM_HSE] = {0, 2000000},
               [SIM_PLL] = {0, 115000},
               [SIM_MSI] = {0, 5000},
               [SIM_HSI48] = {48000000, 6000}},
    .hsi48_feature = SIM_L0_HAS_HSI48,
};

static const uint16_t sampling_halves[] = {3, 7, 15, 25, 39, 79, 159, 321}; // RM0367, 14.12.7
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
    .reference_mv = SIM_L0_VREFINT_MV,
    .temperature_mv = SIM_L0_TS_25_MV,
    .sampling_halves = sampling_halves,
    .temperature_channel = 18,
    .reference_channel = 17,
    .internal_ns = 10000, // DS10152, 6.3.3
    .regulator_starts_itself = true,
};

static const struct sim_crc_config crc = {.polynomial_feature = SIM_L0_HAS_LPUART1};
static const struct sim_exti_config exti = {.lines = {0x0003, 0x000c, 0xfff0}, .imr = 0x3f840000};
static const struct sim_pwr_config pwr = {.wakeup = {{'A', 0, 0}, {'C', 13, 0}, {'E', 6, 0}},
                                          .cr_bits = 0x17ff3,
                                          .cr_reset = 0x1000,
                                          .csr_ewup = 0x700,
                                          .has_ranges = true};
static const struct sim_pwr_config pwr_l01x = {.wakeup = {{'A', 0, 0}, {'C', 13, 0}, {'A', 2, 0}},
                                               .cr_bits = 0x17ff3,
                                               .cr_reset = 0x1000,
                                               .csr_ewup = 0x700,
                                               .has_ranges = true};
// RM0367, 27.9.4 and 27.9.5; bits of peripherals that are not modelled are kept too.
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {0xc0601c33, 0x00000024},
                                                .more_cr_bits = 1};

static const struct sim_tim_config tim_of_4 = {16, 4, SIM_TIM_DOWN};
static const struct sim_tim_config tim_of_2 = {16, 2, SIM_TIM_DOWN};
static const struct sim_tim_config tim_basic = {16, 0, 0};

static const struct sim_pin tx1[] = {{'A', 9, 4}, {'B', 6, 0}, {0, 0, 0}};
static const struct sim_pin tx2_l01x[] = {
    {'A', 2, 4}, {'A', 9, 4}, {'A', 14, 4}, {'B', 6, 0}, {0, 0, 0}};
static const struct sim_pin tx2[] = {{'A', 2, 4}, {'A', 14, 4}, {'D', 5, 0}, {0, 0, 0}};
static const struct sim_pin lptx_l01x[] = {{'A', 2, 6}, {'A', 14, 6}, {0, 0, 0}};
static const struct sim_pin lptx[] = {{'B', 10, 4}, {'C', 4, 2}, {'C', 10, 0}, {0, 0, 0}};
static const struct sim_pin lptx_l07x[] = {{'A', 2, 6}, {'A', 14, 6}, {'B', 10, 4}, {'B', 11, 7},
                                           {'C', 4, 2}, {'C', 10, 0}, {'D', 8, 0},  {0, 0, 0}};
static const struct sim_usart_config usart1 = {.tx = tx1}, usart2 = {.tx = tx2},
                                     usart2_l01x = {.tx = tx2_l01x},
                                     lpuart1 = {.tx = lptx, .is_low_power = true},
                                     lpuart1_l01x = {.tx = lptx_l01x, .is_low_power = true},
                                     lpuart1_l07x = {.tx = lptx_l07x, .is_low_power = true};

// ---- what differs from die to die ---------------------------------------------------------------

static const struct sim_part_config configs_l01x[] = {
    {"PWR", &pwr_l01x}, {"USART2", &usart2_l01x}, {"LPUART1", &lpuart1_l01x}, {NULL, NULL}};
static const struct sim_part_config configs_l07x[] = {{"LPUART1", &lpuart1_l07x}, {NULL, NULL}};

// ---- the parts (RM0367, 2.2.2 for addresses, 7.3 for gates, 12.3 for interrupts) ----------------

#define ON_AHB(gate_)     .lanes = SIM_LANES_AHB, .bus = SIM_ON_AHB, .gate = (gate_)
#define RAW_ON_AHB(gate_) .lanes = SIM_LANES_RAW, .bus = SIM_ON_AHB, .gate = (gate_)
#define ON_APB1(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_ON_APB1, .gate = (gate_)
#define ON_APB2(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_ON_APB2, .gate = (gate_)
#define BIT(n)            (1u << (n))
#define FREEZE(line, bit) .freeze_line = (line), .freeze = BIT(bit)

#define GPIO(letter, n, has, more)                                                                 \
    {                                                                                              \
        .name = "GPIO" letter, .kind = &sim_part_gpio, .base = 0x50000000 + 0x400 * (n),           \
        .lanes = SIM_LANES_AHB, .bus = SIM_ON_IOP, .gate = BIT(n), .features = (has),              \
        .number = (n), .config = (more)                                                            \
    }

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire.
// clang-format off
static const struct sim_part_row parts[] = {
    {.name = "NVM", .kind = &sim_part_nvm, .base = 0x40022000, RAW_ON_AHB(0), .irq = {3},
     .config = &nvm},
    {.name = "PWR", .kind = &sim_part_pwr, .base = 0x40007000, ON_APB1(BIT(28)), .config = &pwr},
    {.name = "RCC", .kind = &sim_part_rcc_l0, .base = 0x40021000, ON_AHB(0), .irq = {4},
     .config = &rcc},
    GPIO("A", 0, 0, &gpio_a),
    GPIO("B", 1, 0, &gpio),
    GPIO("C", 2, 0, &gpio),
    GPIO("D", 3, SIM_L0_HAS_PORT_D, &gpio),
    GPIO("E", 4, SIM_L0_HAS_PORT_E, &gpio),
    GPIO("H", 7, 0, &gpio),
    {.name = "USART1", .kind = &sim_part_usart, .base = 0x40013800, ON_APB2(BIT(14)), .irq = {27},
     .number = 0, .features = SIM_L0_HAS_USART1, .config = &usart1},
    {.name = "USART2", .kind = &sim_part_usart, .base = 0x40004400, ON_APB1(BIT(17)), .irq = {28},
     .number = 1, .config = &usart2},
    {.name = "LPUART1", .kind = &sim_part_usart, .base = 0x40004800, ON_APB1(BIT(18)), .irq = {29},
     .number = 2, .features = SIM_L0_HAS_LPUART1, .config = &lpuart1},
    {.name = "IWDG", .kind = &sim_part_iwdg, .base = 0x40003000, ON_APB1(0), FREEZE(0, 12)},
    {.name = "WWDG", .kind = &sim_part_wwdg, .base = 0x40002c00, ON_APB1(BIT(11)), .irq = {0},
     FREEZE(0, 11)},
    {.name = "ADC", .kind = &sim_part_adc, .base = 0x40012400, ON_APB2(BIT(9)), .irq = {12},
     .config = &adc},
    {.name = "TIM2", .kind = &sim_part_tim, .base = 0x40000000, ON_APB1(BIT(0)), .irq = {15},
     FREEZE(0, 0), .config = &tim_of_4},
    {.name = "TIM3", .kind = &sim_part_tim, .base = 0x40000400, ON_APB1(BIT(1)), .irq = {16},
     FREEZE(0, 1), .config = &tim_of_4, .features = SIM_L0_HAS_TIM3_TIM7},
    {.name = "TIM6", .kind = &sim_part_tim, .base = 0x40001000, ON_APB1(BIT(4)), .irq = {17},
     FREEZE(0, 4), .config = &tim_basic, .features = SIM_L0_HAS_TIM6},
    {.name = "TIM7", .kind = &sim_part_tim, .base = 0x40001400, ON_APB1(BIT(5)), .irq = {18},
     FREEZE(0, 5), .config = &tim_basic, .features = SIM_L0_HAS_TIM3_TIM7},
    {.name = "TIM21", .kind = &sim_part_tim, .base = 0x40010800, ON_APB2(BIT(2)), .irq = {20},
     FREEZE(1, 2), .config = &tim_of_2},
    {.name = "TIM22", .kind = &sim_part_tim, .base = 0x40011400, ON_APB2(BIT(5)), .irq = {22},
     FREEZE(1, 5), .config = &tim_of_2, .features = SIM_L0_HAS_TIM22},
    {.name = "CRC", .kind = &sim_part_crc, .base = 0x40023000, RAW_ON_AHB(BIT(12)),
     .config = &crc},
    {.name = "EXTI", .kind = &sim_part_exti, .base = 0x40010400, ON_APB2(0), .irq = {5, 6, 7},
     .config = &exti},
    {.name = "SYSCFG", .kind = &sim_part_syscfg_l0, .base = 0x40010000, ON_APB2(BIT(0))},
    {.name = "DBGMCU", .kind = &sim_part_dbgmcu, .base = 0x40015800, ON_APB2(BIT(22)),
     .config = &dbgmcu, .is_for_debug = true},
    {.name = "ROM table", .kind = &sim_part_mcu_rom, .base = 0xf0000000, .size = 0x1000,
     .lanes = SIM_LANES_AHB, .is_for_debug = true},
    {.kind = NULL},
};
// clang-format on

// ---- programs that these chips can be given -----------------------------------------------------

#define RCC_CFGR    0x4002100cu
#define RCC_IOPENR  0x4002102cu
#define RCC_APB1ENR 0x40021038u
#define GPIOA_MODER 0x50000000u

static const struct sim_program programs[] = {
    {.name = "swd-off", // 5 ms after reset PA13 and PA14 become analog inputs
     .step = {{RCC_IOPENR, 1}, {SIM_PROGRAM_WAIT, 2600}, {GPIOA_MODER, 0xffffffff}},
     .end = SIM_END_RUN},
    SIM_PROGRAM_DEEP_SLEEP("stop", RCC_APB1ENR, 0x1001, 2600),
    SIM_PROGRAM_DEEP_SLEEP("standby", RCC_APB1ENR, 0x1006, 2600),
    SIM_PROGRAM_IWDG(277, 2600), // bites every 30 ms
    {.name = "slow-clock",       // 5 ms after reset HCLK is 16.4 kHz
     .step = {{SIM_PROGRAM_WAIT, 2600}, {RCC_CFGR, 0xd0}},
     .end = SIM_END_RUN},
    {.name = NULL},
};

// ---- the chips ----------------------------------------------------------------------------------

static const struct sim_family stm32l0 = {
    .name = "STM32L0",
    .identity = {.dpidr = 0x0bc11477,  // SW-DP of the Cortex-M0+ (DDI 0484)
                 .ap_idr = 0x04770031, // its AHB-AP, as real parts answer
                 .rom_base = 0xf0000003,
                 .cpuid = 0x410cc601, // r0p1 (RM0367, 1.3)
                 .designer = 0x020},  // ST; the table's part is DEV_ID
    .interrupts = 32,
    .parts = parts,
    .swdio = {'A', 13, 0},
    .swclk = {'A', 14, 0},
    .electrics = {.power_on_mv = 1500, // VPOR/PDR, typical (DS10152, 6.3.2)
                  .power_down_mv = 1500,
                  .running_ma = 0.5, // at 2.1 MHz (6.3.4)
                  .resting_ma = 0.01,
                  .drive_ohms = 50,
                  .pull_ohms = 45000, // 30 to 60 k; thresholds of inputs (6.3.13)
                  .vil_per_vdd = 0.3f,
                  .vil_mv = 0,
                  .vih_per_vdd = 0.7f,
                  .vih_mv = 0},
    .system_reset_ns = 20000,    // the pulse of every internal reset, at least (RM0367, 7.1.1)
    .power_on_reset_ns = 700000, // tRSTTEMPO without BOR, typical (DS10152, 6.3.2)
    .choose_boot = sim_stm32l0_choose_boot,
    .fill_factory = sim_stm32l0_fill_factory,
    .programs = programs,
};

#define DIE(id, sram, system, regions_)                                                            \
    .idcode = (id), .memory[1] = {SIM_MEMORY_SRAM, SRAM_BASE, (sram)*KIB, 0, 0, 0},                \
    .memory[2] = {SIM_MEMORY_SYSTEM, SYSTEM_BASE, (system)*KIB, 0, 0, 0}, .regions = (regions_)
#define DIE_L01X DIE(0x10086457, 2, 4, regions_l01x), .configs = configs_l01x
#define DIE_L03X DIE(0x10086425, 8, 4, regions_l01x), .configs = configs_l01x
#define DIE_L05X DIE(0x10086417, 8, 4, regions_l05x)
#define DIE_L07X DIE(0x20086447, 20, 8, regions_l07x), .configs = configs_l07x

#define HAS_L01X   (SIM_L0_HAS_EMPTY_CHECK | SIM_L0_HAS_LPUART1)
#define HAS_L03X   (SIM_L0_HAS_TIM22 | SIM_L0_HAS_LPUART1)
#define HAS_L05X   (HAS_L03X | SIM_L0_HAS_PORT_D | SIM_L0_HAS_USART1 | SIM_L0_HAS_TIM6)
#define HAS_L07X   (HAS_L05X | SIM_L0_HAS_PORT_E | SIM_L0_HAS_TIM3_TIM7)
#define VALUE_L01X HAS_L01X
#define VALUE_L03X SIM_L0_HAS_LPUART1
#define VALUE_L05X HAS_L03X
#define VALUE_L07X (HAS_L03X | SIM_L0_HAS_PORT_D)

#define PART(part, die, kib, eeprom, has)                                                          \
    {                                                                                              \
        .name = part, .family = &stm32l0, die,                                                     \
        .memory[0] = {SIM_MEMORY_FLASH, FLASH_BASE, (kib)*KIB, 128, 0, 0},                         \
        .memory[3] = {SIM_MEMORY_OPTIONS, OPTIONS_BASE, 32, 0, 0, 0},                              \
        .memory[4] = {SIM_MEMORY_EEPROM, EEPROM_BASE, eeprom, 0, 0, 0},                            \
        .memory[5] = {SIM_MEMORY_FACTORY, SIM_L0_FACTORY_BASE, 0x60, 0, 0, 0}, .features = (has)   \
    }

// clang-format off
static const struct sim_chip_row rows[] = {
    PART("stm32l010c6", DIE_L03X, 32, 256, VALUE_L03X),
    PART("stm32l010f4", DIE_L01X, 16, 128, VALUE_L01X),
    PART("stm32l010k4", DIE_L01X, 16, 128, VALUE_L01X),
    PART("stm32l010k8", DIE_L05X, 64, 256, VALUE_L05X),
    PART("stm32l010r8", DIE_L05X, 64, 256, VALUE_L05X),
    PART("stm32l010rb", DIE_L07X, 128, 512, VALUE_L07X),
    PART("stm32l011d3", DIE_L01X, 8, 512, HAS_L01X),
    PART("stm32l011d4", DIE_L01X, 16, 512, HAS_L01X),
    PART("stm32l011e3", DIE_L01X, 8, 512, HAS_L01X),
    PART("stm32l011e4", DIE_L01X, 16, 512, HAS_L01X),
    PART("stm32l011f3", DIE_L01X, 8, 512, HAS_L01X),
    PART("stm32l011f4", DIE_L01X, 16, 512, HAS_L01X),
    PART("stm32l011g3", DIE_L01X, 8, 512, HAS_L01X),
    PART("stm32l011g4", DIE_L01X, 16, 512, HAS_L01X),
    PART("stm32l011k3", DIE_L01X, 8, 512, HAS_L01X),
    PART("stm32l011k4", DIE_L01X, 16, 512, HAS_L01X),
    PART("stm32l021d4", DIE_L01X, 16, 512, HAS_L01X),
    PART("stm32l021f4", DIE_L01X, 16, 512, HAS_L01X),
    PART("stm32l021g4", DIE_L01X, 16, 512, HAS_L01X),
    PART("stm32l021k4", DIE_L01X, 16, 512, HAS_L01X),
    PART("stm32l031c4", DIE_L03X, 16, 1024, HAS_L03X),
    PART("stm32l031c6", DIE_L03X, 32, 1024, HAS_L03X),
    PART("stm32l031e4", DIE_L03X, 16, 1024, HAS_L03X),
    PART("stm32l031e6", DIE_L03X, 32, 1024, HAS_L03X),
    PART("stm32l031f4", DIE_L03X, 16, 1024, HAS_L03X),
    PART("stm32l031f6", DIE_L03X, 32, 1024, HAS_L03X),
    PART("stm32l031g4", DIE_L03X, 16, 1024, HAS_L03X),
    PART("stm32l031g6", DIE_L03X, 32, 1024, HAS_L03X),
    PART("stm32l031k4", DIE_L03X, 16, 1024, HAS_L03X),
    PART("stm32l031k6", DIE_L03X, 32, 1024, HAS_L03X),
    PART("stm32l041c4", DIE_L03X, 16, 1024, HAS_L03X),
    PART("stm32l041c6", DIE_L03X, 32, 1024, HAS_L03X),
    PART("stm32l041e6", DIE_L03X, 32, 1024, HAS_L03X),
    PART("stm32l041f6", DIE_L03X, 32, 1024, HAS_L03X),
    PART("stm32l041g6", DIE_L03X, 32, 1024, HAS_L03X),
    PART("stm32l041k6", DIE_L03X, 32, 1024, HAS_L03X),
    PART("stm32l051c6", DIE_L05X, 32, 2048, HAS_L05X),
    PART("stm32l051c8", DIE_L05X, 64, 2048, HAS_L05X),
    PART("stm32l051k6", DIE_L05X, 32, 2048, HAS_L05X),
    PART("stm32l051k8", DIE_L05X, 64, 2048, HAS_L05X),
    PART("stm32l051r6", DIE_L05X, 32, 2048, HAS_L05X),
    PART("stm32l051r8", DIE_L05X, 64, 2048, HAS_L05X),
    PART("stm32l051t6", DIE_L05X, 32, 2048, HAS_L05X),
    PART("stm32l051t8", DIE_L05X, 64, 2048, HAS_L05X),
    PART("stm32l052c6", DIE_L05X, 32, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l052c8", DIE_L05X, 64, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l052k6", DIE_L05X, 32, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l052k8", DIE_L05X, 64, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l052r6", DIE_L05X, 32, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l052r8", DIE_L05X, 64, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l052t6", DIE_L05X, 32, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l052t8", DIE_L05X, 64, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l053c6", DIE_L05X, 32, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l053c8", DIE_L05X, 64, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l053r6", DIE_L05X, 32, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l053r8", DIE_L05X, 64, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l062c8", DIE_L05X, 64, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l062k8", DIE_L05X, 64, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l063c8", DIE_L05X, 64, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l063r8", DIE_L05X, 64, 2048, HAS_L05X | SIM_L0_HAS_HSI48),
    PART("stm32l071c8", DIE_L07X, 64, 3072, HAS_L07X),
    PART("stm32l071cb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l071cz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l071k8", DIE_L07X, 64, 3072, HAS_L07X),
    PART("stm32l071kb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l071kz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l071rb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l071rz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l071v8", DIE_L07X, 64, 3072, HAS_L07X),
    PART("stm32l071vb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l071vz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l072cb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l072cz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l072kb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l072kz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l072rb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l072rz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l072v8", DIE_L07X, 64, 3072, HAS_L07X | SIM_L0_HAS_HSI48),
    PART("stm32l072vb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l072vz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l073cb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l073cz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l073rb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l073rz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l073v8", DIE_L07X, 64, 3072, HAS_L07X | SIM_L0_HAS_HSI48),
    PART("stm32l073vb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l073vz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l081cb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l081cz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l081kz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l082cz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l082kb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l082kz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l083cb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l083cz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l083rb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l083rz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l083v8", DIE_L07X, 64, 3072, HAS_L07X | SIM_L0_HAS_HSI48),
    PART("stm32l083vb", DIE_L07X, 128, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
    PART("stm32l083vz", DIE_L07X, 192, 6144, HAS_L07X | SIM_L0_HAS_HSI48 | SIM_L0_HAS_TWO_BANKS),
};
// clang-format on

const struct sim_chip_row *sim_stm32l0_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
