// SPDX-License-Identifier: MIT
// CppUTest: "FILE:LINE: error: Failure in TEST(GROUP, NAME)", with -v "TEST(GROUP, NAME) - 1 ms",
// and the closing line "OK (3 tests, 3 ran, …)" or "Errors (1 failures, 3 tests, …)".
// (TestOutput.cpp: printTestsEnded, printFailureMessage, printCurrentTestStarted.)
#include <string.h>

#include "cli/results/results.h"

static bool take_failure(struct results *r, const char *line)
{
    static const char words[] = ": error: Failure in ";
    const char *at = strstr(line, words);
    if (!at)
        return false;
    const char *p = at + sizeof words - 1, *number = at, *digits;
    struct result_event e = {.kind = RESULT_FAIL};
    bool ignored;
    if (!readers_take_group_test(&p, &e.suite, &e.name, &ignored))
        return false;
    while (number > line && number[-1] >= '0' && number[-1] <= '9')
        number--;
    digits = number;
    if (number > line && number[-1] == ':' && text_number(&digits, &e.line))
        e.file = (struct span){line, (size_t)(number - 1 - line)};
    while (e.file.len > 2 && (e.file.at[0] == '.' || e.file.at[0] == '!') && e.file.at[1] != '/' &&
           e.file.at[2] != '/') { // the progress before it
        e.file.at++;
        e.file.len--;
    }
    e.text = span_of("Failure");
    results_add(r, &e);
    r->readers.cpputest.in_failure = true;
    return true;
}

// "TEST(GROUP, NAME)" and, when it has ended, " - 1 ms"
static bool take_verbose(struct results *r, const char *line)
{
    struct result_event e = {.kind = RESULT_PASS};
    bool ignored;
    const char *p = line;
    if (!readers_take_group_test(&p, &e.suite, &e.name, &ignored))
        return false;
    if (*p == '\0' && !ignored) {
        results_start(r, e.suite, e.name);
        r->open.is_group_test = true;
        return true;
    }
    if (*p && strncmp(p, " - ", 3) != 0)
        return false;
    if (*p && !text_milliseconds(p, &e.seconds))
        return false;
    e.has_seconds = *p != '\0';
    e.kind = ignored ? RESULT_SKIP : RESULT_PASS;
    r->readers.cpputest.in_run |= e.has_seconds;
    results_add(r, &e);
    return true;
}

// " - 1 ms" of a test that printed something, or failed.
static bool take_late_end(struct results *r, const char *line)
{
    struct result_event e = {0};
    const char *p = text_skip_space(line);
    uint32_t ms;
    if (!text_skip(&p, "- ") || !text_number(&p, &ms) || strcmp(p, " ms") != 0)
        return false;
    if (!r->open.is_group_test)
        return r->readers.cpputest.in_run;
    r->readers.cpputest.in_failure = false;
    r->readers.cpputest.in_run = true;
    e.has_seconds = true;
    e.seconds = ms / 1000.0;
    results_finish(r, RESULT_PASS, &e);
    return true;
}

// The number in front of the word: "3 ran"
static uint32_t count_of(const char *line, const char *word)
{
    uint32_t n = 0;
    for (const char *at = line; (at = strstr(at, word)); at++) {
        const char *p = at;
        while (p > line && p[-1] >= '0' && p[-1] <= '9')
            p--;
        if (p < at && text_number(&p, &n))
            return n;
    }
    return 0;
}

static bool take_summary(struct results *r, const char *line)
{
    const char *p = line;
    bool ok = text_skip(&p, "OK ("), bad = !ok && text_skip(&p, "Errors (");
    if ((!ok && !bad) || !strstr(p, " tests, ") || !strstr(p, " ran"))
        return false;
    uint32_t ran = count_of(p, " ran"), failed = bad ? count_of(p, " failures") : 0;
    results_summary(r, &(struct result_summary){.framework = "CppUTest",
                                                .passed = ran > failed ? ran - failed : 0,
                                                .failed = failed,
                                                .skipped = count_of(p, " ignored")});
    if (bad)
        results_verdict(r, "CppUTest", line);
    r->readers.cpputest.in_failure = r->readers.cpputest.in_run = false;
    return true;
}

bool cpputest_line(struct results *r, const char *line)
{
    if (r->readers.cpputest.in_failure && line[0] == '\t') {
        results_detail(r, line + 1);
        return true;
    }
    const char *p = line;
    while ((*p == '.' || *p == '!') &&
           (strncmp(p + 1, "TEST", 4) == 0 || p[1] == '.' || p[1] == '!'))
        p++;
    return take_failure(r, line) || take_verbose(r, p) || take_late_end(r, line) ||
           take_summary(r, line);
}

void cpputest_end(struct results *r)
{
    if (r->readers.cpputest.in_run)
        results_fault(r, "the run of the tests",
                      "CppUTest began it and did not end it: its last line \"OK (…)\" or \"Errors "
                      "(…)\" is missing");
}
