// SPDX-License-Identifier: MIT
// What usb_libusb.c and usb_enumerate.c know of each other; nobody else includes it, because it
// brings libusb.h.
#ifndef SWDLINK_SWD_USB_ENUMERATE_H
#define SWDLINK_SWD_USB_ENUMERATE_H

#include <libusb.h>

#include "swd/usb_libusb.h"

// A libusb context whose thread takes no signals.
enum err usb_enumerate_start(libusb_context **context, struct log *log) MUST_CHECK;
// Lists what is plugged in; the devices are in the same order as found (for opening one). The
// caller frees *found with free() and the devices with usb_enumerate_free().
enum err usb_enumerate(libusb_context *context, struct usb_found **found, libusb_device ***devices,
                       size_t *count, struct log *log) MUST_CHECK;
void usb_enumerate_free(libusb_device **devices, size_t count);
// What one of libusb's codes means.
enum err usb_enumerate_err(int code) MUST_CHECK;

#endif
