// SPDX-License-Identifier: MIT
// STM32F0: RM0091 and RM0360, 2.2 (memory map), 3.2.1 (flash), 32.4.1 (identity code; bits 15:12
// read as 6 on every part seen); pins from the data sheets' tables of alternate functions (DS9773,
// DS10697…).
#include "sim/families/chips.h"

#include <stddef.h>
#include <string.h>

#define KIB 1024u

// F03x has one USART, and its TX is on PA2 and PA14 too; elsewhere these two belong to USART2.
static const struct sim_tx_pin tx1_f03x[] = {
    {'A', 9, 1}, {'A', 2, 1}, {'A', 14, 1}, {'B', 6, 0}, {0, 0, 0}};
static const struct sim_tx_pin tx1[] = {{'A', 9, 1}, {'B', 6, 0}, {0, 0, 0}};
static const struct sim_tx_pin tx2[] = {{'A', 2, 1}, {'A', 14, 1}, {0, 0, 0}};
static const struct sim_tx_pin tx2_f07x[] = {{'A', 2, 1}, {'A', 14, 1}, {'D', 5, 0}, {0, 0, 0}};

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

// What every part of a die has. The value lines are the same silicon, with less of it promised.
#define DIE_F03X                                                                                   \
    .idcode = 0x10006444, .page_size = 1 * KIB, .sram_size = 4 * KIB, .system_base = 0x1fffec00,   \
    .system_size = 3 * KIB, .exti_imr = 0x0ff40000, .ports = "ABCF", .tx = {tx1_f03x, NULL},       \
    .regions = regions_f031
#define DIE_F04X                                                                                   \
    .idcode = 0x10006445, .page_size = 1 * KIB, .sram_size = 6 * KIB, .system_base = 0x1fffc400,   \
    .system_size = 13 * KIB, .exti_imr = 0x7ff40000, .ports = "ABCF", .tx = {tx1, tx2},            \
    .regions = regions_f042
#define DIE_F05X                                                                                   \
    .idcode = 0x20006440, .page_size = 1 * KIB, .sram_size = 8 * KIB, .system_base = 0x1fffec00,   \
    .system_size = 3 * KIB, .exti_imr = 0x0f940000, .ports = "ABCDF", .tx = {tx1, tx2},            \
    .regions = regions_f051
#define DIE_F07X                                                                                   \
    .idcode = 0x20016448, .page_size = 2 * KIB, .sram_size = 16 * KIB, .system_base = 0x1fffc800,  \
    .system_size = 12 * KIB, .exti_imr = 0x7f840000, .ports = "ABCDEF", .tx = {tx1, tx2_f07x},     \
    .regions = regions_f072
#define DIE_F09X                                                                                   \
    .idcode = 0x10006442, .page_size = 2 * KIB, .sram_size = 32 * KIB, .system_base = 0x1fffd800,  \
    .system_size = 8 * KIB, .exti_imr = 0x7f840000, .ports = "ABCDEF", .tx = {tx1, tx2_f07x},      \
    .regions = regions_f091

#define TIMERS_F05X (SIM_HAS_TIM6 | SIM_HAS_TIM15)
#define TIMERS_F07X (TIMERS_F05X | SIM_HAS_TIM7)
#define FEATURES_F04X                                                                              \
    (SIM_HAS_USART2 | SIM_HAS_TIM2 | SIM_HAS_BOOT_SEL | SIM_HAS_EMPTY_CHECK | SIM_HAS_HSI48)
#define FEATURES_F07X                                                                              \
    (SIM_HAS_USART2 | SIM_HAS_TIM2 | TIMERS_F07X | SIM_HAS_HSI48 | SIM_HAS_CRC_POLYNOMIAL)
#define FEATURES_F09X (FEATURES_F07X | SIM_HAS_BOOT_SEL | SIM_HAS_EMPTY_CHECK)

#define PART(part, die, kib, has)                                                                  \
    {                                                                                              \
        .name = part, die, .flash_size = (kib)*KIB, .features = (has)                              \
    }

// clang-format off
static const struct sim_chip_row rows[] = {
    PART("stm32f031k6", DIE_F03X, 32, SIM_HAS_TIM2),
    PART("stm32f031f4", DIE_F03X, 16, SIM_HAS_TIM2),
    PART("stm32f030f4", DIE_F03X, 16, 0),
    PART("stm32f030k6", DIE_F03X, 32, 0),
    PART("stm32f042k6", DIE_F04X, 32, FEATURES_F04X),
    PART("stm32f042f4", DIE_F04X, 16, FEATURES_F04X),
    PART("stm32f070f6", DIE_F04X, 32, SIM_HAS_USART2 | SIM_HAS_EMPTY_CHECK),
    PART("stm32f051c8", DIE_F05X, 64, SIM_HAS_USART2 | SIM_HAS_TIM2 | TIMERS_F05X),
    PART("stm32f051k6", DIE_F05X, 32, SIM_HAS_USART2 | SIM_HAS_TIM2 | TIMERS_F05X),
    PART("stm32f030c8", DIE_F05X, 64, SIM_HAS_USART2 | TIMERS_F05X),
    PART("stm32f072rb", DIE_F07X, 128, FEATURES_F07X),
    PART("stm32f072c8", DIE_F07X, 64, FEATURES_F07X),
    PART("stm32f070rb", DIE_F07X, 128, SIM_HAS_USART2 | TIMERS_F07X),
    PART("stm32f091rc", DIE_F09X, 256, FEATURES_F09X),
    PART("stm32f091cb", DIE_F09X, 128, FEATURES_F09X),
    PART("stm32f030rc", DIE_F09X, 256, SIM_HAS_USART2 | TIMERS_F07X | SIM_HAS_EMPTY_CHECK),
};
// clang-format on

const struct sim_chip_row *sim_chips_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}

const struct sim_chip_row *sim_chips_find(const char *name)
{
    const struct sim_chip_row *row;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        if (strcmp(row->name, name) == 0)
            break;
    }
    return row;
}
