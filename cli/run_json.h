// SPDX-License-Identifier: MIT
// The document of `run --json`: swdlink(1), "run", has its keys.
#ifndef SWDLINK_CLI_RUN_JSON_H
#define SWDLINK_CLI_RUN_JSON_H

#include <jansson.h>

#include "cli/run_report.h"

// NULL: out of memory. e: what the rig failed with, ERR_OK when the program ended.
json_t *run_json(const struct run_report *r, const struct run_program *p, int status, enum err e);

#endif
