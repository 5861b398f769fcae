// SPDX-License-Identifier: MIT
// What no reader understands, but what speaks of tests: named, so that nobody takes silence for
// success. A line that has the form of a failed verdict is a failure where results are wanted.
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
    {"failure: ", "subunit"},
    {"# suite", "a test framework"},
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

// "2 failed", "1 failures"
static bool counts_failures(const char *line)
{
    static const char *const counted[] = {" failed", " failure", " Failure", " FAILED"};
    for (unsigned i = 0; i < sizeof counted / sizeof *counted; i++) {
        const char *p = strstr(line, counted[i]);
        uint32_t n;
        while (p && p > line && isdigit((unsigned char)p[-1]))
            p--;
        if (p && text_number(&p, &n) && n > 0)
            return true;
    }
    return false;
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

void unknown_line(struct results *r, const char *line)
{
    struct unknown_reader *u = &r->readers.unknown;
    for (unsigned i = 0; !u->framework && i < sizeof frameworks / sizeof *frameworks; i++)
        if (strstr(line, frameworks[i].piece))
            u->framework = frameworks[i].framework;
    bool verdict = false;
    const char *p = line;
    for (unsigned i = 0; p && !verdict && i < 4; i++, p = prefix_skip(p))
        verdict = *p != '#' && is_verdict(p);
    if (u->plain || !(verdict || (!u->line[0] && (has_word(line) || counts_failures(line)))))
        return;
    u->plain = verdict;
    snprintf(u->line, sizeof u->line, "%s", line);
}

void unknown_end(struct results *r)
{
    const struct unknown_reader *u = &r->readers.unknown;
    if (!r->wanted)
        return;
    if (u->line[0] && (u->plain || (r->tests == 0 && u->framework)))
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
