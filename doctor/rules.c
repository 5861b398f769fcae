// SPDX-License-Identifier: MIT
// What several rules ask.
#include "doctor/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "doctor/odds.h"

#define SLOW_CLOCK_HZ 300000u

void rules_say(struct evidence *ev, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(ev->text, sizeof ev->text, fmt, args);
    va_end(args);
}

void rules_note(struct evidence *ev, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(ev->text, sizeof ev->text, fmt, args);
    va_end(args);
    ev->note = true;
}

bool rules_target_was_tried(const struct measurements *m)
{
    unsigned tries = m->answer[ATTEMPT_ASKED].tries;
    return tries > 0 && m->probe.stalled_entries < tries;
}

bool rules_is_silent(const struct measurements *m)
{
    return !rules_is_present(m) && !measure_answers(m, ATTEMPT_UNDER_RESET) &&
           !measure_answers(m, ATTEMPT_AFTER_RESET) && rules_target_was_tried(m);
}

bool rules_is_present(const struct measurements *m)
{
    if (m->loss.seen)
        return false;
    return measure_answers(m, ATTEMPT_ASKED) || measure_answers(m, ATTEMPT_SLOW) ||
           measure_answers(m, ATTEMPT_SLOWEST);
}

bool rules_only_under_reset(const struct measurements *m)
{
    return !rules_is_present(m) && !rules_is_silent(m) && rules_target_was_tried(m);
}

bool rules_shaky_under_reset(const struct measurements *m)
{
    const struct measured_answer *a = &m->answer[ATTEMPT_UNDER_RESET];
    return rules_only_under_reset(m) && a->good < a->tries;
}

bool rules_fails_under_reset(const struct measurements *m)
{
    return rules_only_under_reset(m) && !m->survival.tested && m->survival.failed;
}

bool rules_fails_at_any_clock(const struct measurements *m)
{
    for (unsigned i = 0; i < m->link.count; i++)
        if (m->link.clock[i].hz <= SLOW_CLOCK_HZ && m->link.clock[i].failed)
            return true;
    return false;
}

bool rules_lone_failure(const struct measurements *m)
{
    const struct measured_answer *a = &m->answer[ATTEMPT_ASKED];
    for (unsigned i = 0; i < m->link.count; i++)
        if (m->link.clock[i].failed)
            return false;
    return m->link.count && !m->link.writes_wrong && a->tries > 4 && a->good + 1 == a->tries;
}

void rules_say_silence(const struct measurements *m, struct evidence *ev)
{
    unsigned tries = 0;
    if (m->loss.seen) {
        rules_say(ev, "the last answer came %u ms after the first, and then none at any clock%s",
                  m->loss.heard_us / 1000, rules_is_silent(m) ? ", nor under reset" : "");
        return;
    }
    for (unsigned attempt = 0; attempt < ATTEMPT_COUNT; attempt++)
        tries += m->answer[attempt].tries;
    rules_say(
        ev,
        "no answer in %u tries, at %u, %u and %u kHz and under reset; the probe's status is 0x%02x",
        tries, m->answer[ATTEMPT_ASKED].swclk_hz / 1000, m->answer[ATTEMPT_SLOW].swclk_hz / 1000,
        m->answer[ATTEMPT_SLOWEST].swclk_hz / 1000, m->answer[ATTEMPT_ASKED].status);
}

bool rules_vtref_is_good(const struct measurements *m)
{
    return !m->supply.known || m->supply.idle.mean_mv >= rules_lowest_mv(m);
}

unsigned rules_odds(const struct measurements *m, struct evidence *ev, const char *id)
{
    if (!rules_is_silent(m))
        return 0;
    unsigned percent = odds_of(id);
    const bool plugged = strcmp(id, "target-unpowered") == 0 || strcmp(id, "not-connected") == 0;
    if (!ev->text[0])
        rules_say_silence(m, ev);
    if (m->probe.on_board)
        percent = plugged ? (percent + 1) / 2 : percent * 2 / 3;
    // Without a supply the wires cannot be judged; they stay possible.
    return rules_vtref_is_good(m) || plugged ? percent : (percent + 3) / 4;
}

unsigned rules_not_tested(struct evidence *ev)
{
    rules_say(ev, "not tested: that would disturb the program (--deep)");
    return RULES_NOT_TESTED;
}

void rules_say_health(const struct measurements *m, struct evidence *ev)
{
    unsigned transfers = 0;
    for (unsigned i = 0; i < m->link.count; i++)
        transfers += m->link.clock[i].transfers;
    rules_say(ev, "SWD answers up to %u kHz, with no error in %u transfers at %u clocks",
              m->link.safe_hz / 1000, transfers, m->link.count);
}

unsigned rules_lowest_mv(const struct measurements *m)
{
    unsigned lowest, highest;
    family_supply(m->chip.id.chip, &lowest, &highest);
    return lowest;
}

unsigned rules_highest_mv(const struct measurements *m)
{
    unsigned lowest, highest;
    family_supply(m->chip.id.chip, &lowest, &highest);
    return highest + RULES_VTREF_ERROR_MV;
}
