// SPDX-License-Identifier: MIT
// m, x, M, X: memory; qCRC and qSearch:memory: work over ranges of it, done in steps.
#include "config.h"

#include <string.h>

#include "base/crc32.h"
#include "base/hex.h"
#include "server/packets.h"
#include "server/reply.h"

#define DATA_MAX   (RSP_PACKET_MAX / 2u) // bytes in one packet, as hexadecimal digits
#define SCAN_CHUNK 1024u                 // bytes that one step of qCRC or qSearch reads
#define CRC_CHUNK  6144u                 // and of qCRC, with a fast clock
#define FAST_HZ    1500000u

static bool take_comma(struct cursor *args)
{
    bool there = cursor_skip_text(args, ",");
    args->bad |= !there;
    return there;
}

// What is left from addr on to the end of the address space, 0 meaning all of it.
static uint32_t cut_at_end(uint32_t addr, uint32_t len)
{
    uint32_t room = 0u - addr;
    return room != 0 && len > room ? room : len;
}

// Part of the window through which GDB's host hands over what the target has no room for, or NULL.
static uint8_t *window_at(struct session *s, uint32_t addr, size_t len)
{
    struct semihost_call *call = &s->semihost->call;
    uint32_t offset = addr - SEMIHOST_WINDOW;
    bool inside = offset < SEMIHOST_WINDOW_SIZE && len <= SEMIHOST_WINDOW_SIZE - offset;
    return s->call.asked && call->window_open && inside ? call->window + offset : NULL;
}

// Reads for m and x. Fewer bytes than asked for are fine, none is an error.
static bool read_some(struct session *s, struct cursor *args, uint8_t *data, size_t max,
                      size_t *len)
{
    uint32_t addr = cursor_hex32(args);
    take_comma(args);
    uint32_t want = cursor_hex32(args);
    if (!packet_args_end(s, args))
        return false;
    want = cut_at_end(addr, want);
    if (want > max)
        want = (uint32_t)max;
    size_t done = 0;
    enum err e = want > 0 ? target_read_mem(s->t, addr, data, want, &done) : ERR_OK;
    *len = e ? done : want;
    if (e && (done == 0 || done > want)) {
        reply_error_quietly(s, e);
        return false;
    }
    log_forget(s->log);
    return true;
}

void packet_read_memory(struct session *s, struct cursor *args)
{
    uint8_t data[DATA_MAX];
    size_t len;
    if (!read_some(s, args, data, sizeof data, &len))
        return;
    if (len == 0) { // an empty reply would mean something else
        reply_malformed(s);
        return;
    }
    reply_begin(s);
    reply_put_hex(s, data, len);
    reply_end(s);
}

void packet_read_binary(struct session *s, struct cursor *args)
{
    uint8_t data[DATA_MAX];
    size_t len;
    if (!read_some(s, args, data, sizeof data, &len))
        return;
    reply_begin(s);
    reply_put_text(s, "b");
    reply_put(s, data, len);
    reply_end(s);
}

static void take_range_and_colon(struct cursor *args, uint32_t *addr, uint32_t *len)
{
    *addr = cursor_hex32(args);
    take_comma(args);
    *len = cursor_hex32(args);
    args->bad |= !cursor_skip_text(args, ":");
}

static bool is_flash(const struct target *t, uint32_t addr)
{
    unsigned count;
    const struct target_region *region = target_regions(t, &count);
    for (unsigned i = 0; i < count; i++)
        if (region[i].kind == TARGET_REGION_FLASH && addr - region[i].base < region[i].size)
            return true;
    return false;
}

// Such a GDB has no memory map either, so its `load` is made of plain writes.
static enum err explain_without_map(struct session *s, uint32_t addr, enum err e)
{
    if (!s->no_xml || e != ERR_USAGE || !is_flash(s->t, addr))
        return e;
    return log_fail(s->log, e,
                    "0x%08x is flash, and this GDB was built without XML support, so it cannot be "
                    "told: program with `swdlink flash FILE`, or use a GDB with XML support",
                    addr);
}

static void write_memory(struct session *s, uint32_t addr, const uint8_t *data, uint32_t len)
{
    enum err e = ERR_OK;
    uint8_t *window = window_at(s, addr, len);
    const struct session *holder = s->sharing->holder;
    if (holder && holder != s && holder->flash.job)
        e = log_fail(s->log, ERR_STATE,
                     "another debugger (%s) programs the flash, and uses the memory for it",
                     holder->name);
    else if (window)
        memcpy(window, data, len);
    else if (cut_at_end(addr, len) != len)
        e = log_fail(s->log, ERR_USAGE,
                     "%u bytes from 0x%08x on go past the end of the address space", len, addr);
    else if (len > 0 && addr - target_eeprom(s->t)->base < target_eeprom(s->t)->size) {
        packet_eeprom_write(s, addr, data, len);
        return;
    } else if (len > 0)
        e = explain_without_map(s, addr, target_write_mem(s->t, addr, data, len));
    if (e)
        reply_error(s, e);
    else
        reply_ok(s);
}

