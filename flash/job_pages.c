// SPDX-License-Identifier: MIT
// The pages of a flash job: which is due, and what is known of each.
#include <string.h>

#include "flash/crc.h"
#include "flash/job.h"

void job_make_waiting(struct flash_job *job, unsigned n)
{
    job->page[n].state = PAGE_WAITING;
    if (n < job->first_waiting)
        job->first_waiting = n;
}

bool job_is_due(const struct flash_job *job, const struct page *p)
{
    return p->state == PAGE_WAITING && (job->closed || p->passed_by || p->given == p->size);
}

// Pages from first to end that are due, or that will be when their data has come.
static unsigned count_pages(const struct flash_job *job, unsigned first, unsigned end, bool due)
{
    unsigned count = 0;
    for (unsigned i = first; i < end; i++)
        count += job->page[i].state == PAGE_WAITING && job_is_due(job, &job->page[i]) == due;
    return count;
}

// Two banks are worked on at once in half the time: pages of one bank wait for the data of as many
// of the other, which costs nothing, since the data comes faster than it is programmed.
static bool waits_for_partner(const struct flash_job *job, unsigned n)
{
    if (!job->second_bank || job->closed || !job->scanned)
        return false;
    const bool first = n < job->second_bank;
    const unsigned from = first ? 0 : job->second_bank;
    const unsigned end = first ? job->second_bank : job->page_count;
    const unsigned coming = first ? count_pages(job, job->second_bank, job->page_count, false)
                                  : count_pages(job, 0, job->second_bank, false);
    return coming > 0 && count_pages(job, from, end, true) <= coming;
}

bool job_find_due(const struct flash_job *job, unsigned *n)
{
    for (unsigned i = job->first_waiting; i < job->page_count; i++)
        if (job_is_due(job, &job->page[i])) {
            *n = i;
            return !waits_for_partner(job, i);
        }
    return false;
}

bool job_find_state(const struct flash_job *job, enum page_state state, unsigned *n)
{
    for (unsigned i = 0; i < job->page_count; i++)
        if (job->page[i].state == state) {
            *n = i;
            return true;
        }
    return false;
}

uint64_t job_now_us(const struct flash_job *job)
{
    return debug_probe_now_us(job->access.mem->probe);
}

enum err job_fail_not_blank(struct flash_job *job, unsigned n)
{
    return log_fail(
        job->access.log, ERR_FLASH,
        "the flash page at 0x%08x has to change and is not blank, and erasing was not allowed",
        job->page[n].addr);
}

// Everything holds nothing now.
void job_note_mass_erase(struct flash_job *job)
{
    job_note_erased(job, 0, job->page_count);
}

void job_note_erased(struct flash_job *job, unsigned from, unsigned end)
{
    const struct flash_layout *layout = &job->bank.layout;
    uint32_t crc = 0, crc_size = 0;
    memset(job->chip, layout->erased, flash_layout_largest(layout));
    for (unsigned n = from; n < end; n++) {
        struct page *p = &job->page[n];
        job->stats.erased += p->size;
        if (p->size != crc_size)
            crc = flash_crc(job->chip, p->size);
        crc_size = p->size;
        job->scan[n][0] = 0xffffffff;
        job->scan[n][1] = crc;
        if (p->state == PAGE_WAITING && !p->data)
            p->state = PAGE_WRITTEN;
    }
}
