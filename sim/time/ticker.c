// SPDX-License-Identifier: MIT
#include "sim/time/ticker.h"

#include "sim/time/clock.h"

#define NS_PER_S 1000000000u

uint64_t sim_ticker_advance(struct sim_ticker *t, uint64_t now_ns)
{
    uint64_t since = now_ns > t->at_ns ? now_ns - t->at_ns : 0;
    t->at_ns = now_ns;
    uint64_t part = since % NS_PER_S * t->hz + t->nano;
    t->nano = part % NS_PER_S;
    return since / NS_PER_S * t->hz + part / NS_PER_S;
}

uint64_t sim_ticker_due_ns(const struct sim_ticker *t, uint64_t ticks)
{
    if (t->hz == 0)
        return SIM_NEVER;
    uint64_t whole = ticks / t->hz * NS_PER_S, part = ticks % t->hz * NS_PER_S;
    // What has passed of the first tick is taken off whichever part it fits into.
    if (part >= t->nano)
        return t->at_ns + whole + (part - t->nano + t->hz - 1) / t->hz;
    return t->at_ns + whole - (t->nano - part) / t->hz;
}
