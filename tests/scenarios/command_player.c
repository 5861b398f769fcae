// SPDX-License-Identifier: MIT
// Plays the table on standard input (tests/unit/command_player.h) and prints what came out of it,
// for tests/scenarios/captured_commands.py.
#include <stdio.h>

#include "tests/unit/command_player.h"

int main(void)
{
    struct command_counts n;
    if (!command_play(stdin, &n, stderr, 20))
        return 1;
    printf("{\"commands\": %u, \"replies\": %u, \"replies_equal\": %u, \"presets\": %u, "
           "\"traces\": %u, \"traces_equal\": %u, \"lists\": %u, \"lists_equal\": %u, "
           "\"transfers\": %u, "
           "\"times\": %u, \"times_equal\": %u}\n",
           n.commands, n.replies, n.replies_equal, n.presets, n.traces, n.traces_equal, n.lists,
           n.lists_equal, n.transfers, n.times, n.times_equal);
    return 0;
}
