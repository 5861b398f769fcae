// SPDX-License-Identifier: MIT
// Real ST-LINKs through libusb-1.0. A command's OUT and IN transfers are submitted together, so
// that it costs one turn of the bus instead of three round trips through the kernel.
#include "swd/usb_libusb.h"

#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "swd/usb_choose.h"
#include "swd/usb_enumerate.h"

#define DEBUG_INTERFACE 0
#define IN_ROOM         8192u // largest reply or trace read, rounded up to any packet size
_Static_assert(IN_ROOM >= USB_LINK_TRACE_MAX, "a trace read fits");

struct probe {
    libusb_context *context;
    libusb_device_handle *handle;
    const struct usb_model *model;
    struct libusb_transfer *command, *out, *in;
    uint8_t in_buffer[IN_ROOM];
    size_t packet_size;
    bool lost;
};

static enum err cannot_open(struct log *log, const struct usb_found *f, int code)
{
    switch (code) {
    case LIBUSB_ERROR_ACCESS:
        return log_fail(
            log, ERR_PROBE_ACCESS,
            "no permission to use the %s (/dev/bus/usb/%03u/%03u): install contrib/udev/"
            "60-swdlink.rules in /etc/udev/rules.d and plug the probe in again",
            f->model->name, f->id.bus, f->id.address);
    case LIBUSB_ERROR_BUSY:
        return log_fail(
            log, ERR_PROBE_BUSY,
            "another program is using the %s %s: close it (an IDE, openocd, st-util, another "
            "swdlink?)",
            f->model->name, f->id.serial);
    default:
        return log_fail(log, usb_enumerate_err(code), "the %s cannot be opened: %s", f->model->name,
                        libusb_strerror(code));
    }
}

// A redundant set_configuration would be a light reset: only when it is not configured at all.
static int configure(libusb_device_handle *handle)
{
    int now = 0;
    int code = libusb_get_configuration(handle, &now);
    if (code == 0 && now != 1)
        code = libusb_set_configuration(handle, 1);
    return code == 0 ? libusb_claim_interface(handle, DEBUG_INTERFACE) : code;
}

static void probe_free(struct probe *p)
{
    libusb_free_transfer(p->command);
    libusb_free_transfer(p->out);
    libusb_free_transfer(p->in);
    if (p->handle) {
        libusb_release_interface(p->handle, DEBUG_INTERFACE);
        libusb_close(p->handle);
    }
    libusb_exit(p->context);
    free(p);
}

struct pending {
    int left;
};

static void LIBUSB_CALL completed(struct libusb_transfer *t)
{
    struct pending *pending = t->user_data;
    pending->left--;
}

static enum err err_of_status(enum libusb_transfer_status status)
{
    switch (status) {
    case LIBUSB_TRANSFER_COMPLETED:
        return ERR_OK;
    case LIBUSB_TRANSFER_TIMED_OUT:
    case LIBUSB_TRANSFER_CANCELLED:
        return ERR_TIMEOUT;
    case LIBUSB_TRANSFER_NO_DEVICE:
        return ERR_PROBE_LOST;
    default:
        return ERR_PROBE_PROTOCOL;
    }
}

static enum err submit_transfer(struct probe *p, struct libusb_transfer *t, uint8_t ep,
                                uint8_t *data, size_t len, struct pending *pending)
{
    // The loop below watches the clock for all of them at once, so none has a time-out of its own.
    libusb_fill_bulk_transfer(t, p->handle, ep, data, (int)len, completed, pending, 0);
    int code = libusb_submit_transfer(t);
    if (code == 0)
        pending->left++;
    return usb_enumerate_err(code);
}

