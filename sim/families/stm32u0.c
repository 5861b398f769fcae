// SPDX-License-Identifier: MIT
// STM32U0: RM0503, 2 (memory map and boot), 3 (flash), 4 and 5 (power, clocks), 12 (interrupts), 40
// (debug); figures from the data sheet of STM32U083 (DS14463); bits as in ST's headers
// (cmsis_device_u0).
#include "sim/families/stm32u0.h"

#include "sim/families/m0plus.h"
#include "sim/families/programs.h"

// ---- not modelled -------------------------------------------------------------------------------

#define REGIONS_OF_ALL                                                                             \
    {"RTC", 0x40002800, 0x400}, {"SPI2", 0x40003800, 0x400},                                       \
        {"USART3 and USART4", 0x40004800, 0x800}, {"I2C1 and I2C2", 0x40005400, 0x800},            \
        {"DAC and OPAMP", 0x40007400, 0x800}, {"LPTIM1 and LPUART1", 0x40007c00, 0x800},           \
        {"LPUART2", 0x40008400, 0x400}, {"I2C3", 0x40008800, 0x400},                               \
        {"LPTIM2", 0x40009400, 0x400}, {"TAMP", 0x4000b000, 0x400}, {"SPI1", 0x40013000, 0x400},   \
        {"DMA", 0x40020000, 0x400}, {"DMAMUX", 0x40020800, 0x800}, {"TSC", 0x40024000, 0x400},     \
    {                                                                                              \
        "RNG and AES", 0x40025000, 0x1400                                                          \
    }
static const struct sim_region regions_u031[] = {REGIONS_OF_ALL, {NULL, 0, 0}};
static const struct sim_region regions_u083[] = {
    REGIONS_OF_ALL,
    {"LCD", 0x40002400, 0x400},
    {"SPI3", 0x40003c00, 0x400},
    {"USB", 0x40005c00, 0x400},
    {"CRS", 0x40006c00, 0x400},
    {"LPUART3", 0x40008c00, 0x400},
    {"LPTIM3", 0x40009000, 0x400},
    {"USB memory", 0x40009800, 0x800},
    {"I2C4", 0x4000a000, 0x400},
    {"DMA2", 0x40020400, 0x400},
    {NULL, 0, 0},
};

// ---- flash (RM0503, 3.4 for options) ------------------------------------------------------------

#define USER_MASK   0x3fefefffu
#define USER_ST     0xfffffeaau
#define USER_BROKEN 0xfffffeffu // level 1, BOR off, all else 1
#define HDP_OFF     0xb4000000u // HDP1EN: no hidden area

// Where the words are among the cells is no fact of the manual; ST's own programmer uses the
// registers. DS14463, table of the flash's characteristics, typical and maximum; no minimum is
// given.
static const struct sim_flash_dw_config
    flash = {.word = {[SIM_WORD_USER] =
                          M0P_WORD(0x20, 0x00, USER_MASK, USER_ST, USER_BROKEN &USER_MASK),
                      [SIM_WORD_WRP1A] = M0P_WRP(0x2c, 0x18, 0x7f),
                      [SIM_WORD_WRP1B] = M0P_WRP(0x30, 0x20, 0x7f),
                      [SIM_WORD_SECURE] =
                          M0P_WORD(0x80, 0x70, 0xff01007f, HDP_OFF, HDP_OFF | M0P_BOOT_LOCK)},
             M0P_OPTIONS_WITH_SHUTDOWN},
    .nrst_mode_mask = 3u << 27, .page_mask = 0x3f8, .secure_size_mask = 0x7f,
    .secure_switch_mask = 0xff000000, .secure_off = HDP_OFF, .has_ecc_register = true,
    .has_debug_switch = true, .row_hz = 8000000,
    .time = {[SIM_FLASH_TYP] = {85000, 1700000, 22000000, 22100000},
             [SIM_FLASH_MIN] = {85000, 1700000, 22000000, 22100000},
             [SIM_FLASH_MAX] = {125000, 2800000, 40000000, 40100000}},
}
;

// ---- what the other parts of this family have in particular -------------------------------------

#define VREFINT_MV 1212u // DS14463, 5.3.4
#define TS_30_MV   760u  // of the temperature sensor at 30 degrees
#define TS_130_MV  1010u // 2.5 mV more for each degree
#define TS_25_MV   747u

