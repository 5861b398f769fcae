// SPDX-License-Identifier: MIT
#include "sim/wire/swd_host.h"

// How often the firmware repeats a transfer that is answered with WAIT is not published ("more than
// four times"); the captures show two in a row at most, each repeated at once. Peers write
// halfwords into a busy F0 flash in bursts without ever seeing a WAIT, so it must cover a
// halfword's 60 µs at full clock; it does not cover an erase.
#define WAIT_RETRIES  100u
#define IDLE_CYCLES   2u // behind each packet of newer firmware: a model
#define ONES          53u
#define IDLE_AT_START 2u
#define JTAG_TO_SWD   0xe79eu // ARM IHI 0031, B5.2.1
#define SWD_TO_JTAG   0xe73cu
#define DP_ABORT      0x0u
#define DP_CTRL_STAT  0x4u
#define DP_SELECT     0x8u
#define DP_RDBUFF     0xcu
#define AP_CSW        0x00u
#define AP_BASE       0xf8u
#define AP_IDR        0xfcu
#define POWER_UP      0x50000000u
#define POWER_ACKS    0xa0000000u
#define STICKY        0xb2u // WDATAERR, STICKYERR, STICKYCMP, STICKYORUN

// SWCLK as V2J16 and V2J17 move it by software: the means of 11,000 packets, sampled at 8 MHz. A
// bit that is driven is high for 12 cycles of 72 MHz and low for 48; a bit that is read is high
// while the firmware looks at it, and longer if it is a one.
static const struct sim_wires_shape captured_shapes[WIRES_PACES] = {
    [WIRES_DRIVING] = {667, 167}, [WIRES_LISTENING] = {195, 520}, [WIRES_CLOCKING] = {394, 167}};

#define ONE_BIT_NS     83u
#define TO_TARGET_NS   673u // by which a turnaround is longer than a bit
#define BEFORE_DATA_NS 375u // of a read
#define TO_HOST_NS     424u
#define AFTER_READ_NS  508u
#define AFTER_DATA_NS  750u // from a packet to the next
#define AFTER_WAIT_NS  150u

static void stretch(struct sim_swd_host *h, uint32_t ns)
{
    h->wires->stretch_ns += h->captured ? ns : 0;
}

static void begin_packet(struct sim_swd_host *h)
{
    h->wires->swclk_hz = h->swclk_hz;
    h->wires->shapes = h->captured ? captured_shapes : NULL;
    h->packet_ns = h->wires->clock->now_ns;
    stretch(h, h->pause_ns);
    h->pause_ns = 0;
}

static void spend(struct sim_swd_host *h, unsigned cycles)
{
    uint64_t ns =
        h->captured ? h->wires->clock->ahead_ns : (uint64_t)cycles * 1000000000u / h->swclk_hz;
    h->account->swd_clocks += cycles;
    sim_wires_caught_up(h->wires);
    h->spend(h->arg, ns);
}

static void send_bits(struct sim_swd_host *h, uint64_t bits, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sim_wires_cycle(h->wires, true, bits >> i & 1);
}

static uint64_t receive_bits(struct sim_swd_host *h, unsigned count)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < count; i++) {
        bool one = sim_wires_cycle(h->wires, false, true);
        v |= (uint64_t)one << i;
        if (one && count > 1)
            stretch(h, ONE_BIT_NS);
    }
    return v;
}

static void turn_around(struct sim_swd_host *h, uint32_t longer_ns)
{
    stretch(h, longer_ns);
    receive_bits(h, 1);
}

static uint8_t make_request(bool ap, bool read, uint32_t addr)
{
    unsigned bits = (unsigned)ap | (unsigned)read << 1 | (addr >> 2 & 3) << 2;
    return (uint8_t)(0x81 | bits << 1 | (unsigned)__builtin_parity(bits) << 5);
}

