// SPDX-License-Identifier: MIT
// What the two files of the TAP reader know of each other.
#ifndef SWDLINK_CLI_RESULTS_TAP_H
#define SWDLINK_CLI_RESULTS_TAP_H

#include "cli/results/results.h"

// A line of the YAML block behind a test line: message, file, line and time go to that test.
bool tap_yaml_line(struct results *r, const char *body, unsigned indent);

#endif
