// SPDX-License-Identifier: MIT
#include "cli/run_program.h"

#include <stdio.h>
#include <string.h>

#include "base/signals.h"
#include "cli/crash_report.h"
#include "cli/image.h"
#include "cli/output.h"
#include "cli/run_status.h"

enum { POLL_US = 1000, POLLS_AFTER_CALL = 8 };

static void end_with(struct run_program *p, enum run_ending how, int status)
{
    p->end = (struct run_end){.over = true, .how = how, .status = status};
}

static void end_badly(struct run_program *p, enum run_ending how, int status, const char *text)
{
    end_with(p, how, status);
    snprintf(p->end.text, sizeof p->end.text, "%s", text);
    log_line(p->log, LOG_ERROR, "%s", text);
}

static bool is_late(const struct run_program *p)
{
    return p->timeout_us && target_now_us(p->t) - p->started_us >= p->timeout_us;
}

static void print_console(void *user, const char *text, size_t len)
{
    struct run_program *p = user;
    p->print(p->user, RESULTS_CONSOLE, text, len);
}

static void print_rtt(void *user, const char *text, size_t len)
{
    struct run_program *p = user;
    p->print(p->user, RESULTS_RTT, text, len);
}

static void print_swo(void *user, const char *text, size_t len)
{
    struct run_program *p = user;
    p->print(p->user, RESULTS_SWO, text, len);
}

// ---- semihosting --------------------------------------------------------------------------------

// There is no GDB here, whose files a program could open.
static enum err answer_without_gdb(struct run_program *p, enum semihost_wait *wait)
{
    log_line(p->log, LOG_WARN,
             "the program asks for a file or for the host's help: --semihosting-dir DIR names a "
             "directory for its files");
    return semihost_answer(&p->semihost, -1, 9999, wait);
}

static enum err serve_call(struct run_program *p)
{
    enum semihost_wait wait;
    enum err e = semihost_begin(&p->semihost, &wait);
    while (!e && (wait == SEMIHOST_AGAIN || wait == SEMIHOST_INPUT || wait == SEMIHOST_GDB)) {
        if (wait == SEMIHOST_INPUT)
            target_sleep_us(p->t, POLL_US);
        if (wait == SEMIHOST_INPUT && (signals_pending_end() || is_late(p))) {
            semihost_abort(&p->semihost);
            return ERR_OK; // the main loop sees the same
        }
        e = wait == SEMIHOST_GDB ? answer_without_gdb(p, &wait)
                                 : semihost_step(&p->semihost, &wait);
    }
    if (e)
        return e;
    if (wait == SEMIHOST_EXIT) {
        end_with(p, RUN_EXITED, (int)p->semihost.call.status);
        return ERR_OK;
    }
    struct target_stop stop;
    e = target_pass_bkpt(p->t, p->semihost.call.result, &stop);
    return e ? e : target_resume(p->t);
}

// ---- stops --------------------------------------------------------------------------------------

static enum err take_bkpt(struct run_program *p, const struct target_stop *stop)
{
    bool call = false;
    enum err e = semihost_check(&p->semihost, &call);
    if (e || call)
        return e ? e : serve_call(p);
    crash_report_print(p->t, stop, p->elf, p->log);
    end_badly(p, RUN_BKPT, RUN_STATUS_TESTS_FAILED,
              "the program ran into a BKPT instruction of its own");
    return ERR_OK;
}

