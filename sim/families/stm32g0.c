// SPDX-License-Identifier: MIT
// STM32G0: RM0444 (G0x1) and RM0454 (G0x0), 2.2 (memory map), 3 (flash), 5 (clocks), 12.3
// (interrupts), 40.6 (identity code); figures from the data sheets of STM32G071x8/xB (DS12232) and
// STM32G0B1 (DS13560); bits as in ST's headers (cmsis_device_g0).
//
// Everything that the virtual board knows of this family alone: its chips, the parts they are made
// of with addresses, gates, interrupts and figures, its identity, what the factory writes into a
// chip, and from where it boots.
#include "sim/families/stm32g0.h"

#include "sim/families/m0plus.h"
#include "sim/families/programs.h"

// ---- not modelled -------------------------------------------------------------------------------

#define REGIONS_OF_ALL                                                                             \
    {"RTC", 0x40002800, 0x400}, {"I2C1 and I2C2", 0x40005400, 0x800},                              \
        {"LPTIM1 and LPUART1", 0x40007c00, 0x800}, {"TAMP", 0x4000b000, 0x400},                    \
        {"SPI1", 0x40013000, 0x400}, {"SPI2", 0x40003800, 0x400}, {"DMA", 0x40020000, 0x400},      \
    {                                                                                              \
        "DMAMUX", 0x40020800, 0x800                                                                \
    }

static const struct sim_region regions_g03x[] = {
    REGIONS_OF_ALL,
    {"LPTIM2", 0x40009400, 0x400},
    {"RNG and AES", 0x40025000, 0x1400},
    {NULL, 0, 0},
};
static const struct sim_region regions_g07x[] = {
    REGIONS_OF_ALL,
    {"USART3 and USART4", 0x40004800, 0x800},
    {"DAC and CEC", 0x40007400, 0x800},
    {"LPTIM2", 0x40009400, 0x400},
    {"UCPD", 0x4000a000, 0x1000},
    {"RNG and AES", 0x40025000, 0x1400},
    {NULL, 0, 0},
};
static const struct sim_region regions_g0bx[] = {
    REGIONS_OF_ALL,
    {"TIM4", 0x40000800, 0x400},
    {"SPI3", 0x40003c00, 0x400},
    {"USART3 to USART5", 0x40004800, 0xc00},
    {"USB", 0x40005c00, 0x400},
    {"FDCAN", 0x40006400, 0x800},
    {"CRS", 0x40006c00, 0x400},
    {"DAC and CEC", 0x40007400, 0x800},
    {"LPUART2 and I2C3", 0x40008400, 0x800},
    {"LPTIM2", 0x40009400, 0x400},
    {"USB memory", 0x40009800, 0x800},
    {"UCPD", 0x4000a000, 0x1000},
    {"FDCAN memory", 0x4000b400, 0x800},
    {"USART6", 0x40013c00, 0x400},
    {"DMA2", 0x40020400, 0x400},
    {"RNG and AES", 0x40025000, 0x1400},
    {"system memory of bank 2", 0x1fff8000, 0x7000},
    {NULL, 0, 0},
};

// ---- flash --------------------------------------------------------------------------------------

// FLASH_OPTR (RM0444, 3.7.8): bits that exist. The factory's value is 0xfffffeaa, of these.
#define USER_X0         0x074f60ffu
#define USER_X1         0x3f4fffffu
#define USER_DUAL       0x00200000u
#define USER_SWAP       0x00100000u
#define USER_ST         0xfffffeaau
#define USER_BROKEN     0xfffffeffu // level 1, BOR off, all else 1
#define USER_WORD(mask) M0P_WORD(0x20, 0x00, mask, USER_ST, USER_BROKEN &(mask))

// Pages have 6 bits in WRP registers, subpages of 512 bytes 8 in those of PCROP; one more of each
// on the die with 512 KiB.
#define PAGES         0x3fu
#define SUBPAGES      0xffu
#define PAGES_G0BX    0x7fu
#define SUBPAGES_G0BX 0x1ffu
#define SECURE(pages) M0P_WORD(0x80, 0x70, M0P_BOOT_LOCK | (pages), 0, M0P_BOOT_LOCK)

