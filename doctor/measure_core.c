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
};

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
    if (!(dhcsr & DHCSR_S_RESET_ST))
        return;
    c->resets++;
    if (times->first_us)
        times->gaps++;
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
