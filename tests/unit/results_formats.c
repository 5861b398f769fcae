// SPDX-License-Identifier: MIT
// What each format of test results says: the output of a program in, tests and faults out. One line
// per result: kind, suite.name, text, place, time.
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/results/results.h"
#include "tests/unit/choose.h"

#define SIZE 4096

struct format_case {
    const char *output, *wanted;
};

static void render(const struct results *r, char *text)
{
    static const char *const kinds[] = {"pass", "FAIL", "skip", "todo", "ERROR"};
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < r->count && used < SIZE - 512; i++) {
        const struct result *t = &r->test[i];
        used += (size_t)snprintf(text + used, SIZE - used, "%s %s%s%s", kinds[t->kind], t->suite,
                                 t->suite[0] ? "." : "", t->name);
        if (t->text[0])
            used += (size_t)snprintf(text + used, SIZE - used, " (%s)", t->text);
        if (t->file)
            used += (size_t)snprintf(text + used, SIZE - used, " @%s:%u", t->file, t->line);
        if (t->seconds >= 0)
            used += (size_t)snprintf(text + used, SIZE - used, " %.3fs", t->seconds);
        used += (size_t)snprintf(text + used, SIZE - used, "\n");
    }
}

static void read_all(struct results *r, const char *output, size_t piece)
{
    size_t len = strlen(output);
    results_init(r);
    r->wanted = true;
    for (size_t i = 0; i < len; i += piece)
        results_feed(r, RESULTS_CONSOLE, output + i, len - i < piece ? len - i : piece);
    results_end(r, NULL);
}

static void check_case(const struct format_case *c, unsigned number, size_t piece)
{
    struct results r;
    char text[SIZE];
    read_all(&r, c->output, piece);
    render(&r, text);
    results_free(&r);
    if (strcmp(text, c->wanted) != 0)
        fail_msg("case %u, in pieces of %zu:\n%s\ngives\n%s\nwanted\n%s", number, piece, c->output,
                 text, c->wanted);
}

// As it is, in pieces, with CR LF, with LF CR, coloured, behind a time stamp.
static void check_dressed(const struct format_case *c, unsigned number)
{
    static const char *const ends[] = {"\r\n", "\n\r", "\x1b[0m\n", "\r\r\n"};
    char dressed[4 * SIZE];
    check_case(c, number, SIZE);
    check_case(c, number, 1);
    check_case(c, number, 7);
    for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t used = 0;
        for (const char *p = c->output; *p; p++) {
            bool begins = p == c->output || p[-1] == '\n';
            const char *color = i == 2 && begins ? "\x1b[31;1m" : "";
            used += (size_t)snprintf(dressed + used, sizeof dressed - used, "%s", color);
            if (*p == '\n')
                used += (size_t)snprintf(dressed + used, sizeof dressed - used, "%s", ends[i]);
            else
                dressed[used++] = *p;
        }
        dressed[used] = '\0';
        check_case(&(struct format_case){dressed, c->wanted}, number, 3);
    }
}

static void check_cases(const struct format_case *cases, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        check_dressed(&cases[i], i);
}

#define CHECK(cases) check_cases(cases, sizeof cases / sizeof *cases)

