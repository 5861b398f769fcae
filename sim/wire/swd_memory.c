// SPDX-License-Identifier: MIT
// Memory and core registers by transfers of the SWD host, in the two ways that swd_host.h names: as
// captured of V2J16 and V2J17, and with TAR's auto-increment, which fits the throughput that is
// published of newer firmware.
#include "sim/wire/swd_host.h"

#define CSW_BASE      0x23000000u // privileged data access, debugger as master
#define CSW_INCREMENT 0x10u
#define DP_CTRL_STAT  0x4u
#define DP_RDBUFF     0xcu
#define AP_CSW        0x00u
#define AP_TAR        0x04u
#define AP_DRW        0x0cu
#define AP_BD(n)      (0x10u + 4 * (n)) // banked data: the words of TAR's 16 bytes
#define STICKY_ERRORS 0xa0u             // WDATAERR, STICKYERR
#define ROUND         16u
#define USB_PACKET    64u
#define CHECK_IDLE    2u
#define BYTE_NS       4600u       // by which the way to the next byte is longer
#define DHCSR         0xe000edf0u // of whose 16 bytes BD1 is DCRSR, and BD2 DCRDR
#define DCRSR         0xe000edf4u
#define DCRDR         0xe000edf8u
#define REGWNR        (1u << 16)

static enum sim_swd_result set_csw(struct sim_swd_host *h, unsigned unit, bool increment)
{
    uint32_t size = unit == 4 ? 2 : unit == 2 ? 1 : 0;
    uint32_t csw = (h->csw_high ? h->csw_high : CSW_BASE) | size | (increment ? CSW_INCREMENT : 0);
    if (h->csw_known && h->csw == csw)
        return SWD_OK;
    enum sim_swd_result r = sim_swd_write(h, true, AP_CSW, csw);
    h->csw = csw;
    h->csw_known = r == SWD_OK;
    return r;
}

