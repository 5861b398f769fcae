// SPDX-License-Identifier: MIT
// What the families STM32G0, C0 and U0 have in common: from where they boot, what the factory
// writes, and the macros of their rows.
#ifndef SWDLINK_SIM_FAMILIES_M0PLUS_H
#define SWDLINK_SIM_FAMILIES_M0PLUS_H

#include "sim/chip/chip_row.h"
#include "sim/families/factory.h"
#include "sim/parts/parts.h"

// RM0444, 2.5; RM0490, 3.2; RM0503, 2.5: BOOT_LOCK, nBOOT_SEL, BOOT0 or nBOOT0, nBOOT1, and an
// empty flash. BOOT0 is the pin of the same name, as the board sets it; on most packages SWCLK is
// there.
enum sim_memory_kind sim_m0p_choose_boot(const struct sim_boot_facts *facts);

// Fills the system memory (a boot loader that listens to nobody, as real code) or the engineering
// bytes of a chip.
void sim_m0p_fill_factory(const struct sim_factory_signature *signature,
                          const struct sim_chip_row *row, const struct sim_memory_row *memory,
                          uint8_t *bytes);

// Configs of parts that are the same in all three.
extern const struct sim_gpio_config sim_m0p_gpio_a, sim_m0p_gpio;
extern const struct sim_crc_config sim_m0p_crc;
extern const struct sim_iwdg_config sim_m0p_iwdg;
extern const struct sim_wwdg_config sim_m0p_wwdg;
extern const struct sim_tim_config sim_m0p_tim1, sim_m0p_tim2, sim_m0p_tim3, sim_m0p_tim6_7,
    sim_m0p_tim14, sim_m0p_tim15, sim_m0p_tim16_17;
extern const uint16_t sim_m0p_sampling_halves[8]; // of sampling times of the ADC (RM0444, 15.12.7)

#define M0P_KIB        1024u
#define M0P_BIT(n)     (1u << (n))
#define M0P_FLASH_BASE 0x08000000u
#define M0P_SRAM_BASE  0x20000000u
#define M0P_PAGE       (2 * M0P_KIB)

#define M0P_ON_IO(gate_)      .lanes = SIM_LANES_AHB, .bus = SIM_M0P_ON_IO, .gate = (gate_)
#define M0P_ON_AHB(gate_)     .lanes = SIM_LANES_AHB, .bus = SIM_M0P_ON_AHB, .gate = (gate_)
#define M0P_RAW(gate_)        .lanes = SIM_LANES_RAW, .bus = SIM_M0P_ON_AHB, .gate = (gate_)
#define M0P_ON_APB1(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_M0P_ON_APB1, .gate = (gate_)
#define M0P_ON_APB2(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_M0P_ON_APB2, .gate = (gate_)
#define M0P_FREEZE(line, bit) .freeze_line = (line), .freeze = M0P_BIT(bit)

// Ports sit on the core's own bus for them; for a debugger they are at the same addresses.
#define M0P_GPIO(letter, n, has, more)                                                             \
    {                                                                                              \
        .name = "GPIO" letter, .kind = &sim_part_gpio, .base = 0x50000000 + 0x400 * (n),           \
        M0P_ON_IO(M0P_BIT(n)), .features = (has), .number = (n), .config = (more)                  \
    }

// Rows of the parts that are at the same place, with the same gates and interrupts, in all families
// that have them (RM0444, 2.2, 5.4 and 12.3; RM0490, 3.2, 6.4 and 12.3; RM0503, 2.2, 5.4 and 12.3).
// has: the feature of chips that have it, or 0.
#define M0P_RCC(config_)                                                                           \
    {                                                                                              \
        .name = "RCC", .kind = &sim_part_rcc_m0p, .base = 0x40021000, M0P_ON_AHB(0), .irq = {4},   \
        .config = (config_)                                                                        \
    }
