// SPDX-License-Identifier: MIT
// Lines on a terminal are broken between words, below where their text begins.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/terminal.h"
#include "tests/unit/choose.h"

static void expect_lines(const char *text, unsigned columns, const char *wanted)
{
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    assert_non_null(out);
    terminal_print(out, text, columns);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(printed, wanted);
    free(printed);
}

static void what_fits_stays_as_it_is(void **state)
{
    (void)state;
    expect_lines("one two\n\n  three\n", 10, "one two\n\n  three\n");
    expect_lines("a line without an end", 0, "a line without an end\n");
    expect_lines("1234567890\n", 10, "1234567890\n");
}

static void a_long_line_is_broken_between_words(void **state)
{
    (void)state;
    expect_lines("one two three four\n", 10, "one two\nthree four\n");
    expect_lines("  one two three\n", 10, "  one two\n  three\n");
    expect_lines("a verylongword b\n", 6, "a\nverylongword\nb\n");
}

static void it_goes_on_below_its_text(void **state)
{
    (void)state;
    expect_lines("  chip       one two three\n", 22, "  chip       one two\n             three\n");
    expect_lines("  2. one two three\n", 12, "  2. one two\n     three\n");
    expect_lines("   a  one two three\n", 14, "   a  one two\n      three\n");
    expect_lines("   12 %  one two three\n", 17, "   12 %  one two\n         three\n");
    expect_lines("VTref is 3.29 V.  And then\n", 20, "VTref is 3.29 V. \nAnd then\n");
}

static void characters_of_several_bytes_have_one_column(void **state)
{
    (void)state;
    expect_lines("███ ███ ███\n", 11, "███ ███ ███\n");
    expect_lines("███ ███ ███\n", 10, "███ ███\n███\n");
}

static void expect_paragraphs(const char *text, unsigned columns, const char *wanted)
{
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);
    assert_non_null(out);
    terminal_print_paragraphs(out, text, columns);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(printed, wanted);
    free(printed);
}

static void lines_of_a_paragraph_are_joined(void **state)
{
    (void)state;
    const char *text =
        "one two\nthree four\nfive\n\n    a command\n    --long option\n\nsix\nseven\n";
    expect_paragraphs(text, 0, text);
    expect_paragraphs(
        text, 20, "one two three four\nfive\n\n    a command\n    --long option\n\nsix seven\n");
    expect_paragraphs("", 20, "");
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_stays_as_it_is),
        cmocka_unit_test(a_long_line_is_broken_between_words),
        cmocka_unit_test(it_goes_on_below_its_text),
        cmocka_unit_test(lines_of_a_paragraph_are_joined),
        cmocka_unit_test(characters_of_several_bytes_have_one_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
