// SPDX-License-Identifier: MIT
#include "server/stop.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "server/regs.h"
#include "server/reply.h"
#include "server/semihost_session.h"

#define LOOKS_AFTER_PASS 8u // what was passed once is passed again, as a rule

enum stop_signal stop_signal_of(enum target_stop_cause cause, bool asked)
{
    switch (cause) {
    case TARGET_STOP_FAULT:
        return STOP_SIGNAL_SEGV;
    case TARGET_STOP_LOCKUP:
        return STOP_SIGNAL_BUS;
    case TARGET_STOP_REQUEST:
    case TARGET_STOP_STEP:
        return asked ? STOP_SIGNAL_INT : STOP_SIGNAL_TRAP;
    case TARGET_STOP_HWBREAK:
    case TARGET_STOP_SWBREAK:
    case TARGET_STOP_BKPT:
    case TARGET_STOP_WATCH:
    case TARGET_STOP_RESET:
        break;
    }
    return STOP_SIGNAL_TRAP;
}

static void put_reason(struct session *s, const struct target_stop *stop)
{
    static const char *const watch[] = {
        [DWT_READ] = "rwatch",
        [DWT_WRITE] = "watch",
        [DWT_ACCESS] = "awatch",
    };
    if (stop->cause == TARGET_STOP_WATCH)
        reply_put_format(s, "%s:%08x;", watch[stop->watch], stop->watch_addr);
    else if (stop->cause == TARGET_STOP_HWBREAK && s->knows_hwbreak)
        reply_put_text(s, "hwbreak:;");
    else if (stop->cause == TARGET_STOP_SWBREAK && s->knows_swbreak)
        reply_put_text(s, "swbreak:;");
}

// The registers that GDB asks for at every stop, so that it need not.
static void put_registers(struct session *s)
{
    static const enum cortexm_reg wanted[] = {CORTEXM_R0 + 7, CORTEXM_SP, CORTEXM_LR, CORTEXM_PC,
                                              CORTEXM_XPSR};
    for (unsigned i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        uint32_t value;
        uint8_t bytes[4];
        if (target_read_reg(s->t, wanted[i], &value)) {
            log_forget(s->log); // GDB asks for it, and is told then
            return;
        }
        if (wanted[i] == CORTEXM_SP)
            s->last_sp = value;
        if (wanted[i] == CORTEXM_XPSR)
            session_report_xpsr(s, value);
        put_le32(bytes, value);
        reply_put_format(s, "%02x:", regs_gdb_number(s->t, wanted[i]));
        reply_put_hex(s, bytes, sizeof bytes);
        reply_put_text(s, ";");
    }
}

// LLDB has no place for an error of its first question, but shows what belongs to a stop.
static void put_loss(struct session *s)
{
    char why[LOG_SENTENCE_SIZE];
    snprintf(why, sizeof why, "the target cannot be reached: %.*s", LOG_SENTENCE_SIZE - 64,
             target_loss(s->t));
    reply_put_text(s, "description:");
    reply_put_hex(s, why, strlen(why));
    reply_put_text(s, ";");
}

static void send_reply(struct session *s, enum stop_signal signal, const struct target_stop *stop)
{
    reply_begin(s);
    reply_put_format(s, "T%02x", (unsigned)signal);
    if (stop)
        put_reason(s, stop);
    reply_put_text(s, "thread:1;");
    if (signal == STOP_SIGNAL_LOST && s->knows_error_hex)
        put_loss(s);
    if (stop)
        put_registers(s);
    reply_end(s);
}

static void say_reset(struct session *s)
{
    reply_console(s, "The target was reset by something else than the debugger (its program, a "
                     "watchdog, NRST or the supply).\n");
}

// Told when it is seen; a program that is reset again and again would fill the console.
static void note_reset(struct session *s)
{
    if (s->resets++ == 0)
        say_reset(s);
}

void stop_say(struct session *s, const struct target_stop *stop)
{
    unsigned resets = s->resets + stop->was_reset;
    if (resets == 1 && stop->was_reset)
        say_reset(s);
    if (resets > 1)
        reply_console(s, "It was reset %u times since it was let run.\n", resets);
    s->resets = 0;
    if (stop->detail[0])
        reply_console(s, "%s\n", stop->detail);
}

