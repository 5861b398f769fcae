// SPDX-License-Identifier: MIT
// From measurements to findings: a const table of rules, one per verdict. The identifiers are a
// contract with programs that read our JSON. The manual lists them, and doc/cannot-connect.md
// explains them.
#ifndef SWDLINK_DOCTOR_DIAGNOSIS_H
#define SWDLINK_DOCTOR_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>

#include "doctor/measure.h"

#define DIAGNOSIS_EVIDENCE   240
#define DIAGNOSIS_MAX_ADVICE 4
#define DIAGNOSIS_MAX        48
#define DIAGNOSIS_LIKELY     50 // percent: from here on a finding is one, below it is a possibility

struct evidence {
    char text[DIAGNOSIS_EVIDENCE]; // what speaks for it, in numbers
    bool note;                     // may well be as it should: no verdict, and no reason to fail
};

struct rule {
    const char *id;
    const char *sentence; // what it means, without a full stop
    // How sure the measurements make this, in percent, and why; 0: they speak against it.
    unsigned (*applies)(const struct measurements *m, struct evidence *ev);
    const char *advice[DIAGNOSIS_MAX_ADVICE]; // what to do next, in this order; the rest NULL
    // The one experiment that tells this from causes that look the same; NULL when there is none.
    const char *experiment;
};

// In the order in which findings should be dealt with.
extern const struct rule diagnosis_rules[];
extern const unsigned diagnosis_rule_count;

struct finding {
    const struct rule *rule;
    unsigned percent;
    bool alternative; // one of causes of which only one is true: their percents add up to 100
    struct evidence evidence;
};

struct diagnosis {
    unsigned count; // never 0; the first one is the verdict
    struct finding finding[DIAGNOSIS_MAX];
};

// Ranks all rules that apply: the likely ones in the order in which they should be dealt with, then
// the possibilities by probability.
void diagnosis_make(struct diagnosis *d, const struct measurements *m);
// The short verdict, for when a command could not connect. Returns text.
const char *diagnosis_summarize(const struct diagnosis *d, char *text, size_t size);
// An advice, or a step of the guide, for a chip that may be unknown (NULL): {SWDIO} and {SWCLK} in
// it become the names of its pins. Returns text.
#define DIAGNOSIS_TEXT 320
const char *diagnosis_name_pins(const char *with, const struct chip *chip, char *text, size_t size);
// The rule's advice number i for what was measured: {SPEED} in it becomes the highest safe clock,
// and an advice with it is for where there is one; what begins with {LOOSE} is for links that fail
// at slow clocks, too. False: there is none, or it does not fit.
bool diagnosis_advise(const struct rule *rule, unsigned i, const struct measurements *m, char *text,
                      size_t size);
// NULL when there is none.
const struct rule *diagnosis_find(const char *id);
// More than a possibility and more than a note.
bool diagnosis_is_likely(const struct finding *f);
bool diagnosis_is_healthy(const struct diagnosis *d);
// True when the causes listed look the same to the probe.
bool diagnosis_is_ambiguous(const struct diagnosis *d);

#endif
