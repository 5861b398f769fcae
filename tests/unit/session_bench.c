// SPDX-License-Identifier: MIT
#include "tests/unit/session_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

#define EXPANDED_MAX 33u // 98 bytes may come as 3

static void keep_log(void *user, enum log_level level, const char *line)
{
    (void)level;
    struct bench *b = user;
    size_t used = strlen(b->log_text);
    snprintf(b->log_text + used, sizeof b->log_text - used, "%s\n", line);
}

struct bench *bench_open_fresh(void)
{
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        abort();
    b->log = (struct log){.level = LOG_NOTE, .write = keep_log, .user = b};
    fake_target_init(&b->f, &b->log);
    sharing_init(&b->sharing, &b->f.t, &b->log);
    sharing_join(&b->sharing, &b->s);
    session_start(&b->s, &b->sharing, "the first");
    return b;
}

static void greet(struct bench *b)
{
    bench_ask(b, "qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+;xmlRegisters=i386");
    bench_ask(b, "QStartNoAckMode");
    bench_ask(b, "?");
    b->console[0] = b->log_text[0] = '\0';
}

struct bench *bench_open(void)
{
    struct bench *b = bench_open_fresh();
    greet(b);
    return b;
}

void bench_reconnect(struct bench *b)
{
    session_end(&b->s);
    session_start(&b->s, &b->sharing, "the first");
    greet(b);
}

void bench_close(struct bench *b)
{
    session_end(&b->s);
    free(b);
}

static void keep_packet(struct bench *b, const struct rsp *rsp)
{
    if (rsp->len > 1 && rsp->data[0] == 'O' && rsp->data[1] != 'K') {
        size_t used = strlen(b->console), len = (rsp->len - 1) / 2;
        if (used + len >= sizeof b->console)
            abort();
        if (!hex_decode((uint8_t *)b->console + used, (const char *)rsp->data + 1, len))
            abort();
        b->console[used + len] = '\0';
        return;
    }
    memcpy(b->reply, rsp->data, rsp->len + 1);
    b->reply_len = rsp->len;
    b->replies++;
}

// Expands the runs of the packets in a stream, as GDB does, and frames them anew. Returns the
// length.
static size_t expand(uint8_t *out, const uint8_t *in, size_t len)
{
    char text[4];
    uint8_t sum;
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        out[n++] = in[i];
        if (in[i] != '$')
            continue;
        size_t start = n;
        for (i++, sum = 0; in[i] != '#'; i++) {
            if (in[i] == '*')
                for (unsigned repeats = in [++i] - 29u; repeats > 0; repeats--, n++)
                    out[n] = out[n - 1];
            else
                out[n++] = in[i];
        }
        for (size_t j = start; j < n; j++)
            sum = (uint8_t)(sum + out[j]);
        n += (size_t)snprintf(text, sizeof text, "#%02x", sum);
        memcpy(out + n - 3, text, 3);
        i += 2;
    }
    return n;
}

static const char *collect(struct bench *b)
{
    uint8_t *stream = malloc(EXPANDED_MAX * SESSION_OUT_SIZE);
    struct rsp *rsp = calloc(1, sizeof *rsp);
    if (!rsp || !stream)
        abort();
    b->replies = 0;
    size_t len = expand(stream, b->s.out, b->s.out_len);
    for (size_t i = 0; i < len; i++)
        if (rsp_push(rsp, stream[i]) == RSP_PACKET)
            keep_packet(b, rsp);
    session_sent(&b->s, b->s.out_len);
    free(rsp);
    free(stream);
    return b->replies ? b->reply : NULL;
}

static void feed_all(struct bench *b, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t taken = session_feed(&b->s, bytes + i, len - i);
        i += taken;
        if (taken == 0)
            session_tick(&b->s, 0);
    }
}

const char *bench_raw(struct bench *b, const void *bytes, size_t len)
{
    feed_all(b, bytes, len);
    return collect(b);
}

const char *bench_send(struct bench *b, const void *packet, size_t len)
{
    uint8_t *framed = malloc(RSP_FRAMED_MAX(len));
    if (!framed)
        abort();
    feed_all(b, framed, rsp_frame(framed, packet, len));
    free(framed);
    return collect(b);
}

const char *bench_ask_bytes(struct bench *b, const void *packet, size_t len)
{
    const char *reply = bench_send(b, packet, len);
    for (uint64_t now = 1; b->s.state == SESSION_BUSY; now++) {
        session_tick(&b->s, now);
        const char *later = collect(b);
        reply = later ? later : reply;
    }
    return reply;
}

const char *bench_ask(struct bench *b, const char *packet)
{
    return bench_ask_bytes(b, packet, strlen(packet));
}

const char *bench_tick(struct bench *b, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        session_tick(&b->s, i);
    return collect(b);
}

const char *bench_monitor(struct bench *b, const char *line)
{
    char packet[2048] = "qRcmd,";
    hex_encode(packet + 6, (const uint8_t *)line, strlen(line));
    b->console[0] = '\0';
    return bench_ask(b, packet);
}
