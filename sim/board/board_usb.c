// SPDX-License-Identifier: MIT
// The board's USB side: bulk endpoints in front of the ST-LINK's firmware, what they cost, and how
// they fail.
#include <string.h>

#include "sim/board/board_state.h"
#include "sim/probe/usb_cost.h"

#define SLOW_NS 20000000u
#define LATE_NS 3000000000u

static bool fault_is_due(struct sim_board *board, enum sim_usb_fault fault)
{
    uint64_t *at = &board->usb.fault_at[fault];
    if (*at == 0 || board->account.usb_commands < *at)
        return false;
    *at = 0;
    return true;
}

static void pay(struct sim_board *board, bool in, size_t len)
{
    bool high_speed = board->stlink.model.high_speed;
    uint64_t now_ns = board->clock.now_ns;
    board->account.usb_transfers++;
    *(in ? &board->account.usb_bytes_in : &board->account.usb_bytes_out) += len;
    board_advance_to(board, board->usb.own_latency ? now_ns + sim_usb_packets_ns(high_speed, len)
                                                   : sim_usb_done_ns(high_speed, in, len, now_ns));
}

static size_t packet_size(const struct sim_board *board)
{
    return board->stlink.model.high_speed ? 512 : 64;
}

// ---- what the probe measures --------------------------------------------------------------------

// An open pin floats: one session in the logs had 0.003, 1.557 and 0.0016 V.
static unsigned floating_mv(struct sim_board *board)
{
    uint64_t r = board_random(board);
    return r % 4 == 0 ? 1500 + r / 4 % 120 : r / 4 % 6;
}

static unsigned vtref_mv(struct sim_board *board)
{
    int mv;
    switch (board->vtref) {
    case VTREF_OPEN:
        return floating_mv(board);
    case VTREF_OWN:
        return WIRES_IO_MV;
    case VTREF_FIXED:
        return board->vtref_fixed_mv;
    default:
        if (board->wires.unplugged)
            return floating_mv(board);
        mv = (int)sim_supply_rail_mv(&board->supply) + sim_wires_ground_mv(&board->wires);
        return mv > 0 ? (unsigned)mv : 0;
    }
}

// ---- out ----------------------------------------------------------------------------------------

// A reply that nobody fetched: its first packet is in the endpoint already.
static void leave_reply(struct sim_board *board)
{
    struct sim_usb_side *usb = &board->usb;
    struct sim_stlink *s = &board->stlink;
    if (usb->left_len || !s->reply_len || s->mute || usb->in_halted)
        return;
    usb->left_len = s->reply_len < packet_size(board) ? s->reply_len : packet_size(board);
    memcpy(usb->left, s->reply, usb->left_len);
}

static void spoil_reply(struct sim_board *board)
{
    struct sim_stlink *s = &board->stlink;
    if (fault_is_due(board, USB_FAULT_STALL))
        s->stall = true;
    if (fault_is_due(board, USB_FAULT_TIMEOUT))
        s->mute = true;
    if (s->reply_len && fault_is_due(board, USB_FAULT_SHORT))
        s->reply_len /= 2;
    if (s->reply_len && fault_is_due(board, USB_FAULT_GARBAGE))
        for (size_t i = 0; i < s->reply_len; i++)
            s->reply[i] = (uint8_t)board_random(board);
    if (fault_is_due(board, USB_FAULT_LATE))
        board->usb.reply_due_ns = board->clock.now_ns + LATE_NS;
    else if (board->usb.slow)
        board->usb.reply_due_ns = board->clock.now_ns + SLOW_NS;
    s->mute |= board->usb.stuck;
}

enum sim_usb_status sim_board_usb_out(struct sim_board *board, uint8_t ep, const uint8_t *data,
                                      size_t len)
{
    struct sim_stlink *s = &board->stlink;
    bool is_command = s->out_wanted == 0;
    if (!board->usb.plugged)
        return SIM_USB_GONE;
    if (ep != s->model.ep_out)
        return SIM_USB_STALL;
    board_follow_wall(board);
    if (board->usb.stuck && s->model.high_speed)
        return SIM_USB_NAK; // a V3 no longer takes commands, a V2 no longer answers them
    pay(board, false, len);
    if (is_command) {
        board->account.usb_commands++;
        board_advance_to(board, board->clock.now_ns + board->usb.latency_ns + SIM_USB_FIRMWARE_NS);
        if (fault_is_due(board, USB_FAULT_UNPLUG)) {
            sim_board_usb_plug(board, false);
            return SIM_USB_GONE;
        }
        leave_reply(board);
        s->vtref_mv = vtref_mv(board);
    }
    sim_stlink_out(s, data, len);
    if (is_command)
        spoil_reply(board);
    board->usb.in_halted |= s->stall;
    return SIM_USB_OK;
}