#define WORDS_OF_X0(user, pages)                                                                   \
    .word = {[SIM_WORD_USER] = USER_WORD(user),                                                    \
             [SIM_WORD_WRP1A] = M0P_WRP(0x2c, 0x18, pages),                                        \
             [SIM_WORD_WRP1B] = M0P_WRP(0x30, 0x20, pages),

#define WORDS_OF_X1(user, pages, subpages)                                                         \
    WORDS_OF_X0(user, pages)                                                                       \
    [SIM_WORD_PCROP1A_START] = M0P_PCROP_START(0x24, 0x08, subpages),                              \
    [SIM_WORD_PCROP1A_END] =                                                                       \
        M0P_WORD(0x28, 0x10, M0P_PCROP_RDP | (subpages), 0, M0P_PCROP_RDP | (subpages)),           \
    [SIM_WORD_PCROP1B_START] = M0P_PCROP_START(0x34, 0x28, subpages),                              \
    [SIM_WORD_PCROP1B_END] = M0P_PCROP_END(0x38, 0x30, subpages),

// Where the words of bank 2 are among the cells is no fact of the manual; the registers are.
#define WORDS_OF_BANK2_X0(pages)                                                                   \
    [SIM_WORD_WRP2A] = M0P_WRP(0x4c, 0x48, pages), [SIM_WORD_WRP2B] = M0P_WRP(0x50, 0x50, pages),
#define WORDS_OF_BANK2_X1(pages, subpages)                                                         \
    WORDS_OF_BANK2_X0(pages)                                                                       \
    [SIM_WORD_PCROP2A_START] = M0P_PCROP_START(0x44, 0x38, subpages),                              \
    [SIM_WORD_PCROP2A_END] = M0P_PCROP_END(0x48, 0x40, subpages),                                  \
    [SIM_WORD_PCROP2B_START] = M0P_PCROP_START(0x54, 0x58, subpages),                              \
    [SIM_WORD_PCROP2B_END] = M0P_PCROP_END(0x58, 0x60, subpages),

// A double word, a row in fast mode, a page, a bank: DS12232, table of the flash's characteristics,
// typical and maximum. It gives no minimum, and the typical value stands for it.
#define TIMES                                                                                      \
    .row_hz = 8000000, .has_ecc_register = true,                                                   \
    .time = {[SIM_FLASH_TYP] = {85000, 1700000, 22000000, 22100000},                               \
             [SIM_FLASH_MIN] = {85000, 1700000, 22000000, 22100000},                               \
             [SIM_FLASH_MAX] = {125000, 2800000, 40000000, 40100000}}

static const struct sim_flash_dw_config flash_x0 = {WORDS_OF_X0(USER_X0, PAGES)}, M0P_OPTIONS
}
, .page_mask = 0x3f8, TIMES,
}
;
static const struct sim_flash_dw_config flash_x1 = {WORDS_OF_X1(USER_X1, PAGES,
                                                                SUBPAGES)[SIM_WORD_SECURE] =
                                                        SECURE(0x7f)},
                                        M0P_OPTIONS_WITH_SHUTDOWN
}
, .nrst_mode_mask = 3u << 27, .page_mask = 0x3f8, .secure_size_mask = 0x7f,
  .has_debug_switch = true, TIMES,
}
;
#define TWO_BANKS .page_mask = 0x1ff8, .bank_mask = M0P_BIT(13), .mass2_mask = M0P_BIT(15)
static const struct sim_flash_dw_config flash_g0b0 = {WORDS_OF_X0(USER_X0 | USER_DUAL, PAGES_G0BX)
                                                          WORDS_OF_BANK2_X0(PAGES_G0BX)},
                                        M0P_OPTIONS
}
, .dual_bank_mask = USER_DUAL, TWO_BANKS, TIMES,
}
;
#define FLASH_G0B1(user, dual, swap)                                                               \
    {WORDS_OF_X1(user, PAGES_G0BX, SUBPAGES_G0BX)                                                  \
         WORDS_OF_BANK2_X1(PAGES_G0BX, SUBPAGES_G0BX)[SIM_WORD_SECURE] = SECURE(0xff)},            \
        M0P_OPTIONS_WITH_SHUTDOWN                                                                  \
    }                                                                                              \
    , .dual_bank_mask = (dual), .no_swap_mask = (swap), .nrst_mode_mask = 3u << 27,                \
      .secure_size_mask = 0xff, .has_debug_switch = true, TWO_BANKS, TIMES                         \
    }
