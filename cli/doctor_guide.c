// SPDX-License-Identifier: MIT
// The guide at a terminal: a step, an answer, a look. The answers may come from a script as well.
#include "cli/doctor_guide.h"

#include <stdio.h>
#include <string.h>

#include "cli/prompt.h"
#include "doctor/guide.h"

struct table {
    struct stlink *st;
    struct measure_options options;
    struct measured_probe probe; // as it was described at first
    struct log *log;
    unsigned step;
};

static enum err read_line(struct table *t, const char *prompt, char *line, size_t size)
{
    bool ended;
    printf("   %s ", prompt);
    fflush(stdout);
    enum err e = prompt_read_line(line, size, &ended, t->log);
    if (e)
        return e;
    if (ended || line[0] == 'q')
        return log_fail(t->log, ERR_STATE, "the guide ended before it had found the cause");
    return ERR_OK;
}

static enum err read_yes(struct table *t, bool *yes)
{
    char line[80];
    do {
        enum err e = read_line(t, "[y/n, q to quit]", line, sizeof line);
        if (e)
            return e;
    } while (line[0] != 'y' && line[0] != 'n');
    *yes = line[0] == 'y';
    return ERR_OK;
}

static enum err ask_person(void *self, const struct guide_step *step, bool undo, bool *yes)
{
    struct table *t = self;
    char line[80], text[DIAGNOSIS_TEXT];
    if (undo) {
        printf("   That was not it. Put it back as it was.\n");
        return read_line(t, "[Enter when done, q to quit]", line, sizeof line);
    }
    // What the chip is, nobody has seen yet.
    printf("\n%u. %s\n", ++t->step, diagnosis_name_pins(step->text, NULL, text, sizeof text));
    return step->action ? read_line(t, "[Enter when done, q to quit]", line, sizeof line)
                        : read_yes(t, yes);
}

static enum err measure_again(void *self, struct measurements *m, bool deep)
{
    struct table *t = self;
    struct measure_options options = t->options;
    options.deep |= deep;
    *m = (struct measurements){.probe = t->probe};
    return measure_all(m, t->st, &options, t->log);
}

static enum err may_disturb(void *self, bool *yes)
{
    printf("\nProbe, wires and core are well. May the program be halted and reset, to test NRST, "
           "VDDA and the crystal?\n");
    return read_yes(self, yes);
}

enum err doctor_guide(struct stlink *st, struct measurements *m,
                      const struct measure_options *options, const char **cause, struct log *log)
{
    struct table t = {.st = st, .options = *options, .probe = m->probe, .log = log};
    // What the first look has counted is not the probe's description.
    t.probe.commands = t.probe.usb_errors = t.probe.stalled_entries = 0;
    const struct guide_hands hands = {&t, ask_person, measure_again, may_disturb};
    return guide_run(&hands, m, cause);
}
