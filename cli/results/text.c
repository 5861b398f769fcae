// SPDX-License-Identifier: MIT
#include "cli/results/text.h"

#include <string.h>
#include <strings.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

struct span span_trim(struct span s)
{
    while (s.len > 0 && is_space(s.at[0])) {
        s.at++;
        s.len--;
    }
    while (s.len > 0 && is_space(s.at[s.len - 1]))
        s.len--;
    return s;
}

bool span_is(struct span s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.at, text, s.len) == 0;
}

const char *text_skip_space(const char *p)
{
    while (is_space(*p))
        p++;
    return p;
}

bool text_skip(const char **p, const char *word)
{
    size_t len = strlen(word);
    if (strncmp(*p, word, len) != 0)
        return false;
    *p += len;
    return true;
}

bool text_skip_nocase(const char **p, const char *word)
{
    size_t len = strlen(word);
    if (strncasecmp(*p, word, len) != 0)
        return false;
    *p += len;
    return true;
}

bool text_number(const char **p, uint32_t *n)
{
    const char *end = *p;
    uint32_t value = 0;
    while (is_digit(*end) && end - *p < 10)
        value = value * 10 + (uint32_t)(*end++ - '0');
    if (end == *p || end - *p > 9)
        return false;
    *p = end;
    *n = value;
    return true;
}

bool text_seconds(const char **p, double *seconds)
{
    uint32_t whole;
    if (!text_number(p, &whole))
        return false;
    *seconds = whole;
    double unit = 0.1;
    if (**p == '.' && is_digit((*p)[1]))
        for (++*p; is_digit(**p); ++*p, unit /= 10)
            *seconds += unit * (**p - '0');
    return true;
}

bool text_ends_with(struct span s, const char *ending)
{
    size_t len = strlen(ending);
    return s.len >= len && memcmp(s.at + s.len - len, ending, len) == 0;
}

const char *text_find(struct span s, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= s.len; i++)
        if (memcmp(s.at + i, word, len) == 0)
            return s.at + i;
    return NULL;
}

bool text_milliseconds(const char *text, double *seconds)
{
    for (const char *p = text; *p; p++) {
        const char *end = p;
        uint32_t ms;
        if (!is_digit(*p) || (p > text && is_digit(p[-1])) || !text_number(&end, &ms))
            continue;
        if (strncmp(end, " ms", 3) == 0) {
            *seconds = ms / 1000.0;
            return true;
        }
    }
    return false;
}
