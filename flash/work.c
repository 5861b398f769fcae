// SPDX-License-Identifier: MIT
// Carries a flash job out: by a loader on the target where one can run, and by the debug port alone
// where not.
#include <string.h>

#include "flash/crc.h"
#include "flash/job.h"
#include "swd/mem_ap.h"

// The first byte at which the chip's page differs from what it shall hold, or page_size.
static size_t compare_page(const struct flash_job *job, const struct page *p)
{
    size_t size = job->bank.page_size, i = 0;
    if (p->data && memcmp(job->chip, p->data, size) == 0)
        return size;
    while (i < size && job->chip[i] == (p->data ? p->data[i] : 0xff))
        i++;
    return i;
}

static bool chip_page_is_blank(const struct flash_job *job)
{
    for (size_t i = 0; i < job->bank.page_size; i++)
        if (job->chip[i] != 0xff)
            return false;
    return true;
}

// A driver that refuses because of protection has not changed the chip.
static enum err note_touch(struct flash_job *job, enum err e)
{
    if (e != ERR_PROTECTED)
        job->stats.changed = true;
    return e;
}

static enum err fail_not_blank(struct flash_job *job, unsigned n)
{
    return log_fail(
        job->access.log, ERR_FLASH,
        "the flash page at 0x%08x has to change and is not blank, and erasing was not allowed",
        job_page_addr(job, n));
}

// ---- by the debug port --------------------------------------------------------------------------

static void count_runs(struct flash_job *job, const struct page *p)
{
    unsigned unit = job->bank.driver->unit;
    size_t start, stop = 0;
    while (flash_next_run(p->data, job->bank.page_size, unit, stop, &start, &stop))
        job->stats.programmed += (uint32_t)(stop - start);
}

static enum err carry_out_directly(struct flash_job *job, unsigned n)
{
    const struct flash_driver *driver = job->bank.driver;
    struct page *p = &job->page[n];
    uint32_t addr = job_page_addr(job, n), size = job->bank.page_size;
    enum err e = mem_ap_read(job->access.mem, addr, job->chip, size, NULL);
    if (e)
        return e;
    if (compare_page(job, p) == size) {
        job->stats.skipped += job->way == WAY_MASS ? 0 : size;
        p->state = PAGE_DONE;
        return ERR_OK;
    }
    if (!chip_page_is_blank(job)) {
        if (job->erase == FLASH_ERASE_NONE)
            return fail_not_blank(job, n);
        if ((e = note_touch(job, driver->erase_page(&job->access, addr))))
            return e;
        job->stats.erased += size;
    }
    if (p->data) {
        if ((e = note_touch(job, driver->program(&job->access, addr, p->data, size))))
            return e;
        count_runs(job, p);
    }
    p->state = PAGE_WRITTEN;
    return ERR_OK;
}

static enum err verify_by_reading(struct flash_job *job, unsigned n)
{
    struct page *p = &job->page[n];
    uint32_t addr = job_page_addr(job, n), size = job->bank.page_size;
    enum err e = mem_ap_read(job->access.mem, addr, job->chip, size, NULL);
    if (e)
        return e;
    size_t at = compare_page(job, p);
    if (at < size) {
        job_make_waiting(job, n);
        return log_fail(
            job->access.log, ERR_FLASH,
            "the flash at 0x%08x holds 0x%02x after programming and should hold 0x%02x: "
            "check the supply of the target and try again",
            addr + (uint32_t)at, job->chip[at], p->data ? p->data[at] : 0xff);
    }
    job->stats.verified += size;
    p->state = PAGE_DONE;
    return ERR_OK;
}

// ---- by a loader --------------------------------------------------------------------------------

static bool loader_is_possible(const struct flash_job *job)
{
    const struct flash_access *fa = &job->access;
    const struct flash_loader_code *code = job->bank.driver->loader;
    return job->code_may_run && code && fa->core && (fa->loan || fa->reset_follows) &&
           loader_size(code) <= job->bank.ram_size;
}

static enum err scan_pages(struct flash_job *job, unsigned first, unsigned count)
{
    return loader_scan(&job->loader, job_page_addr(job, first), count, job->bank.page_size,
                       &job->scan[first]);
}

