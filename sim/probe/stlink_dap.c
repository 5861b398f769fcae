// SPDX-License-Identifier: MIT
// Registers of the debug and access ports through the virtual ST-LINK, and which parts it works
// with.
#include "base/bytes.h"
#include "sim/probe/stlink_internal.h"

#define DESIGNER_ST   0x020u
#define DESIGNER_ARM  0x23bu
#define DEBUG_PORT    0xffffu
#define MAX_AP        8u
#define AP_CSW        0x00u
#define CSW_NO_SIZE   0x23000000u
#define AP_BASE       0xf8u
#define AP_IDR        0xfcu
#define AP_REGISTERS  0xffu       // an AP has 256 bytes of them; programs put other bits above
#define IDCODE_M0     0x40015800u // DBGMCU_IDCODE, in its two most frequent places
#define IDCODE_OTHERS 0xe0042000u

static enum sim_swd_result read32(struct sim_stlink *s, uint32_t addr, uint32_t *value)
{
    uint8_t b[4] = {0};
    size_t at;
    enum sim_swd_result r = sim_swd_read_memory(&s->swd, 4, true, addr, b, 4, &at);
    if (r == SWD_FAULT)
        sim_swd_clear_sticky(&s->swd);
    *value = get_le32(b);
    return r;
}

// From the ROM table (ARM IHI 0031, D1.2): PIDR1[7:4], PIDR2[2:0], PIDR4[3:0].
static enum sim_swd_result read_designer(struct sim_stlink *s, unsigned *designer)
{
    uint32_t base, pidr1 = 0, pidr2 = 0, pidr4 = 0;
    enum sim_swd_result r = sim_swd_read(&s->swd, true, AP_BASE, &base);
    base &= ~0xfffu;
    if (r == SWD_OK)
        r = read32(s, base + 0xfe4, &pidr1);
    if (r == SWD_OK)
        r = read32(s, base + 0xfe8, &pidr2);
    if (r == SWD_OK)
        r = read32(s, base + 0xfd0, &pidr4);
    *designer = (pidr4 & 0xf) << 7 | (pidr2 & 7) << 4 | (pidr1 >> 4 & 0xf);
    return r;
}

static bool has_idcode(struct sim_stlink *s, uint32_t addr)
{
    uint32_t value;
    return read32(s, addr, &value) == SWD_OK && (value & 0xfff) != 0 && value != 0xffffffff;
}

static void identify(struct sim_stlink *s)
{
    unsigned designer;
    if (read_designer(s, &designer) != SWD_OK)
        return;
    s->target_known = true;
    const bool counts = s->model.hardware >= 3 && designer != DESIGNER_ARM;
    s->refuses_target = designer != DESIGNER_ST &&
                        (counts || (!has_idcode(s, IDCODE_M0) && !has_idcode(s, IDCODE_OTHERS)));
}

// From V2J37 and V3J7 on the firmware works with ST's parts only. How it tells is not known. Logs
// have GigaDevice's copies working with V2 and refused by V3, so here a V3 asks for the designer
// and a V2 is also content with an identification register where ST has it. A table that is ARM's
// own (STM32C0, U0) tells no designer: then a V3 is content with that register, too. What cannot be
// read is not held against the part.
bool stlink_accepts_target(struct sim_stlink *s)
{
    bool v3 = s->model.hardware >= 3, asks = s->model.jtag >= (v3 ? 7 : 37);
    if (!asks || s->target_known)
        return !s->refuses_target;
    identify(s);
    // Logs show CSW without a size afterwards.
    if (s->target_known)
        (void)sim_swd_write(&s->swd, true, AP_CSW, CSW_NO_SIZE);
    return !s->refuses_target;
}

