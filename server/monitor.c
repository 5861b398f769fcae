// SPDX-License-Identifier: MIT
// The words after `monitor`: one table, with help. What IDEs send by habit is understood too, or
// politely answered with OK: an error would end their launch.
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "cortex/vcatch.h"
#include "server/monitor.h"
#include "server/packets.h"
#include "server/reply.h"

#define LINE_MAX_LEN  512u
#define WORD_MAX_LEN  32u
#define SLEEP_MAX_MS  60000u
#define NEAR_DISTANCE 3u // a word that differs more is no misspelling

static enum err show_help(struct session *s, const char *args)
{
    (void)args;
    for (unsigned i = 0; i < monitor_word_count; i++)
        if (monitor_words[i].help)
            reply_console(s, "  %-28s %s\n", monitor_words[i].usage, monitor_words[i].help);
    return ERR_OK;
}

static enum err show_version(struct session *s, const char *args)
{
    (void)args;
    reply_console(s, "%s\n", PACKAGE_STRING);
    return ERR_OK;
}

// The flush is GDB's affair, and no packet can ask for it.
static void say_halted(struct session *s, const char *what)
{
    uint32_t pc;
    if (target_read_reg(s->t, CORTEXM_PC, &pc)) {
        reply_console(s, "%s.\n", what);
        log_forget(s->log);
        return;
    }
    reply_console(
        s,
        "%s at 0x%08x. (GDB shows the registers from before until the program has run; `maint "
        "flush register-cache` makes it read them.)\n",
        what, pc);
}

static enum err reset(struct session *s, const char *args)
{
    bool run = strcmp(args, "run") == 0;
    if (!run && *args && strcmp(args, "halt") != 0 && strcmp(args, "init") != 0)
        return log_fail(
            s->log, ERR_USAGE,
            "`monitor reset` knows halt (which is the default), init (the same) and run, not "
            "\"%s\"",
            args);
    packet_flash_drop(s);
    enum err e = target_reset(s->t, !run);
    if (e)
        return e;
    semihost_restart(s->semihost);
    if (run)
        reply_console(
            s, "Reset and running, though GDB believes that it is halted: `continue` waits for "
               "it, `monitor halt` stops it.\n");
    else
        say_halted(s, "Reset and halted");
    return ERR_OK;
}

static enum err halt(struct session *s, const char *args)
{
    (void)args;
    bool was_halted = s->t->state == TARGET_HALTED;
    enum err e = was_halted ? ERR_OK : target_halt(s->t);
    if (e)
        return e;
    say_halted(s, was_halted ? "It is halted already," : "Halted");
    return ERR_OK;
}

static enum err resume(struct session *s, const char *args)
{
    (void)args;
    packet_flash_drop(s);
    enum err e = s->t->state == TARGET_RUNNING ? ERR_OK : target_resume(s->t);
    if (e)
        return e;
    reply_console(
        s, "Running, though GDB believes that it is halted: `continue` waits for it, `monitor "
           "halt` stops it.\n");
    return ERR_OK;
}

static enum err show_info(struct session *s, const char *args)
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
    reply_console(s, "Chip:   %s\n", chip_describe(&t->id, text, sizeof text));
    reply_console(s, "Core:   CPUID 0x%08x, %s, %u breakpoint and %u watchpoint comparators\n",
                  t->core.cpuid, state[t->state], t->core.bpu.count, t->core.dwt.count);
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

static enum err refuse_vector_catch(struct session *s, const char *word)
{
    char names[80] = "";
    size_t at = 0;
    for (unsigned i = 0; i < vcatch_count && at < sizeof names; i++)
        if (vcatch_exists(&s->t->core.caps, &vcatch_table[i]))
            at += (size_t)snprintf(names + at, sizeof names - at, "%s, ", vcatch_table[i].name);
    return log_fail(s->log, ERR_USAGE, "`monitor vector_catch` knows %sall and none, not \"%s\"",
                    names, word);
}

// The bits of DEMCR that the words of args ask for.
static enum err parse_vector_catch(struct session *s, const char *args, uint32_t *bits)
{
    char words[80], *rest = words, *word;
    snprintf(words, sizeof words, "%s", args);
    while ((word = strsep(&rest, " "))) {
        bool all = strcmp(word, "all") == 0, found = all || !*word;
        if (strcmp(word, "none") == 0) {
            *bits = 0;
            continue;
        }
        for (unsigned i = 0; i < vcatch_count; i++) {
            const struct vcatch *v = &vcatch_table[i];
            if (!vcatch_exists(&s->t->core.caps, v) || (!all && strcmp(word, v->name) != 0))
                continue;
            *bits |= v->bit;
            found = true;
        }
        if (!found)
            return refuse_vector_catch(s, word);
    }
    return ERR_OK;
}

