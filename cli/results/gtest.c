// SPDX-License-Identifier: MIT
// GoogleTest, and cmocka's standard output, which is made after it: "[ RUN      ] SUITE.NAME", then
// OK, FAILED or SKIPPED; at the end "[==========] 3 tests ran." and the failures again.
// (gtest.cc: PrettyUnitTestResultPrinter; cmocka.c: cmprintf_group_finish_standard.)
#include <stdio.h>
#include <string.h>

#include "cli/results/results.h"

static bool take_tag(const char *line, struct span *tag, const char **rest)
{
    const char *end = *line == '[' ? strchr(line, ']') : NULL;
    if (!end || end - line != 11) // ten characters between the brackets
        return false;
    *tag = span_trim((struct span){line + 1, (size_t)(end - line - 1)});
    *rest = text_skip_space(end + 1);
    return true;
}

// " (12 ms)" at the end, or NULL; utest.h has " (3400ns)".
static const char *find_time(struct span s)
{
    const char *last = NULL;
    if (!text_ends_with(s, "s)"))
        return NULL;
    for (size_t i = 0; i + 2 < s.len; i++)
        if (s.at[i] == ' ' && s.at[i + 1] == '(')
            last = &s.at[i];
    return last && last[2] >= '0' && last[2] <= '9' ? last : NULL;
}

// "SUITE.NAME, where TypeParam = int (12 ms)"; cmocka has only the name.
static void split_name(struct result_event *e, const char *rest)
{
    struct span all = span_of(rest);
    const char *time = find_time(all), *where = text_find(all, ", where ");
    if (time) {
        e->has_seconds = text_milliseconds(time, &e->seconds);
        all.len = (size_t)(time - rest);
    }
    if (where && (size_t)(where - rest) < all.len)
        all.len = (size_t)(where - rest);
    const char *dot = text_find(all, ".");
    e->name = span_trim(all);
    if (dot && !text_find(all, " ")) {
        e->suite = (struct span){rest, (size_t)(dot - rest)};
        e->name = (struct span){dot + 1, all.len - (size_t)(dot + 1 - rest)};
    }
}

// A result that was lost on its way is in the closing line still.
static void check_count(struct results *r)
{
    struct gtest_reader *g = &r->readers.gtest;
    if (g->ran > g->seen)
        results_fault(r, "the run of the tests",
                      "GoogleTest or cmocka ran %u tests, and the results of %u came", g->ran,
                      g->seen);
    g->ran = g->seen = 0;
}

// The number in "SUITE: 3 test(s) run."
static uint32_t count_tests(const char *rest)
{
    uint32_t n;
    for (const char *p = rest; *p; p++) {
        const char *end = p;
        bool begins = p == rest || p[-1] == ' ';
        if (begins && text_number(&end, &n) && text_skip(&end, " test"))
            return n;
    }
    return 0;
}

// "[==========] Running 3 tests from 1 test suite.", "[==========] 3 test(s) run."; cmocka may put
// the name of the group in front. pw_unit_test has "Done running all tests."
static void take_border(struct results *r, const char *rest)
{
    struct gtest_reader *g = &r->readers.gtest;
    if (strstr(rest, "Running ")) {
        check_count(r);
        g->in_run = true;
        g->in_summary = false;
        r->since.passed = r->since.failed = r->since.skipped = 0;
    } else if (strstr(rest, " ran.") || strstr(rest, " run.") || strstr(rest, "Done running ")) {
        g->in_run = false;
        g->in_summary = true;
        g->ran = count_tests(rest);
    }
}

static void take_closing(struct results *r, enum result_kind kind, const char *rest)
{
    struct gtest_reader *g = &r->readers.gtest;
    uint32_t n;
    const char *p = rest;
    struct result_summary s = {.framework = "GoogleTest or cmocka"};
    if (!text_number(&p, &n) || !text_skip(&p, " test")) {
        if (kind == RESULT_FAIL) // a name that was told before
            results_verdict(r, s.framework, rest);
        return;
    }
    if (kind == RESULT_PASS)
        s.passed = n;
    else
        *(kind == RESULT_FAIL ? &s.failed : &s.skipped) = n;
    size_t passed = r->since.passed, failed = r->since.failed, skipped = r->since.skipped;
    if ((kind == RESULT_PASS && n > passed) || (kind == RESULT_FAIL && n > failed) ||
        (kind == RESULT_SKIP && n > skipped)) {
        size_t tests = r->tests;
        results_summary(r, &s);
        g->seen += (uint32_t)(r->tests - tests);
        r->since.passed = passed;
        r->since.failed = failed;
        r->since.skipped = skipped;
    }
}

