// SPDX-License-Identifier: MIT
// doctor --watch: a line that lives on a terminal, and one line per change elsewhere.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "cli/doctor_guide.h"
#include "doctor/watch.h"

#define PAUSE_NS 80000000 // with the sample itself, some ten lines a second

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
        snprintf(text + used, size - (size_t)used, "  no answer         ");
}

enum err doctor_watch(struct debug_probe *probe, bool *answered)
{
    char text[160], before[160] = "";
    const bool terminal = isatty(STDOUT_FILENO);
    const struct timespec pause = {.tv_nsec = PAUSE_NS};
    struct watch_sample sample;
    sigset_t ending, old;
    signals_ending(&ending);
    sigprocmask(SIG_BLOCK, &ending, &old);
    enum err e;
    bool first = true;
    *answered = false;
    while (!(e = watch_sample(probe, &sample))) {
        format(text, sizeof text, &sample);
        // The bell: the link has appeared.
        const char *bell = sample.answers && !*answered && !first ? "\a" : "";
        if (terminal)
            printf("\r%s%s", text, bell);
        else if (strcmp(text, before) != 0)
            printf("%s%s\n", text, bell);
        if (fflush(stdout) != 0)
            break; // output_flush() tells
        memcpy(before, text, sizeof before);
        *answered = sample.answers;
        first = false;
        if (sigtimedwait(&ending, NULL, &pause) > 0)
            break;
    }
    if (terminal)
        putchar('\n');
    sigprocmask(SIG_SETMASK, &old, NULL);
    return e;
}
