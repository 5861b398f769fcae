// SPDX-License-Identifier: MIT
// What the readers have found, kept as tests.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/results/results.h"

enum { LONGEST_DETAIL = 16384, TEXT_SIZE = 512 };

void results_free_test(struct result *t)
{
    free(t->suite);
    free(t->name);
    free(t->text);
    free(t->detail);
    free(t->file);
}

static char *copy_span(struct results *r, struct span s)
{
    char *copy = strndup(s.at ? s.at : "", s.len);
    r->out_of_memory |= !copy;
    return copy;
}

static bool has_room(struct results *r)
{
    if (r->count < r->room)
        return true;
    size_t room = r->room ? 2 * r->room : 64;
    struct result *grown = realloc(r->test, room * sizeof *grown);
    if (!grown) {
        r->out_of_memory = true;
        return false;
    }
    r->test = grown;
    r->room = room;
    return true;
}

static bool keep_test(struct results *r, const struct result_event *e)
{
    if (!has_room(r))
        return false;
    struct result t = {.kind = e->kind,
                       .suite = copy_span(r, e->suite),
                       .name = copy_span(r, e->name),
                       .text = copy_span(r, span_trim(e->text)),
                       .file = e->file.len ? copy_span(r, e->file) : NULL,
                       .line = e->line,
                       .seconds = e->has_seconds ? e->seconds : -1,
                       .depth = e->depth};
    if (r->out_of_memory) {
        results_free_test(&t);
        return false;
    }
    r->test[r->count] = t;
    return true;
}

static void count_kind(struct results *r, enum result_kind kind)
{
    r->failed += kind == RESULT_FAIL;
    r->errors += kind == RESULT_ERROR;
    r->skipped += kind == RESULT_SKIP || kind == RESULT_TODO;
}

static void append_test(struct results *r, const struct result_event *e)
{
    count_kind(r, e->kind);
    if ((e->kind == RESULT_FAIL || e->kind == RESULT_ERROR) && !r->first_failed[0])
        snprintf(r->first_failed, sizeof r->first_failed, "%.*s", (int)e->name.len, e->name.at);
    if (!keep_test(r, e))
        return;
    r->count++;
    r->detail_wanted = e->kind == RESULT_FAIL || e->kind == RESULT_TODO;
    if (r->added)
        r->added(r->user);
}

void results_add(struct results *r, const struct result_event *e)
{
    struct result_event named = *e;
    if (named.name.len == 0)
        named.name = span_of("(no name)");
    r->tests++;
    r->since.passed += e->kind == RESULT_PASS;
    r->since.failed += e->kind == RESULT_FAIL;
    r->since.skipped += e->kind == RESULT_SKIP || e->kind == RESULT_TODO;
    r->open.is_open &= !(span_is(named.name, r->open.name));
    append_test(r, &named);
}

void results_fault(struct results *r, const char *name, const char *fmt, ...)
{
    char text[TEXT_SIZE];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    append_test(r, &(struct result_event){
                       .kind = RESULT_FAIL, .name = span_of(name), .text = span_of(text)});
}

void results_rig_failed(struct results *r, const char *sentence)
{
    append_test(r, &(struct result_event){.kind = RESULT_ERROR,
                                          .name = span_of("the test rig"),
                                          .text = span_of(sentence)});
}

void results_note_unfinished(struct results *r)
{
    if (!r->open.is_open)
        return;
    r->open.is_open = false;
    results_add(r, &(struct result_event){.kind = RESULT_FAIL,
                                          .suite = span_of(r->open.suite),
                                          .name = span_of(r->open.name),
                                          .text = span_of("the test began and did not end")});
}

void results_start(struct results *r, struct span suite, struct span name)
{
    results_note_unfinished(r);
    snprintf(r->open.suite, sizeof r->open.suite, "%.*s", (int)suite.len, suite.at ? suite.at : "");
    snprintf(r->open.name, sizeof r->open.name, "%.*s", (int)name.len, name.at);
    r->open.is_open = true;
    r->open.is_group_test = false;
    r->detail_wanted = false;
}

void results_finish(struct results *r, enum result_kind kind, const struct result_event *more)
{
    if (!r->open.is_open)
        return;
    struct result_event e = more ? *more : (struct result_event){0};
    e.kind = kind;
    e.suite = span_of(r->open.suite);
    e.name = span_of(r->open.name);
    r->open.is_open = false;
    results_add(r, &e);
}

void results_detail(struct results *r, const char *line)
{
    if (!r->detail_wanted || r->count == 0)
        return;
    struct result *t = &r->test[r->count - 1];
    size_t used = t->detail ? strlen(t->detail) : 0, len = strlen(line);
    if (used + len + 2 > LONGEST_DETAIL)
        return;
    char *grown = realloc(t->detail, used + len + 2);
    if (!grown) {
        r->out_of_memory = true;
        return;
    }
    snprintf(grown + used, len + 2, "%s\n", line);
    t->detail = grown;
}

static void add_unnamed(struct results *r, const struct result_summary *s, enum result_kind kind,
                        uint32_t stated, size_t seen)
{
    static const char *const words[] = {
        [RESULT_PASS] = "passed", [RESULT_FAIL] = "failed", [RESULT_SKIP] = "skipped"};
    char name[TEXT_SIZE];
    if (stated <= seen)
        return;
    size_t more = stated - seen;
    snprintf(name, sizeof name, "%zu test%s %s without a line of %s own", more,
             more == 1 ? "" : "s", words[kind], more == 1 ? "its" : "their");
    results_add(r, &(struct result_event){.kind = kind,
                                          .suite = span_of(s->framework),
                                          .name = span_of(name),
                                          .text = span_of("the closing line counts it")});
}

void results_summary(struct results *r, const struct result_summary *s)
{
    size_t passed = r->since.passed, failed = r->since.failed, skipped = r->since.skipped;
    add_unnamed(r, s, RESULT_PASS, s->passed, passed);
    add_unnamed(r, s, RESULT_SKIP, s->skipped, skipped);
    add_unnamed(r, s, RESULT_FAIL, s->failed, failed);
    r->since.passed = r->since.failed = r->since.skipped = 0;
}

void results_verdict(struct results *r, const char *framework, const char *line)
{
    if (r->failed == 0)
        results_fault(r, "the verdict of the program",
                      "%s says \"%s\", and no test that was read failed", framework, line);
}
