// SPDX-License-Identifier: MIT
// What a family file says of a chip: data, from which sim/chip/ builds it.
#ifndef SWDLINK_SIM_CHIP_CHIP_ROW_H
#define SWDLINK_SIM_CHIP_CHIP_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/chip/chip.h"
#include "sim/chip/signals.h"

#define SIM_MAX_MEMORIES 12u

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
    SIM_MEMORY_EEPROM,  // data EEPROM
    SIM_MEMORY_FACTORY, // identity and calibration where they are not in the system memory
    SIM_MEMORY_OTP,     // can be programmed once
    SIM_MEMORY_SRAM2,   // what read protection guards as it does the flash
    SIM_MEMORY_KINDS,
};

struct sim_memory_row {
    enum sim_memory_kind kind;
    uint32_t base, size; // size 0: end of the list
    uint32_t page_size;  // of flash, else 0
    uint32_t unit;       // that check bits stand for; 0: none do
    uint32_t alias;      // where it is once more; 0: nowhere
};

// What a part of this chip is told instead of the config in its row.
struct sim_part_config {
    const char *part; // its name in the family's list; NULL: end of the list
    const void *config;
};

struct sim_chip_row {
    const char *name;
    const struct sim_family *family;
    uint32_t idcode; // of its debug support unit as read, revision included
    struct sim_memory_row memory[SIM_MAX_MEMORIES];
    unsigned features;                     // of the family's own kind
    const struct sim_part_config *configs; // of parts that are not as their rows say; NULL: none
    const struct sim_region *regions;      // not modelled
};

// What decides from where a chip boots.
struct sim_boot_facts {
    const struct sim_chip_row *row;
    bool boot0, boot1; // of BOOT1, the pin that the chips have on PB2
    bool flash_empty;
    unsigned rdp_level;
    bool option[SIM_OPTIONS]; // each one's line of SIM_OPTION is not 0
    uint32_t address;         // the one of BOOT0's level (SIM_BOOT_ADDRESS)
};

// A program that a chip can be given by name: words that are written to registers one after the
// other, and an end.
enum sim_program_end { SIM_END_RUN, SIM_END_SLEEP, SIM_END_FAULT };
#define SIM_PROGRAM_STEPS 8u
#define SIM_PROGRAM_WAIT  1u // in place of an address: wait for so many turns of 4 cycles
struct sim_program {
    const char *name; // NULL: end of the list
    struct {
        uint32_t addr, value;
    } step[SIM_PROGRAM_STEPS]; // up to an address of 0
    enum sim_program_end end;
};

// A memory that has a clock of its own: without it, it reads as 0 and takes no writes.
struct sim_memory_gate {
    uint32_t base;
    unsigned bus;  // line of SIM_CLOCK_ENABLED
    uint32_t gate; // its bit there; 0: end of the list
};

// A second core, with a bus of its own to the same parts and most of the same memories.
#define SIM_SECOND_ALIASES 3u
struct sim_second_core {
    uint32_t cpuid;
    unsigned interrupts;
    uint32_t systick_calib;
    struct {
        uint32_t base, alias; // of a memory that is there once more; alias 0: end of the list
    } alias[SIM_SECOND_ALIASES];
};

struct sim_family {
    const char *name;
    // But for idcode, which is the chip's. The CPUID decides which kind of core it is
    // (sim/core/kind.h).
    struct sim_identity identity;
    unsigned interrupts;
    bool no_mpu;            // the core has no protection unit, though its kind can have one
    unsigned mpu_regions;   // of it; 0: as many as its kind usually has
    bool has_single_fpu;    // a Cortex-M7 without double precision
    struct sim_l1_sizes l1; // its caches and TCMs
    uint32_t systick_calib; // SYST_CALIB; 0: that of an STM32F0
    unsigned more_aps;      // access ports beyond the first one, whose facts are in identity
    struct sim_ap_row ap[SIM_MAX_APS - 1];
    uint32_t debug_bus; // where a program has what SIM_AP_DEBUG_BUS reaches at 0xe00e0000
    const struct sim_second_core *second_core; // NULL: there is none
    const struct sim_memory_gate *gates;       // NULL: all memories have their clock
    const struct sim_part_row *parts;          // end with a row without a kind
    struct sim_pin swdio, swclk;
    uint32_t hse_hz; // of the crystal that the chips are made for; 0: 8 MHz
    struct sim_electrics electrics;
    uint64_t system_reset_ns, power_on_reset_ns; // the pulses
    bool loads_options_at_reset;                 // at each one, and not only at that of power
    bool has_one_protection_level;               // of reading
    // The options hold the addresses of the vector table, for BOOT0 low and high (a Cortex-M7): no
    // memory is shown at 0.
    bool boots_by_address;
    // VDDA feeds the reset block: too little of it is a power-on reset, whatever the options are.
    bool has_reset_on_vdda;
    enum sim_memory_kind (*choose_boot)(const struct sim_boot_facts *facts);
    // What the factory writes into a memory that is all ones so far.
    void (*fill_factory)(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes);
    // Beside those that need nothing but a core (sim/families/programs.h); NULL: none.
    const struct sim_program *programs;
};

// The first memory of a kind, or NULL.
const struct sim_memory_row *sim_chip_row_memory(const struct sim_chip_row *row,
                                                 enum sim_memory_kind kind);
// The one that an address is in, or NULL.
const struct sim_memory_row *sim_chip_row_memory_at(const struct sim_chip_row *row, uint32_t addr);

#endif
