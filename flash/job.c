// SPDX-License-Identifier: MIT
// A flash job: collects what shall be erased and written, and carries it out page by page with the
// least work: a page that already holds its data is left alone, one that is blank is not erased.
// Pages are compared and verified by reading them back.
#include <stdlib.h>
#include <string.h>

#include "flash/flash.h"
#include "swd/mem.h"

enum page_state {
    PAGE_UNTOUCHED, // nobody asked for anything
    PAGE_WAITING,   // asked for, not carried out (or new data came since)
    PAGE_WRITTEN,   // carried out, to be verified
    PAGE_DONE,
};

struct page {
    enum page_state state;
    size_t given; // bytes that were written by the caller
    uint8_t
        *data; // page_size bytes and then a bit per byte that was given; NULL: no data, all 0xff
    bool passed_by; // data for a later page came
};

struct flash_job {
    struct flash_access access;
    struct flash_bank bank;
    struct flash_stats stats;
    struct page *page;
    unsigned page_count;
    unsigned first_waiting; // no page before it is waiting
    bool begun;             // the driver has to be ended
    bool ready;             // and its begin() succeeded
    bool closed;
    enum flash_erase erase;
    bool reset_follows;
    bool touched;  // the chip's content was changed, or tried to
    bool failed;   // the last step did, and left its sentence in the log
    uint8_t *chip; // a page as the chip holds it
};

enum err flash_job_open(struct flash_job **job, const struct flash_bank *bank, struct stlink *st,
                        struct log *log)
{
    *job = NULL;
    struct flash_job *j = calloc(1, sizeof *j);
    if (!j)
        return ERR_MEMORY;
    j->bank = *bank;
    j->access = (struct flash_access){.st = st, .log = log, .bank = &j->bank};
    j->page_count = bank->size / bank->page_size;
    j->page = calloc(j->page_count, sizeof *j->page);
    j->chip = malloc(bank->page_size);
    if (!j->page || !j->chip) {
        free(j->page);
        free(j->chip);
        free(j);
        return ERR_MEMORY;
    }
    *job = j;
    return ERR_OK;
}

void flash_job_set_erase(struct flash_job *job, enum flash_erase erase)
{
    job->erase = erase;
}

void flash_job_reset_follows(struct flash_job *job)
{
    job->reset_follows = true;
}

// Whether the range lies within the bank; sums that wrap around do not.
static enum err check_range(const struct flash_job *job, uint32_t addr, size_t len,
                            const char *what)
{
    const struct flash_bank *b = &job->bank;
    if (addr >= b->base && addr - b->base <= b->size && len <= b->size - (addr - b->base))
        return ERR_OK;
    return log_fail(
        job->access.log, ERR_USAGE,
        "%s %zu bytes at 0x%08x: this chip's flash is 0x%08x to 0x%08x; was the program "
        "linked for another chip?",
        what, len, addr, b->base, b->base + b->size - 1);
}

static void forget_data(struct page *p)
{
    free(p->data);
    p->data = NULL;
    p->given = 0;
    p->passed_by = false;
}

static uint32_t page_addr(const struct flash_job *job, unsigned n)
{
    return job->bank.base + n * job->bank.page_size;
}

static void make_waiting(struct flash_job *job, unsigned n)
{
    job->page[n].state = PAGE_WAITING;
    if (n < job->first_waiting)
        job->first_waiting = n;
}

enum err flash_job_erase(struct flash_job *job, uint32_t addr, uint32_t len)
{
    enum err e = check_range(job, addr, len, "erase");
    if (e)
        return e;
    uint32_t offset = addr - job->bank.base, size = job->bank.page_size;
    if (offset % size || len % size)
        return log_fail(job->access.log, ERR_USAGE,
                        "erase %u bytes at 0x%08x: only whole pages of %u bytes can be erased", len,
                        addr, size);
    for (unsigned n = offset / size; n < (offset + len) / size; n++) {
        forget_data(&job->page[n]);
        make_waiting(job, n);
    }
    job->closed = false;
    return ERR_OK;
}

