// SPDX-License-Identifier: MIT
// The cable to a probe: four functions, and the only thing that the ST-LINK code knows of USB.
// Implementations: swd/usb_libusb.c (real probes), sim/board/link.c (the virtual ST-LINK
// in-process), swd/recorder.c and swd/player.c (records).
//
// Time belongs to the link: below server/ nobody else reads a clock or sleeps, so that with the
// virtual board waiting is exact and free.
#ifndef SWDLINK_SWD_USB_LINK_H
#define SWDLINK_SWD_USB_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define USB_LINK_COMMAND_SIZE 16
#define USB_LINK_SERIAL_SIZE  64
#define USB_LINK_PLACE_SIZE   32

// One ST-LINK command: 16 bytes out, then data out, or data in, or neither; never both.
struct usb_exchange {
    uint8_t command[USB_LINK_COMMAND_SIZE];
    const uint8_t *out; // sent after the command when out_len > 0
    size_t out_len;
    uint8_t *in;         // room for at least in_len bytes
    size_t in_len;       // wanted; the link itself makes room for a reply that is longer
    size_t in_got;       // set by transfer: what the probe really sent, at most in_len
    unsigned timeout_ms; // for the whole exchange
};

struct usb_link_ops {
    // Does one exchange; there is never a second one at the same time. ERR_OK: the command and all
    // of out went, and the reply came; in_got < in_len is a short reply and not an error here (the
    // caller decides). ERR_TIMEOUT: the probe did not take or did not answer in time.
    // ERR_PROBE_PROTOCOL: an endpoint stalled; the link has cleared the halt already.
    // ERR_PROBE_LOST: the probe is gone, and every later call says the same.
    enum err (*transfer)(void *self, struct usb_exchange *x);
    // Microseconds since some fixed moment; never goes back.
    uint64_t (*now_us)(void *self);
    void (*sleep_us)(void *self, uint32_t us);
    // Releases the probe and frees self.
    void (*close)(void *self);
};

// What the USB descriptors say of the probe.
struct usb_identity {
    uint16_t vid, pid;
    char serial[USB_LINK_SERIAL_SIZE];  // printable; the 12-byte raw form of old V2 is given in hex
    uint8_t bus, address;               // 0, 0 for a virtual probe
    char location[USB_LINK_PLACE_SIZE]; // "BUS-PORT.PORT"; empty for a virtual probe
    bool serial_shared;                 // the serial number is missing, or another probe has it too
};

struct usb_link {
    const struct usb_link_ops *ops;
    void *self;
    struct usb_identity id;
};

MUST_CHECK static inline enum err usb_link_transfer(struct usb_link *link, struct usb_exchange *x)
{
    return link->ops->transfer(link->self, x);
}

static inline uint64_t usb_link_now_us(struct usb_link *link)
{
    return link->ops->now_us(link->self);
}

static inline void usb_link_sleep_us(struct usb_link *link, uint32_t us)
{
    link->ops->sleep_us(link->self, us);
}

static inline void usb_link_close(struct usb_link *link)
{
    link->ops->close(link->self);
}

#endif
