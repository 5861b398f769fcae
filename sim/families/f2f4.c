// SPDX-License-Identifier: MIT
// RM0090, 2.3 (addresses), 7.3 (gates), 12.2 (interrupts), 38.6 and 38.16 (debug support), 39
// (electronic signature); RM0033 has the same of the STM32F2. Pins: DS8626, table of alternate
// functions.
#include "sim/families/f2f4.h"

#include "base/bytes.h"
#include "sim/families/factory.h"
#include "sim/families/programs.h"
#include "sim/parts/parts.h"

// Parts come before these, so that a region names what is left between them.
const struct sim_region sim_f2f4_regions[] = {
    {"a timer", 0x40000000, 0x2400},
    {"RTC and backup registers", 0x40002800, 0x400},
    {"SPI2, SPI3 and I2S", 0x40003400, 0x1000},
    {"UART4, UART5 and another", 0x40004400, 0x1000},
    {"I2C", 0x40005400, 0x1000},
    {"CAN and CEC", 0x40006400, 0xc00},
    {"DAC, UART7 and UART8", 0x40007400, 0xc00},
    {"TIM1 and TIM8", 0x40010000, 0x800},
    {"UART9 and UART10", 0x40011000, 0x1000},
    {"SDIO", 0x40012c00, 0x400},
    {"SPI1 and SPI4", 0x40013000, 0x800},
    {"timers 9 to 11", 0x40014000, 0xc00},
    {"SPI5, SPI6, SAI, DFSDM, LTDC and DSI", 0x40015000, 0x2000},
    {"DMA1 and DMA2", 0x40026000, 0x800},
    {"Ethernet", 0x40028000, 0x1400},
    {"DMA2D", 0x4002b000, 0xc00},
    {"USB OTG HS", 0x40040000, 0x40000},
    {"USB OTG FS", 0x50000000, 0x40000},
    {"DCMI, CRYP, HASH and RNG", 0x50050000, 0x11000},
    {"FSMC, FMC and QUADSPI", 0xa0000000, 0x2000},
    {NULL, 0, 0},
};

// ---- what the parts have in particular ----------------------------------------------------------

// The debug port: PA13 and PA15 pulled up, PA14 pulled down, PB3 and PB4 (RM0090, 8.4).
static const struct sim_gpio_config gpio_a = {
    .moder = 0xa8000000, .ospeedr = 0x0c000000, .pupdr = 0x64000000};
static const struct sim_gpio_config gpio_b = {
    .moder = 0x00000280, .ospeedr = 0x000000c0, .pupdr = 0x00000100};

static const struct sim_crc_config crc = {.polynomial_feature = 1u << 31}; // no die has it
static const struct sim_exti_config exti = {
    .lines = {0x0001, 0x0002, 0x0004, 0x0008, 0x0010, 0x03e0, 0xfc00}};
// Bits of peripherals that are not modelled are kept too.
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {0x07e01dff, 0x00070003},
                                                .more_cr_bits = 0xe1};

static const struct sim_tim_config tim1_8 = {16, 4,
                                             SIM_TIM_DOWN | SIM_TIM_REPEATS | SIM_TIM_TWO_IRQS};
static const struct sim_tim_config tim2_5 = {32, 4, SIM_TIM_DOWN};
static const struct sim_tim_config tim3_4 = {16, 4, SIM_TIM_DOWN};
static const struct sim_tim_config tim6_7 = {16, 0, 0};
static const struct sim_tim_config tim_of_2 = {16, 2, 0};
static const struct sim_tim_config tim_of_1 = {16, 1, 0};
static const struct sim_tim_config tim11 = {16, 1, SIM_TIM_REMAPS};

