// SPDX-License-Identifier: MIT
// Ctrl-C: what it ends depends on what is under way.
#include "server/semihost_session.h"
#include "server/stop.h"

void session_interrupt(struct session *s)
{
    log_line(s->log, LOG_TRACE, "gdb -> interrupt");
    switch (s->state) {
    case SESSION_IDLE:
        // Of a load that is under way, or of the program when it goes on.
        *(s->flash.job ? &s->flash.interrupted : &s->interrupted) = true;
        break;
    case SESSION_RUNNING:
        stop_interrupt(s);
        break;
    case SESSION_CALL:
        semihost_session_interrupt(s);
        break;
    case SESSION_BUSY:
        s->work->interrupt(s);
        break;
    case SESSION_OVER:
        break;
    }
}
