// SPDX-License-Identifier: MIT
// What was good last: per probe, in $XDG_STATE_HOME/swdlink, so that the doctor can say what is
// different now. Whatever goes wrong here is no failure of the command.
#ifndef SWDLINK_CLI_JOURNAL_H
#define SWDLINK_CLI_JOURNAL_H

#include <stddef.h>

#include "cli/options.h"
#include "doctor/measure.h"

// The target was found healthy.
void journal_keep_good(const struct options *o, const struct measurements *m);
// A file was programmed through the probe.
void journal_keep_flashed(const struct options *o, const char *serial, const char *file);
// "worked on 2026-11-22 14:02 at 4000 kHz, VTref 3.29 V; since then you flashed app.elf";
// empty when nothing is known. Returns text.
const char *journal_recall(const struct options *o, const char *serial, char *text, size_t size);

#endif
