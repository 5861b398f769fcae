// SPDX-License-Identifier: MIT
// Text for an XML document. XML 1.0 (2.2) has no place for most control characters, for U+FFFE and
// U+FFFF, nor for what is not UTF-8: each such byte becomes "?".
#ifndef SWDLINK_CLI_RESULTS_XML_H
#define SWDLINK_CLI_RESULTS_XML_H

#include <stddef.h>
#include <stdio.h>

// How many bytes the UTF-8 character at p has; 0 when there is none (RFC 3629, 3). ASCII is 1.
size_t utf8_len(const char *p, size_t len);
void xml_put(FILE *f, const char *text, size_t len);
void xml_put_text(FILE *f, const char *text);

#endif
