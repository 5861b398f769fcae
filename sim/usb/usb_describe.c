// SPDX-License-Identifier: MIT
// Reading a board's descriptors as a host does at enumeration (USB 2.0, 9.4.3 and 9.6).
#include "sim/usb/usb_describe.h"

#include "base/bytes.h"

enum {
    DEVICE_TO_HOST = 0x80,
    GET_DESCRIPTOR = 6,
    DESCRIPTOR_DEVICE = 1,
    DESCRIPTOR_CONFIG = 2,
    DESCRIPTOR_STRING = 3,
    CONFIG_HEADER_SIZE = 9,
    DEVICE_MANUFACTURER = 14,
    DEVICE_PRODUCT = 15,
    DEVICE_SERIAL = 16,
    ENGLISH = 0x0409,
};

static int get_descriptor(struct sim_board *board, uint8_t type, uint8_t *data, size_t len)
{
    uint8_t setup[8] = {DEVICE_TO_HOST, GET_DESCRIPTOR, 0, type};
    put_le16(setup + 6, (uint16_t)len);
    return sim_board_usb_control(board, setup, data);
}

// One unit of UTF-16 without surrogates, which serial numbers and names have none of. How many
// bytes it took.
static size_t put_utf8(char *out, uint16_t unit)
{
    if (unit < 0x80) {
        out[0] = (char)unit;
        return 1;
    }
    if (unit < 0x800) {
        out[0] = (char)(0xc0 | unit >> 6);
        out[1] = (char)(0x80 | (unit & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | unit >> 12);
    out[1] = (char)(0x80 | (unit >> 6 & 0x3f));
    out[2] = (char)(0x80 | (unit & 0x3f));
    return 3;
}

// As the kernel reads it for /sys: up to a NUL (usb_cache_string(), utf16s_to_utf8s()).
static void get_string(struct sim_board *board, uint8_t index, char text[USB_TEXT_SIZE])
{
    uint8_t setup[8] = {DEVICE_TO_HOST, GET_DESCRIPTOR, index, DESCRIPTOR_STRING}, data[255];
    size_t len = 0;
    put_le16(setup + 4, ENGLISH);
    put_le16(setup + 6, sizeof data);
    int n = index ? sim_board_usb_control(board, setup, data) : 0;
    for (int i = 2; i + 1 < n && i + 1 < data[0] && get_le16(data + i); i += 2)
        len += put_utf8(text + len, get_le16(data + i));
    text[len] = '\0';
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
    get_string(board, usb->device[DEVICE_MANUFACTURER], usb->manufacturer);
    get_string(board, usb->device[DEVICE_PRODUCT], usb->product);
    get_string(board, usb->device[DEVICE_SERIAL], usb->serial);
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
