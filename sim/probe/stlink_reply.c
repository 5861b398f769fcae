// SPDX-License-Identifier: MIT
// What the commands of the debug class have in common.
#include "base/bytes.h"
#include "sim/probe/stlink_internal.h"

uint8_t stlink_status_of(const struct sim_swd_host *h, enum sim_swd_result r)
{
    switch (r) {
    case SWD_OK:
        return ST_OK;
    case SWD_WAIT:
        return h->last_was_ap ? ST_AP_WAIT : ST_DP_WAIT;
    case SWD_FAULT:
        return h->last_was_ap ? ST_AP_FAULT : ST_DP_FAULT;
    case SWD_PARITY:
        return h->last_was_ap ? ST_AP_PARITY : ST_DP_PARITY;
    default:
        return h->last_was_ap ? ST_AP_ERROR : ST_DP_ERROR;
    }
}

void stlink_reply_status(struct sim_stlink *s, uint8_t status, size_t len)
{
    s->reply[0] = status;
    s->reply_len = len;
}

void stlink_reply_value(struct sim_stlink *s, uint8_t status, uint32_t value)
{
    stlink_reply_status(s, status, 8);
    put_le32(&s->reply[4], value);
}

void stlink_enter(struct sim_stlink *s, const uint8_t *c)
{
    if (c[2] != 0xa3) { // a Cortex-M0 has no JTAG: the chain is silent
        stlink_reply_status(s, ST_GET_IDCODE, 2);
        return;
    }
    s->ap_open = s->ap_there = 0;
    s->target_known = s->refuses_target = false;
    bool found = sim_swd_connect(&s->swd, &s->dpidr);
    // Firmware of J14 to J23 was seen in debug mode with nothing connected, reading zeros.
    bool blind = s->model.hardware < 3 && s->model.jtag < 24;
    if (!found)
        s->dpidr = 0;
    s->enter_failed = !found;
    if (!found && !blind) {
        s->mode = MODE_MASS;
        sim_wires_release(s->wires);
    } else {
        s->mode = MODE_DEBUG;
    }
    stlink_reply_status(s, found || blind ? ST_OK : ST_GET_IDCODE, 2);
}
