// SPDX-License-Identifier: MIT
// Intel HEX (Intel's "Hexadecimal Object File Format Specification", revision A, 1988): lines of
// ":LLAAAATT<data>CC".
#include "base/hex.h"
#include "cli/image.h"

enum record_type {
    RECORD_DATA,
    RECORD_END,
    RECORD_SEGMENT,       // bits 19:4 of the addresses that follow
    RECORD_SEGMENT_START, // CS:IP of an 8086
    RECORD_LINEAR,        // bits 31:16
    RECORD_LINEAR_START,
};

enum { HEADER = 4, RECORD_MAX = HEADER + 255 + 1 };

struct reader {
    const char *path;
    const uint8_t *at, *end;
    unsigned line;
    uint32_t base;
    bool wraps; // within 64 KiB, as an 8086 does
    bool ended;
    struct log *log;
};

static enum err fail(const struct reader *r, const char *what)
{
    return log_fail(r->log, ERR_FILE, "%s, line %u: %s", r->path, r->line, what);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct reader *r)
{
    for (; r->at < r->end && is_space(*r->at); r->at++)
        r->line += *r->at == '\n';
}

// The bytes of one line, with its checksum; *len without that.
static enum err read_record(struct reader *r, uint8_t record[RECORD_MAX], size_t *len)
{
    if (*r->at++ != ':')
        return fail(r, "a line of Intel HEX begins with a colon");
    size_t n = 0;
    uint8_t sum = 0;
    for (; r->end - r->at >= 2 && n < RECORD_MAX && !is_space(r->at[0]); r->at += 2) {
        int high = hex_digit((char)r->at[0]), low = hex_digit((char)r->at[1]);
        if (high < 0 || low < 0)
            return fail(r, "there is something else than hexadecimal digits");
        record[n] = (uint8_t)(high << 4 | low);
        sum += record[n++];
    }
    if (n < HEADER + 1 || n != (size_t)record[0] + HEADER + 1)
        return fail(r, "the line is cut off, or longer than it says");
    if (sum != 0)
        return fail(r, "the checksum is wrong: the file was damaged");
    *len = n - 1;
    return ERR_OK;
}

static enum err add_data(struct image *image, const struct reader *r, const uint8_t *record,
                         size_t len)
{
    uint32_t offset = (uint32_t)record[1] << 8 | record[2];
    size_t count = len - HEADER;
    if (r->wraps && offset + count > 0x10000)
        return fail(r, "the line reaches beyond the end of its segment");
    if (offset > UINT32_MAX - r->base)
        return fail(r, "the address is beyond 32 bits");
    return image_add(image, r->base + offset, record + HEADER, count, r->log);
}

static enum err take_record(struct image *image, struct reader *r, const uint8_t *record,
                            size_t len)
{
    size_t count = len - HEADER;
    uint32_t high = count == 2 ? (uint32_t)record[HEADER] << 8 | record[HEADER + 1] : 0;
    switch (record[3]) {
    case RECORD_DATA:
        return add_data(image, r, record, len);
    case RECORD_END:
        r->ended = true;
        return ERR_OK;
    case RECORD_SEGMENT:
    case RECORD_LINEAR:
        if (count != 2)
            return fail(r, "an address record holds two bytes");
        r->wraps = record[3] == RECORD_SEGMENT;
        r->base = high << (r->wraps ? 4 : 16);
        return ERR_OK;
    case RECORD_SEGMENT_START:
    case RECORD_LINEAR_START:
        return ERR_OK; // the chip starts at its vector table
    default:
        return fail(r, "there is no such type of record");
    }
}

enum err image_read_hex(struct image *image, const char *path, const uint8_t *file, size_t len,
                        struct log *log)
{
    struct reader r = {.path = path, .at = file, .end = file + len, .line = 1, .log = log};
    enum err e = ERR_OK;
    for (skip_space(&r); !e && r.at < r.end && !r.ended; skip_space(&r)) {
        uint8_t record[RECORD_MAX];
        size_t n = 0;
        e = read_record(&r, record, &n);
        if (!e)
            e = take_record(image, &r, record, n);
    }
    if (!e && !r.ended)
        e = fail(&r, "the file ends without an end record: it was cut off");
    return e;
}
