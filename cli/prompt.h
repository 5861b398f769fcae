// SPDX-License-Identifier: MIT
// A line from a person.
#ifndef SWDLINK_CLI_PROMPT_H
#define SWDLINK_CLI_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/log.h"

// Reads a line of standard input, without its newline; what does not fit is dropped. *ended: there
// was none, the input is at its end. ERR_INTERRUPTED when a signal that is blocked asks for an end
// meanwhile.
enum err prompt_read_line(char *line, size_t size, bool *ended, struct log *log) MUST_CHECK;

#endif