static void tap(void **state)
{
    static const struct format_case cases[] = {
        {"TAP version 13\n1..2\nok 1 - adds\nok 2 sinks\n", "pass adds\npass sinks\n"},
        {"ok 1 - a\nnot ok 2 - b\n1..2\n", "pass a\nFAIL b\n"},
        {"1..5\nok 1 - a\n",
         "pass a\nFAIL the plan of the tests (5 tests are planned, and 1 came)\n"},
        {"1..1\nok 1 - a\nok 2 - b\n",
         "pass a\npass b\nFAIL the plan of the tests (1 tests are planned, and 2 came)\n"},
        {"1..2\nok 1 - a\nok 1 - a\n", "pass a\npass a\nFAIL the plan of the tests (a number came "
                                       "twice: 2 tests have 1 numbers)\n"},
        {"1..2\nok 1 - a\nok 7 - b\n", "pass a\npass b\nFAIL the plan of the tests (2 tests are "
                                       "planned, and one has the number 7)\n"},
        {"ok 1 - a\nok 3 - c\n", "pass a\npass c\nFAIL the plan of the tests (the tests go to "
                                 "number 3, and only 2 came)\n"},
        {"1..2\n1..3\nok 1\nok 2\n", "FAIL the plan of the tests (there are two: 1..2 and 1..3)\n"
                                     "pass (no name)\npass (no name)\n"},
        {"TAP version 14\nok 1 - a\n",
         "pass a\nFAIL the plan of the tests (there is none: TAP wants a line \"1..N\", which "
         "tells whether all tests came)\n"},
        {"1..1\nok 1 - a\n1..2\nok 1 - b\nok 2 - c\n", "pass a\npass b\npass c\n"},
        {"TAP version 13\n1..1\nok 1 - a\nTAP version 13\n1..2\nok 1 - b\n",
         "pass a\npass b\nFAIL the plan of the tests (2 tests are planned, and 1 came)\n"},
        {"1..0 # SKIP no board\n", "skip all tests (no board)\n"},
        {"ok 1 - a\nBail out! bus\n", "pass a\nFAIL Bail out! (bus)\n"},
        {"bail out!\n", "FAIL Bail out! (the program gave its tests up)\n"},
        {"1..6\nok 1 - a # SKIP why\nok 2 # skipped: dry\nnot ok 3 - c # TODO later\n"
         "ok 4 - d # todo\nok 5 - e \\# SKIP f\nnot ok 6 - g # SKIP h\n",
         "skip a (why)\nskip (no name) (dry)\ntodo c (later)\npass d\npass e \\# SKIP f\n"
         "FAIL g (h)\n"},
        {"1..2\nok\nnot ok\n", "pass (no name)\nFAIL (no name)\n"},
        {"ok fine\nok good\n1..2\n", "pass fine\npass good\n"},
        {"ok - a\nnot ok - b\n", "pass a\nFAIL b\n"},
        {"not ok\n", "FAIL (no name)\n"},
        {"1..1\n# Subtest: inner\n    1..2\n    ok 1 - x\n    not ok 2 - y\nnot ok 1 - inner\n",
         "pass inner.x\nFAIL inner.y\nFAIL inner\n"},
        {"1..1\n    # Subtest: inner\n    ok 1 - x\n    1..2\nok 1 - inner\n",
         "pass inner.x\nFAIL the plan of the tests of inner (2 tests are planned, and 1 came)\n"
         "pass inner\n"},
        {"1..1\n    1..1\n    not ok 1 - x\nnot ok 1 - later # TODO\n", "todo x\ntodo later\n"},
        {"1..1\n    not ok 1 - x\nok 1 - lies\n", "FAIL x\npass lies\n"},
        {"TAP version 13\n1..2\nnot ok 1 - a\n  ---\n  message: 'too low'\n  severity: fail\n"
         "  file: t.c\n  line: 12\n  duration_ms: 1.5\n  data:\n    ok 9 - no test\n  ...\nok 2 - "
         "b\n",
         "FAIL a (too low) @t.c:12 0.002s\npass b\n"},
        {"1..2\nok 1 - a\n  ---\n  no: end\nnot ok 2 - b\n", "pass a\nFAIL b\n"},
        {"1..1\nnot ok 1 - a\n# Failed test 'a'\n", "FAIL a\n"},
        {"[00:00:01] not ok 1 - x\n", "FAIL x\n"},
        {"[00:00:01.250,000] <inf> app: ok 1 - x\n", "pass x\n"},
        {"I (1234) main: not ok 1 - x\n", "FAIL x\n"},
        {"12:30:01 INFO - not ok 1 - x\n", "FAIL x\n"},
        {"2026-01-02T03:04:05Z not ok 1 - x\n1234 ok 2 - y\n", "FAIL x\npass y\n"},
    };
    (void)state;
    CHECK(cases);
}

