// SPDX-License-Identifier: MIT
// Writes the conversation with a probe into a file, as it happens: a decorator around any link.
// The format is in doc/records.md.
#ifndef SWDLINK_SWD_RECORDER_H
#define SWDLINK_SWD_RECORDER_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "swd/usb_link.h"

struct recorder;

// Begins a record of the program (its name and version), one of its commands, and the words that
// followed that (NULL ends them). A file that was
// there before stays until a probe was opened: until then the record grows under another name
// beside it. Only its owner may read the file: flash content is in it. ERR_FILE when it cannot be
// written.
enum err recorder_create(struct recorder **recorder, const char *path, const char *program,
                         const char *command, const char *const *words, struct log *log) MUST_CHECK;
// A probe was opened: from now on *link notes what goes through it. Closing it closes the inner
// link and not the record; several links may follow one another (a probe that was plugged in
// again).
void recorder_take_link(struct recorder *recorder, struct usb_link *link, bool is_virtual);
// A probe could not be opened. The same refusal again and again is noted once, and
// one for a reason of this computer (a file that is missing) never.
void recorder_note_refusal(struct recorder *recorder, enum err refusal, const char *sentence);
// What follows is said because of this (a packet of a debugger, a poll): kept with the next event.
// A short word; "client 0", "poll 0", "rtt".
void recorder_name_turn(struct recorder *recorder, const char *turn);
// Closes the file and frees the recorder. ERR_FILE: what is in the file is not all that was said.
enum err recorder_end(struct recorder *recorder, struct log *log) MUST_CHECK;

#endif
