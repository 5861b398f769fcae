// SPDX-License-Identifier: MIT
// The debugger takes hold of the program, and parts with it.
#include "server/reply.h"

// Before anybody tries: GDB before 16 does not show why a load was refused.
static void report_what_is_not_supported(struct session *s)
{
    const struct chip_identity *id = target_identity(s->t);
    char text[200];
    if (id->die && !id->chip)
        reply_console(s,
                      "%s: swdlink cannot load into the flash of this chip; its core can be "
                      "debugged, and programs run in its RAM.\n",
                      chip_describe(id, text, sizeof text));
}

void session_take_program(struct session *s)
{
    if (!s->attached)
        report_what_is_not_supported(s);
    s->attached = true;
    s->gone = s->has_exited = s->interrupted = false;
}

void session_part_with_program(struct session *s)
{
    s->attached = s->interrupted = false;
    s->gone = true;
    s->state = SESSION_IDLE;
    reply_end_text(s);
}
