// SPDX-License-Identifier: MIT
#include "server/sharing.h"

#include <stdio.h>

#include "server/session.h"

void sharing_init(struct sharing *sharing, struct target *t, struct log *log)
{
    *sharing = (struct sharing){.t = t, .log = log};
    semihost_init(&sharing->semihost, t, log);
    rtt_init(&sharing->rtt.rtt, t, log);
    swo_stream_init(&sharing->swo.swo, t, log);
}

void sharing_close(struct sharing *sharing)
{
    semihost_close(&sharing->semihost);
}

void sharing_retire_rtt(struct sharing *sharing)
{
    if (!sharing->rtt.on || target_state(sharing->t) == TARGET_LOST ||
        target_has_flash_job(sharing->t))
        return;
    if (rtt_retire(&sharing->rtt.rtt) != ERR_OK) // the reset tells what is wrong with the target
        log_forget(sharing->log);
}

bool sharing_join(struct sharing *sharing, struct session *s)
{
    for (unsigned i = 0; i < SHARING_MAX_SESSIONS; i++) {
        if (sharing->member[i])
            continue;
        sharing->member[i] = s;
        return true;
    }
    return false;
}

void sharing_leave(struct sharing *sharing, struct session *s)
{
    for (unsigned i = 0; i < SHARING_MAX_SESSIONS; i++)
        if (sharing->member[i] == s)
            sharing->member[i] = NULL;
}

bool sharing_may(const struct sharing *sharing, const struct session *s, const char *what)
{
    char turn[32];
    unsigned i = 0;
    if (!sharing->may_talk)
        return true;
    while (s && i < SHARING_MAX_SESSIONS && sharing->member[i] != s)
        i++;
    if (s)
        snprintf(turn, sizeof turn, "%s %u", what, i);
    else
        snprintf(turn, sizeof turn, "%s", what);
    return sharing->may_talk(sharing->may_user, turn);
}

bool sharing_has_control(const struct sharing *sharing, const struct session *s)
{
    return sharing->holder == s;
}

enum err sharing_take_control(struct sharing *sharing, struct session *s)
{
    if (sharing->holder && sharing->holder != s)
        return log_fail(
            sharing->log, ERR_STATE,
            "another debugger (%s) controls the target: here it can be looked at, and memory "
            "can be written",
            sharing->holder->name);
    enum err e = target_state(sharing->t) == TARGET_LOST ? ERR_OK : target_hold(sharing->t);
    if (!e)
        sharing->holder = s;
    return e;
}

void sharing_release(struct sharing *sharing, struct session *s)
{
    if (sharing->holder != s)
        return;
    sharing->holder = NULL;
    enum err e = target_release(sharing->t);
    if (e)
        log_line(sharing->log, LOG_WARN, "the target may not be as it was found: %s",
                 log_sentence(sharing->log, e));
    log_forget(sharing->log);
}

bool sharing_is_watched(const struct sharing *sharing, const struct session *s)
{
    const struct session *holder = sharing->holder;
    return holder && holder != s &&
           (holder->state == SESSION_RUNNING || holder->state == SESSION_CALL);
}
