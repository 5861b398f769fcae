// SPDX-License-Identifier: MIT
// The virtual chips as data: what differs between the parts of a family. A row is a part number;
// the peripherals it is made of are files of their own.
#ifndef SWDLINK_SIM_FAMILIES_CHIPS_H
#define SWDLINK_SIM_FAMILIES_CHIPS_H

#include <stdbool.h>
#include <stdint.h>

// A pin that can be the TX of a USART, with the alternate function that makes it so.
struct sim_tx_pin {
    char port; // 'A' to 'F', 0: end of the list
    uint8_t pin, af;
};

// A piece of the address map that exists in silicon and is not modelled.
struct sim_region {
    const char *name; // NULL: end of the list
    uint32_t base, size;
};

// What a part has beyond the smallest of the family.
enum sim_chip_feature {
    SIM_HAS_USART2 = 1 << 0,
    SIM_HAS_TIM2 = 1 << 1,
    SIM_HAS_BOOT_SEL = 1 << 2,    // option bits nBOOT0 and BOOT_SEL (RM0091, 2.5)
    SIM_HAS_EMPTY_CHECK = 1 << 3, // an empty flash boots the system memory (RM0091, 2.5)
    SIM_HAS_HSI48 = 1 << 4,
    SIM_HAS_TIM6 = 1 << 6,
    SIM_HAS_TIM7 = 1 << 7,
    SIM_HAS_TIM15 = 1 << 8,
    SIM_HAS_CRC_POLYNOMIAL = 1 << 5, // CRC_POL and POLYSIZE (RM0091, 12.2)
};

struct sim_chip_row {
    const char *name;
    uint32_t idcode; // DBGMCU_IDCODE as read, REV_ID included
    uint32_t flash_size, page_size, sram_size;
    uint32_t system_base, system_size; // system memory, up to the option bytes
    uint32_t exti_imr;                 // reset value of EXTI_IMR: the internal lines are open
    unsigned features;                 // of enum sim_chip_feature
    const char *ports;                 // of GPIO
    const struct sim_tx_pin *tx[2];    // of USART1 and USART2
    const struct sim_region *regions;  // not modelled
};

// NULL when there is no such chip.
const struct sim_chip_row *sim_chips_find(const char *name);
// The row at an index, or NULL behind the last one.
const struct sim_chip_row *sim_chips_at(unsigned index);

#endif
