// SPDX-License-Identifier: MIT
#include "cli/results/results.h"

#include <stdlib.h>
#include <string.h>

#include "cli/results/prefix.h"

enum { MOST_PREFIXES = 6 };

static const struct {
    bool (*line)(struct results *r, const char *line);
    void (*end)(struct results *r);
} readers[] = {
    {ztest_line, ztest_end},       {gtest_line, gtest_end}, {libtest_line, libtest_end},
    {cpputest_line, cpputest_end}, {unity_line, unity_end}, {tap_line, tap_end},
};

enum { READERS = sizeof readers / sizeof *readers };

// What is indented means something in TAP alone.
static bool read_line(struct results *r, const char *line, const char *indented)
{
    for (unsigned i = 0; i < READERS; i++)
        if (readers[i].line(r, readers[i].line == tap_line ? indented : line))
            return true;
    return false;
}

// A result may stand behind a time stamp, a level, a tag. One space more there is a log's that
// makes its words equally wide.
static void take_line(void *user, const char *line)
{
    struct results *r = user;
    if (read_line(r, line, line))
        return;
    const char *p = prefix_skip(line);
    for (unsigned i = 0; p && i < MOST_PREFIXES; i++, p = prefix_skip(p)) {
        const char *body = text_skip_space(p);
        if (read_line(r, body, body - p > 1 ? p : body))
            return;
    }
    unknown_line(r, line);
    if (r->other)
        r->other(r->user, line);
}

void results_init(struct results *r)
{
    *r = (struct results){0};
    for (unsigned i = 0; i < RESULTS_STREAMS; i++) {
        r->lines[i].line = take_line;
        r->lines[i].user = r;
    }
}

void results_free(struct results *r)
{
    for (size_t i = 0; i < r->count; i++)
        results_free_test(&r->test[i]);
    free(r->test);
    free(r->output);
    for (unsigned i = 0; i < RESULTS_STREAMS; i++)
        lines_free(&r->lines[i]);
    tap_free(&r->readers.tap);
    *r = (struct results){0};
}

static void keep_output(struct results *r, const char *text, size_t len)
{
    size_t room = RESULTS_OUTPUT_MAX - r->output_len, taken = len < room ? len : room;
    r->output_dropped += len - taken;
    if (taken == 0)
        return;
    char *grown = realloc(r->output, r->output_len + taken + 1);
    if (!grown) {
        r->out_of_memory = true;
        return;
    }
    memcpy(grown + r->output_len, text, taken);
    r->output = grown;
    r->output_len += taken;
    grown[r->output_len] = '\0';
}

void results_feed(struct results *r, enum results_stream stream, const char *text, size_t len)
{
    if (r->keep_output)
        keep_output(r, text, len);
    lines_feed(&r->lines[stream], text, len);
}

void results_flush(struct results *r)
{
    for (unsigned i = 0; i < RESULTS_STREAMS; i++)
        lines_end(&r->lines[i]);
}

void results_end(struct results *r, const char *ending)
{
    results_flush(r);
    // What ended the program explains what is missing.
    if (ending)
        results_fault(r, "the program as a whole", "%s", ending);
    results_note_unfinished(r);
    for (unsigned i = 0; i < READERS; i++)
        if (readers[i].end)
            readers[i].end(r);
    for (unsigned i = 0; i < RESULTS_STREAMS; i++)
        if (r->lines[i].cut || r->lines[i].out_of_memory)
            results_fault(r, "the output", "a line is too long to be read (%u bytes are)",
                          LINES_MAX);
    unknown_end(r);
}
