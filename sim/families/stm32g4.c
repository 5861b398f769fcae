// SPDX-License-Identifier: MIT
// STM32G4: RM0440, 2 (memory map and boot), 3 (flash), 6 and 7 (power, clocks), 14 (interrupts), 47
// (debug); figures from the data sheet of STM32G474 (DS12288).
//
// Everything that the virtual board knows of this family alone: its chips, the parts they are made
// of, its identity and its flash. The rest is in m4.h.
#include "sim/families/stm32g4.h"

#include "sim/families/m4.h"
#include "sim/families/programs.h"

// ---- not modelled -------------------------------------------------------------------------------

// Neighbours share a row: the bus has a limited number of mappings.
#define REGIONS_OF_ALL                                                                             \
    {"CRS, TAMP and RTC", 0x40002000, 0xc00}, {"SPI2 and SPI3", 0x40003800, 0x800},                \
        {"USART3 to UART5", 0x40004800, 0xc00}, {"I2C1 and I2C2", 0x40005400, 0x800},              \
        {"USB and its memory", 0x40005c00, 0x800}, {"FDCAN", 0x40006400, 0xc00},                   \
        {"I2C3, LPTIM1 and LPUART1", 0x40007800, 0xc00}, {"I2C4", 0x40008400, 0x400},              \
        {"UCPD1 and FDCAN's memory", 0x4000a000, 0x1000}, {"TIM1", 0x40012c00, 0x400},             \
        {"SPI1", 0x40013000, 0x400}, {"TIM8", 0x40013400, 0x400}, {"SAI1", 0x40015400, 0x400},     \
        {"DMA1, DMA2 and DMAMUX", 0x40020000, 0xc00}, {"CORDIC", 0x40020c00, 0x400},               \
        {"FMAC", 0x40021400, 0x400}, {"ADC3 to ADC5", 0x50000400, 0x400},                          \
        {"DAC1 to DAC4", 0x50000800, 0x1000},                                                      \
    {                                                                                              \
        "AES and RNG", 0x50060000, 0xc00                                                           \
    }
static const struct sim_region regions_g43[] = {REGIONS_OF_ALL, {NULL, 0, 0}};
static const struct sim_region regions_g47[] = {
    REGIONS_OF_ALL,
    {"SPI4", 0x40013c00, 0x400},
    {"TIM20", 0x40015000, 0x400},
    {"HRTIM1", 0x40016800, 0x1000},
    {"system memory of bank 2", 0x1fff8000, 0x7000},
    {"external memories", 0x60000000, 0x40000000},
    {"FMC and QUADSPI", 0xa0000000, 0x1400},
    {NULL, 0, 0},
};
static const struct sim_region regions_g49[] = {
    REGIONS_OF_ALL,
    {"TIM20", 0x40015000, 0x400},
    {"QUADSPI's memory", 0x90000000, 0x10000000},
    {"QUADSPI", 0xa0001000, 0x400},
    {NULL, 0, 0},
};

// ---- flash --------------------------------------------------------------------------------------

// FLASH_OPTR (RM0440, 3.7.8): bits that exist. The value that ST delivers is 0xffeff8aa.
#define USER_ALL    0x7f8f77ffu
#define USER_BFB2   0x00100000u
#define USER_DBANK  0x00400000u
#define USER_PB4    0x00400000u // PB4_PUPEN of G491 and G4A1
#define USER_ST     0xffeff8aau
#define USER_BROKEN 0xfffff8ffu // level 1, the lowest BOR, all else 1

