// SPDX-License-Identifier: MIT
// The data EEPROM of a chip: read like any memory, written word by word through a job of the flash
// engine, which knows what is equal, erases and verifies.
#include <stdlib.h>
#include <string.h>

#include "swd/mem_ap.h"
#include "targets/target_private.h"

#define WORD      4u
// Up to so many words are written by the debug port alone: code in RAM would cost more than it
// gains.
#define FEW_WORDS 16u

bool eeprom_holds(const struct target *t, uint32_t addr)
{
    return addr - t->eeprom.base < t->eeprom.size;
}

static enum err require_eeprom(struct target *t)
{
    enum err e = target_claim_halted(t);
    if (e)
        return e;
    if (t->job)
        return log_fail(t->log, ERR_STATE,
                        "the flash is being programmed: the EEPROM can be written afterwards");
    if (t->id.rdp_level > 0)
        return log_fail(
            t->log, ERR_PROTECTED,
            "read protection level %u is active, so the EEPROM cannot be written; `swdlink "
            "unlock` erases the chip and removes the protection",
            t->id.rdp_level);
    return ERR_OK;
}

static enum err open_job(struct target *t, bool by_code, struct flash_job **job)
{
    struct flash_access access = {.mem = &t->mem,
                                  .log = t->log,
                                  .bank = &t->eeprom,
                                  .core = by_code ? &t->core : NULL,
                                  .working_area = &t->working_area};
    enum err e = flash_job_open(job, &access);
    t->job = *job;
    return e;
}

enum err target_eeprom_open(struct target *t, struct flash_job **job)
{
    *job = NULL;
    enum err e = require_eeprom(t);
    if (!e && t->eeprom.size == 0)
        e = log_fail(t->log, ERR_UNSUPPORTED, "this chip has no data EEPROM that is known here");
    return e ? e : open_job(t, true, job);
}

// Puts those words into a job that differ from what the chip holds.
static enum err fill_job(struct target *t, uint32_t start, const uint8_t *held,
                         const uint8_t *wanted, uint32_t bytes, struct flash_job **job)
{
    unsigned changed = 0;
    for (uint32_t at = 0; at < bytes; at += WORD)
        changed += memcmp(&held[at], &wanted[at], WORD) != 0;
    if (changed == 0)
        return ERR_OK;
    enum err e = open_job(t, changed > FEW_WORDS, job);
    for (uint32_t at = 0; at < bytes && !e; at += WORD) {
        if (memcmp(&held[at], &wanted[at], WORD) == 0)
            continue;
        e = flash_job_erase(*job, start + at, WORD);
        if (!e)
            e = flash_job_write(*job, start + at, &wanted[at], WORD);
    }
    if (!e)
        flash_job_close_input(*job);
    return e;
}

enum err target_eeprom_write(struct target *t, uint32_t addr, const void *data, size_t len,
                             struct flash_job **job)
{
    uint32_t start, bytes;
    *job = NULL;
    enum err e = require_eeprom(t);
    if (e)
        return e;
    if (!flash_layout_widen(&t->eeprom.layout, addr, len, &start, &bytes))
        return log_fail(t->log, ERR_USAGE,
                        "%zu bytes at 0x%08x reach beyond the EEPROM, 0x%08x to 0x%08x", len, addr,
                        t->eeprom.base, t->eeprom.base + t->eeprom.size - 1);
    uint8_t *held = malloc(2 * (size_t)bytes), *wanted = held ? held + bytes : NULL;
    if (!held)
        return ERR_MEMORY;
    e = mem_ap_read(&t->mem, start, held, bytes, NULL);
    if (!e) {
        memcpy(wanted, held, bytes);
        memcpy(wanted + (addr - start), data, len);
        e = fill_job(t, start, held, wanted, bytes, job);
    }
    free(held);
    return target_note_error(t, e);
}

enum err eeprom_write_now(struct target *t, uint32_t addr, const void *data, size_t len)
{
    struct flash_job *job;
    bool more = true;
    enum err e = target_eeprom_write(t, addr, data, len, &job);
    while (job && !e && more)
        e = flash_job_step(job, &more);
    const struct log_mark kept = log_keep(t->log);
    enum err end = job ? target_flash_close(t, job) : ERR_OK;
    if (e)
        log_restore(t->log, &kept);
    return e ? target_note_error(t, e) : end;
}
