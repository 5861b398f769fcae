// SPDX-License-Identifier: MIT
// The virtual probe, where this build has one. virtual_sim.c or virtual_none.c implements it, as
// `configure --disable-sim` decides.
#ifndef SWDLINK_CLI_VIRTUAL_H
#define SWDLINK_CLI_VIRTUAL_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "swd/usb_link.h"

// Opens a link to the board of the text (what follows "virtual:"). follow: its clock keeps up with
// the wall, for a person who watches a running program. closing: has a sentence, when the link was
// closed, if a file of the board could not be written.
enum err virtual_open(struct usb_link *link, const char *board_text, bool follow,
                      struct log *closing, struct log *log) MUST_CHECK;

// The names of the virtual chips, and the keys of a board's text; NULL behind the last.
const char *virtual_chip_at(unsigned n);
const char *virtual_key_at(unsigned n);

#endif
