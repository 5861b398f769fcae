// SPDX-License-Identifier: MIT
// SWO while the program runs: its clock is measured and followed, and what the program (or a script
// of the debugger's) makes of the TPIU is noticed.
#include "swd/mem_ap.h"
#include "targets/target_private.h"

// Readings of the cycle counter until the clock is known, and afterwards; and looks at the TPIU.
#define FIRST_US   5000u
#define STEADY_US  100000u
#define CHECK_US   250000u
#define UNSURE_US  250000u
#define UNEVEN_MAX 8u
#define NEAR(a, b) ((a) > (b) - (b) / 50 && (a) < (b) + (b) / 50)
// A UART bears 3 % in all, of which what the clock may be off by is a part.
#define BORNE_PPM  30000u

static uint32_t round_to(uint32_t value, uint32_t step)
{
    return (value + step / 2) / step * step;
}

// Whether a probe that is told this rate receives the one that follows from the divisor.
static bool is_borne(const struct target_swo *s, uint32_t baud)
{
    const uint32_t exact = s->hz / s->divisor, off = exact > baud ? exact - baud : baud - exact;
    const uint64_t off_ppm = baud ? (uint64_t)off * 1000000 / baud : UINT32_MAX;
    return NEAR(exact, baud) && off_ppm + s->clock.error_ppm < BORNE_PPM;
}

// What the probe is told for a rate that follows from the divisor: the usual one when it is near.
static uint32_t baud_of(const struct target_swo *s)
{
    const uint32_t exact = s->hz / s->divisor;
    return is_borne(s, s->limit) ? s->limit : exact > 10000 ? round_to(exact, 100) : exact;
}

// The smallest divisor with which the rate exceeds the limit by no more than the probe bears.
void swo_choose_divisor(struct target *t)
{
    struct target_swo *s = &t->swo;
    const uint32_t most = s->limit + s->limit / 100;
    s->divisor = (s->hz + most - 1) / most;
    if (s->divisor == 0)
        s->divisor = 1;
    if (s->divisor > TRACE_UNITS_DIVISOR_MAX)
        s->divisor = TRACE_UNITS_DIVISOR_MAX;
}

enum err swo_check_divisor(struct target *t)
{
    const struct target_swo *s = &t->swo;
    const uint32_t hz = s->options.core_hz;
    if (!hz || hz / s->limit < TRACE_UNITS_DIVISOR_MAX)
        return ERR_OK;
    return log_fail(t->log, ERR_USAGE,
                    "%u baud cannot be made of a clock of %u Hz: %u is the least", s->limit, hz,
                    hz / TRACE_UNITS_DIVISOR_MAX + 1);
}

enum err swo_receive(struct target *t)
{
    struct target_swo *s = &t->swo;
    const uint32_t baud = baud_of(s);
    s->begins = true;
    s->baud = baud;
    // It is started even when nothing has changed: a reset of the target may have upset it.
    enum err e = debug_probe_trace_start(t->probe, baud);
    s->receiving = !e;
    return e;
}

// The clock is another one, or the first. A divisor of the program's own stays, as long as the
// probe can follow.
static enum err use_clock(struct target *t)
{
    struct target_swo *s = &t->swo;
    const uint32_t before = s->divisor;
    if (s->follows && s->hz / s->divisor > s->probe_limit)
        s->follows = false;
    if (!s->follows)
        swo_choose_divisor(t);
    if (before == s->divisor && s->receiving && (baud_of(s) == s->baud || is_borne(s, s->baud)))
        return ERR_OK;
    enum err e = before == s->divisor ? ERR_OK : trace_units_set_sink(&t->mem, s->divisor);
    return e ? e : swo_receive(t);
}

static bool is_as_given(const struct target_swo *s)
{
    return !s->options.core_hz || NEAR(s->hz, s->options.core_hz);
}

static void report_clock(struct target *t)
{
    struct target_swo *s = &t->swo;
    if (!s->clock_reported && !is_as_given(s))
        log_line(t->log, LOG_NOTE,
                 "SWO: the core's clock is not the %u Hz that were given: what is measured is used",
                 s->options.core_hz);
    log_line(t->log, s->clock_reported ? LOG_DEBUG : LOG_NOTE,
             "SWO: the core's clock is %u.%03u MHz (within %u.%u %%), %u baud", s->hz / 1000000,
             s->hz / 1000 % 1000, s->clock.error_ppm / 10000, s->clock.error_ppm / 1000 % 10,
             s->baud);
    s->clock_reported = true;
}

static void report_uneven(struct target *t)
{
    if (t->swo.uneven_reported || t->swo.options.core_hz)
        return;
    t->swo.uneven_reported = true;
    log_line(t->log, LOG_WARN,
             "SWO: the core's clock cannot be measured: its cycle counter does not go evenly (the "
             "core sleeps, or the program uses the counter); say what the clock is");
}

static enum err read_clock(struct target *t, struct swo_reading *r)
{
    r->before_us = debug_probe_now_us(t->probe);
    enum err e = trace_units_read_cycles(&t->mem, &r->cycles);
    r->after_us = debug_probe_now_us(t->probe);
    return e;
}

void swo_begin_trust(struct target *t)
{
    struct target_swo *s = &t->swo;
    swo_clock_restart(&s->clock);
    s->has_before = false;
    s->unsure_until_us = 0;
    s->clock_due_us = 0;
    s->trust = s->counts ? TARGET_SWO_UNSURE : TARGET_SWO_SURE;
}

