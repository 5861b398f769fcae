// SPDX-License-Identifier: MIT
#include "cli/run_embedded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "cli/run_status.h"

enum { CALL_LIST = 0x100, LONGEST_LIST = 65536 };

// ---- libtest's options
// ------------------------------------------------------------------------------------

// Those that take a value, in the same word or in the next one.
static bool takes_value(const char *word)
{
    static const char *const names[] = {"--test-threads", "--color",   "--format",
                                        "--skip",         "--logfile", "-Z"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(word, names[i]) == 0)
            return true;
    return false;
}

static bool is_harmless(const char *word)
{
    static const char *const names[] = {"--nocapture", "--no-capture", "--show-output", "--quiet",
                                        "-q",          "--test",       "--bench"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(word, names[i]) == 0)
            return true;
    return strncmp(word, "--test-threads=", 15) == 0 || strncmp(word, "--color=", 8) == 0 ||
           strncmp(word, "--format=", 9) == 0 || strncmp(word, "--skip=", 7) == 0;
}

enum err run_embedded_options(struct run_embedded *r)
{
    for (unsigned i = 0; i < r->o->argument_count; i++) {
        const char *word = r->o->argument[i];
        if (strcmp(word, "--exact") == 0)
            r->exact = true;
        else if (strcmp(word, "--list") == 0)
            r->list = true;
        else if (strcmp(word, "--ignored") == 0)
            r->only_ignored = true;
        else if (strcmp(word, "--include-ignored") == 0)
            r->also_ignored = true;
        else if (takes_value(word))
            i++;
        else if (word[0] == '-' && !is_harmless(word))
            return log_fail(r->log, ERR_USAGE, "embedded-test's runner has no option %s", word);
    }
    return ERR_OK;
}

static bool name_fits(const struct run_embedded *r, const char *pattern, const char *name)
{
    return r->exact ? strcmp(name, pattern) == 0 : strstr(name, pattern) != NULL;
}

static bool is_chosen(const struct run_embedded *r, const struct embedded_test *t)
{
    bool any = false, chosen = false;
    for (unsigned i = 0; i < r->o->argument_count; i++) {
        const char *word = r->o->argument[i];
        const char *skip = strncmp(word, "--skip=", 7) == 0 ? word + 7 : NULL;
        if (strcmp(word, "--skip") == 0 && i + 1 < r->o->argument_count)
            skip = r->o->argument[i + 1];
        if (skip && name_fits(r, skip, t->name))
            return false;
        i += takes_value(word);
        if (word[0] == '-')
            continue;
        any = true;
        chosen |= name_fits(r, word, t->name);
    }
    return (!any || chosen) && (!r->only_ignored || t->ignored);
}

// ---- output
// --------------------------------------------------------------------------------------------

static void print_comment(struct run_embedded *r, const char *fmt, ...) LOG_PRINTF(2, 3);
static void print_comment(struct run_embedded *r, const char *fmt, ...)
{
    va_list ap;
    if (!r->report->out)
        return;
    va_start(ap, fmt);
    vfprintf(r->report->out, fmt, ap);
    va_end(ap);
    fflush(r->report->out);
}

static void add_result(struct run_embedded *r, const struct embedded_test *t, enum result_kind kind,
                       const char *text, double seconds)
{
    const char *colons = NULL;
    for (const char *p = t->name; (p = strstr(p, "::")); p += 2)
        colons = p;
    struct result_event e = {.kind = kind,
                             .name = span_of(colons ? colons + 2 : t->name),
                             .text = span_of(text),
                             .has_seconds = seconds >= 0,
                             .seconds = seconds};
    if (colons)
        e.suite = (struct span){t->name, (size_t)(colons - t->name)};
    results_add(&r->report->results, &e);
}

// ---- one test
// ------------------------------------------------------------------------------------------

// How a test ends: by exit with 0, or by abort, which is what a panic and an error come to.
static const char *why_failed(const struct embedded_test *t, const struct run_end *end)
{
    if (end->how == RUN_EXITED && (end->status != 0) == t->should_panic)
        return NULL;
    if (end->how == RUN_EXITED)
        return t->should_panic ? "it did not panic, as it should" : "it panicked, or gave an error";
    return end->text[0] ? end->text : "it ended in no way that embedded-test has";
}

static enum err restart_tests(struct run_embedded *r)
{
    enum err e = r->program->starts_by_reset ? ERR_OK : target_reset(r->program->t, true);
    return e ? e : run_program_prepare(r->program);
}

