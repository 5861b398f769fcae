// SPDX-License-Identifier: MIT
// The NRST wire: who pulls it, and how long it takes to fall and to rise.
#include "sim/wire/cable.h"
#include "sim/wire/vcd.h"

// NRST with the capacitor of an ordinary board, about 100 nF: times from the RESET# wire of an
// STM32F429 that pulls it low for its own resets (5.5 us to fall; with a pulse of 20 us low
// for 1.09 to 1.10 ms), the probe's weaker driver by its resistance. With ten times as much at the
// internal pull-up: a model; that the chip empties it within its pulse belongs to it.
#define NRST_CHIP_FALL_NS  5500u
#define NRST_PROBE_FALL_NS 11000u
#define NRST_RISE_NS       1080000u
#define SLOW_CHIP_FALL_NS  15000u
#define SLOW_PROBE_FALL_NS 90000u
#define SLOW_RISE_NS       33000000u

void nrst_show(struct sim_wires *w)
{
    if (w->vcd)
        sim_vcd_change(w->vcd, w->clock->now_ns, SIM_VCD_NRST, w->rail_mv && !w->nrst_at_pin);
}

static bool nrst_goes_low(const struct sim_wires *w)
{
    const struct sim_wire *wire = &w->nrst;
    const struct sim_electrics *chip = sim_chip_electrics(w->chip);
    struct network n;
    double mv[NETWORK_NODES];
    network_clear(&n);
    network_source(&n, 1, w->rail_mv, chip->pull_ohms);
    if (w->pulls_nrst)
        network_source(&n, 0, 0, PROBE_DRIVE);
    if (w->chip_pulls_nrst || w->supervisor.pulls)
        network_source(&n, 1, 0, chip->drive_ohms);
    if (cable_conducts(w, wire, true))
        network_connect(&n, 0, 1, cable_series(wire));
    cable_add_short(w, &n, wire, 0, 1);
    network_solve(&n, mv);
    return mv[1] <= cable_vil_mv(w);
}

static void nrst_arrives(void *arg)
{
    struct sim_wires *w = arg;
    w->nrst_at_pin = w->nrst_low;
    nrst_show(w);
    sim_chip_set_nrst(w->chip, w->nrst_low);
}

bool sim_wires_nrst_is_low(const struct sim_wires *w)
{
    return w->nrst_at_pin;
}

static uint64_t nrst_takes_ns(const struct sim_wires *w, bool low)
{
    bool slow = w->nrst.slow;
    if (!low)
        return slow ? SLOW_RISE_NS : NRST_RISE_NS;
    if (w->chip_pulls_nrst)
        return slow ? SLOW_CHIP_FALL_NS : NRST_CHIP_FALL_NS;
    return slow ? SLOW_PROBE_FALL_NS : NRST_PROBE_FALL_NS;
}

static void follow_nrst(struct sim_wires *w)
{
    bool low = w->rail_mv && nrst_goes_low(w);
    if (low == w->nrst_low)
        return;
    w->nrst_low = low;
    sim_clock_arm(w->clock, &w->nrst_timer, w->clock->now_ns + nrst_takes_ns(w, low));
}

static void chip_pulls_nrst(void *arg, bool low)
{
    struct sim_wires *w = arg;
    w->chip_pulls_nrst = low;
    follow_nrst(w);
}

void sim_wires_nrst(struct sim_wires *w, bool pull)
{
    w->pulls_nrst = pull;
    follow_nrst(w);
}

void nrst_init(struct sim_wires *w)
{
    sim_clock_add(w->clock, &w->nrst_timer, nrst_arrives, w);
    sim_chip_on_nrst(w->chip, chip_pulls_nrst, w);
}
