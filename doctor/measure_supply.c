// SPDX-License-Identifier: MIT
// VTref, the voltage at the target's supply pin. Several samples: a wire that hangs in the air
// wanders.
#include "doctor/measure.h"

#define ODD_MV      400u
#define FEW_SAMPLES 4u // an odd one among fewer is not told from the others

static void insert_sample(struct measured_series *s, unsigned mv)
{
    unsigned at = s->count++;
    for (; at > 0 && s->sample[at - 1] > mv; at--)
        s->sample[at] = s->sample[at - 1];
    s->sample[at] = (uint16_t)(mv < UINT16_MAX ? mv : UINT16_MAX);
}

static bool is_odd(unsigned mv, unsigned median_mv)
{
    return mv + ODD_MV < median_mv || mv > median_mv + ODD_MV;
}

// One sample that is far from all others was garbled on its way.
static void take_sample(struct measured_series *s, unsigned mv)
{
    if (s->count == MEASURE_MAX_SAMPLES)
        return;
    insert_sample(s, mv);
    const unsigned median = s->sample[s->count / 2];
    s->odd = 0;
    for (unsigned i = 0; i < s->count; i++)
        s->odd += is_odd(s->sample[i], median);
    const bool drop = s->odd == 1 && s->count >= FEW_SAMPLES;
    const unsigned first = drop && is_odd(s->sample[0], median) ? 1 : 0;
    const unsigned last = drop && !first ? s->count - 1 : s->count;
    unsigned sum = 0;
    for (unsigned i = first; i < last; i++)
        sum += s->sample[i];
    s->min_mv = s->sample[first];
    s->max_mv = s->sample[last - 1];
    s->mean_mv = (sum + (last - first) / 2) / (last - first);
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
            take_sample(series, mv);
    }
    return ERR_OK;
}
