// SPDX-License-Identifier: MIT
// Carries a flash job out: by a loader on the target where one can run, and by the debug port alone
// where not.
#include "flash/work.h"

// The controller first, which may refuse; then the chip around it.
static enum err survey_chip(struct flash_job *job, bool *may_run)
{
    struct flash_access *fa = &job->access;
    fa->enter.count = fa->leave.count = 0;
    enum err e = job->bank.driver->survey(fa, may_run);
    return e || !job->bank.prepare ? e : job->bank.prepare->plan(fa);
}

enum err work_start(struct flash_job *job)
{
    if (!job->started) {
        bool may_run = false;
        enum err e = survey_chip(job, &may_run);
        if (e)
            return e;
        job->code_may_run = may_run;
        job->started = true;
    }
    if (job->loader.running)
        return ERR_OK;
    struct cortexm *core = job->access.core;
    enum err held = core ? caches_hold(&core->caches, job->access.mem, &job->caches) : ERR_OK;
    if (held)
        return held;
    if (by_loader_is_possible(job)) {
        enum err e = by_loader_start(job);
        if (e == ERR_STATE)
            e = by_loader_give_up(job);
        if (e || job->loader.running)
            return e;
    }
    return direct_start(job);
}

static enum err check_all_pages(struct flash_job *job)
{
    enum err e = ERR_OK;
    for (unsigned n = 0; n < job->page_count && !e; n++)
        e = job->bank.driver->check_page(&job->access, job->page[n].addr);
    return e;
}

static void allow_rows(struct flash_job *job, uint32_t addr, uint32_t len)
{
    if (job->bank.layout.row && job->access.rows)
        loader_allow_rows(&job->loader, addr, addr + len);
}

static enum err mass_erase(struct flash_job *job)
{
    enum err e = check_all_pages(job);
    if (e)
        return e;
    const struct flash_driver *driver = job->bank.driver;
    job->stats.changed = true;
    if (job->loader.running) {
        const uint32_t other = driver->other_mass_erase ? driver->other_mass_erase(&job->bank) : 0;
        e = loader_work(&job->loader, job->bank.base, FLASH_EXTENT_ALL, NULL, 0);
        if (!e && other)
            e = loader_work(&job->loader, other, FLASH_EXTENT_ALL, NULL, 0);
        if (!e)
            job_note_mass_erase(job);
        if (!e)
            allow_rows(job, job->bank.base, job->bank.size);
        return e;
    }
    return direct_erase_all(job);
}

// Everything shall be erased and nothing written: then nothing has to be compared.
static bool wants_all_erased(const struct flash_job *job)
{
    for (unsigned n = 0; n < job->page_count; n++)
        if (job->page[n].state != PAGE_WAITING || job->page[n].data)
            return false;
    return job->closed && job->erase != FLASH_ERASE_PAGES && job->erase != FLASH_ERASE_NONE;
}

// Of a controller that cannot erase everything at once: what nobody asked for is to be erased, too.
static enum err mass_erase_by_pages(struct flash_job *job)
{
    enum err e = job->erase == FLASH_ERASE_MASS ? check_all_pages(job) : ERR_OK;
    for (unsigned n = 0; n < job->page_count && !e && job->erase == FLASH_ERASE_MASS; n++)
        if (job->page[n].state == PAGE_UNTOUCHED)
            job_make_waiting(job, n);
    job->plan = PLAN_PAGES;
    if (!e && job->bank.taken)
        log_line(job->access.log, LOG_NOTE, "the flash from 0x%08x on stays: it belongs to %s",
                 job->bank.base + job->bank.size, job->bank.taken_by);
    return e;
}

// A page that nobody asked for may be protected: then only the others can be erased.
static bool may_erase(struct flash_job *job, unsigned from, unsigned end)
{
    enum err e = ERR_OK;
    for (unsigned n = from; n < end && e != ERR_PROTECTED; n++)
        e = job->bank.driver->check_page(&job->access, job->page[n].addr);
    if (e == ERR_PROTECTED)
        log_forget(job->access.log);
    return e != ERR_PROTECTED;
}

static enum err erase_bank(struct flash_job *job, unsigned from, unsigned end, uint32_t bytes)
{
    job->stats.changed = true;
    enum err e = loader_work(&job->loader, job->page[from].addr, FLASH_EXTENT_BANK, NULL, 0);
    if (e)
        return e;
    job_note_erased(job, from, end);
    allow_rows(job, job->page[from].addr, bytes);
    return ERR_OK;
}

