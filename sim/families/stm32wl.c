// SPDX-License-Identifier: MIT
// STM32WL (WLE5, WLE4, WL55, WL54): RM0453 and RM0461: 2 (memory map and boot), 4 (flash), 6 and 7
// (power, clocks), 14 (interrupts), 38 (debug); figures from the data sheet of STM32WL55 (DS13293).
//
// Everything that the virtual board knows of this family alone. The second core of WL5x is a model:
// it sleeps, as it does until the first one boots it, and it owns nothing, because security (ESE)
// is off as the chips leave the factory. The radio is a named region.
#include "sim/families/stm32wl.h"

#include <string.h>

#include "sim/families/m4.h"

// ---- not modelled -------------------------------------------------------------------------------

// Neighbours share a row: the bus has a limited number of mappings.
static const struct sim_region regions[] = {
    {"RTC", 0x40002800, 0x400},
    {"SPI2", 0x40003800, 0x400},
    {"I2C1 to I2C3", 0x40005400, 0xc00},
    {"DAC", 0x40007400, 0x400},
    {"LPTIM1 and LPUART1", 0x40007c00, 0x800},
    {"LPTIM2 and LPTIM3", 0x40009400, 0x800},
    {"TAMP", 0x4000b000, 0x400},
    {"TIM1", 0x40012c00, 0x400},
    {"SPI1", 0x40013000, 0x400},
    {"DMA1, DMA2 and DMAMUX", 0x40020000, 0xc00},
    {"IPCC", 0x58000c00, 0x400},
    {"RNG", 0x58001000, 0x400},
    {"AES", 0x58001800, 0x400},
    {"PKA", 0x58002000, 0x2000},
    {"security of the peripherals", 0x58004400, 0x800},
    {"radio", 0x58010000, 0x400},
    {NULL, 0, 0},
};

// ---- flash --------------------------------------------------------------------------------------

// FLASH_OPTR (RM0453, 4.10.8): bits that exist. The value that ST delivers is 0x3ffff0aa.
#define USER_WLE         0x4f8f7effu
#define USER_WL5         0xcf8f7fffu
#define USER_ESE         0x00000100u
#define USER_ST          0x3ffff0aau
#define USER_BROKEN      0x3ffff0ffu // level 1, the lowest BOR, no locks of the boot, all else 1
#define PCROP            0xffu       // of 1 KiB
#define PAGES            0x7fu
#define USER_WORD(mask_) M0P_WORD(0x20, 0x00, mask_, USER_ST, USER_BROKEN &(mask_))

#define WORDS(user)                                                                                \
    .word = {[SIM_WORD_USER] = USER_WORD(user),                                                    \
             [SIM_WORD_PCROP1A_START] = M0P_PCROP_START(0x24, 0x08, PCROP),                        \
             [SIM_WORD_PCROP1A_END] = M0P_WORD(0x28, 0x10, M0P_PCROP_RDP | PCROP, M0P_PCROP_RDP,   \
                                               M0P_PCROP_RDP | PCROP),                             \
             [SIM_WORD_WRP1A] = M0P_WRP(0x2c, 0x18, PAGES),                                        \
             [SIM_WORD_WRP1B] = M0P_WRP(0x30, 0x20, PAGES),                                        \
             [SIM_WORD_PCROP1B_START] = M0P_PCROP_START(0x34, 0x28, PCROP),                        \
             [SIM_WORD_PCROP1B_END] = M0P_PCROP_END(0x38, 0x30, PCROP)
// SFR of the second core: no secure pages (FSD), nothing hidden (HDPAD), its debug port open (DDS);
// SRRVR: it boots the flash at the middle. What the factory puts there is a model.
#define SFR_OFF  0x80u
#define SFR_MASK 0x80ff10ffu
#define SFR_ST   0x80ff00ffu
#define WORDS_OF_CPU2                                                                              \
    , [SIM_WORD_CPU2_MAILBOX] = M0P_WORD(0x3c, 0x68, 0x3fff, 0, 0),                                \
      [SIM_WORD_CPU2] = M0P_WORD(0x80, 0x70, SFR_MASK, SFR_ST, SFR_ST),                            \
      [SIM_WORD_CPU2_START] = M0P_WORD(0x84, 0x78, 0xffffffff, 0xfffc8000, 0xfffc8000)

// A double word, a row of 32 in fast mode, a page, all of it: DS13293, flash memory
// characteristics, typical and maximum. It gives no minimum, and the typical value stands for it.
#define SAME                                                                                       \
    .unused_are_ones = true, .page_mask = 0x3f8, .row_hz = 8000000, .pcrop_unit = 1024,            \
    .acr_at_reset = 0x600, .acr_kept = 0x9f07, .has_ecc_register = true, .has_one_busy_bit = true, \
    .guards_sram2 = true,                                                                          \
    .time = {[SIM_FLASH_TYP] = {81700, 1910000, 22000000, 22100000},                               \
             [SIM_FLASH_MIN] = {81700, 1910000, 22000000, 22100000},                               \
             [SIM_FLASH_MAX] = {90800, 2120000, 24500000, 24600000}}
// clang-format off
#define OPTIONS M4_OPTIONS_WITH_NSWBOOT0, [SIM_OPTION_BOOT_LOCK] = M0P_BIT(30)
static const struct sim_flash_dw_config flash_wle = {WORDS(USER_WLE)}, OPTIONS}, SAME};
static const struct sim_flash_dw_config flash_wl5 = {
    WORDS(USER_WL5) WORDS_OF_CPU2}, OPTIONS}, SAME, .cpu2_secure_mask = USER_ESE,
    .cpu2_page_mask = 0x7f, .cpu2_off_mask = SFR_OFF};
