// SPDX-License-Identifier: MIT
// Motorola S-records (M68000 Family Programmer's Reference Manual, appendix C): lines of
// "S<type><count><address><data><checksum>" with addresses of two (S1), three (S2) or four (S3)
// bytes. S5 and S6 tell how many lines of data came before; S7, S8 and S9 end the file.
#include "cli/image.h"
#include "cli/image_text.h"

enum { RECORD_MAX = 1 + 255 };

struct srec_reader {
    struct image_text text;
    uint32_t data_records; // of this image
};

// Bytes of address by type; 0: there is no such type. The counts of S5 and S6 stand where others
// have their address.
static const uint8_t address_sizes[10] = {2, 2, 3, 4, 0, 2, 3, 4, 3, 2};

// The count byte, address, data and checksum of one line; *type is its digit.
static enum err read_record(struct image_text *t, unsigned *type, uint8_t record[RECORD_MAX],
                            size_t *len)
{
    size_t n = 0;
    uint8_t sum = 0;
    if (t->end - t->at < 2 || (t->at[0] != 'S' && t->at[0] != 's') || t->at[1] < '0' ||
        t->at[1] > '9')
        return image_text_fail(t, t->ended ? "what follows the end record is no S-record"
                                           : "an S-record begins with S and a digit");
    *type = t->at[1] - '0';
    t->at += 2;
    enum err e = image_text_bytes(t, record, RECORD_MAX, &n);
    if (e)
        return e;
    if (address_sizes[*type] == 0)
        return image_text_fail(t, "there is no such type of record");
    if (n < 1 || n != (size_t)record[0] + 1 || n < (size_t)address_sizes[*type] + 2)
        return image_text_fail(t, "the line is cut off, or longer than it says");
    for (size_t i = 0; i < n; i++)
        sum = (uint8_t)(sum + record[i]);
    if (sum != 0xff)
        return image_text_fail(t, "the checksum is wrong: the file was damaged");
    *len = n - 1;
    return ERR_OK;
}

// An S5 has room for 16 bits only, and there are writers that cut off what does not fit.
static enum err check_count(const struct srec_reader *r, uint32_t told, uint32_t mask)
{
    if (told == (r->data_records & mask))
        return ERR_OK;
    return log_fail(r->text.log, ERR_FILE,
                    "%s, line %u: it says that %u lines of data came before, and there were %u: "
                    "some are missing or too many",
                    r->text.path, r->text.line, told, r->data_records);
}

static enum err take_record(struct image *image, struct srec_reader *r, unsigned type,
                            const uint8_t *record, size_t len)
{
    size_t size = address_sizes[type];
    uint32_t addr = 0;
    for (size_t i = 0; i < size; i++)
        addr = addr << 8 | record[1 + i];
    r->text.ended = false;
    switch (type) {
    case 0: // a name, for people
        return ERR_OK;
    case 1:
    case 2:
    case 3:
        r->data_records++;
        return image_add(image, addr, record + 1 + size, len - 1 - size, r->text.log);
    case 5:
    case 6:
        return check_count(r, addr, type == 5 ? 0xffff : 0xffffff);
    default: // where a program starts: a Cortex-M has that in its vector table
        image_text_note_end(&r->text);
        r->data_records = 0;
        return ERR_OK;
    }
}

enum err image_read_srec(struct image *image, const char *path, const uint8_t *file, size_t len,
                         struct log *log)
{
    struct srec_reader r = {.text = image_text_over(path, file, len, log)};
    enum err e = ERR_OK;
    while (!e && image_text_next(&r.text)) {
        uint8_t record[RECORD_MAX];
        size_t n = 0;
        unsigned type = 0;
        e = read_record(&r.text, &type, record, &n);
        if (!e)
            e = take_record(image, &r, type, record, n);
    }
    return e ? e : image_text_finish(&r.text);
}
