// SPDX-License-Identifier: MIT
// The options of a chip while they are written: a file per chip in the journal's folder, from
// before the first erase until all of them are seen to be right. Who cuts the write off finds them
// there.
#ifndef SWDLINK_CLI_OPTIONS_JOURNAL_H
#define SWDLINK_CLI_OPTIONS_JOURNAL_H

#include "cli/probe.h"
#include "targets/options.h"

// Tells the target (target_know_options()) what a write that was cut off would have kept, when an
// option of the chip has lost its value since; warns of it. Whole options end the file.
enum err options_journal_recall(struct probe *p, const struct options *o,
                                struct log *log) MUST_CHECK;
// Keeps the options before they are written. A place where nothing can be written is a warning.
void options_journal_keep(const struct probe *p, const struct options *o,
                          const struct target_options_image *before, struct log *log);
// They were written, all of them.
void options_journal_drop(const struct probe *p, const struct options *o);

#endif
