// SPDX-License-Identifier: MIT
// swdlink serve: connects to the target and hands it to the GDB server.
#include <stdio.h>

#include "cli/command.h"
#include "cli/describe.h"
#include "cli/output.h"
#include "server/server.h"

// For programs that start us: what is being served, before the first debugger comes.
static enum err print_json(struct probe *p, struct output *out, struct log *log)
{
    json_t *target = NULL;
    enum err e = describe_target_json(&target, p);
    if (e == ERR_OK)
        e = output_json(out,
                        json_pack("{s:i, s:o, s:o}", "schema", OUTPUT_SCHEMA, "probe",
                                  describe_probe_json(p), "target", target),
                        log);
    return e == ERR_OK ? output_flush(log) : e;
}

static void announce(const struct probe *p, struct log *log)
{
    char firmware[32], vtref[32] = "not measured";
    if (p->vtref_known)
        snprintf(vtref, sizeof vtref, "%u.%02u V", p->vtref_mv / 1000, p->vtref_mv % 1000 / 10);
    log_line(log, LOG_NOTE, "%s%s, firmware %s, serial %s, VTref %s",
             p->is_virtual ? "virtual " : "", probe_model(&p->id),
             stlink_version_text(&p->st, firmware, sizeof firmware), p->id.serial, vtref);
}

static enum err reopen_probe(void *user, struct stlink *st)
{
    (void)st; // the same as in the probe
    return probe_reopen(user);
}

static enum err serve(struct probe *p, const struct options *o, struct output *out, struct log *log)
{
    const struct server_options options = {
        .host = o->host[0] ? o->host : NULL,
        .port = o->port,
        .once = o->once,
        .semihosting = {.enabled = o->semihosting,
                        .stdio = o->semihosting_stdio,
                        .dir = o->semihosting_dir},
        .reopen_probe = reopen_probe,
        .user = p,
    };
    announce(p, log);
    enum err e = probe_connect(p, o, log);
    if (e == ERR_OK && o->json)
        e = print_json(p, out, log);
    return e == ERR_OK ? server_run(&p->target, &options, log) : e;
}

enum err cmd_serve(const struct options *o, struct output *out, struct log *log)
{
    struct probe p;
    enum err e = probe_open(&p, o, true, log);
    if (e != ERR_OK)
        return e;
    e = serve(&p, o, out, log);
    probe_close(&p, p.target.found_halted);
    return e;
}
