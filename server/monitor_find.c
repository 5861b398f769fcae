// SPDX-License-Identifier: MIT
// Which row of the tables a `monitor` line means.
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "server/monitor.h"

unsigned monitor_row_count(void)
{
    return monitor_word_count + monitor_foreign_count;
}

const struct monitor_word *monitor_row_at(unsigned i)
{
    return i < monitor_word_count ? &monitor_words[i] : &monitor_foreign[i - monitor_word_count];
}

// How many letters of the line the row's words take up, with what ends them; 0: it is another one.
static size_t words_that_fit(const char *row, const char *line)
{
    const char *p = line;
    for (; *row; row++) {
        if (*row == '*') {
            p += strcspn(p, " =.");
        } else if (*row == ' ') {
            if (*p != ' ')
                return 0;
            p += strspn(p, " ");
        } else if (tolower((unsigned char)*p++) != *row) {
            return 0;
        }
    }
    return *p == '\0' || *p == ' ' || *p == '=' ? (size_t)(p - line) : 0;
}

// OpenOCD's targets are commands, too: `stm32f0x.cpu mdw …` is `mdw …` of the only one there is.
static const char *skip_target_name(const char *line)
{
    size_t len = strcspn(line, " ");
    const char *dot = memchr(line, '.', len);
    bool target = dot && (strncasecmp(dot, ".cpu", 4) == 0 || strncasecmp(dot, ".cm", 3) == 0);
    return target && line[len] ? line + len + strspn(line + len, " ") : line;
}

const struct monitor_word *monitor_find(const char *line, const char **args)
{
    const struct monitor_word *best = NULL;
    size_t longest = 0;
    line = skip_target_name(line);
    for (unsigned i = 0; i < monitor_row_count(); i++) {
        size_t len = words_that_fit(monitor_row_at(i)->word, line);
        if (len > longest) {
            longest = len;
            best = monitor_row_at(i);
        }
    }
    *args = line + longest + strspn(line + longest, " ");
    return best;
}
