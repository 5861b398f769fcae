// SPDX-License-Identifier: MIT
#include "cli/confirm.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/prompt.h"

enum err confirm_ask(bool given, const char *question, const char *why, struct log *log)
{
    char answer[16];
    bool ended;
    if (given)
        return ERR_OK;
    if (!isatty(STDIN_FILENO))
        return log_fail(log, ERR_USAGE, "%s: say --yes, or answer at a terminal", why);
    fprintf(stderr, "%s Type yes to go on: ", question);
    fflush(stderr);
    enum err e = prompt_read_line(answer, sizeof answer, &ended, log);
    if (e)
        return e;
    if (strcmp(answer, "yes") != 0)
        return log_fail(log, ERR_STATE, "nothing was changed");
    return ERR_OK;
}
