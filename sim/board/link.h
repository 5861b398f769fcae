// SPDX-License-Identifier: MIT
// The adapter between the two worlds: swd/usb_link.h on top of a virtual board's endpoints. Only
// link.c sees both.
#ifndef SWDLINK_SIM_BOARD_LINK_H
#define SWDLINK_SIM_BOARD_LINK_H

#include "base/err.h"
#include "base/log.h"
#include "sim/board/board.h"
#include "swd/usb_link.h"

// Opens a board from its text (what follows "virtual:") and a link to it; closing the link closes
// the board. That has no result: a file of the board that cannot be written then is a failure of
// *closing.
enum err sim_link_open(struct usb_link *link, const char *board_text, struct log *closing,
                       struct log *log) MUST_CHECK;
// A link to a board that the caller owns and closes afterwards.
struct usb_link sim_link_to(struct sim_board *board);
// The board behind a link made here.
struct sim_board *sim_link_board(struct usb_link *link);

// The keys of a board's text; NULL behind the last.
const char *sim_board_key_at(unsigned n);

#endif