// Temperature and VBAT have channels of their own on F2, F405 and F407, and share one elsewhere
// (RM0090, 13.9 and 13.10).
#define ADC(name_, temperature, divider)                                                           \
    const struct sim_adc_f1_config name_ = {                                                       \
        .is_f4 = true,                                                                             \
        .channel = {{'A', 0, 0},                                                                   \
                    {'A', 1, 0},                                                                   \
                    {'A', 2, 0},                                                                   \
                    {'A', 3, 0},                                                                   \
                    {'A', 4, 0},                                                                   \
                    {'A', 5, 0},                                                                   \
                    {'A', 6, 0},                                                                   \
                    {'A', 7, 0},                                                                   \
                    {'B', 0, 0},                                                                   \
                    {'B', 1, 0},                                                                   \
                    {'C', 0, 0},                                                                   \
                    {'C', 1, 0},                                                                   \
                    {'C', 2, 0},                                                                   \
                    {'C', 3, 0},                                                                   \
                    {'C', 4, 0},                                                                   \
                    {'C', 5, 0}},                                                                  \
        .reference_mv = 1210,                                                                      \
        .temperature_mv = 760, /* at 25 degrees */                                                 \
        .temperature_channel = (temperature),                                                      \
        .reference_channel = 17,                                                                   \
        .battery_channel = 18,                                                                     \
        .battery_divider = (divider),                                                              \
        .internal_ns = 10000,                                                                      \
    }
ADC(sim_f2f4_adc_f40x, 16, 2);
ADC(sim_f2f4_adc_f42x, 18, 4);

static const struct sim_pin tx1[] = {{'A', 9, 7}, {'A', 15, 7}, {'B', 6, 7}, {0, 0, 0}};
static const struct sim_pin tx2[] = {{'A', 2, 7}, {'D', 5, 7}, {0, 0, 0}};
static const struct sim_pin tx3[] = {{'B', 10, 7}, {'C', 10, 7}, {'D', 8, 7}, {0, 0, 0}};
static const struct sim_pin tx6[] = {{'A', 11, 8}, {'C', 6, 8}, {'G', 14, 8}, {0, 0, 0}};
static const struct sim_usart_f1_config usart1 = {.tx = tx1, .has_over8 = true};
static const struct sim_usart_f1_config usart2 = {.tx = tx2, .has_over8 = true};
static const struct sim_usart_f1_config usart3 = {.tx = tx3, .has_over8 = true};
static const struct sim_usart_f1_config usart6 = {.tx = tx6, .has_over8 = true};

// What the STM32F7 have otherwise (RM0410, 33 to 36 and 40).
static const struct sim_usart_config f7_usart1 = {.tx = tx1}, f7_usart2 = {.tx = tx2},
                                     f7_usart3 = {.tx = tx3}, f7_usart6 = {.tx = tx6};
static const struct sim_iwdg_config f7_iwdg = {.stops_in_stop = true};
static const struct sim_wwdg_config f7_wwdg = {7, 3, true};
static const struct sim_crc_config f7_crc = {.polynomial_feature = 0};
static const struct sim_dbgmcu_config f7_dbgmcu = {.freeze_bits = {0x07e03fff, 0x00070003},
                                                   .more_cr_bits = 0xe1};
static const struct sim_mcu_rom_config f7_rom = {.entry = {0xe00fe000, 0xe0040000}};

// ---- the parts ----------------------------------------------------------------------------------

#define ON_AHB1(gate_)    .lanes = SIM_LANES_AHB, .bus = SIM_F4_ON_AHB1, .gate = (gate_)
#define RAW_ON_AHB(gate_) .lanes = SIM_LANES_RAW, .bus = SIM_F4_ON_AHB1, .gate = (gate_)
#define ON_APB1(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_F4_ON_APB1, .gate = (gate_)
#define ON_APB2(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_F4_ON_APB2, .gate = (gate_)
#define BIT(n)            (1u << (n))
#define FREEZE(line, bit) .freeze_line = (line), .freeze = BIT(bit)

#define GPIO(letter, n, has, more)                                                                 \
    {                                                                                              \
        .name = "GPIO" letter, .kind = &sim_part_gpio, .base = 0x40020000 + 0x400 * (n),           \
        ON_AHB1(BIT(n)), .features = (has), .number = (n), .config = (more)                        \
    }

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire. FLASH, RCC, PWR and SYSCFG have their configs from the dies. What STM32F2, F4 and F7 have
// alike comes first, in pieces.
// clang-format off
#define FLASH_AND_CLOCKS                                                                           \
    {.name = "FLASH", .kind = &sim_part_flash_sectors, .base = 0x40023c00, ON_AHB1(0), .irq = {4}}, \
    {.name = "RCC", .kind = &sim_part_rcc_f4, .base = 0x40023800, ON_AHB1(0), .irq = {5}}
