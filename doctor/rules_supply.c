// SPDX-License-Identifier: MIT
// Supply voltages. VTref is evidence and never a veto: some probes always show 0 V, some clones
// always 3.3 V. An unpowered target was seen with up to 1.2 V there, and with values that wander
// when the wire hangs in the air.
#include <stdio.h>

#include "doctor/odds.h"
#include "doctor/rules.h"

#define NO_SUPPLY_MV 1250u
#define FLOATING_MV  300u // spread of the samples
#define DROP_MV      400u // between samples of a supply that is there
#define BACKFEED_MV  150u // what driving SWD adds to a supply that is off
#define VDDA_BELOW                                                                                 \
    250u // VDDA must not be below VDD (DS9773, 6.3.1); probes are off by some percent
#define VREFINT_ERROR 50u // of what the chip measures with its own reference (6.3.4)
#define CSR_PORRSTF   (1u << 27)

static unsigned spread(const struct measured_series *s)
{
    return s->max_mv - s->min_mv;
}

// Chance may let all samples of a wire in the air lie close together for a while. What the wires
// feed stays up between two attempts, so a sample at the idle level speaks for the air.
static bool floats(const struct measurements *m)
{
    const struct measured_series *idle = &m->supply.idle, *busy = &m->supply.busy;
    if (!m->supply.known)
        return false;
    bool later = busy->count && idle->mean_mv < NO_SUPPLY_MV && spread(busy) > FLOATING_MV &&
                 busy->min_mv <= idle->max_mv + BACKFEED_MV;
    return later || spread(idle) > FLOATING_MV;
}

static void say_vtref(const struct measurements *m, struct evidence *ev, const char *more)
{
    const struct measured_series *s = &m->supply.idle;
    rules_say(ev, "VTref is %u.%02u V (%u samples, %u mV apart)%s", s->mean_mv / 1000,
              s->mean_mv % 1000 / 10, s->count, spread(s), more);
}

// "VTref is 1.80 V (8 samples, 10 mV apart), and the chip wants 2.0 V at least".
static void say_vtref_and_limit(const struct measurements *m, struct evidence *ev, const char *verb,
                                unsigned mv, const char *after)
{
    char limit[64];
    snprintf(limit, sizeof limit, ", and the chip %s %u.%u V%s", verb, mv / 1000, mv % 1000 / 100,
             after);
    say_vtref(m, ev, limit);
}

// Driving the debug wires lifts a supply that is off through the chip's protection diodes.
static bool is_fed_by_wires(const struct measurements *m)
{
    const struct measured_supply *s = &m->supply;
    return s->busy.count && s->idle.mean_mv < rules_lowest_mv(m) && !floats(m) &&
           s->busy.max_mv > s->idle.max_mv + BACKFEED_MV;
}

unsigned rule_target_overvoltage(const struct measurements *m, struct evidence *ev)
{
    if (!m->supply.known || m->supply.idle.min_mv <= rules_highest_mv(m) || floats(m))
        return 0;
    say_vtref_and_limit(m, ev, "bears", rules_highest_mv(m) - RULES_VTREF_ERROR_MV, "");
    return 85;
}

unsigned rule_target_unpowered(const struct measurements *m, struct evidence *ev)
{
    if (!rules_target_was_tried(m) || rules_only_under_reset(m))
        return 0;
    if (m->supply.known && is_fed_by_wires(m)) {
        rules_say(
            ev,
            "VTref is %u.%02u V, and up to %u.%02u V while SWD is driven: the wires feed the chip",
            m->supply.idle.mean_mv / 1000, m->supply.idle.mean_mv % 1000 / 10,
            m->supply.busy.max_mv / 1000, m->supply.busy.max_mv % 1000 / 10);
        return 95;
    }
    if (rules_is_present(m))
        return 0;
    if (!m->supply.known) {
        rules_say(ev, "this probe cannot measure the supply, and nothing answers");
        return 15;
    }
    if (m->supply.idle.mean_mv < NO_SUPPLY_MV) {
        say_vtref(m, ev, ", and nothing answers on SWD");
        return floats(m) ? 20 : 70;
    }
    rules_say(ev, "a probe that always reports 3.3 V, as some clones do, would hide this");
    return rules_odds(m, ev, "target-unpowered");
}

static void grow(struct measured_series *all, const struct measured_series *s)
{
    if (s->count && (!all->count || s->min_mv < all->min_mv))
        all->min_mv = s->min_mv;
    if (s->count && (!all->count || s->max_mv > all->max_mv))
        all->max_mv = s->max_mv;
    all->count += s->count;
    all->odd += s->odd;
}

