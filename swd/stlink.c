// SPDX-License-Identifier: MIT
// A probe's modes, clock, voltage and NRST; DP, AP and core registers. Opening it is in
// stlink_open.c, memory blocks are in stlink_mem.c.
#include "swd/stlink.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "swd/stlink_command.h"
#include "swd/stlink_status.h"

void stlink_close(struct stlink *st)
{
    if (st->probe.in_debug && stlink_leave(st) != ERR_OK)
        log_line(st->probe.log, LOG_DEBUG, "could not leave debug mode while closing");
    usb_link_close(&st->link);
}

enum err stlink_get_mode(struct stlink *st, enum stlink_mode *mode)
{
    uint8_t r[2] = {UINT8_MAX};
    enum err e = ERR_OK;
    // One reply may be garbled.
    unsigned asked = 0;
    for (; asked < 2 && !e && r[0] > STLINK_MODE_BOOTLOADER; asked++) {
        struct usb_exchange x = {.command = {STLINK_GET_MODE},
                                 .in = r,
                                 .in_len = sizeof r,
                                 .timeout_ms = STLINK_TIMEOUT_MS};
        e = stlink_exchange(st, &x);
    }
    if (e != ERR_OK)
        return e;
    if (r[0] > STLINK_MODE_BOOTLOADER)
        return log_fail(st->probe.log, ERR_PROBE_PROTOCOL, "the ST-LINK names an unknown mode (%u)",
                        r[0]);
    st->garbled_replies += asked > 1;
    *mode = (enum stlink_mode)r[0];
    return ERR_OK;
}

enum err stlink_get_vtref(struct stlink *st, unsigned *mv)
{
    if (!stlink_has(st, 13, 0))
        return log_fail(st->probe.log, ERR_UNSUPPORTED,
                        "this ST-LINK's firmware cannot measure the target's voltage (V2J13 can)");
    uint8_t r[8];
    struct usb_exchange x = {.command = {STLINK_GET_VOLTAGE},
                             .in = r,
                             .in_len = sizeof r,
                             .timeout_ms = STLINK_TIMEOUT_MS};
    enum err e = stlink_exchange(st, &x);
    if (e != ERR_OK)
        return e;
    uint32_t reference = get_le32(r), half = get_le32(r + 4);
    if (reference == 0)
        return log_fail(st->probe.log, ERR_UNSUPPORTED,
                        "this ST-LINK's voltage measurement is broken");
    *mv = (unsigned)((uint64_t)half * 2400 / reference); // 2 * 1.2 V * half / reference
    return ERR_OK;
}

// SWD clocks of V2 and V2-1: divisor and nominal Hz, as OpenOCD and stlink have them.
static const struct {
    uint32_t hz;
    uint16_t divisor;
} v2_swclk[] = {
    {4000000, 0}, {1800000, 1}, {1200000, 2}, {950000, 3},  {480000, 7},  {240000, 15},
    {125000, 31}, {100000, 40}, {50000, 79},  {25000, 158}, {15000, 265}, {5000, 798},
};
#define V2_SWCLK_COUNT (sizeof v2_swclk / sizeof v2_swclk[0])

static enum err list_v3_swclk(struct stlink *st, struct stlink_swclk_list *list)
{
    uint8_t r[52];
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_GET_COM_FREQ);
    x.in = r;
    x.in_len = sizeof r;
    enum err e = stlink_do(st, &x, "asking for the SWD clocks");
    if (e != ERR_OK)
        return e;
    uint32_t count = get_le32(r + 8);
    if (count == 0 || count > 10)
        return log_fail(st->probe.log, ERR_PROBE_PROTOCOL, "the ST-LINK offers %u SWD clocks",
                        count);
    list->count = count;
    for (unsigned i = 0; i < count; i++)
        list->hz[i] = get_le32(r + 12 + 4 * i) * 1000;
    return ERR_OK;
}

enum err stlink_list_swclk(struct stlink *st, struct stlink_swclk_list *list)
{
    *list = (struct stlink_swclk_list){0};
    if (st->version.hardware >= 3)
        return list_v3_swclk(st, list);
    if (!stlink_has(st, 22, 0)) {
        // Fixed below V2J22: what a V2J17 has in the mean. ST names it 1.8 MHz.
        list->hz[list->count++] = 1190000;
        return ERR_OK;
    }
    for (unsigned i = 0; i < V2_SWCLK_COUNT; i++)
        list->hz[list->count++] = v2_swclk[i].hz;
    return ERR_OK;
}