static const struct sim_flash_dw_config flash_g0b1 =
    FLASH_G0B1(USER_X1 | USER_DUAL | USER_SWAP, USER_DUAL, USER_SWAP);
// 128 KiB are one bank.
static const struct sim_flash_dw_config flash_g0b1_small = FLASH_G0B1(USER_X1, 0, 0);

// ---- what the other parts of this family have in particular -------------------------------------

#define VREFINT_MV 1212u // DS12232, 5.3.4: 1.182 to 1.232 V
#define TS_30_MV   760u  // of the temperature sensor at 30 degrees (5.3.20)
#define TS_130_MV  1010u // 2.5 mV more for each degree
#define TS_25_MV   747u

// Start-up times are the typical ones of DS12232, 5.3.7 and 5.3.8.
#define NONE SIM_M0P_CLOCKS
#define RCC(hsi48)                                                                                 \
    {                                                                                              \
        .clock = {[SIM_M0P_LSI] = {32000, 80000, 0x60, 0, 1, 2},                                   \
                  [SIM_M0P_LSE] = {32768, 2000000000, 0x5c, 1, 1, 2},                              \
                  [SIM_M0P_HSI] = {16000000, 800, 0x00, 3, M0P_BIT(8), M0P_BIT(10)},               \
                  [SIM_M0P_HSE] = {0, 2000000, 0x00, 4, M0P_BIT(16), M0P_BIT(17)},                 \
                  [SIM_M0P_PLL] = {0, 15000, 0x00, 5, M0P_BIT(24), M0P_BIT(25)},                   \
                  [SIM_M0P_HSI48] = {48000000, 2500, 0x00, 2, (hsi48), (hsi48) << 1}},             \
        .first_clock = SIM_M0P_HSI,                                                                \
        .sw = {SIM_M0P_HSI, SIM_M0P_HSE, SIM_M0P_PLL, SIM_M0P_LSI, SIM_M0P_LSE, NONE, NONE, NONE}, \
        .pll_source = {NONE, NONE, SIM_M0P_HSI, SIM_M0P_HSE},                                      \
        .mco = {NONE,        NONE,        SIM_M0P_HSI48, SIM_M0P_HSI, SIM_M0P_HSE, SIM_M0P_PLL,    \
                SIM_M0P_LSI, SIM_M0P_LSE, NONE,          NONE,        NONE,        NONE,           \
                NONE,        NONE,        NONE,          NONE},                                    \
        .capture = {[1] = SIM_M0P_CAPTURE_RTC, /* TIM14_TISEL */                                   \
                    [2] = SIM_M0P_CAPTURE_HSE32,  [3] = SIM_M0P_CAPTURE_MCO,                       \
                    [5] = SIM_M0P_CAPTURE_LSI,    /* TIM16_TISEL */                                \
                    [10] = SIM_M0P_CAPTURE_HSE32, /* TIM17_TISEL */                                \
                    [11] = SIM_M0P_CAPTURE_MCO},                                                   \
        .cr_reset = 0x500, .enr = {0x34, 0x38, 0x3c, 0x40, 0}, .rstr = {0x24, 0x28, 0x2c, 0x30},   \
        .ccipr = 0x54, .bdcr = 0x5c, .csr = 0x60, .has_hsi_divider = true,                         \
        .backup_is_guarded = true, .adc_select_shift = 30, .icscr_reset = 0x405a,                  \
        .icscr_trim = 0x7f00, .max_hz = 64000000                                                   \
    }
static const struct sim_rcc_m0p_config rcc = RCC(0), rcc_hsi48 = RCC(M0P_BIT(22));

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
                {'B', 2, 0},
                {'B', 10, 0},
                {0, 0, 0},
                {0, 0, 0},
                {0, 0, 0},
                {'B', 11, 0}},
    .reference_mv = VREFINT_MV,
    .temperature_mv = TS_25_MV,
    .sampling_halves = sim_m0p_sampling_halves,
    .temperature_channel = 12,
    .reference_channel = 13,
    .battery_channel = 14,
    .battery_divider = 3,
};

static const struct sim_exti_m0p_config exti = {
    .lines = {0x0003, 0x000c, 0xfff0}, .imr = 0xfff80000, .imr2 = 0xffffffff, .edges = 0x0007ffff};
static const struct sim_pwr_m0p_config pwr = {
    .wakeup = {{'A', 0, 0}, {'A', 4, 0}, {'B', 6, 0}, {'A', 2, 0}, {'C', 5, 0}, {'B', 5, 0}},
    .cr1_reset = 0x208};
