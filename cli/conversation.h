// SPDX-License-Identifier: MIT
// The way to a probe: USB, the virtual board, or a record that is replayed; and the record that is
// kept of it, when one is wanted. One per run of the program, from main() to its end.
#ifndef SWDLINK_CLI_CONVERSATION_H
#define SWDLINK_CLI_CONVERSATION_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "swd/player.h"
#include "swd/recorder.h"

struct options;

struct conversation {
    struct recorder *recorder; // NULL: no --record, or not begun
    struct player *player;     // NULL: no replay
    struct log closing;        // has a sentence if a virtual board's file could not be written
};

// Opens a link to the probe that the options name, again and again if need be (a probe that was
// plugged in again: name means it then, as with --probe, else NULL). serving: for a long session
// with a person.
enum err conversation_open_link(const struct options *o, const char *name, bool serving,
                                struct usb_link *link, bool *is_virtual,
                                struct log *log) MUST_CHECK;
// Who the probe of the record is; nothing is replayed.
enum err conversation_identify(const char *file, struct usb_identity *id, bool *is_virtual,
                               struct log *log) MUST_CHECK;
// For a server: what talks to the probe now, by the name that the record keeps. False: a replay has
// something else first.
bool conversation_may_talk(const struct conversation *c, const char *turn);
// e: how the command ended. A conversation that differs from its record, or a record that is not
// complete, is an error of its own, and so is a file of the virtual board that is not.
enum err conversation_end(struct conversation *c, enum err e, struct log *log) MUST_CHECK;

#endif
