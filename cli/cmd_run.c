// SPDX-License-Identifier: MIT
// swdlink run: programs a file, starts it, passes on what it prints, and ends with its status. What
// a CI job calls.
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"
#include "cli/autopsy.h"
#include "cli/command.h"
#include "cli/flasher.h"
#include "cli/image_place.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "cli/results.h"
#include "server/rtt.h"
#include "server/semihost.h"

enum {
    STATUS_TARGET_FAILED = 1,
    STATUS_TIMEOUT = 124,
    STATUS_SIGNAL = 128, // and the signal's number
};

enum { POLL_US = 1000, RTT_PERIOD_US = 5000, LOOKS_AFTER_CALL = 8 };

struct run {
    struct probe p;
    const struct options *o;
    struct log *log;
    const char *elf; // the file, when it is one; for names and lines
    struct semihost semihost;
    struct rtt rtt;
    uint8_t typed[256]; // from standard input, on its way to RTT's channel down
    size_t typed_len;
    bool input_ended;
    struct results results;
    uint64_t started_us, rtt_due_us;
    uint32_t exit_addr;
    int exit_status;
    bool has_exit;
    bool over;
    int status;
    char ending[256]; // how the program ended badly; empty: by itself
};

static uint64_t now_us(struct run *r)
{
    return usb_link_now_us(&r->p.st.link);
}

static void end_with(struct run *r, int status)
{
    r->over = true;
    r->status = status;
}

static void end_badly(struct run *r, int status, const char *how)
{
    end_with(r, status);
    snprintf(r->ending, sizeof r->ending, "%s", how);
    log_line(r->log, LOG_ERROR, "%s", how);
}

// ---- what the program prints
// ----------------------------------------------------------------------------

static void print(void *user, const char *text, size_t len)
{
    struct run *r = user;
    results_feed(&r->results, text, len);
    if (r->results.tap)
        return;
    fwrite(text, 1, len, stdout); // output_flush() tells when it failed
    fflush(stdout);
}

static void read_input(struct run *r)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (r->input_ended || r->typed_len > 0 || poll(&input, 1, 0) != 1)
        return;
    ssize_t n = read(STDIN_FILENO, r->typed, sizeof r->typed);
    r->input_ended = n <= 0;
    r->typed_len = n > 0 ? (size_t)n : 0;
}

static enum err send_input(struct run *r)
{
    size_t written = 1;
    enum err e = ERR_OK;
    read_input(r);
    while (!e && r->typed_len > 0 && written > 0) {
        e = rtt_write(&r->rtt, 0, r->typed, r->typed_len, &written);
        r->typed_len -= written;
        memmove(r->typed, &r->typed[written], r->typed_len);
    }
    return e;
}

static enum err poll_rtt(struct run *r)
{
    if (!r->o->rtt || now_us(r) < r->rtt_due_us)
        return ERR_OK;
    r->rtt_due_us = now_us(r) + RTT_PERIOD_US;
    uint8_t data[RTT_READ_MAX];
    size_t len = 1;
    bool found;
    enum err e = rtt_find(&r->rtt, &found);
    while (!e && found && len > 0) {
        e = rtt_read(&r->rtt, 0, data, sizeof data, &len);
        print(r, (const char *)data, len);
    }
    return e || !found ? e : send_input(r);
}

// ---- semihosting
// ----------------------------------------------------------------------------------------

// There is no GDB here, whose files a program could open.
static enum err answer_without_gdb(struct run *r, enum semihost_wait *wait)
{
    log_line(r->log, LOG_WARN,
             "the program asks for a file or for the host's help: --semihosting-dir DIR names a "
             "directory for its files");
    return semihost_answer(&r->semihost, -1, 9999, wait);
}

static enum err serve_call(struct run *r)
{
    enum semihost_wait wait;
    enum err e = semihost_begin(&r->semihost, &wait);
    while (!e && (wait == SEMIHOST_AGAIN || wait == SEMIHOST_INPUT || wait == SEMIHOST_GDB)) {
        if (wait == SEMIHOST_INPUT)
            usb_link_sleep_us(&r->p.st.link, POLL_US);
        bool signalled = signals_pending_end() != 0;
        bool late =
            r->o->timeout_s && now_us(r) - r->started_us > r->o->timeout_s * UINT64_C(1000000);
        if (wait == SEMIHOST_INPUT && (signalled || late)) {
            semihost_abort(&r->semihost);
            return ERR_OK; // the main loop sees the same
        }
        e = wait == SEMIHOST_GDB ? answer_without_gdb(r, &wait)
                                 : semihost_step(&r->semihost, &wait);
    }
    if (e)
        return e;
    if (wait == SEMIHOST_EXIT) {
        end_with(r, (int)r->semihost.call.status);
        return ERR_OK;
    }
    struct target_stop stop;
    e = target_pass_bkpt(&r->p.target, r->semihost.call.result, &stop);
    return e ? e : target_resume(&r->p.target);
}

