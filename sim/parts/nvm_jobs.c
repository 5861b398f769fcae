// SPDX-License-Identifier: MIT
// What programming and erasing do to the cells of the NVM over time (RM0367, 3.3.4; times of the
// data sheets). Cells are erased to 0 and programmed to 1.
#include <string.h>

#include "base/bytes.h"
#include "sim/parts/nvm.h"

static uint64_t program_ns(const struct sim_nvm *n)
{
    const struct sim_nvm_config *config = n->part->config;
    return config->time[sim_part_level(n->part, SIM_FLASH_TIME, 0)].program_ns;
}

static uint64_t mass_ns(const struct sim_nvm *n)
{
    const struct sim_nvm_config *config = n->part->config;
    return config->time[sim_part_level(n->part, SIM_FLASH_TIME, 0)].mass_ns;
}

bool sim_nvm_is_busy(const struct sim_nvm *n)
{
    return n->jobs != 0;
}

bool sim_nvm_bank_is_busy(const struct sim_nvm *n, unsigned bank)
{
    for (unsigned i = 0; i < n->jobs; i++) {
        if (n->job[i].kind == SIM_NVM_UNPROTECT || n->job[i].bank == bank)
            return true;
    }
    return false;
}

uint64_t sim_nvm_level_busy(void *self, unsigned line)
{
    (void)line;
    return sim_nvm_is_busy(self);
}

enum sim_bus_status sim_nvm_stall(struct sim_nvm *n)
{
    return sim_chip_stall(n->part->chip, n->done_ns);
}

static uint8_t *cells(const struct sim_nvm_job *job)
{
    return job->memory->bytes + job->offset;
}

// A word of EEPROM or an option word: an erase comes first unless the cells are erased, and nothing
// comes behind it when zero is written; FIX makes every write as long as both.
static bool needs_erase(const struct sim_nvm *n, const struct sim_nvm_job *job)
{
    return n->pecr & NVM_PECR_FIX || get_le32(cells(job)) != 0;
}

static bool needs_program(const struct sim_nvm *n, const struct sim_nvm_job *job)
{
    return n->pecr & NVM_PECR_FIX || job->word[0] != 0 || get_le32(cells(job)) == 0;
}

static uint64_t job_ns(const struct sim_nvm *n, const struct sim_nvm_job *job)
{
    switch (job->kind) {
    case SIM_NVM_WRITE:
        return ((needs_erase(n, job) ? 1u : 0) + (needs_program(n, job) ? 1u : 0)) * program_ns(n);
    case SIM_NVM_UNPROTECT:
        return mass_ns(n) + 2 * program_ns(n);
    default:
        return program_ns(n);
    }
}

static void count_job(struct sim_nvm *n, const struct sim_nvm_job *job)
{
    struct sim_account *account = n->part->account;
    switch (job->kind) {
    case SIM_NVM_ERASE_PAGE:
        account->pages_erased++;
        n->flash->erase_count[job->offset / n->flash->row.page_size]++;
        break;
    case SIM_NVM_UNPROTECT:
        account->mass_erases++;
        account->units_programmed++;
        for (unsigned i = 0; i < n->flash->row.size / n->flash->row.page_size; i++)
            n->flash->erase_count[i]++;
        break;
    default:
        account->units_programmed++;
        break;
    }
}

void sim_nvm_begin(struct sim_nvm *n, const struct sim_nvm_job *job, unsigned jobs)
{
    uint64_t now_ns = n->part->clock->now_ns;
    n->done_ns = now_ns;
    for (unsigned i = 0; i < jobs; i++) {
        uint64_t end_ns = now_ns + job_ns(n, &job[i]);
        n->job[i] = job[i];
        n->done_ns = end_ns > n->done_ns ? end_ns : n->done_ns;
        count_job(n, &job[i]);
    }
    n->jobs = jobs;
    n->mass_end_ns = now_ns + mass_ns(n);
    sim_clock_arm(n->part->clock, &n->done, n->done_ns);
    sim_map_update(n->part->chip);
}

static void put_words(const struct sim_nvm_job *job, bool erased_before)
{
    for (unsigned i = 0; i < job->words; i++) {
        uint8_t *p = cells(job) + 4 * i;
        put_le32(p, job->word[i] | (erased_before ? 0 : get_le32(p)));
    }
}

static void erase_all(struct sim_nvm *n)
{
    memset(n->flash->bytes, 0, n->flash->row.size);
    memset(n->eeprom->bytes, 0, n->eeprom->row.size);
}

static void finish_job(struct sim_nvm *n, const struct sim_nvm_job *job)
{
    switch (job->kind) {
    case SIM_NVM_ERASE_PAGE:
        memset(cells(job), 0, n->flash->row.page_size);
        break;
    case SIM_NVM_PROGRAM:
        put_words(job, false);
        break;
    case SIM_NVM_UNPROTECT:
        erase_all(n);
        put_words(job, true);
        break;
    case SIM_NVM_WRITE:
        put_words(job, true);
        break;
    }
}

static void jobs_are_due(void *arg)
{
    struct sim_nvm *n = arg;
    unsigned jobs = n->jobs;
    n->jobs = 0;
    for (unsigned i = 0; i < jobs; i++)
        finish_job(n, &n->job[i]);
    sim_nvm_flag(n, NVM_SR_EOP);
    sim_map_update(n->part->chip);
}

// Some bits have made it, some have not.
static void leave_half_erased(struct sim_nvm *n, uint8_t *p, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        p[i] &= (uint8_t)sim_chip_random(n->part->chip);
}

static void leave_half_programmed(struct sim_nvm *n, const struct sim_nvm_job *job)
{
    for (unsigned i = 0; i < job->words; i++) {
        uint8_t *p = cells(job) + 4 * i;
        put_le32(p, get_le32(p) | (job->word[i] & sim_chip_random(n->part->chip)));
    }
}

static void abort_unprotect(struct sim_nvm *n, const struct sim_nvm_job *job)
{
    if (n->part->clock->now_ns < n->mass_end_ns) {
        leave_half_erased(n, n->flash->bytes, n->flash->row.size);
        leave_half_erased(n, n->eeprom->bytes, n->eeprom->row.size);
        return;
    }
    erase_all(n);
    leave_half_erased(n, cells(job), 4);
    leave_half_programmed(n, job);
}

static void abort_job(struct sim_nvm *n, const struct sim_nvm_job *job)
{
    switch (job->kind) {
    case SIM_NVM_ERASE_PAGE:
        leave_half_erased(n, cells(job), n->flash->row.page_size);
        break;
    case SIM_NVM_PROGRAM:
        leave_half_programmed(n, job);
        break;
    case SIM_NVM_UNPROTECT:
        abort_unprotect(n, job);
        break;
    case SIM_NVM_WRITE:
        leave_half_erased(n, cells(job), 4);
        leave_half_programmed(n, job);
        break;
    }
}

void sim_nvm_hear_cut(void *self, unsigned line, uint64_t by_reset)
{
    struct sim_nvm *n = self;
    (void)line;
    if (by_reset && n->jobs)
        sim_account_violation(n->part->account,
                              "nvm: a reset while 0x%08x was programmed or erased",
                              n->job[0].memory->row.base + n->job[0].offset);
    for (unsigned i = 0; i < n->jobs; i++)
        abort_job(n, &n->job[i]);
    n->jobs = n->loads = 0;
    sim_clock_arm(n->part->clock, &n->done, SIM_NEVER);
}

void sim_nvm_create_jobs(struct sim_nvm *n)
{
    sim_clock_add(n->part->clock, &n->done, jobs_are_due, n);
}
