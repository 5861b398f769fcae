// SPDX-License-Identifier: MIT
// Scatter and gather of single words (commands 51, 52, 53; V2J32): a list of small operations out,
// their results and a status for each back in.
#include <string.h>

#include "base/bytes.h"
#include "sim/probe/stlink_internal.h"

#define V2_ITEMS 64u

enum { OP_SET_WRITE_ADDR = 1, OP_WRITE = 2, OP_READ = 3, OP_SET_AP = 5 };

static unsigned max_items(const struct sim_stlink *s)
{
    return s->model.hardware >= 3 ? SIM_STLINK_MISC_ITEMS : V2_ITEMS;
}

static size_t opcode_bytes(unsigned items)
{
    return (items + 3u) & ~3u;
}

void stlink_misc_max(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    put_le16(s->reply, (uint16_t)max_items(s));
    s->reply_len = 2;
}

void stlink_misc_out(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t items = get_le32(&c[2]);
    s->misc_items = 0;
    s->mute = items > max_items(s);
    if (s->mute || items == 0)
        return;
    s->misc_items = items;
    s->out_wanted = opcode_bytes(items) + 4 * items;
}

static enum sim_swd_result word(struct sim_stlink *s, bool write, uint32_t addr, uint32_t *value)
{
    uint8_t b[4];
    size_t at;
    put_le32(b, *value);
    enum sim_swd_result r = write ? sim_swd_write_memory(&s->swd, 4, true, addr, b, 4, &at)
                                  : sim_swd_read_memory(&s->swd, 4, true, addr, b, 4, &at);
    *value = r == SWD_OK ? get_le32(b) : 0;
    return r;
}

void stlink_misc_data(struct sim_stlink *s)
{
    const uint8_t *ops = s->out, *payload = s->out + opcode_bytes(s->misc_items);
    uint32_t write_addr = 0;
    for (unsigned i = 0; i < s->misc_items; i++) {
        uint32_t value = get_le32(payload + 4 * i), result = 0;
        enum sim_swd_result r = SWD_OK;
        uint8_t status = ST_OK;
        if (ops[i] == OP_SET_WRITE_ADDR) {
            write_addr = value;
        } else if (ops[i] == OP_WRITE) {
            r = word(s, true, write_addr, &value);
        } else if (ops[i] == OP_READ) {
            r = word(s, false, value, &result);
        } else if (ops[i] == OP_SET_AP) {
            status = stlink_use_port(s, (uint8_t)value);
        } else {
            status = ST_CMD_ERROR;
        }
        if (r != SWD_OK)
            status = stlink_status_of(&s->swd, r);
        put_le32(&s->misc_result[4 * i], result);
        put_le32(&s->misc_result[4 * (s->misc_items + i)], status);
    }
}

void stlink_misc_in(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    memcpy(s->reply, s->misc_result, 8 * s->misc_items);
    s->reply_len = 8 * s->misc_items;
}
