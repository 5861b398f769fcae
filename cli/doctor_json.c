// SPDX-License-Identifier: MIT
// The doctor's findings as JSON: every number that was measured, so that a report carries its
// proof.
#include <ctype.h>

#include "cli/describe.h"
#include "cli/doctor_report.h"
#include "cli/output.h"

static json_t *hex(uint32_t value)
{
    return json_sprintf("0x%08x", value);
}

static json_t *probe_json(const struct measured_probe *p)
{
    return json_pack("{s:s, s:s, s:s, s:b, s:s, s:i, s:s}", "model", p->model, "serial", p->serial,
                     "firmware", p->firmware, "boot_loader", p->boot_loader, "node", p->node,
                     "holder_pid", (int)p->holder_pid, "holder", p->holder);
}

static json_t *series_json(const struct measured_series *s)
{
    if (!s->count)
        return json_null();
    return json_pack("{s:i, s:i, s:i, s:i}", "samples", (int)s->count, "min_mv", (int)s->min_mv,
                     "max_mv", (int)s->max_mv, "mean_mv", (int)s->mean_mv);
}

static json_t *supply_json(const struct measured_supply *s)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "idle", series_json(&s->idle), "busy",
                     series_json(&s->busy), "reset", series_json(&s->reset), "later",
                     series_json(&s->later));
}

static json_t *answers_json(const struct measurements *m)
{
    static const char *const names[ATTEMPT_COUNT] = {[ATTEMPT_ASKED] = "asked",
                                                     [ATTEMPT_SLOW] = "slow",
                                                     [ATTEMPT_SLOWEST] = "slowest",
                                                     [ATTEMPT_UNDER_RESET] = "under_reset",
                                                     [ATTEMPT_AFTER_RESET] = "after_reset"};
    json_t *all = json_object();
    for (unsigned i = 0; i < ATTEMPT_COUNT; i++) {
        const struct measured_answer *a = &m->answer[i];
        if (a->tries)
            json_object_set_new(all, names[i],
                                json_pack("{s:I, s:i, s:i, s:o, s:o, s:b}", "swclk_hz",
                                          (json_int_t)a->swclk_hz, "tries", (int)a->tries,
                                          "answers", (int)a->good, "status",
                                          json_sprintf("0x%02x", a->status), "dpidr", hex(a->dpidr),
                                          "refused", a->refused > a->tries / 2));
    }
    return all;
}

static json_t *link_json(const struct measured_link *link)
{
    if (!link->count)
        return json_null();
    json_t *clocks = json_array();
    for (unsigned i = 0; i < link->count; i++) {
        const struct measured_clock *c = &link->clock[i];
        json_array_append_new(clocks,
                              json_pack("{s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "swclk_hz",
                                        (json_int_t)c->hz, "blocks", (int)c->blocks, "failed",
                                        (int)c->failed, "waited", (int)c->waited, "silent",
                                        (int)c->silent, "garbled", (int)c->garbled, "wrong",
                                        (int)c->wrong, "transfers", (int)c->transfers));
    }
    return json_pack("{s:o, s:I, s:i, s:i}", "clocks", clocks, "safe_hz", (json_int_t)link->safe_hz,
                     "writes", (int)link->writes, "writes_wrong", (int)link->writes_wrong);
}

static json_t *core_json(const struct measured_core *c)
{
    if (!c->known)
        return json_null();
    return json_pack("{s:o, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "dhcsr", hex(c->dhcsr),
                     "looks", (int)c->looks, "resets", (int)c->resets, "sleeping", (int)c->sleeping,
                     "lockup", (int)c->lockup, "halted", (int)c->halted, "lost", (int)c->lost,
                     "watched_us", (int)c->watched_us, "reset_period_us", (int)c->reset_period_us);
}

static json_t *loss_json(const struct measured_loss *loss)
{
    return loss->seen ? json_pack("{s:i}", "heard_us", (int)loss->heard_us) : json_null();
}

static json_t *port_json(const struct measured_port *port)
{
    if (!port->known)
        return json_null();
    return json_pack("{s:o, s:o, s:b, s:b}", "idr", hex(port->idr), "csw", hex(port->csw), "closed",
                     port->closed, "elsewhere", port->elsewhere);
}

static json_t *registers_json(const struct measured_chip *c)
{
    if (!c->state_known)
        return json_null();
    json_t *list = json_object();
    const struct family_doctor *facts = c->id.chip->family->doctor;
    for (unsigned i = 0; facts && i < FAMILY_REGISTERS && facts->reg[i].name; i++) {
        char name[32];
        size_t n = 0;
        for (const char *s = facts->reg[i].name; *s && n < sizeof name - 1; s++)
            name[n++] = (char)tolower((unsigned char)*s);
        name[n] = '\0';
        json_object_set_new(list, name, hex(c->reg[i]));
    }
    json_object_set_new(list, "scr", hex(c->scr));
    return list;
}

