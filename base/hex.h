// SPDX-License-Identifier: MIT
// Bytes to hexadecimal text and back.
#ifndef SWDLINK_BASE_HEX_H
#define SWDLINK_BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The value of a hexadecimal digit of either case, or -1.
int hex_digit(char c);
// Writes 2 * len lower-case digits and a final NUL: out holds 2 * len + 1 characters.
void hex_encode(char *out, const uint8_t *data, size_t len);
// Reads 2 * len digits. False, with out undefined, when one of them is none.
bool hex_decode(uint8_t *out, const char *text, size_t len);

#endif
