// SPDX-License-Identifier: MIT
// Runs the tests of an embedded-test program as its own runner does: one reset and one run for
// each, which is told by SYS_GET_CMDLINE which test it is. libtest's options choose among them.
#ifndef SWDLINK_CLI_RUN_EMBEDDED_H
#define SWDLINK_CLI_RUN_EMBEDDED_H

#include "cli/embedded_test.h"
#include "cli/run_report.h"

struct run_embedded {
    struct embedded_tests tests;
    struct run_program *program;
    struct run_report *report;
    const struct options *o;
    struct log *log;
    bool exact, list, only_ignored, also_ignored;
    double seconds; // of all runs
    unsigned passed, failed, ignored, filtered;
};

// ERR_USAGE for an option that libtest does not have.
enum err run_embedded_options(struct run_embedded *r) MUST_CHECK;
// The program is in the chip and halted at its first instruction. What came of the tests is in the
// report; program->end is that of the last one, with the status of all.
enum err run_embedded_run(struct run_embedded *r) MUST_CHECK;

#endif