// Start-up times are the typical ones of DS14463, 5.3.7 and 5.3.8.
#define NONE SIM_M0P_CLOCKS
#define RCC(hsi48)                                                                                 \
    {                                                                                              \
        .clock = {[SIM_M0P_LSI] = {32000, 80000, 0x94, 0, 1, 2},                                   \
                  [SIM_M0P_LSE] = {32768, 2000000000, 0x90, 1, 1, 2},                              \
                  [SIM_M0P_MSI] = {4000000, 2500, 0x00, 2, M0P_BIT(0), M0P_BIT(1)},                \
                  [SIM_M0P_HSI] = {16000000, 800, 0x00, 3, M0P_BIT(8), M0P_BIT(10)},               \
                  [SIM_M0P_HSE] = {0, 2000000, 0x00, 4, M0P_BIT(16), M0P_BIT(17)},                 \
                  [SIM_M0P_PLL] = {0, 15000, 0x00, 5, M0P_BIT(24), M0P_BIT(25)},                   \
                  [SIM_M0P_HSI48] = {48000000, 2500, 0x98, 10, (hsi48), (hsi48) << 1}},            \
        .first_clock = SIM_M0P_MSI, .sw = {SIM_M0P_MSI, SIM_M0P_HSI, SIM_M0P_HSE, SIM_M0P_PLL,     \
                                           SIM_M0P_LSI, SIM_M0P_LSE, NONE,        NONE},           \
        .pll_source = {NONE, SIM_M0P_MSI, SIM_M0P_HSI, SIM_M0P_HSE},                               \
        .mco = {NONE,        NONE,        SIM_M0P_MSI,   SIM_M0P_HSI, SIM_M0P_HSE, SIM_M0P_PLL,    \
                SIM_M0P_LSI, SIM_M0P_LSE, SIM_M0P_HSI48, NONE,        NONE,        NONE,           \
                NONE,        NONE,        NONE,          NONE},                                    \
        .capture = {[5] = SIM_M0P_CAPTURE_LSI}, /* TIM16_TISEL */                                  \
            .cr_reset = 0x60, .enr = {0x4c, 0x48, 0x58, 0x60, 0x50},                               \
        .rstr = {0x2c, 0x28, 0x38, 0x40, 0}, .ccipr = 0x88, .bdcr = 0x90, .csr = 0x94,             \
        .has_stop_choice = true, .backup_is_guarded = true, .adc_select_shift = 28,                \
        .icscr_reset = 0x405a0080, .icscr_trim = 0x7f00ff00, .max_hz = 56000000                    \
    }
static const struct sim_rcc_m0p_config rcc = RCC(0), rcc_hsi48 = RCC(M0P_BIT(0));

static const struct sim_adc_config adc = {
    .channel = {{'C', 0, 0},
                {'C', 1, 0},
                {'C', 2, 0},
                {'C', 3, 0},
                {'A', 0, 0},
                {'A', 1, 0},
                {'A', 2, 0},
                {'A', 3, 0},
                {'A', 4, 0},
                {'A', 5, 0},
                {'A', 6, 0},
                {0, 0, 0},
                {0, 0, 0},
                {0, 0, 0},
                {'A', 7, 0},
                {'C', 4, 0}},
    .reference_mv = VREFINT_MV,
    .temperature_mv = TS_25_MV,
    .sampling_halves = sim_m0p_sampling_halves,
    .temperature_channel = 11,
    .reference_channel = 12,
    .battery_channel = 13,
    .battery_divider = 3,
};

static const struct sim_exti_m0p_config exti = {
    .lines = {0x0003, 0x000c, 0xfff0}, .imr = 0xff9e0000, .imr2 = 0xffffffff, .edges = 0x003fffff};
static const struct sim_pwr_m0p_config pwr = {
    .wakeup =
        {{'A', 0, 0}, {'C', 13, 0}, {'E', 6, 0}, {'A', 2, 0}, {'C', 5, 0}, {0, 0, 0}, {'B', 15, 0}},
    .cr1_reset = 0x208};
// RM0503, 40.8: bits of peripherals that are not modelled are kept too.
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {0xc0201c33, 0x00070800}};

