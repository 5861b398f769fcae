// SPDX-License-Identifier: MIT
// `swdlink serve`: a GDB server for one probe, or for each.
#include "cli/out_file.h"
#include "cli/serve.h"

enum err cmd_serve(const struct options *o, struct output *out, struct log *log)
{
    // Standard output is GDB's then.
    if (o->stdio && (o->json || o->all || o->semihosting_stdio))
        return log_fail(log, ERR_USAGE, "--stdio does not go with %s",
                        o->json  ? "--json"
                        : o->all ? "--all"
                                 : "--semihosting-console stdio");
    const char *const users[] = {o->json ? "--json" : NULL, o->stdio ? "--stdio" : NULL,
                                 o->semihosting_stdio ? "--semihosting-console stdio" : NULL,
                                 out_file_is_stdout(o->swo_json) ? "--swo-json -" : NULL};
    enum err e = out_file_check_stdout(users, sizeof users / sizeof *users, log);
    if (e != ERR_OK)
        return e;
    return o->all ? serve_all(o, out, log) : serve_one(o, false, out, log);
}
