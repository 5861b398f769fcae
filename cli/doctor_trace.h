// SPDX-License-Identifier: MIT
// doctor --trace-loss: names the instruction that ends the debug session.
#ifndef SWDLINK_CLI_DOCTOR_TRACE_H
#define SWDLINK_CLI_DOCTOR_TRACE_H

#include "cli/options.h"
#include "cli/output.h"

// Starts the chip's program again and reports, as text or JSON. out->status is 0 when the debug
// port survived, 1 when something was found.
enum err doctor_trace(const struct options *o, struct output *out, struct log *log) MUST_CHECK;

#endif