// clang-format on

// ---- what the other parts of this family have in particular -------------------------------------

// Start-up times are the typical ones of DS13293, 5.3.9 and 5.3.10. The crystal has 32 MHz.
#define NONE SIM_M0P_CLOCKS
static const struct sim_rcc_m0p_config rcc = {
    .clock = {[SIM_M0P_LSI] = {32000, 80000, 0x94, 0, 1, 2},
              [SIM_M0P_LSE] = {32768, 2000000000, 0x90, 1, 1, 2},
              [SIM_M0P_MSI] = {4000000, 2500, 0x00, 2, M0P_BIT(0), M0P_BIT(1)},
              [SIM_M0P_HSI] = {16000000, 800, 0x00, 3, M0P_BIT(8), M0P_BIT(10)},
              [SIM_M0P_HSE] = {0, 1000000, 0x00, 4, M0P_BIT(16), M0P_BIT(17)},
              [SIM_M0P_PLL] = {0, 15000, 0x00, 5, M0P_BIT(24), M0P_BIT(25)}},
    M4_RCC_FROM_MSI,
    .mco = {NONE, NONE, SIM_M0P_MSI, SIM_M0P_HSI, SIM_M0P_HSE, SIM_M0P_PLL, SIM_M0P_LSI, NONE,
            SIM_M0P_LSE, NONE, NONE, NONE, NONE, NONE, NONE, NONE},
    .capture = {[1] = SIM_M0P_CAPTURE_LSI, // TIM16_OR1
                [3] = SIM_M0P_CAPTURE_RTC,
                [9] = SIM_M0P_CAPTURE_MSI, // TIM17_OR1
                [10] = SIM_M0P_CAPTURE_HSE32,
                [11] = SIM_M0P_CAPTURE_MCO},
    .cfgr_more = 0x70000, // HPREF, PPRE1F and PPRE2F: the prescalers are as they were set
    .extcfgr_more = 0x30000,
    M4_RCC_REGISTERS,
    .enr_reset = {[SIM_M0P_ON_AHB3] = 0x02080000, [SIM_M0P_ON_APB1] = 0x400},
    .adc_clock = {SIM_M0P_ADC_NONE, SIM_M0P_ADC_HSI, SIM_M0P_ADC_PLLP, SIM_M0P_ADC_SYSCLK},
    .icscr_reset = 0x40000080,
    .icscr_trim = 0x7f00ff00,
    .csr_more = 0x600,
    .pllcfgr_reset = 0x22040100,
    .max_hz = 48000000,
    .wait_step_hz = 18000000,
};

