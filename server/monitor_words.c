// SPDX-License-Identifier: MIT
// The `monitor` words of our own, with help, and the handlers that need no file of theirs.
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "server/monitor.h"
#include "server/reply.h"

static void print_foreign_words(struct session *s, const struct monitor_word *w)
{
    const char *what = w->as ? w->as : w->refusal ? "refused" : w->note ? "no effect" : "as there";
    reply_console(s, "  %-24s %s: %s\n", w->word, w->of, what);
}

// help; help WORD; help all: with the words of other servers.
static enum err show_help(struct session *s, const char *args)
{
    bool all = strcmp(args, "all") == 0;
    const char *rest;
    const struct monitor_word *one = *args && !all ? monitor_find(args, &rest) : NULL;
    if (*args && !all && !one)
        return log_fail(s->log, ERR_USAGE,
                        "there is no `monitor %s`; `monitor help all` lists what there is", args);
    for (unsigned i = 0; i < monitor_word_count; i++)
        if (monitor_words[i].help && (!one || one == &monitor_words[i]))
            reply_console(s, "  %-28s %s\n", monitor_words[i].usage, monitor_words[i].help);
    for (unsigned i = 0; i < monitor_foreign_count; i++)
        if (all || one == &monitor_foreign[i])
            print_foreign_words(s, &monitor_foreign[i]);
    if (!*args)
        reply_console(s, "`monitor help all` adds the words of other servers.\n");
    return ERR_OK;
}

static enum err show_version(struct session *s, const char *args)
{
    (void)args;
    reply_console(s, "%s\n", PACKAGE_STRING);
    return ERR_OK;
}

// OpenOCD's: the next step does not step, but makes GDB read the registers again.
static enum err gdb_sync(struct session *s, const char *args)
{
    (void)args;
    s->sync_next_step = true;
    return ERR_OK;
}

// J-Link's semihosting has an address of a vector behind enable.
static enum err semihosting(struct session *s, const char *args)
{
    struct semihost *sh = s->semihost;
    if (monitor_take_word(&args, "enable") || monitor_take_word(&args, "on"))
        sh->enabled = true;
    else if (monitor_take_word(&args, "disable") || monitor_take_word(&args, "off"))
        sh->enabled = false;
    else if (*args)
        return log_fail(s->log, ERR_USAGE,
                        "`monitor semihosting` knows enable and disable, not \"%s\"", args);
    reply_console(s, "Semihosting is %s; console: %s; files: %s\n",
                  sh->enabled ? "enabled" : "disabled",
                  sh->console == SEMIHOST_CONSOLE_GDB ? "GDB" : "the server's",
                  sh->dir_fd < 0 ? "GDB's host" : "a directory of the server");
    return ERR_OK;
}

static enum err set_cmdline(struct session *s, const char *args)
{
    snprintf(s->semihost->cmdline, sizeof s->semihost->cmdline, "%s", args);
    return ERR_OK;
}

static enum err echo_words(struct session *s, const char *args)
{
    reply_console(s, "%s\n", args);
    return ERR_OK;
}

static enum err end_server(struct session *s, const char *args)
{
    (void)args;
    s->sharing->ends = true;
    reply_console(s, "The server ends when this debugger leaves.\n");
    return ERR_OK;
}

