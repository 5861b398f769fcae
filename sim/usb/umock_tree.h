// SPDX-License-Identifier: MIT
// What a program under umockdev's preload library sees of the machine: a directory with its own
// /sys and /dev, in which our probes are plugged in.
#ifndef SWDLINK_SIM_USB_UMOCK_TREE_H
#define SWDLINK_SIM_USB_UMOCK_TREE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "sim/usb/usb_describe.h"

#define UMOCK_ROOT_SIZE 64 // sockets lie below: sun_path has 108 bytes
#define UMOCK_PATH_SIZE 108

struct umock_tree {
    char root[UMOCK_ROOT_SIZE];
    struct log *log;
    enum err failed; // the first failure of the steps since it was last cleared
};

// A device as the kernel would describe it in /sys. Like the kernel we give every new plug a new
// address.
struct umock_entry {
    unsigned port;    // of the root hub, from 1
    unsigned address; // 2 to 127
    struct usb_description usb;
};

enum err umock_tree_create(struct umock_tree *tree, struct log *log) MUST_CHECK;
void umock_tree_destroy(struct umock_tree *tree);
enum err umock_tree_plug(struct umock_tree *tree, const struct umock_entry *entry) MUST_CHECK;
void umock_tree_unplug(struct umock_tree *tree, const struct umock_entry *entry);
// Puts a new FIFO where the device node is, not ready for poll(), and opens our end of it. An
// opener keeps the node that it got.
enum err umock_tree_fresh_node(struct umock_tree *tree, const struct umock_entry *entry,
                               int *fd) MUST_CHECK;
// What poll() on the node says about POLLOUT, which is how usbfs tells that a transfer is done.
void umock_tree_set_ready(int fd, bool ready);
// "/devices/…/1-PORT" and "/dev/bus/usb/001/ADDRESS".
void umock_tree_sys_path(const struct umock_entry *entry, char path[UMOCK_PATH_SIZE]);
void umock_tree_node_path(const struct umock_entry *entry, char path[UMOCK_PATH_SIZE]);
unsigned umock_tree_minor(const struct umock_entry *entry);

#endif
