// SPDX-License-Identifier: MIT
// How a step of a semihosting call ends.
#include <stdarg.h>
#include <stdio.h>

#include "server/semihost_internal.h"

enum err semihost_done(struct semihost *sh, uint32_t result, enum semihost_wait *wait)
{
    sh->call.result = result;
    *wait = SEMIHOST_DONE;
    return ERR_OK;
}

enum err semihost_fail(struct semihost *sh, uint32_t error, enum semihost_wait *wait)
{
    sh->last_errno = error;
    return semihost_done(sh, SEMIHOST_FAILED, wait);
}

enum err semihost_ask(struct semihost *sh, bool window, enum semihost_wait *wait, const char *fmt,
                      ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(sh->call.request, sizeof sh->call.request, fmt, ap);
    va_end(ap);
    sh->call.window_open = window;
    *wait = SEMIHOST_GDB;
    return ERR_OK;
}

enum err semihost_pass_on(struct semihost *sh, int64_t value, enum semihost_wait *wait)
{
    return semihost_done(sh, (uint32_t)value, wait);
}