static void tap_as_it_is_not_meant(void **state)
{
    static const struct format_case cases[] = {
        {"1..1\nnot ok 1 - item # todos remain\n", "FAIL item # todos remain\n"},
        {"1..1\nnot ok 1 - see bug#todo\n", "FAIL see bug#todo\n"},
        {"1..1\nnot ok 1 - a # TODO: later\n", "todo a (later)\n"},
        {"1..10000000000\nok 1 - a\n",
         "FAIL the plan of the tests (no run has so many tests: 1..10000000000)\npass a\n"},
        {"not ok 12345678901 - b\n",
         "FAIL b\nFAIL the plan of the tests (the tests go to number 4294967295, and only 1 "
         "came)\n"},
        {"1..2\nNot OK 1 a\nnot  ok 2 b\n", "FAIL a\nFAIL b\n"},
        {"1..3\nnot ok1 a\nnot ok 2: b\nnot ok: c\n", "FAIL a\nFAIL b\nFAIL : c\n"},
        {"not ok yet\nnot ok 3.3V is low\nok 1 - a\n", "pass a\n"},
        {"1..1\n# Subtest: s\n\tnot ok 1 - in\n\t1..1\nok 1 - s\n", "FAIL s.in\npass s\n"},
        {"1..2\nok 1 - a\n  ---\n  m: x\n    not ok 1 - inner\nok 2 - b\n",
         "pass a\nFAIL a YAML block of the tests (it has no end (\"...\"), and what looks like a "
         "failure is in it)\npass b\n"},
        {"1..1\nok 1 - a\n  ---\n  out: |\n    not ok 5 - x\n    Bail out!\n  ...\n", "pass a\n"},
        {"I (1) t: 1..1\nI (2) t: # Subtest: s\nI (3) t:     1..1\nI (4) t:     ok 1 - in\n"
         "I (5) t: ok 1 - s\nI (6) t:   ---\nI (7) t:   out: |\nI (8) t:     ok 1\nI (9) t:   "
         "...\n",
         "pass s.in\npass s\n"},
        {"12:00:01 INFO  ok 1 - a\n12:00:01 ERROR not ok 2 - b\n12:00:01 INFO  1..2\n",
         "pass a\nFAIL b\n"},
        {"1..5000\nok 4999\nok 4999\n", "pass (no name)\npass (no name)\nFAIL the plan of the "
                                        "tests (5000 tests are planned, and 2 came)\n"},
        {"\xff"
         "1not ok 1 - a\n\xff"
         "0",
         "FAIL a\n"},
    };
    (void)state;
    CHECK(cases);
}

// Without numbers it is the plan that tells how many there are; with many, each is counted still.
static void many_tap_tests(void **state)
{
    enum { BARE = 1000, NUMBERED = 5000, TWICE = 4990 };
    (void)state;
    for (unsigned bad = 0; bad <= 1; bad++) {
        struct results r;
        char line[64];
        results_init(&r);
        for (unsigned i = 1; i <= BARE + NUMBERED; i++) {
            int len = i == BARE  ? snprintf(line, sizeof line,
                                            "ok z\n1..%u\nTAP version 13\n1..%u\n", BARE, NUMBERED)
                      : i < BARE ? snprintf(line, sizeof line, "ok t\n")
                                 : snprintf(line, sizeof line, "ok %u\n",
                                            i - BARE + (bad && i - BARE == TWICE));
            results_feed(&r, RESULTS_CONSOLE, line, (size_t)len);
        }
        results_end(&r, NULL);
        assert_int_equal(r.tests, BARE + NUMBERED);
        assert_int_equal(r.failed, bad);
        results_free(&r);
    }
}

