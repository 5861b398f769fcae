// SPDX-License-Identifier: MIT
// Real ST-LINKs through libusb-1.0. The only file that includes libusb.h is usb_libusb.c.
#ifndef SWDLINK_SWD_USB_LIBUSB_H
#define SWDLINK_SWD_USB_LIBUSB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/log.h"
#include "swd/usb_link.h"

// One row of the table of known product ids (all with VID 0483).
struct usb_model {
    uint16_t pid;
    const char *name; // "ST-LINK/V2-1"
    uint8_t ep_out, ep_in, ep_trace;
    bool debugger; // false: a boot loader or a model that we do not drive (V1)
};

// The row for a product id, or NULL.
const struct usb_model *usb_libusb_model(uint16_t pid);

// A plugged-in ST-LINK as found on the bus.
struct usb_found {
    struct usb_identity id; // serial empty when the device could not be opened to read it
    const struct usb_model *model;
    enum err access; // ERR_OK, ERR_PROBE_ACCESS, ERR_PROBE_BUSY, …: what opening it said
};

// Lists the ST-LINKs that are plugged in: a malloc()ed array in *found, *count long (NULL when
// none). ERR_NO_PROBE only when USB itself cannot be used; an empty list is ERR_OK.
enum err usb_libusb_list(struct usb_found **found, size_t *count, struct log *log) MUST_CHECK;

// A number that changes when other ST-LINKs are plugged in than before. Opens none of them.
enum err usb_libusb_fingerprint(uint64_t *fingerprint, struct log *log) MUST_CHECK;

// Opens the probe whose serial number is, begins or ends with `which`, or that stands at the place
// "usb:BUS-PORT"; NULL: the only one plugged in. ERR_NO_PROBE, ERR_SEVERAL_PROBES: with a sentence
// that lists what was seen and what to type.
enum err usb_libusb_open(struct usb_link *link, const char *which, struct log *log) MUST_CHECK;

#endif
