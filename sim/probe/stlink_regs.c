// SPDX-License-Identifier: MIT
// The commands for core registers.
#include "base/bytes.h"
#include "sim/probe/stlink_internal.h"

#define ALL_REGS 21u

void stlink_read_reg(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t value = 0;
    uint8_t status = stlink_use_port(s, stlink_takes_port(s) ? c[3] : 0);
    if (status == ST_OK)
        status = stlink_status_of(&s->swd, sim_swd_read_reg(&s->swd, c[2], &value));
    stlink_reply_value(s, status, value);
}

// Old firmware reads the register back (on the wires, a PC with bit 0 set comes back without it).
// That it then says 0D no capture shows; OpenOCD and Black Magic take that for success.
void stlink_write_reg(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t value = get_le32(&c[3]), back = value;
    uint8_t status = stlink_use_port(s, stlink_takes_port(s) ? c[7] : 0);
    if (status == ST_OK)
        status = stlink_status_of(&s->swd, sim_swd_write_reg(&s->swd, c[2], value, &back));
    stlink_reply_status(s, status == ST_OK && back != value ? ST_VERIFY : status, 2);
}

// A real V2J17 reads REGSEL 0 to 20 in turn, 19 as well, which is no register.
void stlink_read_all_regs(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t value = 0;
    enum sim_swd_result r = SWD_OK;
    uint8_t refused = stlink_use_port(s, stlink_takes_port(s) ? c[2] : 0);
    if (refused != ST_OK) {
        stlink_reply_status(s, refused, 88);
        return;
    }
    for (unsigned i = 0; i < ALL_REGS && r == SWD_OK; i++) {
        r = sim_swd_read_reg(&s->swd, i, &value);
        put_le32(&s->reply[4 + 4 * i], value);
    }
    stlink_reply_status(s, stlink_status_of(&s->swd, r), 88);
}

// The old command for DPIDR: four bytes and no status.
void stlink_read_core_id(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    put_le32(s->reply, s->dpidr);
    s->reply_len = 4;
}
