// SPDX-License-Identifier: MIT
// The mocked USB bus: plugging, unplugging, who opens what.
//
// We speak the preload library's own protocol instead of using libumockdev's public interface
// (which the first plan preferred). Measured with both, on a quiet machine: a command of two
// transfers costs 0.1 to 0.7 ms this way and 0.35 to 1.6 ms the other; transfers that end later are
// timed in microseconds and not in GLib's milliseconds; it needs neither GLib nor a second thread
// nor a program that runs under the wrapper itself. The price is an undocumented protocol. It has
// been the same from 0.16 to today's sources; a message that we do not know ends the session with a
// sentence that says so.
//
// ioctl/_default is not served on purpose: with it, 50 failed opens below /dev abort the program
// inside the library.
#include "config.h" // _GNU_SOURCE

#include "sim/usb/umock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/usb/umock_device.h"

enum {
    TICK_US = 10000,
    FIRST_ADDRESS = 2, // 1 is the root hub
    LAST_ADDRESS = 127,
};

static void drop_opener(struct umock_opener *opener)
{
    struct umock_opener **link = &opener->device->openers;
    while (*link != opener)
        link = &(*link)->next;
    *link = opener->next;
    umock_urb_free_all(opener);
    loop_remove(opener->device->umock->loop, &opener->source);
    if (opener->node) {
        umock_node_set_ready(opener, false);
        umock_node_release(opener->device, opener->node);
    }
    free(opener);
}

// What a program has closed before it asked for something else is closed first, as in a kernel: the
// loop may hear of the two in another order.
static void drop_closed_others(const struct umock_opener *opener)
{
    struct umock_opener *next;
    for (struct umock_opener *o = opener->device->openers; o; o = next) {
        next = o->next;
        if (o != opener && umock_wire_is_closed(&o->wire))
            drop_opener(o);
    }
}

static void take_request(void *arg)
{
    struct umock_opener *opener = arg;
    struct umock_request request;
    bool alien;
    if (!umock_wire_receive(&opener->wire, &request, &alien)) {
        if (alien)
            log_line(
                opener->device->umock->log, LOG_ERROR,
                "this version of libumockdev-preload speaks a protocol that is not known here; "
                "version 0.17 (Debian 12) is");
        drop_opener(opener);
        return;
    }
    drop_closed_others(opener);
    if (request.is_ioctl)
        umock_usbfs_ioctl(opener, request.code, request.arg);
    else
        umock_wire_decline(&opener->wire);
}

// Each opener has a FIFO of its own, or they would share one ready state.
static enum err take_node(struct umock_device *device, struct umock_opener *opener)
{
    opener->node = umock_node_of(device, opener->wire.pid);
    if (!opener->node)
        return log_fail(device->umock->log, ERR_FILE, "cannot see what process %ld has opened",
                        (long)opener->wire.pid);
    return opener->node == device->next_node ? umock_node_refresh(device) : ERR_OK;
}

