// SPDX-License-Identifier: MIT
// Flash jobs, and what is asked of the probe.
#include "targets/target.h"

#include "swd/mem_ap.h"
#include "targets/target_private.h"

enum err target_read_empty(const struct target *t, bool *empty)
{
    uint8_t first[4];
    enum err e = mem_ap_read(&t->mem, t->bank.base, first, sizeof first, NULL);
    *empty = !e && flash_layout_is_erased(&t->bank.layout, first, sizeof first);
    return e;
}

enum err target_flash_open(struct target *t, struct flash_job **job)
{
    *job = NULL;
    enum err e = target_claim_halted(t);
    if (e)
        return e;
    if (t->bank.size == 0)
        return target_fail_unknown_flash(t, "erase or program the flash of");
    if (t->id.rdp_level > 0)
        return log_fail(
            t->log, ERR_PROTECTED,
            "read protection level %u is active, so the flash cannot be written; `swdlink "
            "unlock` erases the chip and removes the protection",
            t->id.rdp_level);
    ahead_drop(t);
    t->flash_written = t->flash_changed = true;
    t->flash_written_at = t->core.runs;
    bool empty = false;
    if (t->id.chip && t->id.chip->empty_check && !t->bank.driver->empty_mask &&
        (e = target_read_empty(t, &empty)))
        return target_note_error(t, e);
    t->found_empty |= empty;
    struct flash_access access = {.mem = &t->mem,
                                  .log = t->log,
                                  .bank = &t->bank,
                                  .core = &t->core,
                                  .working_area = &t->working_area};
    e = flash_job_open(job, &access);
    t->job = *job;
    return e;
}

enum err target_flash_close(struct target *t, struct flash_job *job)
{
    enum err e = flash_job_free(job);
    t->job = NULL;
    t->flash_written_at = t->core.runs; // a loader on the core counts as running
    return target_note_error(t, e);
}

const char *target_probe_version(const struct target *t, char *text, size_t size)
{
    return debug_probe_version_text(t->probe, text, size);
}

uint32_t target_swclk_hz(const struct target *t)
{
    return t->probe->swclk_hz;
}

enum err target_get_vtref(struct target *t, unsigned *mv)
{
    return target_note_error(t, debug_probe_get_vtref(t->probe, mv));
}

bool target_was_halted(const struct target *t)
{
    return t->found_halted;
}

bool target_flash_was_opened(const struct target *t)
{
    return t->flash_changed;
}

struct log *target_log(const struct target *t)
{
    return t->log;
}

const struct mem_ap *target_mem(const struct target *t)
{
    return &t->mem;
}

uint64_t target_now_us(struct target *t)
{
    return debug_probe_now_us(t->probe);
}

void target_sleep_us(struct target *t, uint32_t us)
{
    debug_probe_sleep_us(t->probe, us);
}

enum err target_read_maker(struct target *t)
{
    enum err e = target_claim(t);
    return e ? e : target_note_error(t, chip_read_maker(&t->id.maker, &t->mem, t->log));
}

enum err target_read_ports(struct target *t)
{
    enum err e = target_claim(t);
    return e ? e : target_note_error(t, chip_read_ports(&t->id, &t->mem, t->log));
}
