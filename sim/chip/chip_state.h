// SPDX-License-Identifier: MIT
// The inside of the virtual chip, shared by the files of sim/chip/ that make it up. Nobody else
// includes this: parts see their chip through part.h.
#ifndef SWDLINK_SIM_CHIP_CHIP_STATE_H
#define SWDLINK_SIM_CHIP_CHIP_STATE_H

#include "sim/chip/part.h"

#define SIM_USART_ROOM  65536u
#define SIM_MAX_PARTS   48u
#define SIM_STORE_PAGES 256u // erase counts in a store= file, at least

// Loses its contents with the power.
static inline bool sim_memory_is_ram(enum sim_memory_kind kind)
{
    return kind == SIM_MEMORY_SRAM || kind == SIM_MEMORY_SRAM2;
}

struct sim_chip {
    const struct sim_chip_row *row;
    struct sim_clock *clock;
    struct sim_account *account;
    struct log *log;
    struct sim_bus bus;
    struct sim_core *core;
    // A second core has its own bus, and its own clock, which follows the other one.
    struct sim_bus bus2;
    struct sim_clock clock2;
    struct sim_core *core2;   // NULL: there is none
    struct sim_bus *used_bus; // that the access under way is on
    bool by_debug_bus;        // it comes from the bus of the units of debug
    uint64_t random;
    struct sim_signals signals;
    struct sim_part part[SIM_MAX_PARTS];
    unsigned parts;
    struct sim_memory memory[SIM_MAX_MEMORIES];
    unsigned memories;

    // Supply, pins, reset.
    bool powered, dead, nrst_low, boot0;
    uint32_t vdd_mv, vdda_mv;
    struct sim_identity identity;
    bool in_reset;         // the reset line inside is low
    bool power_on_reset;   // and it is the one of power-on
    uint64_t release_ns;   // when the chip itself lets go of it
    unsigned reset_causes; // of a reset that was asked for and has not come yet, 0: none
    struct sim_timer reset_timer;
    bool pulls_nrst; // the pulse of a reset is under way
    void (*nrst_pulled)(void *arg, bool low);
    void *nrst_arg;
    unsigned power_resets; // so far
    bool halted, halted2;  // the cores, when the chip looked last
    bool unseen;           // the access under way is nobody's: see sim_chip_peek_word()

    uint8_t *usart_out; // a ring: the oldest bytes go first
    size_t usart_start, usart_len;
};

static inline uint64_t sim_chip_level(const struct sim_chip *chip, enum sim_signal signal,
                                      unsigned line)
{
    return sim_signal_level(&chip->signals, signal, line);
}

// map.c
bool sim_map_create_memories(struct sim_chip *chip); // false: out of memory
void sim_map_destroy_memories(struct sim_chip *chip);
void sim_map_build(struct sim_chip *chip);
void sim_map_follow_gates(struct sim_chip *chip); // of memories with clocks
// The memory that has this address, whatever stands in the way of the bus; NULL: none.
const struct sim_memory *sim_map_memory_at(const struct sim_chip *chip, uint32_t addr);
// A memory as it comes from the factory.
void sim_map_fill_factory(const struct sim_chip *chip, const struct sim_memory *m);
void sim_map_reset(struct sim_chip *chip, enum sim_reset kind); // every part

// slot.c
bool sim_slot_create_parts(struct sim_chip *chip); // false: out of memory
void sim_slot_destroy_parts(struct sim_chip *chip);
extern const struct sim_device sim_slot_device;

// view.c
// Of each access of a debugger to the system's bus.
enum sim_bus_status sim_view_gate(void *chip, uint32_t addr);
// Whether a master on the second core's bus, or beside the cores, gets to a memory.
bool sim_view_is_of_first_core(const struct sim_memory_row *row);

// second.c
bool sim_second_create(struct sim_chip *chip); // false: out of memory
void sim_second_hold(struct sim_chip *chip, enum sim_reset kind);
void sim_second_release(struct sim_chip *chip);
uint64_t sim_second_limit(const struct sim_chip *chip, uint64_t until_ns); // of a run of the first
void sim_second_run(struct sim_chip *chip);         // until it is where the first one is
bool sim_second_is_up(const struct sim_chip *chip); // there, and not held

// reset.c
void sim_reset_create(struct sim_chip *chip);

#endif
