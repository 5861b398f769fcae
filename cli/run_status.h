// SPDX-License-Identifier: MIT
// The exit statuses of `swdlink run` that are not the program's. They lie where timeout(1) and the
// shell have theirs, and programs seldom have any.
#ifndef SWDLINK_CLI_RUN_STATUS_H
#define SWDLINK_CLI_RUN_STATUS_H

enum run_status {
    RUN_STATUS_TESTS_FAILED = 1, // also after a fault, a lockup, a reset that nobody asked for
    RUN_STATUS_PROBE = 121,      // absent, busy, lost, or not to be opened
    RUN_STATUS_TARGET = 122,     // does not answer, or was lost
    RUN_STATUS_PROGRAMMING = 123,
    RUN_STATUS_TIMEOUT = 124,
    RUN_STATUS_FAILED = 125, // wrong usage, files, memory of this computer
    RUN_STATUS_SIGNAL = 128, // and the signal's number
};

#endif
