// SPDX-License-Identifier: MIT
// Classes and modes, and the commands of the debug class except memory, which is in stlink_mem.c.
#include "sim/stlink.h"

#include <string.h>

#include "base/bytes.h"
#include "sim/stlink_internal.h"

// Divisor of SWD_SET_FREQ and what it makes; nominal values (a scope showed 2.4 MHz for "4 MHz" on one
// V2-1, but benchmarks are stated for the nominal clock).
static const struct {
    uint16_t divisor;
    uint32_t hz;
} frequencies[] = {{0, 4000000}, {1, 1800000}, {2, 1200000}, {3, 950000}, {5, 650000},  {7, 480000},
                   {9, 400000},  {10, 360000}, {15, 240000}, {25, 150000}, {31, 125000}, {40, 100000},
                   {79, 50000},  {158, 25000}, {265, 15000}, {798, 5000}};

static const uint32_t v3_khz[] = {24000, 8000, 3300, 1000, 200, 50, 5};
#define V3_COUNT (sizeof v3_khz / sizeof v3_khz[0])

uint8_t stlink_status_of(const struct sim_swd_host *h, enum sim_swd_result r)
{
    switch (r) {
    case SWD_OK:
        return ST_OK;
    case SWD_WAIT:
        return h->last_was_ap ? ST_AP_WAIT : ST_DP_WAIT;
    case SWD_FAULT:
        return h->last_was_ap ? ST_AP_FAULT : ST_DP_FAULT;
    case SWD_PARITY:
        return h->last_was_ap ? ST_AP_PARITY : ST_DP_PARITY;
    default:
        return h->last_was_ap ? ST_AP_ERROR : ST_DP_ERROR;
    }
}

void stlink_reply_status(struct sim_stlink *s, uint8_t status, size_t len)
{
    s->reply[0] = status;
    s->reply_len = len;
}

void stlink_reply_value(struct sim_stlink *s, uint8_t status, uint32_t value)
{
    stlink_reply_status(s, status, 8);
    put_le32(&s->reply[4], value);
}

// ---- other classes --------------------------------------------------------------------------------------

static void get_version(struct sim_stlink *s)
{
    const struct sim_stlink_model *m = &s->model;
    bool v3 = m->hardware >= 3; // their numbers do not fit here: see the extended form
    unsigned low = v3 ? 0 : m->msd ? m->msd : m->swim;
    put_be16(s->reply, (uint16_t)(m->hardware << 12 | (v3 ? 0 : m->jtag) << 6 | low));
    put_le16(&s->reply[2], 0x0483);
    put_le16(&s->reply[4], m->pid);
    s->reply_len = 6;
}

static void get_version_ex(struct sim_stlink *s)
{
    const struct sim_stlink_model *m = &s->model;
    if (m->hardware < 3) {
        s->stall = true;
        return;
    }
    const uint8_t v[5] = {m->hardware, m->swim, m->jtag, m->msd, m->bridge};
    memcpy(s->reply, v, sizeof v);
    put_le16(&s->reply[8], 0x0483);
    put_le16(&s->reply[10], m->pid);
    s->reply_len = 12;
}

// The ADC's reading of the 1.2 V reference and of half the target's voltage, for a 3.3 V supply of the
// probe and 12 bits.
static void get_voltage(struct sim_stlink *s)
{
    if (s->mode == MODE_DFU) {
        s->stall = true;
        return;
    }
    uint32_t reference = 1521;
    put_le32(s->reply, reference);
    put_le32(&s->reply[4], (reference * s->vtref_mv + 1200) / 2400);
    s->reply_len = 8;
}

static void other_class(struct sim_stlink *s, const uint8_t *c)
{
    switch (c[0]) {
    case 0xf1:
        get_version(s);
        break;
    case 0xf3:
        if (c[1] == 7 && s->mode == MODE_DFU)
            s->mode = MODE_MASS;
        break;
    case 0xf4: // SWIM is not built in; leaving it is harmless
        break;
    case 0xf5:
        s->reply[0] = s->mode;
        s->reply_len = 2;
        break;
    case 0xf7:
        get_voltage(s);
        break;
    case 0xfb:
        get_version_ex(s);
        break;
    default:
        s->stall = true;
        break;
    }
}

// ---- debug class: connection ----------------------------------------------------------------------------

static void enter(struct sim_stlink *s, const uint8_t *c)
{
    if (c[2] != 0xa3) { // a Cortex-M0 has no JTAG: the chain is silent
        stlink_reply_status(s, ST_GET_IDCODE, 2);
        return;
    }
    s->ap_open = false;
    if (!sim_swd_connect(&s->swd, &s->dpidr)) {
        s->mode = MODE_MASS;
        stlink_reply_status(s, ST_GET_IDCODE, 2);
        return;
    }
    s->mode = MODE_DEBUG;
    stlink_reply_status(s, ST_OK, 2);
}

