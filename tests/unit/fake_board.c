// SPDX-License-Identifier: MIT
// A stand-in for sim/board/board.c, so that the USB front ends are tested without a simulation
// behind them: a full-speed ST-LINK/V2 that knows four commands and some bad habits.
//
//   F1            six bytes of version
//   F5            two bytes of mode
//   F7            eight bytes of voltage
//   F2 07 … len   len bytes (le16 at 6), each its own index
//   E0            endpoint 0x81 stalls until its halt is cleared
//   E1            unplugs itself
//   E2 ms         (le16) takes that long on the board's clock, then two bytes
//   E3 len        (le16) as many bytes wait in the trace endpoint, each its own index
//
// Its text may be "bad" (refused) or "slow" (enumerates, never has room for a command).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "sim/board/board.h"
#include "sim/board/link.h"

enum { EP_OUT = 0x02, EP_IN = 0x81, EP_TRACE = 0x83, MAX_REPLY = 65535, STALL = -1 };

struct sim_board {
    struct sim_account account;
    char account_file[256];
    char serial[32];
    bool stalled, plugged, has_reply, never_room;
    uint8_t reply[MAX_REPLY];
    size_t reply_len, trace_len;
    uint64_t now_ns;
    struct log *log;
};

static const uint8_t device_descriptor[18] = {
    18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x83, 0x04, 0x48, 0x37, 0x00, 0x01, 1, 2, 3, 1,
};
static const uint8_t config_descriptor[39] = {
    9, 2, 39,   0, 1,  1,    4,    0x80, 50, // configuration
    9, 4, 0,    0, 3,  0xff, 0xff, 0xff, 5,  // interface 0
    7, 5, 0x81, 2, 64, 0,    0,    7,    5,  0x02, 2, 64, 0, 0, 7, 5, 0x83, 2, 64, 0, 0,
};

enum err sim_board_open(struct sim_board **board, const char *text, struct log *log)
{
    if (!strcmp(text, "bad"))
        return log_fail(log, ERR_USAGE, "there is no chip bad");
    struct sim_board *b = calloc(1, sizeof *b);
    if (!b)
        return log_fail(log, ERR_MEMORY, "out of memory");
    b->plugged = true;
    b->never_room = !strcmp(text, "slow");
    b->log = log;
    strcpy(b->serial, "48FF6C064983485321390187");
    *board = b;
    return ERR_OK;
}

enum err sim_board_close(struct sim_board *board)
{
    enum err e = ERR_OK;
    FILE *f = board->account_file[0] ? fopen(board->account_file, "w") : NULL;
    if (f) {
        fprintf(f, "{\"usb_commands\": %u}\n", (unsigned)board->account.usb_commands);
        fclose(f);
    } else if (board->account_file[0]) {
        e = log_fail(board->log, ERR_FILE, "cannot write %s", board->account_file);
    }
    free(board);
    return e;
}

enum err sim_board_set(struct sim_board *board, const char *key, const char *value)
{
    if (!strcmp(key, "account"))
        snprintf(board->account_file, sizeof board->account_file, "%s", value);
    else if (!strcmp(key, "serial"))
        snprintf(board->serial, sizeof board->serial, "%s", value);
    else if (!strcmp(key, "swdio"))
        return ERR_OK;
    else
        return log_fail(board->log, ERR_USAGE, "there is no key %s", key);
    return ERR_OK;
}

static void reply(struct sim_board *board, size_t len)
{
    board->has_reply = true;
    board->reply_len = len;
}

static void run_command(struct sim_board *board, const uint8_t *c)
{
    static const uint8_t version[6] = {0x29, 0x47, 0x83, 0x04, 0x48, 0x37};
    static const uint8_t voltage[8] = {0xdc, 0x05, 0, 0, 0xfd, 0x07, 0, 0};
    board->account.usb_commands++;
    switch (c[0]) {
    case 0xf1:
        memcpy(board->reply, version, sizeof version);
        reply(board, sizeof version);
        break;
    case 0xf5:
        put_le16(board->reply, 1);
        reply(board, 2);
        break;
    case 0xf7:
        memcpy(board->reply, voltage, sizeof voltage);
        reply(board, sizeof voltage);
        break;
    case 0xf2:
        for (size_t i = 0; i < get_le16(c + 6); i++)
            board->reply[i] = (uint8_t)i;
        reply(board, get_le16(c + 6));
        break;
    case 0xe0:
        board->stalled = true;
        break;
    case 0xe1:
        board->plugged = false;
        break;
    case 0xe2:
        board->now_ns += get_le16(c + 1) * UINT64_C(1000000);
        reply(board, 2);
        break;
    case 0xe3:
        board->trace_len = get_le16(c + 1);
        break;
    default:
        break;
    }
}

enum sim_usb_status sim_board_usb_out(struct sim_board *board, uint8_t ep, const uint8_t *data,
                                      size_t len)
{
    if (!board->plugged)
        return SIM_USB_GONE;
    if (ep != EP_OUT)
        return SIM_USB_STALL;
    if (board->never_room)
        return SIM_USB_NAK;
    if (len == 16)
        run_command(board, data);
    return board->plugged ? SIM_USB_OK : SIM_USB_GONE;
}