void packet_write_memory(struct session *s, struct cursor *args)
{
    uint8_t data[DATA_MAX];
    uint32_t addr, len;
    take_range_and_colon(args, &addr, &len);
    args->bad |= len > sizeof data;
    const uint8_t *digits = args->bad ? NULL : cursor_bytes(args, 2 * (size_t)len);
    if (digits && !hex_decode(data, (const char *)digits, len))
        args->bad = true;
    if (packet_args_end(s, args))
        write_memory(s, addr, data, len);
}

void packet_write_binary(struct session *s, struct cursor *args)
{
    uint32_t addr, len;
    take_range_and_colon(args, &addr, &len);
    const uint8_t *data = args->bad ? NULL : cursor_bytes(args, len);
    if (packet_args_end(s, args))
        write_memory(s, addr, data, len);
}

static bool check_range(struct session *s, uint32_t addr, uint32_t len)
{
    if (cut_at_end(addr, len) == len)
        return true;
    reply_error(s, log_fail(s->log, ERR_USAGE,
                            "the range 0x%08x, length 0x%x, goes past the end of the "
                            "address space",
                            addr, len));
    return false;
}

static void fail_scan(struct session *s, enum err e)
{
    session_end_work(s);
    reply_error(s, e);
}

static void step_crc(struct session *s, uint64_t now_ms)
{
    (void)now_ms;
    uint8_t data[CRC_CHUNK];
    // A step is short with a slow clock, too.
    const uint32_t chunk = target_swclk_hz(s->t) < FAST_HZ ? SCAN_CHUNK : CRC_CHUNK;
    uint32_t part = s->scan.left < chunk ? s->scan.left : chunk;
    enum err e = part > 0 ? target_read_mem(s->t, s->scan.addr, data, part, NULL) : ERR_OK;
    if (e) {
        fail_scan(s, e);
        return;
    }
    s->scan.crc = crc32_bytes(s->scan.crc, data, part);
    s->scan.addr += part;
    s->scan.left -= part;
    if (s->scan.left > 0)
        return;
    session_end_work(s);
    reply_begin(s);
    reply_put_format(s, "C%08x", s->scan.crc);
    reply_end(s);
}

static void step_find(struct session *s, uint64_t now_ms)
{
    (void)now_ms;
    uint8_t data[SCAN_CHUNK + SESSION_FIND_MAX];
    uint32_t pattern_len = (uint32_t)s->scan.pattern_len;
    if (s->scan.left < pattern_len) {
        session_end_work(s);
        reply_text(s, "0");
        return;
    }
    uint32_t starts = s->scan.left - pattern_len + 1; // places where it may begin
    if (starts > SCAN_CHUNK)
        starts = SCAN_CHUNK;
    enum err e = target_read_mem(s->t, s->scan.addr, data, starts + pattern_len - 1, NULL);
    if (e) {
        fail_scan(s, e);
        return;
    }
    const uint8_t *found = memmem(data, starts + pattern_len - 1, s->scan.pattern, pattern_len);
    if (found) {
        session_end_work(s);
        reply_begin(s);
        reply_put_format(s, "1,%x", s->scan.addr + (uint32_t)(found - data));
        reply_end(s);
        return;
    }
    s->scan.addr += starts;
    s->scan.left -= starts;
}

static void interrupt_scan(struct session *s)
{
    session_end_work(s);
    reply_error_quietly(s, log_fail(s->log, ERR_USAGE, "interrupted"));
}

static const struct session_work crc_work = {.step = step_crc, .interrupt = interrupt_scan};
static const struct session_work find_work = {.step = step_find, .interrupt = interrupt_scan};

void packet_crc(struct session *s, struct cursor *args)
{
    uint32_t addr = cursor_hex32(args);
    take_comma(args);
    uint32_t len = cursor_hex32(args);
    if (!packet_args_end(s, args) || !check_range(s, addr, len))
        return;
    s->scan.addr = addr;
    s->scan.left = len;
    s->scan.crc = CRC32_START;
    session_begin_work(s, &crc_work);
}

// qSearch:memory:ADDR;LEN;PATTERN
void packet_find(struct session *s, struct cursor *args)
{
    uint32_t addr = cursor_hex32(args);
    args->bad |= !cursor_skip_text(args, ";");
    uint32_t len = cursor_hex32(args);
    args->bad |= !cursor_skip_text(args, ";");
    size_t pattern_len = cursor_left(args);
    const uint8_t *pattern = cursor_bytes(args, pattern_len);
    args->bad |= pattern_len == 0;
    if (!packet_args_end(s, args) || !check_range(s, addr, len))
        return;
    if (pattern_len > sizeof s->scan.pattern) {
        reply_error(s, log_fail(s->log, ERR_UNSUPPORTED,
                                "a pattern of %zu bytes is too long: at most %u", pattern_len,
                                SESSION_FIND_MAX));
        return;
    }
    s->scan.addr = addr;
    s->scan.left = len;
    memcpy(s->scan.pattern, pattern, pattern_len);
    s->scan.pattern_len = pattern_len;
    session_begin_work(s, &find_work);
}
