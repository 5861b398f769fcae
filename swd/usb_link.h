// SPDX-License-Identifier: MIT
// The cable to a probe: five functions, and the only thing that the ST-LINK code knows of USB.
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
#define USB_LINK_TRACE_MAX    8192u // bytes in one read of the trace endpoint

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

// One read of the trace endpoint: the bytes of SWO that the probe has collected. The probe says
// with GET_TRACE_NB (F2 42) how many wait, and the read that follows asks for exactly so many.
struct usb_trace_read {
    uint8_t *in;   // room for in_len bytes
    size_t in_len; // wanted, 1 to USB_LINK_TRACE_MAX; the link makes room for whole packets
    size_t in_got; // set by read_trace: what came, at most in_len
    unsigned timeout_ms;
};

struct usb_link_ops {
    // Does one exchange; there is never a second one at the same time. ERR_OK: the command and all
    // of out went, and the reply came; in_got < in_len is a short reply and not an error here (the
    // caller decides). ERR_TIMEOUT: the probe did not take or did not answer in time.
    // ERR_PROBE_PROTOCOL: an endpoint stalled; the link has cleared the halt already.
    // ERR_PROBE_LOST: the probe is gone, and every later call says the same.
    enum err (*transfer)(void *self, struct usb_exchange *x);
    // One bulk IN transfer from the trace endpoint, without a command; never while an exchange is
    // under way. ERR_OK: in_got bytes came, and a short read is no error here either: bytes that
    // came before the time was over are never thrown away. ERR_TIMEOUT: nothing came in time (the
    // probe has nothing, or the trace is not started). ERR_PROBE_PROTOCOL: the endpoint stalled;
    // the link has cleared the halt already. ERR_PROBE_LOST: as for transfer. ERR_USAGE: in_len is
    // 0 or too much. ERR_UNSUPPORTED: this model of probe has no trace endpoint.
    enum err (*read_trace)(void *self, struct usb_trace_read *r);
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

MUST_CHECK static inline enum err usb_link_read_trace(struct usb_link *link,
                                                      struct usb_trace_read *r)
{
    r->in_got = 0;
    if (r->in_len == 0 || r->in_len > USB_LINK_TRACE_MAX)
        return ERR_USAGE;
    return link->ops->read_trace(link->self, r);
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
