// SPDX-License-Identifier: MIT
// swdlink info: who is there. What the probe alone knows is told even when the target does not
// answer.
#include "cli/command.h"
#include "cli/describe.h"
#include "cli/output.h"

static enum err connect_and_ask(struct probe *p, const struct options *o, struct log *log)
{
    enum err e = probe_connect(p, o, log);
    return e == ERR_OK ? target_read_maker(&p->target) : e;
}

static enum err print_info(struct probe *p, const struct options *o, struct log *log)
{
    describe_print_probe(p);
    enum err e = connect_and_ask(p, o, log);
    return e == ERR_OK ? describe_print_target(p) : e;
}

static enum err print_json(struct probe *p, const struct options *o, struct output *out,
                           struct log *log)
{
    json_t *target = NULL;
    enum err e = connect_and_ask(p, o, log);
    if (e == ERR_OK)
        e = describe_target_json(&target, p);
    json_t *document;
    if (e == ERR_OK)
        document = json_pack("{s:i, s:o, s:o}", "schema", OUTPUT_SCHEMA, "probe",
                             describe_probe_json(p), "target", target);
    else
        document = json_pack("{s:i, s:o, s:n, s:o}", "schema", OUTPUT_SCHEMA, "probe",
                             describe_probe_json(p), "target", "error", output_error_value(e, log));
    enum err printed = output_json(out, document, log);
    return e == ERR_OK ? printed : e;
}

enum err cmd_info(const struct options *o, struct output *out, struct log *log)
{
    struct probe p;
    enum err e = probe_open(&p, o, false, log);
    if (e != ERR_OK)
        return e;
    e = o->json ? print_json(&p, o, out, log) : print_info(&p, o, log);
    probe_close(&p, target_was_halted(&p.target));
    return e;
}
