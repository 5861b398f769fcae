// SPDX-License-Identifier: MIT
// STM32C0: RM0490, 3 (memory map and boot), 4 (flash), 5 and 6 (power, clocks), 12 (interrupts), 27
// (debug); figures from the data sheet of STM32C031 (DS13867); bits as in ST's headers
// (cmsis_device_c0).
#include "sim/families/stm32c0.h"

#include "sim/families/m0plus.h"
#include "sim/families/programs.h"

// ---- not modelled -------------------------------------------------------------------------------

#define REGIONS_OF_ALL                                                                             \
    {"RTC", 0x40002800, 0x400}, {"I2C1", 0x40005400, 0x400}, {"SPI1", 0x40013000, 0x400},          \
        {"DMA", 0x40020000, 0x400},                                                                \
    {                                                                                              \
        "DMAMUX", 0x40020800, 0x800                                                                \
    }
static const struct sim_region regions_c03x[] = {REGIONS_OF_ALL, {NULL, 0, 0}};
static const struct sim_region regions_c05x[] = {
    REGIONS_OF_ALL,
    {"SPI2", 0x40003800, 0x400},
    {"I2C2", 0x40005800, 0x400},
    {NULL, 0, 0},
};
static const struct sim_region regions_c07x[] = {
    REGIONS_OF_ALL,
    {"SPI2", 0x40003800, 0x400},
    {"I2C2", 0x40005800, 0x400},
    {"USB", 0x40005c00, 0x400},
    {"CRS", 0x40006c00, 0x400},
    {"USB memory", 0x40009800, 0x800},
    {NULL, 0, 0},
};
static const struct sim_region regions_c09x[] = {
    REGIONS_OF_ALL,
    {"SPI2", 0x40003800, 0x400},
    {"USART3 and USART4", 0x40004800, 0x800},
    {"I2C2", 0x40005800, 0x400},
    {"FDCAN", 0x40006400, 0x400},
    {"FDCAN memory", 0x4000b400, 0x400},
    {NULL, 0, 0},
};

// ---- flash (RM0490, 4.4.1 for options) ----------------------------------------------------------

#define USER_MASK   0x3fefffffu
#define USER_ST     0x3ffffeaau
#define USER_BROKEN 0x3ffffeffu // level 1, BOR off, all else 1

// DS13867, table of the flash's characteristics, typical and maximum; no minimum is given. There
// are no registers of check bits (RM0490, 4.7).
#define FLASH(pages, subpages, secure)                                                             \
    {.word = {[SIM_WORD_USER] = M0P_WORD(0x20, 0x00, USER_MASK, USER_ST, USER_BROKEN & USER_MASK), \
              [SIM_WORD_PCROP1A_START] = M0P_PCROP_START(0x24, 0x08, subpages),                    \
              [SIM_WORD_PCROP1A_END] =                                                             \
                  M0P_WORD(0x28, 0x10, M0P_PCROP_RDP | (subpages), 0, M0P_PCROP_RDP | (subpages)), \
              [SIM_WORD_WRP1A] = M0P_WRP(0x2c, 0x18, pages),                                       \
              [SIM_WORD_WRP1B] = M0P_WRP(0x30, 0x20, pages),                                       \
              [SIM_WORD_PCROP1B_START] = M0P_PCROP_START(0x34, 0x28, subpages),                    \
              [SIM_WORD_PCROP1B_END] = M0P_PCROP_END(0x38, 0x30, subpages),                        \
              [SIM_WORD_SECURE] =                                                                  \
                  M0P_WORD(0x80, 0x70, M0P_BOOT_LOCK | (secure), 0, M0P_BOOT_LOCK)},               \
     M0P_OPTIONS_WITH_SHUTDOWN},                                                                   \
        .nrst_mode_mask = 3u << 27, .page_mask = 0x3f8, .secure_size_mask = (secure),              \
        .has_debug_switch = true, .row_after_page_erase = true, .row_hz = 8000000,                 \
        .time = {                                                                                  \
            [SIM_FLASH_TYP] = {85000, 1700000, 22000000, 22100000},                                \
            [SIM_FLASH_MIN] = {85000, 1700000, 22000000, 22100000},                                \
            [SIM_FLASH_MAX] = {125000, 2800000, 40000000, 40100000},                               \
    }                                                                                              \
    }
static const struct sim_flash_dw_config flash_c03x = FLASH(0x3f, 0x3f, 0x1f);
static const struct sim_flash_dw_config flash_c05x = FLASH(0x3f, 0x7f, 0x3f);
static const struct sim_flash_dw_config flash_c07x = FLASH(0x3f, 0xff, 0x3f);
static const struct sim_flash_dw_config flash_c09x = FLASH(0x7f, 0x1ff, 0x7f);

