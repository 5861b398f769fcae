// SPDX-License-Identifier: MIT
#include "server/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"

#define CONSOLE_MAX 1024u // bytes of text in one O packet

// Frames the packet into the output. It fits because packets and steps are taken only below
// SESSION_OUT_HIGH and each answers with one reply and a bounded amount of text; if not, the stream
// is broken and so is the session.
static void send_packet(struct session *s, const uint8_t *data, size_t len, bool repeatable)
{
    if (!s->broken && SESSION_OUT_SIZE - s->out_len < RSP_FRAMED_MAX(len)) {
        log_line(s->log, LOG_WARN,
                 "the debugger does not read its replies: closing the connection");
        s->broken = true;
    }
    if (s->broken)
        return;
    size_t framed = rsp_frame_short(s->out + s->out_len, data, len);
    if (repeatable && !s->no_ack) {
        memcpy(s->last, s->out + s->out_len, framed);
        s->last_len = framed;
    }
    s->out_len += framed;
    char text[200];
    log_line(s->log, LOG_TRACE, "gdb <- %s", rsp_printable(text, sizeof text, data, len));
}

void reply_text(struct session *s, const char *text)
{
    send_packet(s, (const uint8_t *)text, strlen(text), true);
}

void reply_ok(struct session *s)
{
    reply_text(s, "OK");
}

void reply_unsupported(struct session *s)
{
    reply_text(s, "");
}

void reply_begin(struct session *s)
{
    s->reply_len = 0;
}

size_t reply_room(const struct session *s)
{
    return sizeof s->reply - s->reply_len;
}

void reply_put(struct session *s, const void *data, size_t len)
{
    if (len > reply_room(s))
        len = reply_room(s);
    if (len > 0)
        memcpy(s->reply + s->reply_len, data, len);
    s->reply_len += len;
}

void reply_put_text(struct session *s, const char *text)
{
    reply_put(s, text, strlen(text));
}

static void put_va(struct session *s, const char *fmt, va_list ap) LOG_PRINTF(2, 0);

static void put_va(struct session *s, const char *fmt, va_list ap)
{
    char text[LOG_SENTENCE_SIZE + 64];
    vsnprintf(text, sizeof text, fmt, ap);
    reply_put_text(s, text);
}

void reply_put_format(struct session *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    put_va(s, fmt, ap);
    va_end(ap);
}

void reply_put_hex(struct session *s, const void *data, size_t len)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i++) {
        char digits[3];
        hex_encode(digits, &p[i], 1);
        reply_put(s, digits, 2);
    }
}

void reply_end(struct session *s)
{
    send_packet(s, s->reply, s->reply_len, true);
}

// Error text is not binary data: GDB takes it as it stands, so what the framing would escape goes.
static void put_plain(struct session *s, const char *text)
{
    for (; *text; text++) {
        char c = *text;
        bool plain = c >= ' ' && c <= '~' && c != '$' && c != '#' && c != '}' && c != '*';
        reply_put(s, plain ? &c : "?", 1);
    }
}

// LLDB's form: the text in hex behind the number.
static void send_error_hex(struct session *s, const char *sentence)
{
    reply_begin(s);
    reply_put_text(s, "E01;");
    reply_put_hex(s, sentence, strlen(sentence));
    reply_end(s);
}

static void send_error_text(struct session *s, const char *prefix, const char *sentence)
{
    reply_begin(s);
    reply_put_text(s, prefix);
    put_plain(s, sentence);
    reply_end(s);
}

// Every GDB shows the answer to these as it stands, when it is an error ("Could not write register
// "r3"; remote failure reply ...").
static bool is_shown_as_it_stands(const struct session *s)
{
    return session_is_gdb(s) && s->rsp.len > 0 && strchr("gGpP", s->rsp.data[0]);
}

static void report_error(struct session *s, enum err e, enum log_level level)
{
    const char *sentence = log_sentence(s->log, e);
    log_line(s->log, level, "%s", sentence);
    if (s->knows_error_text || is_shown_as_it_stands(s)) {
        send_error_text(s, "E.", sentence);
    } else {
        if (s->text_legal)
            reply_console(s, "%s\n", sentence); // LLDB 14 shows few of the errors that it gets
        if (s->knows_error_hex)
            send_error_hex(s, sentence);
        else
            reply_text(s, "E01");
    }
    log_forget(s->log);
}

void reply_error(struct session *s, enum err e)
{
    report_error(s, e, LOG_WARN);
}

void reply_error_quietly(struct session *s, enum err e)
{
    report_error(s, e, LOG_DEBUG);
}

void reply_error_and_later(struct session *s, enum err e)
{
    if (!s->knows_error_text)
        reply_console(s, "%s\n", log_sentence(s->log, e));
    reply_error(s, e);
}

void reply_break_error(struct session *s, unsigned type, enum err e)
{
    if (type != 1 || s->knows_error_text || s->knows_error_hex) {
        reply_error_and_later(s, e);
        return;
    }
    // GDB 13 shows what follows the second full stop of an E. reply to Z1, and to no other packet.
    log_line(s->log, LOG_WARN, "%s", log_sentence(s->log, e));
    send_error_text(s, "E.breakpoint.", log_sentence(s->log, e));
    log_forget(s->log);
}

void reply_error_shown(struct session *s, enum err e)
{
    char sentence[SESSION_LATER_SIZE];
    const char *known = target_state(s->t) == TARGET_LOST ? target_loss(s->t) : err_text(e);
    snprintf(sentence, sizeof sentence, "%s", s->later[0] ? s->later : known);
    sentence[strcspn(sentence, "\n")] = '\0';
    if (s->knows_error_hex)
        send_error_hex(s, sentence);
    else
        send_error_text(s, "E.", sentence);
}

void reply_malformed(struct session *s)
{
    char text[80];
    session_warn(s, "sent a malformed packet: %s",
                 rsp_printable(text, sizeof text, s->rsp.data, s->rsp.len));
    log_forget(s->log);
    reply_error_quietly(s, log_fail(s->log, ERR_USAGE, "the packet is malformed"));
}

static void send_bytes(struct session *s, const uint8_t *text, size_t left)
{
    while (left > 0) {
        size_t part = left < CONSOLE_MAX ? left : CONSOLE_MAX;
        uint8_t packet[1 + 2 * CONSOLE_MAX + 1] = "O";
        hex_encode((char *)packet + 1, text, part);
        send_packet(s, packet, 1 + 2 * part, false);
        text += part;
        left -= part;
    }
}

static void send_console(struct session *s, const char *text)
{
    send_bytes(s, (const uint8_t *)text, strlen(text));
}

void reply_console_bytes(struct session *s, const void *text, size_t len)
{
    if (s->text_legal)
        send_bytes(s, text, len);
}

void reply_console(struct session *s, const char *fmt, ...)
{
    char text[LOG_SENTENCE_SIZE + 256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (s->text_legal) {
        send_console(s, text);
        return;
    }
    // The same warning twice (GDB tries a breakpoint again) is one.
    if (strstr(s->later, text))
        return;
    size_t used = strlen(s->later);
    snprintf(s->later + used, sizeof s->later - used, "%s", text);
}

void reply_begin_text(struct session *s)
{
    s->text_legal = true;
    send_console(s, s->later);
    s->later[0] = '\0';
}

void reply_end_text(struct session *s)
{
    s->text_legal = false;
}

void reply_forget_text(struct session *s)
{
    s->later[0] = '\0';
}
