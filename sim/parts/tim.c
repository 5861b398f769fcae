// SPDX-License-Identifier: MIT
// Timers (RM0091, 17 to 21): registers, update events and interrupts, input capture of the internal
// signals that TIM14 can listen to. Counting is in tim_count.c. Not modelled: outputs, slave modes,
// capture from pins, DMA.
#include "sim/parts/tim.h"

enum {
    TIM_CR1 = 0x00,
    TIM_CR2 = 0x04,
    TIM_SMCR = 0x08,
    TIM_DIER = 0x0c,
    TIM_SR = 0x10,
    TIM_EGR = 0x14,
    TIM_CCMR1 = 0x18,
    TIM_CCMR2 = 0x1c,
    TIM_CCER = 0x20,
    TIM_CNT = 0x24,
    TIM_PSC = 0x28,
    TIM_ARR = 0x2c,
    TIM_RCR = 0x30,
    TIM_CCR1 = 0x34,
    TIM_CCR4 = 0x40,
    TIM_BDTR = 0x44,
    TIM_OR = 0x50,
    TIM_TISEL_EARLY = 0x5c, // of STM32G4
    TIM_TISEL = 0x68,
};

#define CR1_KEPT     0x3ffu
#define CAPTURES     4u // lines that a timer can have
#define CR1_CMS      0x60u
#define EGR_UG       (1u << 0)
#define SMCR_SMS     0x7u
#define SMCR_ECE     (1u << 14)
#define UPDATE_FLAG  1u
#define CC_FLAGS     0x1eu
#define CCER_CC1E    (1u << 0)
#define CCER_CC1P    (1u << 1)
#define CCER_CC1NP   (1u << 3)
#define CCMR1_CC1S   0x3u
#define CCMR1_IC1PSC 2 // shift

static uint64_t now_of(const struct sim_tim *t)
{
    return t->part->clock->now_ns;
}

// ---- what can happen next -----------------------------------------------------------------------

static bool captures(const struct sim_tim *t)
{
    return (t->ccmr[0] & CCMR1_CC1S) == 1 && t->ccer & CCER_CC1E;
}

// Ticks of the captured clock from one capture to the next; the ticker runs at twice the signal.
static uint64_t capture_interval(const struct sim_tim *t)
{
    bool both = t->ccer & CCER_CC1P && t->ccer & CCER_CC1NP;
    return (both ? 1ull : 2ull) * t->capture_divider << (t->ccmr[0] >> CCMR1_IC1PSC & 3);
}

static uint64_t capture_due_ns(const struct sim_tim *t)
{
    if (!captures(t))
        return SIM_NEVER;
    return sim_ticker_due_ns(&t->signal, capture_interval(t) - t->signal_ticks);
}

static void update_irq(struct sim_tim *t)
{
    uint32_t active = t->sr & t->dier;
    if (t->config->has & SIM_TIM_TWO_IRQS) { // update, and captures and compares
        sim_part_irq(t->part, 0, active & ~CC_FLAGS);
        sim_part_irq(t->part, 1, active & CC_FLAGS);
    } else {
        sim_part_irq(t->part, 0, active);
    }
}

// Only an interrupt needs to be woken for; everything else is worked out when somebody looks.
static void arm_tim_timer(struct sim_tim *t)
{
    uint64_t due = sim_tim_count_due_ns(t);
    uint64_t capture = t->dier & SIM_TIM_CC1 ? capture_due_ns(t) : SIM_NEVER;
    if (capture < due)
        due = capture;
    sim_clock_arm(t->part->clock, &t->timer, due);
}

// ---- input capture ------------------------------------------------------------------------------

static void capture(struct sim_tim *t, bool more_than_one)
{
    if (more_than_one || t->sr & SIM_TIM_CC1)
        t->sr |= SIM_TIM_CC1OF;
    t->sr |= SIM_TIM_CC1;
    t->ccr[0] = t->cnt;
}

// Brings counter and captures to now: the counter first to the last capture, then on.
static void count_tim_to_now(struct sim_tim *t)
{
    uint64_t now = now_of(t);
    if (captures(t)) {
        struct sim_ticker before = t->signal;
        uint64_t interval = capture_interval(t), had = t->signal_ticks;
        uint64_t total = had + sim_ticker_advance(&t->signal, now);
        t->signal_ticks = total % interval;
        if (total >= interval) {
            uint64_t at = sim_ticker_due_ns(&before, total / interval * interval - had);
            sim_tim_count_to(t, at < now ? at : now);
            capture(t, total >= 2 * interval);
        }
    }
    sim_tim_count_to(t, now);
}

