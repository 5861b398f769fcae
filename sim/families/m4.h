// SPDX-License-Identifier: MIT
// What the families STM32L4, G4, WB and WL have in common: from where they boot, what the factory
// writes, the rows of parts that are alike, and the words of their options.
#ifndef SWDLINK_SIM_FAMILIES_M4_H
#define SWDLINK_SIM_FAMILIES_M4_H

#include "sim/families/m0plus.h"

// RM0351, 2.6; RM0394, 2.6; RM0432, 2.6; RM0440, 2.6; RM0434, 2.3; RM0453, 2.3: BOOT0 or nBOOT0 as
// nSWBOOT0 says, nBOOT1, and an empty flash.
enum sim_memory_kind sim_m4_choose_boot(const struct sim_boot_facts *facts);

// The system memory, and the engineering bytes: unique number, size of the flash, calibration at
// 3 V.
void sim_m4_fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes);

// Where they are, and the voltages that they stand for: at so many millivolts.
#define M4_SIGNATURE(cal_mv)                                                                       \
    {                                                                                              \
        .uid = 0x1fff7590, .flash_size = 0x1fff75e0, .ts_cal1 = 0x1fff75a8,                        \
        .vrefint_cal = 0x1fff75aa, .ts_cal2 = 0x1fff75ca, .cal_vdda_mv = (cal_mv),                 \
        .ts_cal1_mv = 760, .ts_cal2_mv = 1010, .vrefint_mv = 1212                                  \
    }

// The debug port: PA13 and PA15 pulled up, PA14 pulled down, PB3 and PB4; all other pins are analog
// (RM0351, 8.5).
extern const struct sim_gpio_config sim_m4_gpio_a, sim_m4_gpio_b, sim_m4_gpio;
extern const struct sim_tim_config sim_m4_tim16_17;

#define M4_GPIO(letter, n, has, more)                                                              \
    {                                                                                              \
        .name = "GPIO" letter, .kind = &sim_part_gpio, .base = 0x48000000 + 0x400 * (n),           \
        M0P_ON_IO(M0P_BIT(n)), .features = (has), .number = (n), .config = (more)                  \
    }

// The first converter of STM32L4 and WB, and of G4 (RM0351, 18.4.1; RM0434, 16.3.1;
// RM0440, 21.4.1): a reference of 1.212 V and a sensor with 747 mV at 25 degrees.
extern const struct sim_adc_config sim_m4_adc, sim_m4_adc_g4;
#define M4_ADC(base_, config_)                                                                     \
    {                                                                                              \
        .name = "ADC1", .kind = &sim_part_adc_l4, .base = (base_), M0P_ON_IO(M0P_BIT(13)),         \
        .irq = {18}, .config = (config_)                                                           \
    }

// Rows of the parts that are at the same place, with the same gates, in all of them; interrupts are
// those of STM32L4 and G4 (RM0351, 13.3; RM0440, 14.3).
#define M4_FLASH(config_)                                                                          \
    {                                                                                              \
        .name = "FLASH", .kind = &sim_part_flash_dw, .base = 0x40022000, M0P_ON_AHB(M0P_BIT(8)),   \
        .irq = {4}, .config = (config_)                                                            \
    }
#define M4_RCC(config_)                                                                            \
    {                                                                                              \
        .name = "RCC", .kind = &sim_part_rcc_m0p, .base = 0x40021000, M0P_ON_AHB(0), .irq = {5},   \
        .config = (config_)                                                                        \
    }
// Of struct sim_rcc_m0p_config: where the gates, the reset lines and the other registers are
// (RM0351, 6.4; RM0440, 7.4; RM0434, 8.4; RM0453, 7.4).
#define M4_RCC_REGISTERS                                                                           \
    .enr = {[SIM_M0P_ON_IO] = 0x4c,   [SIM_M0P_ON_AHB] = 0x48,  [SIM_M0P_ON_APB1] = 0x58,          \
            [SIM_M0P_ON_APB2] = 0x60, [SIM_M0P_ON_AHB3] = 0x50, [SIM_M0P_ON_MORE_APB1] = 0x5c},    \
    .rstr = {[SIM_M0P_ON_IO] = 0x2c,   [SIM_M0P_ON_AHB] = 0x28,  [SIM_M0P_ON_APB1] = 0x38,         \
             [SIM_M0P_ON_APB2] = 0x40, [SIM_M0P_ON_AHB3] = 0x30, [SIM_M0P_ON_MORE_APB1] = 0x3c},   \
    .ccipr = 0x88, .bdcr = 0x90, .csr = 0x94, .backup_is_guarded = true, .adc_select_shift = 28,   \
    .is_m4 = true
// And of STM32L4, WB and WL, which have MSI and begin with it at 4 MHz.
#define M4_RCC_FROM_MSI                                                                            \
    .first_clock = SIM_M0P_MSI,                                                                    \
    .sw = {SIM_M0P_MSI,    SIM_M0P_HSI,    SIM_M0P_HSE,    SIM_M0P_PLL,                            \
           SIM_M0P_CLOCKS, SIM_M0P_CLOCKS, SIM_M0P_CLOCKS, SIM_M0P_CLOCKS},                        \
    .pll_source = {SIM_M0P_CLOCKS, SIM_M0P_MSI, SIM_M0P_HSI, SIM_M0P_HSE}, .cr_reset = 0x60,       \
    .has_stop_choice = true
#define M4_USART1(config_, interrupt)                                                              \
    {                                                                                              \
        .name = "USART1", .kind = &sim_part_usart, .base = 0x40013800, M0P_ON_APB2(M0P_BIT(14)),   \
        .irq = {interrupt}, .number = 0, .config = (config_)                                       \
    }
