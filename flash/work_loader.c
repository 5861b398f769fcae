// SPDX-License-Identifier: MIT
// A flash job carried out by a loader that runs on the target: it scans the chip, and works off a
// queue that this side fills.
#include <string.h>

#include "flash/crc.h"
#include "flash/work.h"

// Bytes of one scan at most, so that a step does not take long.
#define SCAN_BYTES (256u * 1024u)

bool by_loader_is_possible(const struct flash_job *job)
{
    const struct flash_access *fa = &job->access;
    const struct flash_loader_code *code = job->bank.driver->loader;
    return job->code_may_run && code && fa->core && (fa->working_area || fa->reset_follows) &&
           loader_payload(code, job->bank.ram_size) > 0;
}

// How many pages from first on, at most `most`, one scan takes: of one size, without a gap.
static unsigned scan_length(const struct flash_job *job, unsigned first, unsigned most)
{
    const struct page *p = &job->page[first];
    unsigned count = 1;
    const unsigned room = loader_scan_room(&job->loader);
    if (most > room)
        most = room;
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

static void note_queued(struct flash_job *job, unsigned n)
{
    count_programmed(job, &job->page[n], data_length(job, &job->page[n]));
    predict_scan(job, n);
    job->page[n].state = PAGE_WRITTEN;
}

// From there on in the page; NULL: it has no data there.
static const uint8_t *data_from(const struct page *p, size_t at)
{
    return p->data && at < p->size ? p->data + at : NULL;
}

// Both pages in one slot, or in several where they are larger; the erase of both goes with the
// first.
static enum err queue_pair(struct flash_job *job)
{
    struct job_progress *q = &job->progress;
    const struct page *p = &job->page[q->page], *other = &job->page[q->partner];
    const size_t len = data_length(job, p), more = data_length(job, other);
    const size_t size = len > more ? len : more, most = loader_pair_room(&job->loader);
    while (q->at < size || q->erase) {
        bool room;
        enum err e = loader_wait_room(&job->loader, STEP_WAIT_US, &room);
        if (e || !room)
            return e;
        const bool alone = q->erase && job->bank.driver->erase_code; // that fills a slot
        const size_t here = alone ? 0 : size - q->at < most ? size - q->at : most;
        const uint32_t at = (uint32_t)q->at;
        e = loader_work_pair(
            &job->loader, (const uint32_t[2]){p->addr + at, other->addr + at}, q->erase,
            (const uint8_t *const[2]){data_from(p, at), data_from(other, at)}, here);
        if (e)
            return e;
        q->at += here;
        q->erase = FLASH_EXTENT_NONE;
    }
    note_queued(job, q->page);
    note_queued(job, q->partner);
    q->kind = PROGRESS_NONE;
    return ERR_OK;
}

// Queues the page in pieces, as long as the loader has room; the erase goes with the first.
enum err by_loader_go_on_queueing(struct flash_job *job)
{
    struct job_progress *q = &job->progress;
    struct page *p = &job->page[q->page];
    const size_t size = data_length(job, p);
    if (q->partner != q->page)
        return queue_pair(job);
    while (q->at < size || q->erase) {
        bool room;
        enum err e = loader_wait_room(&job->loader, STEP_WAIT_US, &room);
        if (e || !room)
            return e;
        size_t most = job->loader.payload;
        size_t len = size - q->at < most ? size - q->at : most;
        if (q->erase && job->bank.driver->erase_code)
            len = 0; // that fills a slot
        e = loader_work(&job->loader, p->addr + (uint32_t)q->at, q->erase,
                        p->data ? p->data + q->at : NULL, len);
        if (e)
            return e;
        q->at += len;
        q->erase = FLASH_EXTENT_NONE;
    }
    note_queued(job, q->page);
    q->kind = PROGRESS_NONE;
    return ERR_OK;
}

enum err by_loader_page(struct flash_job *job, unsigned n)
{
    struct page *p = &job->page[n];
    if (plan_is_equal(job, n)) {
        job->stats.skipped += job->plan == PLAN_MASS ? 0 : p->size;
        p->state = PAGE_DONE;
        return ERR_OK;
    }
    bool blank = plan_is_blank(job, n);
    if (!blank && job->erase == FLASH_ERASE_NONE)
        return job_fail_not_blank(job, n);
    enum err e = job->bank.driver->check_page(&job->access, p->addr);
    if (e)
        return e;
    unsigned partner = n;
    if (!plan_find_partner(job, n, &partner))
        partner = n;
    else if ((e = job->bank.driver->check_page(&job->access, job->page[partner].addr)))
        return e;
    job->stats.changed = true;
    job->stats.erased += blank ? 0 : p->size;
    if (partner != n)
        job->stats.erased += blank ? 0 : job->page[partner].size;
    job->progress = (struct job_progress){.kind = PROGRESS_QUEUE,
                                          .page = n,
                                          .partner = partner,
                                          .erase = blank ? FLASH_EXTENT_NONE : FLASH_EXTENT_PAGE};
    return by_loader_go_on_queueing(job);
}

// A stretch of pages by their CRCs. One that is wrong is read back, so that the sentence can say
// where.
enum err by_loader_verify(struct flash_job *job, unsigned first)
{
    unsigned written = 0;
    if (loader_is_at_long_work(&job->loader)) {
        enum err e = loader_wait_longer(&job->loader, STEP_WAIT_US);
        if (e || loader_is_at_long_work(&job->loader))
            return e;
    }
    while (first + written < job->page_count && job->page[first + written].state == PAGE_WRITTEN)
        written++;
    unsigned count = scan_length(job, first, written);
    enum err e = scan_pages(job, first, count);
    for (unsigned n = first; n < first + count && !e; n++) {
        if (plan_is_equal(job, n)) {
            job->stats.verified += job->page[n].size;
            job->page[n].state = PAGE_DONE;
        } else {
            e = direct_verify(job, n);
        }
    }
    return e;
}

void by_loader_take_back(struct flash_job *job)
{
    job->progress.kind = PROGRESS_NONE;
    for (unsigned n = 0; n < job->page_count; n++)
        if (job->page[n].state == PAGE_WRITTEN)
            job_make_waiting(job, n);
}

// The flash refused something: the loader has stopped, and what it did last is looked at.
enum err by_loader_explain(struct flash_job *job)
{
    unsigned n; // `where` is behind what was worked on last
    if (!flash_layout_find(&job->bank.layout, job->loader.where - 1, &n) &&
        !flash_layout_find(&job->bank.layout, job->loader.where, &n))
        n = 0;
    const struct page *p = &job->page[n];
    uint32_t status = job->loader.status;
    enum err e = loader_stop(&job->loader);
    by_loader_take_back(job);
    return e ? e : job->bank.driver->explain(&job->access, p->addr, p->data, p->size, status);
}

// The loader does not work on this chip as it is now; the debug port can do without.
enum err by_loader_give_up(struct flash_job *job)
{
    log_line(job->access.log, LOG_NOTE, "%s: going on without it, which takes longer",
             log_sentence(job->access.log, ERR_STATE));
    log_forget(job->access.log);
    enum err e = loader_stop(&job->loader);
    by_loader_take_back(job);
    job->code_may_run = job->scanned = false;
    job->plan = PLAN_UNDECIDED;
    return e;
}

enum err by_loader_start(struct flash_job *job)
{
    enum err e = loader_start(&job->loader, &job->access);
    return !e && !job->scanned ? scan_chip(job) : e;
}
