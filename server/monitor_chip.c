// SPDX-License-Identifier: MIT
// The `monitor` words that ask for the chip itself: who it is, its option bytes, erasing all of it,
// how it is connected to. Black Magic's users type them by habit.
#include <stdio.h>
#include <string.h>

#include "server/monitor.h"
#include "server/packets.h"
#include "server/reply.h"
#include "targets/options.h"

enum err monitor_uid(struct session *s, const char *args)
{
    (void)args;
    const struct chip_identity *id = &s->t->id;
    if (!id->chip)
        return log_fail(s->log, ERR_UNSUPPORTED,
                        "this chip is not known, so nobody knows where its unique id is");
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
    const struct target_option *row;
    if (*args)
        return log_fail(s->log, ERR_USAGE,
                        "`monitor option` shows the option bytes; to write them, end this session "
                        "and use `swdlink options NAME=VALUE`, because the chip loads them by a "
                        "reset");
    enum err e = target_read_options(s->t, &image);
    for (unsigned n = 0; !e && (row = target_option_at(s->t, n)); n++)
        reply_console(s, "%-16s 0x%02x  %s%s\n", row->name, target_option_get(row, &image),
                      row->what, image.intact >> row->byte & 1 ? "" : " (complement is wrong)");
    return e;
}

enum err monitor_erase_mass(struct session *s, const char *args)
{
    (void)args;
    if (s->state == SESSION_RUNNING)
        return log_fail(s->log, ERR_STATE, "the target is running: interrupt it first (Ctrl-C)");
    return packet_flash_erase_all(s);
}

enum err monitor_swdp_scan(struct session *s, const char *args)
{
    (void)args;
    char text[200];
    reply_console(s, "Available Targets:\nNo. Att Driver\n 1   %c  %s\n",
                  hub_has_control(s->hub, s) ? '*' : ' ',
                  chip_describe(&s->t->id, text, sizeof text));
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
        s->t->options.connect = TARGET_CONNECT_UNDER_RESET;
    else if (off)
        s->t->options.connect = TARGET_CONNECT_AUTO;
    reply_console(s, "When the target was lost, NRST is held while it is connected to again: %s\n",
                  s->t->options.connect == TARGET_CONNECT_UNDER_RESET ? "yes" : "only if needed");
    return ERR_OK;
}
