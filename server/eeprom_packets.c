// SPDX-License-Identifier: MIT
// Memory packets for the data EEPROM, whose words take milliseconds: the work is done in steps, as
// that of a load, and the reply comes at its end.
#include "server/packets.h"
#include "server/reply.h"

// Ends the job; the first sentence counts.
static void end_write(struct session *s, enum err e)
{
    struct flash_job *job = s->flash.job;
    const struct log_mark kept = log_keep(s->log);
    s->flash.job = NULL;
    enum err end = job ? target_flash_close(s->t, job) : ERR_OK;
    if (e)
        log_restore(s->log, &kept);
    if (e || end)
        reply_error(s, e ? e : end);
    else
        reply_ok(s);
}

static void interrupt_write(struct session *s)
{
    session_end_work(s);
    log_forget(s->log);
    end_write(s, log_fail(s->log, ERR_USAGE,
                          "writing the EEPROM was interrupted by the debugger, and is incomplete"));
}

static void step_write(struct session *s, uint64_t now_ms)
{
    (void)now_ms;
    bool more = false;
    enum err e = flash_job_step(s->flash.job, &more);
    if (more && !e)
        return;
    session_end_work(s);
    end_write(s, target_note_error(s->t, e));
}

static const struct session_work eeprom_work = {.step = step_write, .interrupt = interrupt_write};

void packet_eeprom_write(struct session *s, uint32_t addr, const uint8_t *data, uint32_t len)
{
    enum err e = ERR_OK;
    if (s->flash.job) {
        reply_error(s, log_fail(s->log, ERR_STATE,
                                "the flash is being programmed: the EEPROM can be written "
                                "afterwards"));
        return;
    }
    s->flash.written = true;
    s->flash.closing = s->flash.interrupted = s->flash.resets = s->flash.loads = false;
    e = target_eeprom_write(s->t, addr, data, len, &s->flash.job);
    if (e || !s->flash.job)
        end_write(s, e);
    else
        session_begin_work(s, &eeprom_work);
}