static void unity(void **state)
{
    static const struct format_case cases[] = {
        {"t.c:2:b:FAIL: see t.c:1:x:PASS\n", "FAIL b (see t.c:1:x:PASS) @t.c:2\n"},
        {"t.c:2:b:FAIL: 'a:PASS'\nt.c:3:c:IGNORE: x:FAIL: y\n",
         "FAIL b ('a:PASS') @t.c:2\nskip c (x:FAIL: y) @t.c:3\n"},
        {"t.c:2::FAIL: x\n", "FAIL (no name) (x) @t.c:2\n"},
        {"TEST(G, a) PASS\nTEST(G, b) FAIL\n", "pass G.a\nFAIL G.b\n"},
        {"TEST(G, a) PASS\nTEST(x),y PASS\n", "pass G.a\n"},
        {"TEST(G, a)\nx PASS\n",
         "pass G.a\nFAIL the run of the tests (Unity began it and did not end it: its last line "
         "\"N Tests N Failures N Ignored\" is missing)\n"},
        {"TEST(G, a)\nx PASS\n1 Tests 0 Failures 0 Ignored\nOK\n", "pass G.a\n"},
        {"test/t.c:12:test_adds:PASS\nC:\\work\\t.c:19:test_divides:FAIL: Expected 3 Was 4\n"
         "t.c:30:test_later:IGNORE: not yet\nt.c:31:bare:IGNORE\nt.c:7:slow:PASS (12 ms)\n"
         "-----------------------\n5 Tests 1 Failures 2 Ignored \nFAIL\n",
         "pass test_adds @test/t.c:12\nFAIL test_divides (Expected 3 Was 4) @C:\\work\\t.c:19\n"
         "skip test_later (not yet) @t.c:30\nskip bare @t.c:31\npass slow ((12 ms)) @t.c:7 "
         "0.012s\n"},
        {"3 Tests 1 Failures 0 Ignored \nFAIL\n",
         "pass Unity.2 tests passed without a line of their own (the closing line counts it)\n"
         "FAIL Unity.1 test failed without a line of its own (the closing line counts it)\n"},
        {"...\n\n-----------------------\n3 Tests 0 Failures 0 Ignored\nOK\n",
         "pass Unity.3 tests passed without a line of their own (the closing line counts it)\n"},
        {"TEST(Led, IsOff) PASS\nTEST(Led, Takes(1, 2)) PASS 3 ms\nIGNORE_TEST(Led, Later)\n"
         "TEST(Led, Bad)t.c:9:TEST(Led, Bad):FAIL: Expected 1 Was 0\n"
         "4 Tests 1 Failures 1 Ignored\nFAIL\n",
         "pass Led.IsOff\npass Led.Takes(1, 2) 0.003s\nskip Led.Later\n"
         "FAIL TEST(Led, Bad) (Expected 1 Was 0) @t.c:9\n"},
        {"..t.c:9:TEST(Led, Bad):FAIL: no\n", "FAIL TEST(Led, Bad) (no) @t.c:9\n"},
        {"../src/t.c:9:x:FAIL\n", "FAIL x @../src/t.c:9\n"},
        {"[12:00:01] t.c:3:a:PASS\n", "pass a @t.c:3\n"},
        {"t.c:3:a:PASS\nFAIL\n", "pass a @t.c:3\nFAIL the verdict of the program (the program says "
                                 "\"FAIL\", and no test that was read failed)\n"},
        {"my tests/t.c:3:a(\"x:y\"):PASS\n", "pass a(\"x:y\") @my tests/t.c:3\n"},
    };
    (void)state;
    CHECK(cases);
}

