// SPDX-License-Identifier: MIT
#include "cli/results.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void results_init(struct results *r, FILE *tap)
{
    *r = (struct results){.tap = tap};
    if (tap)
        fputs("TAP version 13\n", tap);
}

void results_free(struct results *r)
{
    for (size_t i = 0; i < r->count; i++) {
        free(r->test[i].name);
        free(r->test[i].text);
    }
    free(r->test);
    free(r->output);
    *r = (struct results){0};
}

static void add(struct results *r, enum result_kind kind, const char *name, size_t name_len,
                const char *text)
{
    struct result *grown = realloc(r->test, (r->count + 1) * sizeof *r->test);
    if (!grown) {
        r->out_of_memory = true;
        return;
    }
    r->test = grown;
    struct result *t = &grown[r->count];
    *t = (struct result){kind, strndup(name, name_len), strdup(text)};
    if (!t->name || !t->text) {
        free(t->name);
        free(t->text);
        r->out_of_memory = true;
        return;
    }
    r->count++;
    r->failed += kind == RESULT_FAIL;
    r->skipped += kind == RESULT_SKIP;
    if (r->tap)
        fprintf(r->tap, "%sok %zu - %s%s%s\n", kind == RESULT_FAIL ? "not " : "", r->count, t->name,
                kind == RESULT_SKIP ? " # SKIP " : "", kind == RESULT_SKIP ? t->text : "");
    if (r->tap && kind == RESULT_FAIL && t->text[0])
        fprintf(r->tap, "# %s\n", t->text);
}

static const char *skip_space(const char *p)
{
    while (*p == ' ' || *p == '\t')
        p++;
    return p;
}

// "ok 1 - NAME # SKIP why", "not ok - NAME". What is no such line, like "okay", is not taken.
static bool take_tap_line(struct results *r, const char *line)
{
    bool failed = strncmp(line, "not ok", 6) == 0;
    const char *p = line + (failed ? 6 : 2);
    if (!failed && strncmp(line, "ok", 2) != 0)
        return false;
    if (*p && *p != ' ' && *p != '\t')
        return false;
    p = skip_space(p);
    while (isdigit((unsigned char)*p))
        p++;
    p = skip_space(p);
    if (*p == '-')
        p = skip_space(p + 1);
    const char *hash = strstr(p, "# ");
    size_t len = hash ? (size_t)(hash - p) : strlen(p);
    while (len > 0 && p[len - 1] == ' ')
        len--;
    bool skip = hash && strncasecmp(hash + 2, "skip", 4) == 0;
    bool todo = hash && strncasecmp(hash + 2, "todo", 4) == 0;
    const char *why = skip ? skip_space(hash + 6) : todo ? skip_space(hash + 6) : "";
    enum result_kind kind = skip || (todo && failed) ? RESULT_SKIP
                            : failed                 ? RESULT_FAIL
                                                     : RESULT_PASS;
    add(r, kind, len ? p : "(no name)", len ? len : 9, why);
    return true;
}

// "test/test_x.c:12:test_name:FAIL: Expected 1 Was 2": the third part is the name, whatever colons
// the path has, so it is searched from the verdict.
static bool take_unity_line(struct results *r, const char *line)
{
    static const struct {
        const char *word;
        enum result_kind kind;
    } verdicts[] = {{":PASS", RESULT_PASS}, {":FAIL", RESULT_FAIL}, {":IGNORE", RESULT_SKIP}};
    for (unsigned i = 0; i < 3; i++) {
        const char *verdict = strstr(line, verdicts[i].word);
        if (!verdict || verdict == line)
            continue;
        const char *after = verdict + strlen(verdicts[i].word);
        const char *name = verdict;
        while (name > line && name[-1] != ':')
            name--;
        const char *number = name - (name > line);
        while (number > line && isdigit((unsigned char)number[-1]))
            number--;
        bool shaped = (*after == '\0' || *after == ':' || *after == ' ') && name > line &&
                      name < verdict && number > line && number[-1] == ':' &&
                      isdigit((unsigned char)*number);
        if (!shaped)
            continue;
        add(r, verdicts[i].kind, name, (size_t)(verdict - name),
            skip_space(*after == ':' ? after + 1 : after));
        return true;
    }
    return false;
}

