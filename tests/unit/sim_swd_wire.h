// SPDX-License-Identifier: MIT
// A host at the wires of the virtual chip's debug port, for the tests of sim/wire/: a dozen lines
// of its own that make packets of clock cycles.
#ifndef SWDLINK_TESTS_SIM_SWD_WIRE_H
#define SWDLINK_TESTS_SIM_SWD_WIRE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/families/chips.h"
#include "sim/wire/swdp.h"

enum { ACK_OK = 1, ACK_WAIT = 2, ACK_FAULT = 4, ACK_NONE = 7 };
enum {
    DPIDR = 0x0,
    ABORT = 0x0,
    CTRL_STAT = 0x4,
    DLCR = 0x4,
    SELECT = 0x8,
    RESEND = 0x8,
    RDBUFF = 0xc
};
enum { CSW = 0x00, TAR = 0x04, DRW = 0x0c, IDR = 0xfc };

#define CSYSPWRUPACK (1u << 31)
#define CSYSPWRUPREQ (1u << 30)
#define CDBGPWRUPACK (1u << 29)
#define CDBGPWRUPREQ (1u << 28)
#define POWER_UP     (CSYSPWRUPREQ | CDBGPWRUPREQ)
#define WDATAERR     (1u << 7)
#define READOK       (1u << 6)
#define STICKYERR    (1u << 5)
#define STICKYORUN   (1u << 1)
#define ORUNDETECT   (1u << 0)
#define RAM          0x20000000u
#define NOWHERE      0x60000000u

struct bench {
    struct sim_clock clock;
    struct sim_account account;
    struct sim_chip *chip;
    struct sim_memap ap;
    struct sim_swdp dp;
    struct log log;
    unsigned turnaround;
    unsigned idle; // cycles behind a packet
    bool bad_parity, data_after_refusal;
};

// ---- a host -------------------------------------------------------------------------------------

static inline bool cycle(struct bench *b, bool drive, bool level)
{
    bool target;
    bool driven = sim_swdp_drives(&b->dp, &target);
    assert_false(driven && drive); // nobody may drive against the other
    bool line = drive ? level : driven ? target : true;
    sim_swdp_cycle(&b->dp, line);
    b->clock.now_ns += 250; // 4 MHz
    return line;
}

static inline void send(struct bench *b, uint64_t bits, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        cycle(b, true, bits >> i & 1);
}

static inline uint64_t receive(struct bench *b, unsigned count)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < count; i++)
        v |= (uint64_t)cycle(b, false, true) << i;
    return v;
}

static inline void line_reset(struct bench *b)
{
    send(b, ~0ull, 50);
    send(b, 0, 2);
    b->turnaround = 1;
}

static inline uint8_t request(bool ap, bool read, unsigned addr)
{
    unsigned a2 = addr >> 2 & 1, a3 = addr >> 3 & 1, parity = ap ^ read ^ a2 ^ a3;
    return (uint8_t)(1 | ap << 1 | read << 2 | a2 << 3 | a3 << 4 | parity << 5 | 0 << 6 | 1 << 7);
}

static inline unsigned start(struct bench *b, uint8_t header)
{
    send(b, header, 8);
    receive(b, b->turnaround);
    return (unsigned)receive(b, 3);
}

static inline unsigned read(struct bench *b, bool ap, unsigned addr, uint32_t *value)
{
    unsigned ack = start(b, request(ap, true, addr));
    uint64_t data = 0;
    if (ack == ACK_OK || b->data_after_refusal)
        data = receive(b, 33);
    receive(b, b->turnaround);
    send(b, 0, b->idle);
    *value = (uint32_t)data;
    if (ack == ACK_OK)
        assert_int_equal(data >> 32, __builtin_parity(*value));
    return ack;
}

static inline unsigned write(struct bench *b, bool ap, unsigned addr, uint32_t value)
{
    unsigned ack = start(b, request(ap, false, addr));
    uint64_t parity = (unsigned)__builtin_parity(value) ^ b->bad_parity;
    receive(b, b->turnaround);
    if (ack == ACK_OK || b->data_after_refusal)
        send(b, value | parity << 32, 33);
    send(b, 0, b->idle);
    return ack;
}

static inline uint32_t read_ok(struct bench *b, bool ap, unsigned addr)
{
    uint32_t v = 0;
    assert_int_equal(read(b, ap, addr, &v), ACK_OK);
    return v;
}

static inline void write_ok(struct bench *b, bool ap, unsigned addr, uint32_t value)
{
    assert_int_equal(write(b, ap, addr, value), ACK_OK);
}

static inline uint32_t ctrl_stat(struct bench *b)
{
    return read_ok(b, false, CTRL_STAT);
}

// ---- a target -----------------------------------------------------------------------------------

static inline int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    b->log = log_silent();
    b->turnaround = 1;
    b->idle = 2;
    if (sim_chips_create(&b->chip, "stm32f031k6", &b->clock, &b->account, &b->log) != ERR_OK)
        return -1;
    b->ap = (struct sim_memap){.chip = b->chip, .clock = &b->clock};
    b->dp = (struct sim_swdp){.ap = &b->ap, .account = &b->account};
    sim_chip_set_power(b->chip, true);
    sim_chip_run(b->chip, 10000000);
    sim_swdp_power_on(&b->dp);
    *state = b;
    return 0;
}

static inline int tear_down(void **state)
{
    struct bench *b = *state;
    sim_chip_destroy(b->chip);
    sim_account_clear(&b->account);
    free(b);
    return 0;
}

static inline void connect(struct bench *b)
{
    line_reset(b);
    assert_int_equal(read_ok(b, false, DPIDR), sim_chip_identity(b->chip)->dpidr);
}

static inline void power_up(struct bench *b)
{
    connect(b);
    write_ok(b, false, CTRL_STAT, POWER_UP);
    assert_int_equal(ctrl_stat(b), CSYSPWRUPACK | CSYSPWRUPREQ | CDBGPWRUPACK | CDBGPWRUPREQ);
}

#endif
