// SPDX-License-Identifier: MIT
// A target that is lost while it is looked at: it answered at every attempt, and then at no clock
// any more. Bad wires fail and recover; what ends for good is the program, the supply, or a plug
// that came out. Where a reset brings it back, the program is watched from its start.
#include "doctor/measure.h"

#define TRIES      6u
#define TRIES_SLOW 3u
#define SLOW_HZ    240000u

// Whether each attempt at the beginning had its answer, and all that failed failed at the end.
static bool had_good_wires(const struct measurements *m)
{
    const struct measured_answer *a = &m->answer[ATTEMPT_ASKED];
    bool failed = false;
    if (a->recovered)
        return false;
    for (unsigned i = 0; i < m->link.count; i++) {
        const struct measured_clock *c = &m->link.clock[i];
        if (c->garbled || c->wrong || c->waited || (failed && c->failed < c->blocks))
            return false;
        failed = failed || c->failed;
    }
    return true;
}

// Attempts that leave no trace in the answers of the beginning.
static enum err try_again(struct measure *b, uint32_t swclk_hz, unsigned tries, bool *answered)
{
    for (unsigned i = 0; i < tries && !*answered; i++) {
        enum err e = debug_probe_leave(b->probe);
        if (!e)
            e = measure_connect(b, swclk_hz);
        measure_count(b, e);
        if (measure_is_fatal(e))
            return e;
        *answered = !e;
    }
    return ERR_OK;
}

enum err measure_loss(struct measure *b)
{
    struct measurements *m = b->m;
    bool answered = false;
    if (!had_good_wires(m))
        return ERR_OK;
    enum err e = try_again(b, m->asked_hz, TRIES, &answered);
    if (!e && !answered)
        e = try_again(b, SLOW_HZ, TRIES_SLOW, &answered);
    if (e || answered)
        return e;
    m->loss.seen = true;
    e = debug_probe_leave(b->probe);
    if (!e && m->supply.known)
        e = measure_supply(b, &m->supply.later, TRIES);
    if (!e && !m->asked.no_reset)
        e = measure_answer(b, ATTEMPT_UNDER_RESET, TRIES);
    if (!e && measure_answers(m, ATTEMPT_UNDER_RESET))
        e = measure_survival(b);
    return e;
}
