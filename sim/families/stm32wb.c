// SPDX-License-Identifier: MIT
// STM32WB: RM0434 (WB55, WB35, WB30, WB50) and RM0473 (WB15, WB10): 2 (memory map and boot), 3
// (flash), 6 and 8 (power, clocks), 13 (interrupts), 41 (debug); figures from the data sheet of
// STM32WB55 (DS11929).
//
// Everything that the virtual board knows of this family alone. The second core is a model: it runs
// nothing, and owns the last pages of the flash, as the chips leave the factory with ST's firmware
// upgrade services in them. Its access port is there and reaches nothing.
#include "sim/families/stm32wb.h"

#include <string.h>

#include "sim/families/m4.h"

// ---- not modelled -------------------------------------------------------------------------------

// Neighbours share a row: the bus has a limited number of mappings.
static const struct sim_region regions[] = {
    {"LCD and RTC", 0x40002400, 0x800},
    {"SPI2", 0x40003800, 0x400},
    {"I2C1", 0x40005400, 0x400},
    {"I2C3 and CRS", 0x40005c00, 0x800},
    {"USB and its memory", 0x40006800, 0x800},
    {"LPTIM1 and LPUART1", 0x40007c00, 0x800},
    {"LPTIM2", 0x40009400, 0x400},
    {"ADC1 of STM32WB15", 0x40012400, 0x400},
    {"TIM1", 0x40012c00, 0x400},
    {"SPI1", 0x40013000, 0x400},
    {"SAI1", 0x40015400, 0x400},
    {"DMA1, DMA2 and DMAMUX", 0x40020000, 0xc00},
    {"TSC", 0x40024000, 0x400},
    {"AES1", 0x50060000, 0x400},
    {"IPCC, RNG, AES2 and PKA", 0x58000c00, 0x400},
    {"RNG", 0x58001000, 0x400},
    {"AES2", 0x58001800, 0x400},
    {"PKA", 0x58002000, 0x2000},
    {"QUADSPI's memory", 0x90000000, 0x10000000},
    {"QUADSPI", 0xa0001000, 0x400},
    {NULL, 0, 0},
};

// ---- flash --------------------------------------------------------------------------------------

// FLASH_OPTR (RM0434, 3.10.8): bits that exist. The value that ST delivers is 0x3dfff1aa.
#define USER_MASK   0xef8f7fffu
#define USER_ESE    0x00000100u
#define USER_ST     0x3dfff1aau
#define USER_BROKEN 0xeffff1ffu // level 1, the lowest BOR, all else 1

// RM0434, 3.4 for cells. SFR says from which page on the flash is the second core's, SRRVR where it
// starts, in words; what the factory puts there is a model: the last 12 pages of 4 KiB, or 24 of 2.
#define SFR_OFF  0x100u  // FSD
#define SFR_DDS  0x1000u // its debug port is shut
#define SFR_MASK 0x11ffu
#define SRRVR(first, page_kib)                                                                     \
    (0x80000000u | 0x0f << 25 | 0x0f << 18 | (first) * (page_kib)*M0P_KIB / 4)
#define FLASH(pcrop, first, page_kib)                                                              \
    {.word = {[SIM_WORD_USER] = M0P_WORD(0x20, 0x00, USER_MASK, USER_ST, USER_BROKEN & USER_MASK), \
              [SIM_WORD_PCROP1A_START] = M0P_PCROP_START(0x24, 0x08, pcrop),                       \
              [SIM_WORD_PCROP1A_END] = M0P_WORD(0x28, 0x10, M0P_PCROP_RDP | (pcrop),               \
                                                M0P_PCROP_RDP, M0P_PCROP_RDP | (pcrop)),           \
              [SIM_WORD_WRP1A] = M0P_WRP(0x2c, 0x18, 0xff),                                        \
              [SIM_WORD_WRP1B] = M0P_WRP(0x30, 0x20, 0xff),                                        \
              [SIM_WORD_PCROP1B_START] = M0P_PCROP_START(0x34, 0x28, pcrop),                       \
              [SIM_WORD_PCROP1B_END] = M0P_PCROP_END(0x38, 0x30, pcrop),                           \
              [SIM_WORD_CPU2_MAILBOX] = M0P_WORD(0x3c, 0x68, 0x3fff, 0, 0),                        \
              [SIM_WORD_CPU2] = M0P_WORD(0x80, 0x70, SFR_MASK, SFR_DDS | (first), SFR_DDS),        \
              [SIM_WORD_CPU2_START] =                                                              \
                  M0P_WORD(0x84, 0x78, 0xffffffff, SRRVR(first, page_kib), 0)},                    \
     M4_OPTIONS_WITH_NSWBOOT0},                                                                    \
        .unused_are_ones = true, .page_mask = 0x7f8, .row_hz = 8000000, .row_words = 64,           \
        .pcrop_unit = 2048, .acr_at_reset = 0x600, .acr_kept = 0x9f07, .has_ecc_register = true,   \
        .has_one_busy_bit = true, .fails_options_at_reset = true, .guards_sram2 = true,            \
        .cpu2_secure_mask = USER_ESE, .cpu2_page_mask = 0xff, .cpu2_off_mask = SFR_OFF,            \
        .time = {[SIM_FLASH_TYP] = {81700, 3820000, 22000000, 22100000},                           \
                 [SIM_FLASH_MIN] = {81700, 3820000, 22000000, 22100000},                           \
                 [SIM_FLASH_MAX] = {90800, 4240000, 24500000, 24600000}}                           \
    }