static enum err set_v3_swclk(struct stlink *st, uint32_t hz)
{
    uint8_t r[8];
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_SET_COM_FREQ);
    put_le32(&x.command[4], hz / 1000);
    x.in = r;
    x.in_len = sizeof r;
    enum err e = stlink_do(st, &x, "setting the SWD clock");
    if (e == ERR_OK)
        st->probe.swclk_hz = get_le32(r + 4) * 1000;
    return e;
}

static enum err set_v2_swclk(struct stlink *st, unsigned index)
{
    uint8_t r[2];
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_SWD_SET_FREQ);
    put_le16(&x.command[2], v2_swclk[index].divisor);
    x.in = r;
    x.in_len = sizeof r;
    enum err e = stlink_do(st, &x, "setting the SWD clock");
    if (e == ERR_OK)
        st->probe.swclk_hz = v2_swclk[index].hz;
    return e;
}

enum err stlink_set_swclk(struct stlink *st, uint32_t hz)
{
    struct stlink_swclk_list list;
    enum err e = stlink_list_swclk(st, &list);
    if (e != ERR_OK)
        return e;
    unsigned chosen = 0;
    while (chosen + 1 < list.count && list.hz[chosen] > hz)
        chosen++;
    if (st->version.hardware >= 3)
        return set_v3_swclk(st, list.hz[chosen]);
    if (stlink_has(st, 22, 0))
        return set_v2_swclk(st, chosen);
    st->probe.swclk_hz = list.hz[0];
    return ERR_OK;
}

static enum err init_ap(struct stlink *st, unsigned ap)
{
    uint8_t r[2];
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_INIT_AP);
    x.command[2] = (uint8_t)ap;
    x.in = r;
    x.in_len = sizeof r;
    return stlink_do(st, &x, "opening the access port");
}

#define MAX_AP 8u // more are refused by every firmware

enum err stlink_check_ap(struct stlink *st, unsigned ap)
{
    if (ap == 0 || (ap <= MAX_AP && stlink_has(st, 32, 2)))
        return ERR_OK;
    return log_fail(st->probe.log, ERR_UNSUPPORTED,
                    "access port %u cannot be reached by this ST-LINK's firmware: V2J32 or "
                    "V3J2 can; update it with ST's STSW-LINK007",
                    ap);
}

enum err stlink_choose_ap(struct stlink *st, unsigned ap)
{
    if (ap == st->ap && (ap == 0 || st->other_aps >> ap & 1))
        return ERR_OK;
    enum err reached = stlink_check_ap(st, ap);
    if (reached)
        return reached;
    if (ap > 0 && !(st->other_aps >> ap & 1)) {
        enum err e = init_ap(st, ap);
        if (e)
            return e;
        st->other_aps |= 1u << ap;
    }
    st->ap = (uint8_t)ap;
    return ERR_OK;
}

static enum err open_ap(struct stlink *st)
{
    st->other_aps = 0;
    st->ap = 0;
    if (!stlink_has(st, 28, 0))
        return ERR_OK;
    enum err e = init_ap(st, 0);
    st->ap_open = e == ERR_OK;
    if (e == ERR_OK ||
        (st->probe.last_status != STLINK_ST_NO_DEVICE && st->probe.last_status != STLINK_ST_BAD_AP))
        return e;
    return log_fail(
        st->probe.log, ERR_NO_TARGET,
        "a chip answers on SWD, but this ST-LINK's firmware refuses chips that are not made by "
        "ST (status %02x)",
        st->probe.last_status);
}

static enum err require_debug_mode(struct stlink *st)
{
    enum stlink_mode mode;
    enum err e = stlink_get_mode(st, &mode);
    if (e == ERR_OK && mode != STLINK_MODE_DEBUG)
        e = log_fail(st->probe.log, ERR_NO_TARGET, "the ST-LINK did not enter SWD mode");
    return e;
}

// Outside of SWD mode the endpoint stalls; and it may, because something was lost on USB.
static enum err explain_stall(struct stlink *st, enum err e)
{
    const struct log_mark kept = log_keep(st->probe.log);
    const enum err mode = require_debug_mode(st);
    if (mode == ERR_NO_TARGET) {
        st->probe.in_debug = false;
        return mode;
    }
    log_restore(st->probe.log, &kept);
    return e;
}

