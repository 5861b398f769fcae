// SPDX-License-Identifier: MIT
// What no reader understands, but what speaks of tests: named, so that nobody takes silence for
// success. A framework's own line about a failure is a failure always; any other line that has the
// form of a failed verdict is one where results are wanted.
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/results/prefix.h"
#include "cli/results/results.h"

// By a piece of a line that only this framework prints.
static const struct {
    const char *piece, *framework;
} frameworks[] = {
    {"test cases:", "Catch2 or doctest"},
    {"[doctest]", "doctest"},
    {"All tests passed (", "Catch2"},
    {"##teamcity[", "TeamCity's service messages"},
    {"<testsuite", "JUnit XML"},
    {"<failure", "JUnit XML"},
    {"{{__testcase_", "greentea"},
    {"{{end;", "greentea"},
    {"*** No errors detected", "Boost.Test"},
    {"detected in the test module", "Boost.Test"},
    {"Run Summary:", "CUnit"},
    {"%: Checks: ", "Check"},
    {"Test summary:", "ArduinoUnit"},
    {"TestRunner summary:", "AUnit"},
    {"Running test case", "a test framework"},
    {"TestRunner", "AUnit"},
    {"Running test suite with seed", "munit"},
    {"[====] Synthesis:", "Criterion"},
    {"success: ", "subunit"},
    {"failure: ", "subunit"},
    {"* Suite ", "greatest"},
    {"\"event\": \"", "libtest's JSON"},
    {"# suite", "a test framework"},
};

// What only a framework prints, and only when something failed. Empty: no matter what.
static const struct {
    const char *begins, *has, *ends, *framework;
} failures[] = {
    {"", "", ": FAILED:", "Catch2"},
    {"[doctest] Status: FAIL", "", "", "doctest"},
    {"", ": FATAL ERROR: ", "", "doctest"},
    {"", "): error: in \"", "", "Boost.Test"},
    {"", "): fatal error: in \"", "", "Boost.Test"},
    {"*** ", "detected in the test module", "", "Boost.Test"},
    {"", ": error: in \"", "", "Boost.Test"},
    {"", "<failure", "", "JUnit XML"},
    {"", "<error>", "", "JUnit XML"},
    {"", "<error ", "", "JUnit XML"},
    {"##teamcity[testFailed", "", "", "TeamCity's service messages"},
    {"{{end;failure", "", "", "greentea"},
    {"!!!FAILURES!!!", "", "", "CuTest"},
    {"--- FAIL: ", "", "", "Go's testing"},
    {"[FAIL] ", "::", "", "Criterion"},
    {"", "\"event\": \"failed\"", "", "libtest's JSON"},
    {"/", "[ FAIL  ]", "", "munit"},
    {"/", "[ ERROR ]", "", "munit"},
    {"failure: ", "", "[", "subunit"},
    {"error: ", "", "[", "subunit"},
    {"FAIL ", " (", ")", "greatest"},
    {"Test: ", "...FAILED", "", "CUnit"},
    {"run ", " failures ", "", "Embedded Unit"},
};

static const char *const words[] = {"FAIL", "FAILED", "FAILURE", "FAILURES", "FAILS"};
enum { WORDS = sizeof words / sizeof *words };

static bool has_word(const char *line)
{
    for (unsigned i = 0; i < WORDS; i++) {
        size_t len = strlen(words[i]);
        for (const char *p = line; (p = strstr(p, words[i])); p++) {
            bool begins = p == line || !(isalnum((unsigned char)p[-1]) || p[-1] == '_');
            if (begins && !isalnum((unsigned char)p[len]) && p[len] != '_')
                return true;
        }
    }
    return false;
}

// The number that ends in front of p, behind white space and "tests"; 0: there is none.
static uint32_t number_before(const char *line, const char *p)
{
    static const char *const things[] = {"tests", "test", "checks", "assertions", "cases"};
    uint32_t n = 0;
    for (unsigned i = 0; i <= sizeof things / sizeof *things; i++) {
        while (p > line && (p[-1] == ' ' || p[-1] == '\t'))
            p--;
        size_t len = i < sizeof things / sizeof *things ? strlen(things[i]) : 0;
        if (len && (size_t)(p - line) > len && strncmp(p - len, things[i], len) == 0)
            p -= len;
    }
    while (p > line && isdigit((unsigned char)p[-1]))
        p--;
    return text_number(&p, &n) ? n : 0;
}

// The one of "Failures: 1", "failures=\"1\""; 0: there is none.
static uint32_t number_behind(const char *p)
{
    uint32_t n = 0;
    p += strspn(p, " \t");
    if (*p != ':' && *p != '=')
        return 0;
    p += 1 + strspn(p + 1, " \t\"'");
    return text_number(&p, &n) ? n : 0;
}

