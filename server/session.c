// SPDX-License-Identifier: MIT
#include "server/session.h"

#include <string.h>

#include "server/packets.h"
#include "server/regs.h"
#include "server/reply.h"
#include "server/semihost_session.h"
#include "server/stop.h"

void session_start(struct session *s, struct sharing *sharing, const char *name)
{
    memset(s, 0, sizeof *s);
    s->sharing = sharing;
    s->name = name;
    s->t = sharing->t;
    s->semihost = &sharing->semihost;
    s->log = sharing->log;
}

static void acknowledge(struct session *s, char sign)
{
    if (!s->no_ack)
        s->out[s->out_len++] = (uint8_t)sign;
}

// The debugger did not get our reply whole. While the next reply is still being made there is
// nothing to repeat: what GDB misses then (it asks again after two seconds) is on its way.
static void repeat_reply(struct session *s)
{
    if (s->no_ack || s->last_len == 0)
        return;
    memcpy(s->out + s->out_len, s->last, s->last_len);
    s->out_len += s->last_len;
}

static void take_packet(struct session *s)
{
    acknowledge(s, '+');
    s->packets++;
    s->last_len = 0;
    packet_dispatch(s);
}

// A reader of replies, whose packet we cannot use, waits for a reply: without acknowledgements
// there is no way to ask for it again.
static void refuse_packet(struct session *s, const char *why)
{
    session_warn(s, "sent %s", why);
    s->last_len = 0;
    log_forget(s->log);
    reply_error_quietly(s, log_fail(s->log, ERR_USAGE, "the packet cannot be used: it is %s", why));
}

static void push_byte(struct session *s, uint8_t byte)
{
    switch (rsp_push(&s->rsp, byte)) {
    case RSP_NOTHING:
        break;
    case RSP_PACKET:
        take_packet(s);
        break;
    case RSP_INTERRUPT:
        session_interrupt(s);
        break;
    case RSP_ACK:
        s->last_len = 0;
        break;
    case RSP_NAK:
        repeat_reply(s);
        break;
    case RSP_BAD_SUM:
        if (s->no_ack)
            refuse_packet(s, "a packet with a wrong checksum");
        else
            session_warn(s, "sent a packet with a wrong checksum; it is asked for again");
        acknowledge(s, '-');
        break;
    case RSP_TOO_LONG:
        acknowledge(s, '+');
        refuse_packet(s, "a packet longer than the announced size");
        break;
    case RSP_CUT:
        session_warn(s, "left a packet unfinished and began another");
        break;
    }
}

// Whether this byte has to wait: the client does not read its replies, or the last packet is not
// answered.
static bool must_wait(const struct session *s, uint8_t byte)
{
    if (s->out_len > SESSION_OUT_HIGH)
        return true;
    return s->state == SESSION_BUSY && s->rsp.state == RSP_OUTSIDE && byte == '$';
}

#define FIRST_BYTES 24u // that are told

// What a debugger begins with is a packet, an acknowledgement or an interrupt. A web page can make
// a browser send anything behind the head of a request: none of that may reach the target.
static bool is_no_debugger(const struct session *s, uint8_t byte)
{
    return s->packets == 0 && s->rsp.state == RSP_OUTSIDE && !memchr("$+-\x03", byte, 4);
}

static void refuse_stranger(struct session *s, const uint8_t *data, size_t len)
{
    char text[FIRST_BYTES + 1];
    log_line(s->log, LOG_WARN,
             "%s is no debugger: it begins with '%s'. The connection is closed, and nothing was "
             "done to the target",
             s->name, rsp_printable(text, sizeof text, data, len));
    s->broken = true;
}

size_t session_feed(struct session *s, const uint8_t *data, size_t len)
{
    size_t i = 0;
    unsigned before = s->packets;
    while (i < len && before == s->packets && !session_is_over(s) && !must_wait(s, data[i])) {
        if (is_no_debugger(s, data[i]))
            refuse_stranger(s, data + i, len - i);
        else
            push_byte(s, data[i++]);
    }
    return session_is_over(s) ? len : i;
}