static enum err vector_catch(struct session *s, const char *args)
{
    uint32_t bits = s->t->core.vcatch;
    enum err e = parse_vector_catch(s, args, &bits);
    if (e == ERR_OK && *args)
        e = target_note_error(s->t, cortexm_set_vcatch(&s->t->core, bits));
    if (e)
        return e;
    const char *comma = "";
    reply_console(s, "The core halts at: ");
    for (unsigned i = 0; i < vcatch_count; i++) {
        const struct vcatch *v = &vcatch_table[i];
        if (!vcatch_exists(&s->t->core.caps, v))
            continue;
        reply_console(s, "%s%s %s", comma, v->event, bits & v->bit ? "yes" : "no");
        comma = ", ";
    }
    reply_console(s, "\n");
    return ERR_OK;
}

static enum err say_running(struct session *s)
{
    return log_fail(s->log, ERR_STATE, "the target is running: interrupt it first (Ctrl-C)");
}

static enum err sleep_ms(struct session *s, const char *args)
{
    if (s->state == SESSION_RUNNING)
        return say_running(s);
    char *end;
    unsigned long ms = strtoul(args, &end, 10);
    if (end == args || *end || ms > SLEEP_MAX_MS)
        return log_fail(s->log, ERR_USAGE, "how long? Milliseconds, at most %u", SLEEP_MAX_MS);
    s->sleep.ms = (uint32_t)ms;
    s->sleep.until_ms = 0;
    session_begin_work(s, SESSION_WORK_SLEEP);
    return ERR_OK;
}

static enum err nothing_to_do(struct session *s, const char *args)
{
    (void)s;
    (void)args;
    return ERR_OK;
}

// OpenOCD's: the next step does not step, but makes GDB read the registers again.
static enum err gdb_sync(struct session *s, const char *args)
{
    (void)args;
    s->sync_next_step = true;
    return ERR_OK;
}

static enum err semihosting(struct session *s, const char *args)
{
    struct semihost *sh = s->semihost;
    if (strcmp(args, "enable") == 0)
        sh->enabled = true;
    else if (strcmp(args, "disable") == 0)
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

// OpenOCD's spelling of it.
static enum err arm(struct session *s, const char *args)
{
    static const struct {
        const char *word;
        enum err (*run)(struct session *s, const char *args);
    } words[] = {
        {"semihosting", semihosting},
        {"semihosting_cmdline", set_cmdline},
        {"semihosting_fileio", nothing_to_do},
    };
    size_t len = strcspn(args, " ");
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i].word) == len && memcmp(words[i].word, args, len) == 0)
            return words[i].run(s, args + len + strspn(args + len, " "));
    return log_fail(s->log, ERR_USAGE,
                    "`monitor arm` knows semihosting and semihosting_cmdline, not \"%s\"", args);
}

static enum err not_there(struct session *s, const char *args)
{
    (void)args;
    reply_console(s, "This is not there yet: nothing was changed.\n");
    return ERR_OK;
}

const struct monitor_word monitor_words[] = {
    {.word = "help", .usage = "help", .help = "this list", .run = show_help},
    {.word = "reset",
     .control = true,
     .usage = "reset [halt|init|run]",
     .help = "reset; halt at the first instruction, or run",
     .run = reset},
    {.word = "jtag_reset",
     .control = true,
     .usage = "jtag_reset",
     .help = "the same as reset halt",
     .run = reset},
    {.word = "halt", .control = true, .usage = "halt", .help = "halt the core", .run = halt},
    {.word = "resume",
     .control = true,
     .usage = "resume",
     .help = "let it run behind GDB's back",
     .run = resume},
    {.word = "info",
     .usage = "info",
     .help = "chip, core, probe, supply voltage",
     .run = show_info},
    {.word = "vector_catch",
     .control = true,
     .usage = "vector_catch [hard|reset|none]",
     .help = "which events halt the core",
     .run = vector_catch},
    {.word = "uid", .usage = "uid", .help = "the chip's unique id", .run = monitor_uid},
    {.word = "option", .usage = "option", .help = "the option bytes", .run = monitor_option},
    {.word = "erase_mass",
     .control = true,
     .usage = "erase_mass",
     .help = "erase all of the flash",
     .run = monitor_erase_mass},
    {.word = "swdp_scan",
     .usage = "swdp_scan",
     .help = "the target that is connected",
     .run = monitor_swdp_scan},
    {.word = "connect_rst",
     .control = true,
     .usage = "connect_rst [enable|disable]",
     .help = "hold NRST when connecting again",
     .run = monitor_connect_rst},
    {.word = "sleep", .usage = "sleep MS", .help = "wait", .run = sleep_ms},
    {.word = "delay", .run = sleep_ms},
    {.word = "gdb_sync",
     .usage = "gdb_sync",
     .help = "let the next stepi only fetch the state",
     .run = gdb_sync},
    {.word = "version", .usage = "version", .help = "of this server", .run = show_version},
    {.word = "init", .run = nothing_to_do},
    {.word = "semihosting",
     .control = true,
     .usage = "semihosting [enable|disable]",
     .help = "serve the program's console and files",
     .run = semihosting},
    {.word = "arm",
     .control = true,
     .usage = "arm semihosting ...",
     .help = "OpenOCD's name for semihosting",
     .run = arm},
    {.word = "rtt",
     .usage = "rtt [start|stop|channels|...]",
     .help = "RTT; also setup ADDR SIZE, server start PORT CHANNEL",
     .run = monitor_rtt},
    {.word = "swo", .run = not_there},
    {.word = "tpiu", .run = not_there},
};
const unsigned monitor_word_count = sizeof monitor_words / sizeof monitor_words[0];

