// SPDX-License-Identifier: MIT
#include "server/semihost_session.h"

#include "server/packets.h"
#include "server/reply.h"
#include "server/stop.h"

#define LOOKS_AFTER_CALL 8u // programs print character by character

// The call is made again when the program goes on.
static void give_call_up(struct session *s)
{
    semihost_abort(s->semihost);
    stop_finish_interrupt(s);
}

static void resume_after_call(struct session *s)
{
    struct target_stop stop;
    enum err e = target_pass_bkpt(s->t, s->semihost->call.result, &stop);
    bool stay = s->interrupted || s->step_wanted || stop.cause != TARGET_STOP_STEP;
    if (!e && !stay)
        e = target_resume(s->t);
    if (e) {
        stop_finish_error(s, e);
    } else if (!stay) {
        s->state = SESSION_RUNNING;
        s->soon = LOOKS_AFTER_CALL;
    } else {
        stop_finish(s, &stop, s->interrupted);
    }
}

static void answer_exit(struct session *s, unsigned status)
{
    session_part_with_program(s);
    s->has_exited = true;
    s->exit_status = (uint8_t)status;
    stop_report_exit(s);
}

// With the program go its breakpoints: GDB forgets them without a word.
static void report_program_exit(struct session *s)
{
    enum err e = packet_drop_breaks(s);
    if (e)
        log_line(s->log, LOG_WARN, "%s", log_sentence(s->log, e));
    log_forget(s->log);
    log_line(s->log, LOG_NOTE, "the program has ended with status %u", s->semihost->call.status);
    unsigned status = s->semihost->call.status;
    semihost_restart(s->semihost);
    answer_exit(s, status);
    for (struct session *other; (other = stop_next_waiting(s));)
        answer_exit(other, status);
}

// GDB's host may read and write the target's memory while it does its part; text is not legal then.
static void ask_gdb(struct session *s)
{
    s->call.asked = true;
    reply_end_text(s);
    reply_text(s, s->semihost->call.request);
}

static void proceed(struct session *s, enum err e, enum semihost_wait wait)
{
    s->call.idle = wait == SEMIHOST_INPUT;
    if (e) {
        stop_finish_error(s, e);
        return;
    }
    switch (wait) {
    case SEMIHOST_AGAIN:
        break;
    case SEMIHOST_INPUT:
        if (s->interrupted)
            give_call_up(s);
        break;
    case SEMIHOST_GDB:
        ask_gdb(s);
        break;
    case SEMIHOST_DONE:
        resume_after_call(s);
        break;
    case SEMIHOST_EXIT:
        report_program_exit(s);
        break;
    }
}

// What the call prints. While the debugger waits for the program that is legal.
static void print_call(void *user, const char *text, size_t len)
{
    reply_console_bytes(user, text, len);
}

static void begin_call(struct session *s)
{
    enum semihost_wait wait = SEMIHOST_DONE;
    s->semihost->print = print_call;
    s->semihost->user = s;
    s->state = SESSION_CALL;
    s->call.asked = false;
    enum err e = semihost_begin(s->semihost, &wait);
    proceed(s, e, wait);
}

// Whatever else may be behind a BKPT, or cannot be read, is told as one.
static bool is_call(struct session *s)
{
    bool call = false;
    if (semihost_check(s->semihost, &call))
        log_forget(s->log);
    return call;
}

bool semihost_session_take(struct session *s, const struct target_stop *stop)
{
    if (stop->cause != TARGET_STOP_BKPT || !sharing_has_control(s->sharing, s) || !is_call(s))
        return false;
    if (!s->semihost->enabled) {
        reply_console(s, "The program makes a semihosting call: `monitor semihosting enable` and "
                         "`continue` let it have its answer.\n");
        return false;
    }
    if (stop->was_reset) {
        stop_say(s, stop);
        semihost_restart(s->semihost);
    }
    begin_call(s);
    return true;
}

bool semihost_session_take_again(struct session *s)
{
    struct target *t = s->t;
    uint32_t pc;
    if (!s->semihost->enabled || target_state(t) != TARGET_HALTED ||
        target_last_stop(t)->cause != TARGET_STOP_BKPT)
        return false;
    if (target_read_reg(t, CORTEXM_PC, &pc) || pc != target_last_stop(t)->pc || !is_call(s)) {
        log_forget(s->log);
        return false;
    }
    begin_call(s);
    return true;
}

void semihost_session_step(struct session *s)
{
    enum semihost_wait wait = SEMIHOST_DONE;
    enum err e = semihost_step(s->semihost, &wait);
    proceed(s, e, wait);
}

void semihost_session_interrupt(struct session *s)
{
    s->interrupted = true;
    if (!s->call.asked && s->call.idle)
        give_call_up(s);
}

void semihost_session_drop(struct session *s)
{
    if (s->state == SESSION_CALL)
        semihost_abort(s->semihost);
    s->call.asked = false;
}

// VALUE[,ERRNO[,C]][;ATTACHMENT]
struct file_reply {
    int64_t value;
    uint32_t error;
    bool interrupted;
};

static void take_file_reply(struct cursor *args, struct file_reply *r)
{
    bool negative = cursor_skip_text(args, "-");
    r->value = cursor_hex32(args);
    if (negative)
        r->value = -r->value;
    if (cursor_skip_text(args, ",")) {
        r->error = cursor_hex32(args);
        r->interrupted = cursor_skip_text(args, ",C");
    }
    if (cursor_skip_text(args, ";"))
        (void)cursor_bytes(args, cursor_left(args));
}

void packet_file_reply(struct session *s, struct cursor *args)
{
    struct file_reply r = {0};
    take_file_reply(args, &r);
    args->bad |= !s->call.asked;
    if (!packet_args_end(s, args))
        return;
    s->call.asked = false;
    s->interrupted |= r.interrupted;
    reply_begin_text(s);
    // Interrupted before anything was done: made again when the program goes on (E.13.5).
    if (s->interrupted && r.value < 0 && r.error == SEMIHOST_INTERRUPTED) {
        give_call_up(s);
        return;
    }
    enum semihost_wait wait = SEMIHOST_DONE;
    enum err e = semihost_answer(s->semihost, r.value, r.error, &wait);
    proceed(s, e, wait);
}
