// SPDX-License-Identifier: MIT
// Memory commands of the virtual ST-LINK. Blocks carry no status: it is latched for
// GETLASTRWSTATUS.
#include <string.h>

#include "base/bytes.h"
#include "sim/probe/stlink_internal.h"

#define USB_PACKET 64u
#define MISC_OUT   0x51 // scatter/gather, whose data is no block

static unsigned unit_of(uint8_t sub)
{
    if (sub == 0x0c || sub == 0x0d)
        return 1;
    return sub == 0x47 || sub == 0x48 ? 2 : 4;
}

static bool increments(uint8_t sub)
{
    return sub != 0x50 && sub != 0x54;
}

bool stlink_takes_port(const struct sim_stlink *s)
{
    return s->model.jtag >= (s->model.hardware >= 3 ? 2 : 32);
}

static size_t longest_block(const struct sim_stlink *s, unsigned unit)
{
    bool wide = s->model.high_speed && s->model.jtag >= 6;
    return unit > 1 ? SIM_STLINK_ROOM : wide ? 512 : 64;
}

// In the order in which the firmware looks: port, alignment, length.
static uint8_t check_request(struct sim_stlink *s, const uint8_t *c, size_t len, size_t limit)
{
    uint32_t addr = get_le32(&c[2]);
    unsigned unit = unit_of(c[1]);
    s->mute = len > limit;
    if (!stlink_accepts_target(s))
        return ST_NO_DEVICE;
    uint8_t refused = stlink_use_port(s, stlink_takes_port(s) ? c[8] : 0);
    if (refused != ST_OK)
        return refused;
    return addr % unit || len % unit ? ST_ALIGNMENT : ST_OK;
}

static void use_csw(struct sim_stlink *s, const uint8_t *c)
{
    s->swd.csw_high = stlink_takes_port(s) ? get_le32(&c[8]) & 0xffffff00u : 0;
}

static void latch(struct sim_stlink *s, enum sim_swd_result r, uint32_t fault)
{
    s->rw_status = stlink_status_of(&s->swd, r);
    s->rw_fault = r == SWD_OK ? 0 : fault;
    // Peers that never touch ABORT go on after a fault, so the firmware tidies up; it does not
    // after errors of the line, which need a new connection.
    if (r == SWD_FAULT)
        sim_swd_clear_sticky(&s->swd);
}

static void keep_left_over(struct sim_stlink *s, const uint8_t *block, size_t len)
{
    if (len >= 4)
        memcpy(s->block_left, &block[2], sizeof s->block_left);
}

void stlink_read_memory(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t addr = get_le32(&c[2]);
    size_t len = get_le16(&c[6]), at = 0;
    unsigned unit = unit_of(c[1]);
    s->rw_status = check_request(s, c, len, longest_block(s, unit));
    s->rw_fault = 0;
    if (s->mute)
        return;
    size_t room = len < SIM_STLINK_ROOM ? len : SIM_STLINK_ROOM;
    if (s->rw_status == ST_OK && room) {
        use_csw(s, c);
        enum sim_swd_result r =
            sim_swd_read_memory(&s->swd, unit, increments(c[1]), addr, s->reply, room, &at);
        s->swd.csw_high = 0;
        latch(s, r, addr + (uint32_t)at);
        keep_left_over(s, s->reply, room);
    }
    // All of len is always sent; a single byte comes with a companion that means nothing.
    s->reply_len = unit == 1 && len == 1 ? 2 : room;
}

// Words go on to the target as they come, however many there are: stlink's st-flash sends 32 KiB at
// once to an STM32F4, and works in the field. What a firmware does with as many halfwords, nobody
// tells.
void stlink_write_memory(struct sim_stlink *s, const uint8_t *c)
{
    size_t len = get_le16(&c[6]);
    unsigned unit = unit_of(c[1]);
    s->rw_status = check_request(s, c, len, unit == 4 ? sizeof s->out : longest_block(s, unit));
    s->rw_fault = 0;
    if (!s->mute)
        s->out_wanted = len;
}

// The data up to `end` goes to the target; what is behind a failure is only swallowed.
static void write_up_to(struct sim_stlink *s, size_t end)
{
    const uint8_t *c = s->command;
    uint32_t addr = get_le32(&c[2]) + (increments(c[1]) ? (uint32_t)s->out_done : 0);
    size_t at = 0;
    if (s->rw_status != ST_OK || end == s->out_done)
        return;
    use_csw(s, c);
    enum sim_swd_result r = sim_swd_write_memory(&s->swd, unit_of(c[1]), increments(c[1]), addr,
                                                 s->out + s->out_done, end - s->out_done, &at);
    s->swd.csw_high = 0;
    s->out_done = end;
    latch(s, r, addr + (uint32_t)at);
}

// Old firmware writes each USB packet when it comes; newer one what fits into its buffer.
void stlink_data_came(struct sim_stlink *s)
{
    size_t piece = s->swd.captured ? USB_PACKET : SIM_STLINK_ROOM;
    bool is_block = s->command[1] != MISC_OUT;
    if (is_block && s->out_got - s->out_done >= piece)
        write_up_to(s, s->out_got - s->out_got % piece);
}

void stlink_data_complete(struct sim_stlink *s)
{
    if (s->command[1] == MISC_OUT)
        stlink_misc_data(s);
    else {
        keep_left_over(s, s->out, s->out_got);
        write_up_to(s, s->out_got);
    }
}

void stlink_last_status(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    stlink_reply_status(s, s->rw_status, 2);
}

void stlink_last_status2(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    stlink_reply_status(s, s->rw_status, 12);
    put_le32(&s->reply[4], s->rw_fault);
}

uint8_t stlink_word(struct sim_stlink *s, bool write, uint32_t addr, uint32_t *value)
{
    uint8_t b[4];
    size_t at;
    put_le32(b, *value);
    enum sim_swd_result r = write ? sim_swd_write_memory(&s->swd, 4, true, addr, b, 4, &at)
                                  : sim_swd_read_memory(&s->swd, 4, true, addr, b, 4, &at);
    uint8_t status = stlink_status_of(&s->swd, r);
    if (r == SWD_FAULT)
        sim_swd_clear_sticky(&s->swd);
    *value = get_le32(b);
    return status;
}

static uint8_t word_access(struct sim_stlink *s, bool write, uint8_t port, uint32_t addr,
                           uint32_t *value)
{
    if (!stlink_accepts_target(s))
        return ST_NO_DEVICE;
    uint8_t refused = stlink_use_port(s, stlink_takes_port(s) ? port : 0);
    if (refused != ST_OK)
        return refused;
    if (addr % 4)
        return ST_ALIGNMENT;
    return stlink_word(s, write, addr, value);
}

// Bytes 2 and 3 of the reply are left over from the last block (7 of 11 such replies of a real
// V2J16 show what else than zeros; none shows anything else).
void stlink_read_debug_reg(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t value = 0;
    uint8_t status = word_access(s, false, c[6], get_le32(&c[2]), &value);
    stlink_reply_value(s, status, status == ST_OK ? value : 0);
    memcpy(&s->reply[2], s->block_left, sizeof s->block_left);
}

void stlink_write_debug_reg(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t value = get_le32(&c[6]);
    stlink_reply_status(s, word_access(s, true, c[10], get_le32(&c[2]), &value), 2);
}