#define PORTS_AND_ADC                                                                              \
    GPIO("A", 0, 0, &gpio_a),                                                                      \
    GPIO("B", 1, 0, &gpio_b),                                                                      \
    GPIO("C", 2, 0, NULL),                                                                         \
    GPIO("D", 3, SIM_F4_HAS_PORTS_D_E, NULL),                                                      \
    GPIO("E", 4, SIM_F4_HAS_PORTS_D_E, NULL),                                                      \
    GPIO("F", 5, SIM_F4_HAS_PORTS_F_G, NULL),                                                      \
    GPIO("G", 6, SIM_F4_HAS_PORTS_F_G, NULL),                                                      \
    GPIO("H", 7, 0, NULL),                                                                         \
    GPIO("I", 8, SIM_F4_HAS_PORT_I, NULL),                                                         \
    GPIO("J", 9, SIM_F4_HAS_PORTS_J_K, NULL),                                                      \
    GPIO("K", 10, SIM_F4_HAS_PORTS_J_K, NULL),                                                     \
    {.name = "ADC1", .kind = &sim_part_adc_f1, .base = 0x40012000, ON_APB2(BIT(8)), .irq = {18},   \
     .config = &sim_f2f4_adc_f42x}
#define TIMERS                                                                                     \
    {.name = "TIM1", .kind = &sim_part_tim, .base = 0x40010000, ON_APB2(BIT(0)), .irq = {25, 27},  \
     FREEZE(1, 0), .config = &tim1_8},                                                             \
    {.name = "TIM2", .kind = &sim_part_tim, .base = 0x40000000, ON_APB1(BIT(0)), .irq = {28},      \
     FREEZE(0, 0), .config = &tim2_5, .features = SIM_F4_HAS_PORTS_D_E},                           \
    {.name = "TIM3", .kind = &sim_part_tim, .base = 0x40000400, ON_APB1(BIT(1)), .irq = {29},      \
     FREEZE(0, 1), .config = &tim3_4, .features = SIM_F4_HAS_PORTS_D_E},                           \
    {.name = "TIM4", .kind = &sim_part_tim, .base = 0x40000800, ON_APB1(BIT(2)), .irq = {30},      \
     FREEZE(0, 2), .config = &tim3_4, .features = SIM_F4_HAS_PORTS_D_E},                           \
    {.name = "TIM5", .kind = &sim_part_tim, .base = 0x40000c00, ON_APB1(BIT(3)), .irq = {50},      \
     FREEZE(0, 3), .config = &tim2_5},                                                             \
    {.name = "TIM6", .kind = &sim_part_tim, .base = 0x40001000, ON_APB1(BIT(4)), .irq = {54},      \
     FREEZE(0, 4), .config = &tim6_7, .features = SIM_F4_HAS_TIM6},                                \
    {.name = "TIM7", .kind = &sim_part_tim, .base = 0x40001400, ON_APB1(BIT(5)), .irq = {55},      \
     FREEZE(0, 5), .config = &tim6_7, .features = SIM_F4_HAS_TIM7},                                \
    {.name = "TIM8", .kind = &sim_part_tim, .base = 0x40010400, ON_APB2(BIT(1)), .irq = {44, 46},  \
     FREEZE(1, 1), .config = &tim1_8, .features = SIM_F4_HAS_TIM8},                                \
    {.name = "TIM9", .kind = &sim_part_tim, .base = 0x40014000, ON_APB2(BIT(16)), .irq = {24},     \
     FREEZE(1, 16), .config = &tim_of_2},                                                          \
    {.name = "TIM10", .kind = &sim_part_tim, .base = 0x40014400, ON_APB2(BIT(17)), .irq = {25},    \
     FREEZE(1, 17), .config = &tim_of_1, .features = SIM_F4_HAS_PORTS_D_E},                        \
    {.name = "TIM11", .kind = &sim_part_tim, .base = 0x40014800, ON_APB2(BIT(18)), .irq = {26},    \
     FREEZE(1, 18), .number = 0, .config = &tim11},                                                \
    {.name = "TIM12", .kind = &sim_part_tim, .base = 0x40001800, ON_APB1(BIT(6)), .irq = {43},     \
     FREEZE(0, 6), .config = &tim_of_2, .features = SIM_F4_HAS_TIM8},                              \
    {.name = "TIM13", .kind = &sim_part_tim, .base = 0x40001c00, ON_APB1(BIT(7)), .irq = {44},     \
     FREEZE(0, 7), .config = &tim_of_1, .features = SIM_F4_HAS_TIM8},                              \
    {.name = "TIM14", .kind = &sim_part_tim, .base = 0x40002000, ON_APB1(BIT(8)), .irq = {45},     \
     FREEZE(0, 8), .config = &tim_of_1, .features = SIM_F4_HAS_TIM8}
