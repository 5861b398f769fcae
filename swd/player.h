// SPDX-License-Identifier: MIT
// Plays a recorded conversation (swd/record.h): a probe that answers as the recorded one did, as
// long as it is asked the same. Its clock is the record's, and sleeping costs no time.
#ifndef SWDLINK_SWD_PLAYER_H
#define SWDLINK_SWD_PLAYER_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "swd/record.h"
#include "swd/usb_link.h"

struct player;

// Reads a record. ERR_FILE with a sentence when it is none.
enum err player_create(struct player **player, const char *path, struct log *log) MUST_CHECK;
const struct record *player_record(const struct player *player);
// The next opening of the record: a link, or the error with which the recorded program failed to
// open the probe. is_virtual: of the recorded probe.
//
// patient: for a program that polls by the clock of the wall (a server). How often it repeats a
// question may then differ from the record: a question that the record has no more is answered as
// it was answered last, and questions that the program does not repeat are passed over. Anything
// else must come as it was recorded.
enum err player_open_link(struct player *player, bool patient, struct usb_link *link,
                          bool *is_virtual, struct log *log) MUST_CHECK;
// For a server, before it talks to the target: whether the record has this turn next (see
// recorder_name_turn()). Polls and RTT wait until it has. A "client" waits for polls, RTT and other
// clients that come first, an "interrupt" for steps, too, but not for ever: who is asked often
// enough while nothing else is said answers true. What is none of these never waits.
bool player_has_turn(struct player *player, const char *turn);
// Ends the replay and frees the player. ERR_FILE: the conversation differed from the record; the
// sentence tells the first difference and its line.
enum err player_end(struct player *player, struct log *log) MUST_CHECK;

#endif
