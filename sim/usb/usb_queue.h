// SPDX-License-Identifier: MIT
// The transfers under way with one board: what every USB front end has in common. They are carried
// out in order on each endpoint; one for which the board has no room or no answer stays until
// somebody ends it.
#ifndef SWDLINK_SIM_USB_USB_QUEUE_H
#define SWDLINK_SIM_USB_USB_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sim/board/board.h"
#include "sim/usb/loop.h"

#define USB_SETUP_SIZE 8u

enum usb_result {
    USB_DONE,
    USB_STALLED,
    USB_OVERFLOWN, // more came than there was room for; the room is full
    USB_CANCELLED,
    USB_GONE, // the board was unplugged
};

struct usb_transfer {
    struct usb_transfer *next;
    uint8_t endpoint; // with 0x80 for IN; 0: control, and data begins with the setup packet
    uint8_t *data;
    size_t len; // of data: what is sent, or the room for what comes
    void *owner;
    // Set when it ends:
    size_t actual; // sent or received, without a setup packet
    enum usb_result result;
    // The queue's own:
    bool ran;
    uint64_t due_us;
};

struct usb_options {
    bool pace;   // transfers take as long on the wall as on the board's clock
    bool follow; // the boards keep real time while nobody does anything
};

struct usb_queue {
    struct sim_board *board;
    struct loop *loop;
    struct log *log;
    struct usb_options options;
    void (*done)(void *arg,
                 struct usb_transfer *transfer); // it is out of the queue, and the caller's
    void (*gone)(void *arg); // the board says that it is unplugged: to call usb_queue_end_all()
    void *arg;
    struct usb_transfer *first;
    struct loop_timer timer;
    uint64_t busy_until_us; // with pace: the board is still at the last transfer
};

// board, loop, log, options, done, gone and arg are set by the caller beforehand.
void usb_queue_open(struct usb_queue *queue);
void usb_queue_close(struct usb_queue *queue); // it must be empty
#define USB_QUEUE_MAX 1024u
// Does not run it yet. False: there are USB_QUEUE_MAX already, and it is still the caller's.
bool usb_queue_add(struct usb_queue *queue, struct usb_transfer *transfer);
// Lets the board carry out what it can now.
void usb_queue_run(struct usb_queue *queue);
// To be called now and then: time passes also while nobody does anything.
void usb_queue_tick(struct usb_queue *queue);
// Takes one out without a word.
void usb_queue_take(struct usb_queue *queue, struct usb_transfer *transfer);
// Ends one, or all: done() is called.
void usb_queue_end(struct usb_queue *queue, struct usb_transfer *transfer, enum usb_result result);
void usb_queue_end_all(struct usb_queue *queue, enum usb_result result);
bool usb_transfer_is_in(const struct usb_transfer *transfer);

#endif
