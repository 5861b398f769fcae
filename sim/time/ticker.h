// SPDX-License-Identifier: MIT
// A clock line of the virtual chip, counted lazily: how many ticks of a frequency have passed,
// without losing the fraction of a tick when the frequency changes or the line stops.
#ifndef SWDLINK_SIM_TIME_TICKER_H
#define SWDLINK_SIM_TIME_TICKER_H

#include <stdint.h>

struct sim_ticker {
    uint32_t hz; // 0: stopped
    uint64_t at_ns;
    uint64_t nano; // the part of a tick that has passed at at_ns, in 1e-9
};

// Whole ticks since the last call; from now on counted anew.
uint64_t sim_ticker_advance(struct sim_ticker *t, uint64_t now_ns);
// When `ticks` more have passed, as of the last advance; SIM_NEVER for a stopped line.
uint64_t sim_ticker_due_ns(const struct sim_ticker *t, uint64_t ticks);

#endif
