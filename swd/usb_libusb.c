// SPDX-License-Identifier: MIT
// Real ST-LINKs through libusb-1.0. A command's OUT and IN transfers are submitted together, so
// that it costs one turn of the bus instead of three round trips through the kernel.
#include "swd/usb_libusb.h"

#include <libusb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#include "base/hex.h"
#include "swd/usb_choose.h"

#define VID_ST          0x0483u
#define DEBUG_INTERFACE 0
#define IN_ROOM         8192u // largest reply, rounded up to any packet size

static const struct usb_model models[] = {
    {0x3744, "ST-LINK/V1", 0x02, 0x81, 0, false},
    {0x3748, "ST-LINK/V2", 0x02, 0x81, 0x83, true},
    {0x374a, "ST-LINK/V2-1 (audio)", 0x01, 0x81, 0x82, true},
    {0x374b, "ST-LINK/V2-1", 0x01, 0x81, 0x82, true},
    {0x3752, "ST-LINK/V2-1 (no mass storage)", 0x01, 0x81, 0x82, true},
    {0x374d, "ST-LINK/V3 boot loader", 0x01, 0x81, 0x82, false},
    {0x374e, "ST-LINK/V3E", 0x01, 0x81, 0x82, true},
    {0x374f, "ST-LINK/V3", 0x01, 0x81, 0x82, true},
    {0x3753, "ST-LINK/V3 (two serial ports)", 0x01, 0x81, 0x82, true},
    {0x3754, "ST-LINK/V3 (no mass storage)", 0x01, 0x81, 0x82, true},
    {0x3755, "ST-LINK/V3PWR boot loader", 0x01, 0x81, 0x82, false},
    {0x3757, "ST-LINK/V3PWR", 0x01, 0x81, 0x82, true},
};

struct probe {
    libusb_context *context;
    libusb_device_handle *handle;
    const struct usb_model *model;
    struct libusb_transfer *command, *out, *in;
    uint8_t in_buffer[IN_ROOM];
    size_t packet_size;
    bool lost;
};

const struct usb_model *usb_libusb_model(uint16_t pid)
{
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        if (models[i].pid == pid)
            return &models[i];
    return NULL;
}

static enum err err_of_libusb(int code)
{
    switch (code) {
    case LIBUSB_SUCCESS:
        return ERR_OK;
    case LIBUSB_ERROR_ACCESS:
        return ERR_PROBE_ACCESS;
    case LIBUSB_ERROR_BUSY:
        return ERR_PROBE_BUSY;
    case LIBUSB_ERROR_NO_DEVICE:
    case LIBUSB_ERROR_NOT_FOUND:
        return ERR_PROBE_LOST;
    case LIBUSB_ERROR_NO_MEM:
        return ERR_MEMORY;
    case LIBUSB_ERROR_TIMEOUT:
        return ERR_TIMEOUT;
    default:
        return ERR_PROBE_PROTOCOL;
    }
}

// The good form is 24 hexadecimal digits; old boot code sends 12 characters whose low bytes are the
// raw id, printable or not.
static void read_serial(libusb_device_handle *handle, uint8_t index,
                        char text[USB_LINK_SERIAL_SIZE])
{
    uint8_t d[255], raw[128];
    text[0] = '\0';
    int len = libusb_get_string_descriptor(handle, index, 0x0409, d, sizeof d);
    if (len < 4 || d[1] != LIBUSB_DT_STRING || d[0] < 4)
        return;
    size_t units = ((size_t)(d[0] < len ? d[0] : len) - 2) / 2;
    for (size_t i = 0; i < units; i++)
        raw[i] = d[2 + 2 * i];
    if (units == 12) {
        hex_encode(text, raw, 12);
        for (char *p = text; *p; p++)
            if (*p >= 'a' && *p <= 'f')
                *p = (char)(*p - 'a' + 'A');
        return;
    }
    if (units >= USB_LINK_SERIAL_SIZE)
        units = USB_LINK_SERIAL_SIZE - 1;
    for (size_t i = 0; i < units; i++)
        text[i] = raw[i] >= 0x20 && raw[i] < 0x7f ? (char)raw[i] : '?';
    text[units] = '\0';
}