static void cpputest(void **state)
{
    static const struct format_case cases[] = {
        {"TEST(Sum, Adds) - 0 ms\nIGNORE_TEST(Sum, Later) - 0 ms\nTEST(Sum, Fails)\n"
         "sum.cpp:12: error: Failure in TEST(Sum, Fails)\n\texpected <1>\n\tbut was  <2>\n\n - 1 "
         "ms\n"
         "\nErrors (1 failures, 3 tests, 2 ran, 5 checks, 1 ignored, 0 filtered out, 1 ms)\n",
         "pass Sum.Adds 0.000s\nskip Sum.Later 0.000s\nFAIL Sum.Fails (Failure) @sum.cpp:12\n"},
        {"...\nOK (3 tests, 3 ran, 5 checks, 0 ignored, 0 filtered out, 1 ms)\n",
         "pass CppUTest.3 tests passed without a line of their own (the closing line counts it)\n"},
        {"Errors (ran nothing, 2 tests, 0 ran, 0 checks, 0 ignored, 2 filtered out, 0 ms)\n",
         "FAIL the verdict of the program (CppUTest says \"Errors (ran nothing, 2 tests, 0 ran, 0 "
         "checks, 0 ignored, 2 filtered out, 0 ms)\", and no test that was read failed)\n"},
        {"TEST(Sum, Prints)\nhello\n - 2 ms\nOK (1 tests, 1 ran, 0 checks)\n",
         "pass Sum.Prints 0.002s\n"},
        {"TEST(Sum, Adds) - 2 ms\n",
         "pass Sum.Adds 0.002s\nFAIL the run of the tests (CppUTest began it and did not end it: "
         "its last line \"OK (…)\" or \"Errors (…)\" is missing)\n"},
        {"TEST(Sum, Dies)\n", "FAIL Sum.Dies (the test began and did not end)\n"},
        {".!\na.cpp:3: error: Failure in TEST(A, b)\n\tno\n.\n"
         "Errors (1 failures, 3 tests, 2 ran, 5 checks, 1 ignored, 0 filtered out, 1 ms)\n",
         "FAIL A.b (Failure) @a.cpp:3\n"
         "pass CppUTest.1 test passed without a line of its own (the closing line counts it)\n"
         "skip CppUTest.1 test skipped without a line of its own (the closing line counts it)\n"},
    };
    (void)state;
    CHECK(cases);
}

static void ztest(void **state)
{
    static const struct format_case cases[] = {
        {"*** Booting Zephyr OS build v3.6.0 ***\nRunning TESTSUITE sums\n"
         "===================================================================\n"
         "START - test_adds\n PASS - test_adds in 0.001 seconds\n"
         "START - test_fails\n    Assertion failed at WEST_TOPDIR/t/main.c:42: test_fails: (1 == "
         "2)\n"
         " FAIL - test_fails in 0.002 seconds\nSTART - test_later\n SKIP - test_later in 0.000 "
         "seconds\nTESTSUITE sums failed.\n------ TESTSUITE SUMMARY START ------\n"
         "SUITE FAIL -  33.33% [sums]: pass = 1, fail = 1, skip = 1, total = 3 duration = 0.003 "
         "seconds\n - FAIL - [sums.test_fails] duration = 0.002 seconds\n"
         "PROJECT EXECUTION FAILED\n",
         "pass sums.test_adds 0.001s\nFAIL sums.test_fails @WEST_TOPDIR/t/main.c:42 0.002s\n"
         "skip sums.test_later 0.000s\n"},
        {"START - a\nPASS - a\nPROJECT EXECUTION SUCCESSFUL\n", "pass a\n"},
        {"PROJECT EXECUTION FAILED\n",
         "FAIL the verdict of the program (ztest says \"PROJECT EXECUTION FAILED\", and no test "
         "that was read failed)\n"},
        {"Running TESTSUITE s\nSTART - a\nPASS - a in 0.1 seconds\nSTART - b\n",
         "pass s.a 0.100s\nFAIL s.b (the test began and did not end)\n"
         "FAIL the run of the tests (ztest began the suite s and did not end it)\n"},
        {"[00:00:00.010,000] <inf> t: START - a\n[00:00:00.020,000] <inf> t: FAIL - a in 0.010 "
         "seconds\n",
         "FAIL a 0.010s\n"},
        {"START - a\nFAIL - a in 0.001 seconds, again\n", "FAIL a 0.001s\n"},
        {"START - a\nE: >>> ZEPHYR FATAL ERROR 0: CPU exception on CPU 0\n",
         "FAIL Zephyr (E: >>> ZEPHYR FATAL ERROR 0: CPU exception on CPU 0)\n"
         "FAIL a (the test began and did not end)\n"},
    };
    (void)state;
    CHECK(cases);
}