// ---- in -----------------------------------------------------------------------------------------

static void hand_over(struct sim_board *board, const uint8_t *from, size_t from_len, uint8_t *data,
                      size_t cap, size_t *len, bool *overflow)
{
    *len = from_len < cap ? from_len : cap;
    *overflow = from_len > cap;
    memcpy(data, from, *len);
    pay(board, true, *len);
    size_t packets = (from_len + packet_size(board) - 1) / packet_size(board);
    board->usb.in_toggle ^= packets & 1;
}

static bool has_reply(const struct sim_board *board)
{
    const struct sim_stlink *s = &board->stlink;
    return !s->mute && s->reply_len && !s->out_wanted &&
           board->clock.now_ns >= board->usb.reply_due_ns;
}

// As much as there is, in whole packets where the host's room ends before.
static enum sim_usb_status trace_in(struct sim_board *board, uint8_t *data, size_t cap, size_t *len,
                                    bool *overflow)
{
    struct sim_stlink_trace *t = &board->stlink.trace;
    uint32_t offered = t->offered;
    *len = sim_stlink_trace_fetch(t, data, cap);
    if (!*len)
        return SIM_USB_NAK;
    *overflow = offered > cap && cap % packet_size(board);
    pay(board, true, *len);
    return SIM_USB_OK;
}

enum sim_usb_status sim_board_usb_in(struct sim_board *board, uint8_t ep, uint8_t *data, size_t cap,
                                     size_t *len, bool *overflow)
{
    struct sim_stlink *s = &board->stlink;
    struct sim_usb_side *usb = &board->usb;
    *len = 0;
    *overflow = false;
    if (!usb->plugged)
        return SIM_USB_GONE;
    board_follow_wall(board);
    if (ep == s->model.ep_trace)
        return trace_in(board, data, cap, len, overflow);
    if (ep != s->model.ep_in)
        return SIM_USB_STALL;
    if (usb->in_halted)
        return SIM_USB_STALL;
    if (!usb->left_len && !has_reply(board))
        return SIM_USB_NAK;
    if (usb->next_in_lost) { // acknowledged, and thrown away
        usb->next_in_lost = false;
        usb->in_toggle = !usb->in_toggle;
        *(usb->left_len ? &usb->left_len : &s->reply_len) = 0;
        return SIM_USB_NAK;
    }
    if (usb->left_len) {
        hand_over(board, usb->left, usb->left_len, data, cap, len, overflow);
        usb->left_len = 0;
    } else {
        hand_over(board, s->reply, s->reply_len, data, cap, len, overflow);
        s->reply_len = 0;
    }
    return SIM_USB_OK;
}

// ---- plug, open, reset --------------------------------------------------------------------------

void sim_board_usb_clear_halt(struct sim_board *board, uint8_t ep)
{
    if (ep != board->stlink.model.ep_in)
        return;
    board->usb.in_halted = board->stlink.stall = false;
    board->usb.in_toggle = board->usb.next_in_lost = false;
    board->stlink.reply_len = 0;
}

void sim_board_usb_reset(struct sim_board *board)
{
    struct sim_usb_side *usb = &board->usb;
    usb->in_halted = usb->in_toggle = usb->next_in_lost = false;
    usb->left_len = 0;
    usb->reply_due_ns = 0;
    board->stlink.stall = board->stlink.mute = false;
    board->stlink.reply_len = board->stlink.out_wanted = 0;
}

void sim_board_usb_open(struct sim_board *board)
{
    struct sim_usb_side *usb = &board->usb;
    usb->next_in_lost = usb->toggle_loss && usb->in_toggle;
    usb->stuck |= usb->wedges && board->stlink.enter_failed;
}

enum err sim_board_usb_refusal(const struct sim_board *board)
{
    if (!board->usb.plugged)
        return ERR_NO_PROBE;
    return board->usb.forbidden ? ERR_PROBE_ACCESS : board->usb.busy ? ERR_PROBE_BUSY : ERR_OK;
}

void sim_board_usb_plug(struct sim_board *board, bool plugged)
{
    if (plugged == board->usb.plugged)
        return;
    board->usb.plugged = plugged;
    sim_wires_release(&board->wires); // without power the probe's pins are open
    sim_wires_nrst(&board->wires, false);
    if (!plugged)
        return;
    board->usb.stuck = false;
    sim_board_usb_reset(board);
    sim_stlink_restart(&board->stlink);
}

uint16_t sim_board_usb_pid(const struct sim_board *board)
{
    return board->stlink.model.pid;
}

const char *sim_board_usb_serial(const struct sim_board *board)
{
    return board->serial_form == SERIAL_NONE ? "" : board->serial;
}

bool sim_board_usb_high_speed(const struct sim_board *board)
{
    return board->stlink.model.high_speed;
}