static json_t *core_supply_json(const struct measured_chip *c)
{
    const struct family_doctor *facts = c->state_known ? c->id.chip->family->doctor : NULL;
    char text[160] = "";
    if (facts && facts->core_supply)
        (void)facts->core_supply(c->reg, text, sizeof text);
    return text[0] ? json_string(text) : json_null();
}

// What was not read is null, and no 0.
static json_t *chip_json(const struct measured_chip *c)
{
    if (!c->known)
        return json_null();
    bool read = c->flash_readable;
    return json_pack(
        "{s:s?, s:s?, s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o}",
        "name", c->id.chip ? c->id.chip->name : NULL, "die", c->id.die ? c->id.die->name : NULL,
        "dpidr", hex(c->id.dpidr), "cpuid", hex(c->id.cpuid), "idcode", hex(c->id.idcode),
        "designer", c->designer_known ? json_sprintf("0x%03x", c->designer) : json_null(),
        "rdp_level", c->id.rdp_known ? json_integer((json_int_t)c->id.rdp_level) : json_null(),
        "registers_refused", c->id_refused, "registers", registers_json(c), "core_supply",
        core_supply_json(c), "second_core", second_core_json(&c->second), "flash_readable", read,
        "boots_system", c->state_known ? json_boolean(c->boots_system) : json_null(), "flash_blank",
        read ? json_boolean(c->flash_blank) : json_null(), "vector_sp",
        read ? hex(c->vector_sp) : json_null(), "vector_pc",
        read ? hex(c->vector_pc) : json_null());
}

static json_t *reset_json(const struct measured_reset *r)
{
    if (!r->tested)
        return json_null();
    return json_pack("{s:b, s:b, s:b, s:b, s:i}", "caught", r->caught, "held_before",
                     r->held_before, "works", r->works, "held_after", r->held_after, "release_us",
                     (int)r->release_us);
}

static json_t *survival_json(const struct measured_survival *s)
{
    if (!s->tested)
        return json_null();
    return json_pack("{s:b, s:b, s:b, s:i}", "survived", s->survived, "deep_sleep", s->deep_sleep,
                     "standby", s->standby, "lived_us", (int)s->lived_us);
}

static json_t *deep_json(const struct measured_deep *d)
{
    static const char *const hse[] = {
        [HSE_NOT_TESTED] = "not tested", [HSE_DEAD] = "dead", [HSE_RUNS] = "runs"};
    if (!d->tested)
        return json_null();
    return json_pack("{s:o, s:i, s:i, s:s, s:i, s:b, s:i, s:b}", "vdda_mv",
                     d->vdda_known ? json_integer(d->vdda_mv) : json_null(), "vrefint",
                     (int)d->vrefint, "vrefint_cal", (int)d->vrefint_cal, "hse", hse[d->hse],
                     "hse_hz", (int)d->hse_hz, "hse_used", d->hse_used, "halted_us",
                     (int)d->halted_us, "reset_while_halted", d->reset_while_halted);
}

static json_t *measurements_json(const struct measurements *m)
{
    return json_pack("{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i}", "deep",
                     m->asked.deep, "probe", probe_json(&m->probe), "vtref",
                     supply_json(&m->supply), "answers", answers_json(m), "port",
                     port_json(&m->port), "link", link_json(&m->link), "core", core_json(&m->core),
                     "loss", loss_json(&m->loss), "chip", chip_json(&m->chip), "nrst",
                     reset_json(&m->reset), "survival", survival_json(&m->survival), "deep_results",
                     deep_json(&m->deep_results), "took_us", (int)m->took_us);
}

json_t *doctor_report_json(const struct measurements *m, const struct diagnosis *d)
{
    json_t *candidates = json_array(), *advice = json_array();
    char text[DIAGNOSIS_TEXT];
    for (unsigned i = 0; i < d->count; i++) {
        const struct finding *f = &d->finding[i];
        json_array_append_new(candidates, json_pack("{s:s, s:f, s:s, s:s, s:b}", "id", f->rule->id,
                                                    "confidence", f->percent / 100.0, "sentence",
                                                    f->rule->sentence, "evidence", f->evidence.text,
                                                    "note", f->evidence.note));
    }
    for (unsigned i = 0; i < DIAGNOSIS_MAX_ADVICE; i++)
        if (diagnosis_advise(d->finding[0].rule, i, m, text, sizeof text))
            json_array_append_new(advice, json_string(text));
    return json_pack("{s:i, s:s, s:s, s:o, s:o, s:o}", "schema", OUTPUT_SCHEMA, "verdict",
                     d->finding[0].rule->id, "sentence", d->finding[0].rule->sentence, "candidates",
                     candidates, "advice", advice, "measurements", measurements_json(m));
}
