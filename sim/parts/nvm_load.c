// SPDX-License-Identifier: MIT
// What becomes of a write to the program memory: a page erased, a word programmed, or one of the
// 16 or 32 words of a half-page, which is programmed when the last one has come (RM0367, 3.3.4).
// With PARALLELBANK, two pages or two half-pages, one of each bank, are worked on at once.
#include <string.h>

#include "base/bytes.h"
#include "sim/parts/nvm.h"

static unsigned half_page_words(const struct sim_nvm *n)
{
    unsigned words = sim_nvm_config_of(n)->half_page_words;
    return words ? words : 16;
}

static uint32_t half_page(const struct sim_nvm *n)
{
    return 4 * half_page_words(n);
}

static uint32_t address(const struct sim_nvm *n, uint32_t offset)
{
    return n->flash->row.base + offset;
}

static void end_loads(struct sim_nvm *n, uint32_t sr_bits)
{
    n->loads = 0;
    sim_map_update(n->part->chip);
    sim_nvm_flag(n, sr_bits);
}

void sim_nvm_drop_loads(struct sim_nvm *n, uint32_t sr_bits, const char *reason)
{
    sim_chip_violation(n->part->chip, "nvm: the loading of 0x%08x is given up: %s",
                       address(n, n->load[0].offset), reason);
    end_loads(n, sr_bits);
}

// NOTZEROERR: the job is not done. With NZDISABLE it is, and the ECC of the word no longer fits.
static bool is_erased(struct sim_nvm *n, const struct sim_nvm_job *job)
{
    for (unsigned i = 0; i < job->words; i++) {
        uint32_t at = job->offset + 4 * i, old = get_le32(n->flash->bytes + at);
        if (old == 0)
            continue;
        sim_chip_violation(n->part->chip,
                           "nvm: programming 0x%08x, which holds 0x%08x and is not erased",
                           address(n, at), old);
        if (n->pecr & NVM_PECR_NZ_OFF || sim_nvm_config_of(n)->is_l1)
            continue;
        sim_nvm_flag(n, NVM_SR_NOTZEROERR);
        return false;
    }
    return true;
}

static void begin_loads(struct sim_nvm *n)
{
    unsigned jobs = n->loads;
    n->loads = 0;
    for (unsigned i = 0; i < jobs; i++) {
        if (n->load[i].kind == SIM_NVM_PROGRAM && !is_erased(n, &n->load[i])) {
            sim_map_update(n->part->chip);
            return;
        }
    }
    sim_nvm_begin(n, n->load, jobs);
}

static bool is_other_bank(const struct sim_nvm *n, unsigned bank)
{
    return n->loads == 0 || n->load[0].bank != bank;
}

// Any value will do; the address has to be the page's first word (ST's HAL, FLASH_PageErase()).
static void erase_page(struct sim_nvm *n, uint32_t offset)
{
    unsigned wanted = n->pecr & NVM_PECR_PARALLEL ? SIM_NVM_BANKS : 1;
    struct sim_nvm_job job = {.kind = SIM_NVM_ERASE_PAGE,
                              .memory = n->flash,
                              .offset = offset,
                              .bank = sim_nvm_bank_of(n, n->flash, offset)};
    if (offset % n->flash->row.page_size || !is_other_bank(n, job.bank)) {
        sim_chip_violation(n->part->chip, "nvm: erase at 0x%08x, which is %s", address(n, offset),
                           offset % n->flash->row.page_size ? "not the start of a page"
                                                            : "in the bank of the first page");
        end_loads(n, NVM_SR_PGAERR);
        return;
    }
    n->load[n->loads++] = job;
    if (n->loads == wanted)
        begin_loads(n);
    else
        sim_map_update(n->part->chip);
}

static void program_word(struct sim_nvm *n, uint32_t offset, uint32_t value)
{
    struct sim_nvm_job job = {.kind = SIM_NVM_PROGRAM,
                              .memory = n->flash,
                              .offset = offset,
                              .words = 1,
                              .word = {value},
                              .bank = sim_nvm_bank_of(n, n->flash, offset)};
    if (is_erased(n, &job))
        sim_nvm_begin(n, &job, 1);
}