static const struct sim_pin tx1[] = {{'A', 9, 7}, {'B', 6, 7}, {0, 0, 0}};
static const struct sim_pin tx2[] = {{'A', 2, 7}, {'D', 5, 7}, {0, 0, 0}};
static const struct sim_usart_config usart1 = {.tx = tx1, .fifo = 8, .has_prescaler = true};
static const struct sim_usart_config usart2 = {.tx = tx2, .fifo = 8, .has_prescaler = true};

static const struct sim_part_config configs_u083[] = {{"RCC", &rcc_hsi48}, {NULL, NULL}};

// ---- the parts (RM0503, 2.2 for addresses, 5.4 for gates, 12.3 for interrupts) ------------------

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire.
// clang-format off
static const struct sim_part_row parts[] = {
    {.name = "FLASH", .kind = &sim_part_flash_dw, .base = 0x40022000, M0P_ON_AHB(0), .irq = {3},
     .config = &flash},
    M0P_RCC(&rcc),
    M0P_GPIO("A", 0, 0, &sim_m0p_gpio_a),
    M0P_GPIO("B", 1, 0, &sim_m0p_gpio),
    M0P_GPIO("C", 2, 0, &sim_m0p_gpio),
    M0P_USART1(&usart1),
    M0P_USART2(&usart2),
    M0P_IWDG,
    M0P_WWDG,
    M0P_ADC(&adc),
    M0P_TIM1,
    M0P_TIM3,
    M0P_CRC,
    M0P_EXTI(&exti),
    M0P_PWR(&pwr),
    M0P_SYSCFG,
    M0P_ROM_TABLE,
    M0P_GPIO("D", 3, 0, &sim_m0p_gpio),
    M0P_GPIO("E", 4, SIM_U0_HAS_PORT_E, &sim_m0p_gpio),
    M0P_GPIO("F", 5, 0, &sim_m0p_gpio),
    M0P_TIM2(0),
    M0P_TIM6(0),
    M0P_TIM7(0),
    {.name = "TIM15", .kind = &sim_part_tim, .base = 0x40014000, M0P_ON_APB2(M0P_BIT(16)),
     .irq = {19}, M0P_FREEZE(1, 16), .config = &sim_m0p_tim15},
    {.name = "TIM16", .kind = &sim_part_tim, .base = 0x40014400, M0P_ON_APB2(M0P_BIT(17)),
     .irq = {20}, M0P_FREEZE(1, 17), .config = &sim_m0p_tim16_17, .number = 1},
    {.name = "DBGMCU", .kind = &sim_part_dbgmcu, .base = 0x40015800, .lanes = SIM_LANES_APB,
     .bus = SIM_M0P_ON_DEBUG, .gate = M0P_BIT(0), .config = &dbgmcu, .is_for_debug = true},
    {.kind = NULL},
};
// clang-format on

// ---- what the factory writes --------------------------------------------------------------------

// RM0503, 41 for identity and size; DS14463, 3.17 for the calibration values, at 3 V. All of it is
// 0x3000 bytes lower on the smaller die.
#define SIGNATURE(base)                                                                            \
    {                                                                                              \
        .uid = (base) + 0x150, .flash_size = (base) + 0x1a0, .ts_cal1 = (base) + 0x168,            \
        .ts_cal2 = (base) + 0x18a, .vrefint_cal = (base) + 0x1a4, .cal_vdda_mv = 3000,             \
        .ts_cal1_mv = TS_30_MV, .ts_cal2_mv = TS_130_MV, .vrefint_mv = VREFINT_MV                  \
    }
#define FACTORY_U031 0x1fff3d00u
#define FACTORY_U083 0x1fff6d00u

static void fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes)
{
    static const struct sim_factory_signature u031 = SIGNATURE(FACTORY_U031);
    static const struct sim_factory_signature u083 = SIGNATURE(FACTORY_U083);
    sim_m0p_fill_factory(memory->base == FACTORY_U031 ? &u031 : &u083, row, memory, bytes);
}

// ---- programs that these chips can be given -----------------------------------------------------

#define RCC_CFGR    0x40021008u
#define RCC_IOPENR  0x4002104cu
#define RCC_APBENR1 0x40021058u
#define GPIOA_MODER 0x50000000u

