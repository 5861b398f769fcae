// SPDX-License-Identifier: MIT
#include "doctor/watch.h"

#include "doctor/measure.h"

// Fast, as most tools begin; slow enough for bad cables; slow enough for anything but a broken one.
static const uint32_t clocks[WATCH_CLOCKS] = {4000000, 950000, 100000};

static enum err look_at_clock(struct stlink *st, struct watch_look *look, unsigned i)
{
    uint32_t dpidr;
    enum err e = stlink_set_swclk(st, clocks[i]);
    if (!e || e == ERR_UNSUPPORTED)
        e = stlink_enter_swd(st);
    look->clock[i].hz = st->swclk_hz;
    look->clock[i].reads = WATCH_READS;
    // Without an answer to the first question there is none to the others.
    for (unsigned n = 0; n < WATCH_READS && !e; n++) {
        e = stlink_read_dpidr(st, &dpidr);
        if (e)
            break;
        look->clock[i].good++;
        look->answers = true;
        look->dpidr = dpidr;
    }
    return measure_is_fatal(e) ? e : stlink_leave(st);
}

enum err watch_look(struct stlink *st, struct watch_look *look)
{
    *look = (struct watch_look){0};
    enum err e = stlink_get_vtref(st, &look->vtref_mv);
    look->vtref_known = e == ERR_OK;
    if (measure_is_fatal(e))
        return e;
    e = ERR_OK;
    for (unsigned i = 0; i < WATCH_CLOCKS && !measure_is_fatal(e); i++)
        e = look_at_clock(st, look, i);
    if (measure_is_fatal(e))
        return e;
    log_forget(st->log);
    return ERR_OK;
}
