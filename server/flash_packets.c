// SPDX-License-Identifier: MIT
// vFlashErase, vFlashWrite, vFlashDone. Each vFlashWrite is answered when the pages that became
// complete with it are done, page by page between looks at the connection: so GDB's progress is
// true, vFlashDone has little left to do, and no reply is late (GDB waits for two seconds, three
// times over).
#include <stdio.h>

#include "server/packets.h"
#include "server/reply.h"

// Ends the job. Returns e, or the error of ending it; the sentence tells both, when there are two.
static enum err free_job(struct session *s, enum err e)
{
    char first[LOG_SENTENCE_SIZE / 2] = "";
    if (e)
        snprintf(first, sizeof first, "%s", log_sentence(s->log, e));
    log_forget(s->log);
    enum err end = target_flash_close(s->t, s->flash.job);
    s->flash.job = NULL;
    if (!e || !end)
        return e ? log_fail(s->log, e, "%s", first) : end;
    char second[LOG_SENTENCE_SIZE / 2];
    snprintf(second, sizeof second, "%s", log_sentence(s->log, end));
    return log_fail(s->log, e, "%s; %s", first, second);
}

static void fail_job(struct session *s, enum err e)
{
    if (s->state == SESSION_BUSY)
        session_end_work(s);
    // Marks the target as lost when that is what the error means.
    e = free_job(s, target_note_error(s->t, e));
    reply_error_and_later(s, e);
}

void packet_flash_drop(struct session *s)
{
    if (!s->flash.job)
        return;
    s->interrupted |= s->flash.interrupted;
    bool written = s->flash.written;
    log_forget(s->log);
    enum err e = free_job(s, ERR_OK);
    if (e || written) {
        log_line(s->log, LOG_WARN, "programming was given up before its end: %s",
                 e ? log_sentence(s->log, e) : "the flash may be incomplete");
        reply_console(s, "Programming was given up before its end: %s\n",
                      e ? log_sentence(s->log, e) : "the flash may be incomplete");
    }
    log_forget(s->log);
}

static void interrupt_flash(struct session *s)
{
    log_forget(s->log);
    fail_job(s, log_fail(s->log, ERR_USAGE, "programming was interrupted by the debugger"));
}

static void step_flash(struct session *s, uint64_t now_ms);

static const struct session_work flash_work = {.step = step_flash, .interrupt = interrupt_flash};

// Ctrl-C between two packets of a load is answered to the second one.
static bool was_interrupted(struct session *s)
{
    bool was = s->flash.job && s->flash.interrupted;
    s->flash.interrupted = false;
    if (was)
        interrupt_flash(s);
    return was;
}

static enum err open_job(struct session *s)
{
    // A new erase after data was written: the debugger gave up a load in its middle and begins
    // another.
    if (s->flash.job && s->flash.written)
        packet_flash_drop(s);
    if (s->flash.job)
        return ERR_OK;
    s->flash.written = false;
    s->flash.closing = s->flash.interrupted = s->flash.resets = s->flash.loads = false;
    return target_flash_open(s->t, &s->flash.job);
}

// Without a thread GDB (13 and 16) breaks down at the end of a load, where it sets the PC.
static enum err refuse_without_program(struct session *s)
{
    return log_fail(s->log, ERR_STATE,
                    "the program has ended, was killed or was let go: `attach 1` or `run` takes "
                    "hold of the chip again, and then it can be programmed");
}

void packet_flash_erase(struct session *s, struct cursor *args)
{
    uint32_t addr = cursor_hex32(args);
    args->bad |= !cursor_skip_text(args, ",");
    uint32_t len = cursor_hex32(args);
    if (!packet_args_end(s, args) || was_interrupted(s))
        return;
    enum err e = s->gone ? refuse_without_program(s) : open_job(s);
    if (e) {
        reply_error_and_later(s, e);
        return;
    }
    e = flash_job_erase(s->flash.job, addr, len);
    if (e)
        fail_job(s, e);
    else
        reply_ok(s);
}

// Nothing more comes: the work begins, and the reply is owed until its end.
static void close_input(struct session *s)
{
    flash_job_close_input(s->flash.job);
    s->flash.closing = true;
    session_begin_work(s, &flash_work);
}

// Nothing was touched yet.
static enum err drop_untouched(struct session *s, enum err e)
{
    struct log_mark mark = log_keep(s->log);
    s->flash.written = false;
    packet_flash_drop(s);
    log_restore(s->log, &mark);
    return e;
}

static enum err erase_at_once(struct session *s, enum flash_erase how, uint32_t addr, uint32_t len)
{
    packet_flash_drop(s);
    enum err e = open_job(s);
    if (e)
        return e;
    flash_job_set_erase(s->flash.job, how);
    e = flash_job_erase(s->flash.job, addr, len);
    if (e)
        return drop_untouched(s, e);
    close_input(s);
    return ERR_OK;
}

