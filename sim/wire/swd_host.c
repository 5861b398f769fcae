// SPDX-License-Identifier: MIT
#include "sim/wire/swd_host.h"

// How often the firmware repeats a transfer that is answered with WAIT is not published ("more than
// four times"). Peers write halfwords into a busy F0 flash in bursts without ever seeing a WAIT, so
// it must cover a halfword's 60 µs at full clock; it does not cover an erase.
#define WAIT_RETRIES 100u
#define IDLE_CYCLES  2u
#define CSW_BASE     0x23000000u // privileged data access, debugger as master
#define DP_ABORT     0x0u
#define DP_CTRL_STAT 0x4u
#define DP_SELECT    0x8u
#define DP_RDBUFF    0xcu
#define AP_CSW       0x00u
#define AP_TAR       0x04u
#define AP_DRW       0x0cu

static void spend(struct sim_swd_host *h, unsigned cycles)
{
    h->account->swd_clocks += cycles;
    sim_wires_caught_up(h->wires);
    h->spend(h->arg, (uint64_t)cycles * 1000000000u / h->swclk_hz);
}

static void send_bits(struct sim_swd_host *h, uint64_t bits, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sim_wires_cycle(h->wires, true, bits >> i & 1);
}

static uint64_t receive_bits(struct sim_swd_host *h, unsigned count)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < count; i++)
        v |= (uint64_t)sim_wires_cycle(h->wires, false, true) << i;
    return v;
}

static uint8_t make_request(bool ap, bool read, uint32_t addr)
{
    unsigned bits = (unsigned)ap | (unsigned)read << 1 | (addr >> 2 & 3) << 2;
    return (uint8_t)(0x81 | bits << 1 | (unsigned)__builtin_parity(bits) << 5);
}

// One packet: request, turnaround, acknowledge, data, idle.
static enum sim_swd_result packet(struct sim_swd_host *h, bool ap, bool read, uint32_t addr,
                                  uint32_t *value)
{
    h->account->swd_packets++;
    h->wires->swclk_hz = h->swclk_hz;
    send_bits(h, make_request(ap, read, addr), 8);
    receive_bits(h, 1);
    unsigned ack = (unsigned)receive_bits(h, 3), cycles = 12;
    enum sim_swd_result result =
        ack == 1 || ack == 2 || ack == 4 ? (enum sim_swd_result)ack : SWD_SILENT;
    if (result == SWD_OK && read) {
        uint64_t v = receive_bits(h, 33);
        *value = (uint32_t)v;
        if ((v >> 32 & 1) != (unsigned)__builtin_parity(*value))
            result = SWD_PARITY;
        receive_bits(h, 1);
        cycles += 34;
    } else if (result == SWD_OK) {
        receive_bits(h, 1);
        send_bits(h, *value | (uint64_t)__builtin_parity(*value) << 32, 33);
        cycles += 34;
    } else {
        receive_bits(h, 1);
        cycles += 1;
    }
    send_bits(h, 0, IDLE_CYCLES);
    spend(h, cycles + IDLE_CYCLES);
    return result;
}

static enum sim_swd_result transfer(struct sim_swd_host *h, bool ap, bool read, uint32_t addr,
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
    // AP: bank in bits 7:4 of SELECT. DP: DPBANKSEL in bits 3:0.
    uint32_t select = ap ? addr & 0xf0 : (addr >> 4 & 15);
    if (!ap && addr != DP_CTRL_STAT && addr < 0x10)
        return SWD_OK;
    if (h->select_known && h->select == select)
        return SWD_OK;
    h->select = select;
    h->select_known = true;
    return transfer(h, false, false, DP_SELECT, &select);
}

static void line_reset(struct sim_swd_host *h)
{
    h->wires->swclk_hz = h->swclk_hz;
    send_bits(h, ~0ull, 56);
    spend(h, 56);
}

bool sim_swd_connect(struct sim_swd_host *h, uint32_t *dpidr)
{
    line_reset(h);
    send_bits(h, 0xe79e, 16); // JTAG to SWD (B5.2.1)
    line_reset(h);
    send_bits(h, 0, 8);
    spend(h, 24);
    h->select_known = h->csw_known = false;
    if (transfer(h, false, true, 0, dpidr) != SWD_OK || *dpidr == 0 || *dpidr == 0xffffffff)
        return false;
    sim_swd_clear_sticky(h);
    uint32_t power = 0x50000000, ack = 0;
    if (sim_swd_write(h, false, DP_CTRL_STAT, power) != SWD_OK)
        return false;
    for (unsigned i = 0; i < 100; i++)
        if (sim_swd_read(h, false, DP_CTRL_STAT, &ack) == SWD_OK &&
            (ack & 0xa0000000) == 0xa0000000)
            return true;
    return false;
}

void sim_swd_clear_sticky(struct sim_swd_host *h)
{
    uint32_t all = 0x1e;
    transfer(h, false, false, DP_ABORT, &all);
}

