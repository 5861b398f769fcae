// SPDX-License-Identifier: MIT
#include "sim/families/m0plus.h"

// The debug port: PA13 pulled up and fast, PA14 pulled down; all other pins are analog
// (RM0444, 7.4).
const struct sim_gpio_config sim_m0p_gpio_a = {
    .moder = 0xebffffff, .ospeedr = 0x0c000000, .pupdr = 0x24000000};
const struct sim_gpio_config sim_m0p_gpio = {.moder = 0xffffffff};

const struct sim_crc_config sim_m0p_crc = {.polynomial_feature = 0};
const struct sim_iwdg_config sim_m0p_iwdg = {.stops_in_stop = true};
const struct sim_wwdg_config sim_m0p_wwdg = {11, 7, .starts_by_option = true};

const struct sim_tim_config sim_m0p_tim1 = {16, 4,
                                            SIM_TIM_DOWN | SIM_TIM_REPEATS | SIM_TIM_TWO_IRQS};
const struct sim_tim_config sim_m0p_tim2 = {32, 4, SIM_TIM_DOWN};
const struct sim_tim_config sim_m0p_tim3 = {16, 4, SIM_TIM_DOWN};
const struct sim_tim_config sim_m0p_tim6_7 = {16, 0, 0};
const struct sim_tim_config sim_m0p_tim14 = {16, 1, SIM_TIM_REMAPS | SIM_TIM_SELECTS};
const struct sim_tim_config sim_m0p_tim15 = {16, 2, SIM_TIM_REPEATS};
const struct sim_tim_config sim_m0p_tim16_17 = {16, 1,
                                                SIM_TIM_REPEATS | SIM_TIM_REMAPS | SIM_TIM_SELECTS};

const uint16_t sim_m0p_sampling_halves[8] = {3, 7, 15, 25, 39, 79, 159, 321};

enum sim_memory_kind sim_m0p_choose_boot(const struct sim_boot_facts *facts)
{
    bool by_pin = !facts->option[SIM_OPTION_BOOT_SEL];
    bool from_flash = by_pin ? !facts->boot0 : facts->option[SIM_OPTION_NBOOT0];
    if (facts->rdp_level == 2 || facts->option[SIM_OPTION_BOOT_LOCK])
        return SIM_MEMORY_FLASH;
    if (from_flash)
        return facts->flash_empty ? SIM_MEMORY_SYSTEM : SIM_MEMORY_FLASH;
    return facts->option[SIM_OPTION_NBOOT1] ? SIM_MEMORY_SYSTEM : SIM_MEMORY_SRAM;
}

void sim_m0p_fill_factory(const struct sim_factory_signature *signature,
                          const struct sim_chip_row *row, const struct sim_memory_row *memory,
                          uint8_t *bytes)
{
    // Where on the wafer, in binary; wafer 9, lot "7731P05" in letters.
    static const uint8_t uid[] = {0x25, 0x00, 0x31, 0x00, 9, '7', '7', '3', '1', 'P', '0', '5'};
    if (memory->kind == SIM_MEMORY_SYSTEM)
        sim_factory_put_boot_loader(row, memory, bytes);
    else if (memory->kind == SIM_MEMORY_FACTORY)
        sim_factory_put_signature(signature, uid, row, memory, bytes);
}