static const struct sim_adc_config adc = {
    .channel = {{'B', 13, 0},
                {'B', 14, 0},
                {'B', 3, 0},
                {'B', 4, 0},
                {'B', 2, 0},
                {'B', 1, 0},
                {'A', 10, 0},
                {'A', 11, 0},
                {'A', 12, 0},
                {'A', 13, 0},
                {'A', 14, 0},
                {'A', 15, 0},
                {0, 0, 0},
                {0, 0, 0},
                {0, 0, 0},
                {0, 0, 0}},
    .reference_mv = 1212,
    .temperature_mv = 747, // at 25 degrees
    .sampling_halves = sim_m0p_sampling_halves,
    .temperature_channel = 12,
    .reference_channel = 13,
    .battery_channel = 14,
    .battery_divider = 3,
};
static const struct sim_exti_config exti = {
    .lines = M4_EXTI_LINES, .imr = 0xff9e0000, .edges = 0x803fffff, .begins_with_edges = true};
static const struct sim_pwr_m0p_config pwr = {.wakeup = {{'A', 0, 0}, {'C', 13, 0}, {'B', 3, 0}},
                                              .cr1_reset = 0x200,
                                              .is_m4 = true,
                                              .has_extscr = true};
static const struct sim_syscfg_l4_config syscfg = {.cfgr1_reset = 0x1};
// RM0453, 38.8: bits of peripherals that are not modelled are kept too; the second core's registers
// are not there.
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {0x80e01c01, 0x00060800, 0x60},
                                                .freeze_offset = {0x3c, 0x4c, 0x44},
                                                .more_cr_bits = 0x1};
static const struct sim_pin tx1[] = {{'A', 9, 7}, {'B', 6, 7}, {0, 0, 0}};
static const struct sim_pin tx2[] = {{'A', 2, 7}, {0, 0, 0}};
static const struct sim_usart_config usart1 = {.tx = tx1, .fifo = 8, .has_prescaler = true};
static const struct sim_usart_config usart2 = {.tx = tx2, .fifo = 8, .has_prescaler = true};

static const struct sim_part_config configs_wle[] = {{"FLASH", &flash_wle}, {NULL, NULL}};
static const struct sim_part_config configs_wl5[] = {{"FLASH", &flash_wl5}, {NULL, NULL}};

// ---- the parts (RM0453, 2.2 for addresses, 7.4 for gates, 14.3 for interrupts) ------------------

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire.
// clang-format off
static const struct sim_part_row parts[] = {
    {.name = "FLASH", .kind = &sim_part_flash_dw, .base = 0x58004000, .lanes = SIM_LANES_AHB,
     .bus = SIM_M0P_ON_AHB3, .gate = M0P_BIT(25), .irq = {4}, .config = &flash_wle},
    {.name = "RCC", .kind = &sim_part_rcc_m0p, .base = 0x58000000, M0P_ON_AHB(0), .irq = {5},
     .config = &rcc},
    M4_GPIO("A", 0, 0, &sim_m4_gpio_a),
    M4_GPIO("B", 1, 0, &sim_m4_gpio_b),
    M4_GPIO("C", 2, 0, &sim_m4_gpio),
    M4_GPIO("H", 7, 0, &sim_m4_gpio),
    M4_USART1(&usart1, 36),
    M4_USART2(&usart2, 37),
    M0P_IWDG,
    M4_WWDG(&sim_m0p_wwdg),
    {.name = "ADC", .kind = &sim_part_adc, .base = 0x40012400, M0P_ON_APB2(M0P_BIT(9)),
     .irq = {18}, .config = &adc},
    M4_TIM("TIM2", 0x40000000, 0, 27, 0, &sim_m0p_tim2, 0),
    M4_LATE_TIM("TIM16", 0x40014400, 17, 28, &sim_m4_tim16_17, 0, 0),
    M4_LATE_TIM("TIM17", 0x40014800, 18, 29, &sim_m4_tim16_17, 2, 0),
    M0P_CRC,
    M4_EXTI(0x58000800, &exti, 22, 41),
    {.name = "PWR", .kind = &sim_part_pwr_m0p, .base = 0x58000400, M0P_ON_AHB(0), .config = &pwr},
    {.name = "HSEM", .kind = &sim_part_hsem, .base = 0x58001400, .lanes = SIM_LANES_AHB,
     .bus = SIM_M0P_ON_AHB3, .gate = M0P_BIT(19)},
    M4_SYSCFG(&syscfg, 0),
    M4_DBGMCU(&dbgmcu),
    {.kind = NULL},
};
// clang-format on

