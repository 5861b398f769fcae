// SPDX-License-Identifier: MIT
// The formats of test results, one file each. A reader is shown a line and answers whether it is
// one of its own; when the output ends it may say what was missing.
#ifndef SWDLINK_CLI_RESULTS_READERS_H
#define SWDLINK_CLI_RESULTS_READERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/results/text.h"

#define TAP_DEPTHS  6      // a test, its subtests, and so on
#define TAP_PENDING 65536u // lines that only a plan at the end makes results
#define TAP_NUMBERS 4096u

struct results;

// One level of a TAP stream.
struct tap_level {
    bool has_version, has_plan, plan_came_first;
    uint32_t plan;
    uint64_t sum;     // of the numbers
    uint32_t count;   // tests
    uint32_t numbers; // different ones
    uint32_t last, highest;
    uint8_t seen[TAP_NUMBERS / 8]; // one bit a number
    size_t first;                  // index of the first result of this level
    char subtest[128];             // its name
};

struct tap_reader {
    struct tap_level level[TAP_DEPTHS];
    unsigned depth;                   // of the last test
    bool is_tap;                      // something was read that only TAP has
    bool in_yaml, yaml_hides_failure; // a "not ok" is in the block
    unsigned yaml_indent, test_indent;
    char **pending;
    unsigned pending_count, pending_room;
};

struct unity_reader {
    unsigned lines_since_summary; // 0: there was none
    bool summary_wanted;
};

struct cpputest_reader {
    bool in_failure; // lines with a tab belong to it
    bool in_run;     // -v named a test, and the closing line is to come
};

struct ztest_reader {
    char suite[128];
    bool in_suite;
    char file[128]; // of the last assertion
    uint32_t line;
};

struct gtest_reader {
    bool in_run, in_summary;
    uint32_t ran, seen; // tests: of the closing line, and whose results came
    char file[256];     // of the failure in the open test
    uint32_t line;
    char text[256];
};

struct libtest_reader {
    bool in_run;
};

struct unknown_reader {
    const char *framework; // whose output it looks like
    char line[256];        // that speaks of a failure
    bool plain;            // and has the form of a verdict
    bool sure;             // and is a framework's
};

struct readers {
    struct tap_reader tap;
    struct unity_reader unity;
    struct cpputest_reader cpputest;
    struct ztest_reader ztest;
    struct gtest_reader gtest;
    struct libtest_reader libtest;
    struct unknown_reader unknown;
};

bool tap_line(struct results *r, const char *line);
void tap_end(struct results *r);
bool unity_line(struct results *r, const char *line);
void unity_end(struct results *r);
bool cpputest_line(struct results *r, const char *line);
void cpputest_end(struct results *r);
bool ztest_line(struct results *r, const char *line);
void ztest_end(struct results *r);
bool gtest_line(struct results *r, const char *line); // and cmocka's, which is made after it
void gtest_end(struct results *r);
bool libtest_line(struct results *r, const char *line);
void libtest_end(struct results *r);
// Names what no reader understands; takes no line.
void unknown_line(struct results *r, const char *line);
void unknown_end(struct results *r);
void tap_free(struct tap_reader *t);

// "TEST(GROUP, NAME)" at *p, as Unity's fixtures and CppUTest print it; moves past it.
bool readers_take_group_test(const char **p, struct span *group, struct span *name, bool *ignored);

#endif
