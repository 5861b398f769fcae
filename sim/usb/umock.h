// SPDX-License-Identifier: MIT
// Virtual boards as USB devices for unmodified programs on the same machine: the programs run under
// umockdev's preload library, which turns their accesses to /sys and /dev and their usbfs ioctls
// into messages to us. No kernel support and no privileges are needed.
#ifndef SWDLINK_SIM_USB_UMOCK_H
#define SWDLINK_SIM_USB_UMOCK_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "sim/board/board.h"
#include "sim/usb/loop.h"
#include "sim/usb/usb_queue.h"

struct umock;

enum err umock_open(struct umock **umock, struct loop *loop, const struct usb_options *options,
                    struct log *log) MUST_CHECK;
// Plugs the board in; it stays the caller's and must live until umock_close().
enum err umock_add(struct umock *umock, struct sim_board *board) MUST_CHECK;
// Pulls or puts back the plug of the index-th board.
enum err umock_set_plugged(struct umock *umock, unsigned index, bool plugged) MUST_CHECK;
// To be called when a board was changed from elsewhere: it may have something to send now, or be
// gone.
void umock_board_changed(struct umock *umock, unsigned index);
// The directory for UMOCKDEV_DIR.
const char *umock_dir(const struct umock *umock);
void umock_close(struct umock *umock); // NULL is fine

#endif
