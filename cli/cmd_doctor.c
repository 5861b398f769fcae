// SPDX-License-Identifier: MIT
// swdlink doctor: measures, judges, reports.
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
    return log_fail(log, ERR_USAGE, "there is no verdict '%.40s': the manual lists all", word);
}

static enum err explain_verdict(const char *id, struct log *log)
{
    const struct rule *rule = diagnosis_find(id);
    if (rule) {
        printf("%s: %s\n\n%s", id, rule->sentence, explain_find(id));
        return ERR_OK;
    }
    return refuse_verdict(id, log);
}

static enum err print_end(const struct guide_end *end, const struct diagnosis *d,
                          const struct chip *chip)
{
    const char *id = end->cause;
    const struct rule *rule = diagnosis_find(id);
    char text[DIAGNOSIS_TEXT];
    printf("\n%s: %s (%s)%s%s\n", end->found || !diagnosis_is_ambiguous(d) ? "found" : "still open",
           rule->sentence, id, end->where ? ", " : "", end->where ? end->where : "");
    for (unsigned i = 0; i < DIAGNOSIS_MAX_ADVICE && rule->advice[i]; i++)
        printf("  %u. %s\n", i + 1, diagnosis_name_pins(rule->advice[i], chip, text, sizeof text));
    printf("\n`swdlink doctor --explain %s` tells more\n", id);
    return ERR_OK;
}

static enum err watch_wires(const struct options *o, struct output *out, struct log *log)
{
    struct probe p;
    bool answered;
    enum err e = probe_open(&p, o, true, log);
    if (e)
        return e;
    e = doctor_watch(&p.st.probe, &answered);
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
        return print_end(&end, &d, m.chip.id.chip);
    doctor_report_print(stdout, &m, &d, doctor_report_unicode());
    if (memory[0] && !healthy)
        printf("\nthis probe's target %s\n", memory);
    return ERR_OK;
}
