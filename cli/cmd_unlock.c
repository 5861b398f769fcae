// SPDX-License-Identifier: MIT
// swdlink unlock: leaves read protection level 1, which erases the chip. Asks before.
#include <stdio.h>

#include "base/signals.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/options.h"
#include "cli/options_journal.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "targets/options.h"

// What else the options say is kept, whatever happens meanwhile.
static enum err unlock_target(struct probe *p, const struct options *o, struct log *log)
{
    struct target_options_image before;
    enum err e = options_journal_recall(p, o, log);
    if (e == ERR_OK)
        e = target_read_whole_options(&p->target, &before);
    if (e != ERR_OK)
        return e;
    options_journal_keep(p, o, &before, log);
    e = target_unlock(&p->target);
    if (e == ERR_OK)
        options_journal_drop(p, o);
    return e;
}

// A write that was cut off would lock the chip at its next power-on.
static enum err complete_options(struct probe *p, const struct options *o, struct log *log)
{
    struct target_options_image now, whole;
    enum err e = options_journal_recall(p, o, log);
    if (e == ERR_OK)
        e = target_read_options(&p->target, &now);
    if (e != ERR_OK || !target_options_are_incomplete(&p->target, &now))
        return e;
    e = target_read_whole_options(&p->target, &whole);
    if (e == ERR_OK)
        e = target_write_options(&p->target, &whole);
    if (e == ERR_OK)
        options_journal_drop(p, o);
    if (e == ERR_OK)
        log_line(log, LOG_NOTE, "a write of the chip's options was cut off: they are whole again");
    return e;
}

enum err cmd_unlock(const struct options *o, struct output *out, struct log *log)
{
    struct probe p;
    enum err e = probe_open(&p, o, false, log);
    if (e != ERR_OK)
        return e;
    e = probe_connect(&p, o, log);
    if (e == ERR_OK)
        e = target_require_rdp(&p.target);
    bool was_locked = e == ERR_OK && target_identity(&p.target)->rdp_level > 0;
    const char *erases = target_unlock_erases(&p.target);
    char asks[80], refuses[80];
    snprintf(asks, sizeof asks, "Unlocking erases the whole %s of this chip.", erases);
    snprintf(refuses, sizeof refuses, "unlocking erases the whole %s", erases);
    if (was_locked)
        e = confirm_ask(o->yes, asks, refuses, log);
    if (was_locked && e == ERR_OK)
        e = signals_check(log);
    bool unlocked = was_locked && e == ERR_OK;
    if (e == ERR_OK && !was_locked)
        e = complete_options(&p, o, log);
    if (unlocked)
        e = unlock_target(&p, o, log);
    const char *kept = NULL, *option = NULL;
    if (was_locked && e == ERR_OK)
        e = target_unlock_keeps(&p.target, &kept, &option);
    if (was_locked && e == ERR_OK)
        probe_note(&p, o, "you unlocked and erased it");
    probe_close(&p, target_was_halted(&p.target) && !unlocked);
    if (e != ERR_OK)
        return e;
    if (kept)
        log_line(log, LOG_WARN,
                 "the pages of the area for execution only (%s of the chip's options) were not "
                 "erased, because %s is 0: `swdlink options %s=1 RDP=1`, and unlock once more, "
                 "erases them too",
                 kept, option, option);
    if (o->json)
        return output_json(out,
                           json_pack("{s:i, s:b, s:i}", "schema", OUTPUT_SCHEMA, "erased",
                                     was_locked, "rdp_level", 0),
                           log);
    if (was_locked)
        log_line(log, LOG_NOTE, "unlocked: read protection is off, and the %s%s %s erased",
                 kept ? "rest of the " : "", erases,
                 target_eeprom(&p.target)->size && !kept ? "are" : "is");
    else
        log_line(log, LOG_NOTE, "the chip is not protected: nothing was changed");
    return ERR_OK;
}
