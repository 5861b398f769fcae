// SPDX-License-Identifier: MIT
// Run control: ?, c, s, C, S, vCont, and the beginning and end of a debugger's hold on the target:
// vAttach, vRun, R, D, k, vKill.
//
// On bare metal there is no process, so the words get these meanings. Attaching halts the target.
// Running and restarting reset it and halt it at its first instruction. Killing ends this run of
// the program: a reset, and the chip is left to itself. Detaching lets it run on from where it is.
// Signals that GDB sends along with c and s have no receiver and are dropped.
#include <stdio.h>
#include <string.h>

#include "server/packets.h"
#include "server/reply.h"
#include "server/semihost_session.h"
#include "server/stop.h"

struct action {
    char letter; // c, s, r, t
    uint32_t from, to;
};

// A debugger that does not control the target can wait with the one that does, if there is one.
static void wait_with_holder(struct session *s, const struct action *a, enum err refused)
{
    bool runs = target_state(s->t) == TARGET_RUNNING || sharing_is_watched(s->sharing, s);
    reply_begin_text(s);
    if (a->letter == 'c' && runs && s->sharing->holder) {
        log_forget(s->log);
        s->state = SESSION_RUNNING;
        if (s->interrupted)
            stop_interrupt(s);
        return;
    }
    stop_refuse(s, refused);
}

// Ctrl-C came while the target stood still, or with the resume.
static void answer_interrupt(struct session *s)
{
    s->sync_next_step = false;
    reply_begin_text(s);
    s->state = SESSION_RUNNING;
    if (target_state(s->t) == TARGET_HALTED)
        stop_finish_interrupt(s);
    else
        stop_interrupt(s);
}

// GDB goes on from a breakpoint without taking it out when it believes that its commands are
// carried out here (dprintf), also when they could not be made into expressions.
static enum err goes_on_from_break(struct session *s, bool *goes_on)
{
    uint32_t pc;
    *goes_on = s->told_break.any && session_is_gdb(s);
    enum err e = *goes_on ? target_read_reg(s->t, CORTEXM_PC, &pc) : ERR_OK;
    *goes_on = *goes_on && !e && pc == s->told_break.pc;
    return e;
}

// Lets it go, unless a breakpoint waits at the PC, or a semihosting call is to be made again.
static enum err set_off(struct session *s, const struct action *a)
{
    bool stopped = false, goes_on;
    char what[64];
    enum err e = packet_retry_breaks(s, what, sizeof what);
    if (e) {
        reply_console(s, "%s: ", what);
        return e;
    }
    if (a->letter == 'c' && target_state(s->t) == TARGET_RUNNING) { // by `monitor reset run`
        s->state = SESSION_RUNNING;
        return ERR_OK;
    }
    e = goes_on_from_break(s, &goes_on);
    if (!e && !goes_on)
        e = target_stop_at_break(s->t, &stopped);
    if (stopped) {
        (void)break_agent_pass(s, target_last_stop(s->t)->pc);
        stop_finish(s, target_last_stop(s->t), false);
    }
    if (e || stopped || semihost_session_take_again(s))
        return e;
    e = a->letter == 'c' ? target_resume(s->t) : target_step(s->t, a->from, a->to);
    s->state = e ? s->state : SESSION_RUNNING;
    return e;
}

static void start_run(struct session *s, const struct action *a)
{
    bool step = a->letter == 's' || a->letter == 'r';
    enum err refused = sharing_take_control(s->sharing, s);
    if (refused) {
        wait_with_holder(s, a, refused);
        return;
    }
    s->attached = true;
    s->gone = s->has_exited = false;
    packet_flash_drop(s);
    if (s->interrupted && target_state(s->t) != TARGET_LOST) {
        answer_interrupt(s);
        return;
    }
    if (step && s->sync_next_step) {
        s->sync_next_step = false;
        stop_report(s);
        return;
    }
    s->sync_next_step = false;
    s->step_wanted = step;
    s->poll_failed = false;
    s->soon = 0;
    reply_begin_text(s);
    enum err e = set_off(s, a);
    if (e && target_state(s->t) == TARGET_LOST)
        stop_finish_error(s, e); // after an error GDB believes for ever that it runs
    else if (e)
        stop_refuse(s, e);
    else if (s->state == SESSION_RUNNING && target_step_is_over(s->t))
        stop_poll(s); // at once: it costs nothing
}

