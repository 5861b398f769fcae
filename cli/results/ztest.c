// SPDX-License-Identifier: MIT
// Zephyr's ztest: "START - NAME", " PASS - NAME in 0.001 seconds" (FAIL, SKIP), suites, the summary
// "SUITE FAIL - …", and "PROJECT EXECUTION SUCCESSFUL" or FAILED. (subsys/testsuite: tc_util.h,
// ztest.c.)
#include <stdio.h>
#include <string.h>

#include "cli/results/results.h"

static void end_suite(struct results *r)
{
    r->readers.ztest.in_suite = false;
    r->readers.ztest.suite[0] = '\0';
}

static bool take_suite(struct results *r, const char *line)
{
    struct ztest_reader *z = &r->readers.ztest;
    const char *p = line;
    if (text_skip(&p, "Running TESTSUITE ") || text_skip(&p, "Running test suite ")) {
        if (strpbrk(p, " \t"))
            return false; // munit's "Running test suite with seed …"
        snprintf(z->suite, sizeof z->suite, "%s", p);
        z->in_suite = true;
        return true;
    }
    if (!text_skip(&p, "TESTSUITE ") && !text_skip(&p, "Test suite "))
        return false;
    struct span rest = span_trim(span_of(p));
    bool failed = text_ends_with(rest, " failed") || text_ends_with(rest, " failed.");
    bool passed = text_ends_with(rest, " succeeded") || text_ends_with(rest, " succeeded.");
    if (!failed && !passed)
        return false;
    end_suite(r);
    if (failed)
        results_verdict(r, "ztest", line);
    return true;
}

static bool take_start(struct results *r, const char *line)
{
    const char *p = line;
    if (!text_skip(&p, "START - "))
        return false;
    r->readers.ztest.file[0] = '\0';
    results_start(r, span_of(r->readers.ztest.suite), span_trim(span_of(p)));
    return true;
}

// "Assertion failed at FILE:LINE: FUNCTION: (why)"
static bool take_assertion(struct results *r, const char *line)
{
    struct ztest_reader *z = &r->readers.ztest;
    const char *p = text_skip_space(line);
    if (!text_skip(&p, "Assertion failed at "))
        return false;
    for (const char *colon = p; (colon = strchr(colon, ':')); colon++) {
        const char *digits = colon + 1;
        if (!text_number(&digits, &z->line) || *digits != ':')
            continue;
        snprintf(z->file, sizeof z->file, "%.*s", (int)(colon - p), p);
        break;
    }
    return false; // it is a line of the test's own as well
}

static bool take_kind(const char **p, enum result_kind *kind)
{
    static const struct {
        const char *word;
        enum result_kind kind;
    } kinds[] = {{"PASS - ", RESULT_PASS},
                 {"FAIL - ", RESULT_FAIL},
                 {"SKIP - ", RESULT_SKIP},
                 {"BLOCK - ", RESULT_SKIP},
                 {"FLAKY - ", RESULT_FAIL}};
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (text_skip(p, kinds[i].word)) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

// "PASS - NAME in 0.001 seconds"; older ones have no time.
static bool take_result(struct results *r, const char *line)
{
    struct ztest_reader *z = &r->readers.ztest;
    struct result_event e = {0};
    const char *p = text_skip_space(line);
    if (!take_kind(&p, &e.kind))
        return false;
    size_t len = strcspn(p, " \t");
    e.name = (struct span){p, len};
    const char *rest = text_skip_space(p + len);
    e.has_seconds =
        text_skip(&rest, "in ") && text_seconds(&rest, &e.seconds) && text_skip(&rest, " seconds");
    // A failure is one whatever stands behind it.
    if (len == 0 || (*rest && e.kind != RESULT_FAIL))
        return false;
    if (e.kind == RESULT_FAIL && z->file[0]) {
        e.file = span_of(z->file);
        e.line = z->line;
    }
    e.suite = span_of(z->suite);
    if (r->open.is_open && span_is(e.name, r->open.name))
        results_finish(r, e.kind, &e);
    else
        results_add(r, &e);
    return true;
}

// " - FAIL - [suite.test] duration = …" and "SUITE FAIL - 50.00% [suite]: …": told once before.
static bool take_summary(struct results *r, const char *line)
{
    const char *p = text_skip_space(line);
    enum result_kind kind;
    bool suite = text_skip(&p, "SUITE "), test = !suite && text_skip(&p, "- ");
    if ((!suite && !test) || !take_kind(&p, &kind))
        return false;
    if (!suite && *p != '[')
        return false;
    if (kind == RESULT_FAIL)
        results_verdict(r, "ztest", line);
    return true;
}

static bool take_project(struct results *r, const char *line)
{
    if (strncmp(line, "PROJECT EXECUTION ", 18) != 0)
        return false;
    end_suite(r);
    if (strcmp(line + 18, "SUCCESSFUL") != 0)
        results_verdict(r, "ztest", line);
    return true;
}

bool ztest_line(struct results *r, const char *line)
{
    if (strstr(line, "ZEPHYR FATAL ERROR")) {
        results_fault(r, "Zephyr", "%s", line);
        return true;
    }
    return take_suite(r, line) || take_start(r, line) || take_assertion(r, line) ||
           take_summary(r, line) || take_result(r, line) || take_project(r, line);
}

void ztest_end(struct results *r)
{
    if (r->readers.ztest.in_suite)
        results_fault(r, "the run of the tests", "ztest began the suite %s and did not end it",
                      r->readers.ztest.suite);
}
