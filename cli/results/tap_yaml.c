// SPDX-License-Identifier: MIT
// The YAML block that explains a test line (TAP 13, "YAML blocks"): of its keys those are read that
// a report has a place for.
#include <stdlib.h>
#include <string.h>

#include "cli/results/tap.h"

static struct span unquoted(struct span s)
{
    s = span_trim(s);
    bool quoted = s.len >= 2 && (s.at[0] == '"' || s.at[0] == '\'') && s.at[s.len - 1] == s.at[0];
    return quoted ? (struct span){s.at + 1, s.len - 2} : s;
}

static void set_text(struct results *r, char **text, struct span value)
{
    char *copy = strndup(value.at, value.len);
    r->out_of_memory |= !copy;
    if (copy) {
        free(*text);
        *text = copy;
    }
}

static void take_key(struct results *r, struct result *t, const char *line)
{
    const char *p = line;
    if (text_skip(&p, "message:") || text_skip(&p, "reason:")) {
        struct span value = unquoted(span_of(p));
        if (value.len && !span_is(value, "|") && !span_is(value, ">") && !t->text[0])
            set_text(r, &t->text, value);
    } else if (text_skip(&p, "file:")) {
        set_text(r, &t->file, unquoted(span_of(p)));
    } else if (text_skip(&p, "line:")) {
        uint32_t n;
        p = text_skip_space(p);
        if (text_number(&p, &n))
            t->line = n;
    } else if (text_skip(&p, "duration_ms:")) {
        double ms;
        p = text_skip_space(p);
        if (text_seconds(&p, &ms))
            t->seconds = ms / 1000.0;
    }
}

void tap_yaml_end(struct results *r)
{
    struct tap_reader *t = &r->readers.tap;
    if (t->in_yaml && t->yaml_hides_failure)
        results_fault(r, "a YAML block of the tests",
                      "it has no end (\"...\"), and what looks like a failure is in it");
    t->in_yaml = false;
}

bool tap_yaml_line(struct results *r, const char *body, unsigned indent)
{
    struct tap_reader *t = &r->readers.tap;
    if (!t->in_yaml) {
        t->in_yaml = t->is_tap && strcmp(body, "---") == 0 && indent > t->test_indent;
        t->yaml_indent = indent;
        t->yaml_hides_failure = false;
        return t->in_yaml;
    }
    if (indent < t->yaml_indent)
        return false;
    if (indent == t->yaml_indent && strcmp(body, "...") == 0) {
        t->in_yaml = false;
        return true;
    }
    t->yaml_hides_failure |= tap_is_failure(body);
    if (r->count > 0)
        take_key(r, &r->test[r->count - 1], body);
    results_detail(r, body);
    return true;
}
