// SPDX-License-Identifier: MIT
#include "sim/board/link.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EP_OUT_V2   0x02
#define EP_OUT_V2_1 0x01
#define EP_IN       0x81
#define EP_TRACE_V2 0x83
#define EP_TRACE    0x82
#define PID_V2      0x3748
#define ROOM        12288u
#define POLL_NS     1000000u

struct sim_link {
    struct sim_board *board;
    struct log *log, *closing;
    bool owns_board;
    uint8_t ep_out, ep_trace;
};

static enum err err_of(enum sim_usb_status status)
{
    switch (status) {
    case SIM_USB_OK:
        return ERR_OK;
    case SIM_USB_NAK:
        return ERR_TIMEOUT;
    case SIM_USB_STALL:
        return ERR_PROBE_PROTOCOL;
    default:
        return ERR_PROBE_LOST;
    }
}

static enum err failed(struct sim_link *link, uint8_t ep, enum err e)
{
    if (e == ERR_PROBE_PROTOCOL)
        sim_board_usb_clear_halt(link->board, ep);
    return e;
}

// A probe that takes nothing now will not take it later either.
static enum err send(struct sim_link *link, unsigned timeout_ms, const uint8_t *data, size_t len)
{
    enum sim_usb_status status = sim_board_usb_out(link->board, link->ep_out, data, len);
    if (status == SIM_USB_NAK)
        sim_board_wait_ns(link->board, (uint64_t)timeout_ms * 1000000u);
    return err_of(status);
}

// The host goes on asking until the time is over.
static enum err receive(struct sim_link *link, uint8_t ep, unsigned timeout_ms, uint8_t room[ROOM],
                        size_t *len)
{
    uint64_t give_up = sim_board_now_ns(link->board) + (uint64_t)timeout_ms * 1000000u;
    bool overflow;
    enum sim_usb_status status = sim_board_usb_in(link->board, ep, room, ROOM, len, &overflow);
    while (status == SIM_USB_NAK && sim_board_now_ns(link->board) < give_up) {
        sim_board_wait_ns(link->board, POLL_NS);
        status = sim_board_usb_in(link->board, ep, room, ROOM, len, &overflow);
    }
    return err_of(status);
}

static enum err transfer(void *self, struct usb_exchange *x)
{
    struct sim_link *link = self;
    uint8_t room[ROOM];
    size_t len = 0;
    x->in_got = 0;
    enum err e = send(link, x->timeout_ms, x->command, sizeof x->command);
    if (e == ERR_OK && x->out_len)
        e = send(link, x->timeout_ms, x->out, x->out_len);
    if (e == ERR_OK && x->in_len)
        e = receive(link, EP_IN, x->timeout_ms, room, &len);
    if (e != ERR_OK)
        return failed(link, EP_IN, e);
    x->in_got = len < x->in_len ? len : x->in_len;
    if (x->in_got)
        memcpy(x->in, room, x->in_got);
    return ERR_OK;
}

static enum err read_trace(void *self, struct usb_trace_read *r)
{
    struct sim_link *link = self;
    uint8_t room[ROOM];
    size_t len = 0;
    enum err e = receive(link, link->ep_trace, r->timeout_ms, room, &len);
    if (e != ERR_OK)
        return failed(link, link->ep_trace, e);
    r->in_got = len < r->in_len ? len : r->in_len;
    memcpy(r->in, room, r->in_got);
    return ERR_OK;
}

static uint64_t now_us(void *self)
{
    struct sim_link *link = self;
    return sim_board_now_ns(link->board) / 1000;
}

static void sleep_us(void *self, uint32_t us)
{
    struct sim_link *link = self;
    sim_board_wait_ns(link->board, (uint64_t)us * 1000);
}

static void close_board(struct sim_board *board, struct log *closing, struct log *log)
{
    const struct log_mark kept = log_keep(log);
    enum err e = sim_board_close(board);
    if (e)
        (void)log_fail(closing, e, "%s", log_sentence(log, e));
    log_restore(log, &kept);
}

static void link_close(void *self)
{
    struct sim_link *link = self;
    if (link->owns_board)
        close_board(link->board, link->closing, link->log);
    free(link);
}

static const struct usb_link_ops ops = {.transfer = transfer,
                                        .read_trace = read_trace,
                                        .now_us = now_us,
                                        .sleep_us = sleep_us,
                                        .close = link_close};

struct usb_link sim_link_to(struct sim_board *board)
{
    struct sim_link *link = calloc(1, sizeof *link);
    if (!link)
        abort();
    uint16_t pid = sim_board_usb_pid(board);
    sim_board_usb_open(board);
    *link = (struct sim_link){.board = board,
                              .ep_out = pid == PID_V2 ? EP_OUT_V2 : EP_OUT_V2_1,
                              .ep_trace = pid == PID_V2 ? EP_TRACE_V2 : EP_TRACE};
    struct usb_link made = {.ops = &ops, .self = link, .id = {.vid = 0x0483, .pid = pid}};
    strncpy(made.id.serial, sim_board_usb_serial(board), sizeof made.id.serial - 1);
    return made;
}

static enum err may_open(struct sim_board *board, struct log *closing, struct log *log)
{
    enum err e = sim_board_usb_refusal(board);
    if (e == ERR_OK)
        return e;
    close_board(board, closing, log);
    return log_fail(log, e, "%s",
                    e == ERR_NO_PROBE ? "no ST-LINK is plugged in: the virtual board's is unplugged"
                    : e == ERR_PROBE_BUSY ? "the virtual ST-LINK is in use by another program"
                                          : "no permission to use the virtual ST-LINK");
}

enum err sim_link_open(struct usb_link *link, const char *board_text, struct log *closing,
                       struct log *log)
{
    struct sim_board *board;
    enum err e = sim_board_open(&board, board_text, log);
    if (e == ERR_OK)
        e = may_open(board, closing, log);
    if (e != ERR_OK)
        return e;
    *link = sim_link_to(board);
    struct sim_link *self = link->self;
    self->owns_board = true;
    self->log = log;
    self->closing = closing;
    return ERR_OK;
}

struct sim_board *sim_link_board(struct usb_link *link)
{
    struct sim_link *self = link->self;
    return self->board;
}
