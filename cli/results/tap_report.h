// SPDX-License-Identifier: MIT
// The results as TAP on standard output, while they arrive: one flat list with a plan at its end.
// What the program prints besides becomes comments.
#ifndef SWDLINK_CLI_RESULTS_TAP_REPORT_H
#define SWDLINK_CLI_RESULTS_TAP_REPORT_H

#include <stdio.h>

#include "cli/results/results.h"

struct tap_report {
    FILE *f;
    const struct results *results;
    size_t printed; // results that were looked at
    size_t number;  // of the last test line
};

void tap_report_open(struct tap_report *t, FILE *f, const struct results *r);
// Prints what has come since; a subtest's results wait for the test that it belongs to.
void tap_report_added(struct tap_report *t);
void tap_report_comment(struct tap_report *t, const char *line);
// What is left, then the plan, or "Bail out!" when the program gave up or the rig failed.
void tap_report_end(struct tap_report *t);

#endif
