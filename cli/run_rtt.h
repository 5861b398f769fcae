// SPDX-License-Identifier: MIT
// RTT for a program that is run once: its output, what is typed to it, and a channel whose bytes go
// to a file as they are (defmt's frames).
#ifndef SWDLINK_CLI_RUN_RTT_H
#define SWDLINK_CLI_RUN_RTT_H

#include <stdio.h>

#include "server/rtt.h"

struct run_rtt {
    struct rtt rtt;
    struct log *log;
    bool text; // channel 0 is for print()
    FILE *raw; // gets a channel's bytes; NULL: none
    unsigned raw_channel;
    void (*print)(void *user, const char *text, size_t len);
    void *user;
    bool ever_found; // in any run of the program
    bool found;      // in this one
    bool lost;       // it was found, and was no control block any more in the end
    uint64_t due_us;
    uint8_t typed[256]; // from standard input, on its way to the channel down
    size_t typed_len;
    bool input_ended;
};

// symbol: the address of _SEGGER_RTT in the program's file, where the block is looked for and
// nowhere else; 0: it is searched in all of the SRAM. Control blocks of a program before are
// overwritten. The core is halted.
enum err run_rtt_begin(struct run_rtt *r, struct target *t, uint32_t symbol,
                       struct log *log) MUST_CHECK;
// One look, when it is time for one.
enum err run_rtt_poll(struct run_rtt *r, uint64_t now_us) MUST_CHECK;
// The program has ended and the core is halted: the rest of the buffers.
enum err run_rtt_drain(struct run_rtt *r) MUST_CHECK;

#endif
