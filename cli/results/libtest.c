// SPDX-License-Identifier: MIT
// Rust's libtest: "running 3 tests", "test PATH::NAME ... ok" (FAILED, ignored), "test result: ok.
// 2 passed; 1 failed; …". (library/test: formatters/pretty.rs.)
#include <string.h>

#include "cli/results/results.h"

// "ok", "FAILED", "ignored, why", "bench: …", behind the dots or on a line of its own.
static bool parse_verdict(struct result_event *e, const char *p)
{
    if (strncmp(p, "FAILED", 6) == 0 && (!p[6] || p[6] == ' ')) {
        e->kind = RESULT_FAIL;
        e->text = span_of(text_skip_space(p + 6));
    } else if (strcmp(p, "ok") == 0 || strncmp(p, "ok <", 4) == 0 || strncmp(p, "bench:", 6) == 0) {
        e->kind = RESULT_PASS;
    } else if (strncmp(p, "ignored", 7) == 0 && (!p[7] || p[7] == ',')) {
        e->kind = RESULT_SKIP;
        e->text = span_of(text_skip_space(p[7] ? p + 8 : p + 7));
    } else {
        return false;
    }
    return true;
}

static void split_name(struct result_event *e, struct span all)
{
    const char *last = NULL;
    for (const char *at = all.at; (size_t)(at - all.at) + 2 <= all.len; at++)
        if (at[0] == ':' && at[1] == ':')
            last = at;
    e->name = all;
    if (!last)
        return;
    e->suite = (struct span){all.at, (size_t)(last - all.at)};
    e->name = (struct span){last + 2, all.len - e->suite.len - 2};
}

static bool take_test(struct results *r, const char *line)
{
    struct result_event e = {0};
    const char *p = line;
    if (!text_skip(&p, "test "))
        return false;
    const char *dots = strstr(p, " ... ");
    bool bare = !dots && text_ends_with(span_of(p), " ...");
    if ((!dots && !bare) || dots == p)
        return false;
    struct span name =
        bare ? (struct span){p, strlen(p) - 4} : (struct span){p, (size_t)(dots - p)};
    split_name(&e, name);
    if (dots && parse_verdict(&e, dots + 5))
        results_add(r, &e);
    else if (r->readers.libtest.in_run)
        results_start(r, e.suite, e.name);
    else
        return false;
    return true;
}

// The verdict of a test that printed something of its own.
static bool take_late_verdict(struct results *r, const char *line)
{
    struct result_event e = {0};
    if (!r->readers.libtest.in_run || !r->open.is_open || !parse_verdict(&e, line))
        return false;
    results_finish(r, e.kind, &e);
    return true;
}

static uint32_t count_before(const char *line, const char *word)
{
    uint32_t n = 0;
    const char *p = strstr(line, word);
    if (!p)
        return 0;
    while (p > line && p[-1] >= '0' && p[-1] <= '9')
        p--;
    return text_number(&p, &n) ? n : 0;
}

static bool take_summary(struct results *r, const char *line)
{
    const char *p = line;
    if (!text_skip(&p, "test result: "))
        return false;
    r->readers.libtest.in_run = false;
    results_summary(r, &(struct result_summary){.framework = "libtest",
                                                .passed = count_before(p, " passed"),
                                                .failed = count_before(p, " failed"),
                                                .skipped = count_before(p, " ignored")});
    if (strncmp(p, "ok", 2) != 0)
        results_verdict(r, "libtest", line);
    return true;
}

static bool take_beginning(struct results *r, const char *line)
{
    const char *p = line;
    uint32_t n;
    if (!text_skip(&p, "running ") || !text_number(&p, &n) || !text_skip(&p, " test") ||
        (*p && strcmp(p, "s") != 0))
        return false;
    r->readers.libtest.in_run = true;
    return true;
}

bool libtest_line(struct results *r, const char *line)
{
    return take_beginning(r, line) || take_test(r, line) || take_summary(r, line) ||
           take_late_verdict(r, line);
}

void libtest_end(struct results *r)
{
    if (r->readers.libtest.in_run)
        results_fault(
            r, "the run of the tests",
            "libtest began it and did not end it: the line \"test result: …\" is missing");
}
