// SPDX-License-Identifier: MIT
// What the core does, seen in DHCSR without halting it and without switching debugging on (DDI
// 0419, C1.6.3: S_RESET_ST is set by every reset and cleared by reading; S_LOCKUP and S_SLEEP show
// the moment).
#include "base/signals.h"
#include "cortex/cortexm.h"
#include "cortex/scs.h"
#include "doctor/measure.h"

struct reset_times {
    bool began;
    uint64_t first_us, last_us;
    unsigned gaps;
    bool in_run;     // the look before saw a reset, too
    uint64_t run_us; // ... and so did all since then
};

#define ONE_RESET_US                                                                               \
    10000u // NRST rises in 4 ms, with 100 nF at the chip's 40 kohm (DS9773, 6.3.15)

// How many resets a look tells of. While a reset lasts every look sees it, so looks in a row are
// one reset; when they go on for longer, each may be another one.
static unsigned count_resets(struct reset_times *times, bool seen, uint64_t now_us)
{
    const bool goes_on = seen && times->in_run;
    times->in_run = seen;
    if (!goes_on)
        times->run_us = now_us;
    return seen && (!goes_on || now_us - times->run_us > ONE_RESET_US);
}

static void take_dhcsr(struct measured_core *c, uint32_t dhcsr, uint64_t now_us,
                       struct reset_times *times)
{
    c->looks++;
    if (!c->known)
        c->dhcsr = dhcsr;
    c->known = true;
    // The first look also tells of a reset that was before us.
    if (!times->began) {
        times->began = true;
        return;
    }
    c->sleeping += !!(dhcsr & DHCSR_S_SLEEP);
    c->lockup += !!(dhcsr & DHCSR_S_LOCKUP);
    c->halted += !!(dhcsr & DHCSR_S_HALT);
    const unsigned resets = count_resets(times, dhcsr & DHCSR_S_RESET_ST, now_us);
    if (!resets)
        return;
    c->resets += resets;
    if (times->first_us)
        times->gaps += resets;
    else
        times->first_us = now_us;
    times->last_us = now_us;
}

enum err measure_core(struct measure *b, uint32_t watch_us, unsigned resets)
{
    struct measured_core *c = &b->m->core;
    struct debug_probe *probe = b->probe;
    struct reset_times times = {0};
    uint64_t start = debug_probe_now_us(probe), now = start;
    for (; now - start < watch_us && !(resets && c->resets >= resets);
         now = debug_probe_now_us(probe)) {
        uint32_t dhcsr;
        enum err e = signals_check(b->log);
        if (!e && !b->probe->in_debug)
            e = measure_connect(b, b->probe->swclk_hz);
        if (!e)
            e = mem_ap_read32(&b->mem, SCS_DHCSR, &dhcsr);
        measure_count(b, e);
        if (measure_is_fatal(e))
            return e;
        if (!e) {
            measure_heard(b);
            take_dhcsr(c, dhcsr, debug_probe_now_us(probe), &times);
            continue;
        }
        c->lost += e != ERR_PROBE_PROTOCOL;
        if ((e = debug_probe_leave(b->probe)))
            return e;
    }
    c->watched_us += (uint32_t)(now - start);
    if (times.gaps)
        c->reset_period_us = (uint32_t)((times.last_us - times.first_us) / times.gaps);
    return b->probe->in_debug ? ERR_OK : measure_connect(b, b->probe->swclk_hz);
}