enum err packet_flash_erase_all(struct session *s)
{
    return erase_at_once(s, FLASH_ERASE_MASS, target_flash(s->t)->base, target_flash(s->t)->size);
}

enum err packet_flash_erase_range(struct session *s, uint32_t addr, uint32_t len)
{
    return erase_at_once(s, FLASH_ERASE_PAGES, addr, len);
}

static enum err erase_segment(void *to, uint32_t addr, const uint8_t *data, size_t len)
{
    struct session *s = to;
    const struct flash_bank *b = target_flash(s->t);
    (void)data;
    uint32_t start, bytes;
    if (!flash_layout_widen(&b->layout, addr, len, &start, &bytes))
        return log_fail(s->log, ERR_USAGE,
                        "the file has %zu bytes for 0x%08x, which is not in the flash", len, addr);
    return flash_job_erase(s->flash.job, start, bytes);
}

static enum err write_segment(void *to, uint32_t addr, const uint8_t *data, size_t len)
{
    struct session *s = to;
    s->flash.written = true;
    return flash_job_write(s->flash.job, addr, data, len);
}

enum err packet_flash_program(struct session *s, const char *path, const uint32_t *addr,
                              bool resets)
{
    struct sharing *sharing = s->sharing;
    if (!sharing->read_image)
        return log_fail(s->log, ERR_UNSUPPORTED,
                        "this server reads files for debuggers of its own computer only: use "
                        "`load` in GDB");
    packet_flash_drop(s);
    enum err e = open_job(s);
    if (e)
        return e;
    e = sharing->read_image(sharing->image_user, path, addr, erase_segment, s);
    if (!e)
        e = sharing->read_image(sharing->image_user, path, addr, write_segment, s);
    if (e)
        return drop_untouched(s, e);
    s->flash.resets = resets;
    close_input(s);
    return ERR_OK;
}

static bool is_open(struct session *s)
{
    if (s->flash.job)
        return true;
    reply_error(s, log_fail(s->log, ERR_USAGE,
                            "there is no programming under way: vFlashErase comes first"));
    return false;
}

void packet_flash_write(struct session *s, struct cursor *args)
{
    uint32_t addr = cursor_hex32(args);
    args->bad |= !cursor_skip_text(args, ":");
    size_t len = cursor_left(args);
    const uint8_t *data = cursor_bytes(args, len);
    if (!packet_args_end(s, args) || !is_open(s) || was_interrupted(s))
        return;
    enum err e = flash_job_write(s->flash.job, addr, data, len);
    if (e) {
        fail_job(s, e);
        return;
    }
    s->flash.written = true;
    session_begin_work(s, &flash_work);
}

void packet_flash_done(struct session *s, struct cursor *args)
{
    (void)args;
    if (!is_open(s) || was_interrupted(s))
        return;
    s->flash.loads = true;
    close_input(s);
}

// A load that was written to its end may leave the core at the first instruction of a new program.
static enum err close_job(struct session *s)
{
    struct flash_job *job = s->flash.job;
    bool restarted = false;
    if (!s->flash.written || !s->flash.loads)
        return free_job(s, ERR_OK);
    s->flash.job = NULL;
    enum err e = target_flash_finish(s->t, job, &restarted);
    s->xpsr_is_old |= restarted;
    if (!restarted || e)
        return e;
    reply_forget_text(s);
    log_line(s->log, LOG_NOTE,
             "the chip was reset: what was loaded replaces the program that it was running");
    return e;
}

static void finish_job(struct session *s)
{
    struct flash_stats stats = *flash_job_stats(s->flash.job);
    enum err e = close_job(s);
    if (e) {
        reply_error_and_later(s, e);
        return;
    }
    log_line(s->log, LOG_NOTE,
             "flash: %u bytes erased, %u programmed, %u left as they were, %u verified, in %u ms",
             stats.erased, stats.programmed, stats.skipped, stats.verified,
             (unsigned)((stats.ended_us - stats.started_us) / 1000));
    semihost_restart(s->semihost);
    s->xpsr_is_old |= s->flash.resets;
    if (s->flash.resets)
        sharing_retire_rtt(s->sharing);
    e = s->flash.resets ? target_reset(s->t, true) : ERR_OK;
    if (e)
        reply_error_and_later(s, e);
    else
        reply_ok(s);
}

static void step_flash(struct session *s, uint64_t now_ms)
{
    (void)now_ms;
    bool more = false;
    enum err e = flash_job_step(s->flash.job, &more);
    if (e) {
        fail_job(s, e);
        return;
    }
    if (more)
        return;
    session_end_work(s);
    if (s->flash.closing)
        finish_job(s);
    else
        reply_ok(s);
}
