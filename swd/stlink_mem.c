// SPDX-License-Identifier: MIT
// Single words and blocks of target memory. A block command carries no status of its own: a second
// command asks for it, and on WAIT the block itself is repeated.
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "swd/dp.h"
#include "swd/stlink.h"
#include "swd/stlink_command.h"
#include "swd/stlink_status.h"

#define MAX_BLOCK_16_32  6144u
#define MAX_BLOCK_8_FULL 64u  // full speed, and V3 below J6
#define MAX_READ_8_HIGH  128u // beyond 255 some V3 firmware fails
#define MAX_WRITE_8_HIGH 512u
#define BLOCK_RETRIES    8u
#define BLOCK_PAUSE_US   1000u

// A block must fit into the time-out: at worst some 120 SWD clocks a word (TAR and DRW for each).
static size_t limit_by_clock(const struct stlink *st, size_t most, unsigned unit)
{
    if (st->probe.swclk_hz == 0)
        return most;
    uint64_t units = (uint64_t)st->probe.swclk_hz * (STLINK_TIMEOUT_MS / 2) / 1000 / 120;
    uint64_t bytes = units * unit;
    if (bytes < 16)
        bytes = 16;
    return bytes < most ? (size_t)bytes & ~(size_t)3 : most;
}

size_t stlink_max_block(const struct stlink *st, unsigned unit, bool write)
{
    if (unit != 1)
        return limit_by_clock(st, MAX_BLOCK_16_32, unit);
    if (st->version.hardware < 3 || st->version.jtag < 6)
        return limit_by_clock(st, MAX_BLOCK_8_FULL, unit);
    return limit_by_clock(st, write ? MAX_WRITE_8_HIGH : MAX_READ_8_HIGH, unit);
}

bool stlink_has_halfwords(const struct stlink *st)
{
    return stlink_has(st, 26, 0);
}

static enum err no_connection(struct stlink *st)
{
    return log_fail(st->probe.log, ERR_NO_TARGET, "there is no SWD connection to the target");
}

enum err stlink_read_word(struct stlink *st, uint32_t addr, uint32_t *value)
{
    if (!st->probe.in_debug)
        return no_connection(st);
    uint8_t r[8];
    char what[48];
    snprintf(what, sizeof what, "reading 0x%08x", addr);
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_READDEBUGREG);
    put_le32(&x.command[2], addr);
    x.command[6] = st->ap;
    x.in = r;
    x.in_len = sizeof r;
    enum err e = stlink_do(st, &x, what);
    if (e == ERR_OK)
        *value = get_le32(r + 4);
    if (e == ERR_FAULT)
        st->probe.fault_address = addr;
    return e;
}

enum err stlink_write_word(struct stlink *st, uint32_t addr, uint32_t value)
{
    if (!st->probe.in_debug)
        return no_connection(st);
    uint8_t r[2];
    char what[48];
    snprintf(what, sizeof what, "writing 0x%08x", addr);
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_WRITEDEBUGREG);
    put_le32(&x.command[2], addr);
    put_le32(&x.command[6], value);
    x.command[10] = st->ap;
    x.in = r;
    x.in_len = sizeof r;
    enum err e = stlink_do(st, &x, what);
    if (e == ERR_FAULT)
        st->probe.fault_address = addr;
    return e;
}

static uint8_t block_opcode(unsigned unit, bool write)
{
    if (unit == 4)
        return write ? STLINK_DEBUG_WRITEMEM_32 : STLINK_DEBUG_READMEM_32;
    if (unit == 2)
        return write ? STLINK_DEBUG_WRITEMEM_16 : STLINK_DEBUG_READMEM_16;
    return write ? STLINK_DEBUG_WRITEMEM_8 : STLINK_DEBUG_READMEM_8;
}

static enum err block_status(struct stlink *st, uint32_t addr, uint8_t *status)
{
    uint8_t r[12];
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_LAST_RW_STATUS2);
    x.in = r;
    x.in_len = sizeof r;
    enum err e = stlink_exchange(st, &x);
    if (e != ERR_OK)
        return e;
    *status = r[0];
    st->probe.fault_address = get_le32(r + 4);
    if (st->probe.fault_address < addr)
        st->probe.fault_address = addr; // firmware that does not fill it in
    return ERR_OK;
}

static enum err block_failed(struct stlink *st, bool write, uint8_t status, uint32_t addr)
{
    char what[64];
    uint32_t where = stlink_status_err(status) == ERR_FAULT ? st->probe.fault_address : addr;
    snprintf(what, sizeof what, "%s 0x%08x", write ? "writing" : "reading", where);
    enum err e = stlink_check_status(st, status, what);
    if (e == ERR_FAULT) {
        // Left set, the sticky flag would fail the next access as well. Its own failure says
        // nothing new.
        const struct log_mark kept = log_keep(st->probe.log);
        uint8_t last = st->probe.last_status;
        if (dp_clear_sticky(&st->probe) != ERR_OK)
            log_line(st->probe.log, LOG_DEBUG, "could not clear the debug port's sticky error");
        st->probe.last_status = last;
        log_restore(st->probe.log, &kept);
    }
    return e;
}

static enum err block(struct stlink *st, unsigned unit, uint32_t addr, struct usb_exchange *x,
                      size_t len, bool write)
{
    if (!st->probe.in_debug)
        return no_connection(st);
    if (unit == 2 && !stlink_has_halfwords(st))
        return log_fail(
            st->probe.log, ERR_UNSUPPORTED,
            "halfword access needs ST-LINK firmware V2J26 or newer: update it with ST's "
            "STSW-LINK007");
    x->command[0] = STLINK_DEBUG;
    x->command[1] = block_opcode(unit, write);
    put_le32(&x->command[2], addr);
    put_le16(&x->command[6], (uint16_t)len);
    x->command[8] = st->ap;
    x->timeout_ms = STLINK_TIMEOUT_MS;
    uint8_t status = 0;
    for (unsigned i = 0; i < BLOCK_RETRIES; i++) {
        enum err e = stlink_exchange(st, x);
        if (e == ERR_OK)
            e = block_status(st, addr, &status);
        if (e != ERR_OK)
            return e;
        if (!stlink_is_busy(st, status, i > 0))
            break;
        // Halfwords go into flash controllers, where sending a unit twice is an error: the caller
        // resumes.
        if (write && unit == 2)
            break;
        usb_link_sleep_us(&st->link, BLOCK_PAUSE_US << i);
    }
    st->probe.last_status = status;
    return stlink_status_err(status) == ERR_OK ? ERR_OK : block_failed(st, write, status, addr);
}

enum err stlink_read_block(struct stlink *st, unsigned unit, uint32_t addr, void *data, size_t len)
{
    uint8_t two[2];
    bool single =
        unit == 1 && len == 1; // answered with two bytes, the second of which means nothing
    struct usb_exchange x = {.in = single ? two : data, .in_len = single ? 2 : len};
    enum err e = block(st, unit, addr, &x, len, false);
    if (e == ERR_OK && single)
        memcpy(data, two, 1);
    return e;
}

enum err stlink_write_block(struct stlink *st, unsigned unit, uint32_t addr, const void *data,
                            size_t len)
{
    struct usb_exchange x = {.out = data, .out_len = len};
    return block(st, unit, addr, &x, len, true);
}