static void gtest_and_cmocka(void **state)
{
    static const struct format_case cases[] = {
        {"[==========] Running 3 tests from 1 test suite.\n[----------] 3 tests from Sum\n"
         "[ RUN      ] Sum.Adds\n[       OK ] Sum.Adds (0 ms)\n[ RUN      ] Sum.Fails\n"
         "sum.cc:12: Failure\nExpected equality\n[  FAILED  ] Sum.Fails (1 ms)\n"
         "[ RUN      ] Sum.Later\n[  SKIPPED ] Sum.Later (0 ms)\n"
         "[==========] 3 tests from 1 test suite ran. (1 ms total)\n[  PASSED  ] 1 test.\n"
         "[  SKIPPED ] 1 test, listed below:\n[  SKIPPED ] Sum.Later\n"
         "[  FAILED  ] 1 test, listed below:\n[  FAILED  ] Sum.Fails\n\n 1 FAILED TEST\n",
         "pass Sum.Adds 0.000s\nFAIL Sum.Fails @sum.cc:12 0.001s\nskip Sum.Later 0.000s\n"},
        {"[==========] sums: Running 2 test(s).\n[ RUN      ] adds\n[       OK ] adds\n"
         "[ RUN      ] fails\n[  ERROR   ] --- 0x1 != 0x2\n[   LINE   ] --- t.c:12: error: "
         "Failure!\n[  FAILED  ] fails\n[==========] sums: 2 test(s) run.\n[  PASSED  ] 1 "
         "test(s).\n[  FAILED  ] sums: 1 test(s), listed below:\n[  FAILED  ] fails\n\n 1 FAILED "
         "TEST(S)\n",
         "pass adds\nFAIL fails (0x1 != 0x2) @t.c:12\n"},
        {"[==========] Running 2 tests from 1 test suite.\n[ RUN      ] A.b\n[       OK ] A.b (0 "
         "ms)\n",
         "pass A.b 0.000s\nFAIL the run of the tests (GoogleTest or cmocka began it and did not "
         "end "
         "it: its last line \"[==========] … ran.\" is missing)\n"},
        {"[==========] 1 test from 1 test suite ran. (1 ms total)\n[  PASSED  ] 1 test.\n"
         "[  FAILED  ] A.b (0 ms)\n[==========] 1 test from 1 test suite ran. (1 ms total)\n",
         "pass GoogleTest or cmocka.1 test passed without a line of its own (the closing line "
         "counts it)\nFAIL A.b 0.000s\n"},
        {"[==========] Running 2 tests from 1 test suite.\n[ RUN      ] A.b\n[       OK ] A.b (0 "
         "ms)\n[==========] 2 tests from 1 test suite ran. (0 ms total)\n",
         "pass A.b 0.000s\nFAIL the run of the tests (GoogleTest or cmocka ran 2 tests, and the "
         "results of 1 came)\n"},
        {"[ RUN      ] A.b\nhi[       OK ] A.b (0 ms)\n[ RUN      ] A.c\nhi [  FAILED  ] A.c (0 "
         "ms)\n",
         "pass A.b 0.000s\nFAIL A.c 0.000s\n"},
        {"[ RUN      ] A.b\nself check PASS\n", "FAIL A.b (the test began and did not end)\n"},
        {"[==========] Running all tests.\n[ RUN      ] A.b\n[       OK ] A.b (34ns)\n"
         "[==========] Done running all tests.\n[  PASSED  ] 1 test(s).\n",
         "pass A.b\n"},
        {"[ RUN      ] A.b\n", "FAIL A.b (the test began and did not end)\n"},
        {"[  FAILED  ] Typed/0.x, where TypeParam = int (3 ms)\n", "FAIL Typed/0.x 0.003s\n"},
        {"[12:00] [  FAILED  ] A.b\n", "FAIL A.b\n"},
        {"2 FAILED TESTS\n",
         "FAIL the verdict of the program (GoogleTest or cmocka says \"2 FAILED "
         "TESTS\", and no test that was read failed)\n"},
    };
    (void)state;
    CHECK(cases);
}