// PCROP counts double words. The securable area has one more bit than a page's number.
#define WORDS(user, pcrop, wrp)                                                                    \
    .word = {[SIM_WORD_USER] = M0P_WORD(0x20, 0x00, user, USER_ST, USER_BROKEN & (user)),          \
             [SIM_WORD_PCROP1A_START] = M0P_PCROP_START(0x24, 0x08, pcrop),                        \
             [SIM_WORD_PCROP1A_END] =                                                              \
                 M0P_WORD(0x28, 0x10, M0P_PCROP_RDP | (pcrop), 0, M0P_PCROP_RDP | (pcrop)),        \
             [SIM_WORD_WRP1A] = M0P_WRP(0x2c, 0x18, wrp),                                          \
             [SIM_WORD_WRP1B] = M0P_WRP(0x30, 0x20, wrp),                                          \
             [SIM_WORD_SECURE] =                                                                   \
                 M0P_WORD(0x70, 0x28, M0P_BOOT_LOCK | (2 * (wrp) + 1), 0, M0P_BOOT_LOCK)
// The words of bank 2 have cells at the same offsets in its own information block.
#define WORDS_OF_BANK2(pcrop, wrp)                                                                 \
    , [SIM_WORD_PCROP2A_START] = M0P_PCROP_START(0x44, SIM_DW_MORE_CELLS + 0x00, pcrop),           \
      [SIM_WORD_PCROP2A_END] = M0P_PCROP_END(0x48, SIM_DW_MORE_CELLS + 0x08, pcrop),               \
      [SIM_WORD_WRP2A] = M0P_WRP(0x4c, SIM_DW_MORE_CELLS + 0x10, wrp),                             \
      [SIM_WORD_WRP2B] = M0P_WRP(0x50, SIM_DW_MORE_CELLS + 0x18, wrp),                             \
      [SIM_WORD_SECURE2] = M0P_WORD(0x74, SIM_DW_MORE_CELLS + 0x20, 2 * (wrp) + 1, 0, 0)

// A double word, a row in fast mode, a page, a bank: DS12288, flash memory characteristics, typical
// and maximum. It gives no minimum, and the typical value stands for it.
#define SAME(secure)                                                                               \
    .unused_are_ones = true, .nrst_mode_mask = 3u << 28, .secure_size_mask = (secure),             \
    .has_debug_switch = true, .row_hz = 8000000, .pcrop_unit = 8, .acr_at_reset = 0x40600,         \
    .acr_kept = 0x7f0f, .empty = SIM_DW_EMPTY_NOWHERE, .has_ecc_register = true,                   \
    .lacks_cfgbsy = true, .has_one_busy_bit = true, .guards_sram2 = true,                          \
    .time = {[SIM_FLASH_TYP] = {81690, 1910000, 22020000, 22130000},                               \
             [SIM_FLASH_MIN] = {81690, 1910000, 22020000, 22130000},                               \
             [SIM_FLASH_MAX] = {83350, 1950000, 24470000, 24600000}}

// clang-format off
static const struct sim_flash_dw_config flash_g43 = {
    WORDS(USER_ALL, 0x3fff, 0x3f)}, M4_OPTIONS_WITH_NSWBOOT0}, .page_mask = 0x3f8, SAME(0x7f)};
static const struct sim_flash_dw_config flash_g49 = {
    WORDS(USER_ALL | USER_PB4, 0xffff, 0xff)}, M4_OPTIONS_WITH_NSWBOOT0},
    .page_mask = 0x7f8, SAME(0x1ff)};
// On parts with less than 512 KiB the second bank stays where it is, and leaves a hole (RM0440,
// 3.3.1).
#define FLASH_G47(offset)                                                                          \
    {WORDS(USER_ALL | USER_BFB2 | USER_DBANK, 0x7fff, 0x7f) WORDS_OF_BANK2(0x7fff, 0x7f)},         \
    M4_OPTIONS_WITH_NSWBOOT0, [SIM_OPTION_BFB2] = M0P_BIT(20)}, .dual_bank_mask = USER_DBANK,      \
    .page_mask = 0x3f8, .bank_mask = M0P_BIT(11), .mass2_mask = M0P_BIT(15),                       \
    .doubles_as_one_bank = true, .swapped_by_syscfg = true, .more_cells_base = 0x1ffff808,         \
    .bank2_offset = (offset), SAME(0xff)}
