// SPDX-License-Identifier: MIT
// What the files of the virtual ST-LINK's firmware share. Nobody else includes it.
#ifndef SWDLINK_SIM_PROBE_STLINK_INTERNAL_H
#define SWDLINK_SIM_PROBE_STLINK_INTERNAL_H

#include "sim/probe/stlink.h"

// The last V2 firmware that works on the wires as the captured V2J16 and V2J17 do, as far as is
// known: from J22 on the clock can be set.
#define CAPTURED_LAST 21u

enum { MODE_DFU = 0, MODE_MASS = 1, MODE_DEBUG = 2, MODE_SWIM = 3, MODE_BOOTLOADER = 4 };

enum {
    ST_NO_DEVICE = 0x05,
    ST_CMD_ERROR = 0x08,
    ST_GET_IDCODE = 0x09,
    ST_ALIGNMENT = 0x0a,
    ST_VERIFY = 0x0d,
    ST_AP_WAIT = 0x10,
    ST_AP_FAULT = 0x11,
    ST_AP_ERROR = 0x12,
    ST_AP_PARITY = 0x13,
    ST_DP_WAIT = 0x14,
    ST_DP_FAULT = 0x15,
    ST_DP_ERROR = 0x16,
    ST_DP_PARITY = 0x17,
    ST_BAD_AP = 0x1d,
    ST_CONF_CHANGED = 0x40,
    ST_UNKNOWN_CMD = 0x42,
    ST_OK = 0x80,
};

uint8_t stlink_status_of(const struct sim_swd_host *h, enum sim_swd_result r);
void stlink_reply_status(struct sim_stlink *s, uint8_t status, size_t len);
void stlink_reply_value(struct sim_stlink *s, uint8_t status, uint32_t value);

// stlink.c
void stlink_enter(struct sim_stlink *s, const uint8_t *c);

// stlink_freq.c
void stlink_set_frequency(struct sim_stlink *s, const uint8_t *c);
void stlink_set_jtag_frequency(struct sim_stlink *s, const uint8_t *c);
void stlink_set_com_frequency(struct sim_stlink *s, const uint8_t *c);
void stlink_get_com_frequency(struct sim_stlink *s, const uint8_t *c);
void stlink_switch_frequency(struct sim_stlink *s, const uint8_t *c);

// stlink_dap.c
void stlink_init_ap(struct sim_stlink *s, const uint8_t *c);
void stlink_close_ap(struct sim_stlink *s, const uint8_t *c);
void stlink_read_port(struct sim_stlink *s, const uint8_t *c);
void stlink_write_port(struct sim_stlink *s, const uint8_t *c);
// The access port of a command, where it names one: the status that refuses it, or ST_OK.
uint8_t stlink_use_port(struct sim_stlink *s, uint8_t port);
// False: the firmware does not work with this part. Looks at it, the first time.
bool stlink_accepts_target(struct sim_stlink *s);

// stlink_mem.c
// From J32 (V3: J2) on commands name their access port, and a block can bring the upper bits of
// CSW.
bool stlink_takes_port(const struct sim_stlink *s);
void stlink_read_memory(struct sim_stlink *s, const uint8_t *c);
void stlink_write_memory(struct sim_stlink *s, const uint8_t *c);
void stlink_last_status(struct sim_stlink *s, const uint8_t *c);
void stlink_last_status2(struct sim_stlink *s, const uint8_t *c);
void stlink_read_debug_reg(struct sim_stlink *s, const uint8_t *c);
void stlink_write_debug_reg(struct sim_stlink *s, const uint8_t *c);
// One aligned word on the bus, sticky flags cleared after a fault: its status.
uint8_t stlink_word(struct sim_stlink *s, bool write, uint32_t addr, uint32_t *value);
// A part of the data phase of the command under way has come.
void stlink_data_came(struct sim_stlink *s);
// All of it has.
void stlink_data_complete(struct sim_stlink *s);

// stlink_regs.c
void stlink_read_core_id(struct sim_stlink *s, const uint8_t *c);
void stlink_read_reg(struct sim_stlink *s, const uint8_t *c);
void stlink_write_reg(struct sim_stlink *s, const uint8_t *c);
void stlink_read_all_regs(struct sim_stlink *s, const uint8_t *c);

// stlink_v1.c
void stlink_v1_status(struct sim_stlink *s, const uint8_t *c);
void stlink_v1_halt(struct sim_stlink *s, const uint8_t *c);
void stlink_v1_run(struct sim_stlink *s, const uint8_t *c);
void stlink_v1_read_reg(struct sim_stlink *s, const uint8_t *c);
void stlink_v1_write_reg(struct sim_stlink *s, const uint8_t *c);
void stlink_v1_enter(struct sim_stlink *s, const uint8_t *c);

// stlink_trace.c
void stlink_start_trace(struct sim_stlink *s, const uint8_t *c);
void stlink_stop_trace(struct sim_stlink *s, const uint8_t *c);
void stlink_count_trace(struct sim_stlink *s, const uint8_t *c);

// stlink_misc.c
void stlink_misc_out(struct sim_stlink *s, const uint8_t *c);
void stlink_misc_in(struct sim_stlink *s, const uint8_t *c);
void stlink_misc_max(struct sim_stlink *s, const uint8_t *c);
void stlink_misc_data(struct sim_stlink *s);

#endif
