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

// "SUITE.NAME, where TypeParam = int (12 ms)"; cmocka has only the name.
static void split_name(struct result_event *e, const char *rest)
{
    struct span all = span_of(rest);
    const char *time = text_find(all, " ("), *where = text_find(all, ", where ");
    if (time && text_ends_with(all, " ms)") && text_milliseconds(time, &e->seconds)) {
        e->has_seconds = true;
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

// "[==========] Running 3 tests from 1 test suite.", "[==========] 3 test(s) run."; cmocka may put
// the name of the group in front.
static void take_border(struct results *r, const char *rest)
{
    struct gtest_reader *g = &r->readers.gtest;
    if (strstr(rest, "Running ")) {
        g->in_run = true;
        g->in_summary = false;
        r->since.passed = r->since.failed = r->since.skipped = 0;
    } else if (strstr(rest, " ran.") || strstr(rest, " run.") || strstr(rest, " ran. (")) {
        g->in_run = false;
        g->in_summary = true;
    }
}

static void take_closing(struct results *r, enum result_kind kind, const char *rest)
{
    uint32_t n;
    const char *p = rest;
    struct result_summary s = {.framework = "GoogleTest or cmocka"};
    if (!text_number(&p, &n) || !text_skip(&p, " test"))
        return; // a name that was told before
    if (kind == RESULT_PASS)
        s.passed = n;
    else
        *(kind == RESULT_FAIL ? &s.failed : &s.skipped) = n;
    size_t passed = r->since.passed, failed = r->since.failed, skipped = r->since.skipped;
    if ((kind == RESULT_PASS && n > passed) || (kind == RESULT_FAIL && n > failed) ||
        (kind == RESULT_SKIP && n > skipped)) {
        results_summary(r, &s);
        r->since.passed = passed;
        r->since.failed = failed;
        r->since.skipped = skipped;
    }
}

static void take_result(struct results *r, enum result_kind kind, const char *rest)
{
    struct gtest_reader *g = &r->readers.gtest;
    struct result_event e = {.kind = kind};
    if (g->in_summary) {
        take_closing(r, kind, rest);
        return;
    }
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

bool gtest_line(struct results *r, const char *line)
{
    struct span tag;
    const char *rest;
    if (take_tag(line, &tag, &rest) && take_tagged(r, tag, rest))
        return true;
    return take_place(r, line) || take_verdict(r, line);
}

void gtest_end(struct results *r)
{
    if (r->readers.gtest.in_run)
        results_fault(r, "the run of the tests",
                      "GoogleTest or cmocka began it and did not end it: its last line "
                      "\"[==========] … ran.\" is missing");
}
