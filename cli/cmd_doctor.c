// SPDX-License-Identifier: MIT
// swdlink doctor: measures, judges, reports.
#include <stdlib.h>
#include <string.h>

#include "base/near.h"
#include "cli/command.h"
#include "cli/conversation.h"
#include "cli/doctor_guide.h"
#include "cli/doctor_html.h"
#include "cli/doctor_report.h"
#include "cli/doctor_trace.h"
#include "cli/journal.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "cli/probe_choice.h"
#include "cli/terminal.h"
#include "doctor/explain.h"

// Takes over what is known of a probe, open or not.
static void describe_probe(struct measured_probe *m, const struct probe *p, const char *which,
                           enum err opening, struct log *log)
{
    m->opening = opening;
    m->boot_loader = p->st.boot_loader;
    m->version = p->st.version;
    if (opening != ERR_OK) {
        snprintf(m->sentence, sizeof m->sentence, "%s", log_sentence(log, opening));
        // Of this computer's USB a record knows nothing.
        if (!p->is_virtual && !probe_replayed_file(which))
            measure_usb(m, which, log);
    }
    if (p->id.pid) {
        snprintf(m->model, sizeof m->model, "%s%s", p->is_virtual ? "virtual " : "",
                 probe_model(&p->id));
        snprintf(m->serial, sizeof m->serial, "%s", p->id.serial);
    }
    if (m->version.hardware)
        stlink_version_text(&p->st, m->firmware, sizeof m->firmware);
    m->on_board = probe_is_on_board(&p->id);
}

// end: with --guide, where it ended; without, cause stays NULL.
static enum err measure_target(struct measurements *m, const struct options *o,
                               struct guide_end *end, struct log *log)
{
    struct probe p;
    enum err e = probe_open(&p, o, false, log);
    if (err_class(e) == ERR_CLASS_HOST) // no probe was asked
        return e;
    describe_probe(&m->probe, &p, o->probe, e, log);
    if (e != ERR_OK)
        return ERR_OK;
    const struct measure_options options = {
        .deep = o->deep, .swclk_hz = o->target.swclk_hz, .hse_hz = o->hse_hz};
    e = measure_all(m, &p.st, &options, log);
    if (e != ERR_OK && e != ERR_INTERRUPTED) {
        describe_probe(&m->probe, &p, o->probe, e, log);
        e = ERR_OK;
    }
    if (e == ERR_OK && m->probe.opening == ERR_OK && o->guide)
        e = doctor_guide(&p.st, m, &options, end, log);
    probe_close(&p, false);
    return e;
}

// Those that look alike, or that have the word in their name.
static enum err refuse_verdict(const char *word, struct log *log)
{
    char all[160] = "";
    size_t used = 0;
    for (unsigned i = 0; i < diagnosis_rule_count && used < sizeof all; i++) {
        const char *id = diagnosis_rules[i].id;
        if (near_is_slip(word, id) || (word[0] && strstr(id, word)))
            used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", used ? " or " : "", id);
    }
    if (used && used < sizeof all)
        return log_fail(log, ERR_USAGE, "there is no verdict '%.40s'; did you mean %s?", word, all);
    return log_fail(log, ERR_USAGE,
                    "there is no verdict '%.40s': `swdlink doctor --explain list` names all", word);
}

static void list_verdicts(void)
{
    for (unsigned i = 0; i < diagnosis_rule_count; i++)
        printf("%-22s %s\n", diagnosis_rules[i].id, diagnosis_rules[i].sentence);
}

static enum err explain_verdict(const char *id, struct log *log)
{
    if (strcmp(id, "list") == 0) {
        list_verdicts();
        return ERR_OK;
    }
    const struct rule *rule = diagnosis_find(id);
    if (rule) {
        char title[DIAGNOSIS_TEXT];
        snprintf(title, sizeof title, "%s: %s\n\n", id, rule->sentence);
        terminal_print(stdout, title, terminal_columns(stdout));
        terminal_print_paragraphs(stdout, explain_find(id), terminal_columns(stdout));
        return ERR_OK;
    }
    return refuse_verdict(id, log);
}

static enum err print_end(const struct guide_end *end, const struct diagnosis *d,
                          const struct measurements *m)
{
    const char *id = end->cause;
    const struct rule *rule = diagnosis_find(id);
    char text[DIAGNOSIS_TEXT];
    printf("\n%s: %s (%s)%s%s\n", end->found || !diagnosis_is_ambiguous(d) ? "found" : "still open",
           rule->sentence, id, end->where ? ", " : "", end->where ? end->where : "");
    for (unsigned i = 0, n = 0; i < DIAGNOSIS_MAX_ADVICE; i++)
        if (diagnosis_advise(rule, i, m, text, sizeof text))
            printf("  %u. %s\n", ++n, text);
    printf("\n`swdlink doctor --explain %s` tells more\n", id);
    return ERR_OK;
}

