// SPDX-License-Identifier: MIT
// The report on a terminal: the verdict in one sentence, then the numbers, then what to do, in
// order.
#include "config.h"

#include "cli/doctor_report.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include "cortex/cortexm.h"
#include "doctor/header.h"
#include "targets/families/packages.h"

#define REGISTERS_A_LINE 3u

bool doctor_report_unicode(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (!locale)
        return false;
    bool utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return utf8;
}

static void item(FILE *out, const char *name)
{
    fprintf(out, "  %-10s ", name);
}

static void print_volts(FILE *out, unsigned mv)
{
    fprintf(out, "%u.%02u V", mv / 1000, mv % 1000 / 10);
}

static void print_probe(FILE *out, const struct measured_probe *p)
{
    if (!p->model[0])
        return;
    item(out, "probe");
    fprintf(out, "%s%s%s%s%s\n", p->model, p->firmware[0] ? ", firmware " : "", p->firmware,
            p->serial[0] ? ", serial " : "", p->serial);
}

static void print_supply(FILE *out, const struct measured_supply *s)
{
    item(out, "VTref");
    if (!s->known) {
        fprintf(out, "this probe's firmware cannot measure it\n");
        return;
    }
    print_volts(out, s->idle.mean_mv);
    fprintf(out, " (%u samples, %u mV apart)", s->idle.count, s->idle.max_mv - s->idle.min_mv);
    if (s->busy.count) {
        fprintf(out, "; ");
        print_volts(out, s->busy.mean_mv);
        fprintf(out, " while SWD is driven");
    }
    if (s->later.count) {
        fprintf(out, "; ");
        print_volts(out, s->later.min_mv);
        if (s->later.max_mv / 10 != s->later.min_mv / 10) {
            fprintf(out, " to ");
            print_volts(out, s->later.max_mv);
        }
        fprintf(out, " later");
    }
    fputc('\n', out);
}

static void print_answers(FILE *out, const struct measurements *m)
{
    static const char *const ways[ATTEMPT_COUNT] = {[ATTEMPT_ASKED] = "",
                                                    [ATTEMPT_SLOW] = "",
                                                    [ATTEMPT_SLOWEST] = "",
                                                    [ATTEMPT_UNDER_RESET] = " with NRST low",
                                                    [ATTEMPT_AFTER_RESET] = " right after a reset"};
    for (unsigned i = 0; i < ATTEMPT_COUNT; i++) {
        const struct measured_answer *a = &m->answer[i];
        if (!a->tries)
            continue;
        item(out, i == 0 ? "SWD" : "");
        fprintf(out, "%u of %u attempts answered at %u kHz%s", a->good, a->tries,
                a->swclk_hz / 1000, ways[i]);
        if (a->good)
            fprintf(out, ", DPIDR 0x%08x\n", a->dpidr);
        else
            fprintf(out, " (status 0x%02x)\n", a->status);
    }
}

// One row per clock, and a bar for how much of it came through.
static void print_link(FILE *out, const struct measured_link *link, bool unicode)
{
    enum { WIDTH = 20 };
    for (unsigned i = 0; i < link->count; i++) {
        const struct measured_clock *c = &link->clock[i];
        unsigned good = c->blocks - c->failed, bar = c->blocks ? good * WIDTH / c->blocks : 0;
        item(out, i == 0 ? "link" : "");
        fprintf(out, "%5u kHz ", c->hz / 1000);
        for (unsigned x = 0; x < WIDTH; x++)
            fputs(x < bar ? (unicode ? "█" : "#") : (unicode ? "·" : "."), out);
        unsigned per_mille =
            c->transfers ? (c->failed * 1000 + c->transfers / 2) / c->transfers : 0;
        fprintf(out, " %u of %u blocks failed", c->failed, c->blocks);
        if (c->failed)
            fprintf(out, ", about %u in a thousand transfers", per_mille ? per_mille : 1);
        fputc('\n', out);
    }
    if (!link->count)
        return;
    item(out, "");
    if (link->safe_hz)
        fprintf(out, "the highest safe clock is %u kHz\n", link->safe_hz / 1000);
    else
        fprintf(out, "no clock is safe\n");
}

static void print_core(FILE *out, const struct measured_core *c)
{
    if (!c->known)
        return;
    item(out, "core");
    const char *state = c->dhcsr & DHCSR_S_LOCKUP ? "locked up"
                        : c->dhcsr & DHCSR_S_HALT ? "halted"
                        : c->sleeping             ? "running, asleep now and then"
                                                  : "running";
    fprintf(out, "%s (DHCSR 0x%08x); watched %u ms: %u resets, SWD lost %u times\n", state,
            c->dhcsr, c->watched_us / 1000, c->resets, c->lost);
}

static void print_loss(FILE *out, const struct measurements *m)
{
    if (!m->loss.seen)
        return;
    item(out, "lost");
    fprintf(out, "its last answer came %u ms after the first\n", m->loss.heard_us / 1000);
}