static void tim_is_due(void *arg)
{
    struct sim_tim *t = arg;
    count_tim_to_now(t);
    update_irq(t);
    arm_tim_timer(t);
}

static uint32_t captured_hz(const struct sim_tim *t, unsigned *divider)
{
    unsigned lines = t->config->has & SIM_TIM_REMAPS_WIDELY ? 2 * CAPTURES : CAPTURES;
    unsigned line = t->or < lines ? CAPTURES * t->part->row->number + t->or : SIM_SIGNAL_LINES;
    *divider = (unsigned)sim_part_level(t->part, SIM_CAPTURE_DIVIDER, line);
    return (uint32_t)sim_part_level(t->part, SIM_CAPTURE_HZ, line);
}

// Of its clock and of the signal that it captures.
static void follow_tim_clock(struct sim_tim *t)
{
    count_tim_to_now(t);
    bool counts = t->cr1 & SIM_TIM_CEN && !t->frozen && sim_part_is_clocked(t->part) &&
                  !(t->smcr & (SMCR_SMS | SMCR_ECE));
    uint32_t signal_hz = 0;
    t->capture_divider = 1;
    if (t->config->has & SIM_TIM_REMAPS)
        signal_hz = captured_hz(t, &t->capture_divider);
    t->clock.hz = counts ? (uint32_t)sim_part_bus_hz(t->part, SIM_TIMER_HZ) : 0;
    t->signal.hz = 2 * signal_hz;
    arm_tim_timer(t);
}

static void hear_clocks(void *self, unsigned line, uint64_t value)
{
    (void)line;
    (void)value;
    follow_tim_clock(self);
}

static void hear_freeze(void *self, unsigned line, uint64_t value)
{
    struct sim_tim *t = self;
    bool frozen = sim_part_is_frozen(t->part);
    (void)line;
    (void)value;
    if (frozen == t->frozen)
        return;
    t->frozen = frozen;
    follow_tim_clock(t);
}

// ---- registers ----------------------------------------------------------------------------------

static void write_cr1(struct sim_tim *t, uint32_t value)
{
    if (value & CR1_CMS && !(t->cr1 & CR1_CMS))
        log_line(t->part->log, LOG_NOTE, "the virtual %s counts up only, not centre-aligned",
                 t->part->row->name);
    t->cr1 = value & CR1_KEPT;
    follow_tim_clock(t);
}

static void write_smcr(struct sim_tim *t, uint32_t value)
{
    if (value & (SMCR_SMS | SMCR_ECE))
        log_line(t->part->log, LOG_NOTE, "the virtual %s has nothing to be a slave of",
                 t->part->row->name);
    t->smcr = value;
    follow_tim_clock(t);
}

static void write_egr(struct sim_tim *t, uint32_t value)
{
    if (value & EGR_UG)
        sim_tim_restart(t);
    if (value & SIM_TIM_CC1 && captures(t))
        capture(t, false);
    else
        t->sr |= value & SIM_TIM_CC1;
    t->sr |= value & CC_FLAGS & ~SIM_TIM_CC1 & ((2u << t->config->channels) - 1);
}

// Registers without a side effect of their own, and those with one that is looked after anyway.
static uint32_t *plain(struct sim_tim *t, uint32_t offset)
{
    switch (offset) {
    case TIM_CR2:
        return &t->cr2;
    case TIM_DIER:
        return &t->dier;
    case TIM_CCMR1:
        return &t->ccmr[0];
    case TIM_CCMR2:
        return &t->ccmr[1];
    case TIM_CCER:
        return &t->ccer;
    case TIM_RCR:
        return t->config->has & SIM_TIM_REPEATS ? &t->rcr : NULL;
    case TIM_BDTR:
        return t->config->has & SIM_TIM_REPEATS ? &t->bdtr : NULL;
    default:
        return NULL;
    }
}

