// SPDX-License-Identifier: MIT
#include "cli/run_json.h"

#include <stdlib.h>
#include <string.h>

#include "cli/results/xml.h"

// JSON is UTF-8: each byte that is none becomes U+FFFD.
static json_t *text_json(const char *text, size_t len)
{
    static const char replacement[] = "\xef\xbf\xbd";
    char *clean = malloc(3 * len + 1);
    size_t used = 0;
    if (!clean)
        return NULL;
    for (size_t i = 0, n; i < len; i += n) {
        size_t good = text[i] ? utf8_len(text + i, len - i) : 0;
        n = good ? good : 1;
        memcpy(clean + used, good ? text + i : replacement, good ? good : 3);
        used += good ? good : 3;
    }
    json_t *value = json_stringn(clean, used);
    free(clean);
    return value;
}

static json_t *string_json(const char *text)
{
    return text_json(text, strlen(text));
}

static json_t *test_json(const struct result *t)
{
    static const char *const kinds[] = {"passed", "failed", "skipped", "todo", "error"};
    json_t *o =
        json_pack("{s:o, s:o, s:s, s:o}", "suite", string_json(t->suite), "name",
                  string_json(t->name), "result", kinds[t->kind], "text", string_json(t->text));
    if (o && t->file) {
        json_object_set_new(o, "file", string_json(t->file));
        json_object_set_new(o, "line", json_integer(t->line));
    }
    if (o && t->detail)
        json_object_set_new(o, "detail", string_json(t->detail));
    if (o && t->seconds >= 0)
        json_object_set_new(o, "seconds", json_real(t->seconds));
    return o;
}

static json_t *tests_json(const struct results *r)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < r->count; i++)
        json_array_append_new(list, test_json(&r->test[i]));
    return list;
}

static json_t *ending_json(const struct run_program *p)
{
    if (!p->end.over)
        return json_null();
    return json_pack("{s:s, s:o}", "kind", run_program_ending_name(p->end.how), "text",
                     string_json(p->end.text));
}

json_t *run_json(const struct run_report *r, const struct run_program *p, int status, enum err e)
{
    const struct results *results = &r->results;
    size_t bad = results->failed + results->skipped + results->errors;
    json_t *o = json_pack("{s:i, s:o, s:i, s:o, s:f, s:I, s:I, s:I, s:I, s:o, s:o, s:I}", "schema",
                          OUTPUT_SCHEMA, "file", string_json(r->file), "status", status, "ending",
                          ending_json(p), "seconds", p->seconds, "passed",
                          (json_int_t)(results->count - bad), "failed", (json_int_t)results->failed,
                          "skipped", (json_int_t)results->skipped, "errors",
                          (json_int_t)results->errors, "tests", tests_json(results), "output",
                          text_json(results->output ? results->output : "", results->output_len),
                          "output_dropped", (json_int_t)results->output_dropped);
    if (o && e)
        json_object_set_new(o, "error", output_error_value(e, r->log));
    return o;
}
