// SPDX-License-Identifier: MIT
#include "cli/results/prefix.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "cli/results/text.h"

enum { LONGEST_GROUP = 64, LONGEST_TAG = 48 };

// "[...]", "<...>", "(...)"
static const char *skip_group(const char *p)
{
    static const char open[] = "[<(", close[] = "]>)";
    const char *kind = *p ? strchr(open, *p) : NULL;
    if (!kind)
        return NULL;
    const char *end = strchr(p, close[kind - open]);
    return end && end - p <= LONGEST_GROUP ? end + 1 : NULL;
}

// "12:30:01.5", "2026-01-02T03:04:05Z", "0.00125", "1234"
static const char *skip_time(const char *p)
{
    const char *end = p;
    while (*end && strchr("0123456789:.,-/TZ+_", *end))
        end++;
    return isdigit((unsigned char)*p) ? end : NULL;
}

static const char *skip_level(const char *p)
{
    static const char *const levels[] = {
        "TRACE", "DEBUG", "INFO", "NOTICE", "WARNING", "WARN", "ERROR", "LOG", "DBG",
        "INF",   "WRN",   "ERR",  "D",      "I",       "W",    "E",     "V",   "T",
    };
    for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++) {
        const char *end = p;
        if (text_skip_nocase(&end, levels[i]) && (*end == ' ' || *end == ':' || *end == '/'))
            return *end == ' ' ? end : end + 1;
    }
    return NULL;
}

// "tag:", "src/main.c:12:", "main>": one word, and a white space behind it
static const char *skip_tag(const char *p)
{
    size_t len = strcspn(p, " \t");
    bool marked = len > 1 && len <= LONGEST_TAG && (p[len - 1] == ':' || p[len - 1] == '>');
    return marked ? p + len : NULL;
}

static const char *skip_sign(const char *p)
{
    return (*p == '-' || *p == '|' || *p == '>') && p[1] == ' ' ? p + 1 : NULL;
}

const char *prefix_skip(const char *line)
{
    static const char *(*const kinds[])(const char *) = {skip_group, skip_time, skip_level,
                                                         skip_tag, skip_sign};
    const char *p = text_skip_space(line);
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *end = kinds[i](p);
        if (!end || end == p)
            continue;
        if (*end == ':')
            end++;
        bool apart = *end == ' ' || *end == '\t' || end[-1] == ']' || end[-1] == '>';
        if (apart && *text_skip_space(end))
            return *end == ' ' || *end == '\t' ? end + 1 : end;
    }
    return NULL;
}
