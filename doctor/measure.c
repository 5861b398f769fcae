// SPDX-License-Identifier: MIT
// The order of measuring: cheap and certain first, and nothing that disturbs a program while
// gentler means are left.
#include "doctor/measure.h"

#define BEST_SWCLK_HZ 4000000u // what connecting begins with
#define TRIES_ASKED   12u
#define TRIES_OTHER   6u
#define TRIES_SLOWEST 2u
#define CRAWLING_HZ   40000u
#define SAMPLES       8u
#define BUSY_ROUNDS   4u
#define BUSY_SAMPLES  8u
#define WATCH_US      100000u  // of a running core
#define WATCH_DOG_US  600000u  // when a watchdog has bitten already
#define WATCH_LONG_US 3300000u // when the program has reset itself, or a reset was seen
#define PATIENCE_MS   500u     // no command of ours takes longer than a tenth of it
#define VTREF_JTAG    13u      // firmware of a V2 that measures it

static unsigned tries(const struct measure *b, unsigned wanted)
{
    return b->m->probe.command_us > MEASURE_SLOW_COMMAND_US && wanted > 2 ? wanted / 3 : wanted;
}

static enum err measure_idle_supply(struct measure *b)
{
    struct measured_supply *s = &b->m->supply;
    enum err e = measure_supply(b, &s->idle, SAMPLES);
    s->known = s->idle.count > 0;
    s->broken =
        !e && !s->known && (b->st->version.hardware > 2 || b->st->version.jtag >= VTREF_JTAG);
    enum stlink_mode mode;
    const uint64_t start = debug_probe_now_us(b->probe);
    if (!e)
        e = stlink_get_mode(b->st, &mode);
    measure_count(b, e);
    b->m->probe.command_us = (uint32_t)(debug_probe_now_us(b->probe) - start);
    if (!measure_is_fatal(e))
        e = ERR_OK;
    return e;
}

// Attempts are also what drives SWDIO and SWCLK: what does VTref do meanwhile?
static enum err measure_busy_supply(struct measure *b)
{
    enum err e = ERR_OK;
    for (unsigned i = 0; i < BUSY_ROUNDS && !e; i++) {
        e = measure_connect(b, b->m->asked_hz);
        if (measure_is_fatal(e))
            return e;
        e = measure_supply(b, &b->m->supply.busy, tries(b, BUSY_SAMPLES));
    }
    return e ? e : debug_probe_leave(b->probe);
}

static enum err measure_silence(struct measure *b)
{
    enum err e = measure_answer(b, ATTEMPT_SLOW, tries(b, TRIES_OTHER));
    if (!e && !measure_answers(b->m, ATTEMPT_SLOW))
        e = measure_answer(b, ATTEMPT_SLOWEST, TRIES_SLOWEST);
    if (!e && b->m->supply.known)
        e = measure_busy_supply(b);
    if (e || measure_answers(b->m, ATTEMPT_ASKED) || measure_answers(b->m, ATTEMPT_SLOW) ||
        measure_answers(b->m, ATTEMPT_SLOWEST) || b->m->asked.no_reset)
        return e;
    e = measure_answer(b, ATTEMPT_UNDER_RESET, tries(b, TRIES_OTHER));
    if (!e && !measure_answers(b->m, ATTEMPT_UNDER_RESET))
        e = measure_answer(b, ATTEMPT_AFTER_RESET, TRIES_SLOWEST);
    // A program that turns SWD off is out of the way under reset, always; a bad contact is not.
    const struct measured_answer *a = &b->m->answer[ATTEMPT_UNDER_RESET];
    if (!e && a->good && a->good < a->tries)
        e = measure_answer(b, ATTEMPT_ASKED, TRIES_ASKED);
    return e;
}

// Nothing runs that a reset could disturb: blank flash, or a chip that is held in reset anyway.
static bool nothing_to_lose(const struct measurements *m)
{
    return (m->chip.flash_blank || m->chip.id_refused) && !m->asked.no_reset;
}

const struct family_doctor *measure_facts(const struct measurements *m)
{
    const struct chip *chip = m->chip.id.chip;
    return chip && m->chip.state_known ? chip->family->doctor : NULL;
}

const char *measure_reset_register(const struct measurements *m, uint32_t *value)
{
    const struct family_doctor *facts = measure_facts(m);
    *value = facts ? m->chip.reg[facts->reset_register] : 0;
    return facts ? facts->reg[facts->reset_register].name : NULL;
}

const struct reset_flag *measure_reset_flag(const struct measurements *m)
{
    const struct family_doctor *facts = measure_facts(m);
    uint32_t flags;
    (void)measure_reset_register(m, &flags);
    for (unsigned i = 0; facts && i < FAMILY_RESET_FLAGS; i++)
        if (flags & facts->reset_flag[i].mask)
            return &facts->reset_flag[i];
    return NULL;
}

bool measure_was_reset_by(const struct measurements *m, enum reset_by who)
{
    const struct family_doctor *facts = measure_facts(m);
    uint32_t flags;
    (void)measure_reset_register(m, &flags);
    for (unsigned i = 0; facts && i < FAMILY_RESET_FLAGS; i++)
        if (facts->reset_flag[i].by == who && flags & facts->reset_flag[i].mask)
            return true;
    return false;
}

// What was reset already may be again, a while later.
static enum err watch_for_resets(struct measure *b)
{
    struct measurements *m = b->m;
    uint32_t watch_us = 0;
    if (measure_was_reset_by(m, RESET_BY_WATCHDOG))
        watch_us = WATCH_DOG_US;
    if (measure_was_reset_by(m, RESET_BY_SOFTWARE) || m->core.resets)
        watch_us = WATCH_LONG_US;
    return watch_us && m->core.resets < 2 ? measure_core(b, watch_us, 2) : ERR_OK;
}

