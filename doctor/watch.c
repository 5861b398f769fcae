// SPDX-License-Identifier: MIT
#include "doctor/watch.h"

#include "doctor/measure.h"

// Fast, as most tools begin; slow enough for bad cables; slow enough for anything but a broken one.
static const uint32_t clocks[WATCH_CLOCKS] = {4000000, 950000, 100000};

static enum err sample_clock(struct debug_probe *probe, struct watch_sample *sample, unsigned i)
{
    uint32_t dpidr;
    enum err e = debug_probe_set_swclk(probe, clocks[i]);
    if (!e || e == ERR_UNSUPPORTED)
        e = debug_probe_enter_swd(probe);
    sample->clock[i].hz = probe->swclk_hz;
    sample->clock[i].reads = WATCH_READS;
    // Without an answer to the first question there is none to the others.
    for (unsigned n = 0; n < WATCH_READS && !e; n++) {
        e = debug_probe_read_dpidr(probe, &dpidr);
        if (e)
            break;
        sample->clock[i].good++;
        sample->answers = true;
        sample->dpidr = dpidr;
    }
    return measure_is_fatal(e) ? e : debug_probe_leave(probe);
}

enum err watch_sample(struct debug_probe *probe, struct watch_sample *sample)
{
    *sample = (struct watch_sample){0};
    enum err e = debug_probe_get_vtref(probe, &sample->vtref_mv);
    sample->vtref_known = e == ERR_OK;
    if (measure_is_fatal(e))
        return e;
    e = ERR_OK;
    for (unsigned i = 0; i < WATCH_CLOCKS && !measure_is_fatal(e); i++)
        e = sample_clock(probe, sample, i);
    if (measure_is_fatal(e))
        return e;
    log_forget(probe->log);
    return ERR_OK;
}