static uint64_t link_now_us(void *self)
{
    (void)self;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static bool has_failed(const struct libusb_transfer *t)
{
    return t && t->status != LIBUSB_TRANSFER_COMPLETED;
}

// Handles events until every transfer has come back; at the deadline, or when one has failed, the
// others are cancelled (a stalled OUT leaves the IN waiting for ever).
static void wait_all(struct probe *p, struct libusb_transfer **all, unsigned count,
                     struct pending *pending, unsigned timeout_ms)
{
    uint64_t deadline = link_now_us(p) + (uint64_t)timeout_ms * 1000;
    bool cancelled = false;
    while (pending->left > 0) {
        uint64_t now = link_now_us(p), wait = now < deadline ? deadline - now : 0;
        if (cancelled)
            wait = 100000;
        struct timeval tv = {.tv_sec = (time_t)(wait / 1000000),
                             .tv_usec = (suseconds_t)(wait % 1000000)};
        libusb_handle_events_timeout_completed(p->context, &tv, NULL);
        bool give_up = link_now_us(p) >= deadline;
        for (unsigned i = 0; i < count; i++)
            give_up |= all[i]->status != (enum libusb_transfer_status) - 1 && has_failed(all[i]);
        if (!give_up || cancelled || pending->left == 0)
            continue;
        for (unsigned i = 0; i < count; i++)
            libusb_cancel_transfer(all[i]);
        cancelled = true;
    }
}

static enum err worst(struct libusb_transfer **all, unsigned count)
{
    enum err e = ERR_OK;
    for (unsigned i = 0; i < count; i++) {
        enum err one = err_of_status(all[i]->status);
        // A cancelled companion says less than the transfer that really failed.
        if (one != ERR_OK && (e == ERR_OK || e == ERR_TIMEOUT))
            e = one;
    }
    return e;
}

static void clear_stalls(struct probe *p, struct libusb_transfer **all, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (all[i]->status == LIBUSB_TRANSFER_STALL)
            libusb_clear_halt(p->handle, all[i]->endpoint);
}

static size_t in_room(const struct probe *p, size_t len)
{
    size_t room = (len + p->packet_size - 1) / p->packet_size * p->packet_size;
    return room < IN_ROOM ? room : IN_ROOM;
}

static enum err link_transfer(void *self, struct usb_exchange *x)
{
    struct probe *p = self;
    struct libusb_transfer *all[3];
    unsigned count = 0;
    struct pending pending = {0};
    x->in_got = 0;
    if (p->lost)
        return ERR_PROBE_LOST;
    if (x->in_len > IN_ROOM)
        return ERR_USAGE;
    p->command->status = p->out->status = p->in->status = (enum libusb_transfer_status) - 1;
    enum err e =
        submit_transfer(p, p->command, p->model->ep_out, x->command, sizeof x->command, &pending);
    if (e == ERR_OK)
        all[count++] = p->command;
    if (e == ERR_OK && x->out_len) {
        // libusb takes no const; it only reads.
        e = submit_transfer(p, p->out, p->model->ep_out, (uint8_t *)(uintptr_t)x->out, x->out_len,
                            &pending);
        if (e == ERR_OK)
            all[count++] = p->out;
    }
    if (e == ERR_OK && x->in_len) {
        e = submit_transfer(p, p->in, p->model->ep_in, p->in_buffer, in_room(p, x->in_len),
                            &pending);
        if (e == ERR_OK)
            all[count++] = p->in;
    }
    wait_all(p, all, count, &pending, e == ERR_OK ? x->timeout_ms : 0);
    if (e == ERR_OK)
        e = worst(all, count);
    if (e == ERR_OK && x->in_len) {
        x->in_got =
            (size_t)p->in->actual_length < x->in_len ? (size_t)p->in->actual_length : x->in_len;
        memcpy(x->in, p->in_buffer, x->in_got);
    }
    if (e == ERR_PROBE_PROTOCOL)
        clear_stalls(p, all, count);
    p->lost = e == ERR_PROBE_LOST;
    return e;
}

// The transfer for replies is free: an exchange is never under way here.
static enum err link_read_trace(void *self, struct usb_trace_read *r)
{
    struct probe *p = self;
    struct pending pending = {0};
    if (p->lost)
        return ERR_PROBE_LOST;
    if (!p->model->ep_trace)
        return ERR_UNSUPPORTED;
    p->in->status = (enum libusb_transfer_status) - 1;
    enum err e = submit_transfer(p, p->in, p->model->ep_trace, p->in_buffer, in_room(p, r->in_len),
                                 &pending);
    if (e == ERR_OK) {
        wait_all(p, &p->in, 1, &pending, r->timeout_ms);
        e = worst(&p->in, 1);
        const size_t came = (size_t)p->in->actual_length;
        r->in_got = came < r->in_len ? came : r->in_len;
        memcpy(r->in, p->in_buffer, r->in_got);
    }
    if (e == ERR_TIMEOUT && r->in_got)
        e = ERR_OK;
    if (e == ERR_PROBE_PROTOCOL)
        clear_stalls(p, &p->in, 1);
    p->lost = e == ERR_PROBE_LOST;
    return e;
}

static void link_sleep_us(void *self, uint32_t us)
{
    (void)self;
    struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000};
    while (nanosleep(&t, &t) != 0)
        ;
}

static void link_close(void *self)
{
    probe_free(self);
}

static const struct usb_link_ops ops = {
    .transfer = link_transfer,
    .read_trace = link_read_trace,
    .now_us = link_now_us,
    .sleep_us = link_sleep_us,
    .close = link_close,
};

static enum err open_device(struct probe *p, libusb_device *device, const struct usb_found *f,
                            struct log *log)
{
    p->model = f->model;
    p->command = libusb_alloc_transfer(0);
    p->out = libusb_alloc_transfer(0);
    p->in = libusb_alloc_transfer(0);
    if (!p->command || !p->out || !p->in)
        return log_fail(log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    int code = libusb_open(device, &p->handle);
    if (code == 0)
        code = configure(p->handle);
    if (code != 0)
        return cannot_open(log, f, code);
    int size = libusb_get_max_packet_size(device, f->model->ep_in);
    p->packet_size = size > 0 ? (size_t)size : 64;
    return ERR_OK;
}

enum err usb_libusb_open(struct usb_link *link, const char *which, struct log *log)
{
    struct probe *p = calloc(1, sizeof *p);
    if (!p)
        return log_fail(log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    enum err e = usb_enumerate_start(&p->context, log);
    if (e != ERR_OK) {
        free(p);
        return e;
    }
    struct usb_found *found;
    libusb_device **devices;
    size_t count;
    e = usb_enumerate(p->context, &found, &devices, &count, log);
    if (e == ERR_OK) {
        size_t chosen = 0;
        e = usb_choose(found, count, which, &chosen, log);
        if (e == ERR_OK)
            e = open_device(p, devices[chosen], &found[chosen], log);
        if (e == ERR_OK)
            *link = (struct usb_link){.ops = &ops, .self = p, .id = found[chosen].id};
        usb_enumerate_free(devices, count);
        free(found);
    }
    if (e != ERR_OK)
        probe_free(p);
    return e;
}