static void report_wrong(struct target *t)
{
    log_line(t->log, LOG_NOTE,
             "SWO: the core's clock is not %u Hz: what comes until it is measured is left out",
             t->swo.hz);
}

// Two readings in a row tell soon when the clock cannot be what it is taken for.
static void check_clock(struct target *t, const struct swo_reading *r)
{
    struct target_swo *s = &t->swo;
    if (s->trust == TARGET_SWO_UNSURE && !s->unsure_until_us)
        s->unsure_until_us = r->after_us + UNSURE_US;
    const enum swo_belief belief =
        s->has_before && s->hz ? swo_clock_believe(&s->before, r, s->hz) : SWO_BELIEF_OPEN;
    if (belief != SWO_BELIEF_OPEN || !s->has_before)
        s->before = *r;
    s->has_before = true;
    if (belief == SWO_BELIEF_FAILS && s->trust != TARGET_SWO_WRONG) {
        s->trust = TARGET_SWO_WRONG;
        swo_clock_restart(&s->clock);
        report_wrong(t);
    } else if (s->trust == TARGET_SWO_UNSURE &&
               (belief == SWO_BELIEF_HOLDS || r->after_us > s->unsure_until_us)) {
        s->trust = TARGET_SWO_SURE;
    }
}

static enum err measure_clock(struct target *t)
{
    struct target_swo *s = &t->swo;
    struct swo_reading r;
    const uint64_t now = debug_probe_now_us(t->probe);
    // As long as nothing is received whoever polls sets the pace.
    if (!s->counts || t->state != TARGET_RUNNING || (s->receiving && now < s->clock_due_us))
        return ERR_OK;
    enum err e = read_clock(t, &r);
    if (e)
        return e;
    check_clock(t, &r);
    const bool steady = s->clock_kind == TARGET_SWO_CLOCK_MEASURED && !s->clock.uneven &&
                        s->trust == TARGET_SWO_SURE;
    s->clock_due_us = now + (steady ? STEADY_US : FIRST_US);
    if (!swo_clock_add(&s->clock, &r, s->trust == TARGET_SWO_WRONG || !s->receiving)) {
        if (s->clock.uneven > UNEVEN_MAX)
            report_uneven(t);
        return ERR_OK;
    }
    const bool changed = s->hz != s->clock.hz || s->clock_kind != TARGET_SWO_CLOCK_MEASURED;
    s->trust = TARGET_SWO_SURE;
    s->hz = s->clock.hz;
    s->clock_kind = TARGET_SWO_CLOCK_MEASURED;
    e = changed ? use_clock(t) : ERR_OK;
    if (!e && changed)
        report_clock(t);
    return e;
}

// ---- what the program sets ----------------------------------------------------------------------

static enum err follow_program(struct target *t, uint32_t divisor)
{
    struct target_swo *s = &t->swo;
    const uint32_t baud = s->hz / divisor;
    const bool told = s->told_divisor == divisor, fits = baud <= s->probe_limit;
    s->told_divisor = divisor;
    s->follows = fits;
    if (fits) {
        s->divisor = divisor;
        enum err e = swo_receive(t);
        log_line(t->log, told ? LOG_DEBUG : LOG_WARN,
                 "SWO: the program has set another baud rate (TPIU_ACPR %u): the probe now "
                 "receives %u baud",
                 divisor - 1, s->baud);
        return e;
    }
    log_line(t->log, told ? LOG_DEBUG : LOG_WARN,
             "SWO: the program has set another baud rate, %u (TPIU_ACPR %u), of which the probe "
             "receives %u at most: it is set to %u again",
             baud, divisor - 1, s->probe_limit, s->baud);
    s->begins = true;
    return trace_units_set_sink(&t->mem, s->divisor);
}

static enum err check_sink(struct target *t)
{
    struct target_swo *s = &t->swo;
    struct trace_units_sink sink;
    enum err e = trace_units_read_sink(&t->mem, &sink);
    if (e)
        return e;
    if (!sink.uart) {
        log_line(t->log, LOG_WARN,
                 "SWO: the program has set the pin to another protocol than a UART, which the "
                 "probe does not receive: it is set back");
        return trace_units_set_sink(&t->mem, s->divisor);
    }
    if (sink.formatted != s->formatted) {
        s->formatted = sink.formatted;
        s->begins = true;
    }
    if (sink.divisor != s->divisor && (e = follow_program(t, sink.divisor)))
        return e;
    const bool wanted = s->begins || s->doubt;
    s->doubt = false;
    return wanted ? trace_units_read_sources(&t->mem, &s->sends, &s->source) : ERR_OK;
}

// Nobody polls a target that is released.
static enum err notice_reset(struct target *t)
{
    uint32_t dhcsr;
    if (!t->released)
        return ERR_OK;
    enum err e = cortexm_read_dhcsr(&t->core, &dhcsr);
    if (!e && cortexm_take_reset(&t->core))
        swo_note_undone(t);
    return e;
}

enum err swo_follow(struct target *t)
{
    struct target_swo *s = &t->swo;
    enum err e = measure_clock(t);
    const uint64_t now = debug_probe_now_us(t->probe);
    if (e || !s->receiving || now < s->check_due_us)
        return e;
    s->check_due_us = now + CHECK_US;
    e = notice_reset(t);
    return e || s->stale ? e : check_sink(t);
}
