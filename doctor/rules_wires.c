// SPDX-License-Identifier: MIT
// The wires. An ST-LINK tells the same (status 09) of an open, a shorted and a swapped wire, of a
// dead chip and of read protection level 2: within that group there are only odds, from what people
// report, until someone moves a wire. How probes behave at shorts is not in any log: so no rule
// below claims to see one.
#include <stdio.h>
#include <string.h>

#include "doctor/rules.h"

#define MIN_TRIES    4u
#define SAFE_HZ      4000000u // faster clocks of a V3 may fail on good boards
#define SLOW_NRST_US 15000u
#define SWING_MV     500u // of VTref

// ---- silence ------------------------------------------------------------------------------------

unsigned rule_no_answer(const struct measurements *m, struct evidence *ev)
{
    if (m->loss.seen || !rules_is_silent(m) || !rules_vtref_is_good(m))
        return 0;
    rules_say_silence(m, ev);
    return 95;
}

unsigned rule_swd_swapped(const struct measurements *m, struct evidence *ev)
{
    return rules_odds(m, ev, "swd-swapped");
}

unsigned rule_swclk_fault(const struct measurements *m, struct evidence *ev)
{
    return rules_odds(m, ev, "swclk-fault");
}

unsigned rule_swdio_open(const struct measurements *m, struct evidence *ev)
{
    return rules_odds(m, ev, "swdio-open");
}

unsigned rule_swdio_low(const struct measurements *m, struct evidence *ev)
{
    return rules_odds(m, ev, "swdio-low");
}

unsigned rule_swdio_high(const struct measurements *m, struct evidence *ev)
{
    return rules_odds(m, ev, "swdio-high");
}

unsigned rule_swd_joined(const struct measurements *m, struct evidence *ev)
{
    return rules_odds(m, ev, "swd-joined");
}

// ---- a link that is there and bad ---------------------------------------------------------------

static unsigned total_blocks(const struct measured_link *link, unsigned *failed)
{
    unsigned blocks = 0;
    *failed = 0;
    for (unsigned i = 0; i < link->count; i++) {
        blocks += link->clock[i].blocks;
        *failed += link->clock[i].failed;
    }
    return blocks;
}

// Without a ground of its own the chip's supply swings with the signals, also above what it has.
unsigned rule_gnd_open(const struct measurements *m, struct evidence *ev)
{
    unsigned failed, blocks = total_blocks(&m->link, &failed);
    const struct measured_series *v = &m->supply.idle;
    const unsigned highest = rules_highest_mv(m);
    bool swings =
        m->supply.known && v->max_mv > rules_lowest_mv(m) && v->max_mv - v->min_mv > SWING_MV;
    bool hardly = rules_is_silent(m) || rules_shaky_under_reset(m) ||
                  (rules_is_present(m) && rules_fails_at_any_clock(m));
    if (swings && hardly) {
        rules_say(ev, "VTref swings between %u.%02u and %u.%02u V, and SWD hardly answers",
                  v->min_mv / 1000, v->min_mv % 1000 / 10, v->max_mv / 1000, v->max_mv % 1000 / 10);
        // Else it may be a supply that comes and goes.
        return v->max_mv > highest || m->supply.busy.max_mv > highest ? 70 : 35;
    }
    if (rules_is_present(m) && rules_fails_at_any_clock(m)) {
        rules_say(ev, "%u of %u blocks failed, at slow clocks as well as at fast ones", failed,
                  blocks);
        return 35;
    }
    if (rules_shaky_under_reset(m) || rules_fails_under_reset(m)) {
        rules_say(ev, "without a common ground an answer now and then, by chance, looks like this");
        return 30;
    }
    return rules_odds(m, ev, "gnd-open");
}

static void say_clocks(const struct measured_link *link, struct evidence *ev)
{
    unsigned failed, blocks = total_blocks(link, &failed);
    if (link->safe_hz)
        rules_say(ev, "%u of %u blocks failed; nothing fails at %u kHz and below", failed, blocks,
                  link->safe_hz / 1000);
    else
        rules_say(ev, "%u of %u blocks failed, and no clock is free of it", failed, blocks);
}

static bool tries_failed(const struct measurements *m)
{
    const struct measured_answer *a = &m->answer[ATTEMPT_ASKED];
    return a->tries >= MIN_TRIES && a->good < a->tries && rules_is_present(m);
}