// "2 failed", "1 failures", "Fails: 1", "3 tests failed", "Errors: 1"
static bool counts_failures(const char *line)
{
    static const char *const counted[] = {"failures", "failure", "failed",   "failing",
                                          "fails",    "fail",    "crashing", "errors"};
    for (const char *p = line; *p; p++)
        for (unsigned i = 0;
             (p == line || !isalpha((unsigned char)p[-1])) && i < sizeof counted / sizeof *counted;
             i++) {
            const char *end = p;
            if (text_skip_nocase(&end, counted[i]) && !isalpha((unsigned char)*end) &&
                (number_before(line, p) > 0 || number_behind(end) > 0))
                return true;
        }
    return false;
}

// A closing line: it counts what failed and something else, and says what it counts.
static bool is_tally(const char *line)
{
    static const char *const counted[] = {"test", "check", "assert", "pass", "success"};
    unsigned numbers = 0, things = 0;
    for (const char *p = line; *p; p++)
        numbers += isdigit((unsigned char)*p) && (p == line || !isalnum((unsigned char)p[-1]));
    for (const char *p = line; *p; p++)
        for (unsigned i = 0; i < sizeof counted / sizeof *counted; i++) {
            const char *end = p;
            things += text_skip_nocase(&end, counted[i]);
        }
    return numbers >= 2 && things > 0 && counts_failures(line);
}

// The framework whose line about a failure this is, or NULL.
static const char *who_failed(const char *line)
{
    struct span s = span_trim(span_of(line));
    for (unsigned i = 0; i < sizeof failures / sizeof *failures; i++)
        if (strncmp(s.at, failures[i].begins, strlen(failures[i].begins)) == 0 &&
            strstr(s.at, failures[i].has) && text_ends_with(s, failures[i].ends))
            return failures[i].framework;
    return is_tally(s.at) ? "a test framework" : NULL;
}

// The word alone (whatever signs stand around it), in front with a colon, or behind one.
static bool is_verdict(const char *line)
{
    static const char *const before[] = {"FAIL:",       "FAILED:",     "FAILURE:", "FAIL - ",
                                         "[FAIL]",      "[FAILED]",    "[ FAIL ]", "--- FAIL",
                                         "TEST FAILED", "TESTS FAILED"};
    static const char *const behind[] = {": FAIL",     ": FAILED",  "... FAIL", "...FAIL",
                                         "... FAILED", "...FAILED", "[FAIL]",   "[FAILED]",
                                         "[ FAIL ]",   "[failed]",  ":FAIL",    ":FAILED"};
    struct span s = span_trim(span_of(line)), bare = s;
    while (bare.len && !isalnum((unsigned char)bare.at[0])) {
        bare.at++;
        bare.len--;
    }
    while (bare.len && !isalnum((unsigned char)bare.at[bare.len - 1]))
        bare.len--;
    for (unsigned i = 0; i < WORDS; i++)
        if (span_is(bare, words[i]))
            return true;
    for (unsigned i = 0; i < sizeof before / sizeof *before; i++)
        if (strncmp(s.at, before[i], strlen(before[i])) == 0)
            return true;
    for (unsigned i = 0; i < sizeof behind / sizeof *behind; i++)
        if (text_ends_with(s, behind[i]))
            return true;
    return false;
}

static bool is_comment(const char *p)
{
    p = text_skip_space(p);
    return *p == '#' && strncmp(p, "##teamcity", 10) != 0;
}

void unknown_line(struct results *r, const char *line)
{
    struct unknown_reader *u = &r->readers.unknown;
    for (unsigned i = 0; !u->framework && i < sizeof frameworks / sizeof *frameworks; i++)
        if (strstr(line, frameworks[i].piece))
            u->framework = frameworks[i].framework;
    bool verdict = false;
    const char *p = line, *who = NULL;
    for (unsigned i = 0; p && !who && i < 4 && !is_comment(p); i++, p = prefix_skip(p)) {
        verdict |= is_verdict(p);
        who = who_failed(p);
    }
    bool spoken = has_word(line) || counts_failures(line);
    if (u->sure || (u->plain && !who) || !(who || verdict || (!u->line[0] && spoken)))
        return;
    if (who && !u->framework)
        u->framework = who;
    u->sure = who != NULL;
    u->plain = verdict;
    snprintf(u->line, sizeof u->line, "%s", line);
}

void unknown_end(struct results *r)
{
    const struct unknown_reader *u = &r->readers.unknown;
    bool sure = u->sure || (u->plain && u->framework);
    if (!r->wanted && !sure)
        return;
    if (sure || (u->line[0] && (u->plain || (r->tests == 0 && u->framework))))
        results_fault(r, "output that is not understood",
                      "a line speaks of a failure in no form that swdlink reads%s%s: %s",
                      u->framework ? ", maybe that of " : "", u->framework ? u->framework : "",
                      u->line);
    else if (r->tests == 0 && r->failed == 0 && r->errors == 0 && !r->allow_no_tests)
        results_fault(r, "no test",
                      "no test was found in the output%s%s%s: --allow-no-tests takes that for a "
                      "success",
                      u->framework ? "; it looks like that of " : "",
                      u->framework ? u->framework : "",
                      u->framework ? ", which swdlink does not read" : "");
}