static enum err scan_chip(struct flash_job *job)
{
    enum err e = ERR_OK;
    for (unsigned n = 0; n < job->page_count && !e; n += LOADER_SCAN_MAX) {
        unsigned left = job->page_count - n;
        e = scan_pages(job, n, left < LOADER_SCAN_MAX ? left : LOADER_SCAN_MAX);
    }
    job->scanned = !e;
    return e;
}

// Queues the page in pieces; the erase goes with the first. What follows the last byte that has to
// be programmed is not sent.
static enum err queue_page(struct flash_job *job, unsigned n, uint32_t erase)
{
    const uint8_t *data = job->page[n].data;
    size_t size = data ? job->bank.page_size : 0;
    while (size >= 2 && data[size - 1] == 0xff && data[size - 2] == 0xff)
        size -= 2;
    uint32_t addr = job_page_addr(job, n);
    enum err e = ERR_OK;
    for (size_t at = 0; !e && (at < size || erase); at += LOADER_PAYLOAD, erase = 0) {
        size_t len = size - at < LOADER_PAYLOAD ? size - at : LOADER_PAYLOAD;
        e = loader_work(&job->loader, addr + (uint32_t)at, erase, data ? data + at : NULL, len);
    }
    for (size_t i = 0; !e && i < size; i += 2)
        job->stats.programmed += data[i] != 0xff || data[i + 1] != 0xff ? 2 : 0;
    return e;
}

// What a scan will find when the queue is done.
static void foresee(struct flash_job *job, unsigned n)
{
    const uint8_t *data = job->page[n].data;
    uint32_t size = job->bank.page_size;
    memset(job->chip, 0xff, size);
    job->scan[n][0] = data && memcmp(data, job->chip, size) != 0 ? 0 : 0xffffffff;
    job->scan[n][1] = flash_crc(data ? data : job->chip, size);
}

static enum err carry_out_by_loader(struct flash_job *job, unsigned n)
{
    const struct flash_loader_code *code = job->bank.driver->loader;
    struct page *p = &job->page[n];
    uint32_t size = job->bank.page_size;
    if (plan_is_equal(job, n)) {
        job->stats.skipped += job->way == WAY_MASS ? 0 : size;
        p->state = PAGE_DONE;
        return ERR_OK;
    }
    bool blank = plan_is_blank(job, n);
    if (!blank && job->erase == FLASH_ERASE_NONE)
        return fail_not_blank(job, n);
    enum err e = job->bank.driver->check_page(&job->access, job_page_addr(job, n));
    if (e)
        return e;
    job->stats.changed = true;
    if ((e = queue_page(job, n, blank ? 0 : code->erase_page)))
        return e;
    foresee(job, n);
    job->stats.erased += blank ? 0 : size;
    p->state = PAGE_WRITTEN;
    return ERR_OK;
}

// A stretch of pages by their CRCs. One that is wrong is read back, so that the sentence can say
// where.
static enum err verify_by_loader(struct flash_job *job, unsigned first)
{
    unsigned count = 0;
    while (first + count < job->page_count && count < LOADER_SCAN_MAX &&
           job->page[first + count].state == PAGE_WRITTEN)
        count++;
    enum err e = scan_pages(job, first, count);
    for (unsigned n = first; n < first + count && !e; n++) {
        if (plan_is_equal(job, n)) {
            job->stats.verified += job->bank.page_size;
            job->page[n].state = PAGE_DONE;
        } else {
            e = verify_by_reading(job, n);
        }
    }
    return e;
}

static void take_back_unverified(struct flash_job *job)
{
    for (unsigned n = 0; n < job->page_count; n++)
        if (job->page[n].state == PAGE_WRITTEN)
            job_make_waiting(job, n);
}

// The flash refused something: the loader has stopped, and what it did last is looked at.
static enum err explain(struct flash_job *job)
{
    uint32_t offset = job->loader.where - job->bank.base;
    unsigned n = (offset ? offset - 1 : 0) / job->bank.page_size;
    if (n >= job->page_count)
        n = 0;
    const struct page *p = &job->page[n];
    uint32_t status = job->loader.status;
    enum err e = loader_stop(&job->loader);
    take_back_unverified(job);
    return e ? e
             : job->bank.driver->explain(&job->access, job_page_addr(job, n), p->data,
                                         job->bank.page_size, status);
}

