// SPDX-License-Identifier: MIT
// Numbers and addresses as people type them. Digits are read by hand: strtoul() takes signs, spaces
// and octal numbers, which nobody means here.
#include "cli/value.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"

// Reads digits of the base at *p and moves past them. False when there is none, or beyond 32 bits.
static bool digits(const char **p, unsigned base, uint64_t *value)
{
    const char *start = *p;
    uint64_t v = 0;
    for (; hex_digit(**p) >= 0 && (unsigned)hex_digit(**p) < base; (*p)++) {
        v = v * base + (unsigned)hex_digit(**p);
        if (v > UINT32_MAX)
            return false;
    }
    *value = v;
    return *p != start;
}

// The digits behind a decimal point, in millionths; those beyond the sixth are dropped.
static bool millionths(const char **p, uint64_t *value)
{
    uint64_t v = 0;
    unsigned count = 0;
    for (; **p >= '0' && **p <= '9'; (*p)++, count++)
        if (count < 6)
            v = v * 10 + (unsigned)(**p - '0');
    for (unsigned i = count; i < 6; i++)
        v *= 10;
    *value = v;
    return count > 0;
}

enum err value_parse_hz(uint32_t *hz, const char *text, struct log *log)
{
    const char *p = text;
    uint64_t whole = 0, fraction = 0, unit = 1;
    bool ok = digits(&p, 10, &whole);
    if (ok && *p == '.') {
        p++;
        ok = millionths(&p, &fraction);
    }
    if (*p == 'k' || *p == 'K')
        unit = 1000;
    else if (*p == 'M' || *p == 'm')
        unit = 1000000;
    if (unit > 1)
        p++;
    if (!strcasecmp(p, "Hz"))
        p += 2;
    const uint64_t value = whole * unit + fraction * unit / 1000000;
    if (!ok || *p || value == 0 || value > UINT32_MAX)
        return log_fail(log, ERR_USAGE, "'%s' is no frequency; examples: 4M, 950k, 480000", text);
    *hz = (uint32_t)value;
    return ERR_OK;
}

enum err value_parse_number(uint32_t *number, const char *text, const char *what, struct log *log)
{
    const char *p = text;
    unsigned base = 10;
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
        base = 16;
        p += 2;
    }
    uint64_t value = 0;
    const bool ok = digits(&p, base, &value);
    if (*p == 'k' || *p == 'K') {
        value <<= 10;
        p++;
    } else if (*p == 'm' || *p == 'M') {
        value <<= 20;
        p++;
    }
    if (!ok || *p || value > UINT32_MAX)
        return log_fail(
            log, ERR_USAGE,
            "'%s' is no %s; a number up to 32 bits is wanted, such as 0x400, 1024 or 1K", text,
            what);
    *number = (uint32_t)value;
    return ERR_OK;
}

enum err value_parse_duration(uint64_t *us, const char *text, struct log *log)
{
    static const struct {
        const char *unit;
        uint64_t us;
    } units[] = {{"", 1000000},    {"s", 1000000},     {"ms", 1000},
                 {"m", 60000000u}, {"min", 60000000u}, {"h", 3600000000u}};
    const char *p = text;
    uint64_t whole = 0, fraction = 0, unit = 0;
    bool ok = digits(&p, 10, &whole);
    if (ok && *p == '.') {
        p++;
        ok = millionths(&p, &fraction);
    }
    for (unsigned i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(p, units[i].unit))
            unit = units[i].us;
    if (!ok || !unit)
        return log_fail(log, ERR_USAGE,
                        "'%s' is no time; examples: 90 and 1.5 (seconds), 30s, 5m, 2h, 250ms",
                        text);
    *us = whole * unit + fraction * unit / 1000000;
    if (*us == 0 && strpbrk(text, "123456789"))
        *us = 1; // 0 would mean: no limit
    return ERR_OK;
}

enum err value_parse_port(uint16_t *port, const char *text, struct log *log)
{
    const char *p = text;
    uint64_t value = 0;
    if (!digits(&p, 10, &value) || *p || value > UINT16_MAX)
        return log_fail(log, ERR_USAGE, "'%s' is no TCP port; a number from 0 to 65535 is wanted",
                        text);
    *port = (uint16_t)value;
    return ERR_OK;
}

enum err value_parse_listen(char host[VALUE_HOST_SIZE], uint16_t *port, const char *text,
                            struct log *log)
{
    const char *colon = strrchr(text, ':');
    const char *start = text;
    size_t len = colon ? (size_t)(colon - text) : 0;
    if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
        start++;
        len -= 2;
    } else if (memchr(text, ':', len)) {
        return log_fail(log, ERR_USAGE,
                        "'%s' is no address to listen on; IPv6 goes in brackets, as in [::1]:4242",
                        text);
    }
    if (len >= VALUE_HOST_SIZE)
        return log_fail(log, ERR_USAGE, "the host to listen on has more than %d characters",
                        VALUE_HOST_SIZE - 1);
    memcpy(host, start, len);
    host[len] = '\0';
    return value_parse_port(port, colon ? colon + 1 : text, log);
}