// RM0444, 40.10: bits of peripherals that are not modelled are kept too.
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {0xc0201c37, 0x00078800}};
static const struct sim_pin tx1[] = {{'A', 9, 1}, {'B', 6, 0}, {'C', 4, 1}, {0, 0, 0}};
static const struct sim_pin tx2[] = {{'A', 2, 1}, {'A', 14, 1}, {'D', 5, 0}, {0, 0, 0}};
static const struct sim_usart_config usart1 = {.tx = tx1, .fifo = 8, .has_prescaler = true};
static const struct sim_usart_config usart2 = {.tx = tx2, .fifo = 8, .has_prescaler = true};

static const struct sim_part_config configs_x0[] = {{"FLASH", &flash_x0}, {NULL, NULL}};
static const struct sim_part_config configs_x1[] = {{"FLASH", &flash_x1}, {NULL, NULL}};
static const struct sim_part_config configs_g0b0[] = {{"FLASH", &flash_g0b0}, {NULL, NULL}};
static const struct sim_part_config configs_g0b1[] = {
    {"FLASH", &flash_g0b1}, {"RCC", &rcc_hsi48}, {NULL, NULL}};
static const struct sim_part_config configs_g0b1_small[] = {
    {"FLASH", &flash_g0b1_small}, {"RCC", &rcc_hsi48}, {NULL, NULL}};

// ---- the parts (RM0444, 2.2 for addresses, 5.4 for gates, 12.3 for interrupts) ------------------

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire.
// clang-format off
static const struct sim_part_row parts[] = {
    {.name = "FLASH", .kind = &sim_part_flash_dw, .base = 0x40022000, M0P_ON_AHB(0), .irq = {3}},
    M0P_RCC(&rcc),
    M0P_GPIO("A", 0, 0, &sim_m0p_gpio_a),
    M0P_GPIO("B", 1, 0, &sim_m0p_gpio),
    M0P_GPIO("C", 2, 0, &sim_m0p_gpio),
    M0P_GPIO("D", 3, 0, &sim_m0p_gpio),
    M0P_GPIO("E", 4, SIM_G0_HAS_PORT_E, &sim_m0p_gpio),
    M0P_GPIO("F", 5, 0, &sim_m0p_gpio),
    M0P_USART1(&usart1),
    M0P_USART2(&usart2),
    M0P_IWDG,
    M0P_WWDG,
    M0P_ADC(&adc),
    M0P_TIM1,
    M0P_TIM2(SIM_G0_HAS_TIM2),
    M0P_TIM3,
    M0P_TIM6(SIM_G0_HAS_TIM6_7_15),
    M0P_TIM7(SIM_G0_HAS_TIM6_7_15),
    {.name = "TIM14", .kind = &sim_part_tim, .base = 0x40002000, M0P_ON_APB2(M0P_BIT(15)),
     .irq = {19}, M0P_FREEZE(1, 15), .config = &sim_m0p_tim14},
    {.name = "TIM15", .kind = &sim_part_tim, .base = 0x40014000, M0P_ON_APB2(M0P_BIT(16)),
     .irq = {20}, M0P_FREEZE(1, 16), .config = &sim_m0p_tim15, .features = SIM_G0_HAS_TIM6_7_15},
    {.name = "TIM16", .kind = &sim_part_tim, .base = 0x40014400, M0P_ON_APB2(M0P_BIT(17)),
     .irq = {21}, M0P_FREEZE(1, 17), .config = &sim_m0p_tim16_17, .number = 1},
    {.name = "TIM17", .kind = &sim_part_tim, .base = 0x40014800, M0P_ON_APB2(M0P_BIT(18)),
     .irq = {22}, M0P_FREEZE(1, 18), .config = &sim_m0p_tim16_17, .number = 2},
    M0P_CRC,
    M0P_EXTI(&exti),
    M0P_PWR(&pwr),
    M0P_SYSCFG,
    {.name = "DBGMCU", .kind = &sim_part_dbgmcu, .base = 0x40015800, M0P_ON_APB1(M0P_BIT(27)),
     .config = &dbgmcu, .is_for_debug = true},
    M0P_ROM_TABLE,
    {.kind = NULL},
};
// clang-format on

// ---- what the factory writes --------------------------------------------------------------------