enum sim_swd_result sim_swd_read(struct sim_swd_host *h, bool ap, uint32_t addr, uint32_t *value)
{
    enum sim_swd_result r = select_bank(h, ap, addr);
    if (r == SWD_OK)
        r = transfer(h, ap, true, addr & 0xc, value);
    if (r == SWD_OK && ap)
        r = transfer(h, false, true, DP_RDBUFF, value);
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
        r = transfer(h, ap, false, addr & 0xc, &value);
    h->last_was_ap = ap;
    return r;
}

// ---- memory -------------------------------------------------------------------------------------

static enum sim_swd_result set_csw(struct sim_swd_host *h, unsigned unit, bool increment)
{
    uint32_t csw = (h->csw_high ? h->csw_high : CSW_BASE) |
                   (unit == 4   ? 2u
                    : unit == 2 ? 1u
                                : 0) |
                   (increment ? 0x10u : 0);
    if (h->csw_known && h->csw == csw)
        return SWD_OK;
    enum sim_swd_result r = sim_swd_write(h, true, AP_CSW, csw);
    h->csw = csw;
    h->csw_known = r == SWD_OK;
    return r;
}

static enum sim_swd_result start(struct sim_swd_host *h, unsigned unit, bool increment,
                                 uint32_t addr)
{
    enum sim_swd_result r = set_csw(h, unit, increment);
    return r == SWD_OK ? sim_swd_write(h, true, AP_TAR, addr) : r;
}

static void unpack(uint8_t *p, unsigned unit, uint32_t addr, uint32_t word)
{
    word >>= 8 * (addr & 3);
    for (unsigned i = 0; i < unit; i++)
        p[i] = (uint8_t)(word >> 8 * i);
}

static uint32_t pack(const uint8_t *p, unsigned unit, uint32_t addr)
{
    uint32_t word = 0;
    for (unsigned i = 0; i < unit; i++)
        word |= (uint32_t)p[i] << 8 * i;
    return word << 8 * (addr & 3);
}

// A stretch within one KiB: reads are posted, so each packet brings the data of the one before.
static enum sim_swd_result read_stretch(struct sim_swd_host *h, unsigned unit, bool increment,
                                        uint32_t addr, uint8_t *data, size_t len, size_t *at)
{
    uint32_t word;
    enum sim_swd_result r = start(h, unit, increment, addr);
    if (r == SWD_OK)
        r = transfer(h, true, true, AP_DRW, &word);
    for (*at = 0; r == SWD_OK && *at < len; *at += unit) {
        bool last = *at + unit >= len;
        r = transfer(h, !last, true, last ? DP_RDBUFF : AP_DRW, &word);
        h->last_was_ap = true;
        if (r != SWD_OK)
            return r;
        unpack(data + *at, unit, increment ? addr + (uint32_t)*at : addr, word);
    }
    return r;
}

static enum sim_swd_result write_stretch(struct sim_swd_host *h, unsigned unit, bool increment,
                                         uint32_t addr, const uint8_t *data, size_t len, size_t *at)
{
    uint32_t word;
    enum sim_swd_result r = start(h, unit, increment, addr);
    for (*at = 0; r == SWD_OK && *at < len; *at += unit) {
        word = pack(data + *at, unit, increment ? addr + (uint32_t)*at : addr);
        r = transfer(h, true, false, AP_DRW, &word);
        if (r != SWD_OK)
            return r;
    }
    if (r == SWD_OK) { // a write is posted: only now is it known to have worked
        r = transfer(h, false, true, DP_RDBUFF, &word);
        h->last_was_ap = true;
    }
    return r;
}

static size_t stretch_of(uint32_t addr, size_t left, bool increment)
{
    size_t to_boundary = 1024 - addr % 1024; // TAR wraps there
    return increment && left > to_boundary ? to_boundary : left;
}

enum sim_swd_result sim_swd_read_memory(struct sim_swd_host *h, unsigned unit, bool increment,
                                        uint32_t addr, uint8_t *data, size_t len, size_t *at)
{
    enum sim_swd_result r = SWD_OK;
    size_t done = 0, part = 0;
    while (r == SWD_OK && done < len) {
        uint32_t here = increment ? addr + (uint32_t)done : addr;
        r = read_stretch(h, unit, increment, here, data + done,
                         stretch_of(here, len - done, increment), &part);
        done += part;
    }
    *at = done;
    return r;
}

enum sim_swd_result sim_swd_write_memory(struct sim_swd_host *h, unsigned unit, bool increment,
                                         uint32_t addr, const uint8_t *data, size_t len, size_t *at)
{
    enum sim_swd_result r = SWD_OK;
    size_t done = 0, part = 0;
    while (r == SWD_OK && done < len) {
        uint32_t here = increment ? addr + (uint32_t)done : addr;
        r = write_stretch(h, unit, increment, here, data + done,
                          stretch_of(here, len - done, increment), &part);
        done += part;
    }
    *at = done;
    return r;
}
