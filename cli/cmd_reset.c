// SPDX-License-Identifier: MIT
// swdlink reset: resets the chip and lets it run, or leaves it halted at its first instruction.
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/probe.h"

enum err cmd_reset(const struct options *o, struct output *out, struct log *log)
{
    struct probe p;
    enum err e = probe_open(&p, o, false, log);
    if (e != ERR_OK)
        return e;
    e = probe_connect(&p, o, log);
    if (e == ERR_OK)
        e = target_reset(&p.target, o->halt);
    uint32_t pc = 0;
    if (e == ERR_OK && o->halt)
        e = target_read_reg(&p.target, CORTEXM_PC, &pc);
    probe_close(&p, o->halt);
    if (e != ERR_OK)
        return e;
    if (o->json && o->halt)
        return output_json(out,
                           json_pack("{s:i, s:s, s:I}", "schema", OUTPUT_SCHEMA, "state", "halted",
                                     "pc", (json_int_t)pc),
                           log);
    if (o->json)
        return output_json(
            out, json_pack("{s:i, s:s}", "schema", OUTPUT_SCHEMA, "state", "running"), log);
    if (o->halt)
        log_line(log, LOG_NOTE, "reset; halted at 0x%08x", pc);
    else
        log_line(log, LOG_NOTE, "reset; it runs");
    return ERR_OK;
}