static void take_line(struct results *r)
{
    r->line[r->line_len] = '\0';
    if (r->line_len > 0 && r->line[r->line_len - 1] == '\r')
        r->line[r->line_len - 1] = '\0';
    r->line_len = 0;
    if (take_tap_line(r, r->line) || take_unity_line(r, r->line))
        return;
    if (r->tap)
        fprintf(r->tap, "# %s\n", r->line);
}

static void keep(struct results *r, const char *text, size_t len)
{
    char *grown = realloc(r->output, r->output_len + len + 1);
    if (!grown) {
        r->out_of_memory = true;
        return;
    }
    memcpy(grown + r->output_len, text, len);
    r->output = grown;
    r->output_len += len;
    grown[r->output_len] = '\0';
}

void results_feed(struct results *r, const char *text, size_t len)
{
    keep(r, text, len);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\n')
            take_line(r);
        else if (r->line_len < RESULTS_LINE_SIZE - 1)
            r->line[r->line_len++] = text[i] ? text[i] : ' ';
    }
    if (r->tap)
        fflush(r->tap);
}

void results_end(struct results *r, const char *ending)
{
    if (r->line_len > 0)
        take_line(r);
    if (ending)
        add(r, RESULT_FAIL, "the program as a whole", 22, ending);
    if (r->tap) {
        fprintf(r->tap, "1..%zu\n", r->count);
        fflush(r->tap);
    }
}

// How many bytes the UTF-8 character at p has; 0 when there is none (RFC 3629, 3). ASCII is 1.
static size_t utf8_len(const char *p, size_t len)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t n = u[0] < 0x80                   ? 1
               : u[0] >= 0xc2 && u[0] < 0xe0 ? 2
               : u[0] >= 0xe0 && u[0] < 0xf0 ? 3
                                             : 0;
    if (u[0] >= 0xf0 && u[0] < 0xf5)
        n = 4;
    if (n > len)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xf0 && u[1] < 0x90);
    bool surrogate = u[0] == 0xed && u[1] >= 0xa0;
    bool beyond = u[0] == 0xf4 && u[1] >= 0x90;
    return n > 1 && (overlong || surrogate || beyond) ? 0 : n;
}

// XML 1.0 has no place at all for most control characters, nor for what is not UTF-8.
static void put_xml(FILE *f, const char *text, size_t len)
{
    for (size_t i = 0, n; i < len; i += n) {
        unsigned char c = (unsigned char)text[i];
        n = utf8_len(&text[i], len - i);
        if (n == 0 || (c < ' ' && c != '\n' && c != '\t') || c == 0x7f) {
            putc('?', f);
            n = 1;
        } else if (c == '<') {
            fputs("&lt;", f);
        } else if (c == '>') {
            fputs("&gt;", f);
        } else if (c == '&') {
            fputs("&amp;", f);
        } else if (c == '"') {
            fputs("&quot;", f);
        } else {
            fwrite(&text[i], 1, n, f);
        }
    }
}

static void put_case(FILE *f, const struct result *t, const char *suite)
{
    fputs("    <testcase classname=\"", f);
    put_xml(f, suite, strlen(suite));
    fputs("\" name=\"", f);
    put_xml(f, t->name, strlen(t->name));
    if (t->kind == RESULT_PASS) {
        fputs("\"/>\n", f);
        return;
    }
    fprintf(f, "\">\n      <%s message=\"", t->kind == RESULT_FAIL ? "failure" : "skipped");
    put_xml(f, t->text, strlen(t->text));
    fputs("\"/>\n    </testcase>\n", f);
}

enum err results_write_junit(const struct results *r, const char *path, const char *suite,
                             double seconds, struct log *log)
{
    FILE *f = fopen(path, "w");
    if (!f)
        return log_fail(log, ERR_FILE, "%s cannot be opened for writing: %s", path,
                        strerror(errno));
    fprintf(f, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"");
    put_xml(f, suite, strlen(suite));
    fprintf(f, "\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"%.3f\">\n",
            r->count, r->failed, r->skipped, seconds);
    for (size_t i = 0; i < r->count; i++)
        put_case(f, &r->test[i], suite);
    fputs("    <system-out>", f);
    put_xml(f, r->output ? r->output : "", r->output_len);
    fputs("</system-out>\n  </testsuite>\n</testsuites>\n", f);
    bool failed = ferror(f);
    if (fclose(f) != 0 || failed || r->out_of_memory)
        return log_fail(log, ERR_FILE, "%s could not be written: %s", path,
                        r->out_of_memory ? "there is not enough memory" : strerror(errno));
    return ERR_OK;
}
