// SPDX-License-Identifier: MIT
// doctor --watch: a line that lives on a terminal, and one line per change elsewhere.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/signals.h"
#include "cli/doctor_guide.h"
#include "cli/terminal.h"
#include "doctor/watch.h"

#define CLEAR_REST "\x1b[K" // ECMA-48, 8.3.41
#define PAUSE_NS   80000000 // with the sample itself, some ten lines a second

static void format(char *text, size_t size, const struct watch_sample *l)
{
    int used;
    if (l->vtref_known)
        used = snprintf(text, size, "VTref %u.%02u V", l->vtref_mv / 1000, l->vtref_mv % 1000 / 10);
    else
        used = snprintf(text, size, "VTref ?");
    for (unsigned i = 0; i < WATCH_CLOCKS && used > 0 && (size_t)used < size; i++)
        used += snprintf(text + used, size - (size_t)used, "  %u kHz %3u %%", l->clock[i].hz / 1000,
                         l->clock[i].good * 100 / l->clock[i].reads);
    if (used > 0 && (size_t)used < size && l->answers)
        snprintf(text + used, size - (size_t)used, "  answers: 0x%08x", l->dpidr);
    else if (used > 0 && (size_t)used < size)
        snprintf(text + used, size - (size_t)used, "  no answer");
}

// On a terminal the line is written over; what it had more than the new one, and what does not fit,
// goes.
static void show(const char *text, const char *before, const char *bell)
{
    const unsigned columns = terminal_columns(stdout);
    if (columns)
        printf("\r%.*s" CLEAR_REST "%s", (int)columns - 1, text, bell);
    else if (strcmp(text, before) != 0)
        printf("%s%s\n", text, bell);
}

// The next sample, or that there is no probe, as a line.
static enum err watch_once(struct probe *p, struct watch_sample *sample, char *text, size_t size)
{
    enum err e = watch_sample(&p->st.probe, sample);
    if (e == ERR_PROBE_LOST && !p->is_virtual) {
        log_forget(p->st.probe.log);
        *sample = (struct watch_sample){.answers = false};
        snprintf(text, size, "the ST-LINK is unplugged");
        if (probe_reopen(p))
            log_forget(p->st.probe.log);
        return ERR_OK;
    }
    if (!e)
        format(text, size, sample);
    return e;
}

enum err doctor_watch(struct probe *p, bool *answered)
{
    char text[160], before[160] = "";
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    struct watch_sample sample;
    sigset_t ending, old;
    signals_ending(&ending);
    sigprocmask(SIG_BLOCK, &ending, &old);
    enum err e;
    bool first = true;
    *answered = false;
    while (!(e = watch_once(p, &sample, text, sizeof text))) {
        // The bell: the link has appeared.
        show(text, before, sample.answers && !*answered && !first ? "\a" : "");
        if (fflush(stdout) != 0)
            break; // output_flush() tells
        memcpy(before, text, sizeof before);
        *answered = sample.answers;
        first = false;
        if (sigtimedwait(&ending, NULL, &pause) > 0)
            break;
    }
    if (terminal_columns(stdout))
        putchar('\n');
    sigprocmask(SIG_SETMASK, &old, NULL);
    return e;
}
