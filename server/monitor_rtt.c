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

// setup ADDR SIZE [ID]: where to look for the control block; its name is always the same one.
static enum err set_up(struct session *s, const char *args)
{
    uint32_t addr, size;
    if (!monitor_take_number(&args, &addr) || !monitor_take_number(&args, &size))
        return wrong(s, "setup ADDRESS SIZE");
    rtt_set_search(&s->sharing->rtt.rtt, addr, size);
    return ERR_OK;
}

static enum err start_rtt(struct session *s, const char *args)
{
    (void)args;
    s->sharing->rtt.on = true;
    rtt_forget(&s->sharing->rtt.rtt);
    return ERR_OK;
}

static enum err stop_rtt(struct session *s, const char *args)
{
    (void)args;
    s->sharing->rtt.on = false;
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
    struct rtt *r = &s->sharing->rtt.rtt;
    bool found;
    enum err e = rtt_find_all(r, &found);
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

// server start PORT CHANNEL; server stop PORT
static enum err serve_rtt(struct session *s, const char *args)
{
    uint32_t port, channel;
    if (monitor_take_word(&args, "stop")) {
        reply_console(s, "The port stays open until the server ends.\n");
        return ERR_OK;
    }
    if (!monitor_take_word(&args, "start") || !monitor_take_number(&args, &port) ||
        !monitor_take_number(&args, &channel) || port > UINT16_MAX || channel >= RTT_MAX_CHANNELS)
        return wrong(s, "server start PORT CHANNEL");
    if (!s->sharing->rtt.listen)
        return log_fail(s->log, ERR_UNSUPPORTED, "there are no ports for RTT here");
    return s->sharing->rtt.listen(s->sharing->rtt.user, (uint16_t)port, (unsigned)channel);
}

static enum err nothing(struct session *s, const char *args)
{
    (void)s;
    (void)args;
    return ERR_OK;
}

// J-Link's exec SetRTTAddr ADDR and SetRTTSearchRanges ADDR SIZE.
enum err monitor_rtt_at(struct session *s, const char *args)
{
    uint32_t addr, size = 0;
    if (!monitor_take_number(&args, &addr) || (*args && !monitor_take_number(&args, &size)))
        return wrong(s, "setup ADDRESS SIZE");
    rtt_set_search(&s->sharing->rtt.rtt, addr, size);
    return ERR_OK;
}

enum err monitor_rtt(struct session *s, const char *args)
{
    static const struct {
        const char *word;
        enum err (*run)(struct session *s, const char *args);
    } words[] = {
        {"setup", set_up},
        {"start", start_rtt},
        {"stop", stop_rtt},
        {"channels", channels},
        {"server", serve_rtt},
        {"polling_interval", nothing},
        // OpenOCD's list for programs; Black Magic's words, whose settings have no meaning here.
        {"channellist", channels},
        {"enable", start_rtt},
        {"disable", stop_rtt},
        {"ident", nothing},
        {"poll", nothing},
        {"ram", nothing},
        {"cblock", channels},
        {"channel", nothing},
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (monitor_take_word(&args, words[i].word))
            return words[i].run(s, args);
    if (*args)
        return log_fail(s->log, ERR_USAGE,
                        "`monitor rtt` knows setup, start, stop, channels and server, not \"%s\"",
                        args);
    reply_console(s, "RTT is %s\n", s->sharing->rtt.on ? "on" : "off");
    return ERR_OK;
}