// ---- stops
// ----------------------------------------------------------------------------------------------

static enum err take_bkpt(struct run *r, const struct target_stop *stop)
{
    bool call = false;
    enum err e = semihost_look(&r->semihost, &call);
    if (e || call)
        return e ? e : serve_call(r);
    autopsy_tell(&r->p.target, stop, r->elf, r->log);
    end_badly(r, STATUS_TARGET_FAILED, "the program ran into a BKPT instruction of its own");
    return ERR_OK;
}

static enum err take_stop(struct run *r, const struct target_stop *stop)
{
    switch (stop->cause) {
    case TARGET_STOP_BKPT:
        return take_bkpt(r, stop);
    case TARGET_STOP_HWBREAK:
    case TARGET_STOP_SWBREAK:
        end_with(r, r->exit_status);
        return ERR_OK;
    case TARGET_STOP_FAULT:
        autopsy_tell(&r->p.target, stop, r->elf, r->log);
        end_badly(r, STATUS_TARGET_FAILED, "the program ended in a HardFault");
        return ERR_OK;
    case TARGET_STOP_LOCKUP:
        autopsy_tell(&r->p.target, stop, r->elf, r->log);
        end_badly(r, STATUS_TARGET_FAILED,
                  "the program ended in a lockup: a fault within its fault handler");
        return ERR_OK;
    default:
        end_badly(r, STATUS_TARGET_FAILED, "the program was stopped from outside");
        return ERR_OK;
    }
}

static void check_signals(struct run *r)
{
    int number = signals_pending_end();
    if (number)
        end_badly(r, STATUS_SIGNAL + number, "interrupted");
}

static void check_time(struct run *r)
{
    char how[80];
    if (r->over || !r->o->timeout_s ||
        now_us(r) - r->started_us < r->o->timeout_s * UINT64_C(1000000))
        return;
    snprintf(how, sizeof how, "the program did not end within %u s", r->o->timeout_s);
    end_badly(r, STATUS_TIMEOUT, how);
}

// What stands where a program hung is worth more than that it hung.
static void tell_where_it_hangs(struct run *r)
{
    if (r->status != STATUS_TIMEOUT || target_halt(&r->p.target) != ERR_OK)
        return;
    struct target_stop stop = {.cause = TARGET_STOP_REQUEST};
    autopsy_tell(&r->p.target, &stop, r->elf, r->log);
}

static enum err look(struct run *r, unsigned *soon)
{
    struct target_stop stop;
    bool stopped;
    enum err e = target_poll(&r->p.target, &stopped, &stop);
    if (e)
        return e;
    if (stop.was_reset) {
        end_badly(r, STATUS_TARGET_FAILED,
                  "the chip was reset by something else than swdlink: by its watchdog, by the "
                  "program, by its "
                  "supply or by NRST");
        return ERR_OK;
    }
    if (!stopped) {
        if (*soon > 0)
            (*soon)--;
        else
            usb_link_sleep_us(&r->p.st.link, POLL_US);
        return ERR_OK;
    }
    *soon = LOOKS_AFTER_CALL;
    return take_stop(r, &stop);
}

static enum err watch(struct run *r)
{
    unsigned soon = 0;
    enum err e = ERR_OK;
    while (!e && !r->over) {
        e = look(r, &soon);
        if (!e)
            e = poll_rtt(r);
        if (!e && !r->over)
            check_signals(r);
        if (!e)
            check_time(r);
    }
    r->rtt_due_us = 0;
    if (!e)
        e = poll_rtt(r); // what was printed last
    if (!e)
        tell_where_it_hangs(r);
    return e;
}

// ---- preparation
// ----------------------------------------------------------------------------------------

// "SYMBOL" or "SYMBOL=STATUS"
static enum err parse_exit(struct run *r, const char *path)
{
    char name[128];
    uint32_t status = 0;
    if (!r->o->exit_at)
        return ERR_OK;
    if (!r->elf)
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
    r->exit_status = (int)status;
    r->has_exit = true;
    return image_find_symbol(path, name, &r->exit_addr, r->log);
}

static struct image_request request_of(const struct options *o)
{
    return (struct image_request){o->has_address, o->address, o->force};
}

