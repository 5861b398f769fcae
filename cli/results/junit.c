// SPDX-License-Identifier: MIT
#include "cli/results/junit.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/results/xml.h"

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/'), *backslash = strrchr(path, '\\');
    const char *last = slash && (!backslash || slash > backslash) ? slash : backslash;
    return last ? last + 1 : path;
}

// "build/tests.elf" is "tests"
static struct span stem(const char *path)
{
    struct span s = span_of(base_name(path));
    const char *dot = strrchr(s.at, '.');
    if (dot && dot > s.at)
        s.len = (size_t)(dot - s.at);
    return s;
}

static void put_span(FILE *f, struct span s)
{
    xml_put(f, s.at, s.len);
}

// The program and what the framework calls the suite, or the source file: what CI groups by.
static void put_class(FILE *f, const struct result *t, const char *program)
{
    put_span(f, stem(program));
    if (!t->suite[0] && !t->file)
        return;
    putc('.', f);
    put_span(f, t->suite[0] ? span_of(t->suite) : stem(t->file));
}

static bool is_same(const struct result *a, const struct result *b)
{
    bool files = a->file && b->file ? strcmp(a->file, b->file) == 0 : !a->file && !b->file;
    return strcmp(a->name, b->name) == 0 && strcmp(a->suite, b->suite) == 0 && files;
}

// CI keeps one test of each name: the second one gets a number.
static unsigned copies_before(const struct results *r, size_t i)
{
    unsigned n = 1;
    size_t from = i > 1000 ? i - 1000 : 0; // what lies further back is not looked through
    for (size_t k = from; k < i; k++)
        n += is_same(&r->test[k], &r->test[i]);
    return n;
}

static void put_failure(FILE *f, const struct result *t)
{
    static const char *const tags[] = {[RESULT_FAIL] = "failure",
                                       [RESULT_SKIP] = "skipped",
                                       [RESULT_TODO] = "skipped",
                                       [RESULT_ERROR] = "error"};
    const char *tag = tags[t->kind];
    fprintf(f, "      <%s message=\"%s", tag, t->kind == RESULT_TODO ? "TODO " : "");
    xml_put_text(f, t->text);
    fputs(t->kind == RESULT_ERROR ? "\" type=\"rig\"" : "\"", f);
    if (!t->detail && !t->file) {
        fputs("/>\n", f);
        return;
    }
    putc('>', f);
    if (t->file) {
        xml_put_text(f, t->file);
        fprintf(f, ":%u\n", t->line);
    }
    if (t->detail)
        xml_put_text(f, t->detail);
    fprintf(f, "</%s>\n", tag);
}

static void put_case(FILE *f, const struct results *r, size_t i, const char *program)
{
    const struct result *t = &r->test[i];
    unsigned copy = copies_before(r, i);
    fputs("    <testcase classname=\"", f);
    put_class(f, t, program);
    fputs("\" name=\"", f);
    xml_put_text(f, t->name);
    if (copy > 1)
        fprintf(f, " (%u)", copy);
    putc('"', f);
    if (t->file) {
        fputs(" file=\"", f);
        xml_put_text(f, t->file);
        fprintf(f, "\" line=\"%u\"", t->line);
    }
    if (t->seconds >= 0)
        fprintf(f, " time=\"%.3f\"", t->seconds);
    if (t->kind == RESULT_PASS) {
        fputs("/>\n", f);
        return;
    }
    fputs(">\n", f);
    put_failure(f, t);
    fputs("    </testcase>\n", f);
}

static void put_head(FILE *f, const struct results *r, const char *program, double seconds)
{
    char when[32] = "", host[256] = "";
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc))
        strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"", f);
    xml_put_text(f, base_name(program));
    fprintf(f,
            "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\" "
            "timestamp=\"%s\" hostname=\"",
            r->count, r->failed, r->errors, r->skipped, seconds, when);
    xml_put_text(f, host);
    fputs("\">\n", f);
}

static void put_report(FILE *f, const struct results *r, const char *program, double seconds)
{
    put_head(f, r, program, seconds);
    for (size_t i = 0; i < r->count; i++)
        put_case(f, r, i, program);
    fputs("    <system-out>", f);
    xml_put(f, r->output ? r->output : "", r->output_len);
    if (r->output_dropped)
        fprintf(f, "\n(%zu more bytes are not kept here)\n", r->output_dropped);
    fputs("</system-out>\n  </testsuite>\n</testsuites>\n", f);
}

static enum err fail_to_write(const struct junit *j, int number, struct log *log)
{
    return log_fail(log, ERR_FILE, "%s could not be written: %s", j->path, strerror(number));
}

// What is written can be written anew.
static bool is_replaceable(const struct junit *j)
{
    struct stat s;
    return !j->is_stdout && fstat(fileno(j->f), &s) == 0 && S_ISREG(s.st_mode);
}

enum err junit_open(struct junit *j, const char *path, struct log *log)
{
    bool is_stdout = strcmp(path, "-") == 0;
    *j = (struct junit){
        .path = path, .f = is_stdout ? stdout : fopen(path, "w"), .is_stdout = is_stdout};
    if (!j->f)
        return log_fail(log, ERR_FILE, "%s cannot be opened for writing: %s", path,
                        strerror(errno));
    if (!is_replaceable(j))
        return ERR_OK;
    struct results none;
    results_init(&none);
    results_rig_failed(&none, "swdlink was ended before it could write this report");
    put_report(j->f, &none, path, 0);
    results_free(&none);
    if (fflush(j->f) != 0)
        return fail_to_write(j, errno, log);
    return ERR_OK;
}

enum err junit_write(struct junit *j, const struct results *r, const char *program, double seconds,
                     struct log *log)
{
    FILE *f = j->f;
    if (!f)
        return ERR_OK;
    if (is_replaceable(j) && (fseek(f, 0, SEEK_SET) != 0 || ftruncate(fileno(f), 0) != 0))
        return fail_to_write(j, errno, log);
    put_report(f, r, program, seconds);
    bool failed = ferror(f);
    j->f = NULL;
    if ((j->is_stdout ? fflush(f) : fclose(f)) != 0 || failed)
        return fail_to_write(j, errno, log);
    return r->out_of_memory ? fail_to_write(j, ENOMEM, log) : ERR_OK;
}

void junit_close(struct junit *j)
{
    if (j->f && !j->is_stdout)
        fclose(j->f);
    j->f = NULL;
}
