// SPDX-License-Identifier: MIT
// The virtual STM32L0 chips: rows for sim/families/chips.c, and what sets their kinds apart.
#ifndef SWDLINK_SIM_FAMILIES_STM32L0_H
#define SWDLINK_SIM_FAMILIES_STM32L0_H

#include "sim/chip/chip_row.h"

// What a chip of the family has beyond the rest.
enum sim_stm32l0_has {
    SIM_L0_HAS_PORT_D = 1 << 0,
    SIM_L0_HAS_PORT_E = 1 << 1,
    SIM_L0_HAS_USART1 = 1 << 2,
    SIM_L0_HAS_TIM22 = 1 << 3,
    SIM_L0_HAS_TIM6 = 1 << 4,
    SIM_L0_HAS_TIM3_TIM7 = 1 << 5,
    SIM_L0_HAS_HSI48 = 1 << 6,
    SIM_L0_HAS_TWO_BANKS = 1 << 7,
    SIM_L0_HAS_EMPTY_CHECK = 1 << 8, // and nBOOT_SEL, nBOOT0
    SIM_L0_HAS_LPUART1 = 1 << 9,
};

#define SIM_L0_FACTORY_BASE 0x1ff80020u // the factory's options: identity and calibration
#define SIM_L0_VREFINT_MV   1224u       // DS10152, 6.3.3
#define SIM_L0_TS_30_MV     509u // of the temperature sensor: 670 mV at 130 degrees, 1.61 mV each
#define SIM_L0_TS_130_MV    670u
#define SIM_L0_TS_25_MV     501u

// stm32l0_factory.c: of struct sim_family.
void sim_stm32l0_fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                              uint8_t *bytes);
enum sim_memory_kind sim_stm32l0_choose_boot(const struct sim_boot_facts *facts);

const struct sim_chip_row *sim_stm32l0_at(unsigned index); // NULL: there are no more

#endif