static unsigned waited_blocks(const struct measured_link *link)
{
    unsigned waited = 0;
    for (unsigned i = 0; i < link->count; i++)
        waited += link->clock[i].waited;
    return waited;
}

// No error on the wires: the chip's bus is slower than the debug port (IHI 0031, B4.2.4).
unsigned rule_core_slow(const struct measurements *m, struct evidence *ev)
{
    const struct family_doctor *facts = measure_facts(m);
    unsigned failed, blocks = total_blocks(&m->link, &failed), waited = waited_blocks(&m->link);
    char why[96] = "";
    if (!waited || 4 * waited < 3 * failed)
        return 0;
    if (facts && facts->slow_clock)
        (void)facts->slow_clock(m->chip.reg, why, sizeof why);
    rules_say(ev, "%u of %u blocks failed because the chip kept asking to wait; none at %u kHz%s%s",
              waited, blocks, m->link.safe_hz / 1000, why[0] ? "; " : "", why);
    return why[0] ? 92 : 75;
}

unsigned rule_link_marginal(const struct measurements *m, struct evidence *ev)
{
    const struct measured_link *link = &m->link;
    if (m->loss.seen)
        return rules_shaky_under_reset(m) ? 40 : rules_odds(m, ev, "link-marginal");
    if (rule_core_slow(m, &(struct evidence){.note = false})) {
        say_clocks(link, ev);
        return 20;
    }
    for (unsigned i = 0; i < link->count; i++)
        if (link->clock[i].failed > link->clock[i].wrong && link->clock[i].hz <= SAFE_HZ) {
            say_clocks(link, ev);
            return rules_fails_at_any_clock(m) ? 80 : 92;
        }
    if (link->writes_wrong) {
        rules_say(ev, "%u of %u words arrived wrong at the target", link->writes_wrong,
                  link->writes);
        return 80;
    }
    if (rules_is_silent(m))
        return rules_odds(m, ev, "link-marginal");
    if (rules_shaky_under_reset(m)) {
        const struct measured_answer *a = &m->answer[ATTEMPT_UNDER_RESET];
        rules_say(ev, "%u of %u attempts failed even with NRST low", a->tries - a->good, a->tries);
        return 60;
    }
    if (rules_fails_under_reset(m)) {
        rules_say(ev, "it answers under reset, and %u attempts to start the core from there failed",
                  m->survival.failed);
        return 60;
    }
    if (rules_only_under_reset(m)) {
        rules_say(ev,
                  "a bad contact that was good by chance under reset only would look like this");
        return 10;
    }
    if (!tries_failed(m))
        return 0;
    rules_say(ev, "%u of %u attempts at %u kHz failed",
              m->answer[ATTEMPT_ASKED].tries - m->answer[ATTEMPT_ASKED].good,
              m->answer[ATTEMPT_ASKED].tries, m->answer[ATTEMPT_ASKED].swclk_hz / 1000);
    return rules_lone_failure(m) ? 30 : 55;
}

// ---- NRST ---------------------------------------------------------------------------------------

unsigned rule_nrst_low(const struct measurements *m, struct evidence *ev)
{
    if (m->reset.held_before || (m->reset.tested && m->reset.held_after)) {
        rules_say(ev, "the core stays in reset (S_RESET_ST is set at every look), and the probe "
                      "does not pull NRST");
        return 95;
    }
    return rules_odds(m, ev, "nrst-low");
}

unsigned rule_nrst_not_wired(const struct measurements *m, struct evidence *ev)
{
    const struct measured_reset *r = &m->reset;
    if (r->tested && !r->held_before && !r->works) {
        rules_note(ev,
                   "pulling NRST low did not reset the core; a cable of four wires is like this, "
                   "and debugging works");
        return 95;
    }
    if (r->tested || !rules_is_present(m))
        return 0;
    return rules_not_tested(ev);
}

unsigned rule_nrst_slow(const struct measurements *m, struct evidence *ev)
{
    const struct measured_reset *r = &m->reset;
    if (rules_is_present(m) && !r->tested)
        return rules_not_tested(ev);
    if (!r->tested || !r->works || r->held_after ||
        r->release_us < SLOW_NRST_US + 2 * m->probe.command_us)
        return 0;
    rules_say(ev, "the core left reset %u ms after the probe had let NRST go",
              r->release_us / 1000);
    return 75;
}