// A bank whose other pages are blank can be erased as a whole, whatever is in the other one.
static enum err erase_banks_that_pay(struct flash_job *job)
{
    const struct flash_driver *driver = job->bank.driver;
    const uint32_t bytes = driver->bank_bytes ? driver->bank_bytes(&job->access) : 0;
    enum err e = ERR_OK;
    if (!bytes || !job->loader.running || !job->scanned || job->erase != FLASH_ERASE_AUTO)
        return ERR_OK;
    const unsigned pages = job->page_count / 2;
    for (unsigned from = 0; from + pages <= job->page_count && !e; from += pages)
        if (plan_pays(job, from, from + pages) && may_erase(job, from, from + pages))
            e = erase_bank(job, from, from + pages, bytes);
    return e;
}

// As far as is known by now: a refusal comes before the first page is touched.
static enum err check_changing_pages(struct flash_job *job)
{
    enum err e = ERR_OK;
    for (unsigned n = 0; n < job->page_count && job->scanned && !e; n++)
        if (job_is_due(job, &job->page[n]) && !plan_is_equal(job, n))
            e = job->bank.driver->check_page(&job->access, job->page[n].addr);
    return e;
}

static enum err decide(struct flash_job *job)
{
    const bool all = wants_all_erased(job);
    job->plan = all ? PLAN_MASS : plan_decide(job);
    if (job->plan == PLAN_MASS && !all && job->erase != FLASH_ERASE_MASS &&
        !may_erase(job, 0, job->page_count))
        job->plan = PLAN_PAGES;
    if (job->plan != PLAN_MASS) {
        enum err e = check_changing_pages(job);
        return e ? e : erase_banks_that_pay(job);
    }
    return job->bank.driver->erase_all_start && !job->bank.by_pages ? mass_erase(job)
                                                                    : mass_erase_by_pages(job);
}

// Without verifying: the loader's own status is all there is, so the queue has to be through.
static enum err accept_unverified(struct flash_job *job)
{
    if (loader_is_at_long_work(&job->loader))
        return loader_wait_longer(&job->loader, STEP_WAIT_US);
    enum err e = job->loader.running ? loader_wait(&job->loader) : ERR_OK;
    for (unsigned n = 0; n < job->page_count && !e; n++)
        if (job->page[n].state == PAGE_WRITTEN)
            job->page[n].state = PAGE_DONE;
    return e;
}

static enum err one_step(struct flash_job *job)
{
    unsigned n;
    bool by_loader = job->loader.running;
    job->progress.yield_us = job_now_us(job) + STEP_WAIT_US;
    if (job->progress.kind == PROGRESS_ERASE)
        return direct_go_on_erasing(job);
    if (job->progress.kind == PROGRESS_ERASE_ALL)
        return direct_go_on_erasing_all(job);
    if (job->progress.kind == PROGRESS_QUEUE)
        return by_loader_go_on_queueing(job);
    if (job->plan == PLAN_UNDECIDED) {
        enum err e = plan_can_decide(job) ? decide(job) : ERR_OK;
        if (e || job->plan != PLAN_PAGES)
            return e;
    }
    if (job_find_due(job, &n))
        return by_loader ? by_loader_page(job, n) : direct_page(job, n);
    if (job->closed && job_find_state(job, PAGE_WRITTEN, &n) && job->trusting)
        return accept_unverified(job);
    if (job->closed && job_find_state(job, PAGE_WRITTEN, &n))
        return by_loader ? by_loader_verify(job, n) : direct_verify(job, n);
    return ERR_OK;
}

enum err work_step(struct flash_job *job)
{
    enum err e = one_step(job);
    job->stats.by_loader |= job->loader.running;
    if (e == ERR_STATE && job->loader.running)
        return by_loader_give_up(job);
    return e == ERR_FLASH && job->loader.status && job->loader.running ? by_loader_explain(job) : e;
}

enum err work_free_core(struct flash_job *job)
{
    struct cortexm *core = job->access.core;
    return core ? caches_give_back(&core->caches, job->access.mem, &job->caches) : ERR_OK;
}

enum err work_end(struct flash_job *job)
{
    enum err e = ERR_OK;
    if (job->loader.running) {
        e = loader_stop(&job->loader);
        if (e)
            by_loader_take_back(job);
    }
    enum err end = job->begun ? job->bank.driver->end(&job->access) : ERR_OK;
    job->begun = job->ready = job->started = false;
    const enum err freed = work_free_core(job);
    end = end ? end : freed;
    return e ? e : end;
}
