// SPDX-License-Identifier: MIT
// Unity (ThrowTheSwitch): "FILE:LINE:NAME:PASS", with ":FAIL: why" and ":IGNORE: why"; its
// fixtures, which with -v print "TEST(GROUP, NAME) PASS"; the closing lines "3 Tests 1 Failures 0
// Ignored" and OK or FAIL. (unity.c: UnityConcludeTest, UnityEnd; unity_fixture.c:
// UnityConcludeFixtureTest.)
#include <ctype.h>
#include <string.h>

#include "cli/results/prefix.h"
#include "cli/results/results.h"

static const struct {
    const char *word;
    enum result_kind kind;
} verdicts[] = {{":PASS", RESULT_PASS}, {":FAIL", RESULT_FAIL}, {":IGNORE", RESULT_SKIP}};

enum { VERDICTS = sizeof verdicts / sizeof *verdicts, VERDICT_FOLLOWS = 2 };

// ":12:" that ends at `end`, which points behind the second colon; *start is its first colon.
static bool number_before(const char *line, const char *end, const char **start)
{
    const char *p = end - 1;
    if (p <= line || *p != ':')
        return false;
    while (p > line && isdigit((unsigned char)p[-1]))
        p--;
    if (p == end - 1 || p <= line || p[-1] != ':')
        return false;
    *start = p - 1;
    return *start > line;
}

// Behind the dots and names of fixtures that were printed before, without an end of the line.
static const char *skip_progress(const char *p)
{
    struct span group, name;
    bool ignored;
    while ((*p == '.' && p[1] != '/' && !(p[1] == '.' && p[2] == '/')) || *p == '!')
        p++;
    const char *rest = p;
    if (readers_take_group_test(&rest, &group, &name, &ignored) && *rest && *rest != ' ' &&
        *rest != ':')
        return rest;
    return p;
}

// Without what a log puts in front.
static struct span file_of(const char *line, const char *end)
{
    const char *start = line;
    for (const char *next = prefix_skip(start); next && next < end; next = prefix_skip(start))
        start = next;
    return span_trim((struct span){start, (size_t)(end - start)});
}

// The verdict is searched first and the line number backward from it: paths have colons, too.
static bool take_colons(struct results *r, const char *line)
{
    for (unsigned i = 0; i < VERDICTS; i++) {
        for (const char *v = strstr(line, verdicts[i].word); v;
             v = strstr(v + 1, verdicts[i].word)) {
            const char *after = v + strlen(verdicts[i].word), *number = NULL, *name = v;
            if (*after && *after != ':' && *after != ' ')
                continue;
            while (name > line && !number_before(line, name, &number))
                name--;
            if (!number || name == v)
                continue;
            const char *digits = number + 1;
            struct result_event e = {
                .kind = verdicts[i].kind,
                .name = span_trim((struct span){name, (size_t)(v - name)}),
                .text = span_of(text_skip_space(*after == ':' ? after + 1 : after))};
            e.file = file_of(line, number);
            if (!text_number(&digits, &e.line))
                continue;
            e.has_seconds = e.kind == RESULT_PASS && text_milliseconds(e.text.at, &e.seconds);
            results_add(r, &e);
            return true;
        }
    }
    return false;
}

static bool take_fixture(struct results *r, const char *line)
{
    struct span group, name;
    bool ignored;
    const char *p = line;
    if (!readers_take_group_test(&p, &group, &name, &ignored))
        return false;
    bool passed = strncmp(p, " PASS", 5) == 0 && (p[5] == '\0' || p[5] == ' ');
    if (!passed && (*p != '\0' || !ignored))
        return false;
    struct result_event e = {
        .kind = passed ? RESULT_PASS : RESULT_SKIP, .suite = group, .name = name};
    e.has_seconds = passed && text_milliseconds(p, &e.seconds);
    results_add(r, &e);
    return true;
}

// "3 Tests 1 Failures 0 Ignored"
static bool take_summary(struct results *r, const char *line)
{
    uint32_t tests, failed, ignored;
    const char *p = line;
    if (!text_number(&p, &tests) || !text_skip(&p, " Test") || (text_skip(&p, "s"), false) ||
        !text_skip(&p, " ") || !text_number(&p, &failed) || !text_skip(&p, " Failure") ||
        (text_skip(&p, "s"), false) || !text_skip(&p, " ") || !text_number(&p, &ignored) ||
        !text_skip(&p, " Ignored") || *text_skip_space(p))
        return false;
    uint32_t bad = failed + ignored;
    results_summary(r, &(struct result_summary){.framework = "Unity",
                                                .passed = tests > bad ? tests - bad : 0,
                                                .failed = failed,
                                                .skipped = ignored});
    r->readers.unity.lines_since_summary = 1;
    return true;
}

static bool take_verdict(struct results *r, const char *line)
{
    struct unity_reader *u = &r->readers.unity;
    bool expected = u->lines_since_summary > 0 && u->lines_since_summary <= VERDICT_FOLLOWS;
    bool bad = strcmp(line, "FAIL") == 0;
    if (u->lines_since_summary > 0)
        u->lines_since_summary++;
    if (!bad && !(expected && strcmp(line, "OK") == 0))
        return false;
    u->lines_since_summary = 0;
    if (bad)
        results_verdict(r, "the program", line);
    return true;
}

// A test of a fixture that printed something of its own ends with " PASS" on a later line.
static bool take_late_pass(struct results *r, const char *line)
{
    if (!r->open.is_open || !text_ends_with(span_of(line), " PASS"))
        return false;
    results_finish(r, RESULT_PASS, NULL);
    return true;
}

bool unity_line(struct results *r, const char *line)
{
    const char *p = skip_progress(line);
    return take_colons(r, p) || take_fixture(r, p) || take_summary(r, line) ||
           take_verdict(r, line) || take_late_pass(r, line);
}