static const struct sim_program programs[] = {
    {.name = "swd-off", // 5 ms after reset PA13 and PA14 become analog inputs
     .step = {{RCC_IOPENR, 1}, {SIM_PROGRAM_WAIT, 5000}, {GPIOA_MODER, 0xffffffff}},
     .end = SIM_END_RUN},
    SIM_PROGRAM_DEEP_SLEEP("stop", RCC_APBENR1, 0x208, 5000),
    SIM_PROGRAM_DEEP_SLEEP("standby", RCC_APBENR1, 0x20b, 5000),
    SIM_PROGRAM_DEEP_SLEEP("shutdown", RCC_APBENR1, 0x20c, 5000),
    SIM_PROGRAM_IWDG(300, 5000), // bites every 38 ms
    {.name = "slow-clock",       // 5 ms after reset HCLK is 7.8 kHz
     .step = {{SIM_PROGRAM_WAIT, 5000}, {RCC_CFGR, 0xf00}},
     .end = SIM_END_RUN},
    {.name = NULL},
};

// ---- the chips ----------------------------------------------------------------------------------

static const struct sim_family stm32u0 = {
    .name = "STM32U0",
    .identity = {M0P_IDENTITY,
                 .designer = 0x23b, // the core's ROM table is ARM's
                 .part = 0x4c0},
    M0P_FAMILY,
    .parts = parts,
    .electrics = {.power_on_mv = 1660, // VBOR0, typical (DS14463, 5.3.3)
                  .power_down_mv = 1640,
                  .running_ma = 0.3, // at 4 MHz (5.3.5)
                  .resting_ma = 0.05,
                  M0P_ELECTRICS_OF_PINS},
    .fill_factory = fill_factory,
    .programs = programs,
};

// RM0503, 3.3.1: what every part of a die has. Bits 15:12 of the identity code read as 6, as on
// other chips.
#define MEMORIES(sram_kib, system_kib, factory)                                                    \
    .memory[1] = {SIM_MEMORY_SRAM, M0P_SRAM_BASE, (sram_kib)*M0P_KIB, 0, 0, 0},                    \
    .memory[2] = {SIM_MEMORY_SYSTEM, 0x1fff0000, (system_kib)*M0P_KIB, 0, 0, 0},                   \
    .memory[3] = {SIM_MEMORY_FACTORY, factory, 0x300, 0, 0, 0},                                    \
    .memory[4] = {SIM_MEMORY_OPTIONS, 0x1fff7800, 0x80, 0, 0, 0},                                  \
    .memory[5] = {SIM_MEMORY_OTP, 0x1fff6800, 0x400, 0, 8, 0}
#define PART(part, kib, die, has)                                                                  \
    {                                                                                              \
        .name = part, .family = &stm32u0, die,                                                     \
        .memory[0] = {SIM_MEMORY_FLASH, M0P_FLASH_BASE, (kib)*M0P_KIB, M0P_PAGE, 8, 0},            \
        .features = (has)                                                                          \
    }
#define DIE_U031 .idcode = 0x10006459, MEMORIES(12, 13, FACTORY_U031), .regions = regions_u031
#define DIE_U083                                                                                   \
    .idcode = 0x10006489, MEMORIES(40, 26, FACTORY_U083), .regions = regions_u083,                 \
    .configs = configs_u083
#define U031(name, kib) PART("stm32u031" name, kib, DIE_U031, 0)
#define U083(name, kib) PART("stm32u0" name, kib, DIE_U083, SIM_U0_HAS_PORT_E)

// clang-format off
static const struct sim_chip_row rows[] = {
    U031("c6", 32), U031("c8", 64), U031("f4", 16), U031("f6", 32), U031("f8", 64),
    U031("g6", 32), U031("g8", 64), U031("k4", 16), U031("k6", 32), U031("k8", 64),
    U031("r6", 32), U031("r8", 64), U083("73c8", 64), U083("73cb", 128), U083("73cc", 256),
    U083("73h8", 64), U083("73hb", 128), U083("73hc", 256), U083("73k8", 64), U083("73kb", 128),
    U083("73kc", 256), U083("73m8", 64), U083("73mb", 128), U083("73mc", 256), U083("73r8", 64),
    U083("73rb", 128), U083("73rc", 256), U083("83cc", 256), U083("83hc", 256),
    U083("83kc", 256), U083("83mc", 256), U083("83rc", 256),
};
// clang-format on

const struct sim_chip_row *sim_stm32u0_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
