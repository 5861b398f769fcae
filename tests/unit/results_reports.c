// SPDX-License-Identifier: MIT
// Results as JUnit XML and as TAP.
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/results/junit.h"
#include "cli/results/tap_report.h"
#include "tests/unit/choose.h"

#define SIZE 8192

// What the file f holds; the caller closes f.
static const char *content(FILE *f, char *text)
{
    fflush(f);
    rewind(f);
    text[fread(text, 1, SIZE - 1, f)] = '\0';
    return text;
}

static void read_file(const char *path, char *text)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    content(f, text);
    fclose(f);
}

// The document that is written after this output, without what changes from run to run.
static const char *junit(const char *output, size_t len, char *text)
{
    struct log log = log_silent();
    struct results r;
    struct junit j;
    char path[] = "/tmp/swdlink-results-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(junit_open(&j, path, &log), ERR_OK);
    results_init(&r);
    r.keep_output = true;
    results_feed(&r, RESULTS_CONSOLE, output, len);
    results_end(&r, NULL);
    assert_int_equal(junit_write(&j, &r, "build/a.elf", 1.5, &log), ERR_OK);
    results_free(&r);
    read_file(path, text);
    unlink(path);
    char *when = strstr(text, " timestamp="), *end = when ? strstr(when, ">\n") : NULL;
    assert_non_null(end);
    memmove(when, end, strlen(end) + 1);
    return text;
}

