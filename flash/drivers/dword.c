// SPDX-License-Identifier: MIT
// The flash controller that programs double words with an error correcting code: STM32G0 (RM0444,
// 3; RM0454), C0 (RM0490), U0 (RM0503), L4 (RM0351, RM0394), L4+ (RM0432), G4 (RM0440), WB (RM0434)
// and WL (RM0453, RM0461). Each double word can be written once after an erase,
// both words one after the other; one of all ones is not written at all, so that the program can
// still use it (erratum of the G0: a double word that was written with ones cannot be written
// again).
//
// Two ways, as with the FPEC (fpec16.c): a loader in SRAM, or double words written by the debug
// port itself, whose accesses the busy controller stalls.
#include "flash/drivers/dword.h"

#include "base/bytes.h"
#include "flash/drivers/dword_regs.h"
#include "flash/loaders/dword.h"
#include "swd/mem_ap.h"

#define UNIT 8u

// ---- what is there, and what has to be changed for the job --------------------------------------

#define ACR_CACHES (ACR_ICEN | ACR_DCEN)
#define ACR_RESETS (ACR_ICRST | ACR_DCRST)

// ACR as it is during a job: nothing holds the controller up, no data comes from a cache, and the
// wait states are enough for the clock that was found and for the one that the job has.
static uint32_t acr_of_job(const struct flash_access *fa)
{
    const uint32_t acr = fa->saved[SAVED_ACR], before = acr & ACR_LATENCY;
    const uint32_t latency = dword_params(fa)->latency;
    return (acr & ~(ACR_RESETS | ACR_DCEN | ACR_PES | ACR_LATENCY)) |
           (before > latency ? before : latency);
}

static void plan_latency_back(struct flash_access *fa)
{
    flash_sequence_write(&fa->leave, fa->bank->regs + ACR, fa->saved[SAVED_ACR] & ~ACR_RESETS);
}

// The caches may hold what was there before, and are emptied while they are off (RM0444, 3.3;
// RM0351, 3.3). The clock is still the fast one then; plan_latency_back(), or the last line here,
// brings the rest back.
static void plan_cache_flush(struct flash_access *fa)
{
    const uint32_t found = fa->saved[SAVED_ACR], acr = acr_of_job(fa) & ~ACR_CACHES;
    if (!(found & (ACR_CACHES | ACR_PES)))
        return;
    flash_sequence_write(&fa->leave, fa->bank->regs + ACR, acr);
    flash_sequence_write(&fa->leave, fa->bank->regs + ACR,
                         acr | (found & ACR_ICEN ? ACR_ICRST : 0) |
                             (found & ACR_DCEN ? ACR_DCRST : 0));
    if (!fa->bank->prepare)
        plan_latency_back(fa);
}

static void plan_controller(struct flash_access *fa)
{
    const uint32_t regs = fa->bank->regs, cr = fa->saved[SAVED_CR];
    flash_sequence_write(&fa->enter, regs + SR, SR_FLAGS);
    if (dword_params(fa)->eccr[0]) // an error that is noted hides the next one
        flash_sequence_write(&fa->enter, regs + dword_params(fa)->eccr[0], dword_params(fa)->eccd);
    if (fa->saved[SAVED_ACR] & (ACR_DCEN | ACR_PES))
        flash_sequence_write(&fa->enter, regs + ACR, acr_of_job(fa));
    if (cr & CR_LOCK) {
        flash_sequence_write(&fa->enter, regs + KEYR, KEY1);
        flash_sequence_write(&fa->enter, regs + KEYR, KEY2);
    } else {
        flash_sequence_write(&fa->enter, regs + CR, cr & CR_OPTLOCK);
    }
    flash_sequence_write(&fa->leave, regs + CR, CR_LOCK);
    plan_cache_flush(fa);
}

static void plan_latency(struct flash_access *fa)
{
    flash_sequence_write(&fa->enter, fa->bank->regs + ACR, acr_of_job(fa));
}

// To the last option register; and what is read of each.
#define REGS_BYTES 0x88u

