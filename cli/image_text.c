// SPDX-License-Identifier: MIT
#include "cli/image_text.h"

#include <string.h>

#include "base/hex.h"

#define CTRL_Z 0x1au // the end of a text file for CP/M and DOS

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct image_text image_text_over(const char *path, const uint8_t *file, size_t len,
                                  struct log *log)
{
    struct image_text t = {.path = path, .at = file, .end = file + len, .line = 1, .log = log};
    if (len >= 3 && memcmp(file, "\xef\xbb\xbf", 3) == 0)
        t.at += 3;
    return t;
}

static bool is_padding(const struct image_text *t)
{
    for (const uint8_t *p = t->at; p < t->end; p++)
        if (*p != CTRL_Z && *p != '\0' && !is_space(*p))
            return false;
    return true;
}

bool image_text_next(struct image_text *t)
{
    for (; t->at < t->end && is_space(*t->at); t->at++)
        t->line += *t->at == '\n';
    return t->at < t->end && !(t->ended && is_padding(t));
}

enum err image_text_bytes(struct image_text *t, uint8_t *bytes, size_t room, size_t *count)
{
    size_t n = 0;
    for (; t->end - t->at >= 2 && n < room && !is_space(t->at[0]); t->at += 2) {
        int high = hex_digit((char)t->at[0]), low = hex_digit((char)t->at[1]);
        if (high < 0 || low < 0)
            return image_text_fail(t, "there is something else than hexadecimal digits");
        bytes[n++] = (uint8_t)(high << 4 | low);
    }
    *count = n;
    return ERR_OK;
}

enum err image_text_fail(const struct image_text *t, const char *what)
{
    return log_fail(t->log, ERR_FILE, "%s, line %u: %s", t->path, t->line, what);
}

void image_text_note_end(struct image_text *t)
{
    t->ended = true;
    t->images++;
}

enum err image_text_finish(const struct image_text *t)
{
    if (!t->ended)
        return image_text_fail(t, "the file ends without an end record: it was cut off");
    if (t->images > 1)
        log_line(t->log, LOG_NOTE, "%s holds %u images, one after the other: all are taken",
                 t->path, t->images);
    return ERR_OK;
}
