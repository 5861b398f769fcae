// SPDX-License-Identifier: MIT
// What a guest is told of a device that is there: its interfaces, its endpoints, and who it is.
#ifndef SWDLINK_SIM_USB_USBREDIR_ANNOUNCE_H
#define SWDLINK_SIM_USB_USBREDIR_ANNOUNCE_H

#include <usbredirparser.h>

#include "sim/usb/usb_describe.h"

void usbredir_announce(struct usbredirparser *parser, const struct usb_description *usb);

#endif
