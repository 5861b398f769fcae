// SPDX-License-Identifier: MIT
// Does the debug port answer? Each attempt is a whole connection: line reset, JTAG-to-SWD, DPIDR,
// power-up.
#include "base/signals.h"
#include "doctor/measure.h"
#include "swd/stlink_status.h"

#define SLOW_HZ     240000u
#define SLOWEST_HZ  1u // the probe takes the slowest that it has
#define NRST_LOW_US 5000u
#define START_US    300u // how long a program may run after NRST is released before the attempt

static uint32_t clock_of(const struct measurements *m, enum measured_attempt attempt)
{
    switch (attempt) {
    case ATTEMPT_SLOW:
        return m->asked_hz < SLOW_HZ ? m->asked_hz : SLOW_HZ;
    case ATTEMPT_SLOWEST:
        return SLOWEST_HZ;
    case ATTEMPT_UNDER_RESET: // nothing is known of the wires yet
        return m->asked_hz < SLOW_HZ * 4 ? m->asked_hz : SLOW_HZ * 4;
    default:
        return m->asked_hz;
    }
}

// Before an attempt.
static enum err prepare_attempt(struct measure *b, enum measured_attempt attempt)
{
    if (attempt != ATTEMPT_UNDER_RESET && attempt != ATTEMPT_AFTER_RESET)
        return ERR_OK;
    enum err e = debug_probe_drive_nrst(b->probe, DEBUG_PROBE_NRST_LOW);
    debug_probe_sleep_us(b->probe, NRST_LOW_US);
    if (!e && attempt == ATTEMPT_AFTER_RESET) {
        e = debug_probe_drive_nrst(b->probe, DEBUG_PROBE_NRST_HIGH);
        debug_probe_sleep_us(b->probe, START_US);
    }
    return e;
}

static void count_attempt(struct measure *b, struct measured_answer *a, enum err e)
{
    uint32_t dpidr = 0;
    a->tries++;
    measure_count(b, e);
    b->m->probe.stalled_entries += e == ERR_PROBE_PROTOCOL;
    a->swclk_hz = b->probe->swclk_hz;
    // Refused: the debug port answered, and the firmware's own check of the maker did not pass.
    bool refused =
        e && b->probe->in_debug &&
        (b->probe->last_status == STLINK_ST_NO_DEVICE || b->probe->last_status == STLINK_ST_BAD_AP);
    if (!e || refused)
        e = debug_probe_read_dpidr(b->probe, &dpidr);
    if (e) {
        a->status = b->probe->last_status;
        return;
    }
    a->refused += refused;
    if (a->good && dpidr != a->dpidr)
        a->dpidr_varies = true;
    a->dpidr = dpidr;
    a->recovered += a->tries - 1 > a->good;
    a->good++;
}

enum err measure_answer(struct measure *b, enum measured_attempt attempt, unsigned tries)
{
    struct measured_answer *a = &b->m->answer[attempt];
    for (unsigned i = 0; i < tries; i++) {
        enum err e = signals_check(b->log);
        if (!e)
            e = prepare_attempt(b, attempt);
        if (!e)
            e = measure_connect(b, clock_of(b->m, attempt));
        if (measure_is_fatal(e))
            return e;
        count_attempt(b, a, e);
        // Leaving also lets NRST go.
        e = debug_probe_leave(b->probe);
        if (!e && attempt == ATTEMPT_UNDER_RESET)
            e = debug_probe_drive_nrst(b->probe, DEBUG_PROBE_NRST_HIGH);
        if (measure_is_fatal(e))
            return e;
    }
    log_forget(b->log);
    return ERR_OK;
}

bool measure_answers(const struct measurements *m, enum measured_attempt attempt)
{
    return m->answer[attempt].good > 0;
}

bool measure_refuses(const struct measurements *m)
{
    for (unsigned attempt = 0; attempt < ATTEMPT_COUNT; attempt++)
        if (m->answer[attempt].refused > m->answer[attempt].tries / 2)
            return true;
    return false;
}
