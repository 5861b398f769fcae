// SPDX-License-Identifier: MIT
// The experiments, what is quick and likely first, and the walk through them. What each tells apart
// follows from the wires, not from the probe: an ST-LINK has one status for all of these causes.
#include "doctor/guide.h"

#include <string.h>

#include "doctor/rules.h"

#define ANY_SILENT (GUIDE_LOOSE | GUIDE_DARK | GUIDE_SILENT)

const struct guide_step guide_steps[] = {
    {"plug", GUIDE_LOOSE, true, "Plug the cable in at both ends, pin 1 at pin 1.", "not-connected",
     NULL, 0},
    {"hot", GUIDE_DARK, false,
     "Is the chip hot, or does its mark for pin 1 sit at the wrong corner?", "chip-dead", NULL, 0},
    {"vdd", ANY_SILENT, false,
     "Measure between VDD and VSS at the chip with a voltmeter. Is it between 2.0 and 3.6 V?", NULL,
     "target-unpowered", 0},
    {"vdda", ANY_SILENT, false,
     "Measure VDDA at the chip's pin (VSSA is its ground). Is it the same as VDD?", NULL,
     "vdda-low", 0},
    {"ground", ANY_SILENT | GUIDE_SHAKY, true,
     "Hold one more wire between GND of the probe and GND of the board.", "gnd-open", NULL, 0},
    {"vtref", GUIDE_LOOSE | GUIDE_DARK, true, "Connect VTref of the probe with VDD of the board.",
     "vtref-not-wired", NULL, 0},
    {"steady", GUIDE_UNSTEADY, false,
     "Measure VDD at the chip for a while. Does the voltmeter stay at one value?",
     "vtref-not-wired", "supply-unstable", 0},
    {"swap", ANY_SILENT, true, "Exchange SWDIO and SWCLK at one end of the cable.", "swd-swapped",
     NULL, 0},
    {"joined", ANY_SILENT, false,
     "Switch the board off, unplug the probe, and leave the cable at the board. Measure between "
     "SWDIO and SWCLK with an ohmmeter. Is it above 1 kohm?",
     NULL, "swd-joined", 0},
    {"swdio-gnd", ANY_SILENT, false, "Measure between SWDIO and GND. Is it above 1 kohm?", NULL,
     "swdio-low", 0},
    {"swdio-vdd", ANY_SILENT, false, "Measure between SWDIO and VDD. Is it above 1 kohm?", NULL,
     "swdio-high", 0},
    {"swclk-short", ANY_SILENT, false,
     "Measure SWCLK against GND, and against VDD. Are both above 1 kohm?", NULL, "swclk-fault", 0},
    {"swdio-end", ANY_SILENT, false,
     "Measure SWDIO from the plug at the probe to the chip's pin {SWDIO}. Is it below 1 kohm?",
     NULL, "swdio-open", 0},
    {"swclk-end", ANY_SILENT, false,
     "Measure SWCLK from the plug at the probe to the chip's pin {SWCLK}. Is it below 1 kohm?",
     NULL, "swclk-fault", 0},
    {"nrst", ANY_SILENT, false,
     "Plug everything in again and switch on. Measure NRST against GND. Is it near VDD?", NULL,
     "nrst-low", 0},
    {"boot", ANY_SILENT, true,
     "Connect BOOT0 with VDD, and switch the board off and on: the chip then starts ST's boot "
     "loader and not your program.",
     NULL, NULL, GUIDE_PROGRAM},
    {"current", GUIDE_PROGRAM, false,
     "Connect BOOT0 with GND again and switch the board off and on. Does the chip draw less than "
     "1 mA a second later, or does the program use Stop or Standby?",
     "low-power", "swd-off-by-program", 0},
    {"cable", ANY_SILENT, true, "Take another cable, of 10 cm at most, away from motors and mains.",
     "link-marginal", NULL, 0},
    {"board", ANY_SILENT, true, "Connect the same probe and cable with another board.", NULL,
     "probe-output", 0},
    {"alive", ANY_SILENT, false,
     "Back at the first board: does it still do what its program should do?", "read-protected-2",
     "chip-dead", 0},
};
const unsigned guide_step_count = sizeof guide_steps / sizeof guide_steps[0];

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
    if (verdict_is(d, "no-answer") || (verdict_is(d, "gnd-open") && rules_is_silent(m)))
        return GUIDE_SILENT;
    if (verdict_is(d, "supply-unstable"))
        return GUIDE_UNSTEADY;
    return verdict_is(d, "link-marginal") && !rules_only_under_reset(m) ? GUIDE_SHAKY : 0;
}

static bool is_cured(const struct measurements *m)
{
    struct diagnosis d;
    diagnosis_make(&d, m);
    // With errors on the wires an answer now and then is chance.
    return rules_target_was_tried(m) && !rules_is_silent(m) && !verdict_is(&d, "link-marginal");
}

// What the step has shown: a cause, or NULL.
static enum err take_step(const struct guide_hands *h, const struct guide_step *step, unsigned *now,
                          struct measurements *m, const char **cause)
{
    bool yes = false;
    enum err e = h->ask(h->self, step, false, &yes);
    if (!e && step->action) {
        e = h->look(h->self, m, false);
        yes = !e && is_cured(m);
    }
    if (e)
        return e;
    *cause = yes ? step->if_yes : step->if_no;
    if (yes && step->turns_to)
        *now = step->turns_to;
    return *cause || !step->action ? ERR_OK : h->ask(h->self, step, true, &yes);
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

enum err guide_run(const struct guide_hands *h, struct measurements *m, const char **cause)
{
    struct diagnosis d;
    diagnosis_make(&d, m);
    enum err e = ERR_OK;
    if (diagnosis_is_healthy(&d))
        e = measure_deeper(h, m, &d);
    *cause = NULL;
    unsigned now = find_case(m, &d);
    for (unsigned i = 0; i < guide_step_count && !e && now && !*cause; i++)
        if (guide_steps[i].cases & now)
            e = take_step(h, &guide_steps[i], &now, m, cause);
    // What is worth knowing of a healthy board is what the person came for.
    const bool to_know = diagnosis_is_healthy(&d) && d.count > 1 && d.finding[1].evidence.note;
    if (!*cause)
        *cause = d.finding[to_know].rule->id;
    return e;
}
