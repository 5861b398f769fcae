// SPDX-License-Identifier: MIT
// What the handlers change of a session.
#include <stdarg.h>
#include <stdio.h>

#include "server/session.h"

void session_warn(struct session *s, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    s->warnings++;
    if (s->warnings <= SESSION_WARNINGS_PRINTED)
        log_line(s->log, LOG_WARN, "the debugger %s%s", text,
                 s->warnings == SESSION_WARNINGS_PRINTED ? " (further ones are not told)" : "");
}

void session_begin_work(struct session *s, const struct session_work *work)
{
    s->state = SESSION_BUSY;
    s->work = work;
}

void session_end_work(struct session *s)
{
    s->state = SESSION_IDLE;
}

void session_report_xpsr(struct session *s, uint32_t value)
{
    s->told_xpsr = value;
    s->xpsr_is_old = false;
}