static const struct sim_flash_dw_config flash_g47 = FLASH_G47(0);
static const struct sim_flash_dw_config flash_g47_trimmed = FLASH_G47(0x40000);
// clang-format on

// ---- what the other parts of this family have in particular -------------------------------------

// Start-up times are the typical ones of DS12288, 5.3.7 and 5.3.8.
#define NONE SIM_M0P_CLOCKS
static const struct sim_rcc_m0p_config rcc = {
    .clock = {[SIM_M0P_LSI] = {32000, 80000, 0x94, 0, 1, 2},
              [SIM_M0P_LSE] = {32768, 2000000000, 0x90, 1, 1, 2},
              [SIM_M0P_HSI] = {16000000, 800, 0x00, 3, M0P_BIT(8), M0P_BIT(10)},
              [SIM_M0P_HSE] = {0, 2000000, 0x00, 4, M0P_BIT(16), M0P_BIT(17)},
              [SIM_M0P_PLL] = {0, 15000, 0x00, 5, M0P_BIT(24), M0P_BIT(25)},
              [SIM_M0P_HSI48] = {48000000, 2500, 0x98, 10, M0P_BIT(0), M0P_BIT(1)}},
    .first_clock = SIM_M0P_HSI,
    .sw = {NONE, SIM_M0P_HSI, SIM_M0P_HSE, SIM_M0P_PLL, NONE, NONE, NONE, NONE},
    .pll_source = {NONE, NONE, SIM_M0P_HSI, SIM_M0P_HSE},
    .mco = {NONE, NONE, NONE, SIM_M0P_HSI, SIM_M0P_HSE, SIM_M0P_PLL, SIM_M0P_LSI, SIM_M0P_LSE,
            SIM_M0P_HSI48, NONE, NONE, NONE, NONE, NONE, NONE, NONE},
    .capture = {[2] = SIM_M0P_CAPTURE_MCO, // TIM16_TISEL
                [3] = SIM_M0P_CAPTURE_HSE32,
                [4] = SIM_M0P_CAPTURE_RTC,
                [6] = SIM_M0P_CAPTURE_LSI,
                [10] = SIM_M0P_CAPTURE_MCO, // TIM17_TISEL
                [11] = SIM_M0P_CAPTURE_HSE32},
    .cr_reset = 0x500,
    M4_RCC_REGISTERS,
    .enr_reset = {[SIM_M0P_ON_AHB] = 0x100, [SIM_M0P_ON_APB1] = 0x400},
    .adc_clock = {SIM_M0P_ADC_NONE, SIM_M0P_ADC_PLLP, SIM_M0P_ADC_SYSCLK},
    .icscr_reset = 0x40000000,
    .icscr_trim = 0x7f000000,
    .has_even_pll = true,
    .pllm_mask = 15,
    .max_hz = 170000000,
    .wait_step_hz = 34000000, // range 1 in boost mode
};

static const struct sim_exti_config exti = {
    .lines = M4_EXTI_LINES, .imr = 0xff840000, .edges = 0xe07bffff};
static const struct sim_pwr_m0p_config pwr = {
    .wakeup = {{'A', 0, 0}, {'C', 13, 0}, {'E', 6, 0}, {'A', 2, 0}, {'C', 5, 0}},
    .cr1_reset = 0x200,
    .is_m4 = true};
static const struct sim_syscfg_l4_config syscfg = {.cfgr1_reset = 0x7c000001};
static const struct sim_syscfg_l4_config syscfg_g47 = {.cfgr1_reset = 0x7c000001,
                                                       .has_banks = true};
// RM0440, 47.6: bits of peripherals that are not modelled are kept too.
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {0xc0601c3f, 0x3c172800, 0x2},
                                                .freeze_offset = {0x08, 0x10, 0x0c},
                                                .more_cr_bits = 0xe1};
