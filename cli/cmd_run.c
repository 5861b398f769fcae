// SPDX-License-Identifier: MIT
// swdlink run: programs a file, starts it, passes on what it prints, and ends with its status. What
// a CI job calls.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/signals.h"
#include "cli/command.h"
#include "cli/flasher.h"
#include "cli/image_place.h"
#include "cli/options.h"
#include "cli/out_file.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "cli/run_embedded.h"
#include "cli/run_program.h"
#include "cli/run_report.h"
#include "cli/run_status.h"

struct run {
    struct probe probe;
    const struct options *o;
    struct log *log;
    struct image image;
    struct run_program program;
    struct run_report report;
    struct run_embedded embedded;
    char cmdline[SEMIHOST_CMDLINE_SIZE];
    bool programming;  // what fails now is the programming's fault
    bool half_written; // what is in the flash shall not run
};

// ---- what the user said -------------------------------------------------------------------------

// "SYMBOL" or "SYMBOL=STATUS"
static enum err parse_exit(struct run *r, const char *path)
{
    struct run_program *p = &r->program;
    char name[128];
    uint32_t status = 0;
    if (!r->o->exit_at)
        return ERR_OK;
    if (!p->elf)
        return log_fail(r->log, ERR_USAGE,
                        "--exit-at wants an ELF file, which knows the addresses of names");
    const char *equals = strchr(r->o->exit_at, '=');
    size_t len = equals ? (size_t)(equals - r->o->exit_at) : strlen(r->o->exit_at);
    snprintf(name, sizeof name, "%.*s", (int)len, r->o->exit_at);
    enum err e = equals ? value_parse_number(&status, equals + 1, "status", r->log) : ERR_OK;
    if (e)
        return e;
    if (status > 255 || len >= sizeof name)
        return log_fail(r->log, ERR_USAGE,
                        "--exit-at wants SYMBOL or SYMBOL=STATUS, with a status up to 255");
    p->exit_status = (int)status;
    p->has_exit = true;
    return image_find_symbol(path, name, &p->exit_addr, r->log);
}

// newlib's start-up code takes a word that begins with a quote up to the next such quote: what has
// both cannot be told when it has to be quoted.
static bool can_be_quoted(const char *word)
{
    bool quoted = strpbrk(word, " \t") || *word == '"' || *word == '\'';
    return !quoted || !strchr(word, '"') || !strchr(word, '\'');
}

static bool add_word(char *line, size_t size, const char *word)
{
    size_t used = strlen(line);
    bool quoted = !*word || *word == '"' || *word == '\'' || strpbrk(word, " \t");
    const char *quote = !quoted ? "" : strchr(word, '"') ? "'" : "\"";
    int n = snprintf(line + used, size - used, "%s%s%s%s", used ? " " : "", quote, word, quote);
    return n >= 0 && (size_t)n < size - used;
}

// The file and the words behind it, with spaces between them and quotes around what has spaces:
// newlib's start-up code takes them apart again.
static enum err make_cmdline(struct run *r)
{
    bool fits = add_word(r->cmdline, sizeof r->cmdline, r->o->operand[0]);
    for (unsigned i = 0; i < r->o->argument_count; i++)
        if (!can_be_quoted(r->o->argument[i]))
            return log_fail(r->log, ERR_USAGE,
                            "a word with both kinds of quotes and spaces cannot be told to the "
                            "program: %s",
                            r->o->argument[i]);
    for (unsigned i = 0; fits && i < r->o->argument_count; i++)
        fits = add_word(r->cmdline, sizeof r->cmdline, r->o->argument[i]);
    r->program.cmdline = r->cmdline;
    return fits ? ERR_OK
                : log_fail(r->log, ERR_USAGE, "the program's command line is longer than %u bytes",
                           SEMIHOST_CMDLINE_SIZE - 1);
}

static void print_output(void *user, enum results_stream stream, const char *text, size_t len)
{
    run_report_print(user, stream, text, len);
}

static struct image_request request_of(const struct options *o)
{
    return (struct image_request){o->has_address, o->address, o->force};
}

static enum err read_options(struct run *r)
{
    const struct options *o = r->o;
    struct run_program *p = &r->program;
    p->log = r->log;
    p->timeout_us = o->timeout_us;
    p->semihosting_dir = o->semihosting_dir;
    p->use_rtt = o->rtt || o->rtt_raw;
    p->rtt.text = o->rtt;
    p->use_swo = o->swo || o->swo_json;
    p->swo.text = o->swo;
    p->swo.options = o->swo_options;
    p->print = print_output;
    p->user = &r->report;
    const struct image_request request = request_of(o);
    enum err e = image_load(&r->image, o->operand[0], &request, r->log);
    p->elf = !e && strcmp(r->image.format, "ELF") == 0 ? o->operand[0] : NULL;
    if (!e)
        e = parse_exit(r, o->operand[0]);
    if (!e)
        e = make_cmdline(r);
    if (!e && p->elf)
        e = embedded_tests_read(&r->embedded.tests, p->elf, r->log);
    if (!e && r->embedded.tests.is_used)
        e = run_embedded_options(&r->embedded);
    if (!e)
        e = out_file_open(&p->swo.json, o->swo_json, r->log);
    if (!e)
        e = out_file_open(&p->rtt.raw, o->rtt_raw, r->log);
    return e;
}

// ---- the program into the chip ------------------------------------------------------------------

static enum err program_flash(struct run *r)
{
    struct flash_stats stats = {0};
    enum err e = target_reset(&r->probe.target, true);
    if (e)
        return e;
    e = flasher_program(&r->probe.target, &r->image, r->o, &stats);
    r->half_written = e != ERR_OK && stats.changed;
    if (e)
        return e;
    if (stats.programmed)
        probe_note_flashed(&r->probe, r->o, r->o->operand[0]);
    log_line(r->log, LOG_DEBUG, "flash: %u bytes erased, %u programmed, %u left as they were",
             stats.erased, stats.programmed, stats.skipped);
    return ERR_OK;
}

