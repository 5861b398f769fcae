// SPDX-License-Identifier: MIT
// The file of --swo-json.
#ifndef SWDLINK_CLI_SWO_FILE_H
#define SWDLINK_CLI_SWO_FILE_H

#include <stdio.h>

#include "base/err.h"
#include "base/log.h"

// path NULL: no file, *file NULL. "-" is standard output.
enum err swo_file_open(FILE **file, const char *path, struct log *log) MUST_CHECK;
// Closes it; e is what happened before, which counts first.
enum err swo_file_close(FILE *file, const char *path, enum err e, struct log *log) MUST_CHECK;

#endif
