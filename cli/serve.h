// SPDX-License-Identifier: MIT
// The two ways to serve: one probe in this process, or a process for each probe.
#ifndef SWDLINK_CLI_SERVE_H
#define SWDLINK_CLI_SERVE_H

#include "base/err.h"
#include "base/log.h"
#include "cli/options.h"
#include "cli/output.h"

// patient: a probe or a target that does not answer is tried again until it does, or until SIGTERM.
enum err serve_one(const struct options *o, bool patient, struct output *out,
                   struct log *log) MUST_CHECK;
enum err serve_all(const struct options *o, struct output *out, struct log *log) MUST_CHECK;

#endif
