// SPDX-License-Identifier: MIT
// What the power controls of all families have alike: how a chip gets into Stop, Standby and
// Shutdown, and what wakes it from Stop. pwr.c and pwr_m0p.c have the registers.
#ifndef SWDLINK_SIM_PARTS_PWR_COMMON_H
#define SWDLINK_SIM_PARTS_PWR_COMMON_H

#include "sim/chip/part.h"

// The first member of each family's state.
struct sim_pwr_common {
    struct sim_part *part;
    void (*enter_low_power)(void *self); // the core sleeps deeply
};

enum sim_power_mode sim_pwr_mode(const struct sim_pwr_common *pwr);
// Whether the option bytes let the chip go there; if not, it is reset.
bool sim_pwr_is_allowed(struct sim_pwr_common *pwr, enum sim_power_mode mode);
void sim_pwr_enter(struct sim_pwr_common *pwr, enum sim_power_mode mode);

sim_signal_heard_fn sim_pwr_hear_core, sim_pwr_hear_wake;

#endif