// A double word, a row in fast mode, a page, all of it: DS11929, flash memory characteristics,
// typical and maximum. It gives no minimum, and the typical value stands for it.
// clang-format off
static const struct sim_flash_dw_config flash_320 = FLASH(0x1ff, 136, 2);
static const struct sim_flash_dw_config flash_256 = FLASH(0x1ff, 52, 4);
static const struct sim_flash_dw_config flash_512 = FLASH(0x1ff, 116, 4);
static const struct sim_flash_dw_config flash_640 = FLASH(0x1ff, 148, 4);
static const struct sim_flash_dw_config flash_1024 = FLASH(0x1ff, 244, 4);
// clang-format on

// ---- what the other parts of this family have in particular -------------------------------------

// Start-up times are the typical ones of DS11929, 6.3.8 and 6.3.9. The crystal has 32 MHz.
#define NONE SIM_M0P_CLOCKS
static const struct sim_rcc_m0p_config rcc = {
    .clock = {[SIM_M0P_LSI] = {32000, 80000, 0x94, 0, 1, 2},
              [SIM_M0P_LSE] = {32768, 2000000000, 0x90, 1, 1, 2},
              [SIM_M0P_MSI] = {4000000, 2500, 0x00, 2, M0P_BIT(0), M0P_BIT(1)},
              [SIM_M0P_HSI] = {16000000, 800, 0x00, 3, M0P_BIT(8), M0P_BIT(10)},
              [SIM_M0P_HSE] = {0, 1000000, 0x00, 4, M0P_BIT(16), M0P_BIT(17)},
              [SIM_M0P_PLL] = {0, 15000, 0x00, 5, M0P_BIT(24), M0P_BIT(25)},
              [SIM_M0P_HSI48] = {48000000, 2500, 0x98, 10, M0P_BIT(0), M0P_BIT(1)},
              [SIM_M0P_PLLSAI1] = {48000000, 15000, 0x00, 6, M0P_BIT(26), M0P_BIT(27)}},
    M4_RCC_FROM_MSI,
    .mco = {NONE, NONE, SIM_M0P_MSI, SIM_M0P_HSI, SIM_M0P_HSE, SIM_M0P_PLL, SIM_M0P_LSI, NONE,
            SIM_M0P_LSE, SIM_M0P_HSI48, NONE, NONE, SIM_M0P_HSE, NONE, NONE, NONE},
    .capture = {[1] = SIM_M0P_CAPTURE_LSI, // TIM16_OR1
                [3] = SIM_M0P_CAPTURE_RTC,
                [9] = SIM_M0P_CAPTURE_MSI, // TIM17_OR1
                [10] = SIM_M0P_CAPTURE_HSE32,
                [11] = SIM_M0P_CAPTURE_MCO},
    .cfgr_more = 0x70000, // HPREF, PPRE1F and PPRE2F: the prescalers are as they were set
    .extcfgr_more = 0x30000,
    M4_RCC_REGISTERS,
    .enr_reset = {[SIM_M0P_ON_AHB3] = 0x02080000, [SIM_M0P_ON_APB1] = 0x400},
    .adc_clock = {SIM_M0P_ADC_NONE, SIM_M0P_ADC_NONE, SIM_M0P_ADC_PLLP, SIM_M0P_ADC_SYSCLK},
    .icscr_reset = 0x40000080,
    .icscr_trim = 0x7f00ff00,
    .msi_follows_range = true,
    .pllcfgr_reset = 0x22041000,
    .max_hz = 64000000,
    .wait_step_hz = 18000000,
};

