// SPDX-License-Identifier: MIT
// The ioctls of a usbfs device node, with the answers of the Linux kernel
// (drivers/usb/core/devio.c), as far as libusb and its users need them. No kernel driver is ever
// bound to the interfaces of our probes.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sim/usb/umock_device.h"

enum {
    SPEED_FULL = 2, // enum usb_device_speed of linux/usb/ch9.h
    SPEED_HIGH = 3,
};

static int interface_of(const struct umock_opener *opener, unsigned ep)
{
    return ep > 0xff ? -1 : usb_describe_interface_of(&opener->device->entry.usb, (uint8_t)ep);
}

static void answer_ioctl(struct umock_opener *opener, int error)
{
    if (error)
        umock_wire_error(&opener->wire, error);
    else
        umock_wire_return(&opener->wire, 0);
}

static void answer_with(struct umock_opener *opener, unsigned long arg, const void *data,
                        size_t len)
{
    struct umock_answer a = {0};
    umock_wire_put(&a, arg, data, len);
    umock_wire_finish(&opener->wire, &a, 0, 0);
}

// Most ioctls begin with an unsigned int that names an interface or an endpoint.
static unsigned fetch_number(struct umock_opener *opener, unsigned long arg)
{
    unsigned number = UINT32_MAX;
    umock_wire_get(&opener->wire, arg, &number, sizeof number);
    return number;
}

static void get_capabilities(struct umock_opener *opener, unsigned long arg)
{
    // As behind an xHCI controller, without the memory mapping that no socket can give.
    uint32_t caps = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_NO_PACKET_SIZE_LIM |
                    USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
    answer_with(opener, arg, &caps, sizeof caps);
}

static void claim_interface(struct umock_opener *opener, unsigned long arg)
{
    answer_ioctl(opener, umock_claim(opener, fetch_number(opener, arg)));
}

static void release_interface(struct umock_opener *opener, unsigned long arg)
{
    unsigned interface = fetch_number(opener, arg);
    if (interface >= 32 || !(opener->claimed >> interface & 1)) {
        answer_ioctl(opener, EINVAL);
        return;
    }
    opener->claimed &= ~(1u << interface);
    umock_urb_end_interfaces(opener, 1u << interface);
    answer_ioctl(opener, 0);
}

static void get_driver(struct umock_opener *opener, unsigned long arg)
{
    struct usbdevfs_getdriver result = {.interface = fetch_number(opener, arg)};
    if (!umock_claim_is_possible(opener, result.interface) ||
        !umock_claim_owner(opener->device, result.interface)) {
        answer_ioctl(opener, ENODATA);
        return;
    }
    snprintf(result.driver, sizeof result.driver, "usbfs");
    answer_with(opener, arg, &result, sizeof result);
}

// Binding and unbinding of kernel drivers: there are none.
static void driver_ioctl(struct umock_opener *opener, unsigned long arg)
{
    (void)arg;
    answer_ioctl(opener, ENODATA);
}

static void clear_halt(struct umock_opener *opener, unsigned long arg)
{
    unsigned ep = fetch_number(opener, arg);
    int interface = interface_of(opener, ep);
    int error = interface < 0 ? ENOENT : umock_claim(opener, (unsigned)interface);
    if (!error)
        sim_board_usb_clear_halt(opener->device->queue.board, (uint8_t)ep);
    answer_ioctl(opener, error);
    usb_queue_run(&opener->device->queue);
}

static void set_interface(struct umock_opener *opener, unsigned long arg)
{
    struct usbdevfs_setinterface s = {0};
    umock_wire_get(&opener->wire, arg, &s, sizeof s);
    int error = umock_claim(opener, s.interface);
    answer_ioctl(opener, error ? error : s.altsetting ? EINVAL : 0);
}

static void set_configuration(struct umock_opener *opener, unsigned long arg)
{
    int configuration = (int)fetch_number(opener, arg);
    for (struct umock_opener *o = opener->device->openers; o; o = o->next)
        if (o->claimed) {
            answer_ioctl(opener, EBUSY); // by whomever, the caller included
            return;
        }
    answer_ioctl(opener, configuration == opener->device->entry.usb.config[5] ? 0 : EINVAL);
}

// The port is reset; usbfs is unbound from every interface on the way, so that all claims are lost.
static void reset_port(struct umock_opener *opener, unsigned long arg)
{
    (void)arg;
    for (struct umock_opener *o = opener->device->openers; o; o = o->next) {
        umock_urb_end_interfaces(o, o->claimed);
        o->claimed = 0;
    }
    sim_board_usb_reset(opener->device->queue.board);
    answer_ioctl(opener, 0);
}

static void get_speed(struct umock_opener *opener, unsigned long arg)
{
    (void)arg;
    umock_wire_return(&opener->wire,
                      opener->device->entry.usb.high_speed ? SPEED_HIGH : SPEED_FULL);
}

static void get_connectinfo(struct umock_opener *opener, unsigned long arg)
{
    struct usbdevfs_connectinfo info = {.devnum = opener->device->entry.address};
    answer_with(opener, arg, &info, sizeof info);
}

static void reap(struct umock_opener *opener, unsigned long arg)
{
    umock_urb_reap(opener, arg, true);
}

static void reap_now(struct umock_opener *opener, unsigned long arg)
{
    umock_urb_reap(opener, arg, false);
}

static const struct {
    unsigned long code;
    void (*handle)(struct umock_opener *opener, unsigned long arg);
    bool when_gone; // allowed after an unplug; everything else is ENODEV then
} rows[] = {
    {USBDEVFS_SUBMITURB, umock_urb_submit, false},
    {USBDEVFS_REAPURBNDELAY, reap_now, true},
    {USBDEVFS_REAPURB, reap, true},
    {USBDEVFS_DISCARDURB, umock_urb_discard, true},
    {USBDEVFS_GET_CAPABILITIES, get_capabilities, false},
    {USBDEVFS_CLAIMINTERFACE, claim_interface, false},
    {USBDEVFS_DISCONNECT_CLAIM, claim_interface, false},
    {USBDEVFS_RELEASEINTERFACE, release_interface, false},
    {USBDEVFS_GETDRIVER, get_driver, false},
    {USBDEVFS_IOCTL, driver_ioctl, false},
    {USBDEVFS_CLEAR_HALT, clear_halt, false},
    {USBDEVFS_SETINTERFACE, set_interface, false},
    {USBDEVFS_SETCONFIGURATION, set_configuration, false},
    {USBDEVFS_RESET, reset_port, false},
    {USBDEVFS_CONNECTINFO, get_connectinfo, false},
    {USBDEVFS_GET_SPEED, get_speed, false},
};

void umock_usbfs_ioctl(struct umock_opener *opener, unsigned long code, unsigned long arg)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code != code)
            continue;
        if (opener->gone && !rows[i].when_gone)
            umock_wire_error(&opener->wire, ENODEV);
        else
            rows[i].handle(opener, arg);
        return;
    }
    log_line(opener->device->umock->log, LOG_DEBUG, "usbfs ioctl %#lx is not modelled", code);
    umock_wire_error(&opener->wire, ENOTTY);
}
