// SPDX-License-Identifier: MIT
// The event loop of swdlink-sim, over libev: file descriptors that become readable, and timers. One
// thread. A handler may remove and free any source and timer: libev forgets what waited for them.
#ifndef SWDLINK_SIM_USB_LOOP_H
#define SWDLINK_SIM_USB_LOOP_H

#include <ev.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"

struct loop {
    struct ev_loop *ev;
    struct log *log;
};

// The owner keeps it, at the same address, from loop_add() to loop_remove().
struct loop_source {
    int fd;
    void (*ready)(void *arg); // called while fd is readable or hung up
    void *arg;
    ev_io io;
};

// All zero: not added.
struct loop_timer {
    void (*due)(void *arg);
    void *arg;
    struct ev_loop *ev;
    ev_timer timer;
};

enum err loop_open(struct loop *loop, struct log *log) MUST_CHECK;
void loop_close(struct loop *loop);
void loop_add(struct loop *loop, struct loop_source *source);
// Takes it out, closes its descriptor and sets that to -1; nothing happens when it is -1 already.
void loop_remove(struct loop *loop, struct loop_source *source);
// A listening UNIX socket, new at path, which whoever closes the source removes.
enum err loop_add_listener(struct loop *loop, struct loop_source *source,
                           const char *path) MUST_CHECK;
void loop_run(struct loop *loop); // until loop_stop()
void loop_stop(struct loop *loop);

uint64_t loop_now_us(void);
void loop_add_timer(struct loop *loop, struct loop_timer *timer);
void loop_remove_timer(struct loop_timer *timer);
// Fires at due_us once, or every period_us.
void loop_set_timer(struct loop_timer *timer, uint64_t due_us);
void loop_set_period(struct loop_timer *timer, uint64_t period_us);

#endif
