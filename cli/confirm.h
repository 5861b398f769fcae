// SPDX-License-Identifier: MIT
// Asks a person before something is lost.
#ifndef SWDLINK_CLI_CONFIRM_H
#define SWDLINK_CLI_CONFIRM_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"

// Consent comes from --yes (given), or from a person at a terminal who is shown `question` and
// types yes. Without either ERR_USAGE with `why`; a person who does not want it: ERR_STATE.
enum err confirm_ask(bool given, const char *question, const char *why, struct log *log) MUST_CHECK;

#endif
