// SPDX-License-Identifier: MIT
#include "swd/stlink_command.h"

#include <stdio.h>
#include <string.h>

#include "swd/dp.h"
#include "swd/stlink_status.h"

// A WAIT that reaches us was retried by the firmware already; what is slow by then is the target's
// bus, so pauses are long (1, 2, 4 … ms) and few.
#define WAIT_DEADLINE_US 1000000u
#define WAIT_PAUSE_US    1000u
#define TRACE_BYTES      16u

bool stlink_has(const struct stlink *st, unsigned v2_jtag, unsigned v3_jtag)
{
    return st->version.jtag >= (st->version.hardware >= 3 ? v3_jtag : v2_jtag);
}

struct usb_exchange stlink_debug_command(uint8_t sub)
{
    return (struct usb_exchange){.command = {STLINK_DEBUG, sub}, .timeout_ms = STLINK_TIMEOUT_MS};
}

// "usb f2 36 f0 ed 00 e0 -> 8: 80 00 00 00 03 00 03 00": the command without the zeros at its end,
// what went with it, and the beginning of the answer.
static void trace_exchange(struct stlink *st, const struct usb_exchange *x, enum err e)
{
    char command[3 * USB_LINK_COMMAND_SIZE + 1] = "", answer[3 * TRACE_BYTES + 1] = "";
    size_t len = USB_LINK_COMMAND_SIZE;
    if (st->probe.log->level < LOG_TRACE)
        return;
    while (len > 1 && !x->command[len - 1])
        len--;
    for (size_t i = 0; i < len; i++)
        snprintf(command + 3 * i, 4, " %02x", x->command[i]);
    for (size_t i = 0; i < x->in_got && i < TRACE_BYTES; i++)
        snprintf(answer + 3 * i, 4, " %02x", x->in[i]);
    if (e != ERR_OK)
        log_line(st->probe.log, LOG_TRACE, "usb%s -> %s", command, err_text(e));
    else if (x->out_len)
        log_line(st->probe.log, LOG_TRACE, "usb%s + %zu bytes", command, x->out_len);
    else
        log_line(st->probe.log, LOG_TRACE, "usb%s -> %zu:%s%s", command, x->in_got, answer,
                 x->in_got > TRACE_BYTES ? " ..." : "");
}

enum err stlink_exchange(struct stlink *st, struct usb_exchange *x)
{
    if (x->in_len)
        memset(x->in, 0, x->in_len); // whatever goes wrong, nothing stale is ever looked at
    if (st->probe.patience_ms && x->timeout_ms > st->probe.patience_ms)
        x->timeout_ms = st->probe.patience_ms;
    enum err e = usb_link_transfer(&st->link, x);
    trace_exchange(st, x, e);
    switch (e) {
    case ERR_OK:
        break;
    case ERR_TIMEOUT:
        return log_fail(
            st->probe.log, e,
            "the ST-LINK does not answer (command %02x %02x): unplug it and plug it in again",
            x->command[0], x->command[1]);
    case ERR_PROBE_LOST:
        return log_fail(st->probe.log, e, "the ST-LINK was unplugged: plug it in again");
    case ERR_PROBE_PROTOCOL:
        return log_fail(st->probe.log, e, "the ST-LINK refuses command %02x %02x (USB stall)",
                        x->command[0], x->command[1]);
    default:
        return log_fail(st->probe.log, e, "USB transfer to the ST-LINK failed (command %02x %02x)",
                        x->command[0], x->command[1]);
    }
    if (x->in_got < x->in_len)
        return log_fail(st->probe.log, ERR_PROBE_PROTOCOL,
                        "the ST-LINK sent %zu of %zu bytes in answer to command %02x %02x",
                        x->in_got, x->in_len, x->command[0], x->command[1]);
    return ERR_OK;
}

enum err stlink_check_status(struct stlink *st, uint8_t status, const char *what)
{
    st->probe.last_status = status;
    enum err e = stlink_status_err(status);
    if (e == ERR_OK)
        return ERR_OK;
    return log_fail(st->probe.log, e, "%s: %s (ST-LINK status %02x)", what,
                    stlink_status_text(status), status);
}

bool stlink_is_busy(const struct stlink *st, uint8_t status, bool waited)
{
    return stlink_status_is_wait(status) ||
           (waited && status == STLINK_ST_AP_FAULT && st->version.hardware >= 3);
}

enum err stlink_do(struct stlink *st, struct usb_exchange *x, const char *what)
{
    uint64_t deadline = usb_link_now_us(&st->link) + WAIT_DEADLINE_US;
    uint32_t pause = WAIT_PAUSE_US;
    bool waited = false;
    for (;;) {
        enum err e = stlink_exchange(st, x);
        if (e != ERR_OK)
            return e;
        uint8_t status = x->in[0];
        if (!stlink_is_busy(st, status, waited) || usb_link_now_us(&st->link) >= deadline)
            return stlink_check_status(st, status, what);
        waited = true;
        usb_link_sleep_us(&st->link, pause);
        pause *= 2;
    }
}

enum err stlink_send(struct stlink *st, uint8_t class, uint8_t sub)
{
    struct usb_exchange x = {.command = {class, sub}, .timeout_ms = STLINK_TIMEOUT_MS};
    return stlink_exchange(st, &x);
}
