// SPDX-License-Identifier: MIT
// A virtual board for a virtual machine: QEMU's usb-redir device connects to a UNIX socket and
// plugs it into the guest, whose own kernel then drives it. One guest at a time.
#ifndef SWDLINK_SIM_USB_USBREDIR_H
#define SWDLINK_SIM_USB_USBREDIR_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "sim/board/board.h"
#include "sim/usb/loop.h"
#include "sim/usb/usb_queue.h"

struct usbredir;

// Listens on a new UNIX socket at path, removed again by usbredir_close(). The board stays the
// caller's.
enum err usbredir_open(struct usbredir **redir, struct loop *loop, const char *path,
                       struct sim_board *board, const struct usb_options *options,
                       struct log *log) MUST_CHECK;
enum err usbredir_set_plugged(struct usbredir *redir, bool plugged) MUST_CHECK;
// To be called when the board was changed from elsewhere.
void usbredir_board_changed(struct usbredir *redir);
void usbredir_close(struct usbredir *redir); // NULL is fine

#endif