// All samples while nothing pulled NRST.
static struct measured_series all_samples(const struct measurements *m)
{
    struct measured_series all = {0};
    grow(&all, &m->supply.idle);
    grow(&all, &m->supply.busy);
    grow(&all, &m->supply.later);
    return all;
}

unsigned rule_not_connected(const struct measurements *m, struct evidence *ev)
{
    if (!rules_is_silent(m))
        return 0;
    if (m->supply.known && m->supply.idle.min_mv > rules_lowest_mv(m)) {
        rules_say(ev, "a probe that always reports 3.3 V, as some clones do, would hide this");
        return rules_odds(m, ev, "not-connected");
    }
    if (!floats(m) || m->supply.idle.max_mv > rules_lowest_mv(m))
        return 0;
    const struct measured_series all = all_samples(m);
    rules_say(
        ev,
        "VTref wandered between %u.%02u and %u.%02u V in %u samples, so it hangs in the air, and "
        "nothing answers on SWD",
        all.min_mv / 1000, all.min_mv % 1000 / 10, all.max_mv / 1000, all.max_mv % 1000 / 10,
        all.count);
    return 65;
}

static void say_vdda(const struct measurements *m, struct evidence *ev)
{
    const struct measured_deep *d = &m->deep_results;
    rules_say(ev, "the chip measures %u.%02u V at VDDA (VREFINT reads %u; %u in the factory)",
              d->vdda_mv / 1000, d->vdda_mv % 1000 / 10, d->vrefint, d->vrefint_cal);
}

// A chip that does not answer may be one of those that want more.
static unsigned may_be_too_low(const struct measurements *m, struct evidence *ev)
{
    const struct family *most = family_most_demanding();
    char limit[64];
    if (m->chip.id.chip || !rules_is_silent(m) || m->supply.idle.mean_mv >= most->vdd_min_mv)
        return 0;
    snprintf(limit, sizeof limit, ", and some chips (%s) want %u.%u V at least", most->name,
             most->vdd_min_mv / 1000, most->vdd_min_mv % 1000 / 100);
    say_vtref(m, ev, limit);
    return 75;
}

static unsigned failed_blocks(const struct measurements *m)
{
    unsigned failed = 0;
    for (unsigned i = 0; i < m->link.count; i++)
        failed += m->link.clock[i].failed;
    return failed;
}

unsigned rule_target_undervoltage(const struct measurements *m, struct evidence *ev)
{
    unsigned mv = m->supply.idle.mean_mv;
    const struct measured_deep *d = &m->deep_results;
    if (!m->supply.known && d->vdda_known && d->vdda_mv < rules_lowest_mv(m) - VREFINT_ERROR / 2) {
        say_vdda(m, ev);
        return 80;
    }
    if (!m->supply.known || mv < NO_SUPPLY_MV || floats(m) || is_fed_by_wires(m))
        return 0;
    if (mv >= rules_lowest_mv(m))
        return may_be_too_low(m, ev);
    char part[16];
    if (rules_is_present(m) && !failed_blocks(m) &&
        family_low_supply(m->chip.id.chip, mv, part, sizeof part)) {
        char more[96];
        snprintf(more, sizeof more, ", which is right for an STM32%s; its relatives want %u.%u V",
                 part, rules_lowest_mv(m) / 1000, rules_lowest_mv(m) % 1000 / 100);
        say_vtref(m, ev, more);
        ev->note = true;
        return 90;
    }
    say_vtref_and_limit(m, ev, "wants", rules_lowest_mv(m), " at least");
    return rules_is_present(m) ? 90 : 75;
}

// Failures at fast and slow clocks alike: what comes and goes is not the wires' quality.
static bool fails_at_most_clocks(const struct measurements *m)
{
    unsigned clocks = 0;
    for (unsigned i = 0; i < m->link.count; i++)
        clocks += m->link.clock[i].failed > 0;
    return clocks >= 4 && 4 * clocks >= 3 * m->link.count;
}

// A supply that drops takes the debug port with it; a loose wire of VTref does not.
unsigned rule_supply_unstable(const struct measurements *m, struct evidence *ev)
{
    struct measured_series all = all_samples(m);
    bool dropped =
        all.count && all.max_mv >= rules_lowest_mv(m) && all.min_mv + DROP_MV < all.max_mv;
    bool often = all.odd > 1;
    bool lost = failed_blocks(m) || m->core.lost ||
                m->answer[ATTEMPT_ASKED].good < m->answer[ATTEMPT_ASKED].tries;
    if (!dropped && fails_at_most_clocks(m)) {
        rules_say(ev,
                  "a supply that drops now and then, without VTref's showing it, looks like this");
        return 10;
    }
    if (!dropped || !rules_target_was_tried(m) || !(often || lost))
        return 0;
    if (is_fed_by_wires(m)) {
        rules_say(ev, "a supply that happened to be off at the first %u looks would look like this",
                  m->supply.idle.count);
        return 10;
    }
    rules_say(ev, "VTref was between %u.%02u and %u.%02u V in %u samples%s", all.min_mv / 1000,
              all.min_mv % 1000 / 10, all.max_mv / 1000, all.max_mv % 1000 / 10, all.count,
              lost ? ", and SWD was lost meanwhile" : "");
    if (all.max_mv > rules_highest_mv(m)) // no supply is that high: the ground is missing
        return 20;
    return !lost ? 30 : rules_is_present(m) ? 88 : 55;
}

