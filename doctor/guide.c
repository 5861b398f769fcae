// SPDX-License-Identifier: MIT
// The experiments, and the walk through them. What each tells apart follows from the wires, not
// from the probe: an ST-LINK has one status for all of these causes. Another board at the same
// cable halves the list, and whoever has none measures a little more.
#include "doctor/guide.h"

#include <string.h>

#include "doctor/rules.h"

#define FIRST_CASES (GUIDE_LOOSE | GUIDE_DARK | GUIDE_SILENT | GUIDE_GROUND)
#define NO_OTHER    (FIRST_CASES | GUIDE_LIVE | GUIDE_DEAD) // nobody has connected another board
#define AT_BOARD    (GUIDE_AT_BOARD | GUIDE_LIVE_BOARD | GUIDE_DEAD_BOARD)

static const struct guide_choice volts[] = {
    {"VDD is not", "target-unpowered"},
    {"VDDA is not", "vdda-low"},
    {"NRST is not", "nrst-low"},
    {NULL, NULL},
};
static const struct guide_choice pairs[] = {
    {"SWDIO and SWCLK", "swd-joined"},
    {"SWDIO and GND", "swdio-low"},
    {"SWDIO and VTref (VDD)", "swdio-high"},
    {"SWCLK and GND, or SWCLK and VTref (VDD)", "swclk-fault"},
    {NULL, NULL},
};
static const struct guide_choice ends[] = {
    {"SWDIO (pin {SWDIO} of the chip)", "swdio-open"},
    {"SWCLK (pin {SWCLK} of the chip)", "swclk-fault"},
    {"GND (VSS of the chip)", "gnd-open"},
    {NULL, NULL},
};

#define IN_CABLE "in the cable"
#define ON_BOARD "on the board"

#define ALIVE "Does the board still do what its program should do?"