// ---- what the other parts of this family have in particular -------------------------------------

#define VREFINT_MV 1212u // DS13867, 5.3.4
#define TS_30_MV   760u  // of the temperature sensor at 30 degrees
#define TS_25_MV   747u  // 2.53 mV for each degree

// Start-up times are the typical ones of DS13867, 5.3.7 and 5.3.8.
#define NONE SIM_M0P_CLOCKS
#define RCC(usb, system_divider)                                                                   \
    {                                                                                              \
        .clock = {[SIM_M0P_LSI] = {32000, 80000, 0x60, 0, 1, 2},                                   \
                  [SIM_M0P_LSE] = {32768, 2000000000, 0x5c, 1, 1, 2},                              \
                  [SIM_M0P_HSI] = {48000000, 1000, 0x00, 3, M0P_BIT(8), M0P_BIT(10)},              \
                  [SIM_M0P_HSE] = {0, 2000000, 0x00, 4, M0P_BIT(16), M0P_BIT(17)},                 \
                  [SIM_M0P_HSI48] = {48000000, 2500, 0x00, 2, (usb), (usb) << 1}},                 \
        .first_clock = SIM_M0P_HSI, .sw = {SIM_M0P_HSI, SIM_M0P_HSE, (usb) ? SIM_M0P_HSI48 : NONE, \
                                           SIM_M0P_LSI, SIM_M0P_LSE, NONE,                         \
                                           NONE,        NONE},                                     \
        .pll_source = {NONE, NONE, NONE, NONE}, .mco = {NONE,        NONE,        NONE,            \
                                                        SIM_M0P_HSI, SIM_M0P_HSE, NONE,            \
                                                        SIM_M0P_LSI, SIM_M0P_LSE, SIM_M0P_HSI48,   \
                                                        NONE,        NONE,        NONE,            \
                                                        NONE,        NONE,        NONE,            \
                                                        NONE},                                     \
        .capture = {[1] = SIM_M0P_CAPTURE_RTC, /* TIM14_TISEL */                                   \
                    [2] = SIM_M0P_CAPTURE_HSE32,  [3] = SIM_M0P_CAPTURE_MCO,                       \
                    [5] = SIM_M0P_CAPTURE_LSI,    /* TIM16_TISEL */                                \
                    [10] = SIM_M0P_CAPTURE_HSE32, /* TIM17_TISEL */                                \
                    [11] = SIM_M0P_CAPTURE_MCO},                                                   \
        .cr_reset = 0x1540, .enr = {0x34, 0x38, 0x3c, 0x40, 0}, .rstr = {0x24, 0x28, 0x2c, 0x30},  \
        .ccipr = 0x54, .bdcr = 0x5c, .csr = 0x60, .has_hsi_divider = true,                         \
        .has_system_divider = (system_divider), .has_kernel_divider = true,                        \
        .adc_select_shift = 30, .icscr_reset = 0x405a, .icscr_trim = 0x7f00, .max_hz = 48000000    \
    }
static const struct sim_rcc_m0p_config rcc = RCC(0, false), rcc_c05x = RCC(0, true),
                                       rcc_c07x = RCC(M0P_BIT(22), true);

static const struct sim_adc_config adc = {
    .channel = {{'A', 0, 0},
                {'A', 1, 0},
                {'A', 2, 0},
                {'A', 3, 0},
                {'A', 4, 0},
                {'A', 5, 0},
                {'A', 6, 0},
                {'A', 7, 0},
                {'A', 8, 0},
                {0, 0, 0},
                {0, 0, 0},
                {'A', 11, 0},
                {'A', 12, 0},
                {'A', 13, 0},
                {'A', 14, 0}},
    .reference_mv = VREFINT_MV,
    .temperature_mv = TS_25_MV,
    .sampling_halves = sim_m0p_sampling_halves,
    .temperature_channel = 9,
    .reference_channel = 10,
};

static const struct sim_exti_m0p_config exti = {
    .lines = {0x0003, 0x000c, 0xfff0}, .imr = 0xfff80000, .edges = 0x0000ffff};
static const struct sim_pwr_m0p_config pwr = {
    .wakeup = {{'A', 0, 0}, {'A', 4, 0}, {'B', 6, 0}, {'A', 2, 0}, {0, 0, 0}, {'B', 5, 0}},
    .cr1_reset = 0x208};
// RM0490, 27.8: bits of peripherals that are not modelled are kept too.
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {0x00201c03, 0x00078800}};

static const struct sim_pin tx1[] = {{'A', 9, 1}, {'B', 6, 0}, {'A', 0, 4}, {0, 0, 0}};
static const struct sim_pin tx2[] = {{'A', 2, 1}, {'A', 14, 1}, {0, 0, 0}};
static const struct sim_usart_config usart1 = {.tx = tx1, .fifo = 8, .has_prescaler = true};
static const struct sim_usart_config usart2 = {.tx = tx2, .has_prescaler = true};