#define RESET_PASSES_US 10000u
#define NO_SUPPLY_MV    1250u

static bool lacks_supply(const struct measurements *m)
{
    return m->supply.known && m->supply.idle.mean_mv < NO_SUPPLY_MV;
}

// A chip that is in reset just then refuses its registers; one that is held there still does so
// later.
static enum err measure_chip_twice(struct measure *b)
{
    enum err e = measure_chip(b);
    if (e || b->m->chip.state_known || !b->m->chip.id_refused || lacks_supply(b->m))
        return e;
    debug_probe_sleep_us(b->probe, RESET_PASSES_US);
    b->m->chip = (struct measured_chip){.known = false};
    return measure_chip(b);
}

// A core that is in reset at every look: its registers can be read when it can be caught.
static enum err measure_chip_in_reset(struct measure *b)
{
    struct measurements *m = b->m;
    enum err e = ERR_OK;
    if (m->core.looks > 4 && m->core.resets + 1 >= m->core.looks && !m->asked.no_reset)
        e = measure_catch(b);
    const bool caught = m->reset.caught;
    if (!e)
        e = measure_chip_twice(b);
    return !e && caught ? measure_release(b) : e;
}

static enum err measure_program(struct measure *b)
{
    struct measurements *m = b->m;
    // A look takes 30 ms there.
    const bool crawls = b->probe->swclk_hz < CRAWLING_HZ;
    enum err e = measure_core(b, crawls ? WATCH_US / 2 : WATCH_US, 0);
    if (!e)
        e = measure_chip_in_reset(b);
    if (!e)
        e = watch_for_resets(b);
    if (!e && (m->asked.deep || nothing_to_lose(m)))
        e = measure_reset(b);
    if (!e && m->asked.deep && m->chip.id.chip && !m->reset.held_after)
        e = measure_deep(b);
    return e;
}

// Where only crawling is free of errors, a faster clock with few of them does for single words.
static uint32_t program_clock(const struct measured_link *link)
{
    if (link->safe_hz >= CRAWLING_HZ)
        return link->safe_hz;
    for (unsigned i = link->count; i-- > 0;)
        if (link->clock[i].hz >= CRAWLING_HZ && 2 * link->clock[i].failed < link->clock[i].blocks)
            return link->clock[i].hz;
    return link->safe_hz;
}

// Behind a closed port there is nothing to measure. On bad wires, or without a supply, what it says
// is not to be trusted.
static enum err measure_way(struct measure *b, bool *open)
{
    const struct measured_answer *a = &b->m->answer[ATTEMPT_ASKED];
    *open = true;
    if (a->good < a->tries || lacks_supply(b->m))
        return ERR_OK;
    enum err e = measure_connect(b, b->m->asked_hz);
    if (!e)
        e = measure_port(b);
    *open = !b->m->port.closed && !b->m->port.elsewhere;
    return measure_is_fatal(e) ? e : ERR_OK;
}

static enum err measure_present_target(struct measure *b)
{
    bool open;
    enum err e = measure_way(b, &open);
    if (e || !open)
        return e;
    e = measure_link(b);
    if (e || !b->m->link.safe_hz)
        return e;
    e = measure_connect(b, program_clock(&b->m->link));
    return e ? e : measure_program(b);
}

static enum err measure_target(struct measure *b)
{
    struct measurements *m = b->m;
    enum err e = measure_answer(b, ATTEMPT_ASKED, tries(b, TRIES_ASKED));
    // Firmware that knows no debug commands needs no further questions, nor does one that refuses
    // the chip.
    if (e || m->probe.stalled_entries == m->answer[ATTEMPT_ASKED].tries || measure_refuses(m))
        return e;
    if (m->answer[ATTEMPT_ASKED].good < m->answer[ATTEMPT_ASKED].tries)
        e = measure_silence(b);
    if (e)
        return e;
    if (measure_answers(m, ATTEMPT_ASKED) || measure_answers(m, ATTEMPT_SLOW) ||
        measure_answers(m, ATTEMPT_SLOWEST)) {
        e = measure_present_target(b);
        if (!measure_is_fatal(e))
            e = measure_loss(b);
    } else if (measure_answers(m, ATTEMPT_UNDER_RESET)) { // it is the program that ends it
        e = measure_survival(b);
    }
    return measure_is_fatal(e) ? e : ERR_OK;
}

enum err measure_all(struct measurements *m, struct stlink *st,
                     const struct measure_options *options, struct log *log)
{
    struct measure b = {
        .st = st, .probe = &st->probe, .mem = {.probe = &st->probe}, .log = log, .m = m};
    uint64_t start = debug_probe_now_us(b.probe);
    b.began_us = start;
    m->asked = *options;
    m->asked_hz = options->swclk_hz ? options->swclk_hz : BEST_SWCLK_HZ;
    unsigned patience_ms = b.probe->patience_ms;
    b.probe->patience_ms = PATIENCE_MS;
    enum err e = measure_idle_supply(&b);
    if (!e)
        e = measure_target(&b);
    const struct log_mark kept = log_keep(log);
    if ((!measure_is_fatal(e) || e == ERR_INTERRUPTED) && debug_probe_leave(b.probe) == ERR_OK &&
        !e)
        log_forget(log);
    else
        log_restore(log, &kept);
    b.probe->patience_ms = patience_ms;
    m->probe.usb_errors += st->garbled_replies;
    m->took_us = (uint32_t)(debug_probe_now_us(b.probe) - start);
    return e;
}
