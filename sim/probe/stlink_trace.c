// SPDX-License-Identifier: MIT
// Commands 40, 41 and 42 as captured of a ST-LINK/V2 J16. What happens when the host is too slow,
// or asks for more than the probe has, is a model after reports of people: the ring is written over
// from its beginning, the count goes on up to 64 KB, and then nothing comes any more until the
// trace is started again. A V2 keeps up with 2.25 Mbit/s and loses bytes above.
#include "base/bytes.h"
#include "sim/probe/stlink_internal.h"

#define PS_PER_S     1000000000000u
#define V2_CLOCK_HZ  72000000u  // of its USART
#define V3_CLOCK_HZ  192000000u // a model: published are the rates that can be asked for
#define V2_DIVIDER   16u        // at least
#define V3_DIVIDER   8u
#define V2_FASTEST   2250000u // bit/s
#define BITS_A_BYTE  10u
#define MOST_COUNTED 0xffffu

void sim_stlink_trace_reset(struct sim_stlink_trace *t)
{
    t->on = false;
    t->came = t->fetched = 0;
    t->offered = 0;
}

static uint64_t waiting(const struct sim_stlink_trace *t)
{
    uint64_t n = t->came - t->fetched;
    return n < MOST_COUNTED ? n : MOST_COUNTED;
}

static void received(void *arg, uint8_t byte, uint64_t at_ps)
{
    struct sim_stlink_trace *t = arg;
    bool lost = t->came && at_ps - t->last_ps < t->least_ps;
    if (lost || waiting(t) == MOST_COUNTED)
        return;
    t->last_ps = at_ps;
    t->ring[t->came++ % t->size] = byte;
}

void sim_stlink_trace_edge(struct sim_stlink_trace *t, uint64_t at_ps, bool level)
{
    if (t->on)
        sim_uart_rx_edge(&t->rx, at_ps, level);
}

void sim_stlink_trace_run(struct sim_stlink_trace *t, uint64_t until_ps)
{
    if (t->on)
        sim_uart_rx_run(&t->rx, until_ps);
}

size_t sim_stlink_trace_fetch(struct sim_stlink_trace *t, uint8_t *data, size_t cap)
{
    size_t n = t->offered < cap ? t->offered : cap;
    if (t->came - t->fetched >= MOST_COUNTED)
        return 0;
    for (size_t i = 0; i < n; i++)
        data[i] = t->ring[t->fetched++ % t->size];
    t->offered -= (uint32_t)n;
    return n;
}

// ---- commands -----------------------------------------------------------------------------------

static bool is_v3(const struct sim_stlink *s)
{
    return s->model.hardware >= 3;
}

// In whole dividers of the probe's clock, the nearest one.
static uint64_t bit_ps_of(const struct sim_stlink *s, uint32_t baud)
{
    uint32_t clock_hz = is_v3(s) ? V3_CLOCK_HZ : V2_CLOCK_HZ;
    uint32_t least = is_v3(s) ? V3_DIVIDER : V2_DIVIDER;
    uint64_t divider = ((uint64_t)clock_hz + baud / 2) / baud;
    return (divider > least ? divider : least) * PS_PER_S / clock_hz;
}

void stlink_start_trace(struct sim_stlink *s, const uint8_t *c)
{
    struct sim_stlink_trace *t = &s->trace;
    uint32_t size = get_le16(&c[2]), baud = get_le32(&c[4]);
    uint32_t most = is_v3(s) ? SIM_STLINK_TRACE_V3 : SIM_STLINK_TRACE_V2;
    if (!baud) {
        stlink_reply_status(s, ST_CMD_ERROR, 2);
        return;
    }
    sim_stlink_trace_reset(t);
    t->on = true;
    t->size = size && size < most ? size : most;
    t->least_ps = is_v3(s) ? 0 : BITS_A_BYTE * PS_PER_S / V2_FASTEST * 99 / 100;
    t->rx = (struct sim_uart_rx){.bit_ps = bit_ps_of(s, baud), .received = received, .arg = t};
    sim_uart_rx_start(&t->rx, sim_wires_swo_level(s->wires));
    stlink_reply_status(s, ST_OK, 2);
}

// What has come can still be fetched.
void stlink_stop_trace(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    s->trace.on = false;
    stlink_reply_status(s, ST_OK, 2);
}

// A count, and no status.
void stlink_count_trace(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    s->trace.offered = (uint32_t)waiting(&s->trace);
    put_le16(s->reply, (uint16_t)s->trace.offered);
    s->reply_len = 2;
}
