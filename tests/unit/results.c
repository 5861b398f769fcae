// SPDX-License-Identifier: MIT
// Lines out of pieces of output, and what the collection of results makes of them. The formats
// themselves are in results_formats.c, the reports in results_reports.c.
#include "cli/results/results.h"
#include "tests/unit/choose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void feed(struct results *r, const char *text)
{
    results_feed(r, RESULTS_CONSOLE, text, strlen(text));
}

static void assert_test(const struct results *r, size_t i, enum result_kind kind, const char *name,
                        const char *text)
{
    assert_true(i < r->count);
    assert_string_equal(r->test[i].name, name);
    assert_int_equal(r->test[i].kind, kind);
    assert_string_equal(r->test[i].text, text);
}

static void lines_arrive_in_pieces(void **state)
{
    (void)state;
    struct results r;
    const char *text = "a.c:1:first:PASS\nok 2 - second\nnot ok 3 - third";
    results_init(&r);
    r.keep_output = true;
    for (const char *p = text; *p; p++)
        results_feed(&r, RESULTS_CONSOLE, p, 1);
    assert_int_equal(r.count, 2);
    results_end(&r, NULL); // the last line has no end
    assert_test(&r, 2, RESULT_FAIL, "third", "");
    assert_int_equal(r.output_len, strlen(text));
    results_free(&r);
}

// What one stream began is not torn by the other.
static void streams_have_lines_of_their_own(void **state)
{
    (void)state;
    struct results r;
    results_init(&r);
    results_feed(&r, RESULTS_CONSOLE, "not ok 1", 8);
    results_feed(&r, RESULTS_RTT, "ok 2 - b\n", 9);
    results_feed(&r, RESULTS_CONSOLE, " - a\n", 5);
    assert_test(&r, 0, RESULT_PASS, "b", "");
    assert_test(&r, 1, RESULT_FAIL, "a", "");
    results_free(&r);
}

static void a_long_line_keeps_its_verdict(void **state)
{
    (void)state;
    struct results r;
    results_init(&r);
    feed(&r, "test ");
    for (unsigned i = 0; i < 50000; i++)
        feed(&r, "xxxx");
    feed(&r, " ... FAILED\nok 1 - after it\n");
    assert_int_equal(r.count, 2);
    assert_int_equal(r.test[0].kind, RESULT_FAIL);
    assert_test(&r, 1, RESULT_PASS, "after it", "");
    results_free(&r);
}

static void a_line_that_is_too_long_is_a_failure(void **state)
{
    static char much[LINES_MAX];
    (void)state;
    struct results r;
    memset(much, 'x', sizeof much);
    results_init(&r);
    results_feed(&r, RESULTS_CONSOLE, much, sizeof much);
    feed(&r, "x not ok\nok 1 - a\n");
    results_end(&r, NULL);
    assert_test(&r, 0, RESULT_PASS, "a", "");
    assert_int_equal(r.test[1].kind, RESULT_FAIL);
    assert_string_equal(r.test[1].name, "the output");
    results_free(&r);
}

// A text that may hold NULs, and its length.
#define BYTES(text) (text), sizeof(text) - 1

static void bytes_that_are_no_text(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        enum result_kind kind;
        const char *name;
    } cases[] = {
        {BYTES("ok 1 - a\0b\n"), RESULT_PASS, "a b"},
        {BYTES("\0\0ok 1 - a\0\0\n"), RESULT_PASS, "a"},
        {BYTES("\xef\xbb\xbfnot ok 1 - a\n"), RESULT_FAIL, "a"},
        {BYTES("\x07\x11ok 1 - a\n"), RESULT_PASS, "a"},
        {BYTES("not ok 1 - \xff\xc3\n"), RESULT_FAIL, "\xff\xc3"},
        {BYTES("\x1b]0;title\x07not ok 1 - a\n"), RESULT_FAIL, "a"},
        {BYTES("\x1b]0;title\x1b\\not ok 1 - a\n"), RESULT_FAIL, "a"},
        {BYTES("\x1b(B\x1b[38;5;1mnot ok\x1b[m 1 - a\n"), RESULT_FAIL, "a"},
        {BYTES("10 %\r50 %\rnot ok 1 - a\n"), RESULT_FAIL, "a"},
        {BYTES("\x1b[31\nnot ok 1 - a\n"), RESULT_FAIL, "a"},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct results r;
        results_init(&r);
        results_feed(&r, RESULTS_CONSOLE, cases[i].bytes, cases[i].len);
        if (r.count != 1)
            fail_msg("case %u gives %zu results", i, r.count);
        assert_test(&r, 0, cases[i].kind, cases[i].name, "");
        results_free(&r);
    }
}

static void how_it_ended_is_told_first(void **state)
{
    (void)state;
    struct results r;
    results_init(&r);
    feed(&r, "1..2\nok 1 - a\n");
    results_end(&r, "a time-out");
    assert_test(&r, 1, RESULT_FAIL, "the program as a whole", "a time-out");
    assert_test(&r, 2, RESULT_FAIL, "the plan of the tests", "2 tests are planned, and 1 came");
    assert_string_equal(r.first_failed, "the program as a whole");
    assert_int_equal(r.tests, 1);
    results_free(&r);
}

static void no_test_is_a_failure_where_tests_are_wanted(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct results r;
        results_init(&r);
        r.wanted = i & 1;
        r.allow_no_tests = i & 2;
        feed(&r, "hello\n");
        results_end(&r, NULL);
        assert_int_equal(r.failed, i == 1);
        results_free(&r);
    }
}

static void output_is_kept_for_a_report_only(void **state)
{
    static char much[1024 * 1024];
    (void)state;
    memset(much, 'x', sizeof much);
    much[sizeof much - 1] = '\n';
    for (unsigned keep = 0; keep < 2; keep++) {
        struct results r;
        results_init(&r);
        r.keep_output = keep;
        for (unsigned i = 0; i < 9; i++)
            results_feed(&r, RESULTS_CONSOLE, much, sizeof much);
        assert_int_equal(r.output_len, keep ? RESULTS_OUTPUT_MAX : 0);
        assert_int_equal(r.output_dropped, keep ? sizeof much : 0);
        results_free(&r);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_arrive_in_pieces),
        cmocka_unit_test(streams_have_lines_of_their_own),
        cmocka_unit_test(a_long_line_keeps_its_verdict),
        cmocka_unit_test(a_line_that_is_too_long_is_a_failure),
        cmocka_unit_test(bytes_that_are_no_text),
        cmocka_unit_test(how_it_ended_is_told_first),
        cmocka_unit_test(no_test_is_a_failure_where_tests_are_wanted),
        cmocka_unit_test(output_is_kept_for_a_report_only),
    };
    return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
