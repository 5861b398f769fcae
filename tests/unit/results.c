// SPDX-License-Identifier: MIT
// Test results in what a program prints: Unity's lines ("FILE:LINE:NAME:PASS", with ":FAIL: why"
// and
// ":IGNORE: why") and those of the Test Anything Protocol.
#include "cli/results.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE 4096

static void feed(struct results *r, const char *text)
{
    results_feed(r, text, strlen(text));
}

static void assert_test(const struct results *r, size_t i, enum result_kind kind, const char *name,
                        const char *text)
{
    assert_true(i < r->count);
    assert_int_equal(r->test[i].kind, kind);
    assert_string_equal(r->test[i].name, name);
    assert_string_equal(r->test[i].text, text);
}

static void unitys_lines_are_results(void **state)
{
    (void)state;
    struct results r;
    results_init(&r, NULL);
    feed(&r, "test/test_sum.c:12:test_adds:PASS\r\n"
             "C:\\work\\test_sum.c:19:test_divides:FAIL: Expected 3 Was 4\n"
             "test_sum.c:30:test_later:IGNORE: not yet\n"
             "test_sum.c:31:test_bare:IGNORE\n"
             "test_sum.c:7:test_slow:PASS (12 ms)\n");
    results_end(&r, NULL);
    assert_int_equal(r.count, 5);
    assert_test(&r, 0, RESULT_PASS, "test_adds", "");
    assert_test(&r, 1, RESULT_FAIL, "test_divides", "Expected 3 Was 4");
    assert_test(&r, 2, RESULT_SKIP, "test_later", "not yet");
    assert_test(&r, 3, RESULT_SKIP, "test_bare", "");
    assert_test(&r, 4, RESULT_PASS, "test_slow", "(12 ms)");
    assert_int_equal(r.failed, 1);
    assert_int_equal(r.skipped, 2);
    results_free(&r);
}

static void tap_lines_are_results(void **state)
{
    (void)state;
    struct results r;
    results_init(&r, NULL);
    feed(&r, "ok 1 - adds\nnot ok 2 - divides\nok\nnot ok\nok 5 plain name\n"
             "ok 6 - counts # SKIP no timer\nnot ok 7 - dreams # TODO later\n"
             "ok 8 - dreams come true # todo\n");
    results_end(&r, NULL);
    assert_int_equal(r.count, 8);
    assert_test(&r, 0, RESULT_PASS, "adds", "");
    assert_test(&r, 1, RESULT_FAIL, "divides", "");
    assert_test(&r, 2, RESULT_PASS, "(no name)", "");
    assert_test(&r, 3, RESULT_FAIL, "(no name)", "");
    assert_test(&r, 4, RESULT_PASS, "plain name", "");
    assert_test(&r, 5, RESULT_SKIP, "counts", "no timer");
    assert_test(&r, 6, RESULT_SKIP, "dreams", "later");
    assert_test(&r, 7, RESULT_PASS, "dreams come true", "");
    results_free(&r);
}

static void other_lines_are_no_results(void **state)
{
    static const char *const lines[] = {
        "okay, that is no result",
        "not okay",
        "it is ok",
        "voltage:PASS",
        "main.c:PASS",
        ":PASS",
        "a.c:12::PASS",
        "a.c:x1:name:PASS",
        "a.c:12:name:PASSED",
        "3 Tests 1 Failures",
        "a.c:12:name:FAILS",
        "",
    };
    (void)state;
    struct results r;
    results_init(&r, NULL);
    for (unsigned i = 0; i < sizeof lines / sizeof *lines; i++) {
        feed(&r, lines[i]);
        feed(&r, "\n");
        if (r.count)
            fail_msg("'%s' was taken for a result", lines[i]);
    }
    results_free(&r);
}

static void lines_arrive_in_pieces(void **state)
{
    (void)state;
    struct results r;
    const char *text = "a.c:1:first:PASS\nok 2 - second\nnot ok 3 - third";
    results_init(&r, NULL);
    for (const char *p = text; *p; p++)
        results_feed(&r, p, 1);
    assert_int_equal(r.count, 2);
    results_end(&r, NULL); // the last line has no end
    assert_int_equal(r.count, 3);
    assert_test(&r, 2, RESULT_FAIL, "third", "");
    assert_int_equal(r.output_len, strlen(text));
    results_free(&r);
}

static void a_line_without_end_is_cut(void **state)
{
    (void)state;
    struct results r;
    results_init(&r, NULL);
    for (unsigned i = 0; i < 5000; i++)
        feed(&r, "xxxx");
    feed(&r, "\nok 1 - after it\n");
    assert_int_equal(r.count, 1);
    assert_test(&r, 0, RESULT_PASS, "after it", "");
    results_free(&r);
}

static void zeros_are_no_end_of_a_line(void **state)
{
    (void)state;
    struct results r;
    results_init(&r, NULL);
    results_feed(&r, "ok 1 - a\0b\n", 11);
    assert_int_equal(r.count, 1);
    assert_test(&r, 0, RESULT_PASS, "a b", "");
    results_free(&r);
}

