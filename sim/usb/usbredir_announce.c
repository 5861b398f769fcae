// SPDX-License-Identifier: MIT
#include "sim/usb/usbredir_announce.h"

#include <stddef.h>
#include <string.h>

#include "base/bytes.h"

static unsigned ep_index(uint8_t endpoint)
{
    return (endpoint & 0x80) >> 3 | (endpoint & 0xf);
}

static void send_interfaces(struct usbredirparser *parser, const struct usb_description *usb)
{
    struct usb_redir_interface_info_header info = {0};
    for (const uint8_t *d = NULL; (d = usb_describe_next(usb, d));) {
        if (d[1] != USB_DESCRIPTOR_INTERFACE || d[0] < 9 || d[3] != 0 || info.interface_count >= 32)
            continue;
        unsigned i = info.interface_count++;
        info.interface[i] = d[2];
        info.interface_class[i] = d[5];
        info.interface_subclass[i] = d[6];
        info.interface_protocol[i] = d[7];
    }
    usbredirparser_send_interface_info(parser, &info);
}

static void send_endpoints(struct usbredirparser *parser, const struct usb_description *usb)
{
    struct usb_redir_ep_info_header info = {0};
    memset(info.type, usb_redir_type_invalid, sizeof info.type);
    info.type[ep_index(0)] = info.type[ep_index(0x80)] = usb_redir_type_control;
    info.max_packet_size[ep_index(0)] = info.max_packet_size[ep_index(0x80)] = usb->device[7];
    for (const uint8_t *d = NULL; (d = usb_describe_next(usb, d));) {
        if (d[1] != USB_DESCRIPTOR_ENDPOINT || d[0] < 7)
            continue;
        unsigned i = ep_index(d[2]);
        info.type[i] = d[3] & 3; // the same numbers as in the descriptor
        info.interval[i] = d[6];
        info.interface[i] = (uint8_t)usb_describe_interface_of(usb, d[2]);
        info.max_packet_size[i] = get_le16(d + 4);
    }
    usbredirparser_send_ep_info(parser, &info);
}

void usbredir_announce(struct usbredirparser *parser, const struct usb_description *usb)
{
    const uint8_t *d = usb->device;
    struct usb_redir_device_connect_header connect = {
        .speed = usb->high_speed ? usb_redir_speed_high : usb_redir_speed_full,
        .device_class = d[4],
        .device_subclass = d[5],
        .device_protocol = d[6],
        .vendor_id = get_le16(d + 8),
        .product_id = get_le16(d + 10),
        .device_version_bcd = get_le16(d + 12),
    };
    send_interfaces(parser, usb);
    send_endpoints(parser, usb);
    usbredirparser_send_device_connect(parser, &connect);
}
