// SPDX-License-Identifier: MIT
// Classes and modes, and the commands of the debug class except memory, which is in stlink_mem.c.
#include "sim/probe/stlink.h"

#include <string.h>

#include "base/bytes.h"
#include "sim/probe/stlink_internal.h"

// ---- other classes ------------------------------------------------------------------------------

#define ADC_REFERENCE 1521u

static void get_version(struct sim_stlink *s)
{
    const struct sim_stlink_model *m = &s->model;
    bool v3 = m->hardware >= 3; // their numbers do not fit here: see the extended form
    unsigned high = v3 ? 0 : m->stm8_only ? m->msd : m->jtag;
    unsigned low = v3 ? 0 : m->stm8_only || !m->msd ? m->swim : m->msd;
    put_be16(s->reply, (uint16_t)(m->hardware << 12 | high << 6 | low));
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
    const uint8_t v[6] = {m->hardware, m->swim, m->jtag, m->msd, m->bridge, m->power};
    memcpy(s->reply, v, sizeof v);
    put_le16(&s->reply[8], 0x0483);
    put_le16(&s->reply[10], m->pid);
    s->reply_len = 12;
}

// The ADC's reading of the 1.2 V reference and of half the target's voltage, for a 3.3 V supply of
// the probe and 12 bits.
static void get_voltage(struct sim_stlink *s)
{
    bool old = s->model.hardware < 3 && s->model.jtag < 13;
    if (s->mode == MODE_DFU || old) {
        s->stall = true;
        return;
    }
    uint32_t reference = s->adc_dead ? 0 : s->adc_reference;
    put_le32(s->reply, reference);
    put_le32(&s->reply[4], (reference * s->vtref_mv + 1200) / 2400);
    s->reply_len = 8;
}

// The second byte is the boot loader's version while that runs, and 0 while the firmware does
// (notes of a disassembly in GMMan/st-link-hack). Seen: 1 in a V2, 2 in a V2-1, 4 in a V3; and 4 in
// a V3PWR also when it idles.
static void get_mode(struct sim_stlink *s)
{
    s->reply[0] = s->mode;
    if (s->mode == MODE_DFU || s->in_loader || s->model.tells_loader_ever)
        s->reply[1] = s->model.loader;
    s->reply_len = 2;
}

// Of the loader's commands to update the firmware there are two: leave, and the electronic
// signature of the probe's own STM32 (20 bytes from 0x1ffff7e0: its flash size, its unique number
// from offset 8 on), in which byte 4 is the kind of firmware. What stands in the unique number is a
// model.
static void loader_class(struct sim_stlink *s, const uint8_t *c)
{
    static const uint8_t signature[20] = {0x40, 0x00, 0xff, 0xff, 0x00, 0xff, 0xff,
                                          0xff, 0x30, 0x30, 0x30, 0x30, 0x30, 0x30,
                                          0x30, 0x30, 0x30, 0x30, 0x30, 0x31};
    if (s->mode != MODE_DFU)
        return;
    if (c[1] == 7 && !s->in_loader)
        s->mode = MODE_MASS;
    if (c[1] != 8)
        return;
    memcpy(s->reply, signature, sizeof signature);
    s->reply[4] = (uint8_t)s->model.type;
    s->reply_len = sizeof signature;
}