static enum err take_stop(struct run_program *p, const struct target_stop *stop)
{
    switch (stop->cause) {
    case TARGET_STOP_BKPT:
        return take_bkpt(p, stop);
    case TARGET_STOP_HWBREAK:
    case TARGET_STOP_SWBREAK:
        end_with(p, RUN_EXIT_AT, p->exit_status);
        return ERR_OK;
    case TARGET_STOP_FAULT:
        crash_report_print(p->t, stop, p->elf, p->log);
        end_badly(p, RUN_FAULT, RUN_STATUS_TESTS_FAILED, "the program ended in a HardFault");
        return ERR_OK;
    case TARGET_STOP_LOCKUP:
        crash_report_print(p->t, stop, p->elf, p->log);
        end_badly(p, RUN_LOCKUP, RUN_STATUS_TESTS_FAILED,
                  "the program ended in a lockup: a fault within its fault handler");
        return ERR_OK;
    default:
        end_badly(p, RUN_STOPPED, RUN_STATUS_TESTS_FAILED, "the program was stopped from outside");
        return ERR_OK;
    }
}

static void check_signals(struct run_program *p)
{
    int number = signals_pending_end();
    if (number && !p->end.over)
        end_badly(p, RUN_SIGNAL, RUN_STATUS_SIGNAL + number, "interrupted");
}

// A program whose output nobody reads any more would go on for ever.
static void check_reader(struct run_program *p)
{
    if (!p->end.over && output_is_unread())
        end_badly(p, RUN_SIGNAL, RUN_STATUS_SIGNAL + SIGPIPE,
                  "nobody reads standard output any more: the run ends here");
}

static void check_time(struct run_program *p)
{
    char how[80];
    if (p->end.over || !is_late(p))
        return;
    snprintf(how, sizeof how, "the program did not end within %g s", (double)p->timeout_us / 1e6);
    end_badly(p, RUN_TIMEOUT, RUN_STATUS_TIMEOUT, how);
}

static enum err poll_target(struct run_program *p, unsigned *soon)
{
    struct target_stop stop;
    bool stopped;
    enum err e = target_poll(p->t, &stopped, &stop);
    if (e)
        return e;
    if (stop.was_reset) {
        end_badly(p, RUN_RESET, RUN_STATUS_TESTS_FAILED,
                  "the chip was reset by something else than swdlink: by its watchdog, by the "
                  "program, by its supply or by NRST");
        return ERR_OK;
    }
    if (!stopped) {
        if (*soon > 0)
            (*soon)--;
        else
            target_sleep_us(p->t, POLL_US);
        return ERR_OK;
    }
    *soon = POLLS_AFTER_CALL;
    return take_stop(p, &stop);
}

static enum err poll_until_end(struct run_program *p)
{
    unsigned soon = 0;
    enum err e = ERR_OK;
    while (!e && !p->end.over) {
        e = poll_target(p, &soon);
        if (!e && p->use_rtt && !p->end.over)
            e = run_rtt_poll(&p->rtt, target_now_us(p->t));
        if (!e && p->use_swo && !p->end.over)
            e = run_swo_poll(&p->swo, target_now_us(p->t));
        check_signals(p);
        check_reader(p);
        if (!e)
            check_time(p);
    }
    return e;
}

// What stands where a program hung is worth more than that it hung.
static void print_where_it_hangs(struct run_program *p)
{
    struct target_stop stop = {.cause = TARGET_STOP_REQUEST};
    if (p->end.how == RUN_TIMEOUT && target_state(p->t) == TARGET_HALTED)
        crash_report_print(p->t, &stop, p->elf, p->log);
}

// A program that goes on would go on printing. After a reset that nobody asked for the RAM has what
// it had.
static enum err drain(struct run_program *p)
{
    enum err e = target_state(p->t) == TARGET_RUNNING ? target_halt(p->t) : ERR_OK;
    if (!e && p->use_rtt)
        e = run_rtt_drain(&p->rtt);
    if (!e && p->use_swo)
        e = run_swo_drain(&p->swo);
    if (!e && p->use_rtt && !p->rtt.ever_found)
        log_line(p->log, LOG_WARN,
                 "no RTT control block was found: the program did not start RTT, or its block lies "
                 "elsewhere");
    if (!e && p->use_rtt && p->rtt.lost)
        log_line(p->log, LOG_WARN,
                 "the RTT control block was lost: it makes no sense any more, and the last of the "
                 "output may be missing");
    return e;
}

