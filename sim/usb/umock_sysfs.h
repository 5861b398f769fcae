// SPDX-License-Identifier: MIT
// What stands in /sys about a USB device and its interfaces (Linux, Documentation/ABI/stable/
// sysfs-bus-usb and testing/sysfs-bus-usb), in the kernel's formats.
#ifndef SWDLINK_SIM_USB_UMOCK_SYSFS_H
#define SWDLINK_SIM_USB_UMOCK_SYSFS_H

#include "sim/usb/umock_tree.h"

// A device as /sys names it.
struct umock_sysfs_device {
    const struct usb_description *usb;
    const char *dir;  // "/devices/…/1-1"
    const char *name; // "1-1", "usb1"
    const char *stem; // of its interfaces' names: "1-1", and "1-0" of a root hub
    unsigned port;    // of its hub; 0: it is the root hub
    unsigned address;
    unsigned children; // ports of its own
    bool walked_only;  // not for libudev and libusb, which look for uevent and descriptors
};

enum { UMOCK_SYSFS_MAJOR = 189 };

// Its folder, its interfaces' folders, and the links to them from /sys/bus and /sys/dev.
void umock_sysfs_add(struct umock_tree *tree, const struct umock_sysfs_device *device);
void umock_sysfs_remove(struct umock_tree *tree, const struct umock_sysfs_device *device);
unsigned umock_sysfs_minor(unsigned address);

#endif
