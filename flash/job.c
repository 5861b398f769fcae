// SPDX-License-Identifier: MIT
// A flash job: collects what shall be erased and written, and lets it be carried out page by page.
#include <stdlib.h>
#include <string.h>

#include "flash/job.h"

enum err flash_job_open(struct flash_job **job, const struct flash_access *access)
{
    const struct flash_bank *bank = access->bank;
    *job = NULL;
    struct flash_job *j = calloc(1, sizeof *j);
    if (!j)
        return ERR_MEMORY;
    j->bank = *bank;
    j->access = (struct flash_access){
        .mem = access->mem,
        .log = access->log,
        .bank = &j->bank,
        .core = access->core,
        .working_area = access->working_area,
    };
    j->page_count = flash_layout_count(&bank->layout);
    j->page = calloc(j->page_count, sizeof *j->page);
    j->scan = calloc(j->page_count, sizeof *j->scan);
    j->chip = malloc(flash_layout_largest(&bank->layout));
    if (!j->page || !j->scan || !j->chip) {
        free(j->page);
        free(j->scan);
        free(j->chip);
        free(j);
        return ERR_MEMORY;
    }
    for (unsigned n = 0; n < j->page_count; n++) {
        struct flash_sector sector = flash_layout_sector(&j->bank.layout, n);
        j->page[n] = (struct page){.addr = sector.addr, .size = sector.size, .run = sector.run};
    }
    const uint32_t second = bank->driver->second_bank ? bank->driver->second_bank(bank) : 0;
    if (second)
        (void)flash_layout_find(&j->bank.layout, second, &j->second_bank);
    *job = j;
    return ERR_OK;
}

void flash_job_set_erase(struct flash_job *job, enum flash_erase erase)
{
    job->erase = erase;
}

void flash_job_set_verify(struct flash_job *job, bool verify)
{
    job->trusting = !verify;
}

void flash_job_reset_follows(struct flash_job *job)
{
    job->access.reset_follows = true;
}

// Whether the range lies within the sectors; sums that wrap around do not.
static enum err check_range(const struct flash_job *job, uint32_t addr, size_t len,
                            const char *what)
{
    const struct flash_bank *b = &job->bank;
    const uint32_t end = b->base + b->size;
    if (flash_layout_contains(&b->layout, addr, len))
        return ERR_OK;
    if (b->taken && addr - b->base < b->size + b->taken && addr + len > end)
        return log_fail(job->access.log, ERR_PROTECTED,
                        "%s %zu bytes at 0x%08x: the flash from 0x%08x on belongs to %s", what, len,
                        addr, end, b->taken_by);
    char text[FLASH_LAYOUT_TEXT];
    return log_fail(job->access.log, ERR_USAGE,
                    "%s %zu bytes at 0x%08x: this chip's flash is %s; was the program linked for "
                    "another chip?",
                    what, len, addr, flash_layout_text(&b->layout, text, sizeof text));
}

static void forget_data(struct page *p)
{
    free(p->data);
    p->data = NULL;
    p->given = 0;
    p->passed_by = p->summed = false;
}

// The page of an address that lies within the sectors.
static unsigned find_page(const struct flash_job *job, uint32_t addr)
{
    unsigned n;
    return flash_layout_find(&job->bank.layout, addr, &n) ? n : job->page_count;
}

static enum err fail_partial(const struct flash_job *job, uint32_t addr, uint32_t len)
{
    const struct page *p = &job->page[find_page(job, addr)];
    return log_fail(job->access.log, ERR_USAGE,
                    "erase %u bytes at 0x%08x: only whole pages can be erased, and the one there "
                    "has %u bytes from 0x%08x on",
                    len, addr, p->size, p->addr);
}

// Whether the range begins and ends with a page that begins and ends there.
static bool is_whole_pages(const struct flash_layout *layout, uint32_t addr, uint32_t len)
{
    unsigned first, last;
    if (!flash_layout_find(layout, addr, &first) ||
        !flash_layout_find(layout, addr + (len - 1), &last))
        return false;
    const struct flash_sector end = flash_layout_sector(layout, last);
    return flash_layout_sector(layout, first).addr == addr && end.addr + end.size == addr + len;
}

enum err flash_job_erase(struct flash_job *job, uint32_t addr, uint32_t len)
{
    addr = flash_bank_addr(&job->bank, addr);
    // Everything may have a gap between its banks.
    const bool all = addr == job->bank.base && len == job->bank.size;
    enum err e = all ? ERR_OK : check_range(job, addr, len, "erase");
    if (e || len == 0)
        return e;
    if (!is_whole_pages(&job->bank.layout, addr, len))
        return fail_partial(job, addr, len);
    for (unsigned n = find_page(job, addr); n < job->page_count && job->page[n].addr - addr < len;
         n++) {
        forget_data(&job->page[n]);
        job_make_waiting(job, n);
    }
    job->closed = false;
    return ERR_OK;
}

