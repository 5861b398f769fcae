// SPDX-License-Identifier: MIT
// doctor --html: the report as one file for a forum post or a bug report.
#ifndef SWDLINK_CLI_DOCTOR_HTML_H
#define SWDLINK_CLI_DOCTOR_HTML_H

#include "base/err.h"
#include "base/log.h"
#include "doctor/diagnosis.h"

// Writes one page that needs no network: the verdict, the header from above with its wires coloured
// by what was measured, what to do next, and every number. with_serial: the probe's whole serial
// number; else its last four characters. ERR_FILE, ERR_MEMORY.
enum err doctor_html_write(const char *path, const struct measurements *m,
                           const struct diagnosis *d, bool with_serial, struct log *log) MUST_CHECK;

#endif
