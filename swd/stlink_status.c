// SPDX-License-Identifier: MIT
// Codes and their meaning are known from OpenOCD, pyOCD, probe-rs and logs; ST has not published
// them. 10 to 13 belong to AP accesses, 14 to 17 to DP accesses: wait, fault, acknowledge, parity.
#include "swd/stlink_status.h"

#include <stddef.h>

struct status_row {
    uint8_t status;
    enum err err;
    const char *text;
};

static const struct status_row rows[] = {
    {STLINK_ST_OK, ERR_OK, "ok"},
    // Reads back differently: means nothing for I/O registers, and peers ignore it too.
    {STLINK_ST_WRITE_VERIFY, ERR_OK, "the word reads back differently"},
    {STLINK_ST_UNKNOWN_ERROR, ERR_FAULT, "unknown error (old firmware: a memory fault)"},
    {0x02, ERR_PROBE_PROTOCOL, "the probe's SPI failed"},
    {0x03, ERR_PROBE_PROTOCOL, "the probe's DMA failed"},
    {0x04, ERR_NO_TARGET, "unknown JTAG chain"},
    {STLINK_ST_NO_DEVICE, ERR_NO_TARGET, "no device connected, or one that is not made by ST"},
    {0x06, ERR_PROBE_PROTOCOL, "internal error of the probe"},
    {0x07, ERR_WAIT, "the probe asks to wait"},
    {0x08, ERR_PROBE_PROTOCOL, "the probe refuses the command"},
    {STLINK_ST_GET_IDCODE, ERR_NO_TARGET, "no valid answer on SWD"},
    {STLINK_ST_ALIGNMENT, ERR_USAGE, "misaligned address or length"},
    {0x0b, ERR_LINK, "the target's debug port does not power up"},
    {0x0c, ERR_FAULT, "write error"},
    {0x0e, ERR_PROBE_PROTOCOL, "the probe is in JTAG mode"},
    {STLINK_ST_AP_WAIT, ERR_WAIT, "the target's bus stays busy"},
    {STLINK_ST_AP_FAULT, ERR_FAULT, "the target's bus refuses the access"},
    {STLINK_ST_AP_ERROR, ERR_LINK, "the target does not acknowledge"},
    {STLINK_ST_AP_PARITY, ERR_LINK, "parity error in data from the target"},
    {STLINK_ST_DP_WAIT, ERR_WAIT, "the target's debug port stays busy"},
    {0x15, ERR_FAULT, "the target's debug port reports an earlier error"},
    {STLINK_ST_DP_ERROR, ERR_LINK, "the target's debug port does not acknowledge"},
    {STLINK_ST_DP_PARITY, ERR_LINK, "parity error in data from the debug port"},
    {0x18, ERR_FAULT, "write data error on the target's bus"},
    {STLINK_ST_STICKY_ERROR, ERR_FAULT, "the debug port holds an earlier error"},
    {0x1a, ERR_FAULT, "overrun on the target's bus"},
    {STLINK_ST_BAD_AP, ERR_UNSUPPORTED, "the access port does not exist or is not open"},
    {0x20, ERR_UNSUPPORTED, "trace is not available"},
    {0x41, ERR_UNSUPPORTED, "the probe does not support this frequency"},
    {0x42, ERR_UNSUPPORTED, "the probe's firmware does not know the command"},
    {STLINK_ST_FAULT, ERR_FAULT, "the target refuses the access"},
};

static const struct status_row *find_status(uint8_t status)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].status == status)
            return &rows[i];
    return NULL;
}

enum err stlink_status_err(uint8_t status)
{
    const struct status_row *row = find_status(status);
    return row ? row->err : ERR_PROBE_PROTOCOL;
}

const char *stlink_status_text(uint8_t status)
{
    const struct status_row *row = find_status(status);
    return row ? row->text : "an unknown status";
}

bool stlink_status_is_wait(uint8_t status)
{
    return status == STLINK_ST_AP_WAIT || status == STLINK_ST_DP_WAIT;
}
