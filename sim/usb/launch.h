// SPDX-License-Identifier: MIT
// Starting the user's program in the mocked world, passing signals on to it, and its exit status.
#ifndef SWDLINK_SIM_USB_LAUNCH_H
#define SWDLINK_SIM_USB_LAUNCH_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/log.h"
#include "sim/usb/loop.h"

// Exit statuses besides the program's own (as of env(1) and timeout(1)).
enum { LAUNCH_FAILED = 125, LAUNCH_CANNOT_RUN = 126, LAUNCH_NOT_FOUND = 127 };

#define LAUNCH_PRELOAD_SIZE 512

struct launch {
    struct loop *loop;
    struct log *log;
    struct loop_source signals;
    sigset_t old_mask;
    pid_t child;    // -1: none is running; the loop then stops at the first signal
    bool own_group; // the child leads a process group
    int status; // of the program, as an exit status: 128 + N when signal N ended it; 0 without one
    char preload[LAUNCH_PRELOAD_SIZE];
};

// Takes over the signals. Call it before starting anything else.
enum err launch_open(struct launch *launch, struct loop *loop, struct log *log) MUST_CHECK;
// Looks for the preload library, without which launch_start() can mock nothing.
enum err launch_find_preload(struct launch *launch) MUST_CHECK;
// Starts argv[0], in the mocked world at dir unless that is NULL. The loop is stopped when it ends.
enum err launch_start(struct launch *launch, char *const argv[], const char *dir) MUST_CHECK;
void launch_close(struct launch *launch);

#endif