enum sim_usb_status sim_board_usb_in(struct sim_board *board, uint8_t ep, uint8_t *data, size_t cap,
                                     size_t *len, bool *overflow)
{
    if (!board->plugged)
        return SIM_USB_GONE;
    if (ep == EP_TRACE && board->trace_len) {
        *overflow = board->trace_len > cap;
        *len = *overflow ? cap : board->trace_len;
        for (size_t i = 0; i < *len; i++)
            data[i] = (uint8_t)i;
        board->trace_len = 0;
        return SIM_USB_OK;
    }
    if (ep == EP_IN && board->stalled)
        return SIM_USB_STALL;
    if (ep != EP_IN || !board->has_reply)
        return SIM_USB_NAK;
    *overflow = board->reply_len > cap;
    *len = *overflow ? cap : board->reply_len;
    memcpy(data, board->reply, *len);
    board->has_reply = false;
    return SIM_USB_OK;
}

static int string_descriptor(const struct sim_board *board, unsigned index, uint8_t text[64])
{
    const char *s = index == 3 ? board->serial : "fake";
    text[1] = 3;
    if (index == 0) {
        put_le16(text + 2, 0x0409);
        return text[0] = 4;
    }
    for (size_t i = 0; s[i]; i++)
        put_le16(text + 2 + 2 * i, (uint16_t)s[i]);
    return text[0] = (uint8_t)(2 + 2 * strlen(s));
}

static int copy(uint8_t *data, size_t room, const uint8_t *from, size_t len)
{
    size_t n = len < room ? len : room;
    memcpy(data, from, n);
    return (int)n;
}

int sim_board_usb_control(struct sim_board *board, const uint8_t setup[8], uint8_t *data)
{
    uint8_t text[64];
    size_t room = get_le16(setup + 6);
    if (!board->plugged || setup[0] != 0x80 || setup[1] != 6)
        return STALL;
    switch (setup[3]) {
    case 1:
        return copy(data, room, device_descriptor, sizeof device_descriptor);
    case 2:
        return copy(data, room, config_descriptor, sizeof config_descriptor);
    case 3:
        return copy(data, room, text, (size_t)string_descriptor(board, setup[2], text));
    default:
        return STALL;
    }
}

void sim_board_usb_clear_halt(struct sim_board *board, uint8_t ep)
{
    if (ep == EP_IN)
        board->stalled = false;
}

void sim_board_usb_open(struct sim_board *board)
{
    (void)board;
}

enum err sim_board_usb_refusal(const struct sim_board *board)
{
    (void)board;
    return ERR_OK;
}

void sim_board_usb_reset(struct sim_board *board)
{
    board->stalled = false;
    board->has_reply = false;
}

bool sim_board_peek(struct sim_board *board, uint32_t addr, uint32_t *value)
{
    (void)board;
    *value = addr;
    return true;
}

bool sim_board_poke(struct sim_board *board, uint32_t addr, uint32_t value)
{
    (void)board;
    (void)addr;
    (void)value;
    return true;
}

uint16_t sim_board_usb_pid(const struct sim_board *board)
{
    (void)board;
    return 0x3748;
}

const char *sim_board_usb_serial(const struct sim_board *board)
{
    return board->serial;
}

bool sim_board_usb_high_speed(const struct sim_board *board)
{
    (void)board;
    return false;
}

void sim_board_usb_plug(struct sim_board *board, bool plugged)
{
    board->plugged = plugged;
    board->has_reply = false;
}

uint64_t sim_board_now_ns(const struct sim_board *board)
{
    return board->now_ns;
}

void sim_board_wait_ns(struct sim_board *board, uint64_t ns)
{
    board->now_ns += ns;
}

void sim_board_set_follow(struct sim_board *board, bool on)
{
    (void)board;
    (void)on;
}

void sim_board_set_company(struct sim_board *board, unsigned boards)
{
    (void)board;
    (void)boards;
}

static enum err refuse_transfer(void *self, struct usb_exchange *x)
{
    (void)self;
    (void)x;
    return ERR_PROBE_LOST;
}

static enum err refuse_trace(void *self, struct usb_trace_read *r)
{
    (void)self;
    (void)r;
    return ERR_PROBE_LOST;
}

static uint64_t no_time(void *self)
{
    (void)self;
    return 0;
}

static void no_sleep(void *self, uint32_t us)
{
    (void)self;
    (void)us;
}

static void close_nothing(void *self)
{
    (void)self;
}

// Without USB (--commands) this stand-in answers nothing.
struct usb_link sim_link_to(struct sim_board *board)
{
    static const struct usb_link_ops ops = {.transfer = refuse_transfer,
                                            .read_trace = refuse_trace,
                                            .now_us = no_time,
                                            .sleep_us = no_sleep,
                                            .close = close_nothing};
    return (struct usb_link){.ops = &ops, .self = board};
}

struct sim_account *sim_board_account(struct sim_board *board)
{
    return &board->account;
}

char *sim_account_json(const struct sim_account *a, uint64_t virtual_ns)
{
    char *text = malloc(96);
    if (text)
        snprintf(text, 96, "{\"usb_commands\": %u,\n \"virtual_ns\": %llu}\n",
                 (unsigned)a->usb_commands, (unsigned long long)virtual_ns);
    return text;
}