static void end_run(struct session *s)
{
    reply_end_text(s);
    s->state = SESSION_IDLE;
}

// GDB finds a breakpoint also where a step has ended.
static bool is_at_break(const struct target_stop *stop)
{
    return stop->cause == TARGET_STOP_HWBREAK || stop->cause == TARGET_STOP_SWBREAK ||
           stop->cause == TARGET_STOP_STEP;
}

static void report_stop_reason(struct session *s, const struct target_stop *stop, bool asked)
{
    enum stop_signal signal = stop_signal_of(stop->cause, asked);
    s->told_break.any = is_at_break(stop);
    s->told_break.pc = stop->pc;
    stop_say(s, stop);
    end_run(s);
    s->interrupted &= signal != STOP_SIGNAL_INT;
    send_reply(s, signal, stop);
}

struct session *stop_next_waiting(const struct session *s)
{
    for (unsigned i = 0; sharing_has_control(s->sharing, s) && i < SHARING_MAX_SESSIONS; i++) {
        struct session *other = s->sharing->member[i];
        if (other && other != s && other->state == SESSION_RUNNING)
            return other;
    }
    return NULL;
}

void stop_finish(struct session *s, const struct target_stop *stop, bool asked)
{
    report_stop_reason(s, stop, asked);
    for (struct session *other; (other = stop_next_waiting(s));)
        report_stop_reason(other, stop, false);
}

void stop_finish_interrupt(struct session *s)
{
    const struct target_stop here = {.cause = TARGET_STOP_REQUEST};
    stop_finish(s, &here, true);
}

static void report_lost_target(struct session *s, const char *why)
{
    reply_console(s, "%s\nThe target is lost; it is looked for once a second.\n", why);
    end_run(s);
    s->interrupted = false;
    s->loss_told = true;
    send_reply(s, STOP_SIGNAL_LOST, NULL);
}

static void finish_lost(struct session *s, enum err e)
{
    char why[LOG_SENTENCE_SIZE];
    snprintf(why, sizeof why, "%s", log_sentence(s->log, e));
    log_line(s->log, LOG_WARN, "%s", why);
    log_forget(s->log);
    report_lost_target(s, why);
    for (struct session *other; (other = stop_next_waiting(s));)
        report_lost_target(other, why);
}

void stop_finish_error(struct session *s, enum err e)
{
    if (target_state(s->t) == TARGET_LOST) {
        finish_lost(s, e);
        return;
    }
    log_line(s->log, LOG_WARN, "%s", log_sentence(s->log, e));
    reply_console(s, "%s\n", log_sentence(s->log, e));
    log_forget(s->log);
    stop_finish(s, target_last_stop(s->t), false);
}

void stop_refuse(struct session *s, enum err e)
{
    const struct target_stop here = {.cause = TARGET_STOP_REQUEST};
    log_line(s->log, LOG_WARN, "%s", log_sentence(s->log, e));
    reply_console(s, "%s\n", log_sentence(s->log, e));
    log_forget(s->log);
    end_run(s);
    s->interrupted = false;
    send_reply(s, STOP_SIGNAL_INT, &here);
}

// What goes wrong between two looks may be right at the next one: told once, and looked at again.
static void note_failure(struct session *s, enum err e)
{
    if (!s->poll_failed) {
        log_line(s->log, LOG_WARN, "%s", log_sentence(s->log, e));
        reply_console(s, "%s\n", log_sentence(s->log, e));
    }
    log_forget(s->log);
    s->poll_failed = true;
}

// What pass_break() was not asked: a step ends all the same, and so does a run that is interrupted.
static void carry_out_commands(struct session *s, const struct target_stop *stop)
{
    if ((s->step_wanted || s->interrupted) && is_at_break(stop) &&
        sharing_has_control(s->sharing, s))
        (void)break_agent_pass(s, stop->pc);
}

