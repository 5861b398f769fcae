// SPDX-License-Identifier: MIT
// What the files of the virtual ST-LINK's firmware share. Nobody else includes it.
#ifndef SWDLINK_SIM_STLINK_INTERNAL_H
#define SWDLINK_SIM_STLINK_INTERNAL_H

#include "sim/stlink.h"

enum { MODE_DFU = 0, MODE_MASS = 1, MODE_DEBUG = 2 };

enum {
    ST_NO_DEVICE = 0x05,
    ST_CMD_ERROR = 0x08,
    ST_GET_IDCODE = 0x09,
    ST_ALIGNMENT = 0x0a,
    ST_AP_WAIT = 0x10,
    ST_AP_FAULT = 0x11,
    ST_AP_ERROR = 0x12,
    ST_AP_PARITY = 0x13,
    ST_DP_WAIT = 0x14,
    ST_DP_FAULT = 0x15,
    ST_DP_ERROR = 0x16,
    ST_DP_PARITY = 0x17,
    ST_BAD_AP = 0x1d,
    ST_UNKNOWN_CMD = 0x42,
    ST_OK = 0x80,
};

uint8_t stlink_status_of(const struct sim_swd_host *h, enum sim_swd_result r);
void stlink_reply_status(struct sim_stlink *s, uint8_t status, size_t len);
void stlink_reply_value(struct sim_stlink *s, uint8_t status, uint32_t value);

// stlink_mem.c
void stlink_read_memory(struct sim_stlink *s, const uint8_t *c);
void stlink_write_memory(struct sim_stlink *s, const uint8_t *c);
void stlink_last_status(struct sim_stlink *s, const uint8_t *c);
void stlink_last_status2(struct sim_stlink *s, const uint8_t *c);
void stlink_read_debug_reg(struct sim_stlink *s, const uint8_t *c);
void stlink_write_debug_reg(struct sim_stlink *s, const uint8_t *c);
// The data phase of the command under way has come.
void stlink_data_complete(struct sim_stlink *s);

// stlink_regs.c
void stlink_read_core_id(struct sim_stlink *s, const uint8_t *c);
void stlink_read_reg(struct sim_stlink *s, const uint8_t *c);
void stlink_write_reg(struct sim_stlink *s, const uint8_t *c);
void stlink_read_all_regs(struct sim_stlink *s, const uint8_t *c);

// stlink_misc.c
void stlink_misc_out(struct sim_stlink *s, const uint8_t *c);
void stlink_misc_in(struct sim_stlink *s, const uint8_t *c);
void stlink_misc_max(struct sim_stlink *s, const uint8_t *c);
void stlink_misc_data(struct sim_stlink *s);

#endif
