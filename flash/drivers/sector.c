// SPDX-License-Identifier: MIT
// The flash controller that erases large sectors of several sizes: STM32F4 (RM0090, 3; RM0368,
// RM0383, RM0390, RM0402, RM0430), F2 (RM0033, 2) and F7 (RM0385, 3; RM0410, RM0431). An erase
// takes up to seconds. It programs as many bytes at once as the supply allows, and wants accesses
// of just that width.
//
// Two ways, as with the FPEC (fpec16.c): a loader in SRAM, or accesses of the debug port itself,
// which the busy controller stalls.
#include "flash/drivers/sector.h"

#include <stdio.h>

#include "base/bytes.h"
#include "flash/drivers/sector_regs.h"
#include "flash/loaders/sector.h"
#include "swd/mem_ap.h"

#define SNB_SECOND_BANK 16u // the number of its first sector (RM0090, 3.9.8)

// ---- what is there, and what has to be changed for the job --------------------------------------

// Caches may hold what was there before. They can only be emptied while they are off (RM0090,
// 3.5.2).
static void plan_caches(struct flash_access *fa)
{
    const struct sector_params *params = sector_params(fa);
    const uint32_t reg = fa->bank->regs + ACR, acr = fa->saved[SAVED_ACR] & ~params->cache_reset;
    const uint32_t off = acr & ~params->caches;
    if (acr == off)
        return;
    flash_sequence_write(&fa->enter, reg, off);
    flash_sequence_write(&fa->leave, reg, off);
    flash_sequence_write(&fa->leave, reg, off | params->cache_reset);
    flash_sequence_write(&fa->leave, reg, off);
    flash_sequence_write(&fa->leave, reg, acr);
}

static void plan_controller(struct flash_access *fa, uint32_t cr)
{
    const uint32_t regs = fa->bank->regs;
    flash_sequence_write(&fa->enter, regs + SR, sector_flags(fa));
    if (cr & CR_LOCK) {
        flash_sequence_write(&fa->enter, regs + KEYR, KEY1);
        flash_sequence_write(&fa->enter, regs + KEYR, KEY2);
    }
    flash_sequence_write(&fa->enter, regs + CR, sector_psize(fa));
    flash_sequence_write(&fa->leave, regs + CR, CR_LOCK);
    plan_caches(fa);
}

static enum err survey(struct flash_access *fa, bool *code_may_run)
{
    uint8_t regs[OPTCR];
    enum err e = mem_ap_read(fa->mem, fa->bank->regs, regs, sizeof regs, NULL);
    if (e || (e = sector_note_options(fa)))
        return e;
    if ((fa->saved[SAVED_OPTCR] & OPTCR_RDP) != OPTCR_LEVEL0)
        return flash_fail_read_protected(fa);
    // A program that was halted while it wrote its own flash: its last operation ends by itself.
    uint32_t sr = get_le32(&regs[SR]);
    if ((sr & SR_BSY) && (e = sector_wait_idle(fa, ERASE_LIMIT_US, &sr)))
        return e;
    fa->saved[SAVED_ACR] = get_le32(&regs[ACR]);
    sector_choose_width(fa);
    plan_controller(fa, get_le32(&regs[CR]));
    // The loader looks at all of the flash, and what it is not let read ends it.
    *code_may_run = !sector_hides_code(fa);
    return ERR_OK;
}

static enum err begin(struct flash_access *fa)
{
    const struct sector_params *params = sector_params(fa);
    uint32_t sr;
    enum err e = flash_clock_on(fa);
    if (!e)
        e = sector_wait_idle(fa, ERASE_LIMIT_US, &sr);
    if (!e)
        e = sector_unlock(fa);
    if (!e)
        e = sector_write(fa, ACR, fa->saved[SAVED_ACR] & ~(params->caches | params->cache_reset));
    return e ? e : sector_write(fa, CR, sector_psize(fa));
}

static enum err end(struct flash_access *fa)
{
    uint32_t sr;
    enum err e = sector_wait_idle(fa, ERASE_LIMIT_US, &sr);
    enum err left = flash_sequence_run(&fa->leave, fa->mem);
    return e ? e : left;
}

// ---- erasing ------------------------------------------------------------------------------------

// What CR gets, without STRT.
static uint32_t erase_bits(const struct flash_access *fa, uint32_t addr, enum flash_extent extent)
{
    const uint32_t psize = sector_psize(fa);
    unsigned bank, n = sector_find(fa, addr, &bank);
    if (extent == FLASH_EXTENT_ALL)
        return psize | CR_MER | (fa->bank->bank2 || sector_params(fa)->both_mers ? CR_MER1 : 0);
    if (extent == FLASH_EXTENT_BANK)
        return psize | (bank ? CR_MER1 : CR_MER);
    n += bank ? SNB_SECOND_BANK : 0;
    return psize | CR_SER | n << CR_SNB_SHIFT;
}

static uint32_t erase_code(const struct flash_access *fa, uint32_t addr, enum flash_extent extent)
{
    return erase_bits(fa, addr, extent) | CR_STRT;
}

static uint32_t bank_bytes(const struct flash_access *fa)
{
    return fa->bank->bank2 ? fa->bank->bank2 - fa->bank->base : 0;
}

static enum err start_erase(struct flash_access *fa, uint32_t addr, enum flash_extent extent)
{
    const uint32_t cr = erase_bits(fa, addr, extent);
    enum err e = sector_write(fa, SR, sector_flags(fa));
    if (!e)
        e = sector_write(fa, CR, cr);
    return e ? e : sector_write(fa, CR, cr | CR_STRT);
}