// RM0444, 41 for identity and size; DS12232, 3.13 for the calibration values, at 3 V.
static void fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes)
{
    static const struct sim_factory_signature signature = {.uid = 0x1fff7590,
                                                           .flash_size = 0x1fff75e0,
                                                           .ts_cal1 = 0x1fff75a8,
                                                           .vrefint_cal = 0x1fff75aa,
                                                           .ts_cal2 = 0x1fff75ca,
                                                           .cal_vdda_mv = 3000,
                                                           .ts_cal1_mv = TS_30_MV,
                                                           .ts_cal2_mv = TS_130_MV,
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
     .step = {{RCC_IOPENR, 1}, {SIM_PROGRAM_WAIT, 20000}, {GPIOA_MODER, 0xffffffff}},
     .end = SIM_END_RUN},
    SIM_PROGRAM_DEEP_SLEEP("stop", RCC_APBENR1, 0x208, 20000),
    SIM_PROGRAM_DEEP_SLEEP("standby", RCC_APBENR1, 0x20b, 20000),
    SIM_PROGRAM_DEEP_SLEEP("shutdown", RCC_APBENR1, 0x20c, 20000),
    SIM_PROGRAM_IWDG(300, 20000), // bites every 38 ms
    {.name = "slow-clock",        // 5 ms after reset HCLK is 15.6 kHz
     .step = {{SIM_PROGRAM_WAIT, 20000}, {RCC_CR, 0xd00}, {RCC_CFGR, 0xf00}},
     .end = SIM_END_RUN},
    {.name = NULL},
};

// ---- the chips ----------------------------------------------------------------------------------

static const struct sim_family stm32g0 = {
    .name = "STM32G0",
    .identity = {M0P_IDENTITY, .designer = 0x020}, // ST; the table's part is DEV_ID
    M0P_FAMILY,
    .parts = parts,
    .electrics = {.power_on_mv = 1660, // VPOR/VPDR, typical (DS12232, 5.3.3)
                  .power_down_mv = 1640,
                  .running_ma = 1.9, // at 16 MHz (5.3.5)
                  .resting_ma = 0.05,
                  M0P_ELECTRICS_OF_PINS},
    .fill_factory = fill_factory,
    .programs = programs,
};

// RM0444, table of the memory's organization: what every part of a die has. Revisions are those
// that are sold (40.6.1); bits 15:12 read as 6 on the parts that people have logged.
#define MEMORIES(sram_kib, system_kib)                                                             \
    .memory[1] = {SIM_MEMORY_SRAM, M0P_SRAM_BASE, (sram_kib)*M0P_KIB, 0, 0, 0},                    \
    .memory[2] = {SIM_MEMORY_SYSTEM, 0x1fff0000, (system_kib)*M0P_KIB, 0, 0, 0},                   \
    .memory[3] = {SIM_MEMORY_FACTORY, 0x1fff7500, 0x300, 0, 0, 0},                                 \
    .memory[4] = {SIM_MEMORY_OPTIONS, 0x1fff7800, 0x80, 0, 0, 0},                                  \
    .memory[5] = {SIM_MEMORY_OTP, 0x1fff7000, 0x400, 0, 8, 0}
#define DIE_G03X .idcode = 0x10006466, MEMORIES(8, 8), .regions = regions_g03x
#define DIE_G05X .idcode = 0x10006456, MEMORIES(18, 8), .regions = regions_g03x
#define DIE_G07X .idcode = 0x20006460, MEMORIES(36, 28), .regions = regions_g07x
#define DIE_G0BX .idcode = 0x10006467, MEMORIES(144, 28), .regions = regions_g0bx

#define TIMERS_G03X SIM_G0_HAS_TIM2
#define TIMERS_G07X (SIM_G0_HAS_TIM2 | SIM_G0_HAS_TIM6_7_15)
#define PART(part, kib, die, has, configs_)                                                        \
    {                                                                                              \
        .name = part, .family = &stm32g0, die,                                                     \
        .memory[0] = {SIM_MEMORY_FLASH, M0P_FLASH_BASE, (kib)*M0P_KIB, M0P_PAGE, 8, 0},            \
        .features = (has), .configs = (configs_)                                                   \
    }
