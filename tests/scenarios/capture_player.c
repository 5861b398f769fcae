// SPDX-License-Identifier: MIT
// Plays the table on standard input (tests/unit/wire_player.h) and prints what came out of it, for
// tests/scenarios/captures.py.
#include <stdio.h>

#include "tests/unit/wire_player.h"

int main(void)
{
    struct wire_counts n;
    if (!wire_play(stdin, &n, stderr, 20))
        return 1;
    printf("{\"packets\": %u, \"acks\": %u, \"waits\": %u, \"faults\": %u, \"reads\": %u, "
           "\"reads_equal\": %u, \"presets\": %u, \"masked\": %u, \"bits\": %u}\n",
           n.packets, n.acks, n.waits, n.faults, n.reads, n.reads_equal, n.presets, n.masked,
           n.bits);
    return 0;
}
