// SPDX-License-Identifier: MIT
// The core clock of the virtual chip: how processor cycles and the board's nanoseconds belong
// together. Cycles are counted by the processor; here is the straight line between the two,
// anchored anew whenever the frequency changes or time passes without cycles.
#ifndef SWDLINK_SIM_CORE_HCLK_H
#define SWDLINK_SIM_CORE_HCLK_H

#include <stdint.h>

#include "sim/time/clock.h"

struct sim_hclk {
    struct sim_clock *clock;
    uint32_t hz; // 0: stopped
    uint64_t anchor_ns, anchor_cycles;
    uint64_t until_ns; // the runner's limit: the board's clock is not moved past it
};

// The time at which a cycle begins; of a stopped clock, that of the anchor.
uint64_t sim_hclk_ns(const struct sim_hclk *hclk, uint64_t cycles);
// The first cycle that begins at ns or later (of a clock that is not stopped).
uint64_t sim_hclk_cycles_at(const struct sim_hclk *hclk, uint64_t ns);
// Starts a run up to until_ns: catches up with a board's clock that went ahead.
void sim_hclk_begin(struct sim_hclk *hclk, uint64_t cycles, uint64_t until_ns);
// Brings the board's clock to the processor's time, not beyond the limit of the run.
void sim_hclk_publish(struct sim_hclk *hclk, uint64_t cycles);
// Lets time pass up to ns without a cycle.
void sim_hclk_skip(struct sim_hclk *hclk, uint64_t cycles, uint64_t ns);
void sim_hclk_set_hz(struct sim_hclk *hclk, uint64_t cycles, uint32_t hz);

#endif