#define EXTERNAL_INTERRUPTS                                                                        \
    {.name = "EXTI", .kind = &sim_part_exti, .base = 0x40013c00, ON_APB2(0),                       \
     .irq = {6, 7, 8, 9, 10, 23, 40}, .config = &exti}
#define SYSCFG_AND_BACKUP                                                                          \
    {.name = "SYSCFG", .kind = &sim_part_syscfg_f4, .base = 0x40013800, ON_APB2(BIT(14))},         \
    {.name = "BKPSRAM", .kind = &sim_part_bkpsram, .base = 0x40024000, .size = 4096,               \
     RAW_ON_AHB(BIT(18)), .features = SIM_F4_HAS_BACKUP_SRAM}

const struct sim_part_row sim_f2f4_parts[] = {
    FLASH_AND_CLOCKS,
    PORTS_AND_ADC,
    {.name = "USART1", .kind = &sim_part_usart_f1, .base = 0x40011000, ON_APB2(BIT(4)),
     .irq = {37}, .config = &usart1},
    {.name = "USART2", .kind = &sim_part_usart_f1, .base = 0x40004400, ON_APB1(BIT(17)),
     .irq = {38}, .config = &usart2},
    {.name = "USART3", .kind = &sim_part_usart_f1, .base = 0x40004800, ON_APB1(BIT(18)),
     .irq = {39}, .config = &usart3, .features = SIM_F4_HAS_USART3},
    {.name = "USART6", .kind = &sim_part_usart_f1, .base = 0x40011400, ON_APB2(BIT(5)),
     .irq = {71}, .config = &usart6},
    {.name = "IWDG", .kind = &sim_part_iwdg, .base = 0x40003000, ON_APB1(0), FREEZE(0, 12)},
    {.name = "WWDG", .kind = &sim_part_wwdg, .base = 0x40002c00, ON_APB1(BIT(11)), .irq = {0},
     FREEZE(0, 11)},
    TIMERS,
    {.name = "CRC", .kind = &sim_part_crc, .base = 0x40023000, RAW_ON_AHB(BIT(12)), .config = &crc},
    EXTERNAL_INTERRUPTS,
    {.name = "PWR", .kind = &sim_part_pwr, .base = 0x40007000, ON_APB1(BIT(28))},
    SYSCFG_AND_BACKUP,
    {.name = "DBGMCU", .kind = &sim_part_dbgmcu, .base = 0xe0042000, .lanes = SIM_LANES_AHB,
     .config = &dbgmcu, .is_for_debug = true},
    {.kind = NULL},
};

const struct sim_part_row sim_f7_parts[] = {
    FLASH_AND_CLOCKS,
    PORTS_AND_ADC,
    {.name = "USART1", .kind = &sim_part_usart, .base = 0x40011000, ON_APB2(BIT(4)), .irq = {37},
     .number = 0, .config = &f7_usart1},
    {.name = "USART2", .kind = &sim_part_usart, .base = 0x40004400, ON_APB1(BIT(17)), .irq = {38},
     .number = 1, .config = &f7_usart2},
    {.name = "USART3", .kind = &sim_part_usart, .base = 0x40004800, ON_APB1(BIT(18)), .irq = {39},
     .number = 2, .config = &f7_usart3},
    {.name = "USART6", .kind = &sim_part_usart, .base = 0x40011400, ON_APB2(BIT(5)), .irq = {71},
     .number = 5, .config = &f7_usart6},
    {.name = "IWDG", .kind = &sim_part_iwdg, .base = 0x40003000, ON_APB1(0), FREEZE(0, 12),
     .config = &f7_iwdg},
    {.name = "WWDG", .kind = &sim_part_wwdg, .base = 0x40002c00, ON_APB1(BIT(11)), .irq = {0},
     FREEZE(0, 11), .config = &f7_wwdg},
    TIMERS,
    {.name = "CRC", .kind = &sim_part_crc, .base = 0x40023000, RAW_ON_AHB(BIT(12)),
     .config = &f7_crc},
    EXTERNAL_INTERRUPTS,
    {.name = "PWR", .kind = &sim_part_pwr_f7, .base = 0x40007000, ON_APB1(BIT(28))},
    SYSCFG_AND_BACKUP,
    {.name = "DBGMCU", .kind = &sim_part_dbgmcu, .base = 0xe0042000, .lanes = SIM_LANES_AHB,
     .config = &f7_dbgmcu, .is_for_debug = true},
    {.name = "ROM table", .kind = &sim_part_mcu_rom, .base = 0xe00fd000, .size = 0x1000,
     .lanes = SIM_LANES_RAW, .config = &f7_rom, .is_for_debug = true},
    {.kind = NULL},
};
// clang-format on

