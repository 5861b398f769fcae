// SPDX-License-Identifier: MIT
// SWO of a program that is run once: its text, and its packets as lines of JSON.
#ifndef SWDLINK_CLI_RUN_SWO_H
#define SWDLINK_CLI_RUN_SWO_H

#include <stdio.h>

#include "server/swo_stream.h"

struct run_swo {
    struct swo_stream swo;
    struct log *log;
    struct target_swo_options options;
    bool text;  // what it writes to ITM ports is for print()
    FILE *json; // NULL: none
    bool json_failed;
    void (*print)(void *user, const char *text, size_t len);
    void *user;
    uint64_t due_us;
};

// Sets it up. The core is halted at the program's first instruction.
enum err run_swo_begin(struct run_swo *r, struct target *t, struct log *log) MUST_CHECK;
// One poll, when it is time for one.
enum err run_swo_poll(struct run_swo *r, uint64_t now_us) MUST_CHECK;
// The program has ended and the core is halted: the rest, as long as some comes.
enum err run_swo_drain(struct run_swo *r) MUST_CHECK;

#endif
