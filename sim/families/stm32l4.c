// SPDX-License-Identifier: MIT
// STM32L4 and L4+: RM0351 (L47x to L4Ax), RM0394 (L41x to L46x) and RM0432 (L4+): 2 (memory map and
// boot), 3 (flash), 5 and 6 (power, clocks), 13 (interrupts), 48 (debug); figures from the data
// sheets of STM32L476 (DS10198) and STM32L4R5 (DS12023).
//
// Everything that the virtual board knows of these two families alone: their chips, the parts they
// are made of, their identity and their flash. The rest is in m4.h.
#include "sim/families/stm32l4.h"

#include "sim/families/m4.h"
#include "sim/families/programs.h"

// ---- not modelled -------------------------------------------------------------------------------

// Neighbours share a row: the bus has a limited number of mappings.
#define REGIONS_OF_ALL                                                                             \
    {"LCD", 0x40002400, 0x400}, {"RTC", 0x40002800, 0x400}, {"SPI2 and SPI3", 0x40003800, 0x800},  \
        {"USART3 to UART5", 0x40004800, 0xc00}, {"I2C1 to I2C3", 0x40005400, 0xc00},               \
        {"CRS, CAN, USB and its memory", 0x40006000, 0x1000},                                      \
        {"DAC, OPAMP, LPTIM1 and LPUART1", 0x40007400, 0x1000},                                    \
        {"I2C4 and SWPMI1", 0x40008400, 0x800}, {"LPTIM2", 0x40009400, 0x400},                     \
        {"firewall", 0x40011c00, 0x400}, {"SDMMC1 and TIM1", 0x40012800, 0x800},                   \
        {"SPI1", 0x40013000, 0x400}, {"SAI1 and SAI2", 0x40015400, 0x800},                         \
        {"DMA1, DMA2 and DMAMUX", 0x40020000, 0xc00}, {"TSC", 0x40024000, 0x400},                  \
        {"AES, HASH and RNG", 0x50060000, 0xc00},                                                  \
    {                                                                                              \
        "QUADSPI or OCTOSPI", 0xa0001000, 0x800                                                    \
    }
#define REGIONS_OF_LARGE                                                                           \
    REGIONS_OF_ALL, {"TIM8", 0x40013400, 0x400}, {"DFSDM1", 0x40016000, 0x800},                    \
        {"OTG", 0x50000000, 0x40000}, {"external memories", 0x60000000, 0x40000000},               \
    {                                                                                              \
        "FMC", 0xa0000000, 0x400                                                                   \
    }
static const struct sim_region regions_small[] = {REGIONS_OF_ALL, {NULL, 0, 0}};
static const struct sim_region regions_large[] = {
    REGIONS_OF_LARGE,
    {"DMA2D", 0x4002b000, 0x1000},
    {"DCMI", 0x50050000, 0x400},
    {"system memory of bank 2", 0x1fff8000, 0x7000},
    {NULL, 0, 0},
};
static const struct sim_region regions_plus[] = {
    REGIONS_OF_LARGE,
    {"LTDC and DSI", 0x40016800, 0x1000},
    {"DMA2D and GFXMMU", 0x4002b000, 0x5000},
    {"DCMI and PKA", 0x50050000, 0x4000},
    {"OCTOSPIM and SDMMC", 0x50061c00, 0x1000},
    {"system memory of bank 2", 0x1fff8000, 0x7000},
    {NULL, 0, 0},
};

// ---- flash --------------------------------------------------------------------------------------

// FLASH_OPTR (RM0351, 3.7.8; RM0394, 3.7.8; RM0432, 3.7.8): bits that exist. The value that ST
// delivers is 0xffeff8aa.
#define USER_ALL        0x038f77ffu
#define USER_NSWBOOT0   0x0c000000u
#define USER_BFB2       0x00100000u
#define USER_DUALBANK   0x00200000u // and DB1M or DB512K
#define USER_DBANK      0x00400000u
#define USER_ST         0xffeff8aau
#define USER_BROKEN     0xfffff8ffu // level 1, the lowest BOR, all else 1
#define USER_WORD(mask) M0P_WORD(0x20, 0x00, mask, USER_ST, USER_BROKEN &(mask))

