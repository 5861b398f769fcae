// SPDX-License-Identifier: MIT
// A sticky read cursor over untrusted bytes: reading past the end gives 0 and sets `bad`, which is
// checked once at the end. A parser written with it needs no bounds check of its own.
#ifndef SWDLINK_BASE_CURSOR_H
#define SWDLINK_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cursor {
    const uint8_t *p;
    const uint8_t *end;
    bool bad; // something was asked for that was not there
};

struct cursor cursor_over(const void *data, size_t len);
size_t cursor_left(const struct cursor *c);
uint8_t cursor_u8(struct cursor *c);
uint16_t cursor_le16(struct cursor *c);
uint32_t cursor_le32(struct cursor *c);
// Skips len bytes and returns where they start, or NULL (and bad) when they are not all there.
const uint8_t *cursor_bytes(struct cursor *c, size_t len);
// True, and past it, when the next bytes are the text.
bool cursor_skip_text(struct cursor *c, const char *text);
// One or more hexadecimal digits that fit 32 bits; stops before the first other byte.
uint32_t cursor_hex32(struct cursor *c);
// Two hexadecimal digits.
uint8_t cursor_hex_byte(struct cursor *c);

#endif
