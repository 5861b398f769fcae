// SPDX-License-Identifier: MIT
// swdlink erase: the whole flash, or whole pages of it.
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/flasher.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "cli/restart.h"

// "ADDR:LEN"
static enum err parse_range(const char *text, uint32_t *addr, uint32_t *len, struct log *log)
{
    char first[32];
    const char *colon = strchr(text, ':');
    if (!colon || colon - text >= (long)sizeof first)
        return log_fail(log, ERR_USAGE,
                        "'%s' is no range: ADDR:LEN is wanted, such as 0x08000000:4K", text);
    snprintf(first, sizeof first, "%.*s", (int)(colon - text), text);
    enum err e = value_parse_number(addr, first, "address", log);
    if (e == ERR_OK)
        e = value_parse_number(len, colon + 1, "length", log);
    if (e == ERR_OK && *len == 0)
        return log_fail(log, ERR_USAGE, "a length of 0 leaves nothing to erase");
    return e;
}

enum err cmd_erase(const struct options *o, struct output *out, struct log *log)
{
    uint32_t addr = 0, len = 0;
    struct flash_stats stats = {0};
    struct probe p;
    struct restart restart = {0};
    enum err e = o->range ? parse_range(o->range, &addr, &len, log) : ERR_OK;
    if (e != ERR_OK || (e = probe_open(&p, o, false, log)) != ERR_OK)
        return e;
    e = probe_connect(&p, o, log);
    bool touched = e == ERR_OK;
    if (e == ERR_OK)
        e = target_reset(&p.target, true);
    if (e == ERR_OK)
        e = flasher_erase(&p.target, addr, len, o, &stats);
    if (e != ERR_OK && touched)
        e = restart_after_failure(&restart, &p.target, stats.changed, e);
    else if (e == ERR_OK)
        e = restart_target(&restart, &p.target, false);
    if (e == ERR_OK)
        probe_note(&p, o, "you erased flash");
    probe_close(&p, touched && restart.halted);
    if (e != ERR_OK)
        return e;
    if (o->json) {
        json_t *document = flasher_json(&stats);
        restart_add_json(&restart, document);
        return output_json(out, document, log);
    }
    log_line(log, LOG_NOTE, "%u bytes erased, %u were blank already, in %.2f s", stats.erased,
             stats.skipped, flasher_seconds(&stats));
    // That nothing starts on a chip that was erased is no news.
    if (o->range || restart.outcome.kind != TARGET_OUTCOME_LOCKUP)
        restart_report(&restart, log);
    return ERR_OK;
}
