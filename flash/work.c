// SPDX-License-Identifier: MIT
// Carries a flash job out: by a loader on the target where one can run, and by the debug port alone
// where not.
#include <string.h>

#include "flash/crc.h"
#include "flash/job.h"
#include "swd/mem_ap.h"

// How long a step may wait for an erase or for room in the loader's queue.
#define STEP_WAIT_US            50000u
#define ERASE_POLL_US           1000u
// Worn cells in the cold take ten times what is typical.
#define ERASE_LIMIT_US(typical) (10 * (uint64_t)(typical) + 100000u)
// Bytes of one scan at most, so that a step does not take long.
#define SCAN_BYTES              (256u * 1024u)

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

static uint64_t job_now_us(const struct flash_job *job)
{
    return debug_probe_now_us(job->access.mem->probe);
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
        job->page[n].addr);
}

// ---- by the debug port --------------------------------------------------------------------------

static void count_runs(struct flash_job *job, const struct page *p)
{
    size_t start, stop = 0;
    while (flash_next_run(&job->bank.layout, p->data, p->size, stop, &start, &stop))
        job->stats.programmed += (uint32_t)(stop - start);
}

static enum err program_directly(struct flash_job *job, struct page *p)
{
    if (p->data) {
        const struct flash_driver *driver = job->bank.driver;
        enum err e = note_touch(job, driver->program(&job->access, p->addr, p->data, p->size));
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

static enum err go_on_erasing(struct flash_job *job)
{
    struct page *p = &job->page[job->progress.page];
    bool busy;
    enum err e = poll_erase(job, "the flash page", p->addr, p->run->erase_us, &busy);
    if (!e && busy)
        return ERR_OK;
    job->progress.kind = PROGRESS_NONE;
    if (e)
        return note_touch(job, e);
    job->stats.erased += p->size;
    return program_directly(job, p);
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
    enum err e = note_touch(job, job->bank.driver->erase_start(&job->access, p->addr));
    if (e)
        return e;
    job->progress =
        (struct job_progress){.kind = PROGRESS_ERASE, .page = n, .started_us = job_now_us(job)};
    uint32_t wait_us = p->run->erase_min_us < STEP_WAIT_US ? p->run->erase_min_us : STEP_WAIT_US;
    debug_probe_sleep_us(job->access.mem->probe, wait_us);
    return go_on_erasing(job);
}

static enum err carry_out_directly(struct flash_job *job, unsigned n)
{
    struct page *p = &job->page[n];
    enum err e = mem_ap_read(job->access.mem, p->addr, job->chip, p->size, NULL);
    if (e)
        return e;
    if (compare_page(job, p) == p->size) {
        job->stats.skipped += job->way == WAY_MASS ? 0 : p->size;
        p->state = PAGE_DONE;
        return ERR_OK;
    }
    if (flash_layout_is_erased(&job->bank.layout, job->chip, p->size))
        return program_directly(job, p);
    return job->erase == FLASH_ERASE_NONE ? fail_not_blank(job, n) : begin_erase(job, n);
}

static enum err verify_by_reading(struct flash_job *job, unsigned n)
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

// ---- by a loader --------------------------------------------------------------------------------

static bool loader_is_possible(const struct flash_job *job)
{
    const struct flash_access *fa = &job->access;
    const struct flash_loader_code *code = job->bank.driver->loader;
    return job->code_may_run && code && fa->core && (fa->loan || fa->reset_follows) &&
           loader_size(code) <= job->bank.ram_size;
}

// How many pages from first on, at most `most`, one scan takes: of one size, without a gap.
static unsigned scan_length(const struct flash_job *job, unsigned first, unsigned most)
{
    const struct page *p = &job->page[first];
    unsigned count = 1;
    if (most > LOADER_SCAN_MAX)
        most = LOADER_SCAN_MAX;
    while (count < most && p[count].run == p->run && (count + 1) * p->size <= SCAN_BYTES)
        count++;
    return count;
}

static enum err scan_pages(struct flash_job *job, unsigned first, unsigned count)
{
    const struct page *p = &job->page[first];
    return loader_scan(&job->loader, p->addr, count, p->size, &job->scan[first]);
}

static enum err scan_chip(struct flash_job *job)
{
    enum err e = ERR_OK;
    for (unsigned n = 0, count; n < job->page_count && !e; n += count) {
        count = scan_length(job, n, job->page_count - n);
        e = scan_pages(job, n, count);
    }
    job->scanned = !e;
    return e;
}

// Bytes of the page's data up to the last unit that has to be programmed: what follows is not sent.
static size_t data_length(const struct flash_job *job, const struct page *p)
{
    const struct flash_layout *layout = &job->bank.layout;
    size_t size = p->data ? p->size : 0;
    while (size >= layout->unit &&
           flash_layout_is_erased(layout, p->data + size - layout->unit, layout->unit))
        size -= layout->unit;
    return size;
}

static void count_programmed(struct flash_job *job, const struct page *p, size_t size)
{
    const struct flash_layout *layout = &job->bank.layout;
    for (size_t i = 0; i < size; i += layout->unit)
        if (!flash_layout_is_erased(layout, p->data + i, layout->unit))
            job->stats.programmed += layout->unit;
}

// What a scan will find when the queue is done.
static void predict_scan(struct flash_job *job, unsigned n)
{
    const struct page *p = &job->page[n];
    memset(job->chip, job->bank.layout.erased, p->size);
    job->scan[n][0] = p->data && memcmp(p->data, job->chip, p->size) != 0 ? 0 : 0xffffffff;
    job->scan[n][1] = flash_crc(p->data ? p->data : job->chip, p->size);
}

// Queues the page in pieces, as long as the loader has room; the erase goes with the first.
static enum err go_on_queueing(struct flash_job *job)
{
    struct job_progress *q = &job->progress;
    struct page *p = &job->page[q->page];
    const size_t size = data_length(job, p);
    while (q->at < size || q->erase) {
        bool room;
        enum err e = loader_wait_room(&job->loader, STEP_WAIT_US, &room);
        if (e || !room)
            return e;
        size_t len = size - q->at < LOADER_PAYLOAD ? size - q->at : LOADER_PAYLOAD;
        e = loader_work(&job->loader, p->addr + (uint32_t)q->at, q->erase,
                        p->data ? p->data + q->at : NULL, len);
        if (e)
            return e;
        q->at += len;
        q->erase = 0;
    }
    count_programmed(job, p, size);
    predict_scan(job, q->page);
    p->state = PAGE_WRITTEN;
    q->kind = PROGRESS_NONE;
    return ERR_OK;
}

static enum err carry_out_by_loader(struct flash_job *job, unsigned n)
{
    struct page *p = &job->page[n];
    if (plan_is_equal(job, n)) {
        job->stats.skipped += job->way == WAY_MASS ? 0 : p->size;
        p->state = PAGE_DONE;
        return ERR_OK;
    }
    bool blank = plan_is_blank(job, n);
    if (!blank && job->erase == FLASH_ERASE_NONE)
        return fail_not_blank(job, n);
    enum err e = job->bank.driver->check_page(&job->access, p->addr);
    if (e)
        return e;
    job->stats.changed = true;
    job->stats.erased += blank ? 0 : p->size;
    job->progress =
        (struct job_progress){.kind = PROGRESS_QUEUE,
                              .page = n,
                              .erase = blank ? 0 : job->bank.driver->loader->erase_page};
    return go_on_queueing(job);
}

// A stretch of pages by their CRCs. One that is wrong is read back, so that the sentence can say
// where.
static enum err verify_by_loader(struct flash_job *job, unsigned first)
{
    unsigned written = 0;
    while (first + written < job->page_count && job->page[first + written].state == PAGE_WRITTEN)
        written++;
    unsigned count = scan_length(job, first, written);
    enum err e = scan_pages(job, first, count);
    for (unsigned n = first; n < first + count && !e; n++) {
        if (plan_is_equal(job, n)) {
            job->stats.verified += job->page[n].size;
            job->page[n].state = PAGE_DONE;
        } else {
            e = verify_by_reading(job, n);
        }
    }
    return e;
}

static void take_back_unverified(struct flash_job *job)
{
    job->progress.kind = PROGRESS_NONE;
    for (unsigned n = 0; n < job->page_count; n++)
        if (job->page[n].state == PAGE_WRITTEN)
            job_make_waiting(job, n);
}

// The flash refused something: the loader has stopped, and what it did last is looked at.
static enum err explain(struct flash_job *job)
{
    unsigned n; // `where` is behind what was worked on last
    if (!flash_layout_find(&job->bank.layout, job->loader.where - 1, &n) &&
        !flash_layout_find(&job->bank.layout, job->loader.where, &n))
        n = 0;
    const struct page *p = &job->page[n];
    uint32_t status = job->loader.status;
    enum err e = loader_stop(&job->loader);
    take_back_unverified(job);
    return e ? e : job->bank.driver->explain(&job->access, p->addr, p->data, p->size, status);
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
        e = job->bank.driver->check_page(&job->access, job->page[n].addr);
    return e;
}

// Everything holds nothing now.
static void note_mass_erase(struct flash_job *job)
{
    const struct flash_layout *layout = &job->bank.layout;
    uint32_t crc = 0, crc_size = 0;
    job->stats.erased += flash_layout_bytes(layout);
    memset(job->chip, layout->erased, flash_layout_largest(layout));
    for (unsigned n = 0; n < job->page_count; n++) {
        struct page *p = &job->page[n];
        if (p->size != crc_size)
            crc = flash_crc(job->chip, p->size);
        crc_size = p->size;
        job->scan[n][0] = 0xffffffff;
        job->scan[n][1] = crc;
        if (p->state == PAGE_WAITING && !p->data)
            p->state = PAGE_WRITTEN;
    }
}

static enum err go_on_erasing_all(struct flash_job *job)
{
    bool busy;
    enum err e =
        poll_erase(job, "the flash", job->bank.base, job->bank.layout.mass_erase_us, &busy);
    if (!e && busy)
        return ERR_OK;
    job->progress.kind = PROGRESS_NONE;
    if (!e)
        note_mass_erase(job);
    return e;
}

static enum err mass_erase(struct flash_job *job)
{
    enum err e = check_all_pages(job);
    if (e)
        return e;
    const struct flash_driver *driver = job->bank.driver;
    job->stats.changed = true;
    if (job->loader.running) {
        e = loader_work(&job->loader, job->bank.base, driver->loader->erase_all, NULL, 0);
        if (!e)
            note_mass_erase(job);
        return e;
    }
    if ((e = driver->erase_all_start(&job->access)))
        return e;
    note_erase_started(job, PROGRESS_ERASE_ALL, 0, job->page[0].run->erase_min_us);
    return go_on_erasing_all(job);
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
static enum err accept_unverified(struct flash_job *job)
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
    job->progress.yield_us = job_now_us(job) + STEP_WAIT_US;
    if (job->progress.kind == PROGRESS_ERASE)
        return go_on_erasing(job);
    if (job->progress.kind == PROGRESS_ERASE_ALL)
        return go_on_erasing_all(job);
    if (job->progress.kind == PROGRESS_QUEUE)
        return go_on_queueing(job);
    if (job->way == WAY_UNDECIDED) {
        enum err e = plan_can_decide(job) ? decide(job) : ERR_OK;
        if (e || job->way != WAY_PAGES)
            return e;
    }
    if (job_find_due(job, &n))
        return by_loader ? carry_out_by_loader(job, n) : carry_out_directly(job, n);
    if (job->closed && job_find_state(job, PAGE_WRITTEN, &n) && job->trusting)
        return accept_unverified(job);
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
