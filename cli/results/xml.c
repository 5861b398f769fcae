// SPDX-License-Identifier: MIT
#include "cli/results/xml.h"

#include <stdbool.h>
#include <string.h>

size_t utf8_len(const char *p, size_t len)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t n = u[0] < 0x80                   ? 1
               : u[0] >= 0xc2 && u[0] < 0xe0 ? 2
               : u[0] >= 0xe0 && u[0] < 0xf0 ? 3
                                             : 0;
    if (u[0] >= 0xf0 && u[0] < 0xf5)
        n = 4;
    if (n > len)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xf0 && u[1] < 0x90);
    bool surrogate = u[0] == 0xed && u[1] >= 0xa0;
    bool beyond = u[0] == 0xf4 && u[1] >= 0x90;
    return n > 1 && (overlong || surrogate || beyond) ? 0 : n;
}

static bool is_no_character(const char *p, size_t n)
{
    unsigned char c = (unsigned char)p[0];
    bool control = n == 1 && ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f);
    return control ||
           (n == 3 && (memcmp(p, "\xef\xbf\xbe", 3) == 0 || memcmp(p, "\xef\xbf\xbf", 3) == 0));
}

static const char *entity(char c)
{
    switch (c) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

void xml_put(FILE *f, const char *text, size_t len)
{
    for (size_t i = 0, n; i < len; i += n) {
        n = utf8_len(&text[i], len - i);
        if (text[i] == '\r') { // of an end of a line: XML's is LF alone
            if (i + 1 >= len || text[i + 1] != '\n')
                putc('\n', f);
        } else if (n == 0) {
            putc('?', f);
            n = 1;
        } else if (is_no_character(&text[i], n)) {
            putc('?', f);
        } else if (entity(text[i])) {
            fputs(entity(text[i]), f);
        } else {
            fwrite(&text[i], 1, n, f);
        }
    }
}

void xml_put_text(FILE *f, const char *text)
{
    xml_put(f, text, strlen(text));
}
