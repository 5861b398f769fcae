// SPDX-License-Identifier: MIT
// Virtual time: a short list of timers and the one that is due first. A board has two dozen of them
// and arms few, so an ordered structure would only be more to go wrong.
#include "sim/time/clock.h"

#include <stddef.h>

void sim_clock_add(struct sim_clock *clock, struct sim_timer *timer, void (*fire)(void *arg),
                   void *arg)
{
    *timer = (struct sim_timer){.due_ns = SIM_NEVER, .fire = fire, .arg = arg};
    // At the end: timers that are due at the same time fire in the order in which they were added.
    struct sim_timer **link = &clock->timers;
    while (*link)
        link = &(*link)->next;
    *link = timer;
}

// Looked for only when it can have changed: most timers are idle most of the time, and everybody
// asks for the next one.
static void find_first(struct sim_clock *clock)
{
    clock->first = NULL;
    for (struct sim_timer *t = clock->timers; t; t = t->next) {
        if (t->due_ns != SIM_NEVER && (!clock->first || t->due_ns < clock->first->due_ns))
            clock->first = t;
    }
}

void sim_clock_arm(struct sim_clock *clock, struct sim_timer *timer, uint64_t due_ns)
{
    bool mattered = timer == clock->first;
    timer->due_ns = due_ns;
    if (due_ns != SIM_NEVER)
        clock->rearmed = true;
    if (mattered || (due_ns != SIM_NEVER && (!clock->first || due_ns <= clock->first->due_ns)))
        find_first(clock);
}

void sim_clock_arm_in(struct sim_clock *clock, struct sim_timer *timer, uint64_t ns)
{
    sim_clock_arm(clock, timer, ns == SIM_NEVER ? SIM_NEVER : clock->now_ns + ns);
}

uint64_t sim_clock_next(const struct sim_clock *clock)
{
    return clock->first ? clock->first->due_ns : SIM_NEVER;
}

void sim_clock_move(struct sim_clock *clock, uint64_t now_ns)
{
    for (;;) {
        struct sim_timer *t = clock->first;
        if (!t || t->due_ns > now_ns)
            break;
        if (t->due_ns > clock->now_ns)
            clock->now_ns = t->due_ns;
        t->due_ns = SIM_NEVER;
        find_first(clock);
        t->fire(t->arg);
    }
    if (now_ns > clock->now_ns)
        clock->now_ns = now_ns;
}
