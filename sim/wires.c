// SPDX-License-Identifier: MIT
#include "sim/wires.h"

#define WEAK_NOISE 0.02
#define GND_NOISE  0.25

static bool chance(struct sim_wires *w, double p)
{
    if (p <= 0)
        return false;
    w->seed = w->seed * 6364136223846793005ull + 1442695040888963407ull;
    return (double)(w->seed >> 40) / (double)(1u << 24) < p;
}

static bool flips(struct sim_wires *w)
{
    double p = w->noise;
    if ((w->swdio == WIRE_WEAK || w->swclk == WIRE_WEAK) && w->swclk_hz > WIRE_WEAK_HZ)
        p += WEAK_NOISE;
    if (w->gnd_open)
        p += GND_NOISE;
    return chance(w, p);
}

static bool alive(struct sim_wires *w)
{
    bool powered = sim_chip_is_powered(w->chip);
    if (powered && !w->dp_powered)
        sim_swdp_power_on(w->dp);
    w->dp_powered = powered;
    return powered && sim_chip_swd_alive(w->chip);
}

// Swapped: the target's clock is the host's data line, and changes while the host's clock, which the target
// takes for data, is low.
static void swapped_cycle(struct sim_wires *w, bool host_drives, bool level)
{
    if (host_drives && level && !w->last_level && alive(w))
        sim_swdp_cycle(w->dp, false);
    w->last_level = host_drives ? level : true;
}

// What stands at the far end of SWDIO when the near end is at `level` (or, with nobody driving, pulled up).
static bool through(struct sim_wires *w, bool level)
{
    switch (w->swdio) {
    case WIRE_OPEN:
    case WIRE_VCC:
        return true;
    case WIRE_GND:
        return false;
    default:
        return level != flips(w);
    }
}

bool sim_wires_cycle(struct sim_wires *w, bool host_drives, bool level)
{
    bool target_level = true;
    if (w->swdio == WIRE_SWAPPED || w->swclk == WIRE_SWAPPED) {
        swapped_cycle(w, host_drives, level);
        return host_drives ? level : true;
    }
    bool joined = w->swdio == WIRE_JOINED || w->swclk == WIRE_JOINED;
    bool clocked = w->swclk == WIRE_OK || w->swclk == WIRE_WEAK || joined;
    bool here = clocked && alive(w);
    bool target_drives = here && !joined && sim_swdp_drives(w->dp, &target_level);
    // Both ends see the pull-up of the target's pin when nobody drives.
    bool line = host_drives ? level : target_drives ? target_level : true;
    bool at_target = joined ? true : host_drives ? through(w, line) : line;
    if (here)
        sim_swdp_cycle(w->dp, at_target);
    if (host_drives)
        return level;
    return joined ? false : through(w, line);
}

void sim_wires_nrst(struct sim_wires *w, bool pull)
{
    w->probe_pulls_nrst = pull;
    bool low = w->nrst == WIRE_GND || (pull && w->nrst == WIRE_OK);
    sim_chip_set_nrst(w->chip, low);
}