static void leave(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    s->mode = MODE_MASS;
    s->ap_open = false;
    sim_wires_nrst(s->wires, false); // also when it was pulled before ENTER
}

static void read_idcodes(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    stlink_reply_status(s, ST_OK, 12);
    put_le32(&s->reply[4], s->dpidr);
}

static void reset_system(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    size_t at;
    uint8_t aircr[4];
    put_le32(aircr, 0x05fa0004);
    enum sim_swd_result r = sim_swd_write_memory(&s->swd, 4, true, 0xe000ed0c, aircr, 4, &at);
    stlink_reply_status(s, stlink_status_of(&s->swd, r), 2);
}

static void drive_nrst(struct sim_stlink *s, const uint8_t *c)
{
    if (c[2] == 2) {
        sim_wires_nrst(s->wires, true);
        s->swd.spend(s->swd.arg, 100000);
    }
    sim_wires_nrst(s->wires, c[2] == 0);
    stlink_reply_status(s, ST_OK, 2); // whether the wire is there nobody can tell
}

static void set_frequency(struct sim_stlink *s, const uint8_t *c)
{
    uint16_t divisor = get_le16(&c[2]);
    uint8_t status = ST_CMD_ERROR;
    for (size_t i = 0; s->model.hardware < 3 && i < sizeof frequencies / sizeof frequencies[0]; i++)
        if (frequencies[i].divisor == divisor) {
            s->swd.swclk_hz = frequencies[i].hz;
            status = ST_OK;
        }
    stlink_reply_status(s, status, 2);
}

static void set_com_frequency(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t wanted = get_le32(&c[4]);
    for (size_t i = 0; i < V3_COUNT; i++)
        if (v3_khz[i] <= wanted) {
            s->swd.swclk_hz = v3_khz[i] * 1000;
            stlink_reply_value(s, ST_OK, v3_khz[i]);
            return;
        }
    stlink_reply_value(s, ST_CMD_ERROR, 0);
}

static void get_com_frequency(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    stlink_reply_status(s, ST_OK, 52);
    put_le32(&s->reply[4], s->swd.swclk_hz / 1000);
    put_le32(&s->reply[8], V3_COUNT);
    for (size_t i = 0; i < V3_COUNT; i++)
        put_le32(&s->reply[12 + 4 * i], v3_khz[i]);
}

static void board_identifiers(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    stlink_reply_status(s, ST_OK, 128); // no mbed board id
}

// ---- debug class: DAP registers -------------------------------------------------------------------------

static void init_ap(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t idr = 0;
    enum sim_swd_result r = SWD_OK;
    if (c[2] > 8) {
        stlink_reply_status(s, ST_BAD_AP, 2);
        return;
    }
    if (c[2] == 0)
        r = sim_swd_read(&s->swd, true, 0xfc, &idr);
    uint8_t status = stlink_status_of(&s->swd, r);
    if (status == ST_OK && s->refuses_target)
        status = ST_NO_DEVICE;
    s->ap_open |= status == ST_OK;
    stlink_reply_status(s, status, 2);
}

static void close_ap(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    stlink_reply_status(s, ST_OK, 2);
}

// From J37 (V3: J7) on, registers of an AP need INIT_AP first. Memory commands on AP 0 do not, although
// OpenOCD sends it before them too: stlink-tools never sends it, and works with such firmware.
static bool ap_usable(const struct sim_stlink *s)
{
    unsigned gate = s->model.hardware >= 3 ? 7 : 37;
    return s->ap_open || s->model.jtag < gate;
}

// An AP that is not there reads as zero; above 8 the firmware refuses, and J37 wants INIT_AP before.
static uint8_t check_port(const struct sim_stlink *s, uint16_t port)
{
    if (port == 0xffff)
        return ST_OK;
    return port > 8 || !ap_usable(s) ? ST_BAD_AP : ST_OK;
}

static void read_dap(struct sim_stlink *s, const uint8_t *c)
{
    uint16_t port = get_le16(&c[2]), addr = get_le16(&c[4]);
    uint8_t status = check_port(s, port);
    uint32_t value = 0;
    if (status == ST_OK && (port == 0 || port == 0xffff)) {
        bool ap = port == 0;
        status = stlink_status_of(&s->swd, sim_swd_read(&s->swd, ap, addr, &value));
    }
    stlink_reply_value(s, status, value);
}

