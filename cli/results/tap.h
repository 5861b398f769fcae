// SPDX-License-Identifier: MIT
// What the files of the TAP reader know of each other.
#ifndef SWDLINK_CLI_RESULTS_TAP_H
#define SWDLINK_CLI_RESULTS_TAP_H

#include "cli/results/results.h"

// A line of the YAML block behind a test line: message, file, line and time go to that test.
bool tap_yaml_line(struct results *r, const char *body, unsigned indent);
// A block that is open still when a line is no part of it, or the output ends. A failure in a block
// that never ended may be a test's.
void tap_yaml_end(struct results *r);
struct tap_test_line {
    bool failed, has_number, has_dash, skip, todo;
    uint32_t number;
    struct span name, why;
};

// tap_test_line.c: false for what is no such line. "not ok …" and "Bail out!" are failures.
bool tap_parse_test(struct tap_test_line *t, const char *line);
bool tap_is_failure(const char *body);

#endif