const struct guide_step guide_steps[] = {
    {.id = "plug",
     .cases = GUIDE_LOOSE,
     .kind = GUIDE_ACTION,
     .text = "Plug the cable in at both ends, pin 1 at pin 1.",
     .if_yes = "not-connected"},
    {.id = "hot",
     .cases = GUIDE_DARK,
     .kind = GUIDE_QUESTION,
     .text = "Is the chip hot, or does its mark for pin 1 sit at the wrong corner?",
     .if_yes = "chip-dead"},
    {.id = "lamp",
     .cases = GUIDE_DARK,
     .kind = GUIDE_QUESTION,
     .text =
         "Is the board's own supply on: does a lamp on it shine, or does a voltmeter show 2.0 to "
         "3.6 V between VDD and VSS at the chip?",
     .if_no = "target-unpowered"},
    {.id = "ground",
     .cases = GUIDE_GROUND | GUIDE_SHAKY,
     .kind = GUIDE_ACTION,
     .text = "Hold one more wire between GND of the probe and GND of the board.",
     .if_yes = "gnd-open"},
    {.id = "vtref",
     .cases = GUIDE_LOOSE | GUIDE_DARK,
     .kind = GUIDE_ACTION,
     .text = "Connect VTref of the probe with VDD of the board.",
     .if_yes = "vtref-not-wired"},
    {.id = "steady",
     .cases = GUIDE_UNSTEADY,
     .kind = GUIDE_QUESTION,
     .text = "Measure VDD at the chip for a while. Does the voltmeter stay at one value?",
     .if_yes = "vtref-not-wired",
     .if_no = "supply-unstable"},
    {.id = "swap",
     .cases = FIRST_CASES,
     .kind = GUIDE_ACTION,
     .text = "Exchange SWDIO and SWCLK at one end of the cable. It does no harm.",
     .if_yes = "swd-swapped"},
    {.id = "board",
     .cases = FIRST_CASES,
     .kind = GUIDE_ACTION,
     .text = "Connect the same probe and cable with another board that has an STM32.",
     .optional = true,
     .turns_at_yes = GUIDE_AT_BOARD,
     .turns_at_no = GUIDE_AT_CABLE},
    {.id = "cable-pairs",
     .cases = GUIDE_AT_CABLE,
     .kind = GUIDE_CHOICE,
     .text = "Unplug the cable at both ends, and measure between its wires with an ohmmeter. Which "
             "are closer than 10 kohm?",
     .choice = pairs,
     .where = IN_CABLE},
    {.id = "cable-ends",
     .cases = GUIDE_AT_CABLE,
     .kind = GUIDE_CHOICE,
     .text = "Measure each wire of the cable from its one end to the other. Which is above 1 kohm?",
     .choice = ends,
     .where = IN_CABLE},
    {.id = "volts",
     .cases = NO_OTHER | GUIDE_AT_BOARD,
     .kind = GUIDE_CHOICE,
     .text = "With the board on, measure VDD, VDDA and NRST at the chip against VSS with a "
             "voltmeter. Which is not between 2.0 and 3.6 V?",
     .choice = volts},
    {.id = "alive",
     .cases = GUIDE_AT_BOARD,
     .kind = GUIDE_QUESTION,
     .text = ALIVE,
     .turns_at_yes = GUIDE_LIVE_BOARD,
     .turns_at_no = GUIDE_DEAD_BOARD},
    {.id = "alive",
     .cases = FIRST_CASES,
     .kind = GUIDE_QUESTION,
     .text = ALIVE,
     .turns_at_yes = GUIDE_LIVE,
     .turns_at_no = GUIDE_DEAD},
    {.id = "board-pairs",
     .cases = AT_BOARD,
     .kind = GUIDE_CHOICE,
     .text = "Switch the board off and unplug the cable. Measure at the board's SWD header with an "
             "ohmmeter. Which are closer than 1 kohm?",
     .choice = pairs,
     .where = ON_BOARD},
    {.id = "joint-pairs",
     .cases = NO_OTHER,
     .kind = GUIDE_CHOICE,
     .text = "Switch the board off, unplug the probe, and leave the cable at the board. Measure at "
             "the cable's free end with an ohmmeter. Which are closer than 1 kohm?",
     .choice = pairs,
     .asks_where = true},
    {.id = "ends",
     .cases = NO_OTHER | AT_BOARD,
     .kind = GUIDE_CHOICE,
     .text =
         "Measure each wire from the plug at the probe to the chip's pin. Which is above 1 kohm?",
     .choice = ends},
    {.id = "boot",
     .cases = FIRST_CASES | GUIDE_AT_BOARD | GUIDE_LIVE | GUIDE_LIVE_BOARD,
     .kind = GUIDE_ACTION,
     .text =
         "Connect BOOT0 with VDD, and switch the board off and on: the chip then starts ST's boot "
         "loader and not your program.",
     .turns_at_yes = GUIDE_PROGRAM},
    {.id = "current",
     .cases = GUIDE_PROGRAM,
     .kind = GUIDE_QUESTION,
     .text =
         "With BOOT0 at GND again, and the board switched off and on: does the chip draw less than "
         "1 mA a second later, or does the program use Stop or Standby?",
     .if_yes = "low-power",
     .if_no = "swd-off-by-program"},
    {.id = "cable",
     .cases = NO_OTHER | GUIDE_AT_CABLE | GUIDE_SHAKY,
     .kind = GUIDE_ACTION,
     .text = "Take another cable, of 10 cm at most, away from motors and mains.",
     .if_yes = "link-marginal",
     .where = IN_CABLE},
    {.id = "extra-ground",
     .cases = NO_OTHER,
     .kind = GUIDE_ACTION,
     .text =
         "Plug everything in again, switch on, and hold one more wire between GND of the probe and "
         "GND of the board.",
     .if_yes = "gnd-open"},
};
const unsigned guide_step_count = sizeof guide_steps / sizeof guide_steps[0];

// For a short that was measured through the cable.
static const struct guide_step place_step = {
    .id = "where",
    .kind = GUIDE_QUESTION,
    .text = "Unplug the cable at the board as well, and measure the same at the cable. Is it still "
            "closer than 1 kohm?"};

static bool verdict_is(const struct diagnosis *d, const char *id)
{
    return strcmp(d->finding[0].rule->id, id) == 0;
}

// 0: the verdict needs no experiment.
static unsigned find_case(const struct measurements *m, const struct diagnosis *d)
{
    if (verdict_is(d, "not-connected"))
        return GUIDE_LOOSE;
    if (verdict_is(d, "target-unpowered") && rules_is_silent(m))
        return GUIDE_DARK;
    if (verdict_is(d, "gnd-open") && rules_is_silent(m))
        return GUIDE_GROUND;
    if (diagnosis_is_ambiguous(d) && rules_is_silent(m))
        return GUIDE_SILENT;
    if (verdict_is(d, "supply-unstable"))
        return GUIDE_UNSTEADY;
    return verdict_is(d, "link-marginal") && !rules_only_under_reset(m) ? GUIDE_SHAKY : 0;
}

