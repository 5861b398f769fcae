// SPDX-License-Identifier: MIT
// Intel HEX (Intel's "Hexadecimal Object File Format Specification", revision A, 1988): lines of
// ":LLAAAATT<data>CC". Several files may have been joined into one: what follows an end record is
// the next image, with its own base address.
#include "cli/image.h"
#include "cli/image_text.h"

enum record_type {
    RECORD_DATA,
    RECORD_END,
    RECORD_SEGMENT,       // bits 19:4 of the addresses that follow
    RECORD_SEGMENT_START, // CS:IP of an 8086
    RECORD_LINEAR,        // bits 31:16
    RECORD_LINEAR_START,
};

enum { HEADER = 4, RECORD_MAX = HEADER + 255 + 1 };

struct hex_reader {
    struct image_text text;
    uint32_t base;
    bool wraps; // within 64 KiB, as an 8086 does
};

// The bytes of one line, with its checksum; *len without that.
static enum err read_record(struct image_text *t, uint8_t record[RECORD_MAX], size_t *len)
{
    size_t n = 0;
    uint8_t sum = 0;
    if (*t->at != ':')
        return image_text_fail(t, t->ended ? "what follows the end record is no Intel HEX"
                                           : "a line of Intel HEX begins with a colon");
    t->at++;
    enum err e = image_text_bytes(t, record, RECORD_MAX, &n);
    if (e)
        return e;
    if (n < HEADER + 1 || n != (size_t)record[0] + HEADER + 1)
        return image_text_fail(t, "the line is cut off, or longer than it says");
    for (size_t i = 0; i < n; i++)
        sum = (uint8_t)(sum + record[i]);
    if (sum != 0)
        return image_text_fail(t, "the checksum is wrong: the file was damaged");
    *len = n - 1;
    return ERR_OK;
}

static enum err add_data(struct image *image, const struct hex_reader *r, const uint8_t *record,
                         size_t len)
{
    uint32_t offset = (uint32_t)record[1] << 8 | record[2];
    size_t count = len - HEADER;
    if (r->wraps && offset + count > 0x10000)
        return image_text_fail(&r->text, "the line reaches beyond the end of its segment");
    if (offset > UINT32_MAX - r->base)
        return image_text_fail(&r->text, "the address is beyond 32 bits");
    return image_add(image, r->base + offset, record + HEADER, count, r->text.log);
}

static enum err take_record(struct image *image, struct hex_reader *r, const uint8_t *record,
                            size_t len)
{
    size_t count = len - HEADER;
    uint32_t high = count == 2 ? (uint32_t)record[HEADER] << 8 | record[HEADER + 1] : 0;
    r->text.ended = false;
    switch (record[3]) {
    case RECORD_DATA:
        return add_data(image, r, record, len);
    case RECORD_END:
        image_text_note_end(&r->text);
        r->base = 0;
        r->wraps = false;
        return ERR_OK;
    case RECORD_SEGMENT:
    case RECORD_LINEAR:
        if (count != 2)
            return image_text_fail(&r->text, "an address record holds two bytes");
        r->wraps = record[3] == RECORD_SEGMENT;
        r->base = high << (r->wraps ? 4 : 16);
        return ERR_OK;
    case RECORD_SEGMENT_START:
    case RECORD_LINEAR_START:
        return ERR_OK; // the chip starts at its vector table
    default:
        return image_text_fail(&r->text, "there is no such type of record");
    }
}

enum err image_read_hex(struct image *image, const char *path, const uint8_t *file, size_t len,
                        struct log *log)
{
    struct hex_reader r = {.text = image_text_over(path, file, len, log)};
    enum err e = ERR_OK;
    while (!e && image_text_next(&r.text)) {
        uint8_t record[RECORD_MAX];
        size_t n = 0;
        e = read_record(&r.text, record, &n);
        if (!e)
            e = take_record(image, &r, record, n);
    }
    return e ? e : image_text_finish(&r.text);
}