static const struct sim_pin tx1[] = {{'A', 9, 7}, {'B', 6, 7}, {'C', 4, 7},
                                     {'E', 0, 7}, {'G', 9, 7}, {0, 0, 0}};
static const struct sim_pin tx2[] = {
    {'A', 2, 7}, {'A', 14, 7}, {'B', 3, 7}, {'D', 5, 7}, {0, 0, 0}};
static const struct sim_usart_config usart1 = {.tx = tx1, .fifo = 8, .has_prescaler = true};
static const struct sim_usart_config usart2 = {.tx = tx2, .fifo = 8, .has_prescaler = true};
#define SELECTS (SIM_TIM_REPEATS | SIM_TIM_REMAPS | SIM_TIM_SELECTS_EARLY)
static const struct sim_tim_config tim16 = {16, 1, SELECTS | SIM_TIM_REMAPS_WIDELY};
static const struct sim_tim_config tim17 = {16, 1, SELECTS};

static const struct sim_part_config configs_g43[] = {{"FLASH", &flash_g43}, {NULL, NULL}};
static const struct sim_part_config configs_g49[] = {{"FLASH", &flash_g49}, {NULL, NULL}};
static const struct sim_part_config configs_g47[] = {
    {"FLASH", &flash_g47}, {"SYSCFG", &syscfg_g47}, {NULL, NULL}};
static const struct sim_part_config configs_g47_trimmed[] = {
    {"FLASH", &flash_g47_trimmed}, {"SYSCFG", &syscfg_g47}, {NULL, NULL}};

// ---- the parts (RM0440, 2.2 for addresses, 7.4 for gates, 14.3 for interrupts) ------------------

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire. TIM16 captures by the first choices of captures, TIM17 by those from the eighth on.
// clang-format off
static const struct sim_part_row parts[] = {
    M4_FLASH(&flash_g43),
    M4_RCC(&rcc),
    M4_GPIO("A", 0, 0, &sim_m4_gpio_a),
    M4_GPIO("B", 1, 0, &sim_m4_gpio_b),
    M4_GPIO("C", 2, 0, &sim_m4_gpio),
    M4_GPIO("D", 3, 0, &sim_m4_gpio),
    M4_GPIO("E", 4, 0, &sim_m4_gpio),
    M4_GPIO("F", 5, 0, &sim_m4_gpio),
    M4_GPIO("G", 6, 0, &sim_m4_gpio),
    M4_USART1(&usart1, 37),
    M4_USART2(&usart2, 38),
    M0P_IWDG,
    M4_WWDG(&sim_m0p_wwdg),
    M4_ADC(0x50000000, &sim_m4_adc_g4),
    M4_TIM("TIM2", 0x40000000, 0, 28, 0, &sim_m0p_tim2, 0),
    M4_TIM("TIM3", 0x40000400, 1, 29, 1, &sim_m0p_tim3, 0),
    M4_TIM("TIM4", 0x40000800, 2, 30, 2, &sim_m0p_tim3, 0),
    M4_TIM("TIM5", 0x40000c00, 3, 50, 3, &sim_m0p_tim2, SIM_G4_HAS_TIM5),
    M4_TIM("TIM6", 0x40001000, 4, 54, 4, &sim_m0p_tim6_7, 0),
    M4_TIM("TIM7", 0x40001400, 5, 55, 5, &sim_m0p_tim6_7, 0),
    M4_LATE_TIM("TIM15", 0x40014000, 16, 24, &sim_m0p_tim15, 0, 0),
    M4_LATE_TIM("TIM16", 0x40014400, 17, 25, &tim16, 0, 0),
    M4_LATE_TIM("TIM17", 0x40014800, 18, 26, &tim17, 2, 0),
    M0P_CRC,
    M4_EXTI(0x40010400, &exti, 23, 40),
    M4_PWR(&pwr),
    M4_SYSCFG(&syscfg, M0P_BIT(0)),
    M4_DBGMCU(&dbgmcu),
    {.kind = NULL},
};
// clang-format on