#define M0P_USART1(config_)                                                                        \
    {                                                                                              \
        .name = "USART1", .kind = &sim_part_usart, .base = 0x40013800, M0P_ON_APB2(M0P_BIT(14)),   \
        .irq = {27}, .number = 0, .config = (config_)                                              \
    }
#define M0P_USART2(config_)                                                                        \
    {                                                                                              \
        .name = "USART2", .kind = &sim_part_usart, .base = 0x40004400, M0P_ON_APB1(M0P_BIT(17)),   \
        .irq = {28}, .number = 1, .config = (config_)                                              \
    }
#define M0P_IWDG                                                                                   \
    {                                                                                              \
        .name = "IWDG", .kind = &sim_part_iwdg, .base = 0x40003000, M0P_ON_APB1(0),                \
        M0P_FREEZE(0, 12), .config = &sim_m0p_iwdg                                                 \
    }
#define M0P_WWDG                                                                                   \
    {                                                                                              \
        .name = "WWDG", .kind = &sim_part_wwdg, .base = 0x40002c00, M0P_ON_APB1(M0P_BIT(11)),      \
        .irq = {0}, M0P_FREEZE(0, 11), .config = &sim_m0p_wwdg                                     \
    }
#define M0P_ADC(config_)                                                                           \
    {                                                                                              \
        .name = "ADC", .kind = &sim_part_adc, .base = 0x40012400, M0P_ON_APB2(M0P_BIT(20)),        \
        .irq = {12}, .config = (config_)                                                           \
    }
#define M0P_TIM1                                                                                   \
    {                                                                                              \
        .name = "TIM1", .kind = &sim_part_tim, .base = 0x40012c00, M0P_ON_APB2(M0P_BIT(11)),       \
        .irq = {13, 14}, M0P_FREEZE(1, 11), .config = &sim_m0p_tim1                                \
    }
#define M0P_TIM2(has)                                                                              \
    {                                                                                              \
        .name = "TIM2", .kind = &sim_part_tim, .base = 0x40000000, M0P_ON_APB1(M0P_BIT(0)),        \
        .irq = {15}, M0P_FREEZE(0, 0), .config = &sim_m0p_tim2, .features = (has)                  \
    }
#define M0P_TIM3                                                                                   \
    {                                                                                              \
        .name = "TIM3", .kind = &sim_part_tim, .base = 0x40000400, M0P_ON_APB1(M0P_BIT(1)),        \
        .irq = {16}, M0P_FREEZE(0, 1), .config = &sim_m0p_tim3                                     \
    }
#define M0P_TIM6(has)                                                                              \
    {                                                                                              \
        .name = "TIM6", .kind = &sim_part_tim, .base = 0x40001000, M0P_ON_APB1(M0P_BIT(4)),        \
        .irq = {17}, M0P_FREEZE(0, 4), .config = &sim_m0p_tim6_7, .features = (has)                \
    }
#define M0P_TIM7(has)                                                                              \
    {                                                                                              \
        .name = "TIM7", .kind = &sim_part_tim, .base = 0x40001400, M0P_ON_APB1(M0P_BIT(5)),        \
        .irq = {18}, M0P_FREEZE(0, 5), .config = &sim_m0p_tim6_7, .features = (has)                \
    }
#define M0P_CRC                                                                                    \
    {                                                                                              \
        .name = "CRC", .kind = &sim_part_crc, .base = 0x40023000, M0P_RAW(M0P_BIT(12)),            \
        .config = &sim_m0p_crc                                                                     \
    }
#define M0P_EXTI(config_)                                                                          \
    {                                                                                              \
        .name = "EXTI", .kind = &sim_part_exti_m0p, .base = 0x40021800, M0P_ON_AHB(0),             \
        .irq = {5, 6, 7}, .config = (config_)                                                      \
    }
#define M0P_PWR(config_)                                                                           \
    {                                                                                              \
        .name = "PWR", .kind = &sim_part_pwr_m0p, .base = 0x40007000, M0P_ON_APB1(M0P_BIT(28)),    \
        .config = (config_)                                                                        \
    }
