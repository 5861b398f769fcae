// SPDX-License-Identifier: MIT
// The arguments of `monitor` words.
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "server/monitor.h"

bool monitor_take_word(const char **args, const char *word)
{
    size_t len = strlen(word);
    const char *p = *args + strspn(*args, " ");
    if (strncasecmp(p, word, len) != 0 || (p[len] && p[len] != ' '))
        return false;
    *args = p + len + strspn(p + len, " ");
    return true;
}

bool monitor_take_number(const char **args, uint32_t *value)
{
    const char *p = *args + strspn(*args, " =,");
    unsigned base = 10;
    uint64_t v = 0;
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
        base = 16;
        p += 2;
    }
    const char *first = p;
    for (; hex_digit(*p) >= 0 && (unsigned)hex_digit(*p) < base && v <= UINT32_MAX; p++)
        v = v * base + (unsigned)hex_digit(*p);
    if (p == first || v > UINT32_MAX || (*p && !strchr(" =,})", *p)))
        return false;
    *value = (uint32_t)v;
    *args = p + strspn(p, " ");
    return true;
}

enum err monitor_require_halted(struct session *s)
{
    if (s->state == SESSION_RUNNING || target_state(s->t) == TARGET_RUNNING)
        return log_fail(s->log, ERR_STATE,
                        "the target is running: interrupt it first (Ctrl-C, or `monitor halt`)");
    return ERR_OK;
}
