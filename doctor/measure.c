// SPDX-License-Identifier: MIT
// The order of measuring: cheap and certain first, and nothing that disturbs a program while
// gentler means are left.
#include "doctor/measure.h"

#define BEST_SWCLK_HZ 4000000u // what connecting begins with
#define TRIES_ASKED   12u
#define TRIES_OTHER   6u
#define WATCH_US      120000u     // of a running core
#define WATCH_LONG_US 900000u     // when a watchdog has bitten already
#define CSR_WATCHDOGS 0x60000000u // WWDGRSTF, IWDGRSTF (RM0091, 6.4.10)

bool measure_is_fatal(enum err e)
{
    switch (e) {
    case ERR_MEMORY:
    case ERR_FILE:
    case ERR_NO_PROBE:
    case ERR_PROBE_ACCESS:
    case ERR_PROBE_BUSY:
    case ERR_PROBE_LOST:
    case ERR_PROBE_FIRMWARE:
    case ERR_TIMEOUT: // below targets/ only the USB cable knows this one
        return true;
    default:
        return false;
    }
}

enum err measure_connect(struct measure *b, uint32_t swclk_hz)
{
    enum err e = stlink_set_swclk(b->st, swclk_hz);
    if (e == ERR_UNSUPPORTED) // firmware below V2J22 has one clock only
        e = ERR_OK;
    return e ? e : stlink_enter_swd(b->st);
}

static bool any_answer(const struct measurements *m)
{
    for (unsigned way = 0; way < WAY_COUNT; way++)
        if (measure_answers(m, way))
            return true;
    return false;
}

// Attempts are also what drives SWDIO and SWCLK: what does VTref do meanwhile?
static enum err measure_busy_supply(struct measure *b)
{
    struct measured_series all = {0};
    for (unsigned i = 0; i < 4; i++) {
        enum err e = measure_connect(b, b->m->asked_hz);
        if (measure_is_fatal(e))
            return e;
        e = measure_supply(b, &all);
        if (e)
            return e;
    }
    b->m->supply.busy = all;
    return stlink_leave(b->st);
}

static enum err measure_silence(struct measure *b)
{
    enum err e = measure_answer(b, WAY_SLOW, TRIES_OTHER);
    if (!e && !measure_answers(b->m, WAY_SLOW))
        e = measure_answer(b, WAY_SLOWEST, 2);
    if (!e && b->m->supply.known)
        e = measure_busy_supply(b);
    if (e || measure_answers(b->m, WAY_SLOW) || measure_answers(b->m, WAY_SLOWEST))
        return e;
    e = measure_answer(b, WAY_UNDER_RESET, TRIES_OTHER);
    if (!e && !measure_answers(b->m, WAY_UNDER_RESET))
        e = measure_answer(b, WAY_AFTER_RESET, 3);
    return e;
}

// Nothing runs that a reset could disturb: blank flash, or a chip that is held in reset anyway.
static bool nothing_to_lose(const struct measurements *m)
{
    return m->chip.flash_blank || m->chip.id_refused;
}

static enum err measure_present_target(struct measure *b)
{
    struct measurements *m = b->m;
    enum err e = measure_link(b);
    if (e || !m->link.safe_hz)
        return e;
    e = measure_connect(b, m->link.safe_hz);
    if (!e)
        e = measure_core(b, WATCH_US);
    if (!e)
        e = measure_chip(b);
    if (!e && m->chip.state_known && m->chip.rcc_csr & CSR_WATCHDOGS && m->core.resets < 2)
        e = measure_core(b, WATCH_LONG_US);
    if (!e && (m->deep || nothing_to_lose(m)))
        e = measure_reset(b);
    return measure_is_fatal(e) ? e : ERR_OK;
}

// The debug port answers while NRST is low and not otherwise: it is the program that ends it.
static enum err measure_target_under_reset(struct measure *b)
{
    enum err e = measure_survival(b);
    return measure_is_fatal(e) ? e : ERR_OK;
}

static enum err measure_target(struct measure *b)
{
    struct measurements *m = b->m;
    enum err e = measure_answer(b, WAY_ASKED, TRIES_ASKED);
    if (!e && m->answer[WAY_ASKED].good < m->answer[WAY_ASKED].tries)
        e = measure_silence(b);
    if (e || !any_answer(m))
        return e;
    if (measure_answers(m, WAY_ASKED) || measure_answers(m, WAY_SLOW) ||
        measure_answers(m, WAY_SLOWEST))
        return measure_present_target(b);
    return measure_target_under_reset(b);
}

enum err measure_all(struct measurements *m, struct stlink *st, bool deep, uint32_t swclk_hz,
                     struct log *log)
{
    struct measure b = {.st = st, .log = log, .m = m};
    uint64_t start = usb_link_now_us(&st->link);
    m->deep = deep;
    m->asked_hz = swclk_hz ? swclk_hz : BEST_SWCLK_HZ;
    enum err e = measure_supply(&b, &m->supply.idle);
    m->supply.known = m->supply.idle.count > 0;
    if (!e)
        e = measure_target(&b);
    struct log kept = *log;
    if (!measure_is_fatal(e) && stlink_leave(st) == ERR_OK && !e)
        log_forget(log);
    else
        *log = kept;
    m->took_us = (uint32_t)(usb_link_now_us(&st->link) - start);
    return e;
}