// How many letters have to be put in, left out or changed (Levenshtein).
unsigned monitor_distance(const char *a, const char *b)
{
    unsigned row[WORD_MAX_LEN + 1];
    size_t len_b = strlen(b) < WORD_MAX_LEN ? strlen(b) : WORD_MAX_LEN;
    for (unsigned j = 0; j <= len_b; j++)
        row[j] = j;
    for (unsigned i = 1; a[i - 1]; i++) {
        unsigned diagonal = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= len_b; j++) {
            unsigned best = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[len_b];
}

static enum err unknown_word(struct session *s, const char *word)
{
    const char *near = NULL;
    unsigned distance = NEAR_DISTANCE + 1;
    for (unsigned i = 0; i < monitor_word_count; i++) {
        unsigned d = monitor_distance(word, monitor_words[i].word);
        if (d < distance && d < strlen(monitor_words[i].word)) {
            distance = d;
            near = monitor_words[i].word;
        }
    }
    if (near)
        return log_fail(
            s->log, ERR_USAGE,
            "there is no `monitor %s`; did you mean `monitor %s`? `monitor help` lists what "
            "there is",
            word, near);
    return log_fail(s->log, ERR_USAGE,
                    "there is no `monitor %s`; `monitor help` lists what there is", word);
}

// In the middle of a semihosting call even a word that a running program bears would pull the
// program, its files or the session's state from under the call.
static enum err run_word(struct session *s, const struct monitor_word *w, const char *args)
{
    bool work = w->control || w->run == sleep_ms;
    if (work && s->state == SESSION_CALL)
        return say_running(s);
    enum err e = w->control ? hub_take_control(s->hub, s) : ERR_OK;
    return e ? e : w->run(s, args);
}

static enum err run_line(struct session *s, char *line)
{
    char *word = line + strspn(line, " \t");
    char *args = word + strcspn(word, " \t");
    if (*args)
        *args++ = '\0';
    args += strspn(args, " \t");
    for (size_t len = strlen(args); len > 0 && args[len - 1] == ' '; len--)
        args[len - 1] = '\0';
    if (!*word)
        return show_help(s, args);
    for (unsigned i = 0; i < monitor_word_count; i++)
        if (strcmp(word, monitor_words[i].word) == 0)
            return run_word(s, &monitor_words[i], args);
    return unknown_word(s, word);
}

void packet_monitor(struct session *s, struct cursor *args)
{
    char line[LINE_MAX_LEN];
    size_t len = cursor_left(args) / 2;
    const uint8_t *digits = cursor_bytes(args, 2 * len);
    args->bad |= len >= sizeof line || !digits;
    if (!args->bad && !hex_decode((uint8_t *)line, (const char *)digits, len))
        args->bad = true;
    if (!packet_args_end(s, args))
        return;
    line[len] = '\0';
    for (size_t i = 0; i < len; i++)
        if (line[i] < ' ' || line[i] > '~')
            line[i] = ' ';
    bool legal_before = s->text_legal; // the program may be running: text stays legal then
    reply_begin_text(s);
    enum err e = run_line(s, line);
    if (e)
        reply_error(s, e);
    else if (s->state != SESSION_BUSY)
        reply_ok(s);
    s->text_legal = legal_before;
}

void packet_monitor_wake(struct session *s)
{
    session_end_work(s);
    reply_ok(s);
}

void packet_monitor_sleep_step(struct session *s, uint64_t now_ms)
{
    if (s->sleep.until_ms == 0)
        s->sleep.until_ms = now_ms + s->sleep.ms;
    if (now_ms >= s->sleep.until_ms)
        packet_monitor_wake(s);
}