static void print_registers(FILE *out, const struct measured_chip *c)
{
    const struct family_doctor *facts = c->id.chip->family->doctor;
    for (unsigned i = 0; facts && i < FAMILY_REGISTERS && facts->reg[i].name; i++) {
        if (i % REGISTERS_A_LINE == 0)
            item(out, i ? "" : "registers");
        bool ends =
            (i + 1) % REGISTERS_A_LINE == 0 || i + 1 == FAMILY_REGISTERS || !facts->reg[i + 1].name;
        fprintf(out, "%s 0x%08x%s", facts->reg[i].name, c->reg[i], ends ? "\n" : ", ");
    }
}

// Behind the first core's supply the second core.
static void print_core_facts(FILE *out, const struct measured_chip *c)
{
    const struct family_doctor *facts = c->id.chip->family->doctor;
    const struct family_second_core *second = c->second.facts;
    char text[160] = "";
    if (facts && facts->core_supply)
        (void)facts->core_supply(c->reg, text, sizeof text);
    if (text[0]) {
        item(out, "core supply");
        fprintf(out, "%s\n", text);
    }
    if (!second)
        return;
    item(out, "2nd core");
    if (c->second.held)
        fprintf(out, "%s behind access port %u, held since the last reset (%s)\n", second->text,
                second->ap, second->held_by);
    else
        fprintf(out, "%s behind access port %u, %s\n", second->text, second->ap,
                c->second.starts ? "which starts after a reset"
                                 : "which has been started since the reset");
}

static void print_chip(FILE *out, const struct measured_chip *c)
{
    char text[192];
    if (!c->known)
        return;
    item(out, "chip");
    fprintf(out, "%s\n", chip_describe(&c->id, text, sizeof text));
    if (!c->id.chip && c->id.die)
        fprintf(out, "%13sswdlink cannot program its flash, and knows no more of its registers\n",
                "");
    if (!c->state_known)
        return;
    print_registers(out, c);
    print_core_facts(out, c);
    if (!c->flash_readable)
        return;
    item(out, "vectors");
    fprintf(out, "SP 0x%08x, entry 0x%08x\n", c->vector_sp, c->vector_pc);
}

static void print_reset(FILE *out, const struct measured_reset *r)
{
    if (!r->tested)
        return;
    item(out, "NRST");
    if (r->held_before)
        fprintf(out, "held low by something\n");
    else
        fprintf(out, "%s; out of reset %u.%u ms after it was let go\n",
                r->works ? "pulling it resets the core" : "pulling it has no effect",
                r->release_us / 1000, r->release_us % 1000 / 100);
}

static void print_survival(FILE *out, const struct measured_survival *s)
{
    if (!s->tested)
        return;
    item(out, "program");
    fprintf(out, "started again and watched for %u ms: %s\n", s->lived_us / 1000,
            s->deep_sleep ? s->standby ? "it enters Standby" : "it enters Stop"
            : s->survived ? "SWD stays"
                          : "SWD dies");
}

static void print_deep(FILE *out, const struct measured_deep *d)
{
    if (!d->tested)
        return;
    item(out, "VDDA");
    if (d->vdda_known) {
        print_volts(out, d->vdda_mv);
        fprintf(out, " as the chip measures it (VREFINT %u; %u in the factory)\n", d->vrefint,
                d->vrefint_cal);
    } else {
        fprintf(out,
                d->vdda_tried ? "the chip's ADC gave no reading\n" : "not tried on this chip\n");
    }
    item(out, "HSE");
    if (d->hse == HSE_NOT_TESTED)
        fprintf(out, "not tried on this chip\n");
    else if (d->hse == HSE_DEAD)
        fprintf(out, "does not start; the program %s\n",
                d->hse_used ? "wants it" : "does not use it");
    else if (d->hse_hz)
        fprintf(out, "%u.%03u MHz, give or take 1 %%\n", d->hse_hz / 1000000,
                d->hse_hz / 1000 % 1000);
    else
        fprintf(out, "starts; its frequency could not be measured\n");
    if (!d->halted_us)
        return;
    item(out, "halted");
    fprintf(out, "for %u ms: %s\n", d->halted_us / 1000,
            d->reset_while_halted ? "something has reset it" : "nothing has reset it");
}

static void print_measured(FILE *out, const struct measurements *m, bool unicode)
{
    if (m->probe.opening && !m->probe.model[0])
        return;
    fprintf(out, "\nmeasured:\n");
    print_probe(out, &m->probe);
    if (m->probe.opening)
        return;
    print_supply(out, &m->supply);
    print_answers(out, m);
    print_link(out, &m->link, unicode);
    print_core(out, &m->core);
    print_loss(out, m);
    print_chip(out, &m->chip);
    print_reset(out, &m->reset);
    print_survival(out, &m->survival);
    print_deep(out, &m->deep_results);
}