static enum err read_registers(struct flash_access *fa, uint32_t *sr)
{
    const struct dword_params *params = dword_params(fa);
    const struct flash_prepare *prepare = fa->bank->prepare;
    uint8_t regs[REGS_BYTES];
    size_t len = CR + 4;
    for (unsigned n = 0; n < DWORD_OPTIONS; n++)
        len = params->option_reg[n] >= len ? params->option_reg[n] + 4u : len;
    enum err e = mem_ap_read(fa->mem, fa->bank->regs, regs, len, NULL);
    if (e)
        return e;
    *sr = get_le32(&regs[SR]);
    fa->saved[SAVED_ACR] = get_le32(&regs[ACR]);
    fa->saved[SAVED_CR] = get_le32(&regs[CR]);
    for (unsigned n = 0; n < DWORD_OPTIONS; n++)
        fa->saved[SAVED_OPTIONS + n] =
            params->option_reg[n] ? get_le32(&regs[params->option_reg[n]]) : 0;
    bool swapped =
        params->not_swapped && !(fa->saved[SAVED_OPTIONS + DWORD_OPTR] & params->not_swapped);
    if (fa->bank->bank2 && prepare && prepare->find_swap)
        e = prepare->find_swap(fa, &swapped);
    fa->saved[SAVED_SWAPPED] = swapped;
    return e;
}

static enum err find_hidden(struct flash_access *fa, uint32_t addr, uint32_t len,
                            struct flash_hidden *hidden)
{
    uint32_t sr;
    *hidden = (struct flash_hidden){0};
    if (!dword_params(fa)->pcrop_unit && !dword_params(fa)->pcrop_half_pages)
        return ERR_OK;
    enum err e = read_registers(fa, &sr);
    if (!e)
        dword_find_execute_only(fa, addr, len, hidden);
    return e;
}

// What is at work ends by itself: a program that was halted while it wrote its own flash, and a
// second core that keeps the first from it for as long as its radio is busy. What the program
// itself has forbidden is allowed for the job.
static enum err let_finish(struct flash_access *fa, uint32_t sr)
{
    const uint32_t suspended = fa->saved[SAVED_ACR] & ACR_PES ? 0 : dword_params(fa)->suspended;
    bool late = false;
    enum err e = ERR_OK;
    if (sr & (dword_params(fa)->busy | SR_CFGBSY))
        e = dword_wait_idle(fa, ERASE_LIMIT_US, &sr);
    if (!e && sr & suspended)
        e = flash_poll_clear(fa, SR, suspended, ERASE_LIMIT_US, 1000, &sr, &late);
    if (e || !late)
        return e;
    return log_fail(fa->log, ERR_FLASH,
                    "the second core does not let the flash be erased or programmed "
                    "(FLASH_SR.PESD): reset and halt the target, and try again");
}

static enum err survey_controller(struct flash_access *fa, bool *code_may_run)
{
    const struct dword_params *params = dword_params(fa);
    uint32_t sr;
    enum err e = read_registers(fa, &sr);
    if (e)
        return e;
    const uint32_t optr = fa->saved[SAVED_OPTIONS + DWORD_OPTR];
    if ((optr & OPTR_RDP) != OPTR_RDP_NONE)
        return flash_fail_read_protected(fa);
    if ((e = let_finish(fa, sr)))
        return e;
    plan_controller(fa);
    fa->code_word[0] = params->busy | SR_CFGBSY;
    fa->code_word[1] = fa->bank->layout.row;
    // With the parity check a word of SRAM that was never written may not be read.
    *code_may_run = !params->parity_off || (optr & params->parity_off);
    return ERR_OK;
}

// Two wrong bits: a double word whose programming was cut off may read as one that is erased, and
// cannot be programmed.
static enum err check_read(struct flash_access *fa, bool *sound)
{
    const struct dword_params *params = dword_params(fa);
    enum err e = ERR_OK;
    *sound = true;
    for (unsigned bank = 0; bank < 2 && !e; bank++) {
        const uint8_t eccr = params->eccr[bank];
        uint32_t value;
        if (!eccr || (bank && !fa->bank->bank2) || (e = dword_read(fa, eccr, &value)) ||
            !(value & params->eccd))
            continue;
        *sound = false;
        e = dword_write(fa, eccr, value);
    }
    return e;
}

static enum err begin_programming(struct flash_access *fa)
{
    uint32_t sr;
    bool sound; // what was read before is not of this job
    enum err e = flash_clock_on(fa);
    if (!e)
        e = dword_wait_idle(fa, ERASE_LIMIT_US, &sr);
    if (!e && fa->saved[SAVED_ACR] & (ACR_DCEN | ACR_PES))
        e = dword_write(fa, ACR, acr_of_job(fa));
    if (!e)
        e = check_read(fa, &sound);
    return e ? e : dword_unlock(fa);
}

