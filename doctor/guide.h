// SPDX-License-Identifier: MIT
// Where causes look the same to the probe, a person's hands tell them apart: one experiment or one
// question after another, a look after each experiment, and one cause at the end. What is quick and
// halves the list comes first; nobody has to own a voltmeter or another board.
#ifndef SWDLINK_DOCTOR_GUIDE_H
#define SWDLINK_DOCTOR_GUIDE_H

#include <stdbool.h>

#include "doctor/diagnosis.h"

// What is known so far, and so which steps make sense; bits.
enum guide_case {
    GUIDE_LOOSE = 1,      // silent, and VTref hangs in the air
    GUIDE_DARK = 2,       // silent, and VTref is low
    GUIDE_SILENT = 4,     // silent, and VTref is good
    GUIDE_GROUND = 8,     // silent, and VTref swings
    GUIDE_SHAKY = 16,     // it answers, with errors
    GUIDE_UNSTEADY = 32,  // VTref comes and goes
    GUIDE_AT_BOARD = 64,  // silent, and another board answers through the same probe and cable
    GUIDE_AT_CABLE = 128, // silent, and another board does not
    GUIDE_PROGRAM = 256,  // silent, but not without the program
    // As GUIDE_SILENT, and as GUIDE_AT_BOARD: the program does its work, or it does not.
    GUIDE_LIVE = 512,
    GUIDE_DEAD = 1024,
    GUIDE_LIVE_BOARD = 2048,
    GUIDE_DEAD_BOARD = 4096,
};

enum guide_kind {
    GUIDE_ACTION,   // something to do, after which is looked again
    GUIDE_QUESTION, // yes or no
    GUIDE_CHOICE,   // which of these, or none
};

struct guide_choice {
    const char *text; // NULL: no more
    const char *cause;
};
#define GUIDE_MAX_CHOICES 8

struct guide_step {
    const char *id;
    unsigned cases; // of guide_case
    enum guide_kind kind;
    const char *text;
    // The cause when the target answers then, or at a yes; and when not. NULL: go on.
    const char *if_yes, *if_no;
    // ... in this case; 0: as before.
    enum guide_case turns_at_yes, turns_at_no;
    const struct guide_choice *choice; // of a choice
    const char *where;                 // the wire that is found so is there; NULL: not known
    bool asks_where;                   // ... and so it is asked
    bool optional;                     // who cannot do it has more to measure, and loses nothing
};

extern const struct guide_step guide_steps[];
extern const unsigned guide_step_count;

// An answer: GUIDE_YES or GUIDE_NO, the index of a choice or GUIDE_NONE, or that the person cannot
// tell, which goes on as if the step did not exist.
enum { GUIDE_UNKNOWN = -2, GUIDE_NONE = -1, GUIDE_NO = 0, GUIDE_YES = 1 };

// The person, or a script. An error ends the guide.
struct guide_hands {
    void *self;
    // Has the step done or answered. Of an action, GUIDE_UNKNOWN says that it cannot be done, and
    // anything else that it was. undo: put it back as it was.
    enum err (*ask)(void *self, const struct guide_step *step, bool undo, int *answer);
    enum err (*look)(void *self, struct measurements *m, bool deep);
    // May the program be halted and reset? For what only --deep finds.
    enum err (*may_disturb)(void *self, bool *yes);
};

struct guide_end {
    const char *cause; // the id of one cause, or of the verdict where nothing is ambiguous
    const char *where; // "in the cable"; NULL: not known, or nothing that has a place
    bool found;        // ... by a step; else it is what the last look said
};

// From a first look to an end. m then holds the last look.
enum err guide_run(const struct guide_hands *hands, struct measurements *m,
                   struct guide_end *end) MUST_CHECK;

#endif
