// SPDX-License-Identifier: MIT
// swdlink reset: resets the chip and lets it run, or leaves it halted at its first instruction.
#include "base/signals.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "cli/restart.h"

enum err cmd_reset(const struct options *o, struct output *out, struct log *log)
{
    struct probe p;
    struct restart restart;
    enum err e = probe_open(&p, o, false, log);
    if (e != ERR_OK)
        return e;
    e = probe_connect(&p, o, log);
    if (e == ERR_OK)
        e = signals_check(log);
    bool touched = e == ERR_OK;
    if (e == ERR_OK)
        e = restart_target(&restart, &p.target, o->halt);
    probe_close(&p, touched ? o->halt : target_was_halted(&p.target));
    if (e != ERR_OK)
        return e;
    if (!o->json) {
        restart_report(&restart, log);
        return ERR_OK;
    }
    json_t *document = json_pack("{s:i}", "schema", OUTPUT_SCHEMA);
    restart_add_json(&restart, document);
    return output_json(out, document, log);
}
