// SPDX-License-Identifier: MIT
// The flash controller that programs flash words: STM32H74x and H75x (RM0433, RM0399), H72x and
// H73x (RM0468), H7Ax and H7Bx (RM0455). A flash word can be written once after an erase, all of it
// within the write buffer of its bank; one of all ones is not written, so that the program can
// still use it. Each bank has its own registers, and both work at the same time.
//
// Two ways, as with the FPEC (fpec16.c): a loader in RAM, or words written by the debug port
// itself, whose accesses the busy controller stalls.
#include "flash/drivers/flashword.h"

#include <stdio.h>

#include "base/bytes.h"
#include "flash/drivers/flashword_regs.h"
#include "flash/loaders/flashword.h"
#include "swd/mem_ap.h"

// ---- what is there, and what has to be changed for the job --------------------------------------

// LOCK is set alone: with it the other bits stay as they are (RM0433, FLASH_CR1).
static void plan_bank(struct flash_access *fa, uint32_t bank, uint32_t cr)
{
    const uint32_t regs = fa->bank->regs + bank;
    flash_sequence_write(&fa->enter, regs + CCR, SR_FLAGS);
    if (cr & CR_LOCK) {
        flash_sequence_write(&fa->enter, regs + KEYR, KEY1);
        flash_sequence_write(&fa->enter, regs + KEYR, KEY2);
    }
    flash_sequence_write(&fa->enter, regs + CR, flashword_psize(fa));
    flash_sequence_write(&fa->leave, regs + CR, 0);
    flash_sequence_write(&fa->leave, regs + CR, CR_LOCK);
}

// A program that was halted while it wrote its own flash: its last operation ends by itself, and
// what is in the write buffer goes when PG is cleared.
static enum err survey_bank(struct flash_access *fa, uint32_t bank)
{
    uint32_t sr, cr;
    enum err e = flashword_wait_idle(fa, bank, ERASE_LIMIT_US, &sr);
    if (!e)
        e = flashword_read(fa, bank + CR, &cr);
    if (!e)
        plan_bank(fa, bank, cr);
    return e;
}

static enum err survey_controller(struct flash_access *fa, bool *code_may_run)
{
    uint32_t optsr;
    enum err e = flashword_note_options(fa);
    if (e || (e = flashword_read(fa, OPTSR_CUR, &optsr)))
        return e;
    if ((optsr & OPTSR_RDP) != OPTSR_LEVEL0)
        return flash_fail_read_protected(fa);
    flashword_choose_width(fa);
    if ((e = survey_bank(fa, 0)) || (fa->bank->bank2 && (e = survey_bank(fa, BANK2))))
        return e;
    fa->code_word[0] = fa->bank->layout.unit | flashword_psize(fa) << 16;
    fa->code_word[1] = fa->bank->bank2 ? BANK2 : 0;
    // The loader looks at all of the flash, and what it is not let read ends it.
    *code_may_run = !flashword_hides_code(fa);
    return ERR_OK;
}

static enum err begin_bank(struct flash_access *fa, uint32_t bank)
{
    uint32_t sr;
    enum err e = flashword_wait_idle(fa, bank, ERASE_LIMIT_US, &sr);
    if (!e)
        e = flashword_unlock(fa, bank, flashword_psize(fa));
    return e ? e : flashword_write(fa, bank + CCR, SR_FLAGS);
}

static enum err begin_programming(struct flash_access *fa)
{
    enum err e = flash_clock_on(fa);
    if (!e)
        e = begin_bank(fa, 0);
    return e || !fa->bank->bank2 ? e : begin_bank(fa, BANK2);
}

static enum err end_programming(struct flash_access *fa)
{
    enum err e = flashword_wait_all(fa, ERASE_LIMIT_US);
    enum err left = flash_sequence_run(&fa->leave, fa->mem);
    return e ? e : left;
}

// Two wrong bits: a flash word whose programming was cut off (RM0433, ECC).
static enum err check_read(struct flash_access *fa, bool *sound)
{
    enum err e = ERR_OK;
    *sound = true;
    for (uint32_t bank = 0; bank <= (fa->bank->bank2 ? BANK2 : 0) && !e; bank += BANK2) {
        uint32_t sr;
        e = flashword_read(fa, bank + SR, &sr);
        if (e || !(sr & SR_DBECC))
            continue;
        *sound = false;
        e = flashword_write(fa, bank + CCR, SR_SNECC | SR_DBECC);
    }
    return e;
}

// ---- erasing ------------------------------------------------------------------------------------

