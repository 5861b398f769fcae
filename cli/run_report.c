// SPDX-License-Identifier: MIT
#include "cli/run_report.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/out_file.h"
#include "cli/run_json.h"
#include "cli/run_status.h"

static void added(void *user)
{
    tap_report_added(&((struct run_report *)user)->tap);
}

static void other(void *user, const char *line)
{
    tap_report_comment(&((struct run_report *)user)->tap, line);
}

static enum err check_standard_output(const struct options *o, struct log *log)
{
    const char *const users[] = {o->tap ? "--tap" : NULL, o->json ? "--json" : NULL,
                                 out_file_is_stdout(o->rtt_raw) ? "--rtt-raw -" : NULL,
                                 out_file_is_stdout(o->swo_json) ? "--swo-json -" : NULL,
                                 out_file_is_stdout(o->junit) ? "--junit -" : NULL};
    return out_file_check_stdout(users, sizeof users / sizeof *users, log);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat of_a, of_b;
    if (!a || !b || out_file_is_stdout(a) || out_file_is_stdout(b))
        return false;
    return strcmp(a, b) == 0 || (stat(a, &of_a) == 0 && stat(b, &of_b) == 0 &&
                                 of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino);
}

// Each file that is written would destroy the other one, or the program.
static enum err check_files(const struct options *o, struct log *log)
{
    const struct {
        const char *option, *path;
    } files[] = {{"--junit", o->junit}, {"--rtt-raw", o->rtt_raw}, {"--swo-json", o->swo_json}};
    struct stat output, report;
    bool regular = fstat(STDOUT_FILENO, &output) == 0 && S_ISREG(output.st_mode);
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
        if (is_same_file(files[i].path, o->operand[0]))
            return log_fail(log, ERR_USAGE,
                            "%s is the program itself: choose another file to write",
                            o->operand[0]);
        for (unsigned k = 0; k < i; k++)
            if (is_same_file(files[k].path, files[i].path))
                return log_fail(log, ERR_USAGE, "%s and %s both want %s", files[k].option,
                                files[i].option, files[k].path);
    }
    if (o->junit && !out_file_is_stdout(o->junit) && regular && stat(o->junit, &report) == 0 &&
        report.st_dev == output.st_dev && report.st_ino == output.st_ino)
        return log_fail(log, ERR_USAGE, "standard output goes to %s as well: choose another file",
                        o->junit);
    return ERR_OK;
}

static enum err check_options(const struct options *o, struct log *log)
{
    enum err e = check_standard_output(o, log);
    return e ? e : check_files(o, log);
}

enum err run_report_open(struct run_report *r, const struct options *o, struct log *log)
{
    bool stdout_taken = out_file_is_stdout(o->rtt_raw) || out_file_is_stdout(o->swo_json) ||
                        out_file_is_stdout(o->junit);
    *r = (struct run_report){.o = o, .file = o->operand[0], .log = log};
    results_init(&r->results);
    r->results.user = r;
    r->results.wanted = o->junit || o->tap;
    r->results.allow_no_tests = o->allow_no_tests;
    r->results.keep_output = o->junit || o->json;
    r->out = o->tap || o->json ? NULL : stdout_taken ? stderr : stdout;
    enum err e = check_options(o, log);
    if (!e && o->junit)
        e = junit_open(&r->junit, o->junit, log);
    if (e || !o->tap)
        return e;
    r->results.added = added;
    r->results.other = other;
    tap_report_open(&r->tap, stdout, &r->results);
    return ERR_OK;
}

void run_report_print(struct run_report *r, enum results_stream stream, const char *text,
                      size_t len)
{
    if (r->out) {
        fwrite(text, 1, len, r->out); // output_flush() tells when it failed
        fflush(r->out);
    }
    results_feed(&r->results, stream, text, len);
}

static void note_missing_rtt(struct run_report *r, const struct run_program *p)
{
    // After a reset that nobody asked for the program has not made it again.
    if (r->results.wanted && p->use_rtt && p->rtt.lost && p->end.how != RUN_RESET)
        results_fault(&r->results, "RTT",
                      "the RTT control block was lost: it makes no sense any more, and the last of "
                      "the output may be missing");
    if (r->results.wanted && p->use_rtt && !p->rtt.ever_found && !r->o->allow_no_tests)
        results_fault(&r->results, "RTT",
                      "no RTT control block was found, so nothing that the program printed by RTT "
                      "was read");
}

// A status that no failed test explains is a failure of its own, and a failed test is one whatever
// status the program ends with.
static int decide_run_status(struct run_report *r, const struct run_program *p)
{
    struct results *results = &r->results;
    char ending[256] = "";
    int status = p->end.status;
    results_flush(results);
    if (p->end.text[0])
        snprintf(ending, sizeof ending, "%s", p->end.text);
    else if (status != 0 && results->failed == 0)
        snprintf(ending, sizeof ending, "the program ended with status %d", status);
    results_end(results, ending[0] ? ending : NULL);
    note_missing_rtt(r, p);
    if (results->out_of_memory)
        results_fault(results, "the results", "this computer has too little memory for them");
    if (status != 0 || results->failed == 0)
        return status;
    log_line(r->log, LOG_ERROR, "%zu of %zu results failed; the first: %s", results->failed,
             results->count, results->first_failed);
    return RUN_STATUS_TESTS_FAILED;
}

enum err run_report_end(struct run_report *r, const struct run_program *p, struct output *out)
{
    out->status = decide_run_status(r, p);
    log_line(r->log, LOG_DEBUG, "the program ended after %.3f s; status %d", p->seconds,
             out->status);
    if (r->o->tap)
        tap_report_end(&r->tap);
    enum err e = junit_write(&r->junit, &r->results, r->file, p->seconds, r->log);
    if (!e && r->o->json)
        e = output_json(out, run_json(r, p, out->status, ERR_OK), r->log);
    return e;
}

void run_report_rig_failed(struct run_report *r, const struct run_program *p, enum err e,
                           int status, struct output *out)
{
    const struct log_mark kept = log_keep(r->log);
    char sentence[LOG_SENTENCE_SIZE];
    snprintf(sentence, sizeof sentence, "%s", log_sentence(r->log, e));
    r->results.wanted = false; // what is missing is explained
    results_flush(&r->results);
    results_rig_failed(&r->results, sentence);
    results_end(&r->results, NULL);
    if (r->tap.f)
        tap_report_end(&r->tap);
    // The first sentence is the one to be told: whatever is wrong with a report comes on top.
    if (junit_write(&r->junit, &r->results, r->file, p->seconds, r->log) != ERR_OK)
        log_line(r->log, LOG_ERROR, "%s", log_sentence(r->log, ERR_FILE));
    log_restore(r->log, &kept);
    if (r->o->json && output_json(out, run_json(r, p, status, e), r->log) != ERR_OK)
        log_line(r->log, LOG_ERROR, "%s", log_sentence(r->log, ERR_FILE));
    log_restore(r->log, &kept);
}

void run_report_close(struct run_report *r)
{
    junit_close(&r->junit);
    results_free(&r->results);
}