// What answers under reset only is not cured, but the next riddle.
static bool is_cured(const struct measurements *m)
{
    struct diagnosis d;
    diagnosis_make(&d, m);
    // With errors on the wires an answer now and then is chance.
    return rules_is_present(m) && !verdict_is(&d, "link-marginal");
}

static enum err find_place(const struct guide_hands *h, struct guide_end *end)
{
    int answer = GUIDE_UNKNOWN;
    enum err e = h->ask(h->self, &place_step, false, &answer);
    if (answer != GUIDE_UNKNOWN)
        end->where = answer == GUIDE_YES ? IN_CABLE : ON_BOARD;
    return e;
}

static enum err take_choice(const struct guide_hands *h, const struct guide_step *step, int answer,
                            struct guide_end *end)
{
    if (answer < 0)
        return ERR_OK;
    end->cause = step->choice[answer].cause;
    end->where = step->where;
    return step->asks_where ? find_place(h, end) : ERR_OK;
}

// What the step has shown: a cause, another case, or nothing.
static enum err take_step(const struct guide_hands *h, const struct guide_step *step, unsigned *now,
                          struct measurements *m, struct guide_end *end, bool *complete)
{
    int answer = GUIDE_UNKNOWN;
    enum err e = h->ask(h->self, step, false, &answer);
    *complete = *complete && (answer != GUIDE_UNKNOWN || step->optional);
    if (e || answer == GUIDE_UNKNOWN)
        return e;
    if (step->kind == GUIDE_CHOICE)
        return take_choice(h, step, answer, end);
    if (step->kind == GUIDE_ACTION) {
        if ((e = h->look(h->self, m, false)))
            return e;
        answer = is_cured(m) ? GUIDE_YES : GUIDE_NO;
    }
    const bool yes = answer == GUIDE_YES;
    end->cause = yes ? step->if_yes : step->if_no;
    end->where = end->cause ? step->where : NULL;
    const enum guide_case turn = yes ? step->turns_at_yes : step->turns_at_no;
    *now = turn ? turn : *now;
    if (end->cause || step->kind != GUIDE_ACTION)
        return ERR_OK;
    return h->ask(h->self, step, true, &answer);
}

static enum err measure_deeper(const struct guide_hands *h, struct measurements *m,
                               struct diagnosis *d)
{
    bool yes = false;
    enum err e = m->asked.deep ? ERR_OK : h->may_disturb(h->self, &yes);
    if (e || !yes)
        return e;
    e = h->look(h->self, m, true);
    if (!e)
        diagnosis_make(d, m);
    return e;
}

// What is left when no step has shown anything, in each case.
static const struct {
    enum guide_case now;
    const char *cause;
} rests[] = {{GUIDE_AT_CABLE, "probe-output"},
             {GUIDE_LIVE, "read-protected-2"},
             {GUIDE_DEAD, "chip-dead"},
             {GUIDE_LIVE_BOARD, "read-protected-2"},
             {GUIDE_DEAD_BOARD, "chip-dead"}};

// That rest, if every step was taken; else what the last look says, and of a healthy board what is
// worth knowing.
static void end_without_step(const struct diagnosis *d, unsigned now, bool complete,
                             struct guide_end *end)
{
    const bool to_know = diagnosis_is_healthy(d) && d->count > 1 && d->finding[1].evidence.note;
    end->cause = d->finding[to_know].rule->id;
    for (unsigned i = 0; i < sizeof rests / sizeof rests[0] && complete; i++) {
        if (rests[i].now != now)
            continue;
        end->cause = rests[i].cause;
        end->found = true;
    }
}

enum err guide_run(const struct guide_hands *h, struct measurements *m, struct guide_end *end)
{
    struct diagnosis d;
    diagnosis_make(&d, m);
    enum err e = ERR_OK;
    if (diagnosis_is_healthy(&d))
        e = measure_deeper(h, m, &d);
    *end = (struct guide_end){.cause = NULL};
    bool complete = true;
    unsigned now = find_case(m, &d);
    for (unsigned i = 0; i < guide_step_count && !e && now && !end->cause; i++)
        if (guide_steps[i].cases & now)
            e = take_step(h, &guide_steps[i], &now, m, end, &complete);
    end->found = end->cause;
    if (!end->cause)
        end_without_step(&d, now, complete, end);
    return e;
}