static enum sim_swd_result receive_data(struct sim_swd_host *h, uint32_t *value)
{
    stretch(h, BEFORE_DATA_NS);
    uint64_t v = receive_bits(h, 33);
    *value = (uint32_t)v;
    turn_around(h, AFTER_READ_NS);
    return (v >> 32 & 1) == (unsigned)__builtin_parity(*value) ? SWD_OK : SWD_PARITY;
}

static void report_event(struct sim_swd_host *h, struct sim_swd_event event)
{
    event.begin_ns = h->packet_ns;
    event.end_ns = h->wires->clock->now_ns;
    event.idle = h->idle;
    h->idle = 0;
    if (h->watch)
        h->watch(h->watch_arg, &event);
}

// One packet: request, turnaround, acknowledge, data.
static enum sim_swd_result packet(struct sim_swd_host *h, bool ap, bool read, uint32_t addr,
                                  uint32_t *value)
{
    unsigned cycles = 13;
    h->account->swd_packets++;
    begin_packet(h);
    send_bits(h, make_request(ap, read, addr), 8);
    turn_around(h, TO_TARGET_NS);
    unsigned ack = (unsigned)receive_bits(h, 3);
    enum sim_swd_result result =
        ack == 1 || ack == 2 || ack == 4 ? (enum sim_swd_result)ack : SWD_SILENT;
    h->pause_ns = result == SWD_WAIT ? AFTER_WAIT_NS : AFTER_DATA_NS;
    if (result == SWD_OK && read) {
        result = receive_data(h, value);
        cycles += 33;
    } else {
        turn_around(h, TO_HOST_NS);
    }
    if (result == SWD_OK && !read) {
        send_bits(h, *value | (uint64_t)__builtin_parity(*value) << 32, 33);
        cycles += 33;
    }
    if (!h->captured)
        send_bits(h, 0, IDLE_CYCLES);
    spend(h, cycles + (h->captured ? 0 : IDLE_CYCLES));
    report_event(h, (struct sim_swd_event){.ap = ap,
                                           .read = read,
                                           .addr = (uint8_t)(addr & 0xc),
                                           .result = result,
                                           .data = *value});
    return result;
}

enum sim_swd_result sim_swd_transfer(struct sim_swd_host *h, bool ap, bool read, uint32_t addr,
                                     uint32_t *value)
{
    enum sim_swd_result r = SWD_WAIT;
    h->last_was_ap = ap;
    for (unsigned i = 0; i < WAIT_RETRIES && r == SWD_WAIT; i++)
        r = packet(h, ap, read, addr, value);
    return r;
}

static enum sim_swd_result select_bank(struct sim_swd_host *h, bool ap, uint32_t addr)
{
    // The port in bits 31:24 of SELECT. AP: bank in bits 7:4. DP: DPBANKSEL in bits 3:0.
    uint32_t select = ap ? addr & 0xf0 : (addr >> 4 & 15);
    select |= (uint32_t)h->port << 24;
    if (!ap && addr != DP_CTRL_STAT && addr < 0x10)
        return SWD_OK;
    // Old firmware knows nothing of banks of the DP, and reads CTRL/STAT with whatever is selected.
    if (!ap && h->captured)
        return SWD_OK;
    if (h->select_known && h->select == select)
        return SWD_OK;
    h->select = select;
    h->select_known = true;
    return sim_swd_transfer(h, false, false, DP_SELECT, &select);
}

void sim_swd_use_port(struct sim_swd_host *h, uint8_t port)
{
    if (port != h->port)
        h->csw_known = false; // each has its own
    h->port = port;
}

enum sim_swd_result sim_swd_select(struct sim_swd_host *h, uint32_t addr)
{
    return select_bank(h, true, addr);
}

// ---- sequences ---------------------------------------------------------------------------------

void sim_swd_idle(struct sim_swd_host *h, unsigned count)
{
    begin_packet(h);
    h->wires->only_clocks = true;
    send_bits(h, 0, count);
    h->wires->only_clocks = false;
    spend(h, count);
    h->idle += count;
}

