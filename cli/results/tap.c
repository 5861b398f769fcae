// SPDX-License-Identifier: MIT
// The Test Anything Protocol, versions 12 to 14 (testanything.org): test lines, plans, directives,
// "Bail out!", subtests by indentation, and YAML blocks (tap_yaml.c).
#include "cli/results/tap.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { INDENT = 4, LONGEST_NUMBER = 9 }; // of a subtest; digits that text_number() takes

static struct tap_level *level_of(struct results *r, unsigned depth)
{
    return &r->readers.tap.level[depth < TAP_DEPTHS ? depth : TAP_DEPTHS - 1];
}

// ---- plans --------------------------------------------------------------------------------------

static const char *plan_name(const struct tap_level *l, char *name, size_t size)
{
    snprintf(name, size, "the plan of the tests%s%s", l->subtest[0] ? " of " : "", l->subtest);
    return name;
}

static void check_plan(struct results *r, const struct tap_level *l)
{
    char name[192];
    plan_name(l, name, sizeof name);
    if (l->has_plan && l->count != l->plan)
        results_fault(r, name, "%u tests are planned, and %u came", l->plan, l->count);
    else if (l->has_plan && l->highest > l->plan)
        results_fault(r, name, "%u tests are planned, and one has the number %u", l->plan,
                      l->highest);
    else if ((l->has_plan || l->has_version) && l->numbers != l->count)
        results_fault(r, name, "a number came twice: %u tests have %u numbers", l->count,
                      l->numbers);
    else if (l->has_plan && l->sum != (uint64_t)l->plan * (l->plan + 1u) / 2)
        results_fault(r, name, "%u tests are planned, and a number came twice or is missing",
                      l->plan);
    else if (!l->has_plan && l->has_version)
        results_fault(r, name,
                      "there is none: TAP wants a line \"1..N\", which tells whether all "
                      "tests came");
    else if (!l->has_plan && l->highest > l->numbers)
        results_fault(r, name, "the tests go to number %u, and only %u came", l->highest,
                      l->numbers);
}

static void close_level(struct results *r, unsigned depth)
{
    struct tap_level *l = level_of(r, depth);
    if (l->has_plan || l->has_version || l->count)
        check_plan(r, l);
    *l = (struct tap_level){.first = r->count};
}

static void close_below(struct results *r, unsigned depth)
{
    for (unsigned d = TAP_DEPTHS - 1; d > depth; d--)
        close_level(r, d);
}

static bool is_complete(const struct tap_level *l)
{
    return l->has_plan && l->count == l->plan;
}

static void take_pending(struct results *r);

// "1..N", "1..0 # SKIP why"
static bool take_plan(struct results *r, const char *line, unsigned depth)
{
    struct tap_reader *t = &r->readers.tap;
    const char *p = line;
    uint32_t count;
    if (!text_skip(&p, "1.."))
        return false;
    if (strspn(p, "0123456789") > LONGEST_NUMBER) {
        results_fault(r, "the plan of the tests", "no run has so many tests: %s", line);
        return true;
    }
    if (!text_number(&p, &count))
        return false;
    p = text_skip_space(p);
    if (*p && *p != '#')
        return false;
    struct tap_level *l = level_of(r, depth);
    if (is_complete(l) && (l->plan_came_first || l->count == 0)) {
        close_level(r, depth); // another suite
    } else if (l->has_plan) {
        results_fault(r, "the plan of the tests", "there are two: 1..%u and 1..%u", l->plan, count);
        return true;
    }
    t->is_tap = true;
    l->has_plan = true;
    l->plan = count;
    if (depth == 0 && t->pending_count && l->count + t->pending_count == count)
        take_pending(r);
    l->plan_came_first = l->count == 0;
    if (count == 0 && *p) {
        p = text_skip_space(p + 1);
        if (text_skip_nocase(&p, "skip"))
            p += strcspn(p, " ");
        results_add(r, &(struct result_event){.kind = RESULT_SKIP,
                                              .suite = span_of(l->subtest),
                                              .name = span_of("all tests"),
                                              .text = span_of(text_skip_space(p)),
                                              .depth = depth});
    }
    return true;
}

// ---- test lines ---------------------------------------------------------------------------------

static void count_number(struct tap_level *l, const struct tap_test_line *t)
{
    uint32_t n = t->has_number ? t->number : l->last + 1;
    l->last = n;
    l->sum += n;
    l->count++;
    if (n > l->highest)
        l->highest = n;
    bool known = n < TAP_NUMBERS && (l->seen[n / 8] & 1u << n % 8);
    if (n < TAP_NUMBERS)
        l->seen[n / 8] |= (uint8_t)(1u << n % 8);
    l->numbers += !known;
}

// A failure in the subtests of a test that is to be done is expected, too.
static void excuse_subtests(struct results *r, unsigned depth)
{
    for (size_t i = r->count; i > 0 && r->test[i - 1].depth > depth; i--) {
        struct result *t = &r->test[i - 1];
        if (t->kind != RESULT_FAIL)
            continue;
        t->kind = RESULT_TODO;
        r->failed--;
        r->skipped++;
    }
}

