// SPDX-License-Identifier: MIT
// What the two files of the TAP reader know of each other.
#ifndef SWDLINK_CLI_RESULTS_TAP_H
#define SWDLINK_CLI_RESULTS_TAP_H

#include "cli/results/results.h"

// A line of the YAML block behind a test line: message, file, line and time go to that test.
bool tap_yaml_line(struct results *r, const char *body, unsigned indent);
// A block that is open still when a line is no part of it, or the output ends. A failure in a block
// that never ended may be a test's.
void tap_yaml_end(struct results *r);
// "not ok …", "Bail out!"
bool tap_is_failure(const char *body);

#endif