static void print_findings(FILE *out, const struct diagnosis *d)
{
    bool more = false;
    for (unsigned i = 1; i < d->count; i++) {
        const struct finding *f = &d->finding[i];
        if (!diagnosis_is_likely(f))
            continue;
        fprintf(out, "%s  %s (%s)\n    %s\n", more ? "" : "\nalso found:\n", f->rule->sentence,
                f->rule->id, f->evidence.text);
        more = true;
    }
    more = false;
    for (unsigned i = 1; i < d->count; i++) {
        const struct finding *f = &d->finding[i];
        if (!f->evidence.note)
            continue;
        fprintf(out, "%s  %s (%s)\n    %s\n", more ? "" : "\nto know:\n", f->rule->sentence,
                f->rule->id, f->evidence.text);
        more = true;
    }
    more = false;
    for (unsigned i = 1; i < d->count; i++) {
        const struct finding *f = &d->finding[i];
        if (f->percent >= DIAGNOSIS_LIKELY || f->evidence.note)
            continue;
        if (!more)
            fprintf(out, diagnosis_is_ambiguous(d)
                             ? "\nthese look the same to the probe, most likely first:\n"
                             : "\npossible as well:\n");
        fprintf(out, "  %3u %%  %s (%s)\n", f->percent, f->rule->sentence, f->rule->id);
        more = true;
    }
}

static void print_advice(FILE *out, const struct measurements *m, const struct diagnosis *d)
{
    const struct finding *first = &d->finding[0];
    char text[DIAGNOSIS_TEXT];
    unsigned items = 0;
    for (unsigned i = 0; i < DIAGNOSIS_MAX_ADVICE; i++) {
        if (!diagnosis_advise(first->rule, i, m, text, sizeof text))
            continue;
        fprintf(out, "%s  %u. %s\n", items ? "" : "\nnext:\n", items + 1, text);
        items++;
    }
    if (diagnosis_is_healthy(d) && !m->asked.deep)
        fprintf(out, "\nNRST, VDDA and the crystal were not tested, because that disturbs the "
                     "program: --deep "
                     "does it\n");
    if (!diagnosis_is_healthy(d))
        fprintf(out, "\n`swdlink doctor --explain %s` tells more\n", first->rule->id);
}

// For the other end of an ohmmeter.
static void print_package_pins(FILE *out, const struct chip *chip)
{
    const struct package_pins *p;
    for (unsigned n = 0; chip && (p = package_pins_of(chip->dev_id, n)); n++) {
        fprintf(out, "%s  %s: SWDIO %u, SWCLK %u, NRST %u", n ? "" : "\n  at the chip's pins:\n",
                p->package, p->swdio, p->swclk, p->nrst);
        if (p->vdda)
            fprintf(out, ", VDDA %u", p->vdda);
        fputc('\n', out);
    }
}

static void print_header(FILE *out, const struct measurements *m, const struct diagnosis *d,
                         bool unicode)
{
    static const char *const marks[][2] = {[WIRE_UNKNOWN] = {"?", "?"},
                                           [WIRE_GOOD] = {"-", "─"},
                                           [WIRE_SHAKY] = {"~", "≈"},
                                           [WIRE_BAD] = {"X", "✗"}};
    struct header_wire wires[HEADER_WIRES];
    const char *pin = unicode ? "●" : "o", *dash = unicode ? "─" : "-";
    header_describe(wires, m, d);
    fprintf(out, "\n  %5s             %-5s\n", "probe", "board");
    for (unsigned i = 0; i < HEADER_WIRES; i++) {
        const struct header_wire *w = &wires[i];
        fprintf(out, "  %5s %s", w->probe, pin);
        for (unsigned x = 0; x < 9; x++)
            fputs(x == 4 ? marks[w->state][unicode] : dash, out);
        fprintf(out, "%s %-5s %s\n", pin, w->board, w->text);
    }
    if (diagnosis_is_healthy(d))
        return;
    fprintf(out, "\n  at the probe's header of 20, 10 or 6 pins:\n ");
    for (unsigned i = 0; i < HEADER_WIRES; i++)
        fprintf(out, " %s %u, %u, %u%s", wires[i].probe, wires[i].pin20, wires[i].pin10,
                wires[i].pin6, i + 1 < HEADER_WIRES ? ";" : "\n");
    if (!m->probe.on_board && m->probe.version.hardware == 2)
        fprintf(out, "  a small dongle has ten pins in an order of its own: go by its letters\n");
    print_package_pins(out, m->chip.id.chip);
}

void doctor_report_print(FILE *out, const struct measurements *m, const struct diagnosis *d,
                         bool unicode)
{
    const struct finding *first = &d->finding[0];
    fprintf(out, "%s (%s)\n", first->rule->sentence, first->rule->id);
    if (first->evidence.text[0])
        fprintf(out, "  %s\n", first->evidence.text);
    print_findings(out, d);
    print_measured(out, m, unicode);
    if (!m->probe.opening)
        print_header(out, m, d, unicode);
    print_advice(out, m, d);
}
