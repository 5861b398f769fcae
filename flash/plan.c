// SPDX-License-Identifier: MIT
// How to get from what the chip holds to what it shall hold in the least time.
#include "flash/crc.h"
#include "flash/job.h"

// GDB brings the image page by page, and to wait for all of it before deciding would leave the
// flash idle meanwhile. So many pages (or all, if there are fewer) stand for the rest.
#define SAMPLE_PAGES 8u

// For a choice between two ways rough times do: typical ones of the data sheets.
#define ERASE_US   30000u
#define PROGRAM_US 27u // a byte

static bool is_ones(const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (data[i] != 0xff)
            return false;
    return true;
}

bool plan_is_blank(const struct flash_job *job, unsigned n)
{
    return job->scan[n][0] == 0xffffffff;
}

bool plan_is_equal(const struct flash_job *job, unsigned n)
{
    const struct page *p = &job->page[n];
    size_t size = job->bank.page_size;
    if (!p->data || is_ones(p->data, size))
        return plan_is_blank(job, n);
    return job->scan[n][1] == flash_crc(p->data, size);
}

struct census {
    unsigned waiting, due; // pages
    unsigned changing;     // of those that are due: neither blank nor equal
    unsigned equal;        // with data, the same as the chip's
    bool others_blank;     // what nobody asked for holds nothing
};

static struct census take_census(const struct flash_job *job)
{
    struct census c = {.others_blank = true};
    for (unsigned n = 0; n < job->page_count; n++) {
        const struct page *p = &job->page[n];
        if (p->state != PAGE_WAITING) {
            c.others_blank &= plan_is_blank(job, n);
            continue;
        }
        c.waiting++;
        if (!job_is_due(job, p))
            continue;
        c.due++;
        if (plan_is_equal(job, n))
            c.equal += p->data != NULL;
        else
            c.changing += !plan_is_blank(job, n);
    }
    return c;
}

static bool sample_is_enough(const struct flash_job *job)
{
    unsigned due = 0;
    for (unsigned n = 0; n < job->page_count; n++)
        due += job->page[n].state == PAGE_WAITING && job_is_due(job, &job->page[n]);
    return job->closed || due >= SAMPLE_PAGES;
}

bool plan_can_decide(const struct flash_job *job)
{
    return job->erase != FLASH_ERASE_AUTO || !job->scanned || sample_is_enough(job);
}

enum job_way plan_decide(const struct flash_job *job)
{
    if (job->erase == FLASH_ERASE_MASS)
        return WAY_MASS;
    if (job->erase != FLASH_ERASE_AUTO || !job->scanned)
        return WAY_PAGES;
    struct census c = take_census(job);
    if (!c.others_blank || c.changing == 0)
        return WAY_PAGES;
    // Of the whole image, as far as the sample tells.
    uint64_t page_us = (uint64_t)job->bank.page_size * PROGRAM_US;
    uint64_t by_pages = (uint64_t)c.changing * ERASE_US * c.waiting / c.due;
    uint64_t by_mass = ERASE_US + c.equal * page_us * c.waiting / c.due;
    return by_mass < by_pages ? WAY_MASS : WAY_PAGES;
}