// What the file f holds; the caller closes f.
static const char *content(FILE *f, char *text)
{
    fflush(f);
    rewind(f);
    text[fread(text, 1, SIZE - 1, f)] = '\0';
    return text;
}

static void tap_is_printed_as_lines_arrive(void **state)
{
    (void)state;
    struct results r;
    char text[SIZE] = "";
    FILE *f = tmpfile();
    assert_non_null(f);
    results_init(&r, f);
    feed(&r, "hello\na.c:3:adds:PASS\na.c:4:sinks:FAIL: no water\nnot ok 7 - old\nok # SKIP dry\n");
    assert_non_null(strstr(content(f, text), "not ok 3 - old\n"));
    fseek(f, 0, SEEK_END);
    results_end(&r, "a time-out");
    assert_string_equal(content(f, text), "TAP version 13\n"
                                          "# hello\n"
                                          "ok 1 - adds\n"
                                          "not ok 2 - sinks\n"
                                          "# no water\n"
                                          "not ok 3 - old\n"
                                          "ok 4 - (no name) # SKIP dry\n"
                                          "not ok 5 - the program as a whole\n"
                                          "# a time-out\n"
                                          "1..5\n");
    fclose(f);
    results_free(&r);
}

// The document that is written after this output.
static const char *junit(const char *output, size_t len, char *text)
{
    struct log log = log_silent();
    struct results r;
    char path[] = "/tmp/swdlink-results-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    results_init(&r, NULL);
    results_feed(&r, output, len);
    results_end(&r, NULL);
    assert_int_equal(results_write_junit(&r, path, "a.elf", 1.5, &log), ERR_OK);
    FILE *f = fdopen(fd, "r");
    assert_non_null(f);
    content(f, text);
    fclose(f);
    unlink(path);
    results_free(&r);
    return text;
}

static void junit_has_each_test(void **state)
{
    char text[SIZE];
    static const char output[] = "ok 1 - <a> & \"b\"\nnot ok 2 - c\nok 3 - d # SKIP why\n";
    (void)state;
    assert_string_equal(
        junit(output, sizeof output - 1, text),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites>\n"
        "  <testsuite name=\"a.elf\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\" "
        "time=\"1.500\">\n"
        "    <testcase classname=\"a.elf\" name=\"&lt;a&gt; &amp; &quot;b&quot;\"/>\n"
        "    <testcase classname=\"a.elf\" name=\"c\">\n"
        "      <failure message=\"\"/>\n"
        "    </testcase>\n"
        "    <testcase classname=\"a.elf\" name=\"d\">\n"
        "      <skipped message=\"why\"/>\n"
        "    </testcase>\n"
        "    <system-out>ok 1 - &lt;a&gt; &amp; &quot;b&quot;\nnot ok 2 - c\nok 3 - d # SKIP why\n"
        "</system-out>\n"
        "  </testsuite>\n"
        "</testsuites>\n");
}

// XML 1.0, 2.2: no other control characters; and the document says that it is UTF-8.
static void what_xml_cannot_hold_becomes_a_question_mark(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"\x01|\x1b|\x7f|\b", "?|?|?|?"},
        {"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
        {"\xe2\x82\xac|\xf0\x9f\x98\x80", "\xe2\x82\xac|\xf0\x9f\x98\x80"},
        {"\xff|\xc3|\xc3(|\xc0\xaf", "?|?|?(|??"},
        {"\xe0\x80\xaf|\xed\xa0\x80|\xf4\x90\x80\x80", "???|???|????"},
        {"cut \xe2\x82", "cut ??"},
        {"a\tb", "a\tb"},
    };
    char text[SIZE], wanted[SIZE];
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(wanted, sizeof wanted, "<system-out>%s</system-out>", cases[i].out);
        if (!strstr(junit(cases[i].in, strlen(cases[i].in), text), wanted))
            fail_msg("case %u: %s", i, text);
    }
}

static void a_file_that_cannot_be_written_is_an_error(void **state)
{
    (void)state;
    struct log log = log_silent();
    struct results r;
    results_init(&r, NULL);
    assert_int_equal(results_write_junit(&r, "/nowhere/at/all.xml", "a", 0, &log), ERR_FILE);
    assert_non_null(strstr(log_sentence(&log, ERR_FILE), "/nowhere/at/all.xml"));
    if (access("/dev/full", W_OK) == 0)
        assert_int_equal(results_write_junit(&r, "/dev/full", "a", 0, &log), ERR_FILE);
    results_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unitys_lines_are_results),
        cmocka_unit_test(tap_lines_are_results),
        cmocka_unit_test(other_lines_are_no_results),
        cmocka_unit_test(lines_arrive_in_pieces),
        cmocka_unit_test(a_line_without_end_is_cut),
        cmocka_unit_test(zeros_are_no_end_of_a_line),
        cmocka_unit_test(tap_is_printed_as_lines_arrive),
        cmocka_unit_test(junit_has_each_test),
        cmocka_unit_test(what_xml_cannot_hold_becomes_a_question_mark),
        cmocka_unit_test(a_file_that_cannot_be_written_is_an_error),
    };
    return cmocka_run_group_tests_name("results", tests, NULL, NULL);
}
