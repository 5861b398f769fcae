// SPDX-License-Identifier: MIT
// How a timer counts (RM0091, 18.3): prescaler, reload, update events, compare matches. Nothing is
// counted while time passes: the ticks are worked through when somebody looks, whole rounds at
// once.
#include "sim/parts/tim.h"

#define CC1S_OUTPUT 0u

uint32_t sim_tim_mask(const struct sim_tim *t)
{
    return t->config->bits == 32 ? 0xffffffffu : 0xffffu;
}

static bool counts_down(const struct sim_tim *t)
{
    return t->cr1 & SIM_TIM_DIR && t->config->has & SIM_TIM_DOWN && !(t->cr1 & SIM_TIM_CMS);
}

static bool is_output(const struct sim_tim *t, unsigned channel)
{
    return (t->ccmr[channel / 2] >> 8 * (channel % 2) & 3) == CC1S_OUTPUT;
}

static void load_preloads(struct sim_tim *t)
{
    t->psc_used = t->psc;
    t->arr_used = t->arr;
    t->repeats_left = t->rcr;
}

// An overflow or underflow is an update event, or one of those that RCR lets pass (17.3.3).
static void overflow(struct sim_tim *t)
{
    t->cnt = counts_down(t) ? t->arr_used : 0;
    if (t->repeats_left) {
        t->repeats_left--;
        return;
    }
    if (!(t->cr1 & SIM_TIM_UDIS)) {
        load_preloads(t);
        t->cnt = counts_down(t) ? t->arr_used : 0;
        t->sr |= SIM_TIM_UIF;
    }
    if (t->cr1 & SIM_TIM_OPM) {
        t->cr1 &= ~SIM_TIM_CEN;
        t->clock.hz = 0;
    }
}

void sim_tim_restart(struct sim_tim *t)
{
    t->divided = 0;
    if (!(t->cr1 & SIM_TIM_UDIS)) {
        load_preloads(t);
        if (!(t->cr1 & SIM_TIM_URS))
            t->sr |= SIM_TIM_UIF;
    }
    t->cnt = counts_down(t) ? t->arr_used : 0;
}

// The counter has taken every value from first to last.
static void match(struct sim_tim *t, uint32_t first, uint32_t last)
{
    for (unsigned i = 0; i < t->config->channels; i++) {
        if (is_output(t, i) && t->ccr[i] >= first && t->ccr[i] <= last)
            t->sr |= SIM_TIM_CC1 << i;
    }
}

// A value beyond the reload value matches at the overflow (18.4.5, CC1IF).
static void match_beyond(struct sim_tim *t)
{
    for (unsigned i = 0; i < t->config->channels; i++) {
        if (is_output(t, i) && t->ccr[i] > t->arr_used)
            t->sr |= SIM_TIM_CC1 << i;
    }
}

static uint64_t counts_to_overflow(const struct sim_tim *t)
{
    if (counts_down(t))
        return (uint64_t)t->cnt + 1;
    uint32_t last = t->cnt <= t->arr_used ? t->arr_used : sim_tim_mask(t);
    return (uint64_t)last - t->cnt + 1;
}

// Less than what is missing to the overflow.
static void count_within(struct sim_tim *t, uint32_t n)
{
    if (n == 0)
        return;
    if (counts_down(t)) {
        match(t, t->cnt - n, t->cnt - 1);
        t->cnt -= n;
    } else {
        match(t, t->cnt + 1, t->cnt + n);
        t->cnt += n;
    }
}

static void count_over(struct sim_tim *t)
{
    count_within(t, (uint32_t)(counts_to_overflow(t) - 1));
    match_beyond(t);
    overflow(t);
    match(t, t->cnt, t->cnt);
}

// With nothing waiting to take effect, all rounds are alike, and all but the last can be left out.
static uint64_t skip_rounds(const struct sim_tim *t, uint64_t ticks, uint64_t per)
{
    uint64_t round = ((uint64_t)t->arr_used + 1) * per;
    bool steady = t->psc == t->psc_used && t->arr == t->arr_used && !t->repeats_left && !t->rcr &&
                  t->cr1 & SIM_TIM_CEN;
    return steady && ticks >= 2 * round ? ticks % round + round : ticks;
}

static void count_ticks(struct sim_tim *t, uint64_t ticks)
{
    ticks += t->divided;
    t->divided = 0;
    while (t->cr1 & SIM_TIM_CEN) {
        uint64_t per = (uint64_t)t->psc_used + 1, wanted = counts_to_overflow(t);
        if (t->arr_used == 0) { // blocked (18.3.2)
            t->divided = ticks % per;
            return;
        }
        if (ticks / per < wanted) {
            count_within(t, (uint32_t)(ticks / per));
            t->divided = ticks % per;
            return;
        }
        ticks -= wanted * per;
        count_over(t);
        ticks = skip_rounds(t, ticks, (uint64_t)t->psc_used + 1);
    }
}

void sim_tim_count_to(struct sim_tim *t, uint64_t ns)
{
    uint64_t ticks = sim_ticker_advance(&t->clock, ns);
    if (ticks)
        count_ticks(t, ticks);
}

// Counts from now on until a compare match.
static uint64_t counts_to_match(const struct sim_tim *t, uint32_t value)
{
    uint64_t to_overflow = counts_to_overflow(t);
    if (value > t->arr_used)
        return to_overflow;
    if (counts_down(t))
        return value < t->cnt ? t->cnt - value : to_overflow + (t->arr_used - value);
    return value > t->cnt ? value - t->cnt : to_overflow + value;
}

uint64_t sim_tim_count_due_ns(const struct sim_tim *t)
{
    uint64_t counts = UINT64_MAX;
    if (!t->clock.hz || !t->arr_used)
        return SIM_NEVER;
    if (t->dier & SIM_TIM_UIF)
        counts = counts_to_overflow(t);
    for (unsigned i = 0; i < t->config->channels; i++) {
        if (!(t->dier & SIM_TIM_CC1 << i) || !is_output(t, i))
            continue;
        uint64_t wanted = counts_to_match(t, t->ccr[i]);
        if (wanted < counts)
            counts = wanted;
    }
    if (counts == UINT64_MAX)
        return SIM_NEVER;
    return sim_ticker_due_ns(&t->clock, counts * ((uint64_t)t->psc_used + 1) - t->divided);
}
