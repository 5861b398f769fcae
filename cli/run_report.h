// SPDX-License-Identifier: MIT
// What `swdlink run` tells of a run: the program's output, and its test results as JUnit XML, as
// TAP or as a JSON document.
#ifndef SWDLINK_CLI_RUN_REPORT_H
#define SWDLINK_CLI_RUN_REPORT_H

#include "cli/options.h"
#include "cli/output.h"
#include "cli/results/junit.h"
#include "cli/results/results.h"
#include "cli/results/tap_report.h"
#include "cli/run_program.h"

struct run_report {
    const struct options *o;
    const char *file; // the program
    struct log *log;
    struct results results;
    struct junit junit;
    struct tap_report tap;
    FILE *out; // the program's output; NULL: nowhere
};

// Opens what is asked for, before anything is done to the target. ERR_FILE, ERR_USAGE.
enum err run_report_open(struct run_report *r, const struct options *o, struct log *log) MUST_CHECK;
void run_report_print(struct run_report *r, enum results_stream stream, const char *text,
                      size_t len);
// The program has ended: writes the reports, and sets the status.
enum err run_report_end(struct run_report *r, const struct run_program *p,
                        struct output *out) MUST_CHECK;
// The rig failed with this error, whose sentence is in the log: the reports say so. status: of
// swdlink.
void run_report_rig_failed(struct run_report *r, const struct run_program *p, enum err e,
                           int status, struct output *out);
void run_report_close(struct run_report *r);

#endif
