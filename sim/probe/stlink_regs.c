// SPDX-License-Identifier: MIT
// Core registers: the firmware goes through DCRSR and DCRDR (ARM DDI 0419, C1.6.4), as a debugger
// would.
#include "base/bytes.h"
#include "sim/probe/stlink_internal.h"

#define DHCSR 0xe000edf0u
#define DCRSR 0xe000edf4u
#define DCRDR 0xe000edf8u

#define ALL_REGS 21u

static enum sim_swd_result read32(struct sim_stlink *s, uint32_t addr, uint32_t *value)
{
    uint8_t b[4] = {0};
    size_t at;
    enum sim_swd_result r = sim_swd_read_memory(&s->swd, 4, true, addr, b, 4, &at);
    *value = get_le32(b);
    return r;
}

static enum sim_swd_result write32(struct sim_stlink *s, uint32_t addr, uint32_t value)
{
    uint8_t b[4];
    size_t at;
    put_le32(b, value);
    return sim_swd_write_memory(&s->swd, 4, true, addr, b, 4, &at);
}

// A running core never completes the transfer; the firmware does not say so, it hands over what
// stands in DCRDR.
static enum sim_swd_result read_reg(struct sim_stlink *s, unsigned regsel, uint32_t *value)
{
    enum sim_swd_result r = write32(s, DCRSR, regsel);
    return r == SWD_OK ? read32(s, DCRDR, value) : r;
}

void stlink_read_reg(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t value = 0;
    uint8_t status = stlink_status_of(&s->swd, read_reg(s, c[2], &value));
    stlink_reply_value(s, status, value);
}

void stlink_write_reg(struct sim_stlink *s, const uint8_t *c)
{
    enum sim_swd_result r = write32(s, DCRDR, get_le32(&c[3]));
    if (r == SWD_OK)
        r = write32(s, DCRSR, c[2] | 1u << 16);
    stlink_reply_status(s, stlink_status_of(&s->swd, r), 2);
}

// A real V2J17 reads REGSEL 0 to 20 in turn, 19 as well, which is no register.
void stlink_read_all_regs(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t value = 0;
    enum sim_swd_result r = SWD_OK;
    (void)c;
    for (unsigned i = 0; i < ALL_REGS && r == SWD_OK; i++) {
        r = read_reg(s, i, &value);
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