static enum err put_into_chip(struct run *r, struct image *image)
{
    uint32_t flash_bytes, ram_bytes;
    struct flash_stats stats;
    const struct image_request request = request_of(r->o);
    image_place(image, &r->p.target, &request, r->log);
    enum err e = image_check(image, &r->p.target, &request, &flash_bytes, &ram_bytes, r->log);
    if (!e)
        e = target_reset(&r->p.target, true);
    if (!e && flash_bytes)
        e = flasher_program(&r->p.target, image, r->o, &stats);
    if (!e && flash_bytes && stats.programmed)
        probe_note_flashed(&r->p, r->o, r->o->operand[0]);
    if (!e && flash_bytes)
        log_line(r->log, LOG_DEBUG, "flash: %u bytes erased, %u programmed, %u left as they were",
                 stats.erased, stats.programmed, stats.skipped);
    if (!e)
        e = target_reset(&r->p.target, true);
    for (size_t i = 0; i < image->count && !e && ram_bytes; i++)
        if (image->segment[i].addr - r->p.target.bank.ram_base < r->p.target.bank.ram_size)
            e = target_write_mem(&r->p.target, image->segment[i].addr, image->segment[i].data,
                                 image->segment[i].len);
    if (!e && !flash_bytes)
        return log_fail(r->log, ERR_FILE,
                        "all of the file is for RAM, where no chip starts: run wants a program for "
                        "the flash");
    return e;
}

static enum err start(struct run *r, const char *file)
{
    struct target *t = &r->p.target;
    r->semihost.enabled = true;
    r->semihost.console = SEMIHOST_CONSOLE_OWNER;
    r->semihost.print = print;
    r->semihost.user = r;
    snprintf(r->semihost.cmdline, sizeof r->semihost.cmdline, "%s", file);
    enum err e =
        r->o->semihosting_dir ? semihost_open_dir(&r->semihost, r->o->semihosting_dir) : ERR_OK;
    rtt_init(&r->rtt, t, r->log);
    if (!e && r->has_exit)
        e = target_set_break(t, true, r->exit_addr);
    if (!e)
        e = target_resume(t);
    r->started_us = now_us(r);
    return e;
}

static enum err run_image(struct run *r, struct image *image, const char *file)
{
    enum err e = probe_connect(&r->p, r->o, r->log);
    if (e)
        return e;
    semihost_init(&r->semihost, &r->p.target, r->log);
    if (!e)
        e = put_into_chip(r, image);
    if (!e)
        e = start(r, file);
    if (!e)
        e = watch(r);
    semihost_close(&r->semihost);
    return e;
}

static enum err report(struct run *r, const char *file, struct output *out)
{
    double seconds = (double)(now_us(r) - r->started_us) / 1e6;
    const char *slash = strrchr(file, '/');
    // A status that no failed test explains is a failure of its own.
    if (!r->ending[0] && r->status != 0 && r->results.failed == 0)
        snprintf(r->ending, sizeof r->ending, "the program ended with status %d", r->status);
    results_end(&r->results, r->ending[0] ? r->ending : NULL);
    enum err e = r->o->junit ? results_write_junit(&r->results, r->o->junit,
                                                   slash ? slash + 1 : file, seconds, r->log)
                             : ERR_OK;
    // Where results are asked for, a failed test is a failure, whatever status the program ends
    // with.
    if ((r->o->junit || r->o->tap) && r->status == 0 && r->results.failed)
        r->status = STATUS_TARGET_FAILED;
    log_line(r->log, LOG_DEBUG, "the program ended after %.3f s; status %d", seconds, r->status);
    out->status = r->status;
    return e;
}

// Leaves the chip as it was found: with a fresh start of its program, or halted.
static void leave(struct run *r)
{
    const struct log_mark kept = log_keep(r->log);
    if (r->p.connected && r->p.target.state != TARGET_LOST &&
        target_reset(&r->p.target, r->p.target.found_halted) != ERR_OK)
        log_line(r->log, LOG_WARN, "the chip could not be reset at the end: %s",
                 log_sentence(r->log, ERR_TIMEOUT));
    log_restore(r->log, &kept);
    probe_close(&r->p, r->p.target.found_halted);
}

static void block_signals(void)
{
    sigset_t set;
    signals_ending(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static enum err run_file(struct run *r, struct image *image, const char *file, struct output *out)
{
    enum err e = parse_exit(r, file);
    if (!e)
        e = probe_open(&r->p, r->o, false, r->log);
    if (e)
        return e;
    block_signals();
    e = run_image(r, image, file);
    if (!e)
        e = report(r, file, out);
    leave(r);
    return e;
}

enum err cmd_run(const struct options *o, struct output *out, struct log *log)
{
    const char *file = o->operand[0];
    struct image image;
    const struct image_request request = request_of(o);
    enum err e = image_load(&image, file, &request, log);
    if (e)
        return e;
    struct run *r = calloc(1, sizeof *r);
    if (!r) {
        image_free(&image);
        return ERR_MEMORY;
    }
    r->o = o;
    r->log = log;
    r->elf = strcmp(image.format, "ELF") == 0 ? file : NULL;
    results_init(&r->results, o->tap ? stdout : NULL);
    e = run_file(r, &image, file, out);
    results_free(&r->results);
    free(r);
    image_free(&image);
    return e;
}