// Every byte counts once, also when it is written twice.
static void count_given(struct page *p, size_t at, size_t len)
{
    uint8_t *seen = p->data + p->size;
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
    size_t size = p->size;
    if (!p->data) {
        p->data = malloc(size + (size + 7) / 8);
        if (!p->data)
            return ERR_MEMORY;
        memset(p->data, job->bank.layout.erased, size);
        memset(p->data + size, 0, (size + 7) / 8);
    }
    memcpy(p->data + at, data, len);
    p->summed = false;
    count_given(p, at, len);
    job_make_waiting(job, n);
    return ERR_OK;
}

enum err flash_job_write(struct flash_job *job, uint32_t addr, const void *data, size_t len)
{
    addr = flash_bank_addr(&job->bank, addr);
    enum err e = check_range(job, addr, len, "write");
    if (e || len == 0)
        return e;
    unsigned first = find_page(job, addr), last = find_page(job, addr + (uint32_t)(len - 1));
    for (unsigned n = first; n <= last; n++)
        if (job->page[n].state == PAGE_UNTOUCHED)
            return log_fail(
                job->access.log, ERR_USAGE,
                "write to flash at 0x%08x, which was not erased before: erase the page at "
                "0x%08x first",
                addr, job->page[n].addr);
    const uint8_t *from = data;
    for (unsigned n = first; n <= last && !e; n++) {
        size_t at = n == first ? addr - job->page[n].addr : 0;
        size_t part = len < job->page[n].size - at ? len : job->page[n].size - at;
        e = write_page(job, n, at, from, part);
        from += part;
        len -= part;
    }
    for (unsigned n = job->first_waiting; n < first; n++)
        job->page[n].passed_by = true;
    return e;
}

static const struct page *given_page(const struct flash_job *job, uint32_t addr)
{
    unsigned n = find_page(job, addr);
    return n < job->page_count && job->page[n].given > 0 ? &job->page[n] : NULL;
}

bool flash_job_wrote(const struct flash_job *job, uint32_t addr, uint8_t *data, size_t len)
{
    addr = flash_bank_addr(&job->bank, addr);
    for (size_t i = 0; i < len; i++) {
        const struct page *p = given_page(job, addr + (uint32_t)i);
        data[i] = p ? p->data[addr + i - p->addr] : job->bank.layout.erased;
    }
    return given_page(job, addr) != NULL;
}

bool flash_job_first(const struct flash_job *job, uint32_t *addr)
{
    for (unsigned n = 0; n < job->page_count; n++) {
        const struct page *p = &job->page[n];
        for (size_t i = 0; p->given > 0 && i < p->size; i++)
            if (p->data[p->size + i / 8] >> i % 8 & 1) {
                *addr = p->addr + (uint32_t)i;
                return true;
            }
    }
    return false;
}

void flash_job_close_input(struct flash_job *job)
{
    job->closed = true;
}

const struct flash_stats *flash_job_stats(const struct flash_job *job)
{
    return &job->stats;
}

static bool is_more(const struct flash_job *job)
{
    unsigned n;
    if (job->progress.kind != PROGRESS_NONE)
        return true;
    if (job_find_due(job, &n))
        return !job->started || job->plan != PLAN_UNDECIDED || plan_can_decide(job);
    return job->closed && job_find_state(job, PAGE_WRITTEN, &n);
}

static enum err do_work(struct flash_job *job)
{
    if (!job->stats.started_us)
        job->stats.started_us = debug_probe_now_us(job->access.mem->probe);
    enum err e = work_start(job);
    return e ? e : work_step(job);
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
    job->stats.ended_us = debug_probe_now_us(job->access.mem->probe);
    *more = !e && is_more(job);
    return e;
}

enum err flash_job_pause(struct flash_job *job)
{
    return job->loader.running ? work_end(job) : work_free_core(job);
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
    if (!job->stats.changed || first == job->page_count)
        return ERR_OK;
    return log_fail(
        job->access.log, ERR_FLASH,
        "%s%sthe flash is incomplete: 0x%08x to 0x%08x was not written to the end; load the "
        "program again",
        sentence, sentence[0] ? "; " : "", job->page[first].addr,
        job->page[last].addr + job->page[last].size - 1);
}

enum err flash_job_free(struct flash_job *job)
{
    if (!job)
        return ERR_OK;
    // Closing the controller may fail for the same reason as the step before; the first sentence
    // counts.
    const struct log_mark kept = log_keep(job->access.log);
    enum err e = work_end(job);
    if (job->failed)
        log_restore(job->access.log, &kept);
    enum err incomplete = fail_incomplete(job, job->failed ? kept.sentence : "");
    for (unsigned n = 0; n < job->page_count; n++)
        free(job->page[n].data);
    free(job->page);
    free(job->scan);
    free(job->chip);
    free(job);
    return incomplete ? incomplete : e;
}