// ---- what the factory writes --------------------------------------------------------------------

// Calibration values are taken at 3.3 V (DS13293, 3.20). The UID64 has the maker and the die
// (RM0453, 39.1); debuggers know the family by it.
static void fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes)
{
    static const uint8_t uid64[] = {0x25, 0x11, 0x73, 0x00, 0x15, 0xe1, 0x80, 0x00};
    static const struct sim_factory_signature signature = M4_SIGNATURE(3300);
    sim_m0p_fill_factory(&signature, row, memory, bytes);
    if (memory->kind == SIM_MEMORY_FACTORY)
        memcpy(bytes + 0x180, uid64, sizeof uid64);
}

// ---- the chips ----------------------------------------------------------------------------------

// The second access port reaches nothing before the second core was booted.
#define FAMILY(variable, aps)                                                                      \
    static const struct sim_family variable = {                                                    \
        .name = "STM32WL",                                                                         \
        .identity = {.dpidr = 0x6ba02477, M4_IDENTITY(0x497)},                                     \
        .more_aps = (aps),                                                                         \
        .ap = {{.idr = 0x84770001, .rom_base = 0xf0000003, .base = 0, .size = 0}},                 \
        .interrupts = 62,                                                                          \
        .systick_calib = 0x40000000 | 1000,                                                        \
        .parts = parts,                                                                            \
        .hse_hz = 32000000,                                                                        \
        .electrics = {.power_on_mv = 1660, /* VBOR0, typical (DS13293, 5.3.4) */                   \
                      .power_down_mv = 1640,                                                       \
                      .running_ma = 0.6, /* at 4 MHz */                                            \
                      .resting_ma = 0.05,                                                          \
                      M0P_ELECTRICS_OF_PINS},                                                      \
        .programs = sim_m4_cpu2_programs,                                                          \
        M4_FAMILY(fill_factory),                                                                   \
    }
FAMILY(wle, 0);
FAMILY(wl5, 1);

// SRAM2 follows SRAM1, and is at 0x10000000 on these chips, too (RM0453, 2.2).
#define PART(part, family_, kib, sram, configs_)                                                   \
    {                                                                                              \
        .name = part, .family = &(family_), .idcode = 0x10036497,                                  \
        .memory = {{SIM_MEMORY_FLASH, M0P_FLASH_BASE, (kib)*M0P_KIB, M0P_PAGE, 8, 0},              \
                   {SIM_MEMORY_SRAM, M0P_SRAM_BASE, (sram)*M0P_KIB, 0, 0, 0},                      \
                   {SIM_MEMORY_SRAM2, M0P_SRAM_BASE + (sram)*M0P_KIB, (sram)*M0P_KIB, 0, 0,        \
                    0x10000000},                                                                   \
                   M4_SYSTEM,                                                                      \
                   M4_FACTORY,                                                                     \
                   {SIM_MEMORY_OPTIONS, 0x1fff7800, 0x80, 0, 0, 0},                                \
                   M4_OTP},                                                                        \
        .configs = (configs_), .regions = regions                                                  \
    }
#define WLE_64(part)  PART(part, wle, 64, 10, configs_wle)
#define WLE_128(part) PART(part, wle, 128, 24, configs_wle)
#define WLE_256(part) PART(part, wle, 256, 32, configs_wle)
#define WL5_256(part) PART(part, wl5, 256, 32, configs_wl5)

// clang-format off
static const struct sim_chip_row rows[] = {
    WL5_256("stm32wl54cc"), WL5_256("stm32wl54jc"), WL5_256("stm32wl55cc"), WL5_256("stm32wl55jc"),
    WLE_64("stm32wle4c8"), WLE_128("stm32wle4cb"), WLE_256("stm32wle4cc"), WLE_64("stm32wle4j8"),
    WLE_128("stm32wle4jb"), WLE_256("stm32wle4jc"), WLE_64("stm32wle5c8"), WLE_128("stm32wle5cb"),
    WLE_256("stm32wle5cc"), WLE_64("stm32wle5j8"), WLE_128("stm32wle5jb"), WLE_256("stm32wle5jc"),
};
// clang-format on

const struct sim_chip_row *sim_stm32wl_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
