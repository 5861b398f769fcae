// SPDX-License-Identifier: MIT
// Byte by byte and without stdio, whose buffer poll() does not see. A blocked signal does not wake
// poll(), so it is looked for now and then.
#include "cli/prompt.h"

#include <poll.h>
#include <unistd.h>

#include "base/signals.h"

#define LOOK_MS 50

static enum err wait_for_input(struct log *log)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    enum err e;
    do
        e = signals_check(log);
    while (!e && poll(&input, 1, LOOK_MS) == 0);
    return e;
}

enum err prompt_read_line(char *line, size_t size, bool *ended, struct log *log)
{
    size_t len = 0;
    char c = '\0';
    line[0] = '\0';
    for (*ended = false; !*ended && c != '\n';) {
        enum err e = wait_for_input(log);
        if (e)
            return e;
        *ended = read(STDIN_FILENO, &c, 1) != 1;
        if (!*ended && c != '\n' && len + 1 < size)
            line[len++] = c;
    }
    line[len] = '\0';
    *ended = *ended && len == 0;
    return ERR_OK;
}