static void junit_has_each_test(void **state)
{
    char text[SIZE];
    static const char output[] = "ok 1 - <a> & \"b\"\nnot ok 2 - c\n# why\nok 3 - d # SKIP why\r\n"
                                 "t/x.c:7:e:FAIL: no\nnot ok 4 - f # TODO later\nok 5 - d\n"
                                 "TEST(G, n) PASS 12 ms\n";
    (void)state;
    assert_string_equal(
        junit(output, sizeof output - 1, text),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuites>\n"
        "  <testsuite name=\"a.elf\" tests=\"7\" failures=\"2\" errors=\"0\" skipped=\"2\" "
        "time=\"1.500\">\n"
        "    <testcase classname=\"a\" name=\"&lt;a&gt; &amp; &quot;b&quot;\"/>\n"
        "    <testcase classname=\"a\" name=\"c\">\n"
        "      <failure message=\"\">why\n</failure>\n"
        "    </testcase>\n"
        "    <testcase classname=\"a\" name=\"d\">\n"
        "      <skipped message=\"why\"/>\n"
        "    </testcase>\n"
        "    <testcase classname=\"a.x\" name=\"e\" file=\"t/x.c\" line=\"7\">\n"
        "      <failure message=\"no\">t/x.c:7\n</failure>\n"
        "    </testcase>\n"
        "    <testcase classname=\"a\" name=\"f\">\n"
        "      <skipped message=\"TODO later\"/>\n"
        "    </testcase>\n"
        "    <testcase classname=\"a\" name=\"d (2)\"/>\n"
        "    <testcase classname=\"a.G\" name=\"n\" time=\"0.012\"/>\n"
        "    <system-out>ok 1 - &lt;a&gt; &amp; &quot;b&quot;\nnot ok 2 - c\n# why\n"
        "ok 3 - d # SKIP why\nt/x.c:7:e:FAIL: no\nnot ok 4 - f # TODO later\nok 5 - d\n"
        "TEST(G, n) PASS 12 ms\n"
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
        {"\xef\xbf\xbe|\xef\xbf\xbf|\xef\xbf\xbd", "?|?|\xef\xbf\xbd"},
        {"cut \xe2\x82", "cut ??"},
        {"a\tb\r\nc\rd", "a\tb\nc\nd"},
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
    struct junit j;
    assert_int_equal(junit_open(&j, "/nowhere/at/all.xml", &log), ERR_FILE);
    assert_non_null(strstr(log_sentence(&log, ERR_FILE), "/nowhere/at/all.xml"));
    junit_close(&j);
    if (access("/dev/full", W_OK) != 0)
        return;
    struct results r;
    results_init(&r);
    assert_int_equal(junit_open(&j, "/dev/full", &log), ERR_OK);
    assert_int_equal(junit_write(&j, &r, "a", 0, &log), ERR_FILE);
    results_free(&r);
}

// Whoever is killed leaves no report of an earlier run.
static void an_open_report_is_an_error(void **state)
{
    (void)state;
    char path[] = "/tmp/swdlink-results-XXXXXX", text[SIZE];
    int fd = mkstemp(path);
    assert_true(write(fd, "stale", 5) == 5);
    close(fd);
    struct log log = log_silent();
    struct junit j;
    assert_int_equal(junit_open(&j, path, &log), ERR_OK);
    read_file(path, text);
    assert_null(strstr(text, "stale"));
    assert_non_null(strstr(text, "errors=\"1\""));
    assert_non_null(strstr(text, "<error message=\"swdlink was ended before"));
    junit_close(&j);
    unlink(path);
}

struct tap_run {
    struct results r;
    struct tap_report t;
};

static void added(void *user)
{
    tap_report_added(&((struct tap_run *)user)->t);
}

static void other(void *user, const char *line)
{
    tap_report_comment(&((struct tap_run *)user)->t, line);
}

static void assert_tap(const char *output, const char *ending, const char *rig, const char *wanted)
{
    struct tap_run run;
    char text[SIZE];
    FILE *f = tmpfile();
    assert_non_null(f);
    results_init(&run.r);
    run.r.user = &run;
    run.r.added = added;
    run.r.other = other;
    tap_report_open(&run.t, f, &run.r);
    results_feed(&run.r, RESULTS_CONSOLE, output, strlen(output));
    results_end(&run.r, ending);
    if (rig)
        results_rig_failed(&run.r, rig);
    tap_report_end(&run.t);
    assert_string_equal(content(f, text), wanted);
    fclose(f);
    results_free(&run.r);
}

static void tap_is_one_flat_list(void **state)
{
    (void)state;
    assert_tap("hello\na.c:3:adds:PASS\na.c:4:sinks:FAIL: no water\nnot ok 1 - old # TODO later\n"
               "ok # SKIP dry\nTEST(G, n) PASS\n",
               "a time-out", NULL,
               "TAP version 13\n"
               "# hello\n"
               "ok 1 - adds\n"
               "not ok 2 - sinks\n"
               "# no water\n"
               "# at a.c:4\n"
               "not ok 3 - old # TODO later\n"
               "ok 4 - (no name) # SKIP dry\n"
               "ok 5 - G.n\n"
               "not ok 6 - the program as a whole\n"
               "# a time-out\n"
               "1..6\n");
}

static void tap_of_subtests_waits_for_the_test_above(void **state)
{
    (void)state;
    assert_tap("1..1\n    not ok 1 - in\nnot ok 1 - out # TODO x\n", NULL, NULL,
               "TAP version 13\nnot ok 1 - in # TODO\nnot ok 2 - out # TODO x\n1..2\n");
}

static void tap_bails_out(void **state)
{
    (void)state;
    assert_tap("ok 1 - a\nBail out! the bus\n", NULL, NULL,
               "TAP version 13\nok 1 - a\nBail out! the bus\n");
    assert_tap("ok 1 - a\n", NULL, "no target", "TAP version 13\nok 1 - a\nBail out! no target\n");
}

// "#" begins a directive; in a name it does not.
static void tap_names_have_no_directives(void **state)
{
    (void)state;
    assert_tap("a.c:3:is # SKIP no:PASS\n", NULL, NULL,
               "TAP version 13\nok 1 - is \\# SKIP no\n1..1\n");
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(junit_has_each_test),
        cmocka_unit_test(what_xml_cannot_hold_becomes_a_question_mark),
        cmocka_unit_test(a_file_that_cannot_be_written_is_an_error),
        cmocka_unit_test(an_open_report_is_an_error),
        cmocka_unit_test(tap_is_one_flat_list),
        cmocka_unit_test(tap_of_subtests_waits_for_the_test_above),
        cmocka_unit_test(tap_bails_out),
        cmocka_unit_test(tap_names_have_no_directives),
    };
    return cmocka_run_group_tests_name("results_reports", tests, NULL, NULL);
}