enum err stlink_enter_swd(struct stlink *st)
{
    uint8_t r[2];
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_ENTER);
    x.command[2] = STLINK_ENTER_SWD;
    x.in = r;
    x.in_len = sizeof r;
    stlink_trace_give_up(st);
    st->probe.in_debug = false;
    enum err e = stlink_do(st, &x, "connecting through SWD");
    if (e != ERR_OK)
        return e;
    // Firmware that opens an access port shows by this that it has entered SWD mode.
    const bool opens = stlink_has(st, 28, 0);
    e = opens && st->probe.asks_little ? ERR_OK : require_debug_mode(st);
    st->probe.in_debug = e == ERR_OK;
    if (!opens || e)
        return e;
    e = open_ap(st);
    return e == ERR_PROBE_PROTOCOL && st->probe.asks_little ? explain_stall(st, e) : e;
}

enum err stlink_leave(struct stlink *st)
{
    stlink_trace_give_up(st);
    st->probe.in_debug = false;
    st->ap_open = false;
    st->other_aps = 0;
    st->ap = 0;
    return stlink_send(st, STLINK_DEBUG, STLINK_DEBUG_EXIT);
}

enum err stlink_drive_nrst(struct stlink *st, enum debug_probe_nrst level)
{
    uint8_t r[2];
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_DRIVE_NRST);
    x.command[2] = (uint8_t)level;
    x.in = r;
    x.in_len = sizeof r;
    return stlink_do(st, &x, "driving NRST");
}

// The IN endpoint stalls when a debug command comes outside of debug mode: never send one.
static enum err need_debug(struct stlink *st)
{
    if (st->probe.in_debug)
        return ERR_OK;
    return log_fail(st->probe.log, ERR_NO_TARGET, "there is no SWD connection to the target");
}

enum err stlink_read_dpidr(struct stlink *st, uint32_t *dpidr)
{
    enum err e = need_debug(st);
    if (e != ERR_OK)
        return e;
    uint8_t r[12];
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_READ_IDCODES);
    x.in = r;
    x.in_len = sizeof r;
    e = stlink_do(st, &x, "reading DPIDR");
    if (e == ERR_OK)
        *dpidr = get_le32(r + 4);
    return e;
}

static enum err need_dap_registers(struct stlink *st)
{
    if (stlink_has(st, 24, 0))
        return need_debug(st);
    return log_fail(st->probe.log, ERR_UNSUPPORTED, "this needs ST-LINK firmware V2J24 or newer");
}

// A command of 2 or 8 bytes of reply whose value, if any, stands at offset 4.
static enum err reg_command(struct stlink *st, struct usb_exchange *x, uint32_t *value,
                            const char *what)
{
    uint8_t r[8];
    enum err e = need_debug(st);
    if (e != ERR_OK)
        return e;
    x->in = r;
    x->in_len = value ? 8 : 2;
    e = stlink_do(st, x, what);
    if (e == ERR_OK && value)
        *value = get_le32(r + 4);
    return e;
}

enum err stlink_read_dap(struct stlink *st, uint16_t port, uint16_t addr, uint32_t *value)
{
    enum err e = need_dap_registers(st);
    if (e != ERR_OK)
        return e;
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_READ_DAP_REG);
    put_le16(&x.command[2], port);
    put_le16(&x.command[4], addr);
    return reg_command(st, &x, value, "reading a debug port register");
}

enum err stlink_write_dap(struct stlink *st, uint16_t port, uint16_t addr, uint32_t value)
{
    enum err e = need_dap_registers(st);
    if (e != ERR_OK)
        return e;
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_WRITE_DAP_REG);
    put_le16(&x.command[2], port);
    put_le16(&x.command[4], addr);
    put_le32(&x.command[6], value);
    return reg_command(st, &x, NULL, "writing a debug port register");
}

enum err stlink_read_core_reg(struct stlink *st, unsigned regsel, uint32_t *value)
{
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_READREG);
    x.command[2] = (uint8_t)regsel;
    return reg_command(st, &x, value, "reading a core register");
}

enum err stlink_write_core_reg(struct stlink *st, unsigned regsel, uint32_t value)
{
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_WRITEREG);
    x.command[2] = (uint8_t)regsel;
    put_le32(&x.command[3], value);
    return reg_command(st, &x, NULL, "writing a core register");
}

enum err stlink_read_core_regs(struct stlink *st, uint32_t regs[DEBUG_PROBE_CORE_REGS])
{
    enum err e = need_debug(st);
    if (e != ERR_OK)
        return e;
    uint8_t r[4 + 4 * DEBUG_PROBE_CORE_REGS];
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_READALLREGS);
    x.in = r;
    x.in_len = sizeof r;
    e = stlink_do(st, &x, "reading the core's registers");
    for (unsigned i = 0; e == ERR_OK && i < DEBUG_PROBE_CORE_REGS; i++)
        regs[i] = get_le32(r + 4 + 4 * i);
    return e;
}