static void other_class(struct sim_stlink *s, const uint8_t *c)
{
    switch (c[0]) {
    case 0xf1:
        get_version(s);
        break;
    case 0xf3:
        loader_class(s, c);
        break;
    case 0xf4: // of SWIM there is the mode and no target
        if (c[1] <= 1 && s->mode != MODE_DFU)
            s->mode = c[1] == 0 ? MODE_SWIM : MODE_MASS;
        break;
    case 0xf5:
        get_mode(s);
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

// ---- debug class: connection --------------------------------------------------------------------

static void leave_mode(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    if (s->mode == MODE_DEBUG)
        sim_swd_disconnect(&s->swd);
    s->mode = MODE_MASS;
    s->ap_open = s->ap_there = 0;
    s->enter_failed = false;
    sim_stlink_trace_reset(&s->trace);
    sim_wires_release(s->wires);
    sim_wires_nrst(s->wires, false); // also when it was pulled before ENTER
}

static void read_idcodes(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t dpidr = 0;
    (void)c;
    enum sim_swd_result r = sim_swd_read(&s->swd, false, 0, &dpidr);
    stlink_reply_status(s, stlink_status_of(&s->swd, r), 12);
    put_le32(&s->reply[4], dpidr);
}

// Outside of debug mode it does not stall (Black Magic sends it there at every start); whether it
// does anything then is not known: here it does not.
static void reset_system(struct sim_stlink *s, const uint8_t *c)
{
    uint32_t aircr = 0x05fa0004;
    (void)c;
    uint8_t status = s->mode == MODE_DEBUG ? stlink_word(s, true, 0xe000ed0c, &aircr) : ST_OK;
    stlink_reply_status(s, status, 2);
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

static void board_identifiers(struct sim_stlink *s, const uint8_t *c)
{
    (void)c;
    stlink_reply_status(s, ST_OK, 128); // no mbed board id
}

// ---- table --------------------------------------------------------------------------------------

#define NEVER 255 // no version of it

typedef void handler(struct sim_stlink *s, const uint8_t *c);

struct debug_command {
    uint8_t sub;
    bool anywhere;            // also outside of debug mode
    uint8_t v2_jtag, v3_jtag; // since when
    handler *run;
    uint8_t v2_last; // of a V2; 0: it is still there
};

static const struct debug_command debug_commands[] = {
    {0x01, false, 0, NEVER, stlink_v1_status, CAPTURED_LAST},
    {0x02, false, 0, NEVER, stlink_v1_halt, CAPTURED_LAST},
    {0x03, false, 0, NEVER, reset_system, CAPTURED_LAST},
    {0x05, false, 0, NEVER, stlink_v1_read_reg, CAPTURED_LAST},
    {0x06, false, 0, NEVER, stlink_v1_write_reg, CAPTURED_LAST},
    {0x09, false, 0, NEVER, stlink_v1_run, CAPTURED_LAST},
    {0x20, true, 0, NEVER, stlink_v1_enter, CAPTURED_LAST},
    {0x07, false, 0, 0, stlink_read_memory, 0},
    {0x08, false, 0, 0, stlink_write_memory, 0},
    {0x0c, false, 0, 0, stlink_read_memory, 0},
    {0x0d, false, 0, 0, stlink_write_memory, 0},
    {0x21, true, 0, 0, leave_mode, 0},
    {0x22, false, 0, 0, stlink_read_core_id, 0},
    {0x30, true, 0, 0, stlink_enter, 0},
    {0x31, false, 0, 0, read_idcodes, 0},
    {0x32, true, 0, 0, reset_system, 0},
    {0x33, false, 0, 0, stlink_read_reg, 0},
    {0x34, false, 0, 0, stlink_write_reg, 0},
    {0x35, false, 0, 0, stlink_write_debug_reg, 0},
    {0x36, false, 0, 0, stlink_read_debug_reg, 0},
    {0x3a, false, 0, 0, stlink_read_all_regs, 0},
    {0x3b, false, 0, 0, stlink_last_status, 0},
    {0x3c, true, 0, 0, drive_nrst, 0},
    {0x3e, false, 15, 0, stlink_last_status2, 0},
    {0x43, true, 22, 0, stlink_set_frequency, 0},
    {0x44, true, 24, 0, stlink_set_jtag_frequency, 0},
    {0x40, false, 13, 0, stlink_start_trace, 0},
    {0x41, false, 13, 0, stlink_stop_trace, 0},
    {0x42, false, 13, 0, stlink_count_trace, 0},
    {0x63, true, NEVER, 0, stlink_switch_frequency, 0},
    {0x45, false, 24, 0, stlink_read_port, 0},
    {0x46, false, 24, 0, stlink_write_port, 0},
    {0x47, false, 26, 0, stlink_read_memory, 0},
    {0x48, false, 26, 0, stlink_write_memory, 0},
    {0x4b, false, 28, 0, stlink_init_ap, 0},
    {0x4c, false, 28, 0, stlink_close_ap, 0},
    {0x50, false, 26, 0, stlink_write_memory, 0},
    {0x51, false, 32, 2, stlink_misc_out, 0},
    {0x52, false, 32, 2, stlink_misc_in, 0},
    {0x53, false, 32, 2, stlink_misc_max, 0},
    {0x54, false, 32, 2, stlink_read_memory, 0},
    {0x56, true, 36, 6, board_identifiers, 0},
    {0x61, true, NEVER, 0, stlink_set_com_frequency, 0},
    {0x62, true, NEVER, 0, stlink_get_com_frequency, 0},
};

static bool knows(const struct sim_stlink *s, const struct debug_command *d, unsigned version)
{
    if (s->model.hardware >= 3)
        return d->v3_jtag != NEVER && version >= d->v3_jtag;
    return version >= d->v2_jtag && (!d->v2_last || version <= d->v2_last);
}

static void debug_class(struct sim_stlink *s, const uint8_t *c)
{
    unsigned version = s->model.stm8_only ? 0 : s->model.jtag;
    bool loader = s->mode == MODE_DFU || s->in_loader;
    if (loader && c[1] == 0x21 && s->loader_exit != STLINK_EXIT_STALLED) {
        if (s->loader_exit == STLINK_EXIT_OBEYED && !s->in_loader)
            s->mode = MODE_MASS;
        return;
    }
    if (loader || s->model.stm8_only) {
        s->stall = true;
        return;
    }
    for (size_t i = 0; i < sizeof debug_commands / sizeof debug_commands[0]; i++) {
        if (debug_commands[i].sub != c[1])
            continue;
        if (!knows(s, &debug_commands[i], version))
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
    s->swd.pause_ns = 0;
    sim_swd_use_port(&s->swd, 0);
    s->swd.captured = s->model.hardware < 3 && s->model.jtag <= CAPTURED_LAST;
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
        stlink_data_came(s);
        if (s->out_got == s->out_wanted) {
            s->out_wanted = 0;
            stlink_data_complete(s);
        }
        return;
    }
    memset(s->command, 0, sizeof s->command);
    memcpy(s->command, data, len < sizeof s->command ? len : sizeof s->command);
    s->out_got = s->out_done = 0;
    run_command(s);
}

void sim_stlink_restart(struct sim_stlink *s)
{
    s->mode = s->model.power_up_mode;
    s->ap_open = s->ap_there = 0;
    s->stall = s->mute = false;
    s->reply_len = s->out_wanted = s->out_got = 0;
    s->rw_status = ST_OK;
    sim_stlink_trace_reset(&s->trace);
    s->enter_failed = s->target_known = s->refuses_target = false;
    s->prescaler = 1;
    s->swd.swclk_hz = s->model.hardware >= 3 ? 1000000 : 1800000;
}

void sim_stlink_init(struct sim_stlink *s, const struct sim_stlink_model *model)
{
    *s = (struct sim_stlink){.model = *model, .vtref_mv = 3300, .adc_reference = ADC_REFERENCE};
    sim_stlink_restart(s);
}
