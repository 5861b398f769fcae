// SPDX-License-Identifier: MIT
// Words that are none of ours: what was meant, or what others call what we have.
#ifndef SWDLINK_CLI_GUESS_H
#define SWDLINK_CLI_GUESS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/command.h"

// ERR_USAGE with a sentence for a first word that is no command.
enum err guess_command(const char *word, struct log *log) MUST_CHECK;
// ERR_USAGE with a sentence for "--name" or "-x" that the command does not have; named: the user
// typed the command's name.
enum err guess_option(const struct command *command, bool named, const char *option,
                      struct log *log) MUST_CHECK;

#endif