static const struct sim_part_config configs_c03x[] = {{"FLASH", &flash_c03x}, {NULL, NULL}};
static const struct sim_part_config configs_c05x[] = {
    {"FLASH", &flash_c05x}, {"RCC", &rcc_c05x}, {NULL, NULL}};
static const struct sim_part_config configs_c07x[] = {
    {"FLASH", &flash_c07x}, {"RCC", &rcc_c07x}, {NULL, NULL}};
static const struct sim_part_config configs_c09x[] = {
    {"FLASH", &flash_c09x}, {"RCC", &rcc_c05x}, {NULL, NULL}};

// ---- the parts (RM0490, 3.2 for addresses, 6.4 for gates, 12.3 for interrupts) ------------------

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire.
// clang-format off
static const struct sim_part_row parts[] = {
    {.name = "FLASH", .kind = &sim_part_flash_dw, .base = 0x40022000, M0P_ON_AHB(0), .irq = {3}},
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
    M0P_GPIO("F", 5, 0, &sim_m0p_gpio),
    M0P_TIM2(SIM_C0_HAS_TIM2),
    {.name = "TIM14", .kind = &sim_part_tim, .base = 0x40002000, M0P_ON_APB2(M0P_BIT(15)),
     .irq = {19}, M0P_FREEZE(1, 15), .config = &sim_m0p_tim14},
    {.name = "TIM15", .kind = &sim_part_tim, .base = 0x40014000, M0P_ON_APB2(M0P_BIT(16)),
     .irq = {20}, M0P_FREEZE(1, 16), .config = &sim_m0p_tim15, .features = SIM_C0_HAS_TIM15},
    {.name = "TIM16", .kind = &sim_part_tim, .base = 0x40014400, M0P_ON_APB2(M0P_BIT(17)),
     .irq = {21}, M0P_FREEZE(1, 17), .config = &sim_m0p_tim16_17, .number = 1},
    {.name = "TIM17", .kind = &sim_part_tim, .base = 0x40014800, M0P_ON_APB2(M0P_BIT(18)),
     .irq = {22}, M0P_FREEZE(1, 18), .config = &sim_m0p_tim16_17, .number = 2},
    {.name = "DBGMCU", .kind = &sim_part_dbgmcu, .base = 0x40015800, M0P_ON_APB1(M0P_BIT(27)),
     .config = &dbgmcu, .is_for_debug = true},
    {.kind = NULL},
};
// clang-format on

// ---- what the factory writes --------------------------------------------------------------------

// RM0490, 28 for identity and size; DS13867, 3.14 for the calibration values, at 3 V.
static void fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes)
{
    static const struct sim_factory_signature signature = {.uid = 0x1fff7550,
                                                           .flash_size = 0x1fff75a0,
                                                           .ts_cal1 = 0x1fff7568,
                                                           .vrefint_cal = 0x1fff756a,
                                                           .cal_vdda_mv = 3000,
                                                           .ts_cal1_mv = TS_30_MV,
                                                           .vrefint_mv = VREFINT_MV};
    sim_m0p_fill_factory(&signature, row, memory, bytes);
}

// ---- programs that these chips can be given -----------------------------------------------------

#define RCC_CR      0x40021000u
#define RCC_CFGR    0x40021008u
#define RCC_IOPENR  0x40021034u
#define RCC_APBENR1 0x4002103cu
#define GPIOA_MODER 0x50000000u

static const struct sim_program programs[] = {
    {.name = "swd-off", // 5 ms after reset PA13 and PA14 become analog inputs
     .step = {{RCC_IOPENR, 1}, {SIM_PROGRAM_WAIT, 15000}, {GPIOA_MODER, 0xffffffff}},
     .end = SIM_END_RUN},
    SIM_PROGRAM_DEEP_SLEEP("stop", RCC_APBENR1, 0x208, 15000),
    SIM_PROGRAM_DEEP_SLEEP("standby", RCC_APBENR1, 0x20b, 15000),
    SIM_PROGRAM_DEEP_SLEEP("shutdown", RCC_APBENR1, 0x20c, 15000),
    SIM_PROGRAM_IWDG(300, 15000), // bites every 38 ms
    {.name = "slow-clock",        // 5 ms after reset HCLK is 11.7 kHz
     .step = {{SIM_PROGRAM_WAIT, 15000}, {RCC_CR, 0x1d40}, {RCC_CFGR, 0xf00}},
     .end = SIM_END_RUN},
    {.name = NULL},
};

// ---- the chips ----------------------------------------------------------------------------------

