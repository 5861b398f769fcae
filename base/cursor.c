// SPDX-License-Identifier: MIT
#include "base/cursor.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"

struct cursor cursor_over(const void *data, size_t len)
{
    const uint8_t *p = data;
    return (struct cursor){.p = p, .end = len ? p + len : p, .bad = false};
}

size_t cursor_left(const struct cursor *c)
{
    return (size_t)(c->end - c->p);
}

const uint8_t *cursor_bytes(struct cursor *c, size_t len)
{
    if (c->bad || cursor_left(c) < len) {
        c->bad = true;
        return NULL;
    }
    const uint8_t *p = c->p;
    c->p += len;
    return p;
}

uint8_t cursor_u8(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 1);
    return p ? *p : 0;
}

uint16_t cursor_le16(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 2);
    return p ? get_le16(p) : 0;
}

uint32_t cursor_le32(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 4);
    return p ? get_le32(p) : 0;
}

bool cursor_skip_text(struct cursor *c, const char *text)
{
    size_t len = strlen(text);
    if (c->bad || cursor_left(c) < len || memcmp(c->p, text, len) != 0)
        return false;
    c->p += len;
    return true;
}

uint32_t cursor_hex32(struct cursor *c)
{
    uint32_t v = 0;
    unsigned digits = 0;
    while (!c->bad && c->p < c->end && hex_digit((char)*c->p) >= 0) {
        if (v >> 28)
            c->bad = true;
        v = v << 4 | (uint32_t)hex_digit((char)*c->p);
        c->p++;
        digits++;
    }
    if (digits == 0)
        c->bad = true;
    return c->bad ? 0 : v;
}

uint8_t cursor_hex_byte(struct cursor *c)
{
    const uint8_t *p = cursor_bytes(c, 2);
    if (!p)
        return 0;
    int hi = hex_digit((char)p[0]), lo = hex_digit((char)p[1]);
    if (hi < 0 || lo < 0) {
        c->bad = true;
        return 0;
    }
    return (uint8_t)(hi << 4 | lo);
}