// PCROP counts double words, with 16 bits for a bank of 512 KiB.
#define WORDS(user, pcrop)                                                                         \
    .word = {[SIM_WORD_USER] = USER_WORD(user),                                                    \
             [SIM_WORD_PCROP1A_START] = M0P_PCROP_START(0x24, 0x08, pcrop),                        \
             [SIM_WORD_PCROP1A_END] =                                                              \
                 M0P_WORD(0x28, 0x10, M0P_PCROP_RDP | (pcrop), 0, M0P_PCROP_RDP | (pcrop)),        \
             [SIM_WORD_WRP1A] = M0P_WRP(0x2c, 0x18, 0xff),                                         \
             [SIM_WORD_WRP1B] = M0P_WRP(0x30, 0x20, 0xff)
// The words of bank 2 have cells at the same offsets in its own information block.
#define WORDS_OF_BANK2(pcrop)                                                                      \
    , [SIM_WORD_PCROP2A_START] = M0P_PCROP_START(0x44, SIM_DW_MORE_CELLS + 0x00, pcrop),           \
      [SIM_WORD_PCROP2A_END] = M0P_PCROP_END(0x48, SIM_DW_MORE_CELLS + 0x08, pcrop),               \
      [SIM_WORD_WRP2A] = M0P_WRP(0x4c, SIM_DW_MORE_CELLS + 0x10, 0xff),                            \
      [SIM_WORD_WRP2B] = M0P_WRP(0x50, SIM_DW_MORE_CELLS + 0x18, 0xff)

// A double word, a row in fast mode, a page, a bank: DS10198, flash memory characteristics, typical
// and maximum. It gives no minimum, and the typical value stands for it. A row of an STM32L4+ has
// 64 double words (ST's HAL; RM0432, 3.3.7).
#define TIMES(row_typ, row_max)                                                                    \
    .time = {[SIM_FLASH_TYP] = {81690, row_typ, 22020000, 22130000},                               \
             [SIM_FLASH_MIN] = {81690, row_typ, 22020000, 22130000},                               \
             [SIM_FLASH_MAX] = {90760, row_max, 24470000, 24590000}}
// Caches: ICEN and DCEN after a reset, ICRST, DCRST, RUN_PD and SLEEP_PD beside.
#define SAME                                                                                       \
    .unused_are_ones = true, .row_hz = 8000000, .pcrop_unit = 8, .acr_at_reset = 0x600,            \
    .acr_kept = 0x7f07, .has_ecc_register = true, .lacks_cfgbsy = true, .has_one_busy_bit = true,  \
    .guards_sram2 = true
#define ONE_BANK SAME, .empty = SIM_DW_EMPTY_IN_SR, TIMES(1910000, 2120000)
#define TWO_BANKS(cells)                                                                           \
    SAME, .page_mask = 0x7f8, .bank_mask = M0P_BIT(11), .mass2_mask = M0P_BIT(15),                 \
          .swapped_by_syscfg = true, .more_cells_base = (cells)

// clang-format off
#define BFB2 , [SIM_OPTION_BFB2] = M0P_BIT(20)
#define FLASH_SMALL(pages)                                                                         \
    {WORDS(USER_ALL | USER_NSWBOOT0, 0xffff)}, M4_OPTIONS_WITH_NSWBOOT0},                          \
    .page_mask = (pages), ONE_BANK}
static const struct sim_flash_dw_config flash_l43 = FLASH_SMALL(0x3f8);
static const struct sim_flash_dw_config flash_l45 = FLASH_SMALL(0x7f8);

#define FLASH_LARGE(user, options, ...)                                                            \
    {WORDS(USER_ALL | USER_BFB2 | USER_DUALBANK | (user), 0xffff) WORDS_OF_BANK2(0xffff)},         \
    options BFB2}, TIMES(1910000, 2120000),                                               \
    TWO_BANKS(0x1ffff808), __VA_ARGS__}