// ---- programs that these chips can be given -----------------------------------------------------

#define RCC_CFGR    0x40021008u
#define RCC_AHB2ENR 0x4002104cu
#define RCC_APB1ENR 0x40021058u
#define GPIOA_MODER 0x48000000u

static const struct sim_program programs[] = {
    {.name = "swd-off", // 5 ms after reset PA13 and PA14 become analog inputs
     .step = {{RCC_AHB2ENR, 1}, {SIM_PROGRAM_WAIT, 20000}, {GPIOA_MODER, 0xbfffffff}},
     .end = SIM_END_RUN},
    SIM_PROGRAM_DEEP_SLEEP("stop", RCC_APB1ENR, 0x200, 20000),
    SIM_PROGRAM_DEEP_SLEEP("standby", RCC_APB1ENR, 0x203, 20000),
    SIM_PROGRAM_DEEP_SLEEP("shutdown", RCC_APB1ENR, 0x204, 20000),
    SIM_PROGRAM_IWDG(300, 20000), // bites every 38 ms
    {.name = "slow-clock",        // 5 ms after reset HCLK is 31 kHz
     .step = {{SIM_PROGRAM_WAIT, 20000}, {RCC_CFGR, 0xf1}},
     .end = SIM_END_RUN},
    {.name = NULL},
};

// ---- the chips ----------------------------------------------------------------------------------

#define FAMILY(variable, id)                                                                       \
    static const struct sim_family variable = {                                                    \
        .name = "STM32G4",                                                                         \
        .identity = {.dpidr = 0x2ba01477, M4_IDENTITY(id)},                                        \
        M4_FAMILY(sim_m4_fill_factory),                                                            \
        .interrupts = 102,                                                                         \
        .systick_calib = 0x40000000 | 1000, /* RM0440, 14.2 */                                     \
        .parts = parts,                                                                            \
        .electrics = {.power_on_mv = 1660, /* VPOR and VPDR, typical (DS12288, 5.3.3) */           \
                      .power_down_mv = 1640,                                                       \
                      .running_ma = 3.0, /* at 16 MHz (5.3.5) */                                   \
                      .resting_ma = 0.05,                                                          \
                      M0P_ELECTRICS_OF_PINS},                                                      \
        .programs = programs,                                                                      \
    }
FAMILY(die_468, 0x468);
FAMILY(die_469, 0x469);
FAMILY(die_479, 0x479);

// The first two SRAMs are one to a program; CCM SRAM is at their end once more (RM0440, 2.2).
#define PART(part, die, id, kib, sram, ccm, has, configs_, regions_)                               \
    {                                                                                              \
        .name = part, .family = &(die), .idcode = (id),                                            \
        .memory = {{SIM_MEMORY_FLASH, M0P_FLASH_BASE, (kib)*M0P_KIB, M0P_PAGE, 8, 0},              \
                   {SIM_MEMORY_SRAM, M0P_SRAM_BASE, (sram)*M0P_KIB, 0, 0, 0},                      \
                   {SIM_MEMORY_SRAM2, 0x10000000, (ccm)*M0P_KIB, 0, 0,                             \
                    M0P_SRAM_BASE + (sram)*M0P_KIB},                                               \
                   M4_SYSTEM,                                                                      \
                   M4_FACTORY,                                                                     \
                   {SIM_MEMORY_OPTIONS, 0x1fff7800, 0x100, 0, 0, 0},                               \
                   M4_OTP},                                                                        \
        .features = (has), .configs = (configs_), .regions = (regions_)                            \
    }
// Bits 15:12 of the identity code read as 6 in the logs of people's boards.
#define G43(part, kib) PART(part, die_468, 0x20036468, kib, 22, 10, 0, configs_g43, regions_g43)
#define G49(part, kib) PART(part, die_479, 0x10016479, kib, 96, 16, 0, configs_g49, regions_g49)
#define G47(part, kib, configs)                                                                    \
    PART(part, die_469, 0x20036469, kib, 96, 32, SIM_G4_HAS_TIM5, configs, regions_g47)