// The loader does not work on this chip as it is now; the debug port can do without.
static enum err give_loader_up(struct flash_job *job)
{
    log_line(job->access.log, LOG_NOTE, "%s: going on without it, which takes longer",
             log_sentence(job->access.log, ERR_STATE));
    log_forget(job->access.log);
    enum err e = loader_stop(&job->loader);
    take_back_unverified(job);
    job->code_may_run = job->scanned = false;
    job->way = WAY_UNDECIDED;
    return e;
}

static enum err start_loader(struct flash_job *job)
{
    enum err e = loader_start(&job->loader, &job->access);
    return !e && !job->scanned ? scan_chip(job) : e;
}

// ---- both ---------------------------------------------------------------------------------------

static enum err start_directly(struct flash_job *job)
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

enum err work_start(struct flash_job *job)
{
    if (!job->started) {
        bool may_run = false;
        enum err e = job->bank.driver->survey(&job->access, &may_run);
        if (e)
            return e;
        job->code_may_run = may_run;
        job->started = true;
    }
    if (job->loader.running)
        return ERR_OK;
    if (loader_is_possible(job)) {
        enum err e = start_loader(job);
        if (e == ERR_STATE)
            e = give_loader_up(job);
        if (e || job->loader.running)
            return e;
    }
    return start_directly(job);
}

static enum err check_all_pages(struct flash_job *job)
{
    enum err e = ERR_OK;
    for (unsigned n = 0; n < job->page_count && !e; n++)
        e = job->bank.driver->check_page(&job->access, job_page_addr(job, n));
    return e;
}

static enum err mass_erase(struct flash_job *job)
{
    enum err e = check_all_pages(job);
    if (e)
        return e;
    const struct flash_driver *driver = job->bank.driver;
    job->stats.changed = true;
    if (job->loader.running)
        e = loader_work(&job->loader, job->bank.base, driver->loader->erase_all, NULL, 0);
    else
        e = driver->erase_all(&job->access);
    if (e)
        return e;
    job->stats.erased += job->bank.size;
    memset(job->chip, 0xff, job->bank.page_size);
    uint32_t blank_crc = flash_crc(job->chip, job->bank.page_size);
    for (unsigned n = 0; n < job->page_count; n++) {
        struct page *p = &job->page[n];
        job->scan[n][0] = 0xffffffff;
        job->scan[n][1] = blank_crc;
        if (p->state == PAGE_WAITING && !p->data)
            p->state = PAGE_WRITTEN;
    }
    return ERR_OK;
}

// Everything shall be erased and nothing written: then nothing has to be compared.
static bool wants_all_erased(const struct flash_job *job)
{
    for (unsigned n = 0; n < job->page_count; n++)
        if (job->page[n].state != PAGE_WAITING || job->page[n].data)
            return false;
    return job->closed && job->erase != FLASH_ERASE_PAGES && job->erase != FLASH_ERASE_NONE;
}

static enum err decide(struct flash_job *job)
{
    job->way = wants_all_erased(job) ? WAY_MASS : plan_decide(job);
    return job->way == WAY_MASS ? mass_erase(job) : ERR_OK;
}

// Without verifying: the loader's own status is all there is, so the queue has to be through.
static enum err believe(struct flash_job *job)
{
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
    if (job->way == WAY_UNDECIDED) {
        enum err e = plan_can_decide(job) ? decide(job) : ERR_OK;
        if (e || job->way != WAY_PAGES)
            return e;
    }
    if (job_find_due(job, &n))
        return by_loader ? carry_out_by_loader(job, n) : carry_out_directly(job, n);
    if (job->closed && job_find_state(job, PAGE_WRITTEN, &n) && job->trusting)
        return believe(job);
    if (job->closed && job_find_state(job, PAGE_WRITTEN, &n))
        return by_loader ? verify_by_loader(job, n) : verify_by_reading(job, n);
    return ERR_OK;
}

enum err work_step(struct flash_job *job)
{
    enum err e = one_step(job);
    job->stats.by_loader |= job->loader.running;
    if (e == ERR_STATE && job->loader.running)
        return give_loader_up(job);
    return e == ERR_FLASH && job->loader.status && job->loader.running ? explain(job) : e;
}

enum err work_end(struct flash_job *job)
{
    enum err e = ERR_OK;
    if (job->loader.running) {
        e = loader_stop(&job->loader);
        if (e)
            take_back_unverified(job);
    }
    enum err end = job->begun ? job->bank.driver->end(&job->access) : ERR_OK;
    job->begun = job->ready = job->started = false;
    return e ? e : end;
}
