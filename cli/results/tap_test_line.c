// SPDX-License-Identifier: MIT
// Test lines of TAP: "ok 3 - name # SKIP why".
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cli/results/tap.h"

enum { LONGEST_NUMBER = 9 }; // digits that text_number() takes

// "# SKIP why", "# TODO why" behind the name and a space; a "\#" is part of the name, and so is
// "#todo-list". "Skipped" is good enough, "todos" is not.
static void take_directive(struct tap_test_line *t, const char *p)
{
    t->name = span_trim(span_of(p));
    for (const char *hash = p; (hash = strchr(hash, '#')); hash++) {
        if (hash > p && hash[-1] != ' ' && hash[-1] != '\t')
            continue;
        const char *word = text_skip_space(hash + 1);
        t->skip = text_skip_nocase(&word, "skip");
        t->todo = !t->skip && text_skip_nocase(&word, "todo") && !isalnum((unsigned char)*word) &&
                  *word != '-' && *word != '_';
        if (!t->skip && !t->todo)
            continue;
        word += strcspn(word, " \t");
        t->why = span_trim(span_of(word));
        t->name = span_trim((struct span){p, (size_t)(hash - p)});
        return;
    }
}

// "not ok", in whatever letters and with whatever space: nothing that may be a failure is passed
// over for its looks.
static bool skip_not_ok(const char **p)
{
    const char *at = *p;
    if (!text_skip_nocase(&at, "not") || (*at != ' ' && *at != '\t'))
        return false;
    at = text_skip_space(at);
    if (!text_skip_nocase(&at, "ok") || (*at && !strchr(" \t:-0123456789", *at)))
        return false;
    *p = at;
    return true;
}

// A failure's number may be followed by any sign, unless that makes it "3.3V".
static bool take_number(struct tap_test_line *t, const char **p)
{
    size_t digits = strspn(*p, "0123456789");
    const char *end = *p + digits, *number = *p;
    bool apart = !*end || *end == ' ' || *end == '\t';
    bool sign = ispunct((unsigned char)*end) && !isdigit((unsigned char)end[1]);
    if (digits == 0 || !(apart || (t->failed && sign)))
        return false;
    if (digits > LONGEST_NUMBER || !text_number(&number, &t->number))
        t->number = UINT32_MAX;
    *p = end + (!apart && *end != '-');
    return true;
}

// What is no such line, like "okay", is not taken.
bool tap_parse_test(struct tap_test_line *t, const char *line)
{
    const char *p = line;
    *t = (struct tap_test_line){.failed = skip_not_ok(&p)};
    if (!t->failed && (!text_skip(&p, "ok") || (*p && *p != ' ' && *p != '\t')))
        return false;
    p = text_skip_space(p);
    t->has_number = take_number(t, &p);
    p = text_skip_space(p);
    t->has_dash = *p == '-' && (!p[1] || p[1] == ' ' || p[1] == '\t');
    if (t->has_dash)
        p = text_skip_space(p + 1);
    take_directive(t, p);
    return true;
}

bool tap_is_failure(const char *body)
{
    struct tap_test_line test;
    return (tap_parse_test(&test, body) && test.failed) || strncasecmp(body, "Bail out!", 9) == 0;
}
