// SPDX-License-Identifier: MIT
// `monitor swo …`.
#include <stdlib.h>
#include <string.h>

#include "server/monitor.h"
#include "server/reply.h"

static enum err wrong(struct session *s)
{
    return log_fail(s->log, ERR_USAGE,
                    "`monitor swo` knows enable [BAUD], disable and status, with a baud rate such "
                    "as 2000000, 500k or 2M");
}

// 2000000, 500k, 2.25M. False: it is none.
static bool take_baud(const char *text, uint32_t *baud)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text)
        return false;
    if (*end == 'k' || *end == 'K')
        value *= 1e3, end++;
    else if (*end == 'm' || *end == 'M')
        value *= 1e6, end++;
    *baud = value >= 1 && value < 1e9 ? (uint32_t)(value + 0.5) : 0;
    return *baud && *end == '\0';
}

enum err monitor_swo_start(struct session *s, const struct target_swo_options *options)
{
    struct sharing_swo *h = &s->sharing->swo;
    char text[SWO_STREAM_STATUS_SIZE];
    enum err e = swo_stream_start(&h->swo, options);
    if (h->switched)
        h->switched(h->user);
    if (!e)
        reply_console(s, "%s", swo_stream_status(&h->swo, text));
    return e;
}

enum err monitor_swo_stop(struct session *s)
{
    struct sharing_swo *h = &s->sharing->swo;
    enum err e = swo_stream_stop(&h->swo);
    if (h->switched)
        h->switched(h->user);
    return e;
}

static enum err enable_swo(struct session *s, const char *args)
{
    struct target_swo_options options = s->sharing->swo.options;
    if (*args && !take_baud(args, &options.baud))
        return wrong(s);
    return monitor_swo_start(s, &options);
}

static enum err disable_swo(struct session *s, const char *args)
{
    if (*args)
        return wrong(s);
    enum err e = monitor_swo_stop(s);
    if (!e)
        reply_console(s, "SWO is off.\n");
    return e;
}

static enum err show_status(struct session *s, const char *args)
{
    char text[SWO_STREAM_STATUS_SIZE];
    if (*args)
        return wrong(s);
    reply_console(s, "%s", swo_stream_status(&s->sharing->swo.swo, text));
    return ERR_OK;
}

enum err monitor_swo(struct session *s, const char *args)
{
    static const struct {
        const char *word;
        enum err (*run)(struct session *s, const char *args);
    } words[] = {
        {.word = "enable", .run = enable_swo},  {.word = "disable", .run = disable_swo},
        {.word = "status", .run = show_status}, {.word = "start", .run = enable_swo},
        {.word = "stop", .run = disable_swo},
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (monitor_take_word(&args, words[i].word))
            return words[i].run(s, args);
    return show_status(s, args);
}
