// SPDX-License-Identifier: MIT
// The core's clock, measured: its cycle counter against the clock of the probe's link. A reading
// happens somewhere between the moments before and after it, so that each measurement has bounds;
// they close in as time goes by. A counter that does not go evenly (the core was halted or slept
// without a debugger, the program wrote to the counter, the clock changed) gives no result: two
// stretches in a row have to agree.
#ifndef SWDLINK_TARGETS_SWO_CLOCK_H
#define SWDLINK_TARGETS_SWO_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct swo_reading {
    uint32_t cycles;
    uint64_t before_us, after_us;
};

struct swo_clock {
    bool begun;
    struct swo_reading first, last; // of the present stretch
    bool has_stretch;               // the one before
    double least_hz, most_hz;       // of it, or of all that agree with it
    struct swo_reading origin;      // where those began
    unsigned uneven;                // stretches in a row that did not agree
    // The result; 0: none yet.
    uint32_t hz;
    uint32_t error_ppm; // that remains
};

// The core was halted, or its clock may be another one now: readings begin anew. The result stays.
void swo_clock_restart(struct swo_clock *c);
// One more reading. True: the result is new, or better. eager: one stretch is enough for it.
bool swo_clock_add(struct swo_clock *c, const struct swo_reading *r, bool eager);
// What two readings say of a clock that is believed: it can be (and the readings are close enough
// to know), or it cannot.
enum swo_belief { SWO_BELIEF_OPEN, SWO_BELIEF_HOLDS, SWO_BELIEF_FAILS };
enum swo_belief swo_clock_believe(const struct swo_reading *a, const struct swo_reading *b,
                                  uint32_t hz);

#endif