static void write_dap(struct sim_stlink *s, const uint8_t *c)
{
    uint16_t port = get_le16(&c[2]), addr = get_le16(&c[4]);
    uint8_t status = check_port(s, port);
    if (status == ST_OK && (port == 0 || port == 0xffff))
        status = stlink_status_of(&s->swd, sim_swd_write(&s->swd, port == 0, addr, get_le32(&c[6])));
    stlink_reply_status(s, status, 2);
}

// ---- table ----------------------------------------------------------------------------------------------

typedef void handler(struct sim_stlink *s, const uint8_t *c);

static const struct {
    uint8_t sub;
    bool anywhere; // also outside of debug mode
    uint8_t v2_jtag, v3_jtag; // since when
    handler *run;
} debug_commands[] = {
    {0x07, false, 0, 0, stlink_read_memory},     {0x08, false, 0, 0, stlink_write_memory},
    {0x0c, false, 0, 0, stlink_read_memory},     {0x0d, false, 0, 0, stlink_write_memory},
    {0x21, true, 0, 0, leave},                   {0x22, false, 0, 0, stlink_read_core_id},
    {0x30, true, 0, 0, enter},                   {0x31, false, 0, 0, read_idcodes},
    {0x32, false, 0, 0, reset_system},           {0x33, false, 0, 0, stlink_read_reg},
    {0x34, false, 0, 0, stlink_write_reg},       {0x35, false, 0, 0, stlink_write_debug_reg},
    {0x36, false, 0, 0, stlink_read_debug_reg},  {0x3a, false, 0, 0, stlink_read_all_regs},
    {0x3b, false, 0, 0, stlink_last_status},     {0x3c, true, 0, 0, drive_nrst},
    {0x3e, false, 15, 0, stlink_last_status2},   {0x43, true, 22, 0, set_frequency},
    {0x45, false, 24, 0, read_dap},              {0x46, false, 24, 0, write_dap},
    {0x47, false, 26, 0, stlink_read_memory},    {0x48, false, 26, 0, stlink_write_memory},
    {0x4b, false, 28, 0, init_ap},               {0x4c, false, 28, 0, close_ap},
    {0x50, false, 26, 0, stlink_write_memory},   {0x51, false, 32, 2, stlink_misc_out},
    {0x52, false, 32, 2, stlink_misc_in},        {0x53, false, 32, 2, stlink_misc_max},
    {0x54, false, 32, 2, stlink_read_memory},    {0x56, true, 36, 6, board_identifiers},
    {0x61, true, 255, 0, set_com_frequency},     {0x62, true, 255, 0, get_com_frequency},
};

static void debug_class(struct sim_stlink *s, const uint8_t *c)
{
    unsigned version = s->model.jtag;
    for (size_t i = 0; i < sizeof debug_commands / sizeof debug_commands[0]; i++) {
        if (debug_commands[i].sub != c[1])
            continue;
        if (version < (s->model.hardware >= 3 ? debug_commands[i].v3_jtag : debug_commands[i].v2_jtag))
            break;
        // Seen on real probes: a debug command outside of debug mode stalls the IN endpoint.
        if (!debug_commands[i].anywhere && s->mode != MODE_DEBUG)
            s->stall = true;
        else
            debug_commands[i].run(s, c);
        return;
    }
    if (version < 24 && s->model.hardware < 3)
        s->stall = true;
    else
        stlink_reply_status(s, ST_UNKNOWN_CMD, 2);
}

static void run_command(struct sim_stlink *s)
{
    s->reply_len = 0;
    s->stall = s->mute = false;
    memset(s->reply, 0, sizeof s->reply);
    if (s->command[0] == 0xf2)
        debug_class(s, s->command);
    else
        other_class(s, s->command);
}

void sim_stlink_out(struct sim_stlink *s, const uint8_t *data, size_t len)
{
    if (s->out_wanted) {
        size_t room = s->out_wanted - s->out_got, part = len < room ? len : room;
        memcpy(s->out + s->out_got, data, part);
        s->out_got += part;
        if (s->out_got == s->out_wanted) {
            s->out_wanted = 0;
            stlink_data_complete(s);
        }
        return;
    }
    memset(s->command, 0, sizeof s->command);
    memcpy(s->command, data, len < sizeof s->command ? len : sizeof s->command);
    s->out_got = 0;
    run_command(s);
}

void sim_stlink_restart(struct sim_stlink *s)
{
    s->mode = s->model.power_up_mode;
    s->ap_open = s->stall = s->mute = false;
    s->reply_len = s->out_wanted = s->out_got = 0;
    s->rw_status = ST_OK;
}

void sim_stlink_init(struct sim_stlink *s, const struct sim_stlink_model *model)
{
    *s = (struct sim_stlink){.model = *model, .vtref_mv = 3300};
    s->swd.swclk_hz = model->hardware >= 3 ? 1000000 : 1800000; // power-up values
    sim_stlink_restart(s);
}
