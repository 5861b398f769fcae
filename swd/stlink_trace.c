// SPDX-License-Identifier: MIT
// Receiving SWO: what an ST-LINK has collected from the target's trace pin, as a UART. Facts: the
// transfers of a V2J16 with ST's own tool; OpenOCD, pyOCD and stlink for sizes and limits.
#include "base/bytes.h"
#include "swd/stlink_command.h"

// The first firmware that has it, of V2; all of a V3.
#define TRACE_J 13u

static const struct {
    struct debug_probe_trace limits;
    uint16_t buffer; // what the firmware is asked to collect in
} models[] = {
    // ST names 2 MHz; OpenOCD tried 2.25 MHz well and 4.5 MHz badly. In a larger buffer the V2
    // loses its place.
    {{.usual_baud = 2000000, .max_baud = 2250000}, .buffer = 4096},
    // ST's figure, which all take over. Nobody reports to have seen more than 16 MHz.
    {{.usual_baud = 2000000, .max_baud = 24000000}, .buffer = 8192},
};

static unsigned model_of(const struct stlink *st)
{
    return st->version.hardware >= 3;
}

enum err stlink_trace_limits(struct stlink *st, struct debug_probe_trace *limits)
{
    *limits = models[model_of(st)].limits;
    if (stlink_has(st, TRACE_J, 0))
        return ERR_OK;
    return log_fail(
        st->probe.log, ERR_UNSUPPORTED,
        "this ST-LINK's firmware, V%uJ%u, does not receive SWO: V2J%u is the first that "
        "does; update it with ST's tool",
        st->version.hardware, st->version.jtag, TRACE_J);
}

static enum err do_trace_command(struct stlink *st, struct usb_exchange *x, const char *what)
{
    uint8_t r[2];
    x->in = r;
    x->in_len = sizeof r;
    return stlink_do(st, x, what);
}

enum err stlink_trace_stop(struct stlink *st)
{
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_STOP_TRACE);
    if (!st->tracing)
        return ERR_OK;
    st->tracing = false;
    return do_trace_command(st, &x, "ending the reception of SWO");
}

void stlink_trace_give_up(struct stlink *st)
{
    const struct log_mark kept = log_keep(st->probe.log);
    if (stlink_trace_stop(st))
        log_line(st->probe.log, LOG_DEBUG, "SWO could not be ended in the probe");
    log_restore(st->probe.log, &kept);
}

enum err stlink_trace_start(struct stlink *st, uint32_t baud)
{
    struct debug_probe_trace limits;
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_START_TRACE);
    enum err e = stlink_trace_limits(st, &limits);
    if (!e && baud > limits.max_baud)
        return log_fail(st->probe.log, ERR_UNSUPPORTED,
                        "this ST-LINK receives SWO with at most %u baud, not with %u",
                        limits.max_baud, baud);
    if (!e)
        e = stlink_trace_stop(st);
    if (e)
        return e;
    put_le16(&x.command[2], models[model_of(st)].buffer);
    put_le32(&x.command[4], baud);
    e = do_trace_command(st, &x, "beginning to receive SWO");
    st->tracing = !e;
    st->trace_baud = baud;
    return e;
}

// A firmware that has lost its place tells of more than it can hold, and does not recover by
// itself: whatever it has is given up.
static enum err begin_again(struct stlink *st, struct debug_probe_trace_read *r)
{
    r->overrun = true;
    log_line(st->probe.log, LOG_DEBUG, "the ST-LINK's trace buffer was overrun; it starts afresh");
    return stlink_trace_start(st, st->trace_baud);
}

enum err stlink_trace_read(struct stlink *st, struct debug_probe_trace_read *r)
{
    uint8_t count[2];
    const size_t buffer = models[model_of(st)].buffer;
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_GET_TRACE_NB);
    x.in = count;
    x.in_len = sizeof count;
    r->len = 0;
    r->overrun = false;
    if (!st->tracing)
        return ERR_OK;
    enum err e = stlink_exchange(st, &x);
    const size_t waiting = get_le16(count);
    if (e || waiting == 0)
        return e;
    if (waiting > buffer || waiting > r->room)
        return begin_again(st, r);
    struct usb_trace_read read = {
        .in = r->data, .in_len = waiting, .timeout_ms = STLINK_TIMEOUT_MS};
    e = usb_link_read_trace(&st->link, &read);
    r->len = read.in_got;
    if (e == ERR_PROBE_LOST)
        return log_fail(st->probe.log, e, "the ST-LINK was unplugged: plug it in again");
    if (e)
        return log_fail(st->probe.log, e,
                        "the ST-LINK has %zu bytes of SWO and does not give them (%s)", waiting,
                        err_text(e));
    // A full buffer has probably run over, and says so in no other way.
    return waiting == buffer ? begin_again(st, r) : ERR_OK;
}