static uint32_t find_rtt_symbol(const struct run_program *p)
{
    uint32_t addr = 0;
    const struct log_mark kept = log_keep(p->log);
    if (p->elf && image_find_symbol(p->elf, "_SEGGER_RTT", &addr, p->log) != ERR_OK)
        addr = 0;
    log_restore(p->log, &kept);
    return addr;
}

enum err run_program_prepare(struct run_program *p)
{
    if (p->use_swo) {
        p->swo.print = print_swo;
        p->swo.user = p;
        enum err e = run_swo_begin(&p->swo, p->t, p->log);
        if (e)
            return e;
    }
    if (!p->use_rtt)
        return ERR_OK;
    p->rtt.print = print_rtt;
    p->rtt.user = p;
    return run_rtt_begin(&p->rtt, p->t, find_rtt_symbol(p), p->log);
}

// The part of the image where the program starts: its calls are there, too.
static void know_code(struct run_program *p)
{
    for (size_t i = 0; p->image && i < p->image->count; i++) {
        const struct image_segment *s = &p->image->segment[i];
        if (s->addr != p->code_at)
            continue;
        p->semihost.code = s->data;
        p->semihost.code_base = s->addr;
        p->semihost.code_len = s->len;
    }
}

static enum err begin_program(struct run_program *p)
{
    semihost_init(&p->semihost, p->t, p->log);
    p->semihost.enabled = true;
    p->semihost.console = SEMIHOST_CONSOLE_OWNER;
    p->semihost.print = print_console;
    p->semihost.user = p;
    p->semihost.extension = p->extension;
    know_code(p);
    p->semihost.extension_user = p->extension_user;
    snprintf(p->semihost.cmdline, sizeof p->semihost.cmdline, "%s", p->cmdline);
    enum err e = p->semihosting_dir ? semihost_open_dir(&p->semihost, p->semihosting_dir) : ERR_OK;
    if (!e && p->has_exit)
        e = target_set_break(p->t, true, p->exit_addr);
    p->started_us = target_now_us(p->t);
    if (!e)
        e = p->starts_by_reset ? target_reset(p->t, false) : target_resume(p->t);
    return e;
}

enum err run_program_run(struct run_program *p)
{
    p->end = (struct run_end){0};
    enum err e = begin_program(p);
    if (!e)
        e = poll_until_end(p);
    p->seconds = (double)(target_now_us(p->t) - p->started_us) / 1e6;
    if (!e)
        e = drain(p);
    if (!e)
        print_where_it_hangs(p);
    semihost_close(&p->semihost);
    return e;
}

// A program that stands at its last call and would make another one at once (newlib's _exit() does
// so for ever) would fault without a debugger.
bool run_program_let_go(struct run_program *p, bool halted)
{
    struct target_stop stop;
    bool stopped = true;
    if (!p->end.over || p->end.how != RUN_EXITED || target_state(p->t) != TARGET_HALTED)
        return false;
    if (halted)
        return true;
    uint32_t r0 = 0;
    enum err e = target_read_reg(p->t, CORTEXM_R0, &r0);
    if (!e)
        e = target_pass_bkpt(p->t, r0, &stop);
    if (!e)
        e = target_resume(p->t);
    if (!e)
        e = target_poll(p->t, &stopped, &stop);
    return !e && !stopped;
}

const char *run_program_ending_name(enum run_ending how)
{
    static const char *const names[RUN_ENDINGS] = {
        [RUN_EXITED] = "exit",     [RUN_EXIT_AT] = "exit-at", [RUN_BKPT] = "bkpt",
        [RUN_FAULT] = "fault",     [RUN_LOCKUP] = "lockup",   [RUN_RESET] = "reset",
        [RUN_STOPPED] = "stopped", [RUN_TIMEOUT] = "timeout", [RUN_SIGNAL] = "signal",
    };
    return names[how];
}