static const struct sim_flash_dw_config flash_l47_1024 =
    FLASH_LARGE(0, M4_OPTIONS, .empty = SIM_DW_EMPTY_NOWHERE, .has_two_banks_always = true);
static const struct sim_flash_dw_config flash_l47 =
    FLASH_LARGE(0, M4_OPTIONS, .empty = SIM_DW_EMPTY_NOWHERE, .dual_bank_mask = USER_DUALBANK);
static const struct sim_flash_dw_config flash_l49_1024 =
    FLASH_LARGE(USER_NSWBOOT0, M4_OPTIONS_WITH_NSWBOOT0, .empty = SIM_DW_EMPTY_IN_SR, .has_two_banks_always = true);
static const struct sim_flash_dw_config flash_l49 =
    FLASH_LARGE(USER_NSWBOOT0, M4_OPTIONS_WITH_NSWBOOT0, .empty = SIM_DW_EMPTY_IN_SR, .dual_bank_mask = USER_DUALBANK);

// DBANK of the largest parts, DB1M or DB512K of the others.
#define FLASH_PLUS(dual)                                                                           \
    {WORDS(USER_ALL | USER_NSWBOOT0 | USER_BFB2 | USER_DUALBANK | USER_DBANK, 0x1ffff)             \
     WORDS_OF_BANK2(0x1ffff)}, M4_OPTIONS_WITH_NSWBOOT0 BFB2},                                     \
    .dual_bank_mask = (dual), .doubles_as_one_bank = true, .row_words = 64,                        \
    .empty = SIM_DW_EMPTY_IN_SR, TIMES(3820000, 4240000), TWO_BANKS(0x1ff01008)}
static const struct sim_flash_dw_config flash_plus = FLASH_PLUS(USER_DBANK);
static const struct sim_flash_dw_config flash_plus_half = FLASH_PLUS(USER_DUALBANK);
// clang-format on

// ---- what the other parts of these families have in particular ----------------------------------

// Start-up times are the typical ones of DS10198, 6.3.7 and 6.3.8. The PLLs for peripherals are not
// modelled, but get ready.
#define NONE SIM_M0P_CLOCKS
#define RCC(hsi48, sai2, pllm, hz, step)                                                           \
    {                                                                                              \
        .clock = {[SIM_M0P_LSI] = {32000, 80000, 0x94, 0, 1, 2},                                   \
                  [SIM_M0P_LSE] = {32768, 2000000000, 0x90, 1, 1, 2},                              \
                  [SIM_M0P_MSI] = {4000000, 2500, 0x00, 2, M0P_BIT(0), M0P_BIT(1)},                \
                  [SIM_M0P_HSI] = {16000000, 800, 0x00, 3, M0P_BIT(8), M0P_BIT(10)},               \
                  [SIM_M0P_HSE] = {0, 2000000, 0x00, 4, M0P_BIT(16), M0P_BIT(17)},                 \
                  [SIM_M0P_PLL] = {0, 15000, 0x00, 5, M0P_BIT(24), M0P_BIT(25)},                   \
                  [SIM_M0P_HSI48] = {48000000, 2500, 0x98, 10, (hsi48), (hsi48) << 1},             \
                  [SIM_M0P_PLLSAI1] = {48000000, 15000, 0x00, 6, M0P_BIT(26), M0P_BIT(27)},        \
                  [SIM_M0P_PLLSAI2] = {48000000, 15000, 0x00, 7, (sai2), (sai2) << 1}},            \
        M4_RCC_FROM_MSI,                                                                           \
        .mco = {NONE,        NONE,        SIM_M0P_MSI,   SIM_M0P_HSI, SIM_M0P_HSE, SIM_M0P_PLL,    \
                SIM_M0P_LSI, SIM_M0P_LSE, SIM_M0P_HSI48, NONE,        NONE,        NONE,           \
                NONE,        NONE,        NONE,          NONE},                                    \
        .capture =                                                                                 \
            {[1] = SIM_M0P_CAPTURE_LSI,                               /* TIM16_OR1 */              \
             [3] = SIM_M0P_CAPTURE_RTC,    [4] = SIM_M0P_CAPTURE_MSI, /* on the small ones */      \
             [5] = SIM_M0P_CAPTURE_HSE32,  [6] = SIM_M0P_CAPTURE_MCO,                              \
             [9] = SIM_M0P_CAPTURE_MSI, /* TIM17_OR1 */                                            \
             [10] = SIM_M0P_CAPTURE_HSE32, [11] = SIM_M0P_CAPTURE_MCO},                            \
        M4_RCC_REGISTERS, .csr_more = 0x600, .adc_clock = {[3] = SIM_M0P_ADC_SYSCLK},              \
        .icscr_reset = 0x10000080, .icscr_trim = 0x1f00ff00, .has_even_pll = true,                 \
        .pllm_mask = (pllm), .max_hz = (hz), .wait_step_hz = (step)                                \
    }
