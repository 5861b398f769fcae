// SPDX-License-Identifier: MIT
// Which tests a unit program runs: all, or those whose names hold the word that it is called with.
#ifndef SWDLINK_TESTS_UNIT_CHOOSE_H
#define SWDLINK_TESTS_UNIT_CHOOSE_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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

#endif
