// SPDX-License-Identifier: MIT
// A table of tests/captures/*.bytes: lines of hex digits, and of comments.
#ifndef SWDLINK_TESTS_UNIT_TRACE_BYTES_H
#define SWDLINK_TESTS_UNIT_TRACE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct trace_bytes {
    FILE *f;
};

static inline bool trace_bytes_open(struct trace_bytes *t, const char *name)
{
    char path[1024];
    const char *top = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/tests/captures/%s", top ? top : ".", name);
    t->f = fopen(path, "r");
    return t->f;
}

// The next line's bytes; 0: there is none.
static inline size_t trace_bytes_line(struct trace_bytes *t, uint8_t bytes[128])
{
    char line[300];
    size_t n = 0;
    while (fgets(line, sizeof line, t->f)) {
        unsigned value;
        for (n = 0; line[0] != '#' && n < 128 && sscanf(&line[2 * n], "%2x", &value) == 1; n++)
            bytes[n] = (uint8_t)value;
        if (n > 0)
            return n;
    }
    return 0;
}

// All of it; the caller frees it.
static inline uint8_t *trace_bytes_all(const char *name, size_t *len)
{
    struct trace_bytes t;
    *len = 0;
    if (!trace_bytes_open(&t, name))
        return NULL;
    uint8_t *all = malloc(65536 + 128);
    for (size_t n; *len < 65536 && (n = trace_bytes_line(&t, all + *len)) > 0;)
        *len += n;
    fclose(t.f);
    return all;
}

#endif
