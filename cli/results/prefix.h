// SPDX-License-Identifier: MIT
// What logs put in front of a line: time stamps, levels, tags. "[00:00:01.234] ", "<inf> app: ",
// "I (123) main: ", "12:30:01 INFO - ".
#ifndef SWDLINK_CLI_RESULTS_PREFIX_H
#define SWDLINK_CLI_RESULTS_PREFIX_H

// The line behind one such word and one space; NULL when it begins with none. Called again with
// what it returns, it takes the next one.
const char *prefix_skip(const char *line);

#endif
