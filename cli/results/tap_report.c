// SPDX-License-Identifier: MIT
#include "cli/results/tap_report.h"

#include <string.h>

void tap_report_open(struct tap_report *t, FILE *f, const struct results *r)
{
    *t = (struct tap_report){.f = f, .results = r};
    fputs("TAP version 13\n", f);
    fflush(f);
}

void tap_report_comment(struct tap_report *t, const char *line)
{
    fprintf(t->f, *line == '#' ? "%s\n" : "# %s\n", line);
    fflush(t->f);
}

// A number sign would begin a directive.
static void put_name(FILE *f, const char *name)
{
    for (const char *p = name; *p; p++) {
        if (*p == '#' && (p == name || p[-1] != '\\'))
            putc('\\', f);
        putc(*p == '\n' ? ' ' : *p, f);
    }
}

static void put_comments(FILE *f, const char *lines)
{
    while (*lines) {
        int len = (int)strcspn(lines, "\n");
        fprintf(f, "# %.*s\n", len, lines);
        lines += len + (lines[len] == '\n');
    }
}

static void put_test(struct tap_report *t, const struct result *test)
{
    bool failed = test->kind == RESULT_FAIL || test->kind == RESULT_TODO;
    fprintf(t->f, "%sok %zu - ", failed ? "not " : "", ++t->number);
    if (test->suite[0]) {
        put_name(t->f, test->suite);
        putc('.', t->f);
    }
    put_name(t->f, test->name);
    if (test->kind == RESULT_SKIP || test->kind == RESULT_TODO)
        fprintf(t->f, " # %s%s%s", test->kind == RESULT_SKIP ? "SKIP" : "TODO",
                test->text[0] ? " " : "", test->text);
    putc('\n', t->f);
    if (test->kind == RESULT_FAIL && test->text[0])
        put_comments(t->f, test->text);
    if (test->kind == RESULT_FAIL && test->file)
        fprintf(t->f, "# at %s:%u\n", test->file, test->line);
    if (failed && test->detail)
        put_comments(t->f, test->detail);
}

static bool gives_up(const struct result *test)
{
    return test->kind == RESULT_ERROR || strcmp(test->name, RESULTS_BAIL_OUT) == 0;
}

// Details of the last failure may still come: the last result waits, unless all is over.
static void print_until(struct tap_report *t, size_t end)
{
    for (; t->printed < end; t->printed++) {
        const struct result *test = &t->results->test[t->printed];
        if (!gives_up(test))
            put_test(t, test);
    }
    fflush(t->f);
}

void tap_report_added(struct tap_report *t)
{
    const struct results *r = t->results;
    size_t end = r->count;
    while (end > t->printed && r->test[end - 1].depth > 0)
        end--;
    if (end > t->printed && r->test[end - 1].kind != RESULT_PASS && end == r->count)
        end--;
    print_until(t, end);
}

void tap_report_end(struct tap_report *t)
{
    const struct result *last = NULL;
    print_until(t, t->results->count);
    for (size_t i = 0; i < t->results->count && !last; i++)
        if (gives_up(&t->results->test[i]))
            last = &t->results->test[i];
    if (last)
        fprintf(t->f, "Bail out! %s\n", last->text);
    else
        fprintf(t->f, "1..%zu\n", t->number);
    fflush(t->f);
}