static unsigned sector_number(const struct flash_access *fa, uint32_t addr)
{
    const uint32_t base = flashword_bank_offset(fa, addr) ? fa->bank->bank2 : fa->bank->base;
    return (addr - base) / fa->bank->layout.run[0].size;
}

// What CR of its bank gets for the erase of a sector or a bank.
static uint32_t erase_bits(const struct flash_access *fa, uint32_t addr, enum flash_extent extent)
{
    const struct flashword_params *params = flashword_params(fa);
    const uint32_t start = flashword_psize(fa) | params->start;
    if (extent == FLASH_EXTENT_PAGE)
        return start | CR_SER | sector_number(fa, addr) << params->sector_shift;
    return start | CR_BER;
}

// For the loader: bits 15:0 for the lower bank, 31:16 for the upper one.
static uint32_t erase_code(const struct flash_access *fa, uint32_t addr, enum flash_extent extent)
{
    const uint32_t bits = erase_bits(fa, addr, extent);
    if (extent == FLASH_EXTENT_ALL)
        return bits | (fa->bank->bank2 ? bits << 16 : 0);
    return flashword_bank_offset(fa, addr) ? bits << 16 : bits;
}

static uint32_t second_bank(const struct flash_bank *bank)
{
    return bank->bank2;
}

static uint32_t bank_bytes(const struct flash_access *fa)
{
    return fa->bank->bank2 ? flash_layout_bytes(&fa->bank->layout) / 2 : 0;
}

static enum err start_erase(struct flash_access *fa, uint32_t addr, enum flash_extent extent)
{
    const uint32_t bank = flashword_bank_offset(fa, addr);
    enum err e = flashword_write(fa, bank + CCR, SR_FLAGS);
    return e ? e : flashword_write(fa, bank + CR, erase_bits(fa, addr, extent));
}

static enum err erase_start(struct flash_access *fa, uint32_t addr)
{
    enum err e = flashword_check(fa, addr);
    return e ? e : start_erase(fa, addr, FLASH_EXTENT_PAGE);
}

static enum err erase_all_start(struct flash_access *fa)
{
    const struct flash_layout *layout = &fa->bank->layout;
    enum err e = ERR_OK;
    for (unsigned n = 0; n < flash_layout_count(layout) && !e; n++)
        e = flashword_check(fa, flash_layout_sector(layout, n).addr);
    if (!e)
        e = start_erase(fa, fa->bank->base, FLASH_EXTENT_BANK);
    return e || !fa->bank->bank2 ? e : start_erase(fa, fa->bank->bank2, FLASH_EXTENT_BANK);
}

// The controller has refused because of an option that has changed since the survey.
static enum err fail_write_protected(struct flash_access *fa, uint32_t addr)
{
    enum err e = flashword_check(fa, addr);
    return e ? e
             : log_fail(fa->log, ERR_PROTECTED,
                        "the flash at 0x%08x is write-protected (WRPERR): `swdlink options` shows "
                        "the chip's options",
                        addr);
}

// What both banks say: one of them may be at work for an erase of everything.
static enum err read_status(struct flash_access *fa, uint32_t *sr)
{
    uint32_t other = 0;
    enum err e = flashword_read(fa, SR, sr);
    if (!e && fa->bank->bank2)
        e = flashword_read(fa, BANK2 + SR, &other);
    *sr |= other;
    return e;
}

static enum err erase_poll(struct flash_access *fa, const char *what, uint32_t addr, bool *busy)
{
    uint32_t sr = 0;
    enum err e = read_status(fa, &sr);
    *busy = !e && (sr & (SR_BSY | SR_QW));
    if (e || *busy)
        return e;
    if (sr & SR_WRPERR)
        return fail_write_protected(fa, addr);
    if (sr & SR_ERRORS) {
        char erasing[48];
        snprintf(erasing, sizeof erasing, "erasing %s", what);
        return flashword_fail(fa, erasing, addr, sr);
    }
    return ERR_OK;
}

// ---- programming --------------------------------------------------------------------------------

static enum err fail_program(struct flash_access *fa, uint32_t addr, uint32_t sr)
{
    if (sr & SR_WRPERR)
        return fail_write_protected(fa, addr);
    if (sr & SR_ERRORS)
        return flashword_fail(fa, "programming the flash", addr, sr);
    return flash_fail_word(fa, addr, sr, 8);
}

