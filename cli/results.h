// SPDX-License-Identifier: MIT
// Test results in a program's output: lines of Unity ("FILE:LINE:NAME:PASS") and of TAP's plain
// kind
// ("ok 1 - NAME"). Written out as JUnit XML or TAP.
#ifndef SWDLINK_CLI_RESULTS_H
#define SWDLINK_CLI_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"
#include "base/log.h"

#define RESULTS_LINE_SIZE 1024

enum result_kind { RESULT_PASS, RESULT_FAIL, RESULT_SKIP };

struct result {
    enum result_kind kind;
    char *name;
    char *text; // of a failure or a skip; may be empty
};

struct results {
    struct result *test;
    size_t count, failed, skipped;
    char line[RESULTS_LINE_SIZE]; // that is not complete yet; what is longer is cut
    size_t line_len;
    char *output; // all of it
    size_t output_len;
    FILE *tap; // gets TAP while the output arrives; NULL: none
    bool out_of_memory;
};

void results_init(struct results *r, FILE *tap);
void results_feed(struct results *r, const char *text, size_t len);
// The last line, when the program did not end it; and with TAP the plan. `ending` is what ended the
// program badly, and counts as a failed test of that name; NULL: nothing.
void results_end(struct results *r, const char *ending);
// ERR_FILE when it cannot be written.
enum err results_write_junit(const struct results *r, const char *path, const char *suite,
                             double seconds, struct log *log) MUST_CHECK;
void results_free(struct results *r);

#endif
