// SPDX-License-Identifier: MIT
// JUnit XML, as GitLab, GitHub's actions and Jenkins read it: one testsuite, its testcases with
// classname, file, line and time.
#ifndef SWDLINK_CLI_RESULTS_JUNIT_H
#define SWDLINK_CLI_RESULTS_JUNIT_H

#include <stdio.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/results/results.h"

struct junit {
    const char *path;
    FILE *f; // NULL: no report
    bool is_stdout;
};

// Opens the file before anything is done, and writes a report that says that the run has not
// ended: so no report of an earlier run is taken for this one's. "-" is standard output. ERR_FILE.
enum err junit_open(struct junit *j, const char *path, struct log *log) MUST_CHECK;
// The report itself. program: the file that ran. ERR_FILE.
enum err junit_write(struct junit *j, const struct results *r, const char *program, double seconds,
                     struct log *log) MUST_CHECK;
void junit_close(struct junit *j);

#endif
