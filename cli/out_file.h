// SPDX-License-Identifier: MIT
// Files that an option names, to be written: what fails is told with the file's name.
#ifndef SWDLINK_CLI_OUT_FILE_H
#define SWDLINK_CLI_OUT_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "base/log.h"

// Whether an option's path is "-".
bool out_file_is_stdout(const char *path);
// Refuses when more than one of these options, NULL for those that are not given, writes to
// standard output.
enum err out_file_check_stdout(const char *const users[], unsigned count,
                               struct log *log) MUST_CHECK;
enum err out_file_create(FILE **file, const char *path, struct log *log) MUST_CHECK;
// The same where the option may be left out, or may be "-" for standard output. path NULL: no file,
// *file NULL.
enum err out_file_open(FILE **file, const char *path, struct log *log) MUST_CHECK;
// Closes it, unless there is none or it is standard output. e is what happened before, which counts
// first; ERR_FILE also when something that was written before has failed.
enum err out_file_close(FILE *file, const char *path, enum err e, struct log *log) MUST_CHECK;

#endif
