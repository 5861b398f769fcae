// SPDX-License-Identifier: MIT
// The ST-LINKs that are plugged in.
#include "swd/usb_enumerate.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"
#include "swd/usb_choose.h"

#define VID_ST 0x0483u

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

const struct usb_model *usb_libusb_model(uint16_t pid)
{
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
        if (models[i].pid == pid)
            return &models[i];
    return NULL;
}

enum err usb_enumerate_err(int code)
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

static void identify_device(libusb_device *device, const struct libusb_device_descriptor *d,
                            struct usb_found *found)
{
    *found = (struct usb_found){.id = {.vid = d->idVendor,
                                       .pid = d->idProduct,
                                       .bus = libusb_get_bus_number(device),
                                       .address = libusb_get_device_address(device)},
                                .model = usb_libusb_model(d->idProduct)};
    read_location(device, found->id.location);
    libusb_device_handle *handle;
    found->access = usb_enumerate_err(libusb_open(device, &handle));
    if (found->access != ERR_OK)
        return;
    read_serial(handle, d->iSerialNumber, found->id.serial);
    libusb_close(handle);
}

// Lists what is plugged in; the devices are in the same order as found (for open), when asked for.
enum err usb_enumerate(libusb_context *context, struct usb_found **found, libusb_device ***devices,
                       size_t *count, struct log *log)
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
        identify_device(all[i], &d, &(*found)[*count]);
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

void usb_enumerate_free(libusb_device **devices, size_t count)
{
    for (size_t i = 0; i < count; i++)
        libusb_unref_device(devices[i]);
    free(devices);
}

enum { INIT_ATTEMPTS = 4 };

// libusb has a thread of its own, which inherits what this one blocks: a signal that it took would
// end the program at once, whatever is under way on the target.
enum err usb_enumerate_start(libusb_context **context, struct log *log)
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
    enum err e = usb_enumerate_start(&context, log);
    if (e != ERR_OK)
        return e;
    e = usb_enumerate(context, found, &devices, count, log);
    if (e == ERR_OK)
        usb_enumerate_free(devices, *count);
    if (e == ERR_OK && *count == 0) {
        free(*found);
        *found = NULL;
    }
    libusb_exit(context);
    return e;
}

#define FNV_OFFSET 0xcbf29ce484222325u // FNV-1a, 64 bit
#define FNV_PRIME  0x100000001b3u

static uint64_t mix_fingerprint(uint64_t hash, unsigned value)
{
    return (hash ^ value) * FNV_PRIME;
}

enum err usb_libusb_fingerprint(uint64_t *fingerprint, struct log *log)
{
    libusb_context *context;
    libusb_device **all;
    *fingerprint = FNV_OFFSET;
    enum err e = usb_enumerate_start(&context, log);
    if (e != ERR_OK)
        return e;
    ssize_t n = libusb_get_device_list(context, &all);
    for (ssize_t i = 0; i < n; i++) {
        struct libusb_device_descriptor d;
        if (libusb_get_device_descriptor(all[i], &d) != 0 || d.idVendor != VID_ST ||
            !usb_libusb_model(d.idProduct))
            continue;
        *fingerprint = mix_fingerprint(*fingerprint, libusb_get_bus_number(all[i]));
        *fingerprint = mix_fingerprint(*fingerprint, libusb_get_device_address(all[i]));
        *fingerprint = mix_fingerprint(*fingerprint, d.idProduct);
    }
    if (n < 0)
        e = log_fail(log, ERR_NO_PROBE, "USB cannot be used: %s", libusb_strerror((int)n));
    else
        libusb_free_device_list(all, 1);
    libusb_exit(context);
    return e;
}