static void libtest(void **state)
{
    static const struct format_case cases[] = {
        {"running 3 tests\ntest sums::adds ... ok\ntest sums::fails ... FAILED\n"
         "test later ... ignored, not yet\n\ntest result: FAILED. 1 passed; 1 failed; 1 ignored; 0 "
         "measured; 0 filtered out; finished in 0.00s\n",
         "pass sums.adds\nFAIL sums.fails\nskip later (not yet)\n"},
        {"running 1 test\ntest a ... hello\nok\ntest result: ok. 1 passed; 0 failed; 0 ignored\n",
         "pass a\n"},
        {"running 2 tests\ntest a ... ok\ntest b ... \n",
         "pass a\nFAIL b (the test began and did not end)\nFAIL the run of the tests (libtest "
         "began "
         "it and did not end it: the line \"test result: …\" is missing)\n"},
        {"test result: FAILED. 0 passed; 1 failed; 0 ignored\n",
         "FAIL libtest.1 test failed without a line of its own (the closing line counts it)\n"},
        {"INFO  test a ... FAILED\n", "FAIL a\n"},
    };
    (void)state;
    CHECK(cases);
}

#define NO_TEST "no test was found in the output"
#define ALLOW   ": --allow-no-tests takes that for a success)\n"
#define STRANGE                                                                                    \
    "FAIL output that is not understood (a line speaks of a failure in no form that swdlink reads"

static void what_is_not_understood_is_named(void **state)
{
    static const struct format_case cases[] = {
        {"", "FAIL no test (" NO_TEST ALLOW},
        {"hello\n", "FAIL no test (" NO_TEST ALLOW},
        {"ok let's go\nok\nnot ok yet\n", "FAIL no test (" NO_TEST ALLOW},
        {"okay\nnot okay\nit is ok\n", "FAIL no test (" NO_TEST ALLOW},
        {"voltage:PASS\nmain.c:PASS\n:PASS\na.c:12::PASS\na.c:x1:name:PASS\na.c:12:name:PASSED\n",
         "FAIL no test (" NO_TEST ALLOW},
        {"1..5 volts\n", "FAIL no test (" NO_TEST ALLOW},
        {"self test: FAIL\n", STRANGE ": self test: FAIL)\n"},
        {"*** FAILED ***\n", STRANGE ": *** FAILED ***)\n"},
        {"ok 1 - a\n[app] FAIL: b\n", "pass a\n" STRANGE ": [app] FAIL: b)\n"},
        {"ok 1 - a\nthe sensor FAILED once, and was started again\n", "pass a\n"},
        {"test cases: 3 | 2 passed | 1 failed\n",
         STRANGE ", maybe that of Catch2 or doctest: test cases: 3 | 2 passed | 1 failed)\n"},
        {"All tests passed (3 assertions in 1 test case)\n",
         "FAIL no test (" NO_TEST
         "; it looks like that of Catch2, which swdlink does not read" ALLOW},
    };
    (void)state;
    CHECK(cases);
}

