// SPDX-License-Identifier: MIT
// Test results in what a program prints. Bytes go in by results_feed(), each line is shown to the
// readers of the formats (readers.h), and what they find is collected here: tests, and faults,
// which are failures of the whole and not of one test (a plan that was not met, a run without an
// end). Nothing is ever taken for a success that the output does not say.
#ifndef SWDLINK_CLI_RESULTS_RESULTS_H
#define SWDLINK_CLI_RESULTS_RESULTS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "cli/results/lines.h"
#include "cli/results/readers.h"
#include "cli/results/text.h"

#define RESULTS_BAIL_OUT   "Bail out!"          // the name of the fault of a program that gives up
#define RESULTS_OUTPUT_MAX (8u * 1024u * 1024u) // bytes of output that a report holds

enum result_kind {
    RESULT_PASS,
    RESULT_FAIL,
    RESULT_SKIP,
    RESULT_TODO,  // a failure that is expected for now
    RESULT_ERROR, // not the program's: the probe, the target or this computer
};

struct result {
    enum result_kind kind;
    char *suite; // may be empty
    char *name;
    char *text;   // of a failure or a skip: one line; may be empty
    char *detail; // what the framework said besides, in lines; may be NULL
    char *file;   // where the test failed; may be NULL
    unsigned line;
    double seconds; // below 0: not known
    unsigned depth; // of a subtest
};

// What a reader found.
struct result_event {
    enum result_kind kind;
    struct span suite, name, text, file;
    unsigned line;
    bool has_seconds;
    double seconds;
    unsigned depth;
};

// The counts that a framework's closing line states.
struct result_summary {
    const char *framework;
    uint32_t passed, failed, skipped;
};

enum results_stream { RESULTS_CONSOLE, RESULTS_RTT, RESULTS_SWO, RESULTS_STREAMS };

struct results {
    bool keep_output;          // for a report
    bool wanted;               // there shall be results: none at all is a fault
    bool allow_no_tests;       // except when this is set
    void (*added)(void *user); // a test was added; for what is printed while the program runs
    void (*other)(void *user, const char *line); // a line that is no result
    void *user;
    struct result *test;
    size_t room;
    size_t count, failed, skipped, errors; // all tests and faults
    size_t tests;                          // those of the program
    char first_failed[128];                // its name
    struct {
        bool is_open;       // a test has begun
        bool is_group_test; // with "TEST(GROUP, NAME)"
        char suite[128], name[256];
    } open;
    struct {
        size_t passed, failed, skipped;
    } since;            // the last closing line of a framework
    bool detail_wanted; // lines may belong to the failure before
    struct lines lines[RESULTS_STREAMS];
    struct readers readers;
    char *output;
    size_t output_len, output_dropped;
    bool out_of_memory;
};

void results_init(struct results *r);
void results_feed(struct results *r, enum results_stream stream, const char *text, size_t len);
// What is only known now: `ending` is what ended the program badly, and counts
// as a failure; NULL: nothing did.
void results_end(struct results *r, const char *ending);
// Reads a last line that nothing has ended.
void results_flush(struct results *r);
// The probe, the target or this computer failed: an error, not a failure.
void results_rig_failed(struct results *r, const char *sentence);
void results_free(struct results *r);

// For the readers.
void results_add(struct results *r, const struct result_event *e);
void results_start(struct results *r, struct span suite, struct span name);
// Ends the open test as one of this kind, unless a failure of it was added already.
void results_finish(struct results *r, enum result_kind kind, const struct result_event *more);
// A line that explains the failure that was added last.
void results_detail(struct results *r, const char *line);
void results_fault(struct results *r, const char *name, const char *fmt, ...) LOG_PRINTF(3, 4);
// The framework's own counts: what no line named is added from them, and a failure that only they
// know is one.
void results_summary(struct results *r, const struct result_summary *s);
// The last word of a framework is a failure, and no test of it failed.
void results_verdict(struct results *r, const char *framework, const char *line);

// record.c, for results.c: the test that is open did not end; what a test holds is freed.
void results_note_unfinished(struct results *r);
void results_free_test(struct result *t);

#endif