// "BUS-PORT.PORT…", as the kernel names it in /sys/bus/usb/devices.
static void read_location(libusb_device *device, char text[USB_LINK_PLACE_SIZE])
{
    uint8_t ports[7]; // USB 3.2, 10.2: no more hubs in a row
    int count = libusb_get_port_numbers(device, ports, sizeof ports);
    size_t at = 0;
    text[0] = '\0';
    if (count <= 0)
        return;
    at = (size_t)snprintf(text, USB_LINK_PLACE_SIZE, "%u", libusb_get_bus_number(device));
    for (int i = 0; i < count && at < USB_LINK_PLACE_SIZE; i++)
        at +=
            (size_t)snprintf(text + at, USB_LINK_PLACE_SIZE - at, "%c%u", i ? '.' : '-', ports[i]);
}

static void identify(libusb_device *device, const struct libusb_device_descriptor *d,
                     struct usb_found *found)
{
    *found = (struct usb_found){.id = {.vid = d->idVendor,
                                       .pid = d->idProduct,
                                       .bus = libusb_get_bus_number(device),
                                       .address = libusb_get_device_address(device)},
                                .model = usb_libusb_model(d->idProduct)};
    read_location(device, found->id.location);
    libusb_device_handle *handle;
    found->access = err_of_libusb(libusb_open(device, &handle));
    if (found->access != ERR_OK)
        return;
    read_serial(handle, d->iSerialNumber, found->id.serial);
    libusb_close(handle);
}

// Lists what is plugged in; the devices are in the same order as found (for open), when asked for.
static enum err list_devices(libusb_context *context, struct usb_found **found,
                             libusb_device ***devices, size_t *count, struct log *log)
{
    libusb_device **all;
    ssize_t n = libusb_get_device_list(context, &all);
    if (n < 0)
        return log_fail(log, ERR_NO_PROBE, "USB cannot be used: %s", libusb_strerror((int)n));
    *found = calloc((size_t)n + 1, sizeof **found);
    *devices = calloc((size_t)n + 1, sizeof **devices);
    *count = 0;
    for (ssize_t i = 0; *found && *devices && i < n; i++) {
        struct libusb_device_descriptor d;
        if (libusb_get_device_descriptor(all[i], &d) != 0 || d.idVendor != VID_ST ||
            !usb_libusb_model(d.idProduct))
            continue;
        identify(all[i], &d, &(*found)[*count]);
        (*devices)[(*count)++] = libusb_ref_device(all[i]);
    }
    libusb_free_device_list(all, 1);
    if (*found && *devices) {
        usb_choose_note_shared(*found, *count);
        return ERR_OK;
    }
    free(*found);
    free(*devices);
    return log_fail(log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
}

static void free_devices(libusb_device **devices, size_t count)
{
    for (size_t i = 0; i < count; i++)
        libusb_unref_device(devices[i]);
    free(devices);
}

enum { INIT_ATTEMPTS = 4 };

// libusb has a thread of its own, which inherits what this one blocks: a signal that it took would
// end the program at once, whatever is under way on the target.
static enum err start_libusb(libusb_context **context, struct log *log)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    // It listens for plugged devices at a socket, whose name two programs may want at the same
    // moment where umockdev plays the USB bus: libusb calls that an "other error".
    int code = LIBUSB_ERROR_OTHER;
    for (unsigned i = 0; i < INIT_ATTEMPTS && code == LIBUSB_ERROR_OTHER; i++)
        code = libusb_init(context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code == 0)
        return ERR_OK;
    return log_fail(log, ERR_NO_PROBE, "USB cannot be used on this computer: %s",
                    libusb_strerror(code));
}

