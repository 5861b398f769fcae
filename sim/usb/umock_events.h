// SPDX-License-Identifier: MIT
// Hot-plug news for the programs under the preload library, in the form in which udevd sends them.
#ifndef SWDLINK_SIM_USB_UMOCK_EVENTS_H
#define SWDLINK_SIM_USB_UMOCK_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "sim/usb/loop.h"
#include "sim/usb/umock_tree.h"

struct umock_events {
    struct loop *loop;
    struct umock_tree *tree;
    struct loop_source watch; // of the root directory, where programs put their sockets
    unsigned renamed;
    unsigned long sequence;
};

enum err umock_events_open(struct umock_events *events, struct loop *loop,
                           struct umock_tree *tree) MUST_CHECK;
void umock_events_close(struct umock_events *events);
// Tells every program that listens.
void umock_events_send(struct umock_events *events, const struct umock_entry *entry, bool added);
// The hash that udev puts into the header of its messages (MurmurHash2, seed 0).
uint32_t umock_events_hash(const char *text);

#endif
