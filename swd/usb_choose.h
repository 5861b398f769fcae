// SPDX-License-Identifier: MIT
// Which of the plugged-in probes is meant: by its serial number or, where that is missing or not
// its own, by its place on the bus, "usb:BUS-PORT" as in the names of /sys/bus/usb/devices
// ("usb:1-4.2").
#ifndef SWDLINK_SWD_USB_CHOOSE_H
#define SWDLINK_SWD_USB_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"
#include "swd/usb_libusb.h"

#define USB_CHOOSE_PREFIX    "usb:"
#define USB_CHOOSE_NAME_SIZE (USB_LINK_SERIAL_SIZE + sizeof USB_CHOOSE_PREFIX)

// Notes in each which serial numbers are missing or shared.
void usb_choose_note_shared(struct usb_found *found, size_t count);
// The word for --probe that means this one and no other: its serial number, or its place. Empty
// when it has neither. Returns text.
const char *usb_choose_name(const struct usb_identity *id, char text[USB_CHOOSE_NAME_SIZE]);
// The index of the one that is meant (which NULL: the only one that can debug). ERR_NO_PROBE, or
// ERR_SEVERAL_PROBES, with what was seen and what to type.
enum err usb_choose(const struct usb_found *found, size_t count, const char *which, size_t *chosen,
                    struct log *log) MUST_CHECK;

#endif