static const struct sim_exti_config exti = {
    .lines = M4_EXTI_LINES, .imr = 0x7fc00000, .edges = 0x803fffff, .begins_with_edges = true};
static const struct sim_pwr_m0p_config pwr = {
    .wakeup = {{'A', 0, 0}, {'C', 13, 0}, {'C', 12, 0}, {'A', 2, 0}, {'C', 5, 0}},
    .cr1_reset = 0x200,
    .is_m4 = true,
    .has_extscr = true};
static const struct sim_syscfg_l4_config syscfg = {.cfgr1_reset = 0x7c000001};
// RM0434, 41.8: bits of peripherals that are not modelled are kept too; the second core's registers
// are not there.
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {0x80a01c01, 0x00060800, 0x20},
                                                .freeze_offset = {0x3c, 0x4c, 0x44},
                                                .more_cr_bits = 0x10000021};
static const struct sim_pin tx1[] = {{'A', 9, 7}, {'B', 6, 7}, {0, 0, 0}};
static const struct sim_usart_config usart1 = {.tx = tx1, .fifo = 8, .has_prescaler = true};

#define CONFIGS(name, flash_)                                                                      \
    static const struct sim_part_config name[] = {{"FLASH", &(flash_)}, {NULL, NULL}}
CONFIGS(configs_320, flash_320);
CONFIGS(configs_256, flash_256);
CONFIGS(configs_512, flash_512);
CONFIGS(configs_640, flash_640);
CONFIGS(configs_1024, flash_1024);

// ---- the parts (RM0434, 2.2 for addresses, 8.4 for gates, 13.3 for interrupts) ------------------

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire.
// clang-format off
static const struct sim_part_row parts[] = {
    {.name = "FLASH", .kind = &sim_part_flash_dw, .base = 0x58004000, .lanes = SIM_LANES_AHB,
     .bus = SIM_M0P_ON_AHB3, .gate = M0P_BIT(25), .irq = {4}, .config = &flash_1024},
    {.name = "RCC", .kind = &sim_part_rcc_m0p, .base = 0x58000000, M0P_ON_AHB(0), .irq = {5},
     .config = &rcc},
    M4_GPIO("A", 0, 0, &sim_m4_gpio_a),
    M4_GPIO("B", 1, 0, &sim_m4_gpio_b),
    M4_GPIO("C", 2, 0, &sim_m4_gpio),
    M4_GPIO("D", 3, SIM_WB_HAS_PORT_D, &sim_m4_gpio),
    M4_GPIO("E", 4, 0, &sim_m4_gpio),
    M4_GPIO("H", 7, 0, &sim_m4_gpio),
    M4_USART1(&usart1, 36),
    M0P_IWDG,
    M4_WWDG(&sim_m0p_wwdg),
    {.name = "ADC1", .kind = &sim_part_adc_l4, .base = 0x50040000, M0P_ON_IO(M0P_BIT(13)),
     .irq = {18}, .config = &sim_m4_adc, .features = SIM_WB_HAS_PORT_D},
    M4_TIM("TIM2", 0x40000000, 0, 28, 0, &sim_m0p_tim2, 0),
    M4_LATE_TIM("TIM16", 0x40014400, 17, 25, &sim_m4_tim16_17, 0, SIM_WB_HAS_TIM17),
    M4_LATE_TIM("TIM17", 0x40014800, 18, 26, &sim_m4_tim16_17, 2, SIM_WB_HAS_TIM17),
    M0P_CRC,
    M4_EXTI(0x58000800, &exti, 23, 40),
    {.name = "PWR", .kind = &sim_part_pwr_m0p, .base = 0x58000400, M0P_ON_AHB(0), .config = &pwr},
    {.name = "HSEM", .kind = &sim_part_hsem, .base = 0x58001400, .lanes = SIM_LANES_AHB,
     .bus = SIM_M0P_ON_AHB3, .gate = M0P_BIT(19)},
    M4_SYSCFG(&syscfg, 0),
    M4_DBGMCU(&dbgmcu),
    {.kind = NULL},
};
// clang-format on

// ---- what the factory writes --------------------------------------------------------------------

