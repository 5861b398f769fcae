// SPDX-License-Identifier: MIT
// The commands of API version 1 that a V2 knows as well: a log of a V2J17S4 shows them at work
// (gnuk-users, February 2015). Until when is not known; here as long as the firmware of the
// captures. Their replies carry no status.
#include "base/bytes.h"
#include "sim/probe/stlink_internal.h"

#define DHCSR        0xe000edf0u
#define DHCSR_HALT   0xa05f0003u
#define DHCSR_RUN    0xa05f0001u
#define DHCSR_S_HALT (1u << 17)

enum { V1_RUNNING = 0x80, V1_HALTED = 0x81 };

void stlink_v1_status(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t dhcsr = 0;
    (void)c;
    (void)stlink_word(s, false, DHCSR, &dhcsr);
    stlink_reply_status(s, dhcsr & DHCSR_S_HALT ? V1_HALTED : V1_RUNNING, 2);
}

static void write_dhcsr(struct sim_stlink *s, uint32_t value)
{
    (void)stlink_word(s, true, DHCSR, &value);
    stlink_reply_status(s, ST_OK, 2);
}

void stlink_v1_halt(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    write_dhcsr(s, DHCSR_HALT);
}

void stlink_v1_run(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    write_dhcsr(s, DHCSR_RUN);
}

// The value stands at the reply's beginning.
void stlink_v1_read_reg(struct sim_stlink *s, const uint8_t *c)
{
    stlink_read_reg(s, c);
    put_le32(s->reply, get_le32(&s->reply[4]));
    s->reply_len = 4;
}

void stlink_v1_write_reg(struct sim_stlink *s, const uint8_t *c)
{
    stlink_write_reg(s, c);
    stlink_reply_status(s, ST_OK, 2);
}

void stlink_v1_enter(struct sim_stlink *s, const uint8_t *c)
{
    stlink_enter(s, c);
    s->reply_len = 0;
}
