// SPDX-License-Identifier: MIT
// The probe's status bytes: here they are translated into errors.
#ifndef SWDLINK_SWD_STLINK_STATUS_H
#define SWDLINK_SWD_STLINK_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum stlink_status {
    STLINK_ST_UNKNOWN_ERROR = 0x01, // old firmware: a memory fault
    STLINK_ST_NO_DEVICE = 0x05,
    STLINK_ST_GET_IDCODE = 0x09,
    STLINK_ST_ALIGNMENT = 0x0a,
    STLINK_ST_WRITE_VERIFY = 0x0d,
    STLINK_ST_AP_WAIT = 0x10,
    STLINK_ST_AP_FAULT = 0x11,
    STLINK_ST_AP_ERROR = 0x12,
    STLINK_ST_AP_PARITY = 0x13,
    STLINK_ST_DP_WAIT = 0x14,
    STLINK_ST_DP_ERROR = 0x16,
    STLINK_ST_DP_PARITY = 0x17,
    STLINK_ST_STICKY_ERROR = 0x19,
    STLINK_ST_BAD_AP = 0x1d,
    STLINK_ST_OK = 0x80,
    STLINK_ST_FAULT = 0x81,
};

// What a status byte means here; ERR_OK for those that are no failure.
enum err stlink_status_err(uint8_t status) MUST_CHECK;
// A short phrase in plain words; never NULL.
const char *stlink_status_text(uint8_t status);
// True when the same command may work if it is sent again.
bool stlink_status_is_wait(uint8_t status);

#endif
