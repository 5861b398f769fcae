// SPDX-License-Identifier: MIT
#include "sim/families/m4.h"

#include "sim/families/programs.h"

const struct sim_gpio_config sim_m4_gpio_a = {
    .moder = 0xabffffff, .ospeedr = 0x0c000000, .pupdr = 0x64000000};
const struct sim_gpio_config sim_m4_gpio_b = {.moder = 0xfffffebf, .pupdr = 0x00000100};
const struct sim_gpio_config sim_m4_gpio = {.moder = 0xffffffff};
const struct sim_tim_config sim_m4_tim16_17 = {16, 1, SIM_TIM_REPEATS | SIM_TIM_REMAPS};

const struct sim_adc_config sim_m4_adc = {
    .channel = {{0, 0, 0},
                {'C', 0, 0},
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
                {'A', 7, 0},
                {'C', 4, 0},
                {'C', 5, 0},
                {'B', 0, 0}},
    .reference_mv = 1212,
    .temperature_mv = 747,
    .temperature_channel = 17,
    .reference_channel = 0,
    .battery_channel = 18,
    .battery_divider = 3,
};
const struct sim_adc_config sim_m4_adc_g4 = {
    .channel = {{0, 0, 0},
                {'A', 0, 0},
                {'A', 1, 0},
                {'A', 2, 0},
                {'A', 3, 0},
                {'B', 14, 0},
                {'C', 0, 0},
                {'C', 1, 0},
                {'C', 2, 0},
                {'C', 3, 0},
                {'F', 0, 0},
                {'B', 12, 0},
                {'B', 1, 0},
                {0, 0, 0},
                {'B', 11, 0},
                {'B', 0, 0}},
    .reference_mv = 1212,
    .temperature_mv = 747,
    .temperature_channel = 16,
    .reference_channel = 18,
    .battery_channel = 17,
    .battery_divider = 3,
    .cfgr_reset = 0x80000000, // JQDIS
};

enum sim_memory_kind sim_m4_choose_boot(const struct sim_boot_facts *facts)
{
    bool by_pin = facts->option[SIM_OPTION_BOOT_SEL];
    bool from_flash = by_pin ? !facts->boot0 : facts->option[SIM_OPTION_NBOOT0];
    if (facts->rdp_level == 2 || facts->option[SIM_OPTION_BOOT_LOCK])
        return SIM_MEMORY_FLASH;
    if (from_flash)
        return facts->flash_empty ? SIM_MEMORY_SYSTEM : SIM_MEMORY_FLASH;
    return facts->option[SIM_OPTION_NBOOT1] ? SIM_MEMORY_SYSTEM : SIM_MEMORY_SRAM;
}

// RM0351, 49 for identity and size; DS10198, DS12288, DS11929 and DS13105 for the calibration
// values, taken at 3 V, of a reference of 1.212 V and a sensor with 0.76 V at 30 degrees and 2.5 mV
// more for each degree.
void sim_m4_fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes)
{
    static const struct sim_factory_signature signature = M4_SIGNATURE(3000);
    sim_m0p_fill_factory(&signature, row, memory, bytes);
}

// ---- programs -----------------------------------------------------------------------------------

#define RCC_CFGR    0x58000008u
#define RCC_AHB2ENR 0x5800004cu
#define PWR_CR1     0x58000400u
#define PWR_C2CR1   0x58000480u
#define GPIOA_MODER 0x48000000u
#define SCB_SCR     0xe000ed10u

// The second core sleeps as deeply as the first one is asked to.
#define DEEP_SLEEP(name_, lpms)                                                                    \
    {                                                                                              \
        .name = name_,                                                                             \
        .step = {{PWR_C2CR1, lpms},                                                                \
                 {PWR_CR1, 0x200 | (lpms)},                                                        \
                 {SCB_SCR, 4},                                                                     \
                 {SIM_PROGRAM_WAIT, 5000}},                                                        \
        .end = SIM_END_SLEEP                                                                       \
    }
const struct sim_program sim_m4_cpu2_programs[] = {
    {.name = "swd-off", // 5 ms after reset PA13 and PA14 become analog inputs
     .step = {{RCC_AHB2ENR, 1}, {SIM_PROGRAM_WAIT, 5000}, {GPIOA_MODER, 0xbfffffff}},
     .end = SIM_END_RUN},
    DEEP_SLEEP("stop", 0),
    DEEP_SLEEP("standby", 3),
    DEEP_SLEEP("shutdown", 4),
    SIM_PROGRAM_IWDG(300, 5000), // bites every 38 ms
    {.name = "slow-clock",       // 5 ms after reset HCLK is 7.8 kHz
     .step = {{SIM_PROGRAM_WAIT, 5000}, {RCC_CFGR, 0xf0}},
     .end = SIM_END_RUN},
    {.name = NULL},
};
