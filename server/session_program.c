// SPDX-License-Identifier: MIT
// The debugger takes hold of the program, and parts with it.
#include "server/reply.h"

void session_take_program(struct session *s)
{
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