static enum err end_programming(struct flash_access *fa)
{
    uint32_t sr;
    enum err e = dword_wait_idle(fa, ERASE_LIMIT_US, &sr);
    enum err left = flash_sequence_run(&fa->leave, fa->mem);
    return e ? e : left;
}

// ---- erasing ------------------------------------------------------------------------------------

// What CR gets for the erase of the page or the bank at an address, or of everything, in both banks
// at once.
static uint32_t erase_code(const struct flash_access *fa, uint32_t addr, enum flash_extent extent)
{
    const struct dword_params *params = dword_params(fa);
    uint32_t offset;
    if (extent == FLASH_EXTENT_ALL)
        return CR_STRT | CR_MER1 | (fa->bank->bank2 || fa->bank->joined ? params->mer2 : 0);
    unsigned bank = dword_bank_of(fa, addr, &offset);
    if (extent == FLASH_EXTENT_BANK)
        return CR_STRT | (bank ? params->mer2 : CR_MER1);
    uint32_t page = offset / fa->bank->layout.run[0].size;
    return CR_STRT | CR_PER | page << CR_PNB_SHIFT | (bank ? params->bker : 0);
}

static uint32_t bank_bytes(const struct flash_access *fa)
{
    return fa->bank->bank2 ? flash_layout_bytes(&fa->bank->layout) / 2 : 0;
}

static enum err start_erase(struct flash_access *fa, uint32_t cr)
{
    // Flags that are still set would make the controller refuse (RM0444, 3.3).
    enum err e = dword_write(fa, SR, SR_FLAGS);
    return e ? e : dword_write(fa, CR, cr);
}

static enum err erase_start(struct flash_access *fa, uint32_t addr)
{
    enum err e = dword_check_page(fa, addr);
    return e ? e : start_erase(fa, erase_code(fa, addr, FLASH_EXTENT_PAGE));
}

static enum err erase_all_start(struct flash_access *fa)
{
    const struct flash_layout *layout = &fa->bank->layout;
    enum err e = ERR_OK;
    for (unsigned n = 0; n < flash_layout_count(layout) && !e; n++)
        e = dword_check_page(fa, flash_layout_sector(layout, n).addr);
    return e ? e : start_erase(fa, erase_code(fa, fa->bank->base, FLASH_EXTENT_ALL));
}

static enum err fail_write_protected(struct flash_access *fa, uint32_t addr)
{
    return log_fail(fa->log, ERR_PROTECTED,
                    "the flash page at 0x%08x is protected by the chip's options: `swdlink "
                    "options` shows them",
                    addr);
}

static enum err erase_poll(struct flash_access *fa, const char *what, uint32_t addr, bool *busy)
{
    uint32_t sr;
    enum err e = dword_read(fa, SR, &sr);
    *busy = !e && (sr & dword_params(fa)->busy);
    if (e || *busy)
        return e;
    if (sr & SR_WRPERR)
        return fail_write_protected(fa, addr);
    if (sr & SR_ERRORS)
        return log_fail(
            fa->log, ERR_FLASH,
            "erasing %s at 0x%08x did not take place (FLASH_SR 0x%05x): reset the target and try "
            "again",
            what, addr, sr);
    return ERR_OK;
}

// ---- programming --------------------------------------------------------------------------------

static const char *why(uint32_t sr)
{
    if (sr & SR_PROGERR)
        return "; it was not erased, or wears out";
    if (sr & (SR_FASTERR | SR_MISERR))
        return "; the row was not written in time";
    return "; was the chip reset, or does its supply drop?";
}

static enum err fail_program(struct flash_access *fa, uint32_t addr, uint32_t sr)
{
    uint8_t found[UNIT];
    if (sr & SR_WRPERR)
        return fail_write_protected(fa, addr);
    enum err e = mem_ap_read(fa->mem, addr, found, sizeof found, NULL);
    if (e)
        return e;
    return log_fail(fa->log, ERR_FLASH,
                    "the flash at 0x%08x could not be programmed: it holds 0x%08x%08x "
                    "(FLASH_SR 0x%05x)%s",
                    addr, get_le32(&found[4]), get_le32(&found[0]), sr, why(sr));
}