static const struct sim_rcc_m0p_config rcc_small = RCC(M0P_BIT(0), 0, 7, 80000000, 16000000);
static const struct sim_rcc_m0p_config rcc_l47 = RCC(0, M0P_BIT(28), 7, 80000000, 16000000);
static const struct sim_rcc_m0p_config rcc_l49 =
    RCC(M0P_BIT(0), M0P_BIT(28), 7, 80000000, 16000000);
static const struct sim_rcc_m0p_config rcc_plus =
    RCC(M0P_BIT(0), M0P_BIT(28), 15, 120000000, 20000000);

// The internal lines are open; OTG's has no edges (RM0351, 14.5).
static const struct sim_exti_config exti = {
    .lines = M4_EXTI_LINES, .imr = 0xff820000, .edges = 0x007dffff};
static const struct sim_pwr_m0p_config pwr = {
    .wakeup = {{'A', 0, 0}, {'C', 13, 0}, {'E', 6, 0}, {'A', 2, 0}, {'C', 5, 0}},
    .cr1_reset = 0x200,
    .is_m4 = true};
static const struct sim_syscfg_l4_config syscfg = {.cfgr1_reset = 0x7c000001};
static const struct sim_syscfg_l4_config syscfg_large = {.cfgr1_reset = 0x7c000001,
                                                         .has_banks = true};
// RM0351, 48.6: bits of peripherals that are not modelled are kept too.
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {0x86e01c3f, 0x00072800, 0x20},
                                                .freeze_offset = {0x08, 0x10, 0x0c},
                                                .more_cr_bits = 0xe1};
static const struct sim_wwdg_config wwdg = {7, 3, .starts_by_option = true};
static const struct sim_pin tx1[] = {{'A', 9, 7}, {'B', 6, 7}, {'G', 9, 7}, {0, 0, 0}};
static const struct sim_pin tx2[] = {{'A', 2, 7}, {'D', 5, 7}, {0, 0, 0}};
static const struct sim_usart_config usart1 = {.tx = tx1}, usart2 = {.tx = tx2};
static const struct sim_usart_config usart1_plus = {.tx = tx1, .fifo = 8, .has_prescaler = true};
static const struct sim_usart_config usart2_plus = {.tx = tx2, .fifo = 8, .has_prescaler = true};
static const struct sim_tim_config tim16_small = {
    16, 1, SIM_TIM_REPEATS | SIM_TIM_REMAPS | SIM_TIM_REMAPS_WIDELY};

#define FLASH_AND_RCC(flash_, rcc_)                                                                \
    {"FLASH", &(flash_)},                                                                          \
    {                                                                                              \
        "RCC", &(rcc_)                                                                             \
    }
#define SMALL(flash_)                                                                              \
    {                                                                                              \
        FLASH_AND_RCC(flash_, rcc_small), {"TIM16", &tim16_small},                                 \
        {                                                                                          \
            NULL, NULL                                                                             \
        }                                                                                          \
    }
#define LARGE(flash_, rcc_)                                                                        \
    {                                                                                              \
        FLASH_AND_RCC(flash_, rcc_), {"SYSCFG", &syscfg_large},                                    \
        {                                                                                          \
            NULL, NULL                                                                             \
        }                                                                                          \
    }
