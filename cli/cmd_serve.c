// SPDX-License-Identifier: MIT
// `swdlink serve`: a GDB server for one probe, or for each.
#include "cli/serve.h"

enum err cmd_serve(const struct options *o, struct output *out, struct log *log)
{
    // Standard output is GDB's then.
    if (o->stdio && (o->json || o->all || o->semihosting_stdio))
        return log_fail(log, ERR_USAGE, "--stdio does not go with %s",
                        o->json  ? "--json"
                        : o->all ? "--all"
                                 : "--semihosting-console stdio");
    return o->all ? serve_all(o, out, log) : serve_one(o, false, out, log);
}