// On a low terminal the verdict has left it when the report ends.
static void repeat_verdict(const struct diagnosis *d, const char *report)
{
    char text[DIAGNOSIS_TEXT];
    unsigned lines = 0;
    for (const char *p = report; (p = strchr(p, '\n')); p++)
        lines++;
    if (!terminal_rows(stdout) || lines < terminal_rows(stdout))
        return;
    snprintf(text, sizeof text, "\nverdict: %s (%s)\n", d->finding[0].rule->sentence,
             d->finding[0].rule->id);
    terminal_print(stdout, text, terminal_columns(stdout));
}

static enum err print_report(const struct measurements *m, const struct diagnosis *d,
                             const char *memory, struct log *log)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return log_fail(log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    doctor_report_print(out, m, d, doctor_report_unicode());
    if (memory[0])
        fprintf(out, "\nthis probe's target %s\n", memory);
    const bool failed = fclose(out) != 0;
    if (!failed) {
        terminal_print(stdout, text, terminal_columns(stdout));
        repeat_verdict(d, text);
    }
    free(text);
    return failed ? log_fail(log, ERR_MEMORY, "%s", err_text(ERR_MEMORY)) : ERR_OK;
}

static enum err watch_wires(const struct options *o, struct output *out, struct log *log)
{
    struct probe p;
    bool answered;
    enum err e = probe_open(&p, o, true, log);
    if (e)
        return e;
    e = doctor_watch(&p, &answered);
    probe_close(&p, false);
    out->status = answered ? 0 : 1;
    return e;
}

static enum err check_options(const struct options *o, struct log *log)
{
    if ((o->guide || o->watch) && o->json)
        return log_fail(log, ERR_USAGE, "--guide and --watch are for a person, and --json is not");
    if (o->html && (o->watch || o->trace_loss || o->explain))
        return log_fail(log, ERR_USAGE,
                        "--html is a page of the report, which --watch, --trace-loss and --explain "
                        "do not make");
    if (o->with_serial && !o->html)
        return log_fail(log, ERR_USAGE, "--with-serial belongs to --html");
    if ((o->elf || o->timeout_us) && !o->trace_loss)
        return log_fail(log, ERR_USAGE, "--elf and --timeout belong to --trace-loss");
    if (o->guide + o->watch + o->trace_loss + !!o->explain > 1)
        return log_fail(log, ERR_USAGE,
                        "--guide, --watch, --trace-loss and --explain: one at a time");
    return ERR_OK;
}

enum err cmd_doctor(const struct options *o, struct output *out, struct log *log)
{
    struct measurements m = {0};
    struct diagnosis d;
    struct guide_end end = {.cause = NULL};
    enum err e = check_options(o, log);
    if (e)
        return e;
    if (o->explain)
        return explain_verdict(o->explain, log);
    if (o->trace_loss)
        return doctor_trace(o, out, log);
    if (o->watch)
        return watch_wires(o, out, log);
    e = measure_target(&m, o, &end, log);
    if (e != ERR_OK)
        return e;
    diagnosis_make(&d, &m);
    const bool healthy = diagnosis_is_healthy(&d) && !end.found;
    out->status = healthy ? 0 : 1;
    char memory[256];
    const struct journal_state state = {
        .serial = m.probe.serial,
        .id = m.chip.known ? &m.chip.id : NULL,
        .swclk_hz = m.link.safe_hz,
        .vtref_mv = m.supply.known ? m.supply.idle.mean_mv : 0,
    };
    if (healthy && m.chip.known)
        journal_keep_good(o, &state);
    journal_recall(o, &state, memory, sizeof memory);
    if (o->html && (e = doctor_html_write(o->html, &m, &d, o->with_serial, log)))
        return e;
    if (o->json) {
        json_t *doc = doctor_report_json(&m, &d);
        if (doc && memory[0] && !healthy &&
            json_object_set_new(doc, "last_good", json_string(memory)))
            return log_fail(log, ERR_MEMORY, "out of memory");
        return output_json(out, doc, log);
    }
    if (end.cause && strcmp(end.cause, "healthy") != 0)
        return print_end(&end, &d, &m);
    return print_report(&m, &d, healthy ? "" : memory, log);
}
