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

// ":PASS" and the like at p, with what may stand behind it: *after. -1: there is none.
static int verdict_at(const char *p, const char **after)
{
    for (int i = 0; i < VERDICTS; i++) {
        *after = p + strlen(verdicts[i].word);
        if (strncmp(p, verdicts[i].word, strlen(verdicts[i].word)) == 0 &&
            (!**after || **after == ':' || **after == ' '))
            return i;
    }
    return -1;
}

// "FILE:LINE:NAME" in front of the verdict at v: the line number is searched backward from there.
static bool parse_place(struct result_event *e, const char *line, const char *v)
{
    const char *number = NULL, *name = v;
    while (name > line && !number_before(line, name, &number))
        name--;
    const char *digits = number ? number + 1 : "";
    if (!text_number(&digits, &e->line))
        return false;
    e->name = span_trim((struct span){name, (size_t)(v - name)});
    e->file = file_of(line, number);
    return e->name.len > 0 || e->kind == RESULT_FAIL; // a failure outside of a test has no name
}

// The verdict is searched first: paths have colons, too. The first one is the test's, and what
// looks like another one behind it is part of the message.
static bool take_colons(struct results *r, const char *line)
{
    for (const char *v = strchr(line, ':'), *after; v; v = strchr(v + 1, ':')) {
        int i = verdict_at(v, &after);
        struct result_event e = {.kind = i < 0 ? RESULT_PASS : verdicts[i].kind};
        if (i < 0 || !parse_place(&e, line, v))
            continue;
        e.text = span_of(text_skip_space(*after == ':' ? after + 1 : after));
        e.has_seconds = e.kind == RESULT_PASS && text_milliseconds(e.text.at, &e.seconds);
        results_add(r, &e);
        return true;
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
    bool ends = *p && strlen(p) >= 5 && (p[5] == '\0' || p[5] == ' ');
    bool passed = ends && strncmp(p, " PASS", 5) == 0, failed = ends && strncmp(p, " FAIL", 5) == 0;
    if (!passed && !failed && (*p != '\0' || !ignored))
        return false;
    struct result_event e = {.kind = passed   ? RESULT_PASS
                                     : failed ? RESULT_FAIL
                                              : RESULT_SKIP,
                             .suite = group,
                             .name = name};
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
    r->readers.unity.summary_wanted = false;
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

// A test of a fixture that printed something of its own ends with " PASS" on a later line. That may
// be a word of the test's own: so the closing line has to come.
static bool take_late_pass(struct results *r, const char *line)
{
    if (!r->open.is_open || !r->open.is_group_test || !text_ends_with(span_of(line), " PASS"))
        return false;
    r->readers.unity.summary_wanted = true;
    results_finish(r, RESULT_PASS, NULL);
    return true;
}

bool unity_line(struct results *r, const char *line)
{
    const char *p = skip_progress(line);
    return take_colons(r, p) || take_fixture(r, p) || take_summary(r, line) ||
           take_verdict(r, line) || take_late_pass(r, line);
}

void unity_end(struct results *r)
{
    if (r->readers.unity.summary_wanted)
        results_fault(r, "the run of the tests",
                      "Unity began it and did not end it: its last line \"N Tests N Failures N "
                      "Ignored\" is missing");
}