// A debugger that does not read holds the program up, so that none of its output gets lost.
static bool is_held_up(const struct session *s)
{
    return s->out_len > SESSION_OUT_HIGH;
}

enum session_want session_wants(const struct session *s)
{
    if (is_held_up(s))
        return SESSION_WANT_BYTES;
    if (s->state == SESSION_RUNNING)
        return s->soon > 0 ? SESSION_WANT_STEP : SESSION_WANT_POLL;
    if (s->state == SESSION_CALL)
        return s->call.asked  ? SESSION_WANT_BYTES
               : s->call.idle ? SESSION_WANT_POLL
                              : SESSION_WANT_STEP;
    if (s->state == SESSION_BUSY)
        return s->work->waits ? SESSION_WANT_POLL : SESSION_WANT_STEP;
    return SESSION_WANT_BYTES;
}

void session_tick(struct session *s, uint64_t now_ms)
{
    log_forget(s->log);
    if (is_held_up(s))
        return;
    if (s->state == SESSION_RUNNING) {
        s->soon -= s->soon > 0;
        stop_poll(s);
    } else if (s->state == SESSION_CALL && !s->call.asked)
        semihost_session_step(s);
    else if (s->state == SESSION_BUSY)
        s->work->step(s, now_ms);
}

void session_sent(struct session *s, size_t len)
{
    memmove(s->out, s->out + len, s->out_len - len);
    s->out_len -= len;
}

bool session_is_over(const struct session *s)
{
    return s->state == SESSION_OVER || s->broken;
}

// Packets of registers would be taken for others.
static bool has_outdated_layout(const struct session *s)
{
    static const struct core_caps unseen = {0};
    bool differs = false;
    for (unsigned reg = 0; reg < CORTEXM_REG_COUNT; reg++)
        differs |= core_reg_exists(&unseen, reg) != regs_exists(s->t, reg);
    return s->blind_layout && differs;
}

void session_target_is_back(struct session *s)
{
    s->loss_told = false;
    if (has_outdated_layout(s)) {
        log_line(s->log, LOG_NOTE,
                 "%s has to connect again: its registers are not those of this core", s->name);
        s->state = SESSION_OVER;
        return;
    }
    if (!s->attached)
        return;
    if (sharing_has_control(s->sharing, s) && s->state != SESSION_RUNNING &&
        target_state(s->t) == TARGET_RUNNING) {
        log_forget(s->log);
        enum err e = target_halt(s->t);
        if (e)
            log_line(s->log, LOG_WARN, "%s", log_sentence(s->log, e));
    }
    if (s->unreachable)
        reply_console(s, "The target answers now: `monitor reset halt` starts afresh.\n");
    else
        reply_console(s, "The target is back. Its registers and its RAM may have changed: `monitor "
                         "reset halt` starts afresh.\n");
}

void session_end(struct session *s)
{
    log_forget(s->log);
    packet_flash_drop(s);
    semihost_session_drop(s);
    if (s->rsp.state != RSP_OUTSIDE)
        log_line(s->log, LOG_WARN,
                 "the connection ended in the middle of a packet (%zu bytes of it came)",
                 s->rsp.raw);
    if (s->rsp.stray > 0)
        log_line(s->log, LOG_WARN, "the debugger sent %zu bytes outside of packets", s->rsp.stray);
    if (s->warnings > SESSION_WARNINGS_PRINTED)
        log_line(s->log, LOG_WARN, "the debugger sent %u things that no debugger should",
                 s->warnings);
    if (s->attached && sharing_has_control(s->sharing, s)) {
        enum err e = packet_drop_breaks(s);
        if (e)
            log_line(s->log, LOG_WARN, "breakpoints could not be removed: %s",
                     log_sentence(s->log, e));
        log_line(s->log, LOG_NOTE, "it left without detaching: the target %s",
                 target_state(s->t) == TARGET_RUNNING  ? "runs on"
                 : target_state(s->t) == TARGET_HALTED ? "stays halted"
                                                       : "is lost");
    }
    packet_forget_breaks(s);
    sharing_release(s->sharing, s);
    s->attached = false;
    s->state = SESSION_OVER;
}
