// SPDX-License-Identifier: MIT
// Reading a board's descriptors as a host does at enumeration (USB 2.0, 9.4.3 and 9.6).
#include "sim/usb/usb_describe.h"

#include "base/bytes.h"

enum {
    DEVICE_TO_HOST = 0x80,
    GET_DESCRIPTOR = 6,
    DESCRIPTOR_DEVICE = 1,
    DESCRIPTOR_CONFIG = 2,
    CONFIG_HEADER_SIZE = 9,
};

static int get_descriptor(struct sim_board *board, uint8_t type, uint8_t *data, size_t len)
{
    uint8_t setup[8] = {DEVICE_TO_HOST, GET_DESCRIPTOR, 0, type};
    put_le16(setup + 6, (uint16_t)len);
    return sim_board_usb_control(board, setup, data);
}

enum err usb_describe(struct usb_description *usb, struct sim_board *board, struct log *log)
{
    *usb = (struct usb_description){.high_speed = sim_board_usb_high_speed(board)};
    int n = get_descriptor(board, DESCRIPTOR_DEVICE, usb->device, sizeof usb->device);
    if (n != (int)sizeof usb->device)
        return log_fail(log, ERR_PROBE_PROTOCOL, "the board gives no device descriptor");
    n = get_descriptor(board, DESCRIPTOR_CONFIG, usb->config, CONFIG_HEADER_SIZE);
    usb->config_len = n == CONFIG_HEADER_SIZE ? get_le16(usb->config + 2) : 0;
    if (usb->config_len < CONFIG_HEADER_SIZE || usb->config_len > sizeof usb->config)
        return log_fail(log, ERR_PROBE_PROTOCOL, "the board gives no configuration descriptor");
    n = get_descriptor(board, DESCRIPTOR_CONFIG, usb->config, usb->config_len);
    if (n != (int)usb->config_len)
        return log_fail(log, ERR_PROBE_PROTOCOL, "the board's configuration descriptor is cut off");
    return ERR_OK;
}

const uint8_t *usb_describe_next(const struct usb_description *usb, const uint8_t *descriptor)
{
    const uint8_t *next = descriptor ? descriptor + descriptor[0] : usb->config;
    const uint8_t *end = usb->config + usb->config_len;
    return end - next >= 3 && next[0] >= 3 && next[0] <= end - next ? next : NULL;
}

int usb_describe_interface_of(const struct usb_description *usb, uint8_t ep)
{
    int interface = -1;
    for (const uint8_t *d = NULL; (d = usb_describe_next(usb, d));) {
        if (d[1] == USB_DESCRIPTOR_INTERFACE)
            interface = d[2];
        if (d[1] == USB_DESCRIPTOR_ENDPOINT && d[2] == ep)
            return interface;
    }
    return -1;
}

bool usb_describe_has_interface(const struct usb_description *usb, unsigned interface)
{
    for (const uint8_t *d = NULL; (d = usb_describe_next(usb, d));)
        if (d[1] == USB_DESCRIPTOR_INTERFACE && d[2] == interface)
            return true;
    return false;
}
