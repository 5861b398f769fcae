// SPDX-License-Identifier: MIT
// VTref, the voltage at the target's supply pin. Several samples: a wire that hangs in the air
// wanders.
#include "doctor/measure.h"

#define ODD_MV 400u

static void add_sample(struct measured_series *s, unsigned mv)
{
    if (s->count && (mv + ODD_MV < s->first_mv || mv > s->first_mv + ODD_MV))
        s->odd++;
    if (!s->count)
        s->first_mv = mv;
    if (!s->count || mv < s->min_mv)
        s->min_mv = mv;
    if (!s->count || mv > s->max_mv)
        s->max_mv = mv;
    s->mean_mv = (s->mean_mv * s->count + mv + (s->count + 1) / 2) / (s->count + 1);
    s->count++;
}

enum err measure_supply(struct measure *b, struct measured_series *series, unsigned samples)
{
    for (unsigned i = 0; i < samples; i++) {
        unsigned mv;
        enum err e = debug_probe_get_vtref(b->probe, &mv);
        if (e == ERR_UNSUPPORTED) {
            log_forget(b->log);
            return ERR_OK;
        }
        measure_count(b, e);
        if (measure_is_fatal(e))
            return e;
        if (!e)
            add_sample(series, mv);
    }
    return ERR_OK;
}