unsigned rule_vtref_not_wired(const struct measurements *m, struct evidence *ev)
{
    struct measured_series all = all_samples(m);
    bool steady = all.min_mv >= rules_lowest_mv(m) && all.max_mv - all.min_mv <= DROP_MV;
    if (!m->supply.known || steady || is_fed_by_wires(m))
        return 0;
    bool low = m->supply.idle.mean_mv < NO_SUPPLY_MV;
    bool wanders = all.max_mv > all.min_mv + FLOATING_MV;
    if (!low && !wanders) {
        // A chip that runs well below its least supply has another one than VTref shows.
        say_vtref(m, ev, ", and yet the target answers");
        return rules_is_present(m) ? 30 : 0;
    }
    if (!rules_is_silent(m) && rules_target_was_tried(m)) {
        if (all.max_mv < FLOATING_MV) { // some probes cannot measure it, and all else works
            say_vtref(m, ev, ", and yet the target answers; some probes cannot measure it");
            ev->note = true;
            return 95;
        }
        say_vtref(m, ev, ", and yet the target answers");
        return rule_supply_unstable(m, &(struct evidence){.note = false}) >= DIAGNOSIS_LIKELY ? 40
                                                                                              : 95;
    }
    say_vtref(m, ev, "");
    return floats(m) ? 30 : 25;
}

static bool vdda_is_below(const struct measurements *m)
{
    const unsigned vdd = m->supply.known ? m->supply.idle.mean_mv : 0;
    const unsigned margin = vdd / 8 > VDDA_BELOW ? vdd / 8 : VDDA_BELOW;
    return vdd >= rules_lowest_mv(m) && vdd < rules_highest_mv(m) &&
           m->deep_results.vdda_mv + margin < vdd;
}

// The same pin is VDD and VDDA, so that what the chip measures there is its supply.
static bool measures_vdd(const struct measurements *m)
{
    const struct chip *chip = m->chip.id.chip;
    return m->deep_results.vdda_known && chip && chip->family->vdda_is_vdd &&
           m->deep_results.vdda_mv >= rules_lowest_mv(m) - VREFINT_ERROR;
}

unsigned rule_level_mismatch(const struct measurements *m, struct evidence *ev)
{
    const struct measured_deep *d = &m->deep_results;
    if (!d->vdda_known || !vdda_is_below(m) || d->vdda_mv < rules_lowest_mv(m) - VREFINT_ERROR)
        return 0;
    rules_say(ev, "the chip measures %u.%02u V, and VTref shows %u.%02u V", d->vdda_mv / 1000,
              d->vdda_mv % 1000 / 10, m->supply.idle.mean_mv / 1000,
              m->supply.idle.mean_mv % 1000 / 10);
    return measures_vdd(m) ? 90 : 30;
}

unsigned rule_vdda_low(const struct measurements *m, struct evidence *ev)
{
    const struct measured_deep *d = &m->deep_results;
    if (rules_is_silent(m)) {
        rules_say(ev, "without VDDA the chip stays in reset, and nothing answers");
        return odds_of("vdda-low");
    }
    if (rules_is_present(m) && !d->tested)
        return rules_not_tested(ev);
    if (!d->vdda_known)
        return 0;
    const bool below = vdda_is_below(m);
    if (measures_vdd(m))
        return 0;
    if (d->vdda_mv >= rules_lowest_mv(m) - VREFINT_ERROR && !below)
        return 0;
    say_vdda(m, ev);
    // Where VDD is not known, or as low, it is likely to be the same as VDDA.
    return below ? 90 : 40;
}

unsigned rule_vdda_high(const struct measurements *m, struct evidence *ev)
{
    unsigned lowest, highest;
    family_supply(m->chip.id.chip, &lowest, &highest);
    if (!m->deep_results.vdda_known || m->deep_results.vdda_mv <= highest + VREFINT_ERROR)
        return 0;
    say_vdda(m, ev);
    return 90;
}
