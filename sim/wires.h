// SPDX-License-Identifier: MIT
// The cable: SWCLK, SWDIO, NRST between probe and target, and what can be wrong with them. Everything the
// probe learns of the target goes through sim_wires_cycle(), one bit at a time.
#ifndef SWDLINK_SIM_WIRES_H
#define SWDLINK_SIM_WIRES_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/swdp.h"

enum sim_wire_fault {
    WIRE_OK,
    WIRE_OPEN,
    WIRE_GND,
    WIRE_VCC,
    WIRE_SWAPPED, // SWDIO with SWCLK
    WIRE_JOINED,  // SWDIO and SWCLK touch
    WIRE_WEAK,    // a long cable: bits flip above WIRE_WEAK_HZ
};

#define WIRE_WEAK_HZ 1000000u

struct sim_wires {
    struct sim_swdp *dp;
    struct sim_chip *chip;
    enum sim_wire_fault swdio, swclk, nrst;
    double noise;  // chance that a bit flips on its way, either way
    bool gnd_open; // no common ground: levels are a matter of luck
    bool probe_pulls_nrst;
    bool last_level; // that the host drove, for the swapped case
    bool dp_powered;
    uint32_t swclk_hz;
    uint64_t seed;
};

// One SWCLK cycle. host_drives: the probe drives SWDIO to `level`; else it listens. Returns what the probe
// samples.
bool sim_wires_cycle(struct sim_wires *w, bool host_drives, bool level);
// The probe pulls NRST low (open drain) or lets it go; also called when the wire's fault changes.
void sim_wires_nrst(struct sim_wires *w, bool pull);

#endif
