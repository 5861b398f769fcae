// SPDX-License-Identifier: MIT
// The guide at a terminal: a step, an answer, a look. The answers may come from a script as well.
#include "cli/doctor_guide.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/prompt.h"
#include "cli/terminal.h"
#include "doctor/guide.h"

struct table {
    struct stlink *st;
    struct measure_options options;
    struct measured_probe probe; // as it was described at first
    struct log *log;
    unsigned step;
};

static void say(const char *fmt, ...) LOG_PRINTF(1, 2);

static void say(const char *fmt, ...)
{
    char text[2 * DIAGNOSIS_TEXT];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    terminal_print(stdout, text, terminal_columns(stdout));
}

static bool is_word(const char *line, const char *word)
{
    return strcasecmp(line, word) == 0;
}

static enum err read_line(struct table *t, const char *prompt, char *line, size_t size)
{
    bool ended;
    printf("   %s ", prompt);
    fflush(stdout);
    enum err e = prompt_read_line(line, size, &ended, t->log);
    if (e)
        return e;
    if (ended || is_word(line, "q"))
        return log_fail(t->log, ERR_STATE, "the guide ended before it had found the cause");
    return ERR_OK;
}

// Only a whole word is an answer: "no voltmeter" is none.
static enum err read_answer(struct table *t, int *answer)
{
    char line[80];
    for (;;) {
        enum err e = read_line(t, "[y/n, ? cannot tell, q to quit]", line, sizeof line);
        *answer = is_word(line, "y") || is_word(line, "yes")  ? GUIDE_YES
                  : is_word(line, "n") || is_word(line, "no") ? GUIDE_NO
                                                              : GUIDE_UNKNOWN;
        if (e || *answer != GUIDE_UNKNOWN || is_word(line, "?"))
            return e;
        say("   Please answer y or n, or ? when you cannot tell.\n");
    }
}

static enum err read_yes(struct table *t, bool *yes)
{
    int answer;
    enum err e = read_answer(t, &answer);
    *yes = answer == GUIDE_YES;
    return e;
}

static enum err read_choice(struct table *t, const struct guide_step *step, int *answer)
{
    char line[80], text[DIAGNOSIS_TEXT];
    int count = 0;
    for (; step->choice[count].text; count++)
        say("   %c  %s\n", 'a' + count,
            diagnosis_name_pins(step->choice[count].text, NULL, text, sizeof text));
    for (;;) {
        enum err e =
            read_line(t, "[a letter, n none of them, ? cannot tell, q to quit]", line, sizeof line);
        const int letter = line[0] ? (line[0] | 0x20) - 'a' : -1;
        *answer = is_word(line, "n") || is_word(line, "none") ? GUIDE_NONE
                  : !line[1] && letter >= 0 && letter < count ? letter
                                                              : GUIDE_UNKNOWN;
        if (e || *answer != GUIDE_UNKNOWN || is_word(line, "?"))
            return e;
        say("   Please answer with one letter of the list, n for none, or ? when you cannot "
            "tell.\n");
    }
}

static enum err read_done(struct table *t, int *answer)
{
    char line[80];
    enum err e = read_line(t, "[Enter when done, ? cannot do it, q to quit]", line, sizeof line);
    *answer = is_word(line, "?") ? GUIDE_UNKNOWN : GUIDE_YES;
    return e;
}

static enum err ask_person(void *self, const struct guide_step *step, bool undo, int *answer)
{
    struct table *t = self;
    char text[DIAGNOSIS_TEXT];
    if (undo) {
        say("   Put it back as it was.\n");
        return read_done(t, answer);
    }
    // What the chip is, nobody has seen yet.
    say("\n%u. %s\n", ++t->step, diagnosis_name_pins(step->text, NULL, text, sizeof text));
    if (step->kind == GUIDE_ACTION)
        return read_done(t, answer);
    return step->kind == GUIDE_CHOICE ? read_choice(t, step, answer) : read_answer(t, answer);
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
    say("\nProbe, wires and core are well. May the program be halted and reset, to test NRST, "
        "VDDA and the crystal?\n");
    return read_yes(self, yes);
}

enum err doctor_guide(struct stlink *st, struct measurements *m,
                      const struct measure_options *options, struct guide_end *end, struct log *log)
{
    struct table t = {.st = st, .options = *options, .probe = m->probe, .log = log};
    // What the first look has counted is not the probe's description.
    t.probe.commands = t.probe.usb_errors = t.probe.stalled_entries = 0;
    const struct guide_hands hands = {&t, ask_person, measure_again, may_disturb};
    if (!m->loss.seen && m->answer[ATTEMPT_ASKED].tries) {
        char vtref[32] = "";
        if (m->supply.known)
            snprintf(vtref, sizeof vtref, "; VTref is %u.%02u V", m->supply.idle.mean_mv / 1000,
                     m->supply.idle.mean_mv % 1000 / 10);
        say("Well so far: the probe, its USB connection and its firmware (%s)%s.\n",
            m->probe.firmware, vtref);
    }
    return guide_run(&hands, m, end);
}