static void line_reset(struct sim_swd_host *h)
{
    begin_packet(h);
    h->wires->only_clocks = true;
    send_bits(h, ~0ull, ONES);
    h->wires->only_clocks = false;
    spend(h, ONES);
    report_event(h, (struct sim_swd_event){.kind = SIM_SWD_LINE_RESET, .data = ONES});
}

// Line reset, a switch of the SWJ-DP, line reset.
static void switch_protocol(struct sim_swd_host *h, uint32_t sequence)
{
    line_reset(h);
    begin_packet(h);
    send_bits(h, sequence, 16);
    spend(h, 16);
    report_event(h, (struct sim_swd_event){.kind = SIM_SWD_SWITCH, .data = sequence});
    line_reset(h);
    sim_swd_idle(h, IDLE_AT_START);
    h->select_known = h->csw_known = false;
}

static bool powered_up(struct sim_swd_host *h)
{
    uint32_t ack = 0;
    for (unsigned i = 0; i < 100; i++)
        if (sim_swd_read(h, false, DP_CTRL_STAT, &ack) == SWD_OK &&
            (ack & POWER_ACKS) == POWER_ACKS)
            return true;
    return false;
}

// As captured: CTRL/STAT is read first, and no ABORT written. Whether that is so when a sticky flag
// stands there no capture shows; a model. What IDR and BASE are the firmware looks up and keeps.
static bool power_up_as_captured(struct sim_swd_host *h)
{
    uint32_t stat = 0, idr, base;
    if (sim_swd_read(h, false, DP_CTRL_STAT, &stat) != SWD_OK)
        return false;
    if (stat & STICKY)
        sim_swd_clear_sticky(h);
    if (sim_swd_write(h, false, DP_CTRL_STAT, POWER_UP) != SWD_OK || !powered_up(h))
        return false;
    if (select_bank(h, true, AP_IDR) == SWD_OK &&
        sim_swd_transfer(h, true, true, AP_IDR & 0xc, &idr) == SWD_OK &&
        sim_swd_transfer(h, true, true, AP_BASE & 0xc, &idr) == SWD_OK)
        (void)sim_swd_transfer(h, false, true, DP_RDBUFF, &base);
    return true;
}

bool sim_swd_connect(struct sim_swd_host *h, uint32_t *dpidr)
{
    switch_protocol(h, JTAG_TO_SWD);
    if (sim_swd_transfer(h, false, true, 0, dpidr) != SWD_OK || *dpidr == 0 || *dpidr == 0xffffffff)
        return false;
    if (h->captured)
        return power_up_as_captured(h);
    sim_swd_clear_sticky(h);
    return sim_swd_write(h, false, DP_CTRL_STAT, POWER_UP) == SWD_OK && powered_up(h);
}

// Newer firmware: not known, so nothing.
void sim_swd_disconnect(struct sim_swd_host *h)
{
    if (h->captured)
        switch_protocol(h, SWD_TO_JTAG);
}

void sim_swd_clear_sticky(struct sim_swd_host *h)
{
    uint32_t all = 0x1e;
    sim_swd_transfer(h, false, false, DP_ABORT, &all);
}

// ---- registers ---------------------------------------------------------------------------------

enum sim_swd_result sim_swd_read(struct sim_swd_host *h, bool ap, uint32_t addr, uint32_t *value)
{
    enum sim_swd_result r = select_bank(h, ap, addr);
    if (r == SWD_OK)
        r = sim_swd_transfer(h, ap, true, addr & 0xc, value);
    if (r == SWD_OK && ap)
        r = sim_swd_transfer(h, false, true, DP_RDBUFF, value);
    h->last_was_ap = ap;
    return r;
}

enum sim_swd_result sim_swd_write(struct sim_swd_host *h, bool ap, uint32_t addr, uint32_t value)
{
    if (!ap && (addr & 0xf) == DP_SELECT)
        h->select_known = false;
    if (ap && addr == AP_CSW)
        h->csw_known = false;
    enum sim_swd_result r = select_bank(h, ap, addr);
    if (r == SWD_OK)
        r = sim_swd_transfer(h, ap, false, addr & 0xc, &value);
    h->last_was_ap = ap;
    return r;
}