enum err usb_libusb_list(struct usb_found **found, size_t *count, struct log *log)
{
    libusb_context *context;
    libusb_device **devices;
    *found = NULL;
    *count = 0;
    enum err e = start_libusb(&context, log);
    if (e != ERR_OK)
        return e;
    e = list_devices(context, found, &devices, count, log);
    if (e == ERR_OK)
        free_devices(devices, *count);
    if (e == ERR_OK && *count == 0) {
        free(*found);
        *found = NULL;
    }
    libusb_exit(context);
    return e;
}

#define FNV_OFFSET 0xcbf29ce484222325u // FNV-1a, 64 bit
#define FNV_PRIME  0x100000001b3u

static uint64_t mix(uint64_t hash, unsigned value)
{
    return (hash ^ value) * FNV_PRIME;
}

enum err usb_libusb_fingerprint(uint64_t *fingerprint, struct log *log)
{
    libusb_context *context;
    libusb_device **all;
    *fingerprint = FNV_OFFSET;
    enum err e = start_libusb(&context, log);
    if (e != ERR_OK)
        return e;
    ssize_t n = libusb_get_device_list(context, &all);
    for (ssize_t i = 0; i < n; i++) {
        struct libusb_device_descriptor d;
        if (libusb_get_device_descriptor(all[i], &d) != 0 || d.idVendor != VID_ST ||
            !usb_libusb_model(d.idProduct))
            continue;
        *fingerprint = mix(*fingerprint, libusb_get_bus_number(all[i]));
        *fingerprint = mix(*fingerprint, libusb_get_device_address(all[i]));
        *fingerprint = mix(*fingerprint, d.idProduct);
    }
    if (n < 0)
        e = log_fail(log, ERR_NO_PROBE, "USB cannot be used: %s", libusb_strerror((int)n));
    else
        libusb_free_device_list(all, 1);
    libusb_exit(context);
    return e;
}

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
        return log_fail(log, err_of_libusb(code), "the %s cannot be opened: %s", f->model->name,
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

static enum err submit(struct probe *p, struct libusb_transfer *t, uint8_t ep, uint8_t *data,
                       size_t len, struct pending *pending)
{
    // The loop below watches the clock for all of them at once, so none has a time-out of its own.
    libusb_fill_bulk_transfer(t, p->handle, ep, data, (int)len, completed, pending, 0);
    int code = libusb_submit_transfer(t);
    if (code == 0)
        pending->left++;
    return err_of_libusb(code);
}

static uint64_t link_now_us(void *self)
{
    (void)self;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static bool failed(const struct libusb_transfer *t)
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
            give_up |= all[i]->status != (enum libusb_transfer_status) - 1 && failed(all[i]);
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
    enum err e = submit(p, p->command, p->model->ep_out, x->command, sizeof x->command, &pending);
    if (e == ERR_OK)
        all[count++] = p->command;
    if (e == ERR_OK && x->out_len) {
        // libusb takes no const; it only reads.
        e = submit(p, p->out, p->model->ep_out, (uint8_t *)(uintptr_t)x->out, x->out_len, &pending);
        if (e == ERR_OK)
            all[count++] = p->out;
    }
    if (e == ERR_OK && x->in_len) {
        e = submit(p, p->in, p->model->ep_in, p->in_buffer, in_room(p, x->in_len), &pending);
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
    enum err e = start_libusb(&p->context, log);
    if (e != ERR_OK) {
        free(p);
        return e;
    }
    struct usb_found *found;
    libusb_device **devices;
    size_t count;
    e = list_devices(p->context, &found, &devices, &count, log);
    if (e == ERR_OK) {
        int chosen = usb_choose(found, count, which, log);
        e = chosen < 0 ? ERR_NO_PROBE : open_device(p, devices[chosen], &found[chosen], log);
        if (e == ERR_OK)
            *link = (struct usb_link){.ops = &ops, .self = p, .id = found[chosen].id};
        free_devices(devices, count);
        free(found);
    }
    if (e != ERR_OK)
        probe_free(p);
    return e;
}
