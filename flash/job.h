// SPDX-License-Identifier: MIT
// What the files behind a flash job know of each other. job.c collects what shall be done, plan.c
// decides how, work.c does it with work_direct.c and work_loader.c; job_pages.c serves them all.
#ifndef SWDLINK_FLASH_JOB_H
#define SWDLINK_FLASH_JOB_H

#include "flash/flash.h"
#include "flash/loader.h"

enum page_state {
    PAGE_UNTOUCHED, // nobody asked for anything
    PAGE_WAITING,   // asked for, not carried out (or new data came since)
    PAGE_WRITTEN,   // carried out, to be verified
    PAGE_DONE,
};

// A sector of the layout, and what shall become of it.
struct page {
    uint32_t addr, size;
    const struct flash_run *run;
    enum page_state state;
    size_t given;   // bytes that were written by the caller
    uint8_t *data;  // size bytes and then a bit per byte that was given; NULL: no data, all erased
    bool passed_by; // data for a later page came
    // Of data, worked out when it is asked for first.
    bool summed, erased; // erased: all of it is as after an erase
    uint32_t crc;
};

// An erase or the queueing of a page goes on over several steps.
enum job_progress_kind { PROGRESS_NONE, PROGRESS_ERASE, PROGRESS_ERASE_ALL, PROGRESS_QUEUE };
struct job_progress {
    enum job_progress_kind kind;
    unsigned page;
    uint64_t started_us;     // of an erase
    uint64_t yield_us;       // when this step has waited long enough
    size_t at;               // of a page in the queue: what comes next
    unsigned partner;        // and a page of the other bank that goes with it, or page itself
    enum flash_extent erase; // and the erase that has to go before it
};

enum job_plan {
    PLAN_UNDECIDED, // until enough is known of the image
    PLAN_PAGES,
    PLAN_MASS, // everything is erased at once, and then all data programmed
};

struct flash_job {
    struct flash_access access;
    struct flash_bank bank;
    struct flash_stats stats;
    struct page *page;
    unsigned page_count;
    unsigned first_waiting; // no page before it is waiting
    unsigned second_bank;   // the first page of a bank that is worked on at the same time; 0: none
    enum flash_erase erase;
    enum job_plan plan;
    bool started;      // the driver was asked what is there
    bool code_may_run; // and said so; until a loader failed
    bool begun;        // without a loader: the driver has to be ended
    bool ready;        // and its begin() succeeded
    struct caches_held caches; // off while the job is at work
    struct loader loader;
    uint32_t (*scan)[2]; // of each page what the loader found: AND of all words, CRC
    bool scanned;
    bool closed;
    bool trusting; // nothing is verified
    bool failed;   // the last step did, and left its sentence in the log
    uint8_t *chip; // a page as the chip holds it: room for the largest
    struct job_progress progress;
};

// job_pages.c. A page whose data is complete, or gets no more.
bool job_is_due(const struct flash_job *job, const struct page *p);
bool job_find_due(const struct flash_job *job, unsigned *n);
bool job_find_state(const struct flash_job *job, enum page_state state, unsigned *n);
void job_make_waiting(struct flash_job *job, unsigned n);
uint64_t job_now_us(const struct flash_job *job);
// The chip is erased now: nothing has to be scanned to know what it holds.
void job_note_mass_erase(struct flash_job *job);
// The same of the pages from `from` to before `end`.
void job_note_erased(struct flash_job *job, unsigned from, unsigned end);
// ERR_FLASH: page n would have to be erased, which was not allowed.
enum err job_fail_not_blank(struct flash_job *job, unsigned n) MUST_CHECK;

// plan.c. Whether the plan can be made now, and the choice. Without a scan it is by pages, unless
// the caller wants otherwise.
bool plan_can_decide(const struct flash_job *job);
enum job_plan plan_decide(const struct flash_job *job);
// Whether an erase of the pages from `from` to before `end` as a whole pays: nothing else in them.
bool plan_pays(const struct flash_job *job, unsigned from, unsigned end);
// From the scan: does the chip hold what the page shall hold, and is it blank?
bool plan_is_equal(const struct flash_job *job, unsigned n);
bool plan_is_blank(const struct flash_job *job, unsigned n);
// The first page that is due in the other bank, with the same need of an erase: one that goes with
// page n. False: it goes alone.
bool plan_find_partner(const struct flash_job *job, unsigned n, unsigned *partner);

// work.c
enum err work_start(struct flash_job *job) MUST_CHECK;
// One page, or one stretch of verifying, or the erase of everything.
enum err work_step(struct flash_job *job) MUST_CHECK;
enum err work_end(struct flash_job *job) MUST_CHECK;
// Of a job that goes on without a loader: the core is as the program had it.
enum err work_free_core(struct flash_job *job) MUST_CHECK;

#endif