// After a write command that ended in WAIT. Of the flash word at which it stopped a part may be in
// the write buffer, from its start on: the words that are missing are written from its end on,
// until it is complete, since none may come twice (STRBERR).
static enum err complete_unit(struct flash_access *fa, uint32_t addr, const uint8_t *data,
                              size_t len, size_t *good, uint32_t *sr)
{
    const unsigned unit = fa->bank->layout.unit;
    const uint32_t bank = flashword_bank_offset(fa, addr);
    enum err e = flashword_wait_idle(fa, bank, PROGRAM_LIMIT_US, sr);
    if (e || (e = flash_count_good(fa, addr, data, len, good)))
        return e;
    for (unsigned at = unit; (*sr & SR_WBNE) && at > 0 && *good < len && !e; at -= 4) {
        const size_t word = *good + at - 4;
        e = mem_ap_write32(fa->mem, addr + (uint32_t)word, get_le32(&data[word]));
        if (!e)
            e = flashword_read(fa, bank + SR, sr);
    }
    if (!e)
        e = flashword_wait_idle(fa, bank, PROGRAM_LIMIT_US, sr);
    return e ? e : flash_count_good(fa, addr, data, len, good);
}

static enum err write_units(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len)
{
    return mem_ap_write(fa->mem, addr, data, len);
}

static const struct flash_run_writer writer = {write_units, complete_unit, fail_program};

static enum err write_runs(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len)
{
    size_t begin, end = 0;
    enum err e = ERR_OK;
    while (!e && flash_next_run(&fa->bank->layout, data, len, end, &begin, &end))
        e = flash_write_run(fa, &writer, addr + (uint32_t)begin, &data[begin], end - begin);
    return e;
}

static enum err program_units(struct flash_access *fa, uint32_t addr, const uint8_t *data,
                              size_t len)
{
    const uint32_t bank = flashword_bank_offset(fa, addr), psize = flashword_psize(fa);
    size_t good;
    uint32_t sr;
    enum err e = flashword_check(fa, addr);
    if (e || flash_layout_is_erased(&fa->bank->layout, data, len))
        return e;
    if ((e = flashword_write(fa, bank + CCR, SR_FLAGS)) ||
        (e = flashword_write(fa, bank + CR, psize | CR_PG)) ||
        (e = write_runs(fa, addr, data, len)) ||
        (e = flashword_wait_idle(fa, bank, PROGRAM_LIMIT_US, &sr)) ||
        (e = flashword_write(fa, bank + CR, psize)) || !(sr & SR_ERRORS) ||
        (e = flash_count_good(fa, addr, data, len, &good)))
        return e;
    return fail_program(fa, addr + (uint32_t)(good < len ? good : 0), sr);
}

// What a loader met. Its status has bits 24:17 of SR.
static enum err explain_failure(struct flash_access *fa, uint32_t addr, const uint8_t *data,
                                size_t len, uint32_t status)
{
    const uint32_t sr = status << SR_ERRORS_SHIFT;
    size_t good = 0;
    enum err e = flashword_check(fa, addr);
    if (!e && data)
        e = flash_count_good(fa, addr, data, len, &good);
    return e ? e : fail_program(fa, addr + (uint32_t)(good < len ? good : 0), sr);
}

#define LOADER_ERASE      (1u << 16)
#define LOADER_ERASE_ALL  (3u << 16)
#define LOADER_ERASE_BANK (5u << 16)

static const struct flash_loader_code loader = {
    .bytes = flashword_loader,
    .size = sizeof flashword_loader,
    .erase_page = LOADER_ERASE,
    .erase_all = LOADER_ERASE_ALL,
    .erase_bank = LOADER_ERASE_BANK,
    .scan_us = 100,
    .faultmask = true,
    .payload = 6080,
};

const struct flash_driver flashword_driver = {
    .name = "flashword",
    .survey = survey_controller,
    .check_page = flashword_check,
    .find_hidden = flashword_find_hidden,
    .second_bank = second_bank,
    .loader = &loader,
    .erase_code = erase_code,
    .bank_bytes = bank_bytes,
    .explain = explain_failure,
    .begin = begin_programming,
    .check_read = check_read,
    .erase_start = erase_start,
    .erase_all_start = erase_all_start,
    .erase_poll = erase_poll,
    .program = program_units,
    .end = end_programming,
    .busy_offset = SR,
    .busy_offset2 = BANK2 + SR,
    .busy_mask = SR_BSY | SR_QW,
    .option_words = FLASHWORD_OPTIONS,
    .read_options = flashword_read_options,
    .write_options = flashword_write_options,
};
