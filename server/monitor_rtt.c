// SPDX-License-Identifier: MIT
// `monitor rtt …`, in OpenOCD's words, because Cortex-Debug sends them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/monitor.h"
#include "server/reply.h"

static enum err wrong(struct session *s, const char *wanted)
{
    return log_fail(s->log, ERR_USAGE, "`monitor rtt %s` is wanted", wanted);
}

static bool take_number(const char **args, unsigned long max, unsigned long *value)
{
    char *end;
    *value = strtoul(*args, &end, 0);
    bool good = end != *args && (*end == '\0' || *end == ' ') && *value <= max;
    *args = end + strspn(end, " ");
    return good;
}

// setup ADDR SIZE [ID]: where to look for the control block; its name is always the same one.
static enum err set_up(struct session *s, const char *args)
{
    unsigned long addr, size;
    if (!take_number(&args, UINT32_MAX, &addr) || !take_number(&args, UINT32_MAX, &size))
        return wrong(s, "setup ADDRESS SIZE");
    rtt_look_at(&s->hub->rtt.rtt, (uint32_t)addr, (uint32_t)size);
    return ERR_OK;
}

static enum err start(struct session *s, const char *args)
{
    (void)args;
    s->hub->rtt.on = true;
    rtt_forget(&s->hub->rtt.rtt);
    return ERR_OK;
}

static enum err stop(struct session *s, const char *args)
{
    (void)args;
    s->hub->rtt.on = false;
    return ERR_OK;
}

static void list(struct session *s, const char *way, const struct rtt_channel *c, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        reply_console(s, "%s %u: %s, %u bytes\n", way, i, c[i].name[0] ? c[i].name : "(no name)",
                      c[i].size);
}

// Looks through all of the range: at a few KiB of RAM that is one round of at most a few steps.
static enum err channels(struct session *s, const char *args)
{
    (void)args;
    struct rtt *r = &s->hub->rtt.rtt;
    bool found = false;
    enum err e = ERR_OK;
    uint32_t first = r->search_at;
    do
        e = rtt_find(r, &found);
    while (!e && !found && r->search_at != first && r->search_at != r->search_base);
    if (e)
        return e;
    if (!found) {
        reply_console(s, "No RTT control block was found between 0x%08x and 0x%08x.\n",
                      r->search_base, r->search_base + r->search_size);
        return ERR_OK;
    }
    reply_console(s, "Control block at 0x%08x\n", r->block);
    list(s, "up", r->up, r->up_count);
    list(s, "down", r->down, r->down_count);
    return ERR_OK;
}

// server start PORT CHANNEL
static enum err serve(struct session *s, const char *args)
{
    unsigned long port, channel;
    if (strncmp(args, "start ", 6) != 0)
        return wrong(s, "server start PORT CHANNEL");
    args += 6;
    if (!take_number(&args, UINT16_MAX, &port) ||
        !take_number(&args, RTT_MAX_CHANNELS - 1, &channel))
        return wrong(s, "server start PORT CHANNEL");
    if (!s->hub->rtt.listen)
        return log_fail(s->log, ERR_UNSUPPORTED, "there are no ports for RTT here");
    return s->hub->rtt.listen(s->hub->rtt.user, (uint16_t)port, (unsigned)channel);
}

static enum err nothing(struct session *s, const char *args)
{
    (void)s;
    (void)args;
    return ERR_OK;
}

enum err monitor_rtt(struct session *s, const char *args)
{
    static const struct {
        const char *word;
        enum err (*run)(struct session *s, const char *args);
    } words[] = {
        {"setup", set_up},      {"start", start},  {"stop", stop},
        {"channels", channels}, {"server", serve}, {"polling_interval", nothing},
    };
    size_t len = strcspn(args, " ");
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (len == strlen(words[i].word) && memcmp(args, words[i].word, len) == 0)
            return words[i].run(s, args + len + strspn(args + len, " "));
    if (*args)
        return log_fail(s->log, ERR_USAGE,
                        "`monitor rtt` knows setup, start, stop, channels and server, not \"%s\"",
                        args);
    reply_console(s, "RTT is %s\n", s->hub->rtt.on ? "on" : "off");
    return ERR_OK;
}