// c, s: an address to go on from may follow; C, S: after a signal, and a semicolon.
static void start_at(struct session *s, struct cursor *args, char letter)
{
    bool elsewhere = !args->bad && cursor_left(args) > 0;
    uint32_t addr = elsewhere ? cursor_hex32(args) : 0;
    if (!packet_args_end(s, args))
        return;
    enum err e = elsewhere ? target_write_reg(s->t, CORTEXM_PC, addr) : ERR_OK;
    if (e)
        reply_error(s, e);
    else
        start_run(s, &(struct action){.letter = letter});
}

void packet_continue(struct session *s, struct cursor *args)
{
    start_at(s, args, 'c');
}

void packet_step(struct session *s, struct cursor *args)
{
    start_at(s, args, 's');
}

static void skip_signal(struct cursor *args)
{
    (void)cursor_hex_byte(args);
    if (cursor_left(args) > 0)
        args->bad |= !cursor_skip_text(args, ";") || cursor_left(args) == 0;
}

void packet_continue_signal(struct session *s, struct cursor *args)
{
    skip_signal(args);
    start_at(s, args, 'c');
}

void packet_step_signal(struct session *s, struct cursor *args)
{
    skip_signal(args);
    start_at(s, args, 's');
}

void packet_vcont_query(struct session *s, struct cursor *args)
{
    (void)args;
    reply_text(s, "vCont;c;C;s;S;r;t");
}

// One action of vCont with its thread. False: it is for a thread that does not exist.
static bool take_action(struct cursor *args, struct action *a)
{
    *a = (struct action){.letter = (char)cursor_u8(args)};
    switch (a->letter) {
    case 'C':
    case 'S':
        (void)cursor_hex_byte(args);
        a->letter = a->letter == 'C' ? 'c' : 's';
        break;
    case 'r':
        a->from = cursor_hex32(args);
        args->bad |= !cursor_skip_text(args, ",");
        a->to = cursor_hex32(args);
        break;
    case 'c':
    case 's':
    case 't':
        break;
    default:
        args->bad = true;
    }
    return cursor_skip_text(args, ":") ? packet_take_thread(args) : true;
}

// What a debugger believes from the start is that the target stands still. One that does not
// control it hears how it is, and finds the registers of a running one unavailable.
static void report_state_as_it_is(struct session *s, const char *why)
{
    reply_console(s, "%s.\n", why);
    log_forget(s->log);
    if (target_state(s->t) == TARGET_HALTED && !sharing_is_watched(s->sharing, s))
        stop_report(s);
    else
        stop_report_running(s);
}

static void halt_and_report(struct session *s)
{
    enum err e = sharing_take_control(s->sharing, s);
    if (!e && target_state(s->t) != TARGET_HALTED)
        e = target_halt(s->t);
    if (e)
        reply_error(s, e);
    else
        stop_report(s);
}

// vCont;ACTION[:THREAD][;ACTION[:THREAD]]…: the first action that fits our only thread counts.
void packet_vcont(struct session *s, struct cursor *args)
{
    struct action chosen = {0};
    do {
        struct action a;
        bool ours = take_action(args, &a);
        if (ours && !chosen.letter)
            chosen = a;
    } while (cursor_skip_text(args, ";"));
    args->bad |= !chosen.letter;
    if (!packet_args_end(s, args))
        return;
    if (chosen.letter == 't')
        halt_and_report(s);
    else
        start_run(s, &chosen);
}

// In all-stop mode GDB interrupts with the byte 0x03; this is its spelling as a packet.
void packet_ctrl_c(struct session *s, struct cursor *args)
{
    (void)args;
    reply_ok(s);
    session_interrupt(s);
}

void packet_why_halted(struct session *s, struct cursor *args)
{
    (void)args;
    if (s->has_exited) {
        stop_report_exit(s);
        return;
    }
    session_take_program(s); // also without an interrupt, with which GDB may connect
    enum err e = sharing_take_control(s->sharing, s);
    if (e && s->sharing->holder && s->sharing->holder != s) {
        report_state_as_it_is(s, log_sentence(s->log, e));
        return;
    }
    if (!e && target_state(s->t) != TARGET_HALTED)
        e = target_halt(s->t);
    s->unreachable = e != ERR_OK;
    if (e)
        stop_report_unknown(s, e);
    else
        stop_report(s);
}

