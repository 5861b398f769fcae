// SPDX-License-Identifier: MIT
// Where causes look the same to the probe, a person's hands tell them apart: one experiment or one
// question after another, a look after each experiment, and one cause at the end.
#ifndef SWDLINK_DOCTOR_GUIDE_H
#define SWDLINK_DOCTOR_GUIDE_H

#include <stdbool.h>

#include "doctor/diagnosis.h"

// What the first look has shown, and so which steps make sense; bits.
enum guide_case {
    GUIDE_LOOSE = 1,     // silent, and VTref hangs in the air
    GUIDE_DARK = 2,      // silent, and VTref is low
    GUIDE_SILENT = 4,    // silent, and VTref is good
    GUIDE_SHAKY = 8,     // it answers, with errors
    GUIDE_UNSTEADY = 16, // VTref comes and goes
    GUIDE_PROGRAM = 32,  // silent, but not without the program
};

struct guide_step {
    const char *id;
    unsigned cases; // of guide_case
    bool action;    // something to do, after which is looked again; else a question
    const char *text;
    // The cause when the target answers then, or at a yes; and when not. NULL: go on.
    const char *if_yes, *if_no;
    enum guide_case turns_to; // ... or go on in this case at a yes
};

extern const struct guide_step guide_steps[];
extern const unsigned guide_step_count;

// The person, or a script. An error ends the guide.
struct guide_hands {
    void *self;
    // Has the step done or answered; *yes is a question's answer. undo: put it back as it was.
    enum err (*ask)(void *self, const struct guide_step *step, bool undo, bool *yes);
    enum err (*look)(void *self, struct measurements *m, bool deep);
    // May the program be halted and reset? For what only --deep finds.
    enum err (*may_disturb)(void *self, bool *yes);
};

// From a first look to the id of one cause, or of the verdict where nothing is ambiguous. m then
// holds the last look.
enum err guide_run(const struct guide_hands *hands, struct measurements *m,
                   const char **cause) MUST_CHECK;

#endif
