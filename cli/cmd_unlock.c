// SPDX-License-Identifier: MIT
// swdlink unlock: leaves read protection level 1, which erases the chip. Asks before.
#include <stdio.h>

#include "base/signals.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "targets/options.h"

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
    if (unlocked)
        e = target_unlock(&p.target);
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