#define G47_128(part) G47(part, 128, configs_g47_trimmed)
#define G47_256(part) G47(part, 256, configs_g47_trimmed)
#define G47_512(part) G47(part, 512, configs_g47)

// clang-format off
static const struct sim_chip_row rows[] = {
    G43("stm32g431c6", 32), G43("stm32g431c8", 64), G43("stm32g431cb", 128), G43("stm32g431k6", 32),
    G43("stm32g431k8", 64), G43("stm32g431kb", 128), G43("stm32g431m6", 32), G43("stm32g431m8", 64),
    G43("stm32g431mb", 128), G43("stm32g431r6", 32), G43("stm32g431r8", 64),
    G43("stm32g431rb", 128), G43("stm32g431v6", 32), G43("stm32g431v8", 64),
    G43("stm32g431vb", 128), G43("stm32g441cb", 128), G43("stm32g441kb", 128),
    G43("stm32g441mb", 128), G43("stm32g441rb", 128), G43("stm32g441vb", 128),
    G47_256("stm32g471cc"), G47_512("stm32g471ce"), G47_256("stm32g471mc"), G47_512("stm32g471me"),
    G47_256("stm32g471qc"), G47_512("stm32g471qe"), G47_256("stm32g471rc"), G47_512("stm32g471re"),
    G47_256("stm32g471vc"), G47_512("stm32g471ve"), G47_128("stm32g473cb"), G47_256("stm32g473cc"),
    G47_512("stm32g473ce"), G47_128("stm32g473mb"), G47_256("stm32g473mc"), G47_512("stm32g473me"),
    G47_128("stm32g473pb"), G47_256("stm32g473pc"), G47_512("stm32g473pe"), G47_128("stm32g473qb"),
    G47_256("stm32g473qc"), G47_512("stm32g473qe"), G47_128("stm32g473rb"), G47_256("stm32g473rc"),
    G47_512("stm32g473re"), G47_128("stm32g473vb"), G47_256("stm32g473vc"), G47_512("stm32g473ve"),
    G47_128("stm32g474cb"), G47_256("stm32g474cc"), G47_512("stm32g474ce"), G47_128("stm32g474mb"),
    G47_256("stm32g474mc"), G47_512("stm32g474me"), G47_128("stm32g474pb"), G47_256("stm32g474pc"),
    G47_512("stm32g474pe"), G47_128("stm32g474qb"), G47_256("stm32g474qc"), G47_512("stm32g474qe"),
    G47_128("stm32g474rb"), G47_256("stm32g474rc"), G47_512("stm32g474re"), G47_128("stm32g474vb"),
    G47_256("stm32g474vc"), G47_512("stm32g474ve"), G47_512("stm32g483ce"), G47_512("stm32g483me"),
    G47_512("stm32g483pe"), G47_512("stm32g483qe"), G47_512("stm32g483re"), G47_512("stm32g483ve"),
    G47_512("stm32g484ce"), G47_512("stm32g484me"), G47_512("stm32g484pe"), G47_512("stm32g484qe"),
    G47_512("stm32g484re"), G47_512("stm32g484ve"), G49("stm32g491cc", 256),
    G49("stm32g491ce", 512), G49("stm32g491kc", 256), G49("stm32g491ke", 512),
    G49("stm32g491mc", 256), G49("stm32g491me", 512), G49("stm32g491rc", 256),
    G49("stm32g491re", 512), G49("stm32g491vc", 256), G49("stm32g491ve", 512),
    G49("stm32g4a1ce", 512), G49("stm32g4a1ke", 512), G49("stm32g4a1me", 512),
    G49("stm32g4a1re", 512), G49("stm32g4a1ve", 512),
};
// clang-format on

const struct sim_chip_row *sim_stm32g4_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