void packet_attach(struct session *s, struct cursor *args)
{
    (void)cursor_hex32(args);
    if (!packet_args_end(s, args))
        return;
    session_take_program(s);
    enum err e = sharing_take_control(s->sharing, s);
    if (e && s->sharing->holder && s->sharing->holder != s)
        report_state_as_it_is(s, log_sentence(s->log, e));
    else
        halt_and_report(s);
}

// Takes the debugger's hand off the target.
static enum err let_target_go(struct session *s)
{
    packet_flash_drop(s);
    semihost_session_drop(s);
    enum err e = packet_drop_breaks(s);
    session_part_with_program(s);
    return e;
}

void packet_detach(struct session *s, struct cursor *args)
{
    (void)args; // a process id, of which there is one
    if (s->sharing->holder && s->sharing->holder != s) {
        session_part_with_program(s);
        reply_ok(s);
        return;
    }
    enum err e = let_target_go(s);
    enum err run = target_state(s->t) == TARGET_HALTED ? target_resume(s->t) : ERR_OK;
    e = e ? e : run;
    sharing_release(s->sharing, s);
    if (e && target_state(s->t) != TARGET_LOST) {
        reply_error(s, e);
        return;
    }
    log_line(s->log, LOG_NOTE, "the debugger detached: the target %s",
             target_state(s->t) == TARGET_LOST ? "is lost" : "runs");
    reply_ok(s);
}

static enum err kill_program(struct session *s)
{
    enum err e = sharing_take_control(s->sharing, s);
    if (e)
        return e;
    e = let_target_go(s);
    semihost_restart(s->semihost);
    sharing_retire_rtt(s->sharing);
    enum err reset = target_reset(s->t, false);
    e = e ? e : reset;
    if (!e)
        log_line(s->log, LOG_NOTE,
                 "the debugger killed the program: the target was reset and runs");
    sharing_release(s->sharing, s);
    return e;
}

void packet_kill(struct session *s, struct cursor *args)
{
    (void)args;
    enum err e = kill_program(s);
    if (e)
        log_line(s->log, LOG_WARN, "%s", log_sentence(s->log, e));
    session_part_with_program(s);
    if (!s->extended)
        s->state = SESSION_OVER;
}

void packet_vkill(struct session *s, struct cursor *args)
{
    (void)args;
    enum err e = kill_program(s);
    if (e)
        reply_error(s, e);
    else
        reply_ok(s);
}

static enum err begin_anew(struct session *s)
{
    enum err e = sharing_take_control(s->sharing, s);
    if (e)
        return e;
    packet_flash_drop(s);
    semihost_restart(s->semihost);
    sharing_retire_rtt(s->sharing);
    reply_forget_text(s);
    e = target_reset(s->t, true);
    session_take_program(s);
    return e;
}

void packet_restart(struct session *s, struct cursor *args)
{
    (void)args;
    enum err e = begin_anew(s);
    if (e)
        reply_console(s, "%s\n", log_sentence(s->log, e));
}

// The words after vRun, in hexadecimal, are what the program finds as its command line. The first,
// its name, may be empty.
static void take_cmdline(struct cursor *args, char *line, size_t size)
{
    size_t len = 0;
    for (bool first = true; cursor_skip_text(args, ";"); first = false) {
        if (!first && len + 1 < size)
            line[len++] = ' ';
        else if (first && (cursor_left(args) == 0 || *args->p == ';'))
            len = (size_t)snprintf(line, size, "program");
        while (cursor_left(args) > 0 && *args->p != ';' && !args->bad) {
            char c = (char)cursor_hex_byte(args);
            if (len + 1 < size)
                line[len++] = c;
        }
    }
    if (len > 0)
        line[len] = '\0';
}

// vRun;FILE;ARGUMENT…: the program is what is in flash.
void packet_run(struct session *s, struct cursor *args)
{
    char cmdline[SEMIHOST_NAME_SIZE] = "";
    take_cmdline(args, cmdline, sizeof cmdline);
    if (!packet_args_end(s, args))
        return;
    if (cmdline[0])
        memcpy(s->semihost->cmdline, cmdline, sizeof cmdline);
    enum err e = begin_anew(s);
    if (e)
        reply_error(s, e);
    else
        stop_report(s);
}
