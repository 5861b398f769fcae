// SPDX-License-Identifier: MIT
// USB descriptors of the virtual ST-LINK and the standard requests that ask for them
// (USB 2.0, 9.4, 9.6). The configuration holds the debug interface only, whatever the model.
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "sim/board/board_state.h"

enum {
    GET_STATUS = 0,
    CLEAR_FEATURE = 1,
    SET_FEATURE = 3,
    SET_ADDRESS = 5,
    GET_DESCRIPTOR = 6,
    GET_CONFIGURATION = 8,
    SET_CONFIGURATION = 9,
    GET_INTERFACE = 10,
    SET_INTERFACE = 11
};
enum { DEVICE = 1, CONFIGURATION = 2, STRING = 3 };

static int device_descriptor(const struct sim_board *board, uint8_t *d)
{
    static const uint8_t start[18] = {18,   DEVICE, 0x00, 0x02, 0,    0, 0, 64, 0x83,
                                      0x04, 0,      0,    0x00, 0x01, 1, 2, 3,  1};
    memcpy(d, start, sizeof start);
    put_le16(&d[10], board->stlink.model.pid);
    if (board->serial_form == SERIAL_NONE)
        d[16] = 0;
    return sizeof start;
}

static int configuration_descriptor(const struct sim_board *board, uint8_t *d)
{
    const struct sim_stlink_model *m = &board->stlink.model;
    const uint8_t eps[3] = {m->ep_in, m->ep_out, m->ep_trace};
    static const uint8_t head[18] = {9, CONFIGURATION, 39,   0,    1, 1, 0, 0x80, 50, 9, 4, 0, 0,
                                     3, 0xff,          0xff, 0xff, 0};
    memcpy(d, head, sizeof head);
    for (unsigned i = 0; i < 3; i++) {
        uint8_t *e = d + 18 + 7 * i;
        e[0] = 7;
        e[1] = 5;
        e[2] = eps[i];
        e[3] = 2; // bulk
        put_le16(&e[4], m->high_speed ? 512 : 64);
        e[6] = 0;
    }
    return 39;
}

// Twelve units, each with a byte of the id in its lower half: what old firmware of a V2 gives.
static int raw_serial_descriptor(const struct sim_board *board, uint8_t *d)
{
    const char *hex = board->serial;
    unsigned count = 0, byte;
    while (sscanf(hex + 2 * count, "%2x", &byte) == 1 && count < 12) {
        put_le16(&d[2 + 2 * count], (uint16_t)byte);
        count++;
    }
    d[0] = (uint8_t)(2 + 2 * count);
    d[1] = STRING;
    return d[0];
}

static int string_descriptor(const struct sim_board *board, unsigned index, uint8_t *d)
{
    const char *const strings[] = {NULL, "STMicroelectronics", board->stlink.model.product,
                                   board->serial};
    if (index == 0) {
        static const uint8_t languages[4] = {4, STRING, 0x09, 0x04};
        memcpy(d, languages, 4);
        return 4;
    }
    if (index > 3 || (index == 3 && board->serial_form == SERIAL_NONE))
        return -1;
    if (index == 3 && board->serial_form == SERIAL_RAW)
        return raw_serial_descriptor(board, d);
    size_t len = strlen(strings[index]);
    d[0] = (uint8_t)(2 + 2 * len);
    d[1] = STRING;
    for (size_t i = 0; i < len; i++)
        put_le16(&d[2 + 2 * i], (uint8_t)strings[index][i]);
    return d[0];
}

static int descriptor(const struct sim_board *board, const uint8_t setup[8], uint8_t *d)
{
    switch (setup[3]) {
    case DEVICE:
        return device_descriptor(board, d);
    case CONFIGURATION:
        return configuration_descriptor(board, d);
    case STRING:
        return string_descriptor(board, setup[2], d);
    default:
        return -1;
    }
}

int sim_board_usb_control(struct sim_board *board, const uint8_t setup[8], uint8_t *data)
{
    uint8_t d[256] = {0};
    int len = -1, room = get_le16(&setup[6]);
    if (!board->usb.plugged)
        return -1;
    switch (setup[1]) {
    case GET_DESCRIPTOR:
        len = descriptor(board, setup, d);
        break;
    case GET_CONFIGURATION:
        d[0] = 1;
        len = 1;
        break;
    case GET_STATUS:
        len = 2;
        break;
    case GET_INTERFACE:
        len = 1;
        break;
    case CLEAR_FEATURE:
        sim_board_usb_clear_halt(board, setup[4]);
        return 0;
    case SET_FEATURE:
    case SET_ADDRESS:
    case SET_CONFIGURATION:
    case SET_INTERFACE:
        return 0;
    default:
        break;
    }
    if (len > room)
        len = room;
    if (len > 0)
        memcpy(data, d, (size_t)len);
    return len;
}