void stlink_init_ap(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t idr = 0;
    bool v2 = s->model.hardware < 3;
    unsigned most = v2 && s->model.jtag == 29 ? 3 : MAX_AP;
    if (c[2] > most) {
        stlink_reply_status(s, ST_BAD_AP, 2);
        return;
    }
    sim_swd_use_port(&s->swd, c[2]);
    enum sim_swd_result r = sim_swd_read(&s->swd, true, AP_IDR, &idr);
    sim_swd_use_port(&s->swd, 0);
    uint8_t status = stlink_status_of(&s->swd, r);
    if (status == ST_OK && !stlink_accepts_target(s))
        status = ST_NO_DEVICE;
    s->ap_open |= status == ST_OK ? (uint16_t)(1u << c[2]) : 0;
    stlink_reply_status(s, status, 2);
}

void stlink_close_ap(struct sim_stlink *s, const uint8_t *c)
{
    bool v2j28 = s->model.hardware < 3 && s->model.jtag == 28;
    if (!v2j28 && c[2] <= MAX_AP)
        s->ap_open &= (uint16_t) ~(1u << c[2]);
    stlink_reply_status(s, v2j28 ? ST_BAD_AP : ST_OK, 2);
}

// From J37 (V3: J7) on, registers of an AP need INIT_AP first. Memory commands on AP 0 do not,
// although OpenOCD sends it before them too: stlink-tools never sends it, and works with such
// firmware.
static bool ap_usable(const struct sim_stlink *s, uint16_t port)
{
    unsigned gate = s->model.hardware >= 3 ? 7 : 37;
    return s->ap_open >> port & 1 || s->model.jtag < gate;
}

// An access port that is not there has an IDR of 0.
static bool is_there(struct sim_stlink *s, uint8_t port)
{
    uint32_t idr = 0;
    if (s->ap_there >> port & 1)
        return true;
    if (sim_swd_read(&s->swd, true, AP_IDR, &idr) != SWD_OK || !idr)
        return false;
    s->ap_there |= (uint16_t)(1u << port);
    return true;
}

uint8_t stlink_use_port(struct sim_stlink *s, uint8_t port)
{
    if (port == 0)
        return ST_OK;
    if (port > MAX_AP || !ap_usable(s, port))
        return ST_BAD_AP;
    sim_swd_use_port(&s->swd, port);
    return is_there(s, port) ? ST_OK : ST_BAD_AP;
}

// An AP that is not there reads as zero; above 8 the firmware refuses. IDR can be read of one that
// is not open.
static uint8_t check_port(const struct sim_stlink *s, uint16_t port, bool is_idr)
{
    if (port == DEBUG_PORT)
        return ST_OK;
    return port > MAX_AP || !(is_idr || ap_usable(s, port)) ? ST_BAD_AP : ST_OK;
}

static uint16_t register_of(uint16_t port, const uint8_t addr[2])
{
    return port == DEBUG_PORT ? get_le16(addr) : get_le16(addr) & AP_REGISTERS;
}

void stlink_read_port(struct sim_stlink *s, const uint8_t *c)
{
    uint16_t port = get_le16(&c[2]), addr = register_of(port, &c[4]);
    uint8_t status = check_port(s, port, addr == AP_IDR);
    uint32_t value = 0;
    if (status == ST_OK) {
        bool ap = port != DEBUG_PORT;
        sim_swd_use_port(&s->swd, ap ? (uint8_t)port : 0);
        status = stlink_status_of(&s->swd, sim_swd_read(&s->swd, ap, addr, &value));
    }
    stlink_reply_value(s, status, value);
}

void stlink_write_port(struct sim_stlink *s, const uint8_t *c)
{
    uint16_t port = get_le16(&c[2]), addr = register_of(port, &c[4]);
    uint8_t status = check_port(s, port, false);
    if (status == ST_OK) {
        bool ap = port != DEBUG_PORT;
        sim_swd_use_port(&s->swd, ap ? (uint8_t)port : 0);
        status = stlink_status_of(&s->swd, sim_swd_write(&s->swd, ap, addr, get_le32(&c[6])));
    }
    stlink_reply_status(s, status, 2);
}
