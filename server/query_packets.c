// SPDX-License-Identifier: MIT
// What GDB asks about us and about threads, of which there is one: the core.
#include <string.h>

#include "server/packets.h"
#include "server/reply.h"

static bool is_word(const uint8_t *p, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(p, word, len) == 0;
}

static bool names_xml_registers(const uint8_t *p, size_t len)
{
    static const char name[] = "xmlRegisters=";
    return len >= strlen(name) && memcmp(p, name, strlen(name)) == 0;
}

static void note_feature(struct session *s, const uint8_t *p, size_t len)
{
    if (is_word(p, len, "hwbreak+"))
        s->knows_hwbreak = true;
    else if (is_word(p, len, "swbreak+"))
        s->knows_swbreak = true;
    else if (is_word(p, len, "error-message+"))
        s->knows_error_text = true;
}

// GDB waits for two seconds, three times over. 2 KiB of EEPROM, whose words may take 7 ms each, are
// written in less; a larger one is written in several packets.
#define EEPROM_IN_ONE 2048u
static unsigned packet_size(const struct session *s)
{
    return target_eeprom(s->t)->size > EEPROM_IN_ONE ? RSP_SLOW_PACKET : RSP_PACKET_MAX;
}

// qSupported[:FEATURE[;FEATURE]…]. A GDB that was built without expat names multiprocess, as all
// do, and no xmlRegisters; it would warn about each XML document that is offered to it. Clients
// that name neither are none of GDB's.
void packet_supported(struct session *s, struct cursor *args)
{
    if (cursor_left(args) > 0 && !cursor_skip_text(args, ":")) {
        reply_malformed(s);
        return;
    }
    bool is_gdb = false, knows_xml = false;
    while (cursor_left(args) > 0) {
        const uint8_t *end = memchr(args->p, ';', cursor_left(args));
        size_t len = end ? (size_t)(end - args->p) : cursor_left(args);
        const uint8_t *feature = cursor_bytes(args, len);
        note_feature(s, feature, len);
        is_gdb |= is_word(feature, len, "multiprocess+");
        knows_xml |= names_xml_registers(feature, len);
        (void)cursor_skip_text(args, ";");
    }
    s->no_xml = is_gdb && !knows_xml;
    reply_begin(s);
    reply_put_format(
        s,
        "PacketSize=%x;QStartNoAckMode+;vContSupported+;hwbreak+;swbreak+;"
        "ConditionalBreakpoints+;BreakpointCommands+;%sbinary-upload+",
        packet_size(s),
        s->no_xml ? "" : "qXfer:features:read+;qXfer:memory-map:read+;qXfer:threads:read+;");
    reply_end(s);
}

void packet_no_ack(struct session *s, struct cursor *args)
{
    (void)args;
    reply_ok(s); // this one is still acknowledged
    s->no_ack = true;
    s->last_len = 0;
}

void packet_extended(struct session *s, struct cursor *args)
{
    (void)args;
    s->extended = true;
    reply_ok(s);
}

// 1: the target was there before GDB, which therefore detaches from it when it quits.
void packet_attached(struct session *s, struct cursor *args)
{
    (void)args;
    reply_text(s, "1");
}

void packet_current_thread(struct session *s, struct cursor *args)
{
    (void)args;
    reply_text(s, s->gone ? "" : "QC1");
}

void packet_first_threads(struct session *s, struct cursor *args)
{
    (void)args;
    reply_text(s, s->gone ? "l" : "m1");
}

void packet_more_threads(struct session *s, struct cursor *args)
{
    (void)args;
    reply_text(s, "l");
}

void packet_thread_info(struct session *s, struct cursor *args)
{
    static const char *const text[] = {
        [TARGET_RUNNING] = "core, running",
        [TARGET_HALTED] = "core, halted",
        [TARGET_LOST] = "core, out of reach",
    };
    (void)packet_take_thread(args);
    if (!packet_args_end(s, args))
        return;
    const char *info = target_state(s->t) == TARGET_HALTED && s->sharing->semihost.call.active
                           ? "core, in a semihosting call"
                           : text[target_state(s->t)];
    reply_begin(s);
    reply_put_hex(s, info, strlen(info));
    reply_end(s);
}

// any: 0 and -1, which mean every thread that there is, also where there is none.
static void answer_thread(struct session *s, struct cursor *args)
{
    bool any = cursor_left(args) > 0 && (*args->p == '0' || *args->p == '-');
    bool ours = packet_take_thread(args);
    if (!packet_args_end(s, args))
        return;
    if (ours && (any || !s->gone))
        reply_ok(s);
    else
        reply_error_quietly(
            s, log_fail(s->log, ERR_USAGE, "there is no such thread: the core is thread 1"));
}

void packet_thread_alive(struct session *s, struct cursor *args)
{
    answer_thread(s, args);
}

// H and the kind of operation that it is for: c, g and others.
void packet_set_thread(struct session *s, struct cursor *args)
{
    (void)cursor_u8(args);
    answer_thread(s, args);
}

// The program runs where it was linked.
void packet_offsets(struct session *s, struct cursor *args)
{
    (void)args;
    reply_text(s, "Text=0;Data=0;Bss=0");
}

// GDB offers to look up symbols; nothing here needs one yet.
void packet_symbol(struct session *s, struct cursor *args)
{
    (void)args;
    reply_ok(s);
}
