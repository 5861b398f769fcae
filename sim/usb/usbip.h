// SPDX-License-Identifier: MIT
// A virtual board for any Linux machine: `usbip attach` makes it a device of that machine's kernel.
// One machine at a time.
#ifndef SWDLINK_SIM_USB_USBIP_H
#define SWDLINK_SIM_USB_USBIP_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "sim/board/board.h"
#include "sim/usb/loop.h"
#include "sim/usb/tcp_listen.h"
#include "sim/usb/usb_queue.h"

#define USBIP_BUS_ID "1-1"

struct usbip;

// Listens on TCP at where, "[HOST:]PORT"; without HOST on the loopback interface; port 0 takes any
// free one. The board stays the caller's.
enum err usbip_open(struct usbip **ip, struct loop *loop, const char *where,
                    struct sim_board *board, const struct usb_options *options,
                    struct log *log) MUST_CHECK;
// Where it listens, as "HOST:PORT". Returns text.
const char *usbip_where(const struct usbip *ip, char text[TCP_NAME_SIZE]);
enum err usbip_set_plugged(struct usbip *ip, bool plugged) MUST_CHECK;
// To be called when the board was changed from elsewhere.
void usbip_board_changed(struct usbip *ip);
void usbip_close(struct usbip *ip); // NULL is fine

#endif
