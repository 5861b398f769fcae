// SPDX-License-Identifier: MIT
// Which tests a unit program runs: all, or those whose names hold the word that it is called with.
// Of programs that take long, SWDLINK_TEST_SAMPLE=N lets every Nth test run.
#ifndef SWDLINK_TESTS_UNIT_CHOOSE_H
#define SWDLINK_TESTS_UNIT_CHOOSE_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static inline void choose_tests(int argc, char **argv)
{
    static char pattern[128]; // cmocka keeps the pointer
    // A shell starts its background jobs with SIGINT ignored, and who was started so keeps to that.
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGHUP, SIG_DFL);
    if (argc < 2)
        return;
    snprintf(pattern, sizeof pattern, "*%s*", argv[1]);
    cmocka_set_test_filter(pattern);
}

// 1: no sample.
static inline unsigned sample_stride(void)
{
    const char *text = getenv("SWDLINK_TEST_SAMPLE");
    const int stride = text ? atoi(text) : 1;
    return stride > 1 ? (unsigned)stride : 1;
}

// Runs the tests, every Nth of them as a sample unless the command line chooses one.
static inline int run_tests_or_sample(int argc, const char *name, const struct CMUnitTest *tests,
                                      size_t count)
{
    const unsigned stride = argc < 2 ? sample_stride() : 1;
    struct CMUnitTest *chosen = calloc(count, sizeof *chosen);
    size_t chosen_count = 0;
    if (!chosen)
        return 1;
    for (size_t i = 0; i < count; i += stride)
        chosen[chosen_count++] = tests[i];
    if (stride > 1)
        printf("# sampled: %zu of %zu tests\n", chosen_count, count);
    const int failed = _cmocka_run_group_tests(name, chosen, chosen_count, NULL, NULL);
    free(chosen);
    return failed;
}

#endif
