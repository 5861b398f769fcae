// SPDX-License-Identifier: MIT
#include "base/signals.h"

#include <stddef.h>

bool signals_is_ignored(int number)
{
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void signals_ending(sigset_t *set)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(set);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
        if (!signals_is_ignored(ending[i]))
            sigaddset(set, ending[i]);
}

// The kernel keeps also an ignored signal pending while it is blocked, so it is asked for by name.
int signals_pending_end(void)
{
    sigset_t ending, pending;
    signals_ending(&ending);
    sigpending(&pending);
    for (int n = 1; n < NSIG; n++)
        if (sigismember(&ending, n) == 1 && sigismember(&pending, n) == 1)
            return n;
    return 0;
}

enum err signals_check(struct log *log)
{
    int number = signals_pending_end();
    if (!number)
        return ERR_OK;
    return log_fail(log, ERR_INTERRUPTED, "interrupted (%s)",
                    number == SIGINT    ? "SIGINT"
                    : number == SIGTERM ? "SIGTERM"
                                        : "SIGHUP");
}
