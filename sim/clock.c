// SPDX-License-Identifier: MIT
// Virtual time: a short list of timers, looked through in full. A board has a dozen of them and
// looks once per slice of execution, so an ordered structure would only be more to go wrong.
#include "sim/clock.h"

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

void sim_clock_arm(struct sim_clock *clock, struct sim_timer *timer, uint64_t due_ns)
{
    timer->due_ns = due_ns;
    if (due_ns != SIM_NEVER)
        clock->rearmed = true;
}

static struct sim_timer *earliest(const struct sim_clock *clock)
{
    struct sim_timer *first = NULL;
    for (struct sim_timer *t = clock->timers; t; t = t->next) {
        if (t->due_ns != SIM_NEVER && (!first || t->due_ns < first->due_ns))
            first = t;
    }
    return first;
}

uint64_t sim_clock_next(const struct sim_clock *clock)
{
    const struct sim_timer *first = earliest(clock);
    return first ? first->due_ns : SIM_NEVER;
}

void sim_clock_move(struct sim_clock *clock, uint64_t now_ns)
{
    for (;;) {
        struct sim_timer *t = earliest(clock);
        if (!t || t->due_ns > now_ns)
            break;
        if (t->due_ns > clock->now_ns)
            clock->now_ns = t->due_ns;
        t->due_ns = SIM_NEVER;
        t->fire(t->arg);
    }
    if (now_ns > clock->now_ns)
        clock->now_ns = now_ns;
}