static void take_result(struct results *r, enum result_kind kind, const char *rest)
{
    struct gtest_reader *g = &r->readers.gtest;
    struct result_event e = {.kind = kind};
    // With a time it is the result of another run, whose passes are not told (--gtest_brief).
    if (g->in_summary && !find_time(span_of(rest))) {
        take_closing(r, kind, rest);
        return;
    }
    if (g->in_summary) {
        check_count(r);
        r->since.passed = r->since.failed = r->since.skipped = 0;
        g->in_summary = false;
    }
    g->seen++;
    split_name(&e, rest);
    if (kind == RESULT_FAIL && g->file[0]) {
        e.file = span_of(g->file);
        e.line = g->line;
    }
    if (kind != RESULT_PASS)
        e.text = span_of(g->text);
    results_add(r, &e);
    g->file[0] = g->text[0] = '\0';
}

// "FILE:LINE: Failure", and cmocka's "FILE:LINE: error: Failure!" behind "[   LINE   ] --- ".
static bool take_place(struct results *r, const char *line)
{
    struct gtest_reader *g = &r->readers.gtest;
    if (!r->open.is_open)
        return false;
    for (const char *colon = line; (colon = strchr(colon, ':')); colon++) {
        const char *p = colon + 1;
        uint32_t number;
        if (!text_number(&p, &number) ||
            (!text_skip(&p, ": Failure") && !text_skip(&p, ": error: Failure!") &&
             !text_skip(&p, ": Skipped")))
            continue;
        snprintf(g->file, sizeof g->file, "%.*s", (int)(colon - line), line);
        g->line = number;
        return true;
    }
    return false;
}

static bool take_tagged(struct results *r, struct span tag, const char *rest)
{
    struct gtest_reader *g = &r->readers.gtest;
    const char *what = rest;
    (void)text_skip(&what, "--- ");
    if (span_is(tag, "==========")) {
        take_border(r, rest);
    } else if (span_is(tag, "RUN")) {
        struct result_event e = {0};
        split_name(&e, rest);
        g->file[0] = g->text[0] = '\0';
        g->in_summary = false;
        results_start(r, e.suite, e.name);
    } else if (span_is(tag, "OK")) {
        take_result(r, RESULT_PASS, rest);
    } else if (span_is(tag, "FAILED")) {
        take_result(r, RESULT_FAIL, rest);
    } else if (span_is(tag, "SKIPPED")) {
        take_result(r, RESULT_SKIP, rest);
    } else if (span_is(tag, "PASSED")) {
        take_closing(r, RESULT_PASS, rest);
    } else if (span_is(tag, "ERROR") && *rest) {
        if (!g->text[0])
            snprintf(g->text, sizeof g->text, "%s", what);
    } else if (span_is(tag, "LINE")) {
        (void)take_place(r, what);
    } else {
        return span_is(tag, "----------");
    }
    return true;
}

// " 1 FAILED TEST", " 2 FAILED TEST(S)"
static bool take_verdict(struct results *r, const char *line)
{
    const char *p = text_skip_space(line);
    uint32_t n;
    if (!text_number(&p, &n) || !text_skip(&p, " FAILED TEST"))
        return false;
    if (n > 0)
        results_verdict(r, "GoogleTest or cmocka", line);
    return true;
}

// The verdict behind what the test printed without an end of the line.
static bool take_late(struct results *r, const char *line)
{
    for (const char *at = line; r->open.is_open && (at = strchr(at, '[')); at++) {
        struct span tag;
        const char *rest;
        struct result_event e = {0};
        if (!take_tag(at, &tag, &rest))
            continue;
        split_name(&e, rest);
        if (span_is(e.name, r->open.name) && !span_is(tag, "RUN"))
            return take_tagged(r, tag, rest);
    }
    return false;
}

bool gtest_line(struct results *r, const char *line)
{
    struct span tag;
    const char *rest;
    if ((take_tag(line, &tag, &rest) && take_tagged(r, tag, rest)) || take_late(r, line))
        return true;
    return take_place(r, line) || take_verdict(r, line);
}

void gtest_end(struct results *r)
{
    check_count(r);
    if (r->readers.gtest.in_run)
        results_fault(r, "the run of the tests",
                      "GoogleTest or cmocka began it and did not end it: its last line "
                      "\"[==========] … ran.\" is missing");
}
