// SPDX-License-Identifier: MIT
#include "targets/swo_clock.h"

// A stretch is long enough when its bounds are within this of its middle; what several that agree
// tell together goes down to a fraction of it.
#define STRETCH_ERROR 0.025
// After so long a new origin: clocks drift, and the counter wraps (at 550 MHz after 7.8 s).
#define ORIGIN_MAX_US 2000000u
#define MHZ           1e6
// A clock that is believed may be so far outside of the bounds; and bounds so wide say enough.
#define BELIEF_MARGIN 0.03
#define BELIEF_ERROR  0.12
// So long a counter that stands still is waited for.
#define STILL_US      20000u

static void bounds(const struct swo_reading *a, const struct swo_reading *b, double *least,
                   double *most)
{
    const uint32_t cycles = b->cycles - a->cycles;
    const double longest = (double)(b->after_us - a->before_us);
    const double shortest = b->before_us > a->after_us ? (double)(b->before_us - a->after_us) : 0;
    *least = cycles * MHZ / longest;
    *most = shortest > 0 ? cycles * MHZ / shortest : 1e12;
}

static double error_of(double least, double most)
{
    return (most - least) / (most + least);
}

// Clocks are whole MHz as a rule: the one nearest to the middle, if there is one within the bounds.
static uint32_t choose_hz(double least, double most)
{
    const double middle = (least + most) / 2, whole = (double)(uint32_t)(middle / MHZ + 0.5) * MHZ;
    return (uint32_t)((whole >= least && whole <= most ? whole : middle) + 0.5);
}

void swo_clock_restart(struct swo_clock *c)
{
    c->begun = c->has_stretch = false;
    c->uneven = 0;
}

static bool take_result(struct swo_clock *c, double least, double most)
{
    const uint32_t hz = choose_hz(least, most);
    const uint32_t error_ppm = (uint32_t)(error_of(least, most) * 1e6 + 0.5);
    const bool better = c->hz < least || c->hz > most || error_ppm < c->error_ppm;
    if (!better)
        return false;
    c->hz = hz;
    c->error_ppm = error_ppm;
    return true;
}

enum swo_belief swo_clock_believe(const struct swo_reading *a, const struct swo_reading *b,
                                  uint32_t hz)
{
    double least, most;
    bounds(a, b, &least, &most);
    if (hz < least * (1 - BELIEF_MARGIN) || hz > most * (1 + BELIEF_MARGIN))
        return SWO_BELIEF_FAILS;
    return error_of(least, most) <= BELIEF_ERROR ? SWO_BELIEF_HOLDS : SWO_BELIEF_OPEN;
}

// The stretch is over. True: it agrees with the one before, and there is a result.
static bool end_stretch(struct swo_clock *c, double least, double most, bool eager)
{
    const bool agrees = c->has_stretch && least <= c->most_hz && most >= c->least_hz;
    c->uneven = agrees ? 0 : c->uneven + c->has_stretch;
    if (!agrees || c->last.before_us - c->origin.before_us > ORIGIN_MAX_US) {
        c->has_stretch = true;
        c->origin = c->first;
        c->least_hz = least;
        c->most_hz = most;
        return eager && take_result(c, least, most);
    }
    bounds(&c->origin, &c->last, &least, &most);
    c->least_hz = least;
    c->most_hz = most;
    return take_result(c, least, most);
}

static void note_still(struct swo_clock *c, const struct swo_reading *r)
{
    if (r->before_us - c->first.before_us < STILL_US)
        return;
    c->first = *r;
    c->has_stretch = false;
    c->uneven++;
}

bool swo_clock_add(struct swo_clock *c, const struct swo_reading *r, bool eager)
{
    double least, most;
    if (!c->begun) {
        c->begun = true;
        c->first = c->last = *r;
        return false;
    }
    c->last = *r;
    if (r->cycles == c->first.cycles) {
        note_still(c, r);
        return false;
    }
    bounds(&c->first, r, &least, &most);
    if (error_of(least, most) > STRETCH_ERROR)
        return false;
    const bool result = end_stretch(c, least, most, eager);
    c->first = *r;
    return result;
}
