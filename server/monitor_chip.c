// SPDX-License-Identifier: MIT
// The `monitor` words that ask for the chip itself: who it is, its option bytes, erasing all of it,
// how it is connected to. Black Magic's users type them by habit.
#include <stdio.h>
#include <string.h>

#include "server/monitor.h"
#include "server/packets.h"
#include "server/reply.h"
#include "targets/options.h"

enum err monitor_info(struct session *s, const char *args)
{
    static const char *const state[] = {
        [TARGET_RUNNING] = "running",
        [TARGET_HALTED] = "halted",
        [TARGET_LOST] = "lost",
    };
    (void)args;
    struct target *t = s->t;
    char text[200];
    unsigned mv;
    reply_console(s, "Chip:   %s\n", chip_describe(target_identity(t), text, sizeof text));
    reply_console(s, "Core:   CPUID 0x%08x, %s, %u breakpoint and %u watchpoint comparators\n",
                  target_cpuid(t), state[target_state(t)], target_break_comparators(t),
                  target_watch_comparators(t));
    reply_console(s, "Probe:  ST-LINK %s, SWCLK %u kHz\n",
                  target_probe_version(t, text, sizeof text), target_swclk_hz(t) / 1000);
    enum err e = target_get_vtref(t, &mv);
    if (e)
        reply_console(s, "Supply: not measured (%s)\n", log_sentence(s->log, e));
    else
        reply_console(s, "Supply: %u.%02u V at VTref\n", mv / 1000, mv % 1000 / 10);
    log_forget(s->log);
    return ERR_OK;
}

enum err monitor_uid(struct session *s, const char *args)
{
    (void)args;
    const struct chip_identity *id = target_identity(s->t);
    if (!id->uid_known)
        return log_fail(s->log, ERR_UNSUPPORTED,
                        "swdlink knows no unique id of this chip: it does not know where it is, or "
                        "could not read it");
    // As in memory, the first byte first.
    char text[2 * sizeof id->uid + 1];
    for (unsigned i = 0; i < sizeof id->uid; i++)
        snprintf(&text[2 * i], 3, "%02x", id->uid[i]);
    reply_console(s, "%s\n", text);
    return ERR_OK;
}

enum err monitor_option(struct session *s, const char *args)
{
    struct target_options_image image;
    const struct option_field *row;
    if (*args)
        return log_fail(s->log, ERR_USAGE,
                        "`monitor option` shows the option bytes; to write them, end this session "
                        "and use `swdlink options NAME=VALUE`, because the chip loads them by a "
                        "reset");
    enum err e = target_read_options(s->t, &image);
    for (unsigned n = 0; !e && (row = target_option_at(s->t, n)); n++)
        reply_console(s, "%-16s 0x%02x  %s%s\n", row->name, target_option_get(s->t, row, &image),
                      row->what, image.intact >> row->word & 1 ? "" : " (complement is wrong)");
    return e;
}

// OpenOCD's, with the number of a bank, of which there is one.
enum err monitor_option_of_bank(struct session *s, const char *args)
{
    (void)args;
    return monitor_option(s, "");
}

enum err monitor_swdp_scan(struct session *s, const char *args)
{
    (void)args;
    char text[200];
    reply_console(s, "Available Targets:\nNo. Att Driver\n 1   %c  %s\n",
                  sharing_has_control(s->sharing, s) ? '*' : ' ',
                  chip_describe(target_identity(s->t), text, sizeof text));
    return ERR_OK;
}

enum err monitor_connect_rst(struct session *s, const char *args)
{
    bool on = strcmp(args, "enable") == 0 || strcmp(args, "on") == 0;
    bool off = strcmp(args, "disable") == 0 || strcmp(args, "off") == 0;
    if (*args && !on && !off)
        return log_fail(s->log, ERR_USAGE,
                        "`monitor connect_rst` knows enable and disable, not \"%s\"", args);
    if (on)
        target_set_connect(s->t, TARGET_CONNECT_UNDER_RESET);
    else if (off)
        target_set_connect(s->t, TARGET_CONNECT_AUTO);
    reply_console(
        s, "When the target was lost, NRST is held while it is connected to again: %s\n",
        target_options_of(s->t)->connect == TARGET_CONNECT_UNDER_RESET ? "yes" : "only if needed");
    return ERR_OK;
}

// Black Magic's asks whether the probe supplies the target, which an ST-LINK never does.
enum err monitor_power(struct session *s, const char *args)
{
    unsigned mv;
    enum err e = target_get_vtref(s->t, &mv);
    if (e)
        return e;
    reply_console(s, "%u.%02u V at VTref", mv / 1000, mv % 1000 / 10);
    if (*args)
        reply_console(s, "; an ST-LINK measures the target's supply and does not switch it");
    reply_console(s, "\n");
    return ERR_OK;
}

enum err monitor_endian(struct session *s, const char *args)
{
    if (*args && !monitor_take_word(&args, "little"))
        return log_fail(s->log, ERR_UNSUPPORTED, "an STM32 is little-endian");
    reply_console(s, "little-endian\n");
    return ERR_OK;
}

// pyOCD's and OpenOCD's choice of a core, of which there is one.
enum err monitor_core(struct session *s, const char *args)
{
    uint32_t number = 0;
    char text[200];
    if (monitor_take_number(&args, &number) && number != 0)
        return log_fail(s->log, ERR_USAGE, "there is one core here, number 0");
    reply_console(s, "* 0  %s, %s\n", chip_describe(target_identity(s->t), text, sizeof text),
                  target_state(s->t) == TARGET_RUNNING  ? "running"
                  : target_state(s->t) == TARGET_HALTED ? "halted"
                                                        : "lost");
    return ERR_OK;
}