static enum sim_swd_result set_address(struct sim_swd_host *h, unsigned unit, bool increment,
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

// ---- as captured -------------------------------------------------------------------------------

static enum sim_swd_result read_unit(struct sim_swd_host *h, unsigned unit, uint32_t addr,
                                     uint8_t *p)
{
    uint32_t word = 0;
    enum sim_swd_result r = set_address(h, unit, false, addr);
    if (r == SWD_OK)
        r = sim_swd_read(h, true, AP_DRW, &word);
    if (r == SWD_OK)
        unpack(p, unit, addr, word);
    if (unit == 1)
        h->pause_ns += BYTE_NS;
    return r;
}

// What became of a write the firmware asks CTRL/STAT for, after two clocks of idling.
static enum sim_swd_result check_write(struct sim_swd_host *h)
{
    uint32_t stat = 0;
    sim_swd_idle(h, CHECK_IDLE);
    enum sim_swd_result r = sim_swd_transfer(h, false, true, DP_CTRL_STAT, &stat);
    h->last_was_ap = true;
    return r == SWD_OK && stat & STICKY_ERRORS ? SWD_FAULT : r;
}

static enum sim_swd_result write_unit(struct sim_swd_host *h, unsigned unit, uint32_t addr,
                                      const uint8_t *p)
{
    enum sim_swd_result r = set_address(h, unit, false, addr);
    if (r == SWD_OK)
        r = sim_swd_write(h, true, AP_DRW, pack(p, unit, addr));
    return r == SWD_OK ? check_write(h) : r;
}

// Sixteen aligned bytes through BD0 to BD3. Reads are posted.
static enum sim_swd_result read_round(struct sim_swd_host *h, uint32_t addr, uint8_t *p)
{
    uint32_t word[5] = {0};
    enum sim_swd_result r = set_address(h, 4, false, addr);
    if (r == SWD_OK)
        r = sim_swd_select(h, AP_BD(0));
    for (unsigned i = 0; i < 4 && r == SWD_OK; i++)
        r = sim_swd_transfer(h, true, true, AP_BD(i) & 0xc, &word[i]);
    if (r == SWD_OK)
        r = sim_swd_transfer(h, false, true, DP_RDBUFF, &word[4]);
    h->last_was_ap = true;
    for (unsigned i = 0; i < 4 && r == SWD_OK; i++)
        unpack(p + 4 * i, 4, 0, word[i + 1]);
    return r;
}

// Nobody asks what became of it.
static enum sim_swd_result write_round(struct sim_swd_host *h, uint32_t addr, const uint8_t *p)
{
    enum sim_swd_result r = set_address(h, 4, false, addr);
    for (unsigned i = 0; i < 4 && r == SWD_OK; i++)
        r = sim_swd_write(h, true, AP_BD(i), pack(p + 4 * i, 4, 0));
    return r;
}

static bool is_round(unsigned unit, uint32_t addr, size_t left)
{
    return unit == 4 && addr % ROUND == 0 && left >= ROUND;
}

static enum sim_swd_result read_captured(struct sim_swd_host *h, unsigned unit, uint32_t addr,
                                         uint8_t *data, size_t len, size_t *at)
{
    enum sim_swd_result r = SWD_OK;
    for (*at = 0; *at < len;) {
        uint32_t here = addr + (uint32_t)*at;
        bool round = is_round(unit, here, len - *at);
        r = round ? read_round(h, here, data + *at) : read_unit(h, unit, here, data + *at);
        if (r != SWD_OK)
            return r;
        *at += round ? ROUND : unit;
    }
    return r;
}

// Of one USB packet. The rounds end in two clocks of idling.
static enum sim_swd_result write_packet(struct sim_swd_host *h, unsigned unit, uint32_t addr,
                                        const uint8_t *data, size_t len, size_t *at)
{
    enum sim_swd_result r = SWD_OK;
    bool in_rounds = false;
    for (*at = 0; *at < len && r == SWD_OK;) {
        uint32_t here = addr + (uint32_t)*at;
        bool round = is_round(unit, here, len - *at);
        if (in_rounds && !round)
            sim_swd_idle(h, CHECK_IDLE);
        r = round ? write_round(h, here, data + *at) : write_unit(h, unit, here, data + *at);
        in_rounds = round;
        if (r == SWD_OK)
            *at += round ? ROUND : unit;
    }
    if (in_rounds && r == SWD_OK)
        sim_swd_idle(h, CHECK_IDLE);
    return r;
}

static enum sim_swd_result write_captured(struct sim_swd_host *h, unsigned unit, uint32_t addr,
                                          const uint8_t *data, size_t len, size_t *at)
{
    enum sim_swd_result r = SWD_OK;
    size_t done = 0, part = 0;
    for (; done < len && r == SWD_OK; done += part) {
        size_t here = len - done < USB_PACKET ? len - done : USB_PACKET;
        r = write_packet(h, unit, addr + (uint32_t)done, data + done, here, &part);
    }
    *at = done;
    return r;
}

// ---- with auto-increment -----------------------------------------------------------------------

// A stretch within one KiB: reads are posted, so each packet brings the data of the one before.
static enum sim_swd_result read_stretch(struct sim_swd_host *h, unsigned unit, bool increment,
                                        uint32_t addr, uint8_t *data, size_t len, size_t *at)
{
    uint32_t word;
    enum sim_swd_result r = set_address(h, unit, increment, addr);
    if (r == SWD_OK)
        r = sim_swd_transfer(h, true, true, AP_DRW, &word);
    for (*at = 0; r == SWD_OK && *at < len; *at += unit) {
        bool last = *at + unit >= len;
        r = sim_swd_transfer(h, !last, true, last ? DP_RDBUFF : AP_DRW, &word);
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
    enum sim_swd_result r = set_address(h, unit, increment, addr);
    for (*at = 0; r == SWD_OK && *at < len; *at += unit) {
        word = pack(data + *at, unit, increment ? addr + (uint32_t)*at : addr);
        r = sim_swd_transfer(h, true, false, AP_DRW, &word);
        if (r != SWD_OK)
            return r;
    }
    if (r == SWD_OK) { // a write is posted: only now is it known to have worked
        r = sim_swd_transfer(h, false, true, DP_RDBUFF, &word);
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
    if (h->captured)
        return read_captured(h, unit, addr, data, len, at);
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
    if (h->captured)
        return write_captured(h, unit, addr, data, len, at);
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

// ---- core registers ----------------------------------------------------------------------------

static enum sim_swd_result word(struct sim_swd_host *h, bool write, uint32_t addr, uint32_t *value)
{
    uint8_t b[4];
    size_t at;
    for (unsigned i = 0; i < 4; i++)
        b[i] = (uint8_t)(*value >> 8 * i);
    enum sim_swd_result r = write ? sim_swd_write_memory(h, 4, true, addr, b, 4, &at)
                                  : sim_swd_read_memory(h, 4, true, addr, b, 4, &at);
    if (r == SWD_OK)
        *value = pack(b, 4, 0);
    return r;
}

enum sim_swd_result sim_swd_read_reg(struct sim_swd_host *h, unsigned regsel, uint32_t *value)
{
    uint32_t dcrsr = regsel;
    enum sim_swd_result r =
        h->captured ? set_address(h, 4, false, DHCSR) : word(h, true, DCRSR, &dcrsr);
    if (!h->captured)
        return r == SWD_OK ? word(h, false, DCRDR, value) : r;
    if (r == SWD_OK)
        r = sim_swd_write(h, true, AP_BD(1), dcrsr);
    return r == SWD_OK ? sim_swd_read(h, true, AP_BD(2), value) : r;
}

enum sim_swd_result sim_swd_write_reg(struct sim_swd_host *h, unsigned regsel, uint32_t value,
                                      uint32_t *back)
{
    uint32_t dcrsr = regsel | REGWNR;
    *back = value;
    enum sim_swd_result r =
        h->captured ? set_address(h, 4, false, DHCSR) : word(h, true, DCRDR, &value);
    if (!h->captured)
        return r == SWD_OK ? word(h, true, DCRSR, &dcrsr) : r;
    if (r == SWD_OK)
        r = sim_swd_write(h, true, AP_BD(2), value);
    if (r == SWD_OK)
        r = sim_swd_write(h, true, AP_BD(1), dcrsr);
    return r == SWD_OK ? sim_swd_read_reg(h, regsel, back) : r;
}