// The half-page that takes the next word, or NULL: one has to be begun.
static struct sim_nvm_job *open_load(struct sim_nvm *n)
{
    struct sim_nvm_job *last = n->loads ? &n->load[n->loads - 1] : NULL;
    return last && last->words < half_page_words(n) ? last : NULL;
}

static void begin_half_page(struct sim_nvm *n, uint32_t offset, uint32_t value)
{
    unsigned bank = sim_nvm_bank_of(n, n->flash, offset);
    if (offset % half_page(n) || !is_other_bank(n, bank)) {
        sim_chip_violation(
            n->part->chip, "nvm: a half-page at 0x%08x, which is %s", address(n, offset),
            offset % half_page(n) ? "not the start of one" : "in the bank of the first one");
        end_loads(n, NVM_SR_PGAERR);
        return;
    }
    n->load[n->loads++] = (struct sim_nvm_job){.kind = SIM_NVM_PROGRAM,
                                               .memory = n->flash,
                                               .offset = offset,
                                               .words = 1,
                                               .word = {value},
                                               .bank = bank};
    sim_map_update(n->part->chip);
}

// The words are taken as they come: an address counts only in that it has to be in the half-page
// (ST's HAL writes all of them to the first one).
static void load_word(struct sim_nvm *n, uint32_t offset, uint32_t value)
{
    unsigned wanted = n->pecr & NVM_PECR_PARALLEL ? SIM_NVM_BANKS : 1;
    struct sim_nvm_job *load = open_load(n);
    if (!load) {
        begin_half_page(n, offset, value);
        return;
    }
    if (offset / half_page(n) != load->offset / half_page(n)) {
        sim_nvm_drop_loads(n, NVM_SR_PGAERR, "a word outside of the half-page was written");
        return;
    }
    load->word[load->words++] = value;
    if (load->words == half_page_words(n) && n->loads == wanted)
        begin_loads(n);
}

static bool is_refused(struct sim_nvm *n, uint32_t offset, unsigned size)
{
    const char *reason = NULL;
    uint32_t flag = NVM_SR_WRPERR; // 3.4.5
    if (sim_nvm_is_blocked(n)) {
        reason = "under read protection";
    } else if (n->pe_lock.locked || n->prg_lock.locked) {
        reason = "while PRGLOCK is 1";
    } else if (sim_nvm_is_write_protected(n, offset)) {
        reason = "in a write-protected sector";
    } else if (size != 4) {
        reason = "narrower than a word";
        flag = NVM_SR_SIZERR;
    }
    if (!reason)
        return false;
    sim_chip_violation(n->part->chip, "nvm: a write to 0x%08x %s", address(n, offset), reason);
    if (n->loads)
        sim_nvm_drop_loads(n, 0, "another write was refused");
    sim_nvm_flag(n, flag);
    return true;
}

enum sim_bus_status sim_nvm_write_flash(struct sim_nvm *n, uint32_t offset, unsigned size,
                                        uint32_t value)
{
    uint32_t mode = n->pecr & (NVM_PECR_PROG | NVM_PECR_ERASE | NVM_PECR_FPRG);
    if (is_refused(n, offset, size))
        return SIM_BUS_OK;
    if (mode == (NVM_PECR_PROG | NVM_PECR_ERASE))
        erase_page(n, offset);
    else if (mode == (NVM_PECR_PROG | NVM_PECR_FPRG))
        load_word(n, offset, value);
    else if (mode == NVM_PECR_PROG || mode == 0)
        program_word(n, offset, value);
    else
        sim_chip_violation(n->part->chip,
                           "nvm: a write to 0x%08x with FLASH_PECR = 0x%08x, which starts nothing",
                           address(n, offset), n->pecr);
    return SIM_BUS_OK;
}