#define PLUS(flash_)                                                                               \
    {                                                                                              \
        FLASH_AND_RCC(flash_, rcc_plus), {"SYSCFG", &syscfg_large}, {"USART1", &usart1_plus},      \
            {"USART2", &usart2_plus},                                                              \
        {                                                                                          \
            NULL, NULL                                                                             \
        }                                                                                          \
    }
static const struct sim_part_config configs_l43[] = SMALL(flash_l43);
static const struct sim_part_config configs_l45[] = SMALL(flash_l45);
static const struct sim_part_config configs_l47_1024[] = LARGE(flash_l47_1024, rcc_l47);
static const struct sim_part_config configs_l47[] = LARGE(flash_l47, rcc_l47);
static const struct sim_part_config configs_l49_1024[] = LARGE(flash_l49_1024, rcc_l49);
static const struct sim_part_config configs_l49[] = LARGE(flash_l49, rcc_l49);
static const struct sim_part_config configs_plus[] = PLUS(flash_plus);
static const struct sim_part_config configs_plus_half[] = PLUS(flash_plus_half);

// ---- the parts (RM0351, 2.2 for addresses, 6.4 for gates, 13.3 for interrupts) ------------------

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire. TIM16 captures by the first choices of captures, TIM17 by those from the eighth on.
// clang-format off
static const struct sim_part_row parts[] = {
    M4_FLASH(&flash_l43),
    M4_RCC(&rcc_small),
    M4_GPIO("A", 0, 0, &sim_m4_gpio_a),
    M4_GPIO("B", 1, 0, &sim_m4_gpio_b),
    M4_GPIO("C", 2, 0, &sim_m4_gpio),
    M4_GPIO("D", 3, 0, &sim_m4_gpio),
    M4_GPIO("E", 4, SIM_L4_HAS_PORT_E, &sim_m4_gpio),
    M4_GPIO("F", 5, SIM_L4_HAS_PORTS_F_G, &sim_m4_gpio),
    M4_GPIO("G", 6, SIM_L4_HAS_PORTS_F_G, &sim_m4_gpio),
    M4_GPIO("H", 7, 0, &sim_m4_gpio),
    M4_GPIO("I", 8, SIM_L4_HAS_PORT_I, &sim_m4_gpio),
    M4_USART1(&usart1, 37),
    M4_USART2(&usart2, 38),
    M0P_IWDG,
    M4_WWDG(&wwdg),
    M4_ADC(0x50040000, &sim_m4_adc),
    M4_TIM("TIM2", 0x40000000, 0, 28, 0, &sim_m0p_tim2, 0),
    M4_TIM("TIM3", 0x40000400, 1, 29, 1, &sim_m0p_tim3, SIM_L4_HAS_TIM3),
    M4_TIM("TIM4", 0x40000800, 2, 30, 2, &sim_m0p_tim3, SIM_L4_HAS_TIM4_5_17),
    M4_TIM("TIM5", 0x40000c00, 3, 50, 3, &sim_m0p_tim2, SIM_L4_HAS_TIM4_5_17),
    M4_TIM("TIM6", 0x40001000, 4, 54, 4, &sim_m0p_tim6_7, 0),
    M4_TIM("TIM7", 0x40001400, 5, 55, 5, &sim_m0p_tim6_7, SIM_L4_HAS_TIM7),
    M4_LATE_TIM("TIM15", 0x40014000, 16, 24, &sim_m0p_tim15, 0, 0),
    M4_LATE_TIM("TIM16", 0x40014400, 17, 25, &sim_m4_tim16_17, 0, 0),
    M4_LATE_TIM("TIM17", 0x40014800, 18, 26, &sim_m4_tim16_17, 2, SIM_L4_HAS_TIM4_5_17),
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
     .step = {{RCC_AHB2ENR, 1}, {SIM_PROGRAM_WAIT, 5000}, {GPIOA_MODER, 0xbfffffff}},
     .end = SIM_END_RUN},
    SIM_PROGRAM_DEEP_SLEEP("stop", RCC_APB1ENR, 0x200, 5000),
    SIM_PROGRAM_DEEP_SLEEP("standby", RCC_APB1ENR, 0x203, 5000),
    SIM_PROGRAM_DEEP_SLEEP("shutdown", RCC_APB1ENR, 0x204, 5000),
    SIM_PROGRAM_IWDG(300, 5000), // bites every 38 ms
    {.name = "slow-clock",       // 5 ms after reset HCLK is 7.8 kHz
     .step = {{SIM_PROGRAM_WAIT, 5000}, {RCC_CFGR, 0xf0}},
     .end = SIM_END_RUN},
    {.name = NULL},
};

