// SPDX-License-Identifier: MIT
// The parts of umock.h between themselves: a device, who has opened it, and their transfers.
#ifndef SWDLINK_SIM_USB_UMOCK_DEVICE_H
#define SWDLINK_SIM_USB_UMOCK_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// usbdevice_fs.h uses _IOR without including what defines it.
#include <sys/ioctl.h>

#include <linux/usbdevice_fs.h>

#include "base/err.h"
#include "base/log.h"
#include "sim/usb/loop.h"
#include "sim/usb/umock.h"
#include "sim/usb/umock_events.h"
#include "sim/usb/umock_tree.h"
#include "sim/usb/umock_wire.h"
#include "sim/usb/usb_queue.h"

// The kernel allows 16 MiB in flight for all; no program needs more than this for one transfer.
#define UMOCK_MAX_TRANSFER (1u << 20)

// A FIFO behind the device node, and our end of it.
struct umock_node {
    struct umock_node *next;
    int fd;
    ino_t inode;
    int users, ready_users; // of those who have something to reap
};

struct urb; // in umock_urb.c

// One open file of a program.
struct umock_opener {
    struct umock_opener *next;
    struct umock_device *device;
    struct umock_wire wire;
    struct loop_source source;
    struct umock_node *node; // what this program has open
    bool ready;              // it has something to reap
    bool gone;               // the device was unplugged since
    uint32_t claimed;        // interfaces, as bits
    unsigned long waiting;   // argument of a REAPURB that has not returned yet, or 0
    struct urb *done;        // transfers to be reaped, the oldest first
};

struct umock_device {
    struct umock *umock;
    struct umock_entry entry;
    bool plugged;
    struct loop_source listener;
    struct umock_node *nodes, *next_node; // all; the one that the next opener will find
    struct umock_opener *openers;
    struct usb_queue queue; // of all openers
};

struct umock {
    struct loop *loop;
    struct log *log;
    struct usb_options options;
    struct umock_tree tree;
    struct umock_events events;
    struct loop_timer tick;
    struct umock_device **devices;
    unsigned device_count, last_address;
};

// umock_usbfs.c: carries out one ioctl and answers it.
void umock_usbfs_ioctl(struct umock_opener *opener, unsigned long code, unsigned long arg);
// umock_claim.c: the device has the interface, and nobody or the one that is returned has claimed
// it.
bool umock_claim_is_possible(const struct umock_opener *opener, unsigned interface);
struct umock_opener *umock_claim_owner(const struct umock_device *device, unsigned interface);
// Claims the interface for the opener unless another one has it. 0, or an errno.
int umock_claim(struct umock_opener *opener, unsigned interface);

// umock_urb.c: transfers.
void umock_urb_submit(struct umock_opener *opener, unsigned long where);
void umock_urb_discard(struct umock_opener *opener, unsigned long where);
void umock_urb_reap(struct umock_opener *opener, unsigned long arg, bool wait);
// The queue has finished one.
void umock_urb_done(void *arg, struct usb_transfer *transfer);
// Answers a program that waits in REAPURB, if there is an answer now.
void umock_urb_wake(struct umock_opener *opener);
// Cancels what the opener has under way on the interfaces of the mask.
void umock_urb_end_interfaces(struct umock_opener *opener, uint32_t interfaces);
void umock_urb_free_all(struct umock_opener *opener);

// umock_node.c: puts a new FIFO where the device node is.
enum err umock_node_refresh(struct umock_device *device) MUST_CHECK;
// The one that the process has opened last, to be released by the caller; NULL when it cannot be
// had.
struct umock_node *umock_node_of(struct umock_device *device, pid_t pid);
void umock_node_release(struct umock_device *device, struct umock_node *node); // NULL is fine
void umock_node_set_ready(struct umock_opener *opener, bool ready);

// umock.c
// The queue has noticed that the board is unplugged (the argument is the device).
void umock_device_unplug(void *device);

#endif