// GDB took its breakpoint out and steps over what is under it. If that is a BKPT of the program's
// own, the step ends behind it: the user was told of this place.
static void finish_run(struct session *s, struct target_stop *stop)
{
    uint32_t r0;
    enum err e = ERR_OK;
    if (s->step_wanted && stop->told_before) {
        e = target_read_reg(s->t, CORTEXM_R0, &r0);
        if (!e)
            e = target_pass_bkpt(s->t, r0, stop);
    }
    if (e) {
        stop_finish_error(s, e);
        return;
    }
    carry_out_commands(s, stop);
    stop_finish(s, stop, s->interrupted);
}

static bool pass_break(void *user, uint32_t pc)
{
    struct session *s = user;
    if (s->step_wanted || !sharing_has_control(s->sharing, s) || !break_agent_pass(s, pc))
        return false;
    s->soon = LOOKS_AFTER_PASS;
    return true;
}

// A stop that has a reason of its own is told with it, also when Ctrl-C came meanwhile: GDB may go
// on from it without a word to its user, and then the resume is answered with the interrupt.
static bool poll_run(struct session *s)
{
    struct target_stop stop = {0};
    bool stopped = false;
    if (sharing_is_watched(s->sharing, s))
        return false; // its end is told to all who wait
    target_filter_breaks(s->t, s->interrupted ? NULL : pass_break, s);
    enum err e = target_poll(s->t, &stopped, &stop);
    target_filter_breaks(s->t, NULL, NULL);
    s->in_reset = !stopped && stop.was_reset;
    if (target_state(s->t) == TARGET_LOST)
        finish_lost(s, e ? e : ERR_NO_TARGET);
    else if (e)
        note_failure(s, e);
    else if (stopped && !semihost_session_take(s, &stop))
        finish_run(s, &stop);
    else if (!stopped && stop.was_reset)
        note_reset(s);
    return s->state != SESSION_RUNNING;
}

static enum err halt_for_interrupt(struct session *s)
{
    enum err e = target_halt(s->t);
    if (target_state(s->t) == TARGET_LOST)
        finish_lost(s, e ? e : ERR_NO_TARGET);
    else if (!e)
        (void)poll_run(s);
    return e;
}

void stop_report_running(struct session *s)
{
    send_reply(s, STOP_SIGNAL_NONE, NULL);
}

void stop_interrupt(struct session *s)
{
    enum err refused = sharing_take_control(s->sharing, s);
    if (refused) {
        // The debugger gets its prompt back; the target is none of its affair.
        reply_console(s, "The target runs on: %s.\n", log_sentence(s->log, refused));
        log_forget(s->log);
        end_run(s);
        s->interrupted = false;
        stop_report_running(s);
        return;
    }
    s->interrupted = true;
    if (poll_run(s))
        return;
    enum err e = halt_for_interrupt(s);
    if (!e || s->state != SESSION_RUNNING)
        return;
    // Held in reset, for instance: GDB keeps waiting. It is halted as soon as that is possible.
    log_line(s->log, LOG_WARN, "%s", log_sentence(s->log, e));
    reply_console(s, "%s\n", log_sentence(s->log, e));
    log_forget(s->log);
}

void stop_poll(struct session *s)
{
    if (poll_run(s) || !s->interrupted || s->in_reset || !sharing_has_control(s->sharing, s))
        return;
    if (halt_for_interrupt(s))
        log_forget(s->log); // that it cannot be halted was told when Ctrl-C came
}

void stop_report_exit(struct session *s)
{
    reply_begin(s);
    reply_put_format(s, "W%02x", s->exit_status);
    reply_end(s);
}

void stop_report_unknown(struct session *s, enum err e)
{
    log_line(s->log, LOG_WARN, "%s", log_sentence(s->log, e));
    reply_console(s, "%s\n", log_sentence(s->log, e));
    log_forget(s->log);
    send_reply(s, target_state(s->t) == TARGET_LOST ? STOP_SIGNAL_LOST : STOP_SIGNAL_NONE, NULL);
}

void stop_report(struct session *s)
{
    struct target_stop stop = {0};
    bool stopped = false;
    enum err e = target_poll(s->t, &stopped, &stop);
    if (e) {
        stop_report_unknown(s, e);
        return;
    }
    if (!stopped)
        stop.cause = TARGET_STOP_REQUEST;
    stop_say(s, &stop);
    send_reply(s, stop_signal_of(stop.cause, false), &stop);
}
