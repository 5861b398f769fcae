// SPDX-License-Identifier: MIT
// The one virtual clock of a board, in nanoseconds, and what is due on it.
#ifndef SWDLINK_SIM_TIME_CLOCK_H
#define SWDLINK_SIM_TIME_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_NEVER UINT64_MAX

struct sim_timer {
    uint64_t due_ns; // SIM_NEVER: not armed
    void (*fire)(void *arg);
    void *arg;
    struct sim_timer *next;
};

struct sim_clock {
    uint64_t now_ns;
    // What has passed on the SWD wires behind now_ns: the bits of a packet come first, and then the
    // board's time catches up with them.
    uint64_t ahead_ns;
    struct sim_timer *timers;
    struct sim_timer *first; // the one that is due first, NULL: none is
    bool rearmed; // a timer was armed since the runner last looked: it must ask for the next one
                  // again
};

// Adds an idle timer; it stays in the list for the life of the clock.
void sim_clock_add(struct sim_clock *clock, struct sim_timer *timer, void (*fire)(void *arg),
                   void *arg);
// Arms (or, with SIM_NEVER, disarms) a timer.
void sim_clock_arm(struct sim_clock *clock, struct sim_timer *timer, uint64_t due_ns);
// So many nanoseconds from now; SIM_NEVER disarms it.
void sim_clock_arm_in(struct sim_clock *clock, struct sim_timer *timer, uint64_t ns);
// The earliest due time, or SIM_NEVER.
uint64_t sim_clock_next(const struct sim_clock *clock);
// Moves to now_ns (never back) and fires what has become due, in order; each fires with now_ns at
// its own due time, once.
void sim_clock_move(struct sim_clock *clock, uint64_t now_ns);

#endif