static enum err erase_start(struct flash_access *fa, uint32_t addr)
{
    enum err e = sector_check(fa, addr);
    return e ? e : start_erase(fa, addr, FLASH_EXTENT_PAGE);
}

static enum err erase_all_start(struct flash_access *fa)
{
    const struct flash_layout *layout = &fa->bank->layout;
    enum err e = ERR_OK;
    for (unsigned n = 0; n < flash_layout_count(layout) && !e; n++)
        e = sector_check(fa, flash_layout_sector(layout, n).addr);
    return e ? e : start_erase(fa, fa->bank->base, FLASH_EXTENT_ALL);
}

// The controller has refused because of nWRP, which has changed since the survey, or was another
// sector's.
static enum err fail_write_protected(struct flash_access *fa, uint32_t addr)
{
    enum err e = sector_check(fa, addr);
    return e ? e
             : log_fail(fa->log, ERR_PROTECTED,
                        "the flash at 0x%08x is write-protected (WRPERR): `swdlink options` shows "
                        "the chip's options",
                        addr);
}

static enum err erase_poll(struct flash_access *fa, const char *what, uint32_t addr, bool *busy)
{
    uint32_t sr;
    enum err e = sector_read(fa, SR, &sr);
    *busy = !e && (sr & SR_BSY);
    if (e || *busy)
        return e;
    if (sr & SR_WRPERR)
        return fail_write_protected(fa, addr);
    if (sr & SR_ERRORS) {
        char erasing[48];
        snprintf(erasing, sizeof erasing, "erasing %s", what);
        return sector_fail(fa, erasing, addr, sr);
    }
    return ERR_OK;
}

// ---- programming --------------------------------------------------------------------------------

static enum err write_units(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len)
{
    switch (sector_width(fa)) {
    case 4:
        return mem_ap_write(fa->mem, addr, data, len);
    case 2:
        return mem_ap_write_halfwords(fa->mem, addr, data, len);
    default:
        return mem_ap_write_bytes(fa->mem, addr, data, len);
    }
}

static enum err fail_program(struct flash_access *fa, uint32_t addr, uint32_t sr)
{
    if (sr & SR_WRPERR)
        return fail_write_protected(fa, addr);
    if (sr & SR_ERRORS)
        return sector_fail(fa, "programming the flash", addr, sr);
    return flash_fail_word(fa, addr, sr, 5);
}

static enum err settle_run(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len,
                           size_t *good, uint32_t *sr)
{
    enum err e = sector_wait_idle(fa, PROGRAM_LIMIT_US, sr);
    return e ? e : flash_count_good(fa, addr, data, len, good);
}

static const struct flash_run_writer writer = {write_units, settle_run, fail_program};

static enum err program(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len)
{
    const struct flash_layout *layout = &fa->bank->layout;
    size_t start, stop = 0, good;
    uint32_t sr;
    enum err e = sector_check(fa, addr);
    if (e || !flash_next_run(layout, data, len, 0, &start, &stop))
        return e;
    if ((e = sector_write(fa, SR, sector_flags(fa))) ||
        (e = sector_write(fa, CR, sector_psize(fa) | CR_PG)))
        return e;
    for (stop = 0; !e && flash_next_run(layout, data, len, stop, &start, &stop);)
        e = flash_write_run(fa, &writer, addr + (uint32_t)start, &data[start], stop - start);
    if (e || (e = sector_wait_idle(fa, PROGRAM_LIMIT_US, &sr)) ||
        (e = sector_write(fa, CR, sector_psize(fa))) || !(sr & SR_ERRORS) ||
        (e = flash_count_good(fa, addr, data, len, &good)))
        return e;
    return fail_program(fa, addr + (uint32_t)(good < len ? good : 0), sr);
}

// What a loader met. Its status has bits 8:4 and 1 of SR in 7:3 and 0.
static enum err explain(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len,
                        uint32_t status)
{
    size_t good = 0;
    enum err e = data ? flash_count_good(fa, addr, data, len, &good) : ERR_OK;
    return e ? e : fail_program(fa, addr + (uint32_t)(good < len ? good : 0), status << 1);
}

#define LOADER_ERASE      (1u << 16)
#define LOADER_ERASE_ALL  (3u << 16)
#define LOADER_ERASE_BANK (5u << 16)

static const struct flash_loader_code loader = {
    .bytes = sector_loader,
    .size = sizeof sector_loader,
    .erase_page = LOADER_ERASE,
    .erase_all = LOADER_ERASE_ALL,
    .erase_bank = LOADER_ERASE_BANK,
    .unit_us = 14,
    .scan_us = 1000,
    .payload = 6080,
};

const struct flash_driver sector_driver = {
    .name = "sector",
    .survey = survey,
    .check_page = sector_check,
    .find_hidden = sector_find_hidden,
    .loader = &loader,
    .erase_code = erase_code,
    .bank_bytes = bank_bytes,
    .explain = explain,
    .begin = begin,
    .erase_start = erase_start,
    .erase_all_start = erase_all_start,
    .erase_poll = erase_poll,
    .program = program,
    .end = end,
    .busy_offset = SR,
    .busy_mask = SR_BSY,
    .option_words = SECTOR_OPTIONS,
    .read_options = sector_read_options,
    .write_options = sector_write_options,
};