static const struct sim_family stm32c0 = {
    .name = "STM32C0",
    .identity = {M0P_IDENTITY,
                 .designer = 0x23b, // the core's ROM table is ARM's
                 .part = 0x4c0},
    M0P_FAMILY,
    .parts = parts,
    .electrics = {.power_on_mv = 1950, // VBOR0, typical (DS13867, 5.3.3)
                  .power_down_mv = 1900,
                  .running_ma = 1.6, // at 12 MHz (5.3.5)
                  .resting_ma = 0.05,
                  M0P_ELECTRICS_OF_PINS},
    .fill_factory = fill_factory,
    .programs = programs,
};

// RM0490, 4.3.1, tables 10 to 13: what every part of a die has. Bits 15:12 of the identity code
// read as 6, as on other chips.
#define MEMORIES(sram_kib, system_kib)                                                             \
    .memory[1] = {SIM_MEMORY_SRAM, M0P_SRAM_BASE, (sram_kib)*M0P_KIB, 0, 0, 0},                    \
    .memory[2] = {SIM_MEMORY_SYSTEM, 0x1fff0000, (system_kib)*M0P_KIB, 0, 0, 0},                   \
    .memory[3] = {SIM_MEMORY_FACTORY, 0x1fff7500, 0x300, 0, 0, 0},                                 \
    .memory[4] = {SIM_MEMORY_OPTIONS, 0x1fff7800, 0x80, 0, 0, 0},                                  \
    .memory[5] = {SIM_MEMORY_OTP, 0x1fff7000, 0x400, 0, 8, 0}
#define DIE_C01X .idcode = 0x10006443, MEMORIES(6, 6), .regions = regions_c03x
#define DIE_C03X .idcode = 0x10006453, MEMORIES(12, 6), .regions = regions_c03x
#define DIE_C05X .idcode = 0x1000644c, MEMORIES(12, 12), .regions = regions_c05x
#define DIE_C07X .idcode = 0x10006493, MEMORIES(24, 28), .regions = regions_c07x
#define DIE_C091 .idcode = 0x1000644d, MEMORIES(36, 16), .regions = regions_c09x
#define DIE_C092 .idcode = 0x1000644d, MEMORIES(30, 16), .regions = regions_c09x
#define PART(part, kib, die, has, configs_)                                                        \
    {                                                                                              \
        .name = part, .family = &stm32c0, die,                                                     \
        .memory[0] = {SIM_MEMORY_FLASH, M0P_FLASH_BASE, (kib)*M0P_KIB, M0P_PAGE, 8, 0},            \
        .features = (has), .configs = (configs_)                                                   \
    }
#define TIMERS_C09X     (SIM_C0_HAS_TIM2 | SIM_C0_HAS_TIM15)
#define C011(name, kib) PART("stm32c011" name, kib, DIE_C01X, 0, configs_c03x)
#define C031(name, kib) PART("stm32c031" name, kib, DIE_C03X, 0, configs_c03x)
#define C051(name, kib) PART("stm32c051" name, kib, DIE_C05X, SIM_C0_HAS_TIM2, configs_c05x)
#define C071(name, kib) PART("stm32c071" name, kib, DIE_C07X, SIM_C0_HAS_TIM2, configs_c07x)
#define C091(name, kib) PART("stm32c091" name, kib, DIE_C091, TIMERS_C09X, configs_c09x)
#define C092(name, kib) PART("stm32c092" name, kib, DIE_C092, TIMERS_C09X, configs_c09x)

// clang-format off
static const struct sim_chip_row rows[] = {
    C011("d6", 32), C011("f4", 16), C011("f6", 32), C011("j4", 16), C011("j6", 32),
    C031("c4", 16), C031("c6", 32), C031("f4", 16), C031("f6", 32), C031("g4", 16),
    C031("g6", 32), C031("k4", 16), C031("k6", 32), C051("c6", 32), C051("c8", 64),
    C051("d8", 64), C051("f6", 32), C051("f8", 64), C051("g6", 32), C051("g8", 64),
    C051("k6", 32), C051("k8", 64), C071("c8", 64), C071("cb", 128), C071("f8", 64),
    C071("fb", 128), C071("g8", 64), C071("gb", 128), C071("k8", 64), C071("kb", 128),
    C071("r8", 64), C071("rb", 128), C091("cb", 128), C091("cc", 256), C091("ec", 256),
    C091("fb", 128), C091("fc", 256), C091("gb", 128), C091("gc", 256), C091("kb", 128),
    C091("kc", 256), C091("rb", 128), C091("rc", 256), C092("cb", 128), C092("cc", 256),
    C092("ec", 256), C092("fb", 128), C092("fc", 256), C092("gb", 128), C092("gc", 256),
    C092("kb", 128), C092("kc", 256), C092("rb", 128), C092("rc", 256),
};
// clang-format on

const struct sim_chip_row *sim_stm32c0_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
