// SPDX-License-Identifier: MIT
#include "server/rsp.h"

#include <string.h>

#include "base/hex.h"

#define INTERRUPT  0x03u
#define ESCAPE_XOR 0x20u

#define REPEATS_BIAS 29u
#define REPEATS_MIN  3u  // below it nothing is gained
#define REPEATS_MAX  97u // '~', the last printable character

static void start_packet(struct rsp *rsp)
{
    rsp->state = RSP_DATA;
    rsp->sum = 0;
    rsp->told = 0;
    rsp->malformed = false;
    rsp->raw = 0;
    rsp->len = 0;
}

// GDB escapes every $ inside a packet, so an unescaped one is the start of the next: the peer gave
// up.
static enum rsp_event restart_packet(struct rsp *rsp)
{
    start_packet(rsp);
    return RSP_CUT;
}

static enum rsp_event push_outside(struct rsp *rsp, uint8_t byte)
{
    switch (byte) {
    case '$':
        start_packet(rsp);
        return RSP_NOTHING;
    case INTERRUPT:
        return RSP_INTERRUPT;
    case '+':
        return RSP_ACK;
    case '-':
        return RSP_NAK;
    default:
        rsp->stray++;
        return RSP_NOTHING;
    }
}

static void keep_byte(struct rsp *rsp, uint8_t byte)
{
    if (rsp->len < RSP_PACKET_MAX)
        rsp->data[rsp->len++] = byte;
}

static enum rsp_event push_data(struct rsp *rsp, uint8_t byte)
{
    if (byte == '$')
        return restart_packet(rsp);
    if (byte == '#') {
        rsp->malformed = rsp->state == RSP_ESCAPE;
        rsp->state = RSP_SUM_HIGH;
        return RSP_NOTHING;
    }
    rsp->sum = (uint8_t)(rsp->sum + byte);
    rsp->raw++;
    if (rsp->state == RSP_ESCAPE) {
        keep_byte(rsp, byte ^ ESCAPE_XOR);
        rsp->state = RSP_DATA;
    } else if (byte == '}') {
        rsp->state = RSP_ESCAPE;
    } else {
        keep_byte(rsp, byte);
    }
    return RSP_NOTHING;
}

static enum rsp_event push_sum(struct rsp *rsp, uint8_t byte)
{
    if (byte == '$')
        return restart_packet(rsp);
    int digit = hex_digit((char)byte);
    if (digit < 0) {
        rsp->malformed = true;
        digit = 0;
    }
    rsp->told = (uint8_t)(rsp->told << 4 | digit);
    if (rsp->state == RSP_SUM_HIGH) {
        rsp->state = RSP_SUM_LOW;
        return RSP_NOTHING;
    }
    rsp->state = RSP_OUTSIDE;
    rsp->data[rsp->len] = '\0';
    if (rsp->malformed || rsp->told != rsp->sum)
        return RSP_BAD_SUM;
    return rsp->raw > RSP_PACKET_MAX ? RSP_TOO_LONG : RSP_PACKET;
}

enum rsp_event rsp_push(struct rsp *rsp, uint8_t byte)
{
    switch (rsp->state) {
    case RSP_OUTSIDE:
        return push_outside(rsp, byte);
    case RSP_DATA:
    case RSP_ESCAPE:
        return push_data(rsp, byte);
    case RSP_SUM_HIGH:
    case RSP_SUM_LOW:
        return push_sum(rsp, byte);
    }
    return RSP_NOTHING;
}

// * too: a reader would take it for a run length.
static bool needs_escape(uint8_t byte)
{
    return byte == '$' || byte == '#' || byte == '}' || byte == '*';
}

static size_t put_byte(uint8_t *out, uint8_t byte)
{
    if (!needs_escape(byte)) {
        out[0] = byte;
        return 1;
    }
    out[0] = '}';
    out[1] = byte ^ ESCAPE_XOR;
    return 2;
}

// $, n bytes that are there already, # and the checksum.
static size_t close_frame(uint8_t *out, size_t n)
{
    static const char digit[] = "0123456789abcdef";
    uint8_t sum = 0;
    out[0] = '$';
    for (size_t i = 1; i <= n; i++)
        sum = (uint8_t)(sum + out[i]);
    out[n + 1] = '#';
    out[n + 2] = (uint8_t)digit[sum >> 4];
    out[n + 3] = (uint8_t)digit[sum & 0xf];
    return n + 4;
}

size_t rsp_frame(uint8_t *out, const uint8_t *data, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += put_byte(out + 1 + n, data[i]);
    return close_frame(out, n);
}

// How often the byte at the start is repeated behind it, as far as one count can tell. A count is a
// printable character, and none that means something in the framing.
static size_t count_repeats(const uint8_t *data, size_t len)
{
    size_t n = 0;
    while (n + 1 < len && n < REPEATS_MAX && data[n + 1] == data[0])
        n++;
    while (n >= REPEATS_MIN && needs_escape((uint8_t)(n + REPEATS_BIAS)))
        n--;
    return n;
}

size_t rsp_frame_short(uint8_t *out, const uint8_t *data, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        size_t repeats = needs_escape(data[i]) ? 0 : count_repeats(data + i, len - i);
        n += put_byte(out + 1 + n, data[i]);
        if (repeats < REPEATS_MIN)
            continue;
        out[1 + n++] = '*';
        out[1 + n++] = (uint8_t)(repeats + REPEATS_BIAS);
        i += repeats;
    }
    return close_frame(out, n);
}

const char *rsp_printable(char *text, size_t size, const uint8_t *data, size_t len)
{
    static const char more[] = "...";
    bool cut = len >= size;
    size_t n = cut ? size - sizeof more : len;
    for (size_t i = 0; i < n; i++)
        text[i] = data[i] >= ' ' && data[i] <= '~' ? (char)data[i] : '.';
    memcpy(text + n, cut ? more : "", cut ? sizeof more : 1);
    return text;
}
