// SPDX-License-Identifier: MIT
// swdlink help [COMMAND | monitor [WORD]]
#ifndef SWDLINK_CLI_HELP_H
#define SWDLINK_CLI_HELP_H

#include "base/err.h"
#include "base/log.h"

// words: what was typed behind "help". ERR_USAGE for a word that is nothing of ours.
enum err help(int count, char *const *words, struct log *log) MUST_CHECK;

#endif