// ---- the chips ----------------------------------------------------------------------------------

#define FAMILY(variable, name_, id, irqs)                                                          \
    static const struct sim_family variable = {                                                    \
        .name = name_,                                                                             \
        .identity = {.dpidr = 0x2ba01477, M4_IDENTITY(id)},                                        \
        M4_FAMILY(sim_m4_fill_factory),                                                            \
        .interrupts = (irqs),                                                                      \
        .systick_calib = 0x40000000 | 9999, /* RM0351, 13.2, SKEW: 1 ms is not exact */            \
        .parts = parts,                                                                            \
        .electrics = {.power_on_mv = 1660, /* VBOR0, typical (DS10198, 6.3.3) */                   \
                      .power_down_mv = 1640,                                                       \
                      .running_ma = 0.6, /* at 4 MHz (6.3.5) */                                    \
                      .resting_ma = 0.05,                                                          \
                      M0P_ELECTRICS_OF_PINS},                                                      \
        .programs = programs,                                                                      \
    }
FAMILY(die_415, "STM32L4", 0x415, 82);
FAMILY(die_435, "STM32L4", 0x435, 83);
FAMILY(die_461, "STM32L4", 0x461, 91);
FAMILY(die_462, "STM32L4", 0x462, 85);
FAMILY(die_464, "STM32L4", 0x464, 83);
FAMILY(die_470, "STM32L4+", 0x470, 95);
FAMILY(die_471, "STM32L4+", 0x471, 95);

// The third SRAM follows the alias of the second.
#define PART(part, die, id, kib, page, options, sram1, sram2, alias_, has, configs_, regions_)     \
    PART_WITH_SRAM3(part, die, id, kib, page, options, sram1, sram2, alias_, 0, has, configs_,     \
                    regions_)
#define PART_WITH_SRAM3(part, die, id, kib, page, options, sram1, sram2, alias_, sram3, has,       \
                        configs_, regions_)                                                        \
    {                                                                                              \
        .name = part, .family = &(die), .idcode = (id),                                            \
        .memory = {{SIM_MEMORY_FLASH, M0P_FLASH_BASE, (kib)*M0P_KIB, (page)*M0P_KIB, 8, 0},        \
                   {SIM_MEMORY_SRAM, M0P_SRAM_BASE, (sram1)*M0P_KIB, 0, 0, 0},                     \
                   {SIM_MEMORY_SRAM2, 0x10000000, (sram2)*M0P_KIB, 0, 0, alias_},                  \
                   M4_SYSTEM,                                                                      \
                   M4_FACTORY,                                                                     \
                   {SIM_MEMORY_OPTIONS, options, 0x100, 0, 0, 0},                                  \
                   M4_OTP,                                                                         \
                   {SIM_MEMORY_SRAM, (alias_) + (sram2)*M0P_KIB, (sram3)*M0P_KIB, 0, 0, 0}},       \
        .features = (has), .configs = (configs_), .regions = (regions_)                            \
    }
#define OPTIONS     0x1fff7800
#define OPTIONS_L4P 0x1ff00000
#define HAS_L43     (SIM_L4_HAS_PORT_E | SIM_L4_HAS_TIM7)
#define HAS_L45     (SIM_L4_HAS_PORT_E | SIM_L4_HAS_TIM3)
#define HAS_L47                                                                                    \
    (SIM_L4_HAS_PORT_E | SIM_L4_HAS_PORTS_F_G | SIM_L4_HAS_TIM3 | SIM_L4_HAS_TIM7 |                \
     SIM_L4_HAS_TIM4_5_17)
