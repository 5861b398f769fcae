// SPDX-License-Identifier: MIT
// A part of a virtual chip: one peripheral of one version, as a family lists it. A kind of part is
// a const table in sim/parts/; where it sits, what it is wired to and what differs from chip to
// chip is a row of the family in sim/families/. The chip allocates the part's state, puts it on the
// bus, resets it, and carries its signals (sim/chip/signals.h). A part knows no other part.
#ifndef SWDLINK_SIM_CHIP_PART_H
#define SWDLINK_SIM_CHIP_PART_H

#include "base/log.h"
#include "sim/chip/chip.h"
#include "sim/chip/chip_row.h"
#include "sim/chip/signals.h"
#include "sim/core/bus.h"
#include "sim/core/core.h"
#include "sim/time/account.h"
#include "sim/time/clock.h"

// How a bus treats accesses narrower than a register (RM0091, 2.1).
enum sim_lanes {
    SIM_LANES_APB, // the bridge duplicates what is written into all lanes
    SIM_LANES_AHB, // bytes go where they belong
    SIM_LANES_RAW, // the device sees the width
};

#define SIM_PART_SIZE       0x400u // of the registers of most parts
#define SIM_PART_INTERRUPTS 7u

struct sim_part_drives {
    enum sim_signal signal;
    unsigned lines; // the first ones, or 0: the one of the part's number
    sim_signal_level_fn *level;
};

struct sim_part_listens {
    enum sim_signal signal;
    sim_signal_heard_fn *heard;
};

// create: state is zeroed; false: out of memory. destroy: frees what create has allocated, NULL:
// nothing. drives and listens end with a row without a function; NULL: none.
struct sim_part_kind {
    const char *name;
    size_t state_size;
    bool (*create)(void *state, struct sim_part *part);
    void (*destroy)(void *state);
    struct sim_device device; // reset, read, write
    const struct sim_part_drives *drives;
    const struct sim_part_listens *listens;
};

struct sim_part_row {
    const char *name;
    const struct sim_part_kind *kind;
    uint32_t base;
    uint32_t size; // of the address range of its registers; 0: SIM_PART_SIZE
    enum sim_lanes lanes;
    unsigned bus;      // line of SIM_CLOCK_ENABLED and SIM_RESET_HELD
    uint32_t gate;     // its bit there; 0: always on
    unsigned features; // of the chip, without which it is not there
    unsigned number;   // of several alike: the line of its signals
    uint8_t irq[SIM_PART_INTERRUPTS];
    unsigned freeze_line; // of SIM_FREEZE
    uint32_t freeze;      // its bits there; 0: goes on while the core is halted
    // The debug support unit: a debugger reaches it while the system is in reset, its first
    // register even without its clock.
    bool is_for_debug;
    const void *config; // of the kind's own type; a chip's row may have another one for it
};

static inline uint32_t sim_part_size(const struct sim_part_row *row)
{
    return row->size ? row->size : SIM_PART_SIZE;
}

// What a part sees of its chip.
struct sim_part {
    struct sim_chip *chip;
    const struct sim_part_row *row;
    const void *config; // the chip's for this part, or that of the row
    struct sim_clock *clock;
    struct sim_core *core;
    struct sim_account *account;
    struct sim_signals *signals;
    struct log *log;
    void *state;
    bool gate_reported; // that its clock is off
};

// part.c
static inline uint64_t sim_part_level(const struct sim_part *part, enum sim_signal signal,
                                      unsigned line)
{
    return sim_signal_level(part->signals, signal, line);
}
static inline void sim_part_tell(const struct sim_part *part, enum sim_signal signal, unsigned line,
                                 uint64_t value)
{
    sim_signal_tell(part->signals, signal, line, value);
}
// The nth interrupt of its row goes active or inactive.
void sim_part_irq(const struct sim_part *part, unsigned n, bool active);
// Its clock is on.
bool sim_part_is_clocked(const struct sim_part *part);
// A clock of its bus: SIM_PCLK_HZ or SIM_TIMER_HZ, on the bus's line, or on the first one where all
// buses have the same.
uint64_t sim_part_bus_hz(const struct sim_part *part, enum sim_signal signal);
// The core is halted, and the part stops with it.
bool sim_part_is_frozen(const struct sim_part *part);
// What a pin belongs to.
bool sim_signal_pin_is(const struct sim_signals *signals, const struct sim_pin *pin);

// chip.c: the chip at the service of its parts.
const struct sim_chip_row *sim_chip_row(const struct sim_chip *chip);
uint32_t sim_chip_random(struct sim_chip *chip); // decided by the seed
// Notes a violation, with who did it: the program or the debugger.
void sim_chip_violation(struct sim_chip *chip, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
bool sim_chip_is_in_reset(const struct sim_chip *chip);
// Of two cores, the second one is there and halted.
bool sim_chip_is_second_halted(const struct sim_chip *chip);
void sim_chip_second_irq(struct sim_chip *chip, unsigned n, bool active);
uint32_t sim_chip_vdd_mv(const struct sim_chip *chip);
uint32_t sim_chip_vdda_mv(const struct sim_chip *chip);
// Tells all parts that core or freeze bits may have changed.
void sim_chip_follow_debug(struct sim_chip *chip);
// The access under way stalls; to be returned.
enum sim_bus_status sim_chip_stall(struct sim_chip *chip, uint64_t until_ns);
// A byte that a transmitter has put on a pin: the board's host hears it.
void sim_chip_put_usart(struct sim_chip *chip, uint8_t byte);

// map.c: memories and what the bus shows of them.
// The check bits of a unit of memory: whether they fit what it holds.
enum sim_unit_state {
    SIM_UNIT_FITS,
    SIM_UNIT_ONE_WRONG,  // bit: it is corrected
    SIM_UNIT_TWO_WRONG,  // or more: it is found out
    SIM_UNIT_PROGRAMMED, // with all ones: it looks erased and is not
};
struct sim_memory {
    struct sim_memory_row row;
    uint8_t *bytes;
    unsigned *erase_count; // a page
    uint8_t *unit_state;   // of enum sim_unit_state; NULL: it has no check bits
};
struct sim_memory *sim_chip_memory(const struct sim_chip *chip, enum sim_memory_kind kind);
// More devices of a part than its registers.
void sim_chip_map(struct sim_chip *chip, const char *name, uint32_t base, uint32_t size,
                  const struct sim_device *device, void *self);
void sim_map_update(struct sim_chip *chip); // the windows, after anything that opens or shuts one

// slot.c: resets the parts whose bits in the reset registers are set.
void sim_chip_follow_resets(struct sim_chip *chip);

// reset.c
// A system reset from inside, at the next opportunity; of enum sim_reset_cause. Safe in the middle
// of an access.
void sim_reset_request(struct sim_chip *chip, unsigned causes);
// At once.
void sim_reset_assert(struct sim_chip *chip, enum sim_reset kind, unsigned causes);

#endif