// Every byte counts once, also when it is written twice.
static void count_given(struct page *p, size_t page_size, size_t at, size_t len)
{
    uint8_t *seen = p->data + page_size;
    for (size_t i = at; i < at + len; i++) {
        uint8_t bit = (uint8_t)(1u << i % 8);
        p->given += !(seen[i / 8] & bit);
        seen[i / 8] |= bit;
    }
}

static enum err write_page(struct flash_job *job, unsigned n, size_t at, const uint8_t *data,
                           size_t len)
{
    struct page *p = &job->page[n];
    size_t size = job->bank.page_size;
    if (!p->data) {
        p->data = malloc(size + (size + 7) / 8);
        if (!p->data)
            return ERR_MEMORY;
        memset(p->data, 0xff, size);
        memset(p->data + size, 0, (size + 7) / 8);
    }
    memcpy(p->data + at, data, len);
    count_given(p, size, at, len);
    make_waiting(job, n);
    return ERR_OK;
}

enum err flash_job_write(struct flash_job *job, uint32_t addr, const void *data, size_t len)
{
    enum err e = check_range(job, addr, len, "write");
    if (e || len == 0)
        return e;
    uint32_t offset = addr - job->bank.base, size = job->bank.page_size;
    unsigned first = offset / size, last = (unsigned)((offset + len - 1) / size);
    for (unsigned n = first; n <= last; n++)
        if (job->page[n].state == PAGE_UNTOUCHED)
            return log_fail(
                job->access.log, ERR_USAGE,
                "write to flash at 0x%08x, which was not erased before: erase the page at "
                "0x%08x first",
                addr, page_addr(job, n));
    const uint8_t *from = data;
    for (unsigned n = first; n <= last && !e; n++) {
        size_t at = n == first ? offset % size : 0;
        size_t part = len < size - at ? len : size - at;
        e = write_page(job, n, at, from, part);
        from += part;
        len -= part;
    }
    for (unsigned n = job->first_waiting; n < first; n++)
        job->page[n].passed_by = true;
    return e;
}

void flash_job_close_input(struct flash_job *job)
{
    job->closed = true;
}

const struct flash_stats *flash_job_stats(const struct flash_job *job)
{
    return &job->stats;
}

static bool is_due(const struct flash_job *job, const struct page *p)
{
    return p->state == PAGE_WAITING &&
           (job->closed || p->passed_by || p->given == job->bank.page_size);
}

static bool find_due(const struct flash_job *job, unsigned *n)
{
    for (unsigned i = job->first_waiting; i < job->page_count; i++)
        if (is_due(job, &job->page[i])) {
            *n = i;
            return true;
        }
    return false;
}

static bool find_state(const struct flash_job *job, enum page_state state, unsigned *n)
{
    for (unsigned i = 0; i < job->page_count; i++)
        if (job->page[i].state == state) {
            *n = i;
            return true;
        }
    return false;
}

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

static void count_programmed(struct flash_job *job, const struct page *p)
{
    unsigned unit = job->bank.driver->unit;
    size_t start, stop = 0;
    while (flash_next_run(p->data, job->bank.page_size, unit, stop, &start, &stop))
        job->stats.programmed += (uint32_t)(stop - start);
}

// A driver that refuses because of protection has not changed the chip.
static enum err note_touch(struct flash_job *job, enum err e)
{
    if (e != ERR_PROTECTED)
        job->touched = true;
    return e;
}

static enum err carry_out(struct flash_job *job, unsigned n)
{
    const struct flash_driver *driver = job->bank.driver;
    struct page *p = &job->page[n];
    uint32_t addr = page_addr(job, n), size = job->bank.page_size;
    enum err e = mem_read(job->access.st, addr, job->chip, size, NULL);
    if (e)
        return e;
    if (compare_page(job, p) == size) {
        job->stats.skipped += size;
        p->state = PAGE_DONE;
        return ERR_OK;
    }
    if (!chip_page_is_blank(job)) {
        if ((e = note_touch(job, driver->erase_page(&job->access, addr))))
            return e;
        job->stats.erased += size;
    }
    if (p->data) {
        if ((e = note_touch(job, driver->program(&job->access, addr, p->data, size))))
            return e;
        count_programmed(job, p);
    }
    p->state = PAGE_WRITTEN;
    return ERR_OK;
}

