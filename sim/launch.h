// SPDX-License-Identifier: MIT
// Starting the user's program in the mocked world, passing signals on to it, and its exit status.
#ifndef SWDLINK_SIM_LAUNCH_H
#define SWDLINK_SIM_LAUNCH_H

#include <signal.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/log.h"
#include "sim/loop.h"

// Exit statuses besides the program's own (as of env(1) and timeout(1)).
enum { LAUNCH_FAILED = 125, LAUNCH_CANNOT_RUN = 126, LAUNCH_NOT_FOUND = 127 };

#define LAUNCH_PRELOAD_SIZE 512

struct launch {
    struct loop *loop;
    struct log *log;
    struct loop_source signals;
    sigset_t old_mask;
    pid_t child;
    int status; // of the program, as an exit status: 128 + N when signal N ended it
    char preload[LAUNCH_PRELOAD_SIZE];
};

// Looks for the preload library and takes over the signals. Call it before starting anything else.
enum err launch_open(struct launch *launch, struct loop *loop, struct log *log) MUST_CHECK;
// Starts argv[0] with the preload library and UMOCKDEV_DIR=dir. The loop is stopped when it ends.
enum err launch_start(struct launch *launch, char *const argv[], const char *dir) MUST_CHECK;
void launch_close(struct launch *launch);

#endif
