// SPDX-License-Identifier: MIT
// Whether the target is there and may be used: what an error means for the connection, and the
// guards of every call.
#include <stdio.h>

#include "cortex/scs.h"
#include "targets/connect.h"
#include "targets/target_private.h"

static bool is_probe_gone(enum err e)
{
    return e == ERR_PROBE_LOST || e == ERR_PROBE_BUSY || e == ERR_PROBE_ACCESS;
}

static void mark_lost(struct target *t, enum err e)
{
    t->state = TARGET_LOST;
    target_set_loss(t, log_sentence(t->log, e));
}

const char *target_loss(const struct target *t)
{
    return t->loss[0] ? t->loss : "check the cable and the supply";
}

void target_set_loss(struct target *t, const char *why)
{
    snprintf(t->loss, sizeof t->loss, "%s", why);
}

enum err presence_lower_swclk(struct target *t)
{
    t->clock_raised = false;
    log_line(t->log, LOG_NOTE, "the SWD clock is lowered: %u kHz are too fast for these wires",
             t->probe->swclk_hz / 1000);
    return debug_probe_set_swclk(t->probe, t->swclk_safe_hz);
}

enum err presence_read_dhcsr(struct target *t, uint32_t *dhcsr)
{
    enum err e = cortexm_read_dhcsr(&t->core, dhcsr);
    if (e && !is_probe_gone(e)) {
        log_line(t->log, LOG_DEBUG, "the target did not answer (%s); resetting the line",
                 log_sentence(t->log, e));
        if (t->clock_raised && presence_lower_swclk(t))
            log_forget(t->log);
        e = debug_probe_enter_swd(t->probe);
        swo_note_undone(t);
        if (!e)
            e = cortexm_read_dhcsr(&t->core, dhcsr);
        if (!e)
            log_forget(t->log);
    }
    if (!e && !(*dhcsr & DHCSR_C_DEBUGEN) && !t->released) {
        log_line(t->log, LOG_WARN,
                 "the target lost its power for a moment; its breakpoints are set again");
        e = attach_again(t);
        if (!e)
            e = breaks_end_step(t);
        if (!e)
            e = cortexm_read_dhcsr(&t->core, dhcsr);
    }
    if (e)
        mark_lost(t, e);
    return e;
}

// Whether the error says that a partner may be gone, so that it is worth a look.
static bool is_doubtful(enum err e)
{
    return e == ERR_NO_TARGET || e == ERR_LINK || e == ERR_TIMEOUT || e == ERR_PROBE_PROTOCOL;
}

enum err target_note_error(struct target *t, enum err e)
{
    if (e == ERR_PROBE_LOST && t->state != TARGET_LOST)
        mark_lost(t, e);
    if (!is_doubtful(e) || t->state == TARGET_LOST)
        return e;
    const struct log_mark kept = log_keep(t->log);
    uint32_t dhcsr;
    // Marks the target as lost when there is nothing to see. What is told is the first error all
    // the same.
    if (presence_read_dhcsr(t, &dhcsr))
        log_line(t->log, LOG_DEBUG, "the target does not answer any more");
    log_restore(t->log, &kept);
    if (t->state == TARGET_LOST)
        target_set_loss(t, log_sentence(t->log, e));
    return e;
}

enum err target_take_over(struct target *t, bool keep_ram)
{
    enum err e = t->job ? flash_job_pause(t->job) : ERR_OK;
    if (!keep_ram)
        flash_working_area_forget(&t->working_area);
    return e || !t->working_area.len ? e : flash_working_area_restore(&t->working_area, &t->mem);
}

enum err target_claim(struct target *t)
{
    if (t->state != TARGET_LOST)
        return target_take_over(t, true);
    return log_fail(t->log, ERR_NO_TARGET, "the target cannot be reached: %s", target_loss(t));
}

enum err target_claim_halted(struct target *t)
{
    enum err e = target_claim(t);
    if (e || t->state == TARGET_HALTED)
        return e;
    return log_fail(t->log, ERR_STATE, "the target is running: halt it first");
}