static enum err write_ram(struct run *r)
{
    struct target *t = &r->probe.target;
    enum err e = ERR_OK;
    for (size_t i = 0; i < r->image.count && !e; i++)
        if (target_is_ram(t, r->image.segment[i].addr, r->image.segment[i].len))
            e = target_write_mem(t, r->image.segment[i].addr, r->image.segment[i].data,
                                 r->image.segment[i].len);
    return e;
}

// A program that is all for RAM: its vectors are where it begins. The flash stays as it is.
static enum err start_in_ram(struct run *r)
{
    enum err e = target_start_in_ram(&r->probe.target, r->image.segment[0].addr);
    r->program.code_at = r->image.segment[0].addr;
    return e;
}

static enum err put_into_chip(struct run *r)
{
    uint32_t flash_bytes, ram_bytes;
    bool same = false;
    r->programming = true;
    const struct image_request request = request_of(r->o);
    image_place(&r->image, &r->probe.target, &request, r->log);
    enum err e =
        image_check(&r->image, &r->probe.target, &request, &flash_bytes, &ram_bytes, r->log);
    r->program.code_at = target_flash(&r->probe.target)->base;
    const bool in_ram = !flash_bytes;
    if (!e && in_ram && r->embedded.tests.is_used)
        return log_fail(r->log, ERR_FILE,
                        "all of the file is for RAM: each of its tests begins with a reset, after "
                        "which the chip starts from its flash");
    if (!e && !in_ram)
        e = flasher_holds(&r->probe.target, &r->image, r->o, &same);
    if (!e && !same && !in_ram)
        e = program_flash(r);
    // What is to be done to the RAM before the program starts wants a core that is halted there.
    r->program.starts_by_reset = !r->program.use_rtt && !r->program.use_swo && !ram_bytes;
    if (!e && !r->program.starts_by_reset)
        e = target_reset(&r->probe.target, true);
    if (!e)
        e = run_program_prepare(&r->program);
    if (!e && ram_bytes)
        e = write_ram(r);
    if (!e && in_ram)
        e = start_in_ram(r);
    r->program.image = &r->image;
    r->programming = e != ERR_OK;
    return e;
}

// ---- the run ------------------------------------------------------------------------------------

// Leaves the chip as it was found. A program that ended by itself goes on behind its last call, as
// it would without anybody; otherwise it has a fresh start, or is halted there.
static void leave_target(struct run *r)
{
    struct target *t = &r->probe.target;
    bool halted = target_was_halted(t) || r->half_written;
    const struct log_mark kept = log_keep(r->log);
    bool reachable = r->probe.connected && target_state(t) != TARGET_LOST;
    if (reachable && !run_program_let_go(&r->program, halted) && target_reset(t, halted) != ERR_OK)
        log_line(r->log, LOG_WARN, "the chip could not be reset at the end: %s",
                 log_sentence(r->log, ERR_TIMEOUT));
    log_restore(r->log, &kept);
    probe_close(&r->probe, halted);
}

static void block_signals(void)
{
    sigset_t set;
    signals_ending(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static enum err run_on_target(struct run *r)
{
    enum err e = probe_open(&r->probe, r->o, false, r->log);
    if (e)
        return e;
    block_signals();
    e = probe_connect(&r->probe, r->o, r->log);
    r->program.t = &r->probe.target;
    if (!e)
        e = put_into_chip(r);
    if (!e && r->embedded.tests.is_used)
        e = run_embedded_run(&r->embedded);
    else if (!e)
        e = run_program_run(&r->program);
    leave_target(r);
    return e;
}

static int status_of(const struct run *r, enum err e)
{
    if (e == ERR_INTERRUPTED)
        return RUN_STATUS_SIGNAL + signals_pending_end();
    switch (err_class(e)) {
    case ERR_CLASS_PROBE:
        return RUN_STATUS_PROBE;
    case ERR_CLASS_WIRE:
        return RUN_STATUS_TARGET;
    case ERR_CLASS_TARGET:
    case ERR_CLASS_LIMIT:
        return r->programming ? RUN_STATUS_PROGRAMMING : RUN_STATUS_TARGET;
    default:
        return RUN_STATUS_FAILED;
    }
}

static enum err run_file(struct run *r, struct output *out)
{
    enum err e = run_report_open(&r->report, r->o, r->log);
    if (!e)
        e = read_options(r);
    if (!e)
        e = run_on_target(r);
    e = out_file_close(r->program.rtt.raw, r->o->rtt_raw, e, r->log);
    e = out_file_close(r->program.swo.json, r->o->swo_json, e, r->log);
    if (!e)
        return run_report_end(&r->report, &r->program, out);
    out->failed_status = status_of(r, e);
    run_report_rig_failed(&r->report, &r->program, e, out->failed_status, out);
    return e;
}

enum err cmd_run(const struct options *o, struct output *out, struct log *log)
{
    struct run *r = calloc(1, sizeof *r);
    if (!r)
        return ERR_MEMORY;
    out->failed_status = RUN_STATUS_FAILED; // whatever else cannot be written
    r->o = o;
    r->log = log;
    r->embedded.o = o;
    r->embedded.log = log;
    r->embedded.program = &r->program;
    r->embedded.report = &r->report;
    enum err e = run_file(r, out);
    run_report_close(&r->report);
    image_free(&r->image);
    embedded_tests_free(&r->embedded.tests);
    free(r);
    return e;
}