const struct monitor_word monitor_words[] = {
    {.word = "help", .usage = "help [all|WORD]", .help = "this list", .run = show_help},
    {.word = "reset",
     .control = true,
     .usage = "reset [halt|init|run]",
     .help = "reset; halt at the first instruction, or run",
     .run = monitor_reset},
    {.word = "jtag_reset",
     .control = true,
     .usage = "jtag_reset",
     .help = "the same as reset halt",
     .run = monitor_reset},
    {.word = "halt",
     .control = true,
     .usage = "halt",
     .help = "halt the core",
     .run = monitor_halt},
    {.word = "resume",
     .control = true,
     .usage = "resume [ADDR]",
     .help = "let it run behind GDB's back",
     .run = monitor_resume},
    {.word = "step",
     .control = true,
     .usage = "step [COUNT|ADDR]",
     .help = "step behind GDB's back, at most 10 instructions",
     .run = monitor_step},
    {.word = "wait_halt",
     .control = true,
     .usage = "wait_halt [MS]",
     .help = "wait until it halts, 5000 ms at most",
     .run = monitor_wait_halt},
    {.word = "state", .usage = "state", .help = "whether the core runs", .run = monitor_state},
    {.word = "info",
     .usage = "info",
     .help = "chip, core, probe, supply voltage",
     .run = monitor_info},
    {.word = "regs", .usage = "regs", .help = "the core's registers", .run = monitor_reg},
    {.word = "reg",
     .usage = "reg [NAME [VALUE]]",
     .help = "a register, or all of them",
     .run = monitor_reg},
    {.word = "mdw",
     .usage = "mdw ADDR [COUNT]",
     .help = "words of memory; mdh halfwords, mdb bytes",
     .run_sized = monitor_read,
     .unit = 4},
    {.word = "mdh", .run_sized = monitor_read, .unit = 2},
    {.word = "mdb", .run_sized = monitor_read, .unit = 1},
    {.word = "mww",
     .whole = true,
     .usage = "mww ADDR VALUE [COUNT]",
     .help = "write words; mwh halfwords, mwb bytes",
     .run_sized = monitor_write,
     .unit = 4},
    {.word = "mwh", .whole = true, .run_sized = monitor_write, .unit = 2},
    {.word = "mwb", .whole = true, .run_sized = monitor_write, .unit = 1},
    {.word = "speed",
     .control = true,
     .usage = "speed [KHZ|auto]",
     .help = "the SWD clock",
     .run = monitor_speed},
    {.word = "vector_catch",
     .control = true,
     .usage = "vector_catch [hard|reset|none]",
     .help = "which events halt the core",
     .run = monitor_vector_catch},
    {.word = "uid", .usage = "uid", .help = "the chip's unique id", .run = monitor_uid},
    {.word = "option", .usage = "option", .help = "the option bytes", .run = monitor_option},
    {.word = "erase_mass",
     .control = true,
     .whole = true,
     .usage = "erase_mass",
     .help = "erase all of the flash",
     .run = monitor_erase_all},
    {.word = "erase_range",
     .control = true,
     .whole = true,
     .usage = "erase_range ADDR LEN",
     .help = "erase whole pages",
     .run = monitor_erase_range},
    {.word = "program",
     .control = true,
     .whole = true,
     .usage = "program FILE [ADDR] [reset]",
     .help = "program a file of the server's computer",
     .run = monitor_program},
    {.word = "swdp_scan",
     .usage = "swdp_scan",
     .help = "the target that is connected",
     .run = monitor_swdp_scan},
    {.word = "connect_rst",
     .control = true,
     .usage = "connect_rst [enable|disable]",
     .help = "hold NRST when connecting again",
     .run = monitor_connect_rst},
    {.word = "tpwr", .usage = "tpwr", .help = "the target's supply", .run = monitor_power},
    {.word = "sleep", .usage = "sleep MS", .help = "wait", .run = monitor_sleep},
    {.word = "gdb_sync",
     .usage = "gdb_sync",
     .help = "let the next stepi only fetch the state",
     .run = gdb_sync},
    {.word = "version", .usage = "version", .help = "of this server", .run = show_version},
    {.word = "echo", .usage = "echo TEXT", .help = "print the text", .run = echo_words},
    {.word = "semihosting",
     .control = true,
     .usage = "semihosting [enable|disable]",
     .help = "serve the program's console and files",
     .run = semihosting},
    {.word = "arm semihosting",
     .control = true,
     .usage = "arm semihosting ...",
     .help = "OpenOCD's name for semihosting",
     .run = semihosting},
    {.word = "arm semihosting_cmdline", .control = true, .run = set_cmdline},
    {.word = "rtt",
     .usage = "rtt [start|stop|channels|...]",
     .help = "RTT; also setup ADDR SIZE, server start PORT CHANNEL",
     .run = monitor_rtt},
    {.word = "swo",
     .usage = "swo [enable [BAUD]|disable|status]",
     .help = "what the program writes to ITM ports",
     .run = monitor_swo},
    {.word = "shutdown",
     .control = true,
     .whole = true,
     .usage = "shutdown",
     .help = "end the server when this debugger leaves",
     .run = end_server},
};
const unsigned monitor_word_count = sizeof monitor_words / sizeof monitor_words[0];