static enum err run_one(struct run_embedded *r, const struct embedded_test *t)
{
    struct run_program *p = r->program;
    uint64_t limit_us = (uint64_t)t->timeout_s * 1000000u;
    p->cmdline = t->command;
    p->timeout_us = r->o->timeout_us && r->o->timeout_us < limit_us ? r->o->timeout_us : limit_us;
    enum err e = run_program_run(p);
    if (e)
        return e;
    r->seconds += p->seconds;
    results_flush(&r->report->results);
    const char *why = why_failed(t, &p->end);
    print_comment(r, "test %s%s ... %s\n", t->name, t->should_panic ? " - should panic" : "",
                  why ? "FAILED" : "ok");
    if (why)
        print_comment(r, "    %s\n", why);
    add_result(r, t, why ? RESULT_FAIL : RESULT_PASS, why ? why : "", p->seconds);
    r->failed += why != NULL;
    r->passed += !why;
    return ERR_OK;
}

static enum err run_tests(struct run_embedded *r)
{
    bool fresh = r->tests.protocol > 0; // the program has not run since the reset
    enum err e = ERR_OK;
    for (size_t i = 0; i < r->tests.count && !e; i++) {
        const struct embedded_test *t = &r->tests.test[i];
        if (!is_chosen(r, t))
            continue;
        if (t->ignored && !r->only_ignored && !r->also_ignored) {
            print_comment(r, "test %s ... ignored\n", t->name);
            add_result(r, t, RESULT_SKIP, "ignored", -1);
            r->ignored++;
            continue;
        }
        e = fresh ? ERR_OK : restart_tests(r);
        fresh = false;
        if (!e)
            e = run_one(r, t);
        if (!e && r->program->end.how == RUN_SIGNAL)
            break;
    }
    return e;
}

// ---- the list of protocol 0
// ------------------------------------------------------------------------------

// {address, length} of the list, given by a call of the runner's own.
static enum err take_list(void *user, uint32_t op, uint32_t arg, uint32_t *result)
{
    struct run_embedded *r = user;
    struct target *t = r->program->t;
    uint8_t block[8];
    *result = 1;
    if (op != CALL_LIST)
        return ERR_OK;
    enum err e = target_read_mem(t, arg, block, sizeof block, NULL);
    uint32_t len = e ? 0 : get_le32(block + 4);
    if (e || len > LONGEST_LIST)
        return e;
    char *text = malloc(len + 1);
    e = text ? target_read_mem(t, get_le32(block), text, len, NULL) : ERR_MEMORY;
    if (!e)
        e = embedded_tests_parse(&r->tests, text, len, r->log);
    free(text);
    *result = 0;
    return e;
}

static enum err ask_for_list(struct run_embedded *r)
{
    struct run_program *p = r->program;
    p->cmdline = "list";
    p->extension = take_list;
    p->extension_user = r;
    enum err e = run_program_run(p);
    if (!e && (p->end.how != RUN_EXITED || p->end.status != 0))
        results_fault(&r->report->results, "the list of the tests",
                      "the program was asked for it, and ended badly: %s",
                      p->end.text[0] ? p->end.text : "it aborted");
    return e;
}

static size_t count_chosen(const struct run_embedded *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->tests.count; i++)
        n += is_chosen(r, &r->tests.test[i]);
    return n;
}

static void print_list(struct run_embedded *r)
{
    for (size_t i = 0; i < r->tests.count; i++)
        if (is_chosen(r, &r->tests.test[i]))
            print_comment(r, "%s: test\n", r->tests.test[i].name);
    r->report->results.allow_no_tests = true;
    r->program->end = (struct run_end){.over = true, .how = RUN_EXITED};
}

enum err run_embedded_run(struct run_embedded *r)
{
    size_t chosen = 0;
    enum err e = r->tests.protocol == 0 ? ask_for_list(r) : ERR_OK;
    if (!e)
        chosen = count_chosen(r);
    if (!e && r->list) {
        print_list(r);
        return ERR_OK;
    }
    r->filtered = (unsigned)(r->tests.count - chosen);
    if (!e)
        print_comment(r, "\nrunning %zu test%s\n", chosen, chosen == 1 ? "" : "s");
    if (!e)
        e = run_tests(r);
    if (e)
        return e;
    print_comment(
        r, "\ntest result: %s. %u passed; %u failed; %u ignored; 0 measured; %u filtered out\n\n",
        r->failed ? "FAILED" : "ok", r->passed, r->failed, r->ignored, r->filtered);
    r->program->seconds = r->seconds;
    if (r->program->end.how != RUN_SIGNAL)
        r->program->end = (struct run_end){
            .over = true, .how = RUN_EXITED, .status = r->failed ? RUN_STATUS_TESTS_FAILED : 0};
    return ERR_OK;
}
