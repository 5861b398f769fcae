// SPDX-License-Identifier: MIT
// What a family file says of a chip: data, from which sim/chip/ builds it.
#ifndef SWDLINK_SIM_CHIP_CHIP_ROW_H
#define SWDLINK_SIM_CHIP_CHIP_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/chip/chip.h"

#define SIM_MAX_MEMORIES 6u

// A pin, and which alternate function of it is meant.
struct sim_pin {
    char port; // from 'A' on; 0: end of a list
    uint8_t pin, af;
};

// A piece of the address map that exists in silicon and is not modelled.
struct sim_region {
    const char *name; // NULL: end of the list
    uint32_t base, size;
};

enum sim_memory_kind {
    SIM_MEMORY_FLASH,
    SIM_MEMORY_SYSTEM, // the boot loader's, with the factory's values
    SIM_MEMORY_SRAM,
    SIM_MEMORY_OPTIONS,
};

struct sim_memory_row {
    enum sim_memory_kind kind;
    uint32_t base, size; // size 0: end of the list
    uint32_t page_size;  // of flash, else 0
};

struct sim_chip_row {
    const char *name;
    const struct sim_family *family;
    uint32_t idcode; // of its debug support unit as read, revision included
    struct sim_memory_row memory[SIM_MAX_MEMORIES];
    uint32_t exti_imr;                // reset value of EXTI_IMR: the internal lines are open
    unsigned features;                // of the family's own kind
    const struct sim_pin *tx[2];      // of USART1 and USART2: the pins that can be TX
    const struct sim_region *regions; // not modelled
};

// What decides from where a chip boots.
struct sim_boot_facts {
    const struct sim_chip_row *row;
    bool boot0, flash_empty;
    unsigned rdp_level;
    bool option[16]; // of enum sim_option
};

struct sim_family {
    const char *name;
    struct sim_identity identity; // but for idcode, which is the chip's
    unsigned interrupts;
    unsigned more_aps; // access ports beyond the first one, whose facts are in identity
    struct sim_ap_row ap[SIM_MAX_APS - 1];
    const struct sim_part_row *parts; // end with a row without a kind
    struct sim_pin swdio, swclk;
    uint32_t power_down_mv; // of VDDA, below which the supervisor holds the chip in reset
    uint64_t system_reset_ns, power_on_reset_ns; // the pulses
    enum sim_memory_kind (*choose_boot)(const struct sim_boot_facts *facts);
    // What the factory writes into a memory that is all ones so far.
    void (*fill_factory)(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes);
};

// The first memory of a kind, or NULL.
const struct sim_memory_row *sim_chip_row_memory(const struct sim_chip_row *row,
                                                 enum sim_memory_kind kind);

#endif
