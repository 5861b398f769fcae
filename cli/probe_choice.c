// SPDX-License-Identifier: MIT
#include "cli/probe_choice.h"

#include <stddef.h>
#include <string.h>

const char *probe_virtual_board(const char *which)
{
    static const char name[] = "virtual";
    const size_t len = sizeof name - 1;
    if (!which || strncmp(which, name, len) != 0)
        return NULL;
    if (which[len] == '\0')
        return which + len;
    return which[len] == ':' ? which + len + 1 : NULL;
}

const char *probe_replayed_file(const char *which)
{
    static const char name[] = "replay:";
    return which && strncmp(which, name, sizeof name - 1) == 0 ? which + sizeof name - 1 : NULL;
}
