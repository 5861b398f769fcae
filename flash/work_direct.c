// SPDX-License-Identifier: MIT
// A flash job carried out by the debug port alone: page by page, each read, erased, programmed and
// read back. An erase of seconds goes on over several steps.
#include <string.h>

#include "flash/work.h"
#include "swd/mem_ap.h"

#define ERASE_POLL_US           1000u
// Worn cells in the cold take ten times what is typical.
#define ERASE_LIMIT_US(typical) (10 * (uint64_t)(typical) + 100000u)

static uint8_t wanted_byte(const struct flash_job *job, const struct page *p, size_t i)
{
    return p->data ? p->data[i] : job->bank.layout.erased;
}

// The first byte at which the chip's page differs from what it shall hold, or its size.
static size_t compare_page(const struct flash_job *job, const struct page *p)
{
    size_t i = 0;
    if (p->data && memcmp(job->chip, p->data, p->size) == 0)
        return p->size;
    while (i < p->size && job->chip[i] == wanted_byte(job, p, i))
        i++;
    return i;
}

// A driver that refuses because of protection has not changed the chip.
static enum err mark_page_dirty(struct flash_job *job, enum err e)
{
    if (e != ERR_PROTECTED)
        job->stats.changed = true;
    return e;
}

static void count_runs(struct flash_job *job, const struct page *p)
{
    size_t start, stop = 0;
    while (flash_next_run(&job->bank.layout, p->data, p->size, stop, &start, &stop))
        job->stats.programmed += (uint32_t)(stop - start);
}

static enum err program_page(struct flash_job *job, struct page *p)
{
    if (p->data) {
        const struct flash_driver *driver = job->bank.driver;
        enum err e = mark_page_dirty(job, driver->program(&job->access, p->addr, p->data, p->size));
        if (e)
            return e;
        count_runs(job, p);
    }
    p->state = PAGE_WRITTEN;
    return ERR_OK;
}

// Polls the erase that was started until it is over, or STEP_WAIT_US have passed: then the next
// step goes on.
static enum err poll_erase(struct flash_job *job, const char *what, uint32_t addr,
                           uint32_t typical_us, bool *busy)
{
    struct debug_probe *probe = job->access.mem->probe;
    uint64_t limit_us = ERASE_LIMIT_US(typical_us);
    for (;;) {
        bool late = job_now_us(job) > job->progress.started_us + limit_us;
        enum err e = job->bank.driver->erase_poll(&job->access, what, addr, busy);
        if (e || !*busy)
            return e;
        if (late)
            return log_fail(
                job->access.log, ERR_FLASH,
                "erasing %s at 0x%08x has taken more than %u ms and does not end: reset "
                "the target and try again",
                what, addr, (unsigned)(limit_us / 1000));
        if (job_now_us(job) >= job->progress.yield_us)
            return ERR_OK;
        debug_probe_sleep_us(probe, ERASE_POLL_US);
    }
}

enum err direct_go_on_erasing(struct flash_job *job)
{
    struct page *p = &job->page[job->progress.page];
    bool busy;
    enum err e = poll_erase(job, "the flash page", p->addr, p->run->erase_us, &busy);
    if (!e && busy)
        return ERR_OK;
    job->progress.kind = PROGRESS_NONE;
    if (e)
        return mark_page_dirty(job, e);
    job->stats.erased += p->size;
    return program_page(job, p);
}

// The shortest time that it takes passes, as far as this step may wait.
static void note_erase_started(struct flash_job *job, enum job_progress_kind kind, unsigned page,
                               uint32_t min_us)
{
    uint64_t now = job_now_us(job);
    job->progress = (struct job_progress){
        .kind = kind, .page = page, .started_us = now, .yield_us = now + STEP_WAIT_US};
    debug_probe_sleep_us(job->access.mem->probe, min_us < STEP_WAIT_US ? min_us : STEP_WAIT_US);
}

static enum err begin_erase(struct flash_job *job, unsigned n)
{
    struct page *p = &job->page[n];
    enum err e = mark_page_dirty(job, job->bank.driver->erase_start(&job->access, p->addr));
    if (e)
        return e;
    note_erase_started(job, PROGRESS_ERASE, n, p->run->erase_min_us);
    return direct_go_on_erasing(job);
}

// What the chip holds goes into job->chip. *sound: and can be relied on.
static enum err read_page(struct flash_job *job, const struct page *p, bool *sound)
{
    const struct flash_driver *driver = job->bank.driver;
    enum err e = mem_ap_read(job->access.mem, p->addr, job->chip, p->size, NULL);
    *sound = true;
    if (e && e != ERR_FAULT)
        return e;
    // A unit whose programming was cut off may not be readable at all.
    const struct log_mark kept = log_keep(job->access.log);
    enum err asked = driver->check_read ? driver->check_read(&job->access, sound) : ERR_OK;
    if (e && !asked && *sound)
        log_restore(job->access.log, &kept);
    return asked ? asked : e && *sound ? e : ERR_OK;
}

enum err direct_page(struct flash_job *job, unsigned n)
{
    struct page *p = &job->page[n];
    bool sound;
    enum err e = read_page(job, p, &sound);
    // Code may be hidden page by page: that is a better sentence.
    if (e == ERR_FAULT && job->bank.driver->check_page(&job->access, p->addr))
        return ERR_PROTECTED;
    if (e)
        return e;
    if (sound && compare_page(job, p) == p->size) {
        job->stats.skipped += job->plan == PLAN_MASS ? 0 : p->size;
        p->state = PAGE_DONE;
        return ERR_OK;
    }
    if (sound && flash_layout_is_erased(&job->bank.layout, job->chip, p->size))
        return program_page(job, p);
    return job->erase == FLASH_ERASE_NONE ? job_fail_not_blank(job, n) : begin_erase(job, n);
}

enum err direct_verify(struct flash_job *job, unsigned n)
{
    struct page *p = &job->page[n];
    enum err e = mem_ap_read(job->access.mem, p->addr, job->chip, p->size, NULL);
    if (e)
        return e;
    size_t at = compare_page(job, p);
    if (at < p->size) {
        job_make_waiting(job, n);
        return log_fail(
            job->access.log, ERR_FLASH,
            "the flash at 0x%08x holds 0x%02x after programming and should hold 0x%02x: "
            "check the supply of the target and try again",
            p->addr + (uint32_t)at, job->chip[at], wanted_byte(job, p, at));
    }
    job->stats.verified += p->size;
    p->state = PAGE_DONE;
    return ERR_OK;
}

enum err direct_go_on_erasing_all(struct flash_job *job)
{
    bool busy;
    enum err e =
        poll_erase(job, "the flash", job->bank.base, job->bank.layout.mass_erase_us, &busy);
    if (!e && busy)
        return ERR_OK;
    job->progress.kind = PROGRESS_NONE;
    if (!e)
        job_note_mass_erase(job);
    return e;
}

enum err direct_erase_all(struct flash_job *job)
{
    enum err e = job->bank.driver->erase_all_start(&job->access);
    if (e)
        return e;
    note_erase_started(job, PROGRESS_ERASE_ALL, 0, job->page[0].run->erase_min_us);
    return direct_go_on_erasing_all(job);
}

enum err direct_start(struct flash_job *job)
{
    if (job->ready)
        return ERR_OK;
    if (job->access.core && job->bank.driver->loader && !job->begun)
        log_line(job->access.log, LOG_NOTE,
                 "flash: no code can run in this chip's RAM now, so the debug port does all of it");
    job->begun = true;
    enum err e = job->bank.driver->begin(&job->access);
    job->ready = !e;
    return e;
}
