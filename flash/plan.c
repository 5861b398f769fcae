// SPDX-License-Identifier: MIT
// How to get from what the chip holds to what it shall hold in the least time.
#include "flash/crc.h"
#include "flash/job.h"

// GDB brings the image page by page, and to wait for all of it before deciding would leave the
// flash idle meanwhile. So many pages (or all, if there are fewer) stand for the rest.
#define SAMPLE_PAGES 8u

bool plan_is_blank(const struct flash_job *job, unsigned n)
{
    return job->scan[n][0] == 0xffffffff;
}

// A plan asks for it again and again.
static void sum_data(const struct flash_layout *layout, struct page *p)
{
    if (p->summed)
        return;
    p->erased = flash_layout_is_erased(layout, p->data, p->size);
    p->crc = p->erased ? 0 : flash_crc(p->data, p->size);
    p->summed = true;
}

bool plan_is_equal(const struct flash_job *job, unsigned n)
{
    struct page *p = &job->page[n];
    if (p->data)
        sum_data(&job->bank.layout, p);
    return p->data && !p->erased ? job->scan[n][1] == p->crc : plan_is_blank(job, n);
}

struct census {
    uint64_t waiting, due; // bytes of pages
    unsigned changing;     // pages that are due, and neither blank nor equal
    unsigned spared;       // pages that would not be erased one by one, as far as is known
    // Of each bank, where two are worked on at once.
    uint64_t erase_us[2]; // what it takes to erase the pages that change
    uint64_t units_us[2]; // what it takes to program what is not the same, unit by unit
    uint64_t rows_us[2];  // and to program everything, by rows
    uint64_t equal_us[2]; // to program what is the same
    bool others_blank;    // what nobody asked for holds nothing
};

static uint64_t program_us(const struct flash_job *job, const struct page *p, bool rows)
{
    return p->data ? flash_layout_program_us(&job->bank.layout, p->data, p->size, rows) : 0;
}

static uint64_t longer(const uint64_t us[2])
{
    return us[0] > us[1] ? us[0] : us[1];
}

static struct census take_census(const struct flash_job *job, unsigned from, unsigned end)
{
    struct census c = {.others_blank = true};
    for (unsigned n = from; n < end; n++) {
        const struct page *p = &job->page[n];
        if (p->state != PAGE_WAITING) {
            c.others_blank &= plan_is_blank(job, n);
            c.spared++;
            continue;
        }
        c.waiting += p->size;
        if (!job_is_due(job, p))
            continue;
        const unsigned bank = job->second_bank && n >= job->second_bank ? 1 : 0;
        c.due += p->size;
        c.rows_us[bank] += program_us(job, p, true);
        if (plan_is_equal(job, n)) {
            c.equal_us[bank] +=
                p->data ? p->size / job->bank.layout.unit * (uint64_t)job->bank.layout.unit_us : 0;
            c.spared++;
            continue;
        }
        c.units_us[bank] += program_us(job, p, false);
        if (plan_is_blank(job, n)) {
            c.spared++;
        } else {
            c.changing++;
            c.erase_us[bank] += p->run->erase_us;
        }
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

enum job_plan plan_decide(const struct flash_job *job)
{
    if (job->erase == FLASH_ERASE_MASS)
        return PLAN_MASS;
    if (job->erase != FLASH_ERASE_AUTO || !job->scanned || !job->bank.driver->erase_all_start ||
        job->bank.by_pages)
        return PLAN_PAGES;
    return plan_pays(job, 0, job->page_count) ? PLAN_MASS : PLAN_PAGES;
}

bool plan_pays(const struct flash_job *job, unsigned from, unsigned end)
{
    struct census c = take_census(job, from, end);
    const struct flash_layout *layout = &job->bank.layout;
    const bool rows = layout->row && job->access.rows;
    if (!c.others_blank || c.due == 0 || (c.changing == 0 && !rows))
        return false;
    // Of the whole image, as far as the sample tells. After an erase of everything whole rows are
    // programmed in less time, so that it may pay even for a flash that is blank.
    uint64_t again_us = longer(rows ? c.rows_us : c.equal_us);
    uint64_t once_us = longer(c.erase_us) + (rows ? longer(c.units_us) : 0);
    uint64_t by_pages = once_us * c.waiting / c.due;
    uint64_t by_mass = layout->mass_erase_us + again_us * c.waiting / c.due;
    // Not for a little, when pages wear that would be spared.
    return by_mass + (c.spared ? by_mass / 8 : 0) < by_pages;
}

bool plan_find_partner(const struct flash_job *job, unsigned n, unsigned *partner)
{
    if (!job->second_bank || n >= job->second_bank)
        return false;
    for (unsigned i = job->second_bank; i < job->page_count; i++) {
        *partner = i;
        if (job_is_due(job, &job->page[i]) && !plan_is_equal(job, i) &&
            plan_is_blank(job, i) == plan_is_blank(job, n))
            return true;
    }
    return false;
}