// Whatever is asked for: what a framework says of its own failures is no success.
static void failures_of_frameworks_that_are_not_read(void **state)
{
    static const char *const bad[] = {
        "t.cpp:10: FAILED:\n  REQUIRE( 0 == 1 )\n",
        "test cases: 1 | 1 failed\nassertions: 4 | 3 passed | 1 failed\n",
        "[doctest] test cases: 1 | 0 passed | 1 failed | 0 skipped\n",
        "[doctest] Status: FAILURE!\n",
        "t.cpp(8): error: in \"a\": check 1 == 2 has failed [1 != 2]\n",
        "*** 1 failure is detected in the test module \"x\"\n",
        "50%: Checks: 2, Failures: 1, Errors: 0\n",
        "50%: Checks: 2, Failures: 0, Errors: 1\n",
        "/a/c                  [ FAIL  ]\n",
        "/a/c                  [ ERROR ]\n",
        "FAIL x: expected a (t.c:12)\n",
        "Pass: 1, fail: 1, skip: 0.\n",
        "  Test: b ...FAILED\n",
        "[FAIL] s::a: (0.00s)\n",
        "##teamcity[testFailed name='a' message='x']\n",
        "TestRunner summary: 1 passed, 1 failed, 0 skipped, 0 timed out, out of 2 test(s).\n",
        "{{end;failure}}\n",
        "2 tests, 3 assertions, 1 failures\n",
        "Runs: 2 Passes: 1 Fails: 1\n",
        "run 3 failures 1\n",
        "failure: b [\nt.c:3: error: Failure!\n]\n",
        "error: b [\nx\n]\n",
        "<testsuite name=\"g\" tests=\"2\" failures=\"1\" errors=\"0\">\n",
        "      <failure><![CDATA[x]]></failure>\n",
        "50% tests passed, 1 tests failed out of 2\n",
        "{ \"type\": \"test\", \"event\": \"failed\", \"name\": \"b\" }\n",
        "t.c:1:a:PASS\n1 Tests 0 Failures 0 Ignored\nOK\ntest cases: 1 | 1 failed\n",
    };
    static const char *const good[] = {
        "I2C test: 3 failed reads, again\n",
        "checks: 5, failures: 0\n",
        "2 tests - 2 passed, 0 failed, 0 skipped (0 ticks, 0.000 sec)\n",
        "Running test suite with seed 0x1234...\n/a/b   [ OK    ] [ 0.0 / 0.0 CPU ]\n",
        "[doctest] test cases: 1 | 1 passed | 0 failed | 0 skipped\n",
        "<testsuite name=\"g\" tests=\"2\" failures=\"0\" errors=\"0\">\n",
        "100%: Checks: 2, Failures: 0, Errors: 0\n",
        "the pump: FAIL\n",
    };
    (void)state;
    for (unsigned i = 0; i < sizeof bad / sizeof *bad + sizeof good / sizeof *good; i++) {
        bool is_bad = i < sizeof bad / sizeof *bad;
        const char *text = is_bad ? bad[i] : good[i - sizeof bad / sizeof *bad];
        for (unsigned wanted = 0; wanted <= 1; wanted++) {
            struct results r;
            results_init(&r);
            r.wanted = wanted;
            results_feed(&r, RESULTS_RTT, text, strlen(text));
            results_end(&r, NULL);
            if ((r.failed > 0) != (is_bad || wanted))
                fail_msg("%s: %zu failures", text, r.failed);
            results_free(&r);
        }
    }
}

static void frameworks_may_follow_each_other(void **state)
{
    static const struct format_case cases[] = {
        {"t.c:1:a:PASS\n1 Tests 0 Failures 0 Ignored\nOK\nt.c:2:b:PASS\nt.c:3:c:FAIL\n"
         "2 Tests 1 Failures 0 Ignored\nFAIL\n1..1\nok 1 - d\n",
         "pass a @t.c:1\npass b @t.c:2\nFAIL c @t.c:3\npass d\n"},
    };
    (void)state;
    CHECK(cases);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tap),
        cmocka_unit_test(tap_as_it_is_not_meant),
        cmocka_unit_test(many_tap_tests),
        cmocka_unit_test(unity),
        cmocka_unit_test(cpputest),
        cmocka_unit_test(ztest),
        cmocka_unit_test(gtest_and_cmocka),
        cmocka_unit_test(libtest),
        cmocka_unit_test(what_is_not_understood_is_named),
        cmocka_unit_test(failures_of_frameworks_that_are_not_read),
        cmocka_unit_test(frameworks_may_follow_each_other),
    };
    return cmocka_run_group_tests_name("results_formats", tests, NULL, NULL);
}