// ---- what the factory writes --------------------------------------------------------------------

// 1.21 V, and 0.76 V at 25 degrees with 2.5 mV more for each (DS8626, 5.3.21 to 5.3.23).
static const struct sim_factory_signature signature = {
    .uid = 0x1fff7a10,
    .flash_size = 0x1fff7a22,
    .ts_cal1 = 0x1fff7a2c,
    .ts_cal2 = 0x1fff7a2e,
    .vrefint_cal = 0x1fff7a2a,
    .cal_vdda_mv = 3300,
    .ts_cal1_mv = 773,
    .ts_cal2_mv = 973,
    .vrefint_mv = 1210,
};
static const struct sim_factory_signature plain_signature = {.uid = 0x1fff7a10,
                                                             .flash_size = 0x1fff7a22};

void sim_f2f4_put_option_word(uint8_t *bytes, uint16_t value)
{
    for (unsigned i = 0; i < 8; i += 4) {
        put_le16(bytes + i, value);
        put_le16(bytes + i + 2, (uint16_t)~value);
    }
}

// RM0090, 3.7.1: level 0, no hardware watchdog, no brown-out reset, no sector protected, one bank.
static void put_options(const struct sim_chip_row *row, uint8_t *bytes)
{
    sim_f2f4_put_option_word(bytes, 0xaaef);
    sim_f2f4_put_option_word(bytes + 8, row->features & SIM_F4_HAS_16_SECTORS ? 0x7fff : 0x0fff);
    sim_f2f4_put_option_word(bytes + 24, 0x0fff); // of bank 2
}

void sim_f2f4_fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                           uint8_t *bytes)
{
    if (memory->kind == SIM_MEMORY_OPTIONS)
        put_options(row, bytes);
    else if (memory->kind == SIM_MEMORY_SYSTEM)
        sim_factory_put_boot_loader(row, memory, bytes);
    else if (memory->kind == SIM_MEMORY_FACTORY)
        sim_factory_put_signature(row->features & SIM_F4_HAS_NO_CALIBRATION ? &plain_signature
                                                                            : &signature,
                                  sim_factory_uid, row, memory, bytes);
}

// RM0090, 2.4. Level 2 boots the flash and nothing else (3.7.3).
enum sim_memory_kind sim_f2f4_choose_boot(const struct sim_boot_facts *facts)
{
    if (!facts->boot0 || facts->rdp_level == 2)
        return SIM_MEMORY_FLASH;
    return facts->boot1 ? SIM_MEMORY_SRAM : SIM_MEMORY_SYSTEM;
}

// ---- programs that these chips can be given -----------------------------------------------------

#define RCC_CFGR    0x40023808u
#define RCC_AHB1ENR 0x40023830u
#define RCC_APB1ENR 0x40023840u
#define GPIOA_MODER 0x40020000u

const struct sim_program sim_f2f4_programs[] = {
    {.name = "swd-off", // 5 ms after reset PA13 and PA14 become analog inputs
     .step = {{RCC_AHB1ENR, 0x00100001}, {SIM_PROGRAM_WAIT, 20000}, {GPIOA_MODER, 0xbc000000}},
     .end = SIM_END_RUN},
    SIM_PROGRAM_DEEP_SLEEP("stop", RCC_APB1ENR, 0xc001, 20000),
    SIM_PROGRAM_DEEP_SLEEP("standby", RCC_APB1ENR, 0xc006, 20000),
    SIM_PROGRAM_IWDG(240, 20000), // bites every 30 ms
    {.name = "slow-clock",        // 5 ms after reset HCLK is 31.25 kHz
     .step = {{SIM_PROGRAM_WAIT, 20000}, {RCC_CFGR, 0xf0}},
     .end = SIM_END_RUN},
    {.name = NULL},
};
