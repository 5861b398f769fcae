// SPDX-License-Identifier: MIT
// The cable: SWCLK, SWDIO, NRST and SWO between probe and target, and what can be wrong with them.
// Everything the probe learns of the target comes out of sim_wires_cycle(), one bit at a time, and
// each bit out of the voltages that drivers, pulls, shorts and capacitances make of each other.
//
//     probe pin --+-- contact, series resistance --+-- pin of the chip
//              cable end                       board end
#ifndef SWDLINK_SIM_WIRE_WIRES_H
#define SWDLINK_SIM_WIRE_WIRES_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/time/clock.h"
#include "sim/wire/swdp.h"

#define WIRES_IO_MV 3300u // the probe's pins

enum sim_short { SHORT_NONE, SHORT_GND, SHORT_VCC };

struct sim_wire {
    bool open;  // broken, or not connected
    bool flaky; // a contact that comes and goes
    bool long_cable;
    bool swapped; // SWDIO with SWCLK
    bool joined;  // SWDIO touches SWCLK
    bool joined_at_board;
    enum sim_short shorted;
    bool shorted_at_board;
    bool slow;     // NRST: a capacitor on the board that is bigger than usual
    uint32_t ohms; // in series
    double noise;  // chance that a bit on it is disturbed
};

enum sim_drive { DRIVE_NONE, DRIVE_LOW, DRIVE_HIGH, DRIVE_COUNT };

#define WIRES_STATES (DRIVE_COUNT * DRIVE_COUNT * DRIVE_COUNT)
#define WIRES_NODES  4u

// SWCLK's two halves when the probe drives SWDIO bit by bit (requests, data), when it listens, and
// when it only clocks (line resets, idle clocks). In nanoseconds; the lengths may differ a lot
// where software moves the pins.
enum sim_wires_pace { WIRES_DRIVING, WIRES_LISTENING, WIRES_CLOCKING, WIRES_PACES };

struct sim_wires_shape {
    uint32_t low_ns, high_ns;
};

#define WIRES_HALVES (2 * WIRES_PACES)

// Where the voltages go to for one combination of drivers, and how much of the way is left after
// each kind of half a clock. Solid: they get there, and no noise matters.
struct sim_wires_state {
    float mv[WIRES_NODES], keep[WIRES_HALVES][WIRES_NODES];
    bool solid[WIRES_NODES], level[WIRES_NODES];
};

// An input with hysteresis, and what disturbs it.
struct sim_wires_input {
    float vil_mv, vih_mv, rms_mv, pf;
};

struct sim_wires {
    // Set by the owner; sim_wires_changed() after anything else than the clock.
    struct sim_swdp *dp;
    struct sim_chip *chip;
    struct sim_clock *clock;
    struct sim_wire swdio, swclk, nrst, swo;
    bool unplugged;                       // the cable is off at the board
    bool gnd_open;                        // no common ground: the target's ground hums
    bool no_chip;                         // nothing is soldered there
    unsigned rail_mv;                     // the board's supply
    uint32_t swclk_hz;                    // with halves of the same length
    const struct sim_wires_shape *shapes; // of each pace; NULL: as swclk_hz says
    bool only_clocks;                     // the cycles that come are of WIRES_CLOCKING
    uint32_t stretch_ns;                  // by which SWCLK's next low half is longer
    uint64_t seed;
    struct sim_vcd *vcd; // where the levels are written; NULL: nowhere
    // Called behind sim_wires_changed(); NULL: by nobody.
    void (*changed)(void *arg);
    void *changed_arg;

    // Pins of the probe.
    enum sim_drive dio, clk;
    bool pulls_nrst;
    struct sim_supervisor {
        uint64_t time_ns; // that the program may leave it unfed; 0: there is none
        struct sim_timer timer;
        unsigned missed;
        bool pulls;
    } supervisor;
    bool chip_pulls_nrst; // and a pin of the chip

    // What follows from all this.
    struct sim_wires_state state[WIRES_STATES];
    struct sim_wires_input input[WIRES_NODES];
    bool stale; // the table is out of date
    bool built_alive;
    unsigned power_resets; // that the debug port has seen
    int built_hum_mv;
    uint32_t built_hz;
    const struct sim_wires_shape *built_shapes;
    float mv[WIRES_NODES];
    bool level[WIRES_NODES];
    bool dio_contact, clk_contact;
    uint64_t dio_turn_ns, clk_turn_ns; // when a flaky contact changes next
    uint64_t dio_high_ns, clk_high_ns, driven_ns, feed_since_ns; // for whom the pins feed
    struct sim_timer nrst_timer;
    bool nrst_low;    // where it goes to
    bool nrst_at_pin; // low is what the chip's pin sees

    // SWO: what the chip makes of its pin, what the probe's pin sees, and an edge that is on its
    // way.
    enum sim_drive swo_drive;
    bool swo_at_probe, swo_waits;
    uint64_t swo_wait_ps;
    float swo_mv[DRIVE_COUNT]; // at the probe, and how late it is there
    uint64_t swo_delay_ps[DRIVE_COUNT];
    void (*swo_changed)(void *arg, uint64_t at_ps, bool level); // set by the owner
    void *swo_arg;
};

void sim_wires_init(struct sim_wires *w, struct sim_swdp *dp, struct sim_chip *chip,
                    struct sim_clock *clock);
// A wire, the supply or the chip is not what it was.
void sim_wires_changed(struct sim_wires *w);
// One SWCLK cycle. host_drives: the probe drives SWDIO to `level`; else it listens. Returns what
// the probe samples before the rising edge.
bool sim_wires_cycle(struct sim_wires *w, bool host_drives, bool level);
// The board's clock is about to catch up with the cycles.
void sim_wires_caught_up(struct sim_wires *w);
// Writes all levels into the VCD file, as they are now.
void sim_wires_show(struct sim_wires *w);
// The probe lets go of SWDIO and SWCLK.
void sim_wires_release(struct sim_wires *w);
// The probe pulls NRST low (open drain) or lets it go.
void sim_wires_nrst(struct sim_wires *w, bool pull);
// A watchdog circuit on the board resets a chip that has stood still for so long; 0: there is none.
void sim_wires_set_supervisor(struct sim_wires *w, unsigned ms);
// The chip's NRST pin sees low, whoever pulls it.
bool sim_wires_nrst_is_low(const struct sim_wires *w);
// SWO at the probe. Brings it up to the board's time first: what the chip has sent until then.
void sim_wires_run_swo(struct sim_wires *w);
bool sim_wires_swo_level(const struct sim_wires *w);
// The offset of the target's ground, in mV: 0 with a good one.
int sim_wires_ground_mv(const struct sim_wires *w);
// The conductance (in 1/ohm) through which the probe's pins, on the average since the last call,
// fed the board from WIRES_IO_MV less a diode.
double sim_wires_take_feed(struct sim_wires *w);

#endif