static uint32_t remap_mask(const struct sim_tim *t)
{
    if (t->config->has & (SIM_TIM_SELECTS | SIM_TIM_SELECTS_EARLY))
        return 15;
    return t->config->has & SIM_TIM_REMAPS_WIDELY ? 7 : 3;
}

// Of what is captured, where this timer can choose.
static bool is_remap(const struct sim_tim *t, uint32_t offset)
{
    uint32_t where = t->config->has & SIM_TIM_SELECTS         ? TIM_TISEL
                     : t->config->has & SIM_TIM_SELECTS_EARLY ? TIM_TISEL_EARLY
                                                              : TIM_OR;
    return t->config->has & SIM_TIM_REMAPS && offset == where;
}

static uint32_t *compare_register(struct sim_tim *t, uint32_t offset)
{
    unsigned channel = (offset - TIM_CCR1) / 4;
    bool there = offset >= TIM_CCR1 && offset <= TIM_CCR4 && channel < t->config->channels;
    return there ? &t->ccr[channel] : NULL;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_tim *t = self;
    (void)size;
    count_tim_to_now(t);
    *value = 0;
    if (offset == TIM_CR1)
        *value = t->cr1;
    else if (offset == TIM_SMCR)
        *value = t->smcr;
    else if (offset == TIM_SR)
        *value = t->sr;
    else if (offset == TIM_CNT)
        *value = t->cnt;
    else if (offset == TIM_PSC)
        *value = t->psc;
    else if (offset == TIM_ARR)
        *value = t->arr;
    else if (is_remap(t, offset))
        *value = t->or ;
    else if (compare_register(t, offset))
        *value = *compare_register(t, offset);
    else if (plain(t, offset))
        *value = *plain(t, offset);
    if (offset == TIM_CCR1 && captures(t)) { // reading it takes the capture (18.4.5)
        t->sr &= ~SIM_TIM_CC1;
        update_irq(t);
    }
    return SIM_BUS_OK;
}

static void write_counting(struct sim_tim *t, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case TIM_CNT:
        t->cnt = value & sim_tim_mask(t);
        break;
    case TIM_PSC: // takes effect with the next update event
        t->psc = value & 0xffff;
        break;
    case TIM_ARR:
        t->arr = value & sim_tim_mask(t);
        if (!(t->cr1 & SIM_TIM_ARPE))
            t->arr_used = t->arr;
        break;
    default:
        break;
    }
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_tim *t = self;
    uint32_t *reg = plain(t, offset) ? plain(t, offset) : compare_register(t, offset);
    (void)size;
    count_tim_to_now(t);
    if (reg)
        *reg = reg == compare_register(t, offset) ? value & sim_tim_mask(t) : value;
    else if (offset == TIM_CR1)
        write_cr1(t, value);
    else if (offset == TIM_SMCR)
        write_smcr(t, value);
    else if (offset == TIM_SR)
        t->sr &= value;
    else if (offset == TIM_EGR)
        write_egr(t, value);
    else if (is_remap(t, offset))
        t->or = value & remap_mask(t);
    else
        write_counting(t, offset, value);
    if (is_remap(t, offset) || offset == TIM_CCER || offset == TIM_CCMR1) {
        t->signal_ticks = 0; // the edge to come is a whole period away
        t->signal.at_ns = now_of(t);
        follow_tim_clock(t);
    }
    update_irq(t);
    arm_tim_timer(t);
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_tim *t = self;
    (void)kind;
    struct sim_tim fresh = {
        .part = t->part, .config = t->config, .timer = t->timer, .frozen = t->frozen};
    *t = fresh;
    t->arr = t->arr_used = sim_tim_mask(t);
    t->capture_divider = 1;
    t->clock.at_ns = t->signal.at_ns = now_of(t);
    arm_tim_timer(t);
    update_irq(t);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_tim *t = state;
    t->part = part;
    t->config = part->config;
    sim_clock_add(part->clock, &t->timer, tim_is_due, t);
    return true;
}

static const struct sim_part_listens listens[] = {
    {SIM_CLOCKS_CHANGED, hear_clocks},
    {SIM_FREEZE, hear_freeze},
    {0, NULL},
};

const struct sim_part_kind sim_part_tim = {
    .name = "tim",
    .state_size = sizeof(struct sim_tim),
    .create = create,
    .device = {reset, read, write},
    .listens = listens,
};