static void add_test(struct results *r, const struct tap_test_line *t, unsigned depth)
{
    struct tap_reader *tap = &r->readers.tap;
    struct tap_level *l = level_of(r, depth);
    enum result_kind kind = t->failed && t->todo ? RESULT_TODO
                            : t->failed          ? RESULT_FAIL
                            : t->skip            ? RESULT_SKIP
                                                 : RESULT_PASS;
    close_below(r, depth);
    if (kind == RESULT_TODO)
        excuse_subtests(r, depth);
    tap->is_tap |= t->has_number || t->has_dash;
    tap->depth = depth;
    count_number(l, t);
    results_add(r, &(struct result_event){.kind = kind,
                                          .suite = span_of(l->subtest),
                                          .name = t->name,
                                          .text = t->why,
                                          .depth = depth});
}

static void keep_pending(struct results *r, const char *line)
{
    struct tap_reader *t = &r->readers.tap;
    if (t->pending_count == TAP_PENDING)
        return;
    if (t->pending_count == t->pending_room) {
        unsigned room = t->pending_room ? 2 * t->pending_room : 64;
        char **grown = realloc(t->pending, room * sizeof *grown);
        r->out_of_memory |= !grown;
        if (!grown)
            return;
        t->pending = grown;
        t->pending_room = room;
    }
    char *copy = strdup(line);
    r->out_of_memory |= !copy;
    if (copy)
        t->pending[t->pending_count++] = copy;
}

// "ok" without a number may be anything that a program says, until something tells that it is TAP:
// a version, a plan, a line with a number or a dash. A plan at the end takes them up if it needs
// them all.
static bool take_test(struct results *r, const char *line, unsigned depth)
{
    struct tap_reader *t = &r->readers.tap;
    struct tap_test_line test;
    if (!tap_parse_test(&test, line))
        return false;
    bool alone = test.failed && strcmp(line, "not ok") == 0;
    if (test.has_number || test.has_dash || alone || (t->is_tap && depth == 0)) {
        add_test(r, &test, depth);
        return true;
    }
    if (depth == 0)
        keep_pending(r, line);
    return false;
}

static void take_pending(struct results *r)
{
    struct tap_reader *t = &r->readers.tap;
    struct tap_test_line test;
    for (unsigned i = 0; i < t->pending_count; i++) {
        if (tap_parse_test(&test, t->pending[i]))
            add_test(r, &test, 0);
        free(t->pending[i]);
    }
    t->pending_count = 0;
}

// ---- other lines --------------------------------------------------------------------------------

static bool take_version(struct results *r, const char *line, unsigned depth)
{
    const char *p = line;
    uint32_t version;
    if (!text_skip_nocase(&p, "TAP version ") || !text_number(&p, &version) || *text_skip_space(p))
        return false;
    struct tap_level *l = level_of(r, depth);
    if (l->has_version || l->count) // another document
        close_level(r, depth);
    l->has_version = true;
    r->readers.tap.is_tap = true;
    return true;
}

static bool take_bail_out(struct results *r, const char *line)
{
    const char *p = line;
    if (!text_skip_nocase(&p, "Bail out!"))
        return false;
    p = text_skip_space(p);
    results_fault(r, RESULTS_BAIL_OUT, "%s", *p ? p : "the program gave its tests up");
    return true;
}

static bool take_comment(struct results *r, const char *line, unsigned depth)
{
    struct tap_reader *t = &r->readers.tap;
    if (*line != '#')
        return false;
    const char *p = text_skip_space(line + 1);
    if (text_skip(&p, "Subtest:")) {
        close_below(r, depth);
        unsigned below = depth + 1;
        // With an indent of its own it names the level that it stands in.
        struct tap_level *l = level_of(r, depth > 0 ? depth : below);
        snprintf(l->subtest, sizeof l->subtest, "%s", text_skip_space(p));
        t->is_tap = true;
        return true;
    }
    if (t->is_tap)
        results_detail(r, p);
    return t->is_tap && !r->other;
}

static bool is_tap_line(const char *body)
{
    struct tap_test_line test;
    return tap_parse_test(&test, body) || tap_is_failure(body) || strncmp(body, "1..", 3) == 0 ||
           strncasecmp(body, "TAP version", 11) == 0;
}

bool tap_line(struct results *r, const char *line)
{
    struct tap_reader *t = &r->readers.tap;
    unsigned indent = 0;
    const char *body = line;
    for (; *body == ' ' || *body == '\t'; body++)
        indent = *body == ' ' ? indent + 1 : indent / INDENT * INDENT + INDENT;
    if (tap_yaml_line(r, body, indent))
        return true;
    if (t->in_yaml && is_tap_line(body))
        tap_yaml_end(r);
    unsigned depth = (indent + INDENT - 1) / INDENT;
    if (depth >= TAP_DEPTHS)
        depth = TAP_DEPTHS - 1;
    if (take_test(r, body, depth)) {
        t->test_indent = indent;
        return true;
    }
    if (take_version(r, body, depth) || take_plan(r, body, depth) || take_bail_out(r, body) ||
        take_comment(r, body, depth))
        return true;
    return t->is_tap && strncmp(body, "pragma ", 7) == 0;
}

void tap_end(struct results *r)
{
    tap_yaml_end(r);
    close_below(r, 0);
    close_level(r, 0);
}

void tap_free(struct tap_reader *t)
{
    for (unsigned i = 0; i < t->pending_count; i++)
        free(t->pending[i]);
    free(t->pending);
    t->pending = NULL;
    t->pending_count = t->pending_room = 0;
}