#define G030(name, kib) PART("stm32g030" name, kib, DIE_G03X, 0, configs_x0)
#define G031(name, kib) PART("stm32g0" name, kib, DIE_G03X, TIMERS_G03X, configs_x1)
#define G050(name, kib) PART("stm32g050" name, kib, DIE_G05X, SIM_G0_HAS_TIM6_7_15, configs_x0)
#define G051(name, kib) PART("stm32g0" name, kib, DIE_G05X, TIMERS_G07X, configs_x1)
#define G070(name, kib) PART("stm32g070" name, kib, DIE_G07X, SIM_G0_HAS_TIM6_7_15, configs_x0)
#define G071(name, kib) PART("stm32g0" name, kib, DIE_G07X, TIMERS_G07X, configs_x1)
#define G0B0(name, kib)                                                                            \
    PART("stm32g0b0" name, kib, DIE_G0BX, SIM_G0_HAS_TIM6_7_15 | SIM_G0_HAS_PORT_E, configs_g0b0)
#define G0B1(name, kib)                                                                            \
    PART("stm32g0" name, kib, DIE_G0BX, TIMERS_G07X | SIM_G0_HAS_PORT_E, configs_g0b1)
#define G0B1_SMALL(name, kib)                                                                      \
    PART("stm32g0" name, kib, DIE_G0BX, TIMERS_G07X | SIM_G0_HAS_PORT_E, configs_g0b1_small)

// clang-format off
static const struct sim_chip_row rows[] = {
    G030("c6", 32), G030("c8", 64), G030("f6", 32), G030("j6", 32), G030("k6", 32),
    G030("k8", 64), G031("31c4", 16), G031("31c6", 32), G031("31c8", 64), G031("31f4", 16),
    G031("31f6", 32), G031("31f8", 64), G031("31g4", 16), G031("31g6", 32), G031("31g8", 64),
    G031("31j4", 16), G031("31j6", 32), G031("31k4", 16), G031("31k6", 32), G031("31k8", 64),
    G031("31y8", 64), G031("41c6", 32), G031("41c8", 64), G031("41f6", 32), G031("41f8", 64),
    G031("41g6", 32), G031("41g8", 64), G031("41j6", 32), G031("41k6", 32), G031("41k8", 64),
    G031("41y8", 64), G050("c6", 32), G050("c8", 64), G050("f6", 32), G050("k6", 32),
    G050("k8", 64), G051("51c6", 32), G051("51c8", 64), G051("51f6", 32), G051("51f8", 64),
    G051("51g6", 32), G051("51g8", 64), G051("51k6", 32), G051("51k8", 64), G051("61c6", 32),
    G051("61c8", 64), G051("61f6", 32), G051("61f8", 64), G051("61g6", 32), G051("61g8", 64),
    G051("61k6", 32), G051("61k8", 64), G070("cb", 128), G070("kb", 128), G070("rb", 128),
    G071("71c6", 32), G071("71c8", 64), G071("71cb", 128), G071("71eb", 128), G071("71g6", 32),
    G071("71g8", 64), G071("71gb", 128), G071("71k6", 32), G071("71k8", 64), G071("71kb", 128),
    G071("71r6", 32), G071("71r8", 64), G071("71rb", 128), G071("81cb", 128), G071("81eb", 128),
    G071("81gb", 128), G071("81kb", 128), G071("81rb", 128), G0B0("ce", 512), G0B0("ke", 512),
    G0B0("re", 512), G0B0("ve", 512), G0B1_SMALL("b1cb", 128), G0B1("b1cc", 256),
    G0B1("b1ce", 512), G0B1_SMALL("b1kb", 128), G0B1("b1kc", 256), G0B1("b1ke", 512),
    G0B1_SMALL("b1mb", 128), G0B1("b1mc", 256), G0B1("b1me", 512), G0B1("b1ne", 512),
    G0B1_SMALL("b1rb", 128), G0B1("b1rc", 256), G0B1("b1re", 512), G0B1_SMALL("b1vb", 128),
    G0B1("b1vc", 256), G0B1("b1ve", 512), G0B1("c1cc", 256), G0B1("c1ce", 512),
    G0B1("c1kc", 256), G0B1("c1ke", 512), G0B1("c1mc", 256), G0B1("c1me", 512),
    G0B1("c1ne", 512), G0B1("c1rc", 256), G0B1("c1re", 512), G0B1("c1vc", 256),
    G0B1("c1ve", 512),
};
// clang-format on

const struct sim_chip_row *sim_stm32g0_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
