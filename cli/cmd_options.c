// SPDX-License-Identifier: MIT
// swdlink options: shows the option bytes by name, and with NAME=VALUE writes them.
#include <stdio.h>
#include <string.h>

#include "base/signals.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/options.h"
#include "cli/options_journal.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "targets/options.h"

static enum err fail_unknown(const struct target *t, const char *name, struct log *log)
{
    char names[256] = "";
    const struct option_field *row;
    for (unsigned n = 0; (row = target_option_at(t, n)); n++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", n ? ", " : "", row->name);
    }
    return log_fail(log, ERR_USAGE, "this chip has no option '%s'; there are: %s", name, names);
}

// "NAME=VALUE"
static enum err assign(struct target *t, const char *text, struct target_options_image *image,
                       struct log *log)
{
    char name[32];
    uint32_t value;
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || equals - text >= (long)sizeof name)
        return log_fail(log, ERR_USAGE,
                        "'%s' says nothing to write: NAME=VALUE is wanted, such as nBOOT1=1", text);
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    const struct option_field *row = target_option_find(t, name);
    if (!row)
        return fail_unknown(t, name, log);
    enum err e = value_parse_number(&value, equals + 1, row->name, log);
    return e == ERR_OK ? target_option_set(t, row, image, value) : e;
}

static enum err ask_before_unlock(const struct options *o,
                                  const struct target_options_image *before,
                                  const struct target_options_image *after, const struct target *t,
                                  struct log *log)
{
    const struct option_field *rdp = target_option_rdp(t);
    if (!rdp || target_option_get(t, rdp, before) >= target_option_get(t, rdp, after))
        return ERR_OK;
    const char *erases = target_unlock_erases(t);
    char asks[160], refuses[120];
    snprintf(asks, sizeof asks,
             "Read protection level 1 hides the flash from every debugger, and leaving it again "
             "erases the %s.",
             erases);
    snprintf(refuses, sizeof refuses,
             "setting read protection hides the flash, and leaving it erases the %s", erases);
    return confirm_ask(o->yes, asks, refuses, log);
}

static enum err write_values(struct probe *p, const struct options *o,
                             struct target_options_image *image, bool *changed, struct log *log)
{
    struct target_options_image before, found = *image;
    enum err e = target_read_whole_options(&p->target, image);
    before = *image;
    for (unsigned i = 0; i < o->operand_count && e == ERR_OK; i++)
        e = assign(&p->target, o->operand[i], image, log);
    *changed = memcmp(&found, image, sizeof found) != 0;
    if (e != ERR_OK || !*changed)
        return e;
    e = ask_before_unlock(o, &before, image, &p->target, log);
    if (e == ERR_OK)
        target_options_warn_hiding(&p->target, &before, image);
    if (e == ERR_OK)
        e = signals_check(log); // from here on they are written to the end
    *changed = e == ERR_OK;
    if (e == ERR_OK) {
        options_journal_keep(p, o, &before, log);
        e = target_write_options(&p->target, image);
    }
    if (e == ERR_OK)
        options_journal_drop(p, o);
    return e == ERR_OK ? target_read_options(&p->target, image) : e;
}

static void print_text(const struct target *t, const struct target_options_image *image)
{
    const struct option_field *row;
    for (unsigned n = 0; (row = target_option_at(t, n)); n++) {
        unsigned value = target_option_get(t, row, image);
        bool wide = row->bits >= 8 && !row->is_rdp;
        printf(wide ? "%-16s 0x%02x  %s\n" : "%-16s %-4u  %s\n", row->name, value, row->what);
        if (!(image->intact >> row->word & 1))
            printf("%-16s       its complement in the chip is wrong: the chip does not take it\n",
                   "");
    }
}

static enum err print_json(struct output *out, const struct target *t,
                           const struct target_options_image *image, bool changed, struct log *log)
{
    json_t *values = json_object();
    const struct option_field *row;
    for (unsigned n = 0; (row = target_option_at(t, n)); n++)
        json_object_set_new(values, row->name, json_integer(target_option_get(t, row, image)));
    return output_json(out,
                       json_pack("{s:i, s:o, s:b}", "schema", OUTPUT_SCHEMA, "options", values,
                                 "written", changed),
                       log);
}

enum err cmd_options(const struct options *o, struct output *out, struct log *log)
{
    struct probe p;
    struct target_options_image image = {0};
    bool changed = false;
    enum err e = probe_open(&p, o, false, log);
    if (e != ERR_OK)
        return e;
    e = probe_connect(&p, o, log);
    if (e == ERR_OK)
        e = options_journal_recall(&p, o, log);
    if (e == ERR_OK)
        e = target_read_options(&p.target, &image);
    if (e == ERR_OK && o->operand_count)
        e = write_values(&p, o, &image, &changed, log);
    if (e == ERR_OK && o->json)
        e = print_json(out, &p.target, &image, changed, log);
    else if (e == ERR_OK)
        print_text(&p.target, &image);
    if (e == ERR_OK && o->operand_count)
        log_line(log, LOG_NOTE,
                 changed ? "written, and loaded by a reset" : "nothing had to be changed");
    if (e == ERR_OK && changed)
        probe_note(&p, o, "you changed option bytes");
    probe_close(&p, target_was_halted(&p.target) && !changed);
    return e;
}
