// SPDX-License-Identifier: MIT
// The supply of the board: its source, the rail with its capacitor and what draws from it, and the
// chip's power-on reset. A board without a source still gets something through the pins of the
// chip.
#ifndef SWDLINK_SIM_WIRE_SUPPLY_H
#define SWDLINK_SIM_WIRE_SUPPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/wire/wires.h"

enum sim_source {
    SOURCE_REGULATOR,
    SOURCE_OFF,   // and the rest of the board draws what there is
    SOURCE_PINS,  // off, and nothing but the chip hangs on the rail
    SOURCE_FLAKY, // a regulator that drops out now and then
};

struct sim_supply {
    struct sim_wires *wires;
    struct sim_chip *chip;
    struct sim_clock *clock;
    struct sim_timer tick;
    enum sim_source source;
    unsigned regulator_mv, vdda_mv;
    bool vdda_follows; // VDDA is VDD
    bool shorted;      // by a chip that is soldered the wrong way round
    bool dip;          // of a flaky source
    bool live;         // the board is put together
    double rail_mv;
    uint64_t last_ns, seed;
};

void sim_supply_init(struct sim_supply *s, struct sim_wires *wires, struct sim_chip *chip,
                     struct sim_clock *clock);
// The source, or what hangs on it, is not what it was.
void sim_supply_changed(struct sim_supply *s);
unsigned sim_supply_rail_mv(const struct sim_supply *s);

#endif