#define HAS_L49 (HAS_L47 | SIM_L4_HAS_PORT_I)

// Revisions are those that are sold; bits 15:12 read as 6 in the logs of people's boards.
#define L41(part, kib)                                                                             \
    PART(part, die_464, 0x10016464, kib, 2, OPTIONS, 32, 8, 0x20008000, 0, configs_l43,            \
         regions_small)
#define L43(part, kib)                                                                             \
    PART(part, die_435, 0x10016435, kib, 2, OPTIONS, 48, 16, 0x2000c000, HAS_L43, configs_l43,     \
         regions_small)
#define L45(part, kib)                                                                             \
    PART(part, die_462, 0x10016462, kib, 2, OPTIONS, 128, 32, 0x20020000, HAS_L45, configs_l45,    \
         regions_small)
#define L47(part, kib, configs)                                                                    \
    PART(part, die_415, 0x10076415, kib, 2, OPTIONS, 96, 32, 0, HAS_L47, configs, regions_large)
#define L47_256(part)  L47(part, 256, configs_l47)
#define L47_512(part)  L47(part, 512, configs_l47)
#define L47_1024(part) L47(part, 1024, configs_l47_1024)
#define L49(part, kib, configs)                                                                    \
    PART(part, die_461, 0x20006461, kib, 2, OPTIONS, 256, 64, 0x20040000, HAS_L49, configs,        \
         regions_large)
#define L49_512(part)  L49(part, 512, configs_l49)
#define L49_1024(part) L49(part, 1024, configs_l49_1024)
#define L4R(part, kib, configs)                                                                    \
    PART_WITH_SRAM3(part, die_470, 0x100f6470, kib, 4, OPTIONS_L4P, 192, 64, 0x20030000, 384,      \
                    HAS_L49, configs, regions_plus)
#define L4R_1024(part) L4R(part, 1024, configs_plus_half)
#define L4R_2048(part) L4R(part, 2048, configs_plus)
#define L4P(part, kib, configs)                                                                    \
    PART_WITH_SRAM3(part, die_471, 0x10016471, kib, 4, OPTIONS_L4P, 128, 64, 0x20020000, 128,      \
                    HAS_L49, configs, regions_plus)
#define L4P_512(part)  L4P(part, 512, configs_plus_half)
#define L4P_1024(part) L4P(part, 1024, configs_plus)

