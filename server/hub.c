// SPDX-License-Identifier: MIT
#include "server/hub.h"

#include <stdio.h>

#include "server/session.h"

void hub_init(struct hub *hub, struct target *t, struct log *log)
{
    *hub = (struct hub){.t = t, .log = log};
    semihost_init(&hub->semihost, t, log);
    rtt_init(&hub->rtt.rtt, t, log);
}

void hub_close(struct hub *hub)
{
    semihost_close(&hub->semihost);
}

void hub_retire_rtt(struct hub *hub)
{
    if (!hub->rtt.on || hub->t->state == TARGET_LOST || target_has_flash_job(hub->t))
        return;
    if (rtt_retire(&hub->rtt.rtt) != ERR_OK) // the reset tells what is wrong with the target
        log_forget(hub->log);
}

bool hub_join(struct hub *hub, struct session *s)
{
    for (unsigned i = 0; i < HUB_MAX_SESSIONS; i++) {
        if (hub->member[i])
            continue;
        hub->member[i] = s;
        return true;
    }
    return false;
}

void hub_leave(struct hub *hub, struct session *s)
{
    for (unsigned i = 0; i < HUB_MAX_SESSIONS; i++)
        if (hub->member[i] == s)
            hub->member[i] = NULL;
}

bool hub_may(const struct hub *hub, const struct session *s, const char *what)
{
    char turn[32];
    unsigned i = 0;
    if (!hub->may_talk)
        return true;
    while (s && i < HUB_MAX_SESSIONS && hub->member[i] != s)
        i++;
    if (s)
        snprintf(turn, sizeof turn, "%s %u", what, i);
    else
        snprintf(turn, sizeof turn, "%s", what);
    return hub->may_talk(hub->may_user, turn);
}

bool hub_has_control(const struct hub *hub, const struct session *s)
{
    return hub->holder == s;
}

enum err hub_take_control(struct hub *hub, struct session *s)
{
    if (hub->holder && hub->holder != s)
        return log_fail(
            hub->log, ERR_STATE,
            "another debugger (%s) controls the target: here it can be looked at, and memory "
            "can be written",
            hub->holder->name);
    enum err e = hub->t->state == TARGET_LOST ? ERR_OK : target_hold(hub->t);
    if (!e)
        hub->holder = s;
    return e;
}

void hub_release(struct hub *hub, struct session *s)
{
    if (hub->holder != s)
        return;
    hub->holder = NULL;
    enum err e = target_release(hub->t);
    if (e)
        log_line(hub->log, LOG_WARN, "the target may not be as it was found: %s",
                 log_sentence(hub->log, e));
    log_forget(hub->log);
}

bool hub_is_watched(const struct hub *hub, const struct session *s)
{
    const struct session *holder = hub->holder;
    return holder && holder != s &&
           (holder->state == SESSION_RUNNING || holder->state == SESSION_CALL);
}