// After a write command that ended in WAIT. Of the double word at which it stopped the first half
// may be in: then the second follows, and *good counts it. None may be written twice.
static enum err complete_unit(struct flash_access *fa, uint32_t addr, const uint8_t *data,
                              size_t len, size_t *good, uint32_t *sr)
{
    const uint32_t busy = dword_params(fa)->busy;
    uint64_t deadline = debug_probe_now_us(fa->mem->probe) + PROGRAM_LIMIT_US;
    enum err e;
    do {
        e = dword_read(fa, SR, sr);
    } while (!e && (*sr & busy) && debug_probe_now_us(fa->mem->probe) < deadline);
    if (e || (e = flash_count_good(fa, addr, data, len, good)) || !(*sr & SR_CFGBSY) ||
        *good >= len)
        return e;
    const size_t at = *good + UNIT / 2;
    e = mem_ap_write32(fa->mem, addr + (uint32_t)at, get_le32(&data[at]));
    if (!e)
        e = dword_wait_idle(fa, PROGRAM_LIMIT_US, sr);
    return e ? e : flash_count_good(fa, addr, data, len, good);
}

static enum err write_units(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len)
{
    return mem_ap_write(fa->mem, addr, data, len);
}

static const struct flash_run_writer writer = {write_units, complete_unit, fail_program};

static enum err program_units(struct flash_access *fa, uint32_t addr, const uint8_t *data,
                              size_t len)
{
    const struct flash_layout *layout = &fa->bank->layout;
    size_t begin, end = 0, good;
    uint32_t sr;
    enum err e = dword_check_page(fa, addr);
    if (e || !flash_next_run(layout, data, len, 0, &begin, &end))
        return e;
    e = start_erase(fa, CR_PG);
    for (end = 0; !e && flash_next_run(layout, data, len, end, &begin, &end);)
        e = flash_write_run(fa, &writer, addr + (uint32_t)begin, &data[begin], end - begin);
    if (e || (e = dword_wait_idle(fa, PROGRAM_LIMIT_US, &sr)) || (e = dword_write(fa, CR, 0)) ||
        !(sr & SR_ERRORS) || (e = flash_count_good(fa, addr, data, len, &good)))
        return e;
    return fail_program(fa, addr + (uint32_t)(good < len ? good : 0), sr);
}

// What a loader met. Its status has bits 9:3 of SR in 7:1 and bit 1 in 0.
static enum err explain_failure(struct flash_access *fa, uint32_t addr, const uint8_t *data,
                                size_t len, uint32_t status)
{
    const uint32_t sr = (status & 0xfeu) << 2 | (status & 1u) << 1;
    size_t good = 0;
    enum err e = dword_check_page(fa, addr);
    if (!e && data)
        e = flash_count_good(fa, addr, data, len, &good);
    return e ? e : fail_program(fa, addr + (uint32_t)(good < len ? good : 0), sr);
}

#define LOADER_ERASE      (1u << 16)
#define LOADER_ERASE_ALL  (3u << 16)
#define LOADER_ERASE_BANK (5u << 16)

static const struct flash_loader_code loader = {
    .bytes = dword_loader,
    .size = sizeof dword_loader,
    .erase_page = LOADER_ERASE,
    .erase_all = LOADER_ERASE_ALL,
    .erase_bank = LOADER_ERASE_BANK,
    .unit_us = 80,
    .erase_us = 20000,
    .scan_us = 40, // 512 words at 64 MHz
    .row_us = 1600,
    .vectors = true,
    .payload = 1024,
};

#define DWORD_FUNCTIONS                                                                            \
    .survey = survey_controller, .plan_latency = plan_latency,                                     \
    .plan_latency_back = plan_latency_back, .find_hidden = find_hidden,                            \
    .check_page = dword_check_page, .loader = &loader, .erase_code = erase_code,                   \
    .bank_bytes = bank_bytes, .explain = explain_failure, .begin = begin_programming,              \
    .check_read = check_read, .erase_start = erase_start, .erase_all_start = erase_all_start,      \
    .erase_poll = erase_poll, .program = program_units, .end = end_programming, .busy_offset = SR, \
    .option_words = DWORD_OPTIONS, .read_options = dword_read_options,                             \
    .write_options = dword_write_options

const struct flash_driver dword_driver = {
    .name = "dword",
    DWORD_FUNCTIONS,
    .empty_offset = ACR,
    .empty_mask = ACR_EMPTY,
    .busy_mask = 3u << 16, // BSY1, and BSY2 where there is one (it reads 0 elsewhere)
};

const struct flash_driver dword_pempty_driver = {
    .name = "dword-pempty",
    DWORD_FUNCTIONS,
    .empty_offset = SR,
    .empty_mask = SR_PEMPTY,
    .empty_toggles = true,
    .busy_mask = 1u << 16,
};
