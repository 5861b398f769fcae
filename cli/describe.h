// SPDX-License-Identifier: MIT
// Who is there, told to people and to programs: shared by info and serve.
#ifndef SWDLINK_CLI_DESCRIBE_H
#define SWDLINK_CLI_DESCRIBE_H

#include <jansson.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/probe.h"

// One line per fact on standard output.
void describe_print_probe(const struct probe *p);
enum err describe_print_target(struct probe *p) MUST_CHECK;

// The same as JSON: a new object, NULL when out of memory.
json_t *describe_probe_json(const struct probe *p);
enum err describe_target_json(json_t **object, struct probe *p) MUST_CHECK;

// Null: there is none.
json_t *second_core_json(const struct chip_second_core *second);

#endif
