// SPDX-License-Identifier: MIT
// SWO in the words of other servers, which name the core's clock first, and where the bytes go.
#include <string.h>

#include "server/monitor.h"
#include "server/reply.h"

struct request {
    uint32_t core_hz, baud;
    bool has_port;
    uint32_t port;
};

static enum err wrong(struct session *s, const char *wanted)
{
    return log_fail(s->log, ERR_USAGE, "`monitor %s` is wanted", wanted);
}

// ":PORT"; a "-" stands for no port here, and a file's name for none that we write.
static bool take_output(const char **args, struct request *r)
{
    const char *p = *args;
    if (*p == ':') {
        p++;
        r->has_port = monitor_take_number(&p, &r->port) && r->port <= UINT16_MAX;
        *args = p;
        return r->has_port;
    }
    p += strcspn(p, " ");
    *args = p + strspn(p, " ");
    return true;
}

static enum err open_port(struct session *s, const struct request *r)
{
    struct sharing_swo *h = &s->sharing->swo;
    if (!r->has_port)
        return ERR_OK;
    if (!h->listen)
        return log_fail(s->log, ERR_UNSUPPORTED, "there are no ports for SWO here");
    return h->listen(h->user, (uint16_t)r->port);
}

// What is not said stays as it is.
static void set_options(struct target_swo_options *options, const struct request *r)
{
    if (r->core_hz)
        options->core_hz = r->core_hz;
    if (r->baud)
        options->baud = r->baud;
}

static enum err enable(struct session *s, const struct request *r)
{
    struct target_swo_options options = s->sharing->swo.options;
    set_options(&options, r);
    enum err e = open_port(s, r);
    return e ? e : monitor_swo_start(s, &options);
}

// SWO EnableTarget CPUHZ SWOHZ MASK MODE: 0 lets the server choose.
enum err monitor_swo_jlink(struct session *s, const char *args)
{
    struct request r = {0};
    uint32_t ignored;
    if (!monitor_take_number(&args, &r.core_hz) || !monitor_take_number(&args, &r.baud) ||
        (*args && !monitor_take_number(&args, &ignored)) ||
        (*args && !monitor_take_number(&args, &ignored)) || *args)
        return wrong(s, "SWO EnableTarget CPUHZ SWOHZ [MASK] [MODE]");
    return enable(s, &r);
}

enum err monitor_swo_jlink_off(struct session *s, const char *args)
{
    (void)args; // a mask of ports
    return monitor_swo_stop(s);
}

// CDSWOConfigure CPUHZ SWOHZ :PORT
enum err monitor_swo_cortex_debug(struct session *s, const char *args)
{
    struct request r = {0};
    if (!monitor_take_number(&args, &r.core_hz) || !monitor_take_number(&args, &r.baud) ||
        (*args && !take_output(&args, &r)) || *args)
        return wrong(s, "CDSWOConfigure CPUHZ SWOHZ [:PORT]");
    return enable(s, &r);
}

// tpiu config disable; tpiu config external …; tpiu config internal (:PORT|FILE|-) uart off CPUHZ
// [SWOHZ]
enum err monitor_swo_tpiu_config(struct session *s, const char *args)
{
    struct request r = {0};
    if (monitor_take_word(&args, "disable"))
        return monitor_swo_stop(s);
    if (!monitor_take_word(&args, "internal") || !take_output(&args, &r) ||
        !monitor_take_word(&args, "uart") ||
        !(monitor_take_word(&args, "off") || monitor_take_word(&args, "0")) ||
        !monitor_take_number(&args, &r.core_hz) ||
        (*args && !monitor_take_number(&args, &r.baud)) || *args)
        return wrong(s, "tpiu config internal [:PORT|-] uart off CPUHZ [SWOHZ]` or `tpiu config "
                        "disable");
    return enable(s, &r);
}

// One option of configure with its value. False: it is none, or has no sense.
static bool take_option(const char **args, struct request *r)
{
    if (monitor_take_word(args, "-traceclk"))
        return monitor_take_number(args, &r->core_hz);
    if (monitor_take_word(args, "-pin-freq"))
        return monitor_take_number(args, &r->baud);
    if (monitor_take_word(args, "-output"))
        return take_output(args, r);
    if (monitor_take_word(args, "-protocol"))
        return monitor_take_word(args, "uart");
    if (monitor_take_word(args, "-formatter"))
        return monitor_take_word(args, "0") || monitor_take_word(args, "off");
    return false;
}

// CHIP.tpiu configure -protocol uart -traceclk HZ -pin-freq HZ -output :PORT; enable; disable. What
// is configured is kept for enable.
enum err monitor_swo_tpiu(struct session *s, const char *args)
{
    struct request r = {0};
    if (monitor_take_word(&args, "enable"))
        return enable(s, &r);
    if (monitor_take_word(&args, "disable"))
        return monitor_swo_stop(s);
    bool good = monitor_take_word(&args, "configure");
    while (good && *args)
        good = take_option(&args, &r);
    if (!good)
        return wrong(s, "CHIP.tpiu configure [-protocol uart] [-traceclk HZ] [-pin-freq HZ] "
                        "[-output :PORT]`, `… enable` or `… disable");
    set_options(&s->sharing->swo.options, &r);
    return open_port(s, &r);
}