// False when nobody is waiting.
static bool accept_one(struct umock_device *device)
{
    struct umock *umock = device->umock;
    int fd = accept4(device->listener.fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return false;
    struct umock_opener *opener = calloc(1, sizeof *opener);
    if (!opener) {
        close(fd);
        return true;
    }
    opener->device = device;
    opener->source = (struct loop_source){.fd = fd, .ready = take_request, .arg = opener};
    umock_wire_open(&opener->wire, fd);
    enum err e = take_node(device, opener);
    opener->next = device->openers;
    device->openers = opener;
    if (e) {
        log_line(umock->log, LOG_ERROR, "%s", log_sentence(umock->log, e));
        drop_opener(opener);
        return true;
    }
    loop_add(umock->loop, &opener->source);
    sim_board_usb_open(device->queue.board);
    log_line(umock->log, LOG_DEBUG, "process %ld opened the probe", (long)opener->wire.pid);
    return true;
}

static void accept_opener(void *arg)
{
    accept_one(arg);
}

static enum err listen_for_openers(struct umock_device *device)
{
    struct umock *umock = device->umock;
    char node[UMOCK_PATH_SIZE], path[UMOCK_ROOT_SIZE + UMOCK_PATH_SIZE + 8];
    umock_tree_node_path(&device->entry, node);
    snprintf(path, sizeof path, "%s/ioctl%s", umock->tree.root, node);
    return loop_add_listener(umock->loop, &device->listener, path);
}

static enum err plug(struct umock_device *device)
{
    struct umock *umock = device->umock;
    umock->last_address =
        umock->last_address >= LAST_ADDRESS ? FIRST_ADDRESS : umock->last_address + 1;
    device->entry.address = umock->last_address;
    enum err e = usb_describe(&device->entry.usb, device->queue.board, umock->log);
    // A program that looks at the bus just now must find behind a name what it will ask for next:
    // one that cannot connect is ended by the preload library.
    if (!e)
        e = listen_for_openers(device);
    if (!e)
        e = umock_node_refresh(device);
    if (!e)
        e = umock_tree_plug(&umock->tree, &device->entry);
    if (e)
        return e;
    device->plugged = true;
    umock_events_send(&umock->events, &device->entry, true);
    return ERR_OK;
}

void umock_device_unplug(void *arg)
{
    struct umock_device *device = arg;
    if (!device->plugged)
        return;
    // The names go first, so that nobody new comes. Who has opened the node and waits to be
    // accepted must hear ENODEV: a socket that closes would end it.
    umock_tree_unplug(&device->umock->tree, &device->entry);
    while (accept_one(device))
        continue;
    device->plugged = false;
    loop_remove(device->umock->loop, &device->listener);
    umock_node_release(device, device->next_node);
    device->next_node = NULL;
    for (struct umock_opener *o = device->openers; o; o = o->next) {
        o->gone = true;
        o->claimed = 0;
    }
    usb_queue_end_all(&device->queue, USB_GONE);
    for (struct umock_opener *o = device->openers; o; o = o->next)
        umock_urb_wake(o);
    umock_events_send(&device->umock->events, &device->entry, false);
    log_line(device->umock->log, LOG_DEBUG, "unplugged");
}

// Time passes also while no program asks for anything: targets run on, and may have something to
// send.
static void tick_devices(void *arg)
{
    struct umock *umock = arg;
    for (unsigned i = 0; i < umock->device_count; i++)
        usb_queue_tick(&umock->devices[i]->queue);
}

enum err umock_open(struct umock **umock, struct loop *loop, const struct usb_options *options,
                    struct log *log)
{
    struct umock *u = calloc(1, sizeof *u);
    *umock = u;
    if (!u)
        return log_fail(log, ERR_MEMORY, "out of memory");
    u->loop = loop;
    u->log = log;
    u->options = *options;
    u->last_address = FIRST_ADDRESS - 1;
    u->tick = (struct loop_timer){.due = tick_devices, .arg = u};
    loop_add_timer(loop, &u->tick);
    enum err e = umock_tree_create(&u->tree, log);
    if (!e)
        e = umock_events_open(&u->events, loop, &u->tree);
    if (e) {
        umock_close(u);
        *umock = NULL;
        return e;
    }
    loop_set_period(&u->tick, TICK_US);
    return ERR_OK;
}

static struct umock_device *new_device(struct umock *umock, struct sim_board *board)
{
    struct umock_device **grown =
        realloc(umock->devices, (umock->device_count + 1) * sizeof(struct umock_device *));
    if (!grown)
        return NULL;
    umock->devices = grown;
    struct umock_device *device = calloc(1, sizeof *device);
    if (!device)
        return NULL;
    grown[umock->device_count++] = device;
    *device = (struct umock_device){
        .umock = umock,
        .entry = {.port = umock->device_count},
        .listener = {.fd = -1, .ready = accept_opener, .arg = device},
        .queue = {.board = board,
                  .loop = umock->loop,
                  .log = umock->log,
                  .options = umock->options,
                  .done = umock_urb_done,
                  .gone = umock_device_unplug,
                  .arg = device},
    };
    return device;
}

enum err umock_add(struct umock *umock, struct sim_board *board)
{
    struct umock_device *device = new_device(umock, board);
    if (!device)
        return log_fail(umock->log, ERR_MEMORY, "out of memory");
    for (unsigned i = 0; i < umock->device_count; i++)
        sim_board_set_company(umock->devices[i]->queue.board, umock->device_count);
    usb_queue_open(&device->queue);
    return plug(device);
}

enum err umock_set_plugged(struct umock *umock, unsigned index, bool plugged)
{
    if (index >= umock->device_count)
        return log_fail(umock->log, ERR_USAGE, "there is no probe number %u", index + 1);
    struct umock_device *device = umock->devices[index];
    sim_board_usb_plug(device->queue.board, plugged);
    if (!plugged)
        umock_device_unplug(device);
    else if (!device->plugged)
        return plug(device);
    return ERR_OK;
}

void umock_board_changed(struct umock *umock, unsigned index)
{
    if (index < umock->device_count)
        usb_queue_run(&umock->devices[index]->queue);
}

const char *umock_dir(const struct umock *umock)
{
    return umock->tree.root;
}

static void close_device(struct umock_device *device)
{
    while (device->openers)
        drop_opener(device->openers);
    loop_remove(device->umock->loop, &device->listener);
    usb_queue_close(&device->queue);
    umock_node_release(device, device->next_node);
    free(device);
}

void umock_close(struct umock *umock)
{
    if (!umock)
        return;
    for (unsigned i = 0; i < umock->device_count; i++)
        close_device(umock->devices[i]);
    free(umock->devices);
    loop_remove_timer(&umock->tick);
    umock_events_close(&umock->events);
    umock_tree_destroy(&umock->tree);
    free(umock);
}