static enum err verify(struct flash_job *job, unsigned n)
{
    struct page *p = &job->page[n];
    uint32_t addr = page_addr(job, n), size = job->bank.page_size;
    enum err e = mem_read(job->access.st, addr, job->chip, size, NULL);
    if (e)
        return e;
    size_t at = compare_page(job, p);
    if (at < size) {
        make_waiting(job, n);
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

// Everything shall be erased and nothing written: then nothing has to be compared.
static bool is_mass_erase(const struct flash_job *job)
{
    for (unsigned n = 0; n < job->page_count; n++)
        if (job->page[n].state != PAGE_WAITING || job->page[n].data)
            return false;
    return job->closed;
}

static enum err mass_erase(struct flash_job *job)
{
    enum err e = note_touch(job, job->bank.driver->erase_all(&job->access));
    if (e)
        return e;
    job->stats.erased += job->bank.size;
    for (unsigned n = 0; n < job->page_count; n++)
        job->page[n].state = PAGE_WRITTEN;
    return ERR_OK;
}

static enum err start_driver(struct flash_job *job)
{
    if (job->ready)
        return ERR_OK;
    job->begun = true;
    job->stats.started_us = usb_link_now_us(&job->access.st->link);
    enum err e = job->bank.driver->begin(&job->access);
    job->ready = !e;
    return e;
}

static bool is_more(const struct flash_job *job)
{
    unsigned n;
    return find_due(job, &n) || (job->closed && find_state(job, PAGE_WRITTEN, &n));
}

static enum err do_work(struct flash_job *job)
{
    unsigned n;
    enum err e = start_driver(job);
    if (e)
        return e;
    if (is_mass_erase(job))
        return mass_erase(job);
    if (find_due(job, &n))
        return carry_out(job, n);
    if (find_state(job, PAGE_WRITTEN, &n))
        return verify(job, n);
    return ERR_OK;
}

enum err flash_job_step(struct flash_job *job, bool *more)
{
    *more = false;
    if (!is_more(job))
        return ERR_OK;
    enum err e = do_work(job);
    job->failed = e != ERR_OK;
    while (job->first_waiting < job->page_count &&
           job->page[job->first_waiting].state != PAGE_WAITING)
        job->first_waiting++;
    job->stats.ended_us = usb_link_now_us(&job->access.st->link);
    *more = !e && is_more(job);
    return e;
}

// Says which range is incomplete, after the sentence of what went wrong if anything did.
static enum err fail_incomplete(struct flash_job *job, const char *sentence)
{
    unsigned first = job->page_count, last = 0;
    for (unsigned n = 0; n < job->page_count; n++)
        if (job->page[n].state == PAGE_WAITING) {
            first = n < first ? n : first;
            last = n;
        }
    if (!job->touched || first == job->page_count)
        return ERR_OK;
    return log_fail(
        job->access.log, ERR_FLASH,
        "%s%sthe flash is incomplete: 0x%08x to 0x%08x was not written to the end; load the "
        "program again",
        sentence, sentence[0] ? "; " : "", page_addr(job, first),
        page_addr(job, last) + job->bank.page_size - 1);
}

enum err flash_job_free(struct flash_job *job)
{
    if (!job)
        return ERR_OK;
    // Closing the controller may fail for the same reason as the step before; the first sentence
    // counts.
    struct log kept = *job->access.log;
    enum err e = job->begun ? job->bank.driver->end(&job->access) : ERR_OK;
    if (job->failed)
        *job->access.log = kept;
    enum err incomplete = fail_incomplete(job, job->failed ? kept.sentence : "");
    for (unsigned n = 0; n < job->page_count; n++)
        free(job->page[n].data);
    free(job->page);
    free(job->chip);
    free(job);
    return incomplete ? incomplete : e;
}