// clang-format off
static const struct sim_chip_row rows[] = {
    L41("stm32l412c8", 64), L41("stm32l412cb", 128), L41("stm32l412k8", 64),
    L41("stm32l412kb", 128), L41("stm32l412r8", 64), L41("stm32l412rb", 128),
    L41("stm32l412t8", 64), L41("stm32l412tb", 128), L41("stm32l422cb", 128),
    L41("stm32l422kb", 128), L41("stm32l422rb", 128), L41("stm32l422tb", 128),
    L43("stm32l431cb", 128), L43("stm32l431cc", 256), L43("stm32l431kb", 128),
    L43("stm32l431kc", 256), L43("stm32l431rb", 128), L43("stm32l431rc", 256),
    L43("stm32l431vc", 256), L43("stm32l432kb", 128), L43("stm32l432kc", 256),
    L43("stm32l433cb", 128), L43("stm32l433cc", 256), L43("stm32l433rb", 128),
    L43("stm32l433rc", 256), L43("stm32l433vc", 256), L43("stm32l442kc", 256),
    L43("stm32l443cc", 256), L43("stm32l443rc", 256), L43("stm32l443vc", 256),
    L45("stm32l451cc", 256), L45("stm32l451ce", 512), L45("stm32l451rc", 256),
    L45("stm32l451re", 512), L45("stm32l451vc", 256), L45("stm32l451ve", 512),
    L45("stm32l452cc", 256), L45("stm32l452ce", 512), L45("stm32l452rc", 256),
    L45("stm32l452re", 512), L45("stm32l452vc", 256), L45("stm32l452ve", 512),
    L45("stm32l462ce", 512), L45("stm32l462re", 512), L45("stm32l462ve", 512),
    L47_512("stm32l471qe"), L47_1024("stm32l471qg"), L47_512("stm32l471re"),
    L47_1024("stm32l471rg"), L47_512("stm32l471ve"), L47_1024("stm32l471vg"),
    L47_512("stm32l471ze"), L47_1024("stm32l471zg"), L47_256("stm32l475rc"), L47_512("stm32l475re"),
    L47_1024("stm32l475rg"), L47_256("stm32l475vc"), L47_512("stm32l475ve"),
    L47_1024("stm32l475vg"), L47_512("stm32l476je"), L47_1024("stm32l476jg"),
    L47_512("stm32l476me"), L47_1024("stm32l476mg"), L47_512("stm32l476qe"),
    L47_1024("stm32l476qg"), L47_256("stm32l476rc"), L47_512("stm32l476re"),
    L47_1024("stm32l476rg"), L47_256("stm32l476vc"), L47_512("stm32l476ve"),
    L47_1024("stm32l476vg"), L47_512("stm32l476ze"), L47_1024("stm32l476zg"),
    L47_1024("stm32l486jg"), L47_1024("stm32l486qg"), L47_1024("stm32l486rg"),
    L47_1024("stm32l486vg"), L47_1024("stm32l486zg"), L49_512("stm32l496ae"),
    L49_1024("stm32l496ag"), L49_512("stm32l496qe"), L49_1024("stm32l496qg"),
    L49_512("stm32l496re"), L49_1024("stm32l496rg"), L49_512("stm32l496ve"),
    L49_1024("stm32l496vg"), L49_1024("stm32l496wg"), L49_512("stm32l496ze"),
    L49_1024("stm32l496zg"), L49_1024("stm32l4a6ag"), L49_1024("stm32l4a6qg"),
    L49_1024("stm32l4a6rg"), L49_1024("stm32l4a6vg"), L49_1024("stm32l4a6zg"),
    L4P_512("stm32l4p5ae"), L4P_1024("stm32l4p5ag"), L4P_512("stm32l4p5ce"),
    L4P_1024("stm32l4p5cg"), L4P_512("stm32l4p5qe"), L4P_1024("stm32l4p5qg"),
    L4P_512("stm32l4p5re"), L4P_1024("stm32l4p5rg"), L4P_512("stm32l4p5ve"),
    L4P_1024("stm32l4p5vg"), L4P_512("stm32l4p5ze"), L4P_1024("stm32l4p5zg"),
    L4P_1024("stm32l4q5ag"), L4P_1024("stm32l4q5cg"), L4P_1024("stm32l4q5qg"),
    L4P_1024("stm32l4q5rg"), L4P_1024("stm32l4q5vg"), L4P_1024("stm32l4q5zg"),
    L4R_1024("stm32l4r5ag"), L4R_2048("stm32l4r5ai"), L4R_1024("stm32l4r5qg"),
    L4R_2048("stm32l4r5qi"), L4R_1024("stm32l4r5vg"), L4R_2048("stm32l4r5vi"),
    L4R_1024("stm32l4r5zg"), L4R_2048("stm32l4r5zi"), L4R_2048("stm32l4r7ai"),
    L4R_2048("stm32l4r7vi"), L4R_2048("stm32l4r7zi"), L4R_1024("stm32l4r9ag"),
    L4R_2048("stm32l4r9ai"), L4R_1024("stm32l4r9vg"), L4R_2048("stm32l4r9vi"),
    L4R_1024("stm32l4r9zg"), L4R_2048("stm32l4r9zi"), L4R_2048("stm32l4s5ai"),
    L4R_2048("stm32l4s5qi"), L4R_2048("stm32l4s5vi"), L4R_2048("stm32l4s5zi"),
    L4R_2048("stm32l4s7ai"), L4R_2048("stm32l4s7vi"), L4R_2048("stm32l4s7zi"),
    L4R_2048("stm32l4s9ai"), L4R_2048("stm32l4s9vi"), L4R_2048("stm32l4s9zi"),
};
// clang-format on

const struct sim_chip_row *sim_stm32l4_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
