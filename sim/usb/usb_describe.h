// SPDX-License-Identifier: MIT
// What a USB host learns of a board by asking for its descriptors (USB 2.0, 9.6).
#ifndef SWDLINK_SIM_USB_USB_DESCRIBE_H
#define SWDLINK_SIM_USB_USB_DESCRIBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "sim/board/board.h"

#define USB_MAX_CONFIG 256
#define USB_TEXT_SIZE  382 // 126 units of UTF-16, three bytes each, and a NUL

enum { USB_DESCRIPTOR_INTERFACE = 4, USB_DESCRIPTOR_ENDPOINT = 5 };

struct usb_description {
    bool high_speed;
    uint8_t device[18];
    uint8_t config[USB_MAX_CONFIG]; // with the interfaces and endpoints behind it
    size_t config_len;
    // In UTF-8; empty: there is none.
    char manufacturer[USB_TEXT_SIZE], product[USB_TEXT_SIZE], serial[USB_TEXT_SIZE];
};

enum err usb_describe(struct usb_description *usb, struct sim_board *board,
                      struct log *log) MUST_CHECK;
// The descriptor after one of the configuration's, the first after NULL; NULL at the end.
const uint8_t *usb_describe_next(const struct usb_description *usb, const uint8_t *descriptor);
// The interface that the endpoint belongs to, or -1; endpoint 0 belongs to none.
int usb_describe_interface_of(const struct usb_description *usb, uint8_t ep);
bool usb_describe_has_interface(const struct usb_description *usb, unsigned interface);

#endif