// The values of the sensor are taken at 3 V, that of the reference at 3.6 V (DS11929, 3.16). The
// UID64 has the maker and the die (RM0434, 42.1).
static void fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes)
{
    static const uint8_t uid64[] = {0x25, 0x11, 0x73, 0x00, 0x26, 0xe1, 0x80, 0x00};
    struct sim_factory_signature signature = M4_SIGNATURE(3600);
    signature.ts_cal1_mv = signature.ts_cal1_mv * 6 / 5;
    signature.ts_cal2_mv = signature.ts_cal2_mv * 6 / 5;
    sim_m0p_fill_factory(&signature, row, memory, bytes);
    if (memory->kind == SIM_MEMORY_FACTORY)
        memcpy(bytes + 0x180, uid64, sizeof uid64);
}

// ---- the chips ----------------------------------------------------------------------------------

// Ids of both access ports are those of a log of somebody's board. The second one reaches nothing
// while the second core's debug port is shut.
#define FAMILY(variable, id)                                                                       \
    static const struct sim_family variable = {                                                    \
        .name = "STM32WB",                                                                         \
        .identity = {.dpidr = 0x6ba02477, M4_IDENTITY(id)},                                        \
        .more_aps = 1,                                                                             \
        .ap = {{.idr = 0x84770001, .rom_base = 0xf0000003, .base = 0, .size = 0}},                 \
        .interrupts = 63,                                                                          \
        .systick_calib = 0x40000000 | 1000,                                                        \
        .parts = parts,                                                                            \
        .hse_hz = 32000000,                                                                        \
        .electrics = {.power_on_mv = 1660, /* VBOR0, typical (DS11929, 6.3.3) */                   \
                      .power_down_mv = 1640,                                                       \
                      .running_ma = 0.8, /* at 4 MHz */                                            \
                      .resting_ma = 0.05,                                                          \
                      M0P_ELECTRICS_OF_PINS},                                                      \
        .programs = sim_m4_cpu2_programs,                                                          \
        M4_FAMILY(fill_factory),                                                                   \
    }
FAMILY(die_494, 0x494);
FAMILY(die_495, 0x495);

// SRAM2a is retained in Standby, SRAM2b follows it; to a program they are one (RM0434, 2.2).
#define PART(part, die, id, kib, page, sram, sram2, has, configs_)                                 \
    {                                                                                              \
        .name = part, .family = &(die), .idcode = (id),                                            \
        .memory = {{SIM_MEMORY_FLASH, M0P_FLASH_BASE, (kib)*M0P_KIB, (page)*M0P_KIB, 8, 0},        \
                   {SIM_MEMORY_SRAM, M0P_SRAM_BASE, (sram)*M0P_KIB, 0, 0, 0},                      \
                   {SIM_MEMORY_SRAM2, 0x10000000, (sram2)*M0P_KIB, 0, 0, 0x20030000},              \
                   M4_SYSTEM,                                                                      \
                   M4_FACTORY,                                                                     \
                   {SIM_MEMORY_OPTIONS, 0x1fff8000, 0x80, 0, 0, 0},                                \
                   M4_OTP},                                                                        \
        .features = (has), .configs = (configs_), .regions = regions                               \
    }
// Bits 15:12 of the identity code read as 6 in the logs of people's boards.
#define WB1(part) PART(part, die_494, 0x20016494, 320, 2, 12, 36, 0, configs_320)
#define WB5(part, kib, sram, configs)                                                              \
    PART(part, die_495, 0x20016495, kib, 4, sram, 64, SIM_WB_HAS_PORT_D | SIM_WB_HAS_TIM17, configs)

// clang-format off
static const struct sim_chip_row rows[] = {
    WB1("stm32wb10cc"), WB1("stm32wb15cc"), WB5("stm32wb30ce", 512, 32, configs_512),
    WB5("stm32wb35cc", 256, 32, configs_256), WB5("stm32wb35ce", 512, 32, configs_512),
    WB5("stm32wb50cg", 1024, 64, configs_1024), WB5("stm32wb55cc", 256, 64, configs_256),
    WB5("stm32wb55ce", 512, 192, configs_512), WB5("stm32wb55cg", 1024, 192, configs_1024),
    WB5("stm32wb55rc", 256, 64, configs_256), WB5("stm32wb55re", 512, 192, configs_512),
    WB5("stm32wb55rg", 1024, 192, configs_1024), WB5("stm32wb55vc", 256, 64, configs_256),
    WB5("stm32wb55ve", 512, 192, configs_512), WB5("stm32wb55vg", 1024, 192, configs_1024),
    WB5("stm32wb55vy", 640, 192, configs_640),
};
// clang-format on

const struct sim_chip_row *sim_stm32wb_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