#define M4_USART2(config_, interrupt)                                                              \
    {                                                                                              \
        .name = "USART2", .kind = &sim_part_usart, .base = 0x40004400, M0P_ON_APB1(M0P_BIT(17)),   \
        .irq = {interrupt}, .number = 1, .config = (config_)                                       \
    }
#define M4_WWDG(config_)                                                                           \
    {                                                                                              \
        .name = "WWDG", .kind = &sim_part_wwdg, .base = 0x40002c00, M0P_ON_APB1(M0P_BIT(11)),      \
        .irq = {0}, M0P_FREEZE(0, 11), .config = (config_)                                         \
    }
#define M4_TIM(name_, base_, gate_bit, interrupt, freeze_bit, config_, has)                        \
    {                                                                                              \
        .name = name_, .kind = &sim_part_tim, .base = (base_), M0P_ON_APB1(M0P_BIT(gate_bit)),     \
        .irq = {interrupt}, M0P_FREEZE(0, freeze_bit), .config = (config_), .features = (has)      \
    }
#define M4_LATE_TIM(name_, base_, bit, interrupt, config_, number_, has)                           \
    {                                                                                              \
        .name = name_, .kind = &sim_part_tim, .base = (base_), M0P_ON_APB2(M0P_BIT(bit)),          \
        .irq = {interrupt}, M0P_FREEZE(1, bit), .config = (config_), .number = (number_),          \
        .features = (has)                                                                          \
    }
#define M4_EXTI(base_, config_, last_five, last_six)                                               \
    {                                                                                              \
        .name = "EXTI", .kind = &sim_part_exti, .base = (base_), M0P_ON_APB2(0),                   \
        .irq = {6, 7, 8, 9, 10, last_five, last_six}, .config = (config_)                          \
    }
#define M4_EXTI_LINES                                                                              \
    {                                                                                              \
        0x0001, 0x0002, 0x0004, 0x0008, 0x0010, 0x03e0, 0xfc00                                     \
    }
#define M4_PWR(config_)                                                                            \
    {                                                                                              \
        .name = "PWR", .kind = &sim_part_pwr_m0p, .base = 0x40007000, M0P_ON_APB1(M0P_BIT(28)),    \
        .config = (config_)                                                                        \
    }
#define M4_SYSCFG(config_, gate_)                                                                  \
    {                                                                                              \
        .name = "SYSCFG", .kind = &sim_part_syscfg_l4, .base = 0x40010000, M0P_ON_APB2(gate_),     \
        .config = (config_)                                                                        \
    }
#define M4_DBGMCU(config_)                                                                         \
    {                                                                                              \
        .name = "DBGMCU", .kind = &sim_part_dbgmcu, .base = 0xe0042000, .lanes = SIM_LANES_AHB,    \
        .config = (config_), .is_for_debug = true                                                  \
    }

// Programs that STM32WB and WL can be given.
extern const struct sim_program sim_m4_cpu2_programs[];

// Of struct sim_family: the core (Cortex-M4 r0p1), pins (as on STM32G0: DS10198, DS12288, DS11929
// and DS13105, I/O port characteristics), and the pulses of resets: of every internal one, at least
// (RM0351, 6.1), and of power (tRSTTEMPO, typical).
#define M4_IDENTITY(id)                                                                            \
    .ap_idr = 0x24770011, .rom_base = 0xe00ff003, .cpuid = 0x410fc241, .designer = 0x020,          \
    .part = (id)
#define M4_FAMILY(fill)                                                                            \
    .swdio = {'A', 13, 0}, .swclk = {'A', 14, 0}, .system_reset_ns = 20000,                        \
    .power_on_reset_ns = 250000, .choose_boot = sim_m4_choose_boot, .fill_factory = (fill)

// Where options are in FLASH_OPTR (RM0351, 3.7.8; RM0440, 3.7.8).
#define M4_OPTIONS                                                                                 \
    .option_mask = {[SIM_OPTION_NO_RESET_IN_STOP] = M0P_BIT(12),                                   \
                    [SIM_OPTION_NO_RESET_IN_STANDBY] = M0P_BIT(13),                                \
                    [SIM_OPTION_NO_RESET_IN_SHUTDOWN] = M0P_BIT(14),                               \
                    [SIM_OPTION_WATCHDOG_BY_SOFTWARE] = M0P_BIT(16),                               \
                    [SIM_OPTION_WATCHDOG_IN_STOP] = M0P_BIT(17),                                   \
                    [SIM_OPTION_WATCHDOG_IN_STANDBY] = M0P_BIT(18),                                \
                    [SIM_OPTION_WINDOW_WATCHDOG_BY_SOFTWARE] = M0P_BIT(19),                        \
                    [SIM_OPTION_NBOOT1] = M0P_BIT(23)
#define M4_OPTIONS_WITH_NSWBOOT0                                                                   \
    M4_OPTIONS, [SIM_OPTION_BOOT_SEL] = M0P_BIT(26), [SIM_OPTION_NBOOT0] = M0P_BIT(27)

#define M4_SYSTEM                                                                                  \
    {                                                                                              \
        SIM_MEMORY_SYSTEM, 0x1fff0000, 28 * M0P_KIB, 0, 0, 0                                       \
    }
#define M4_FACTORY                                                                                 \
    {                                                                                              \
        SIM_MEMORY_FACTORY, 0x1fff7400, 0x400, 0, 0, 0                                             \
    }
#define M4_OTP                                                                                     \
    {                                                                                              \
        SIM_MEMORY_OTP, 0x1fff7000, 0x400, 0, 8, 0                                                 \
    }

#endif