#define M0P_SYSCFG                                                                                 \
    {                                                                                              \
        .name = "SYSCFG", .kind = &sim_part_syscfg_m0p, .base = 0x40010000,                        \
        M0P_ON_APB2(M0P_BIT(0))                                                                    \
    }
#define M0P_ROM_TABLE                                                                              \
    {                                                                                              \
        .name = "ROM table", .kind = &sim_part_mcu_rom, .base = 0xf0000000, .size = 0x1000,        \
        .lanes = SIM_LANES_AHB, .is_for_debug = true                                               \
    }

// Of struct sim_family: core and SW-DP (RM0444, 40.5; RM0490, 27.3; RM0503, 40.3), pins (DS12232,
// DS13867 and DS14463, 5.3.14), and the pulses of resets: of every internal one, at least (RM0444,
// 5.1; RM0490, 6.1; RM0503, 5.1), and of power (tRSTTEMPO, typical; 5.3.3 of the data sheets).
#define M0P_IDENTITY                                                                               \
    .dpidr = 0x0bc11477, .ap_idr = 0x04770031, .rom_base = 0xf0000003,                             \
    .cpuid = 0x410cc601 /* r0p1 */
#define M0P_ELECTRICS_OF_PINS                                                                      \
    .drive_ohms = 50, .pull_ohms = 40000 /* 25 to 55 k */, .vil_per_vdd = 0.39f, .vil_mv = -60,    \
    .vih_per_vdd = 0.49f, .vih_mv = 260
#define M0P_FAMILY                                                                                 \
    .interrupts = 32, .swdio = {'A', 13, 0}, .swclk = {'A', 14, 0}, .system_reset_ns = 20000,      \
    .power_on_reset_ns = 250000, .choose_boot = sim_m0p_choose_boot

// Where options are in FLASH_OPTR.
#define M0P_OPTIONS                                                                                \
    .option_mask = {[SIM_OPTION_WATCHDOG_BY_SOFTWARE] = M0P_BIT(16),                               \
                    [SIM_OPTION_NO_RESET_IN_STOP] = M0P_BIT(13),                                   \
                    [SIM_OPTION_NO_RESET_IN_STANDBY] = M0P_BIT(14),                                \
                    [SIM_OPTION_WATCHDOG_IN_STOP] = M0P_BIT(17),                                   \
                    [SIM_OPTION_WATCHDOG_IN_STANDBY] = M0P_BIT(18),                                \
                    [SIM_OPTION_WINDOW_WATCHDOG_BY_SOFTWARE] = M0P_BIT(19),                        \
                    [SIM_OPTION_BOOT_SEL] = M0P_BIT(24),                                           \
                    [SIM_OPTION_NBOOT1] = M0P_BIT(25),                                             \
                    [SIM_OPTION_NBOOT0] = M0P_BIT(26)
#define M0P_OPTIONS_WITH_SHUTDOWN M0P_OPTIONS, [SIM_OPTION_NO_RESET_IN_SHUTDOWN] = M0P_BIT(15)

// What a factory-new chip and a broken one have in the words of options, but for the user word.
#define M0P_WORD(reg_, cell_, mask_, factory_, mismatched_)                                        \
    {                                                                                              \
        .reg = (reg_), .cell = (cell_), .mask = (mask_), .factory = (factory_),                    \
        .mismatched = (mismatched_)                                                                \
    }
// Execute-only areas of so many subpages, from A or B: none, and everything when broken.
#define M0P_PCROP_START(reg, cell, field) M0P_WORD(reg, cell, field, field, 0)
#define M0P_PCROP_END(reg, cell, field)   M0P_WORD(reg, cell, field, 0, field)
#define M0P_PCROP_RDP                     0x80000000u
#define M0P_WRP(reg, cell, field)         M0P_WORD(reg, cell, (field) | (field) << 16, field, field)
#define M0P_BOOT_LOCK                     0x00010000u

#endif
