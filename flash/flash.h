// SPDX-License-Identifier: MIT
// The flash of a chip: what a driver for one controller type must offer, and the job that turns
// "erase these ranges, put these bytes there" into the least work (which pages are equal, blank,
// changed). Alignment, buffering, comparing and verifying are done here once; a driver knows its
// registers only.
#ifndef SWDLINK_FLASH_FLASH_H
#define SWDLINK_FLASH_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "swd/stlink.h"

struct flash_driver;

// One bank of equal pages, as a chip's table row and its size register say.
struct flash_bank {
    uint32_t base;
    uint32_t size;      // bytes
    uint32_t page_size; // bytes, the erase unit
    uint32_t regs;      // address of the controller's registers
    const struct flash_driver *driver;
    uint32_t ram_base; // SRAM that a loader may borrow
    uint32_t ram_size;
};

// What a driver works on; the driver keeps nothing elsewhere.
struct flash_access {
    struct stlink *st;
    struct log *log;
    const struct flash_bank *bank;
    uint32_t saved[4]; // the driver's own notes between begin and end (0 at first)
};

// Every function may take as long as the controller needs for one page and no longer.
struct flash_driver {
    const char *name;
    unsigned unit; // bytes that are programmed at once; the erased value is 0xff
    // Checks protection and unlocks. ERR_PROTECTED explains what protects and what to do about it.
    enum err (*begin)(struct flash_access *fa);
    enum err (*erase_page)(struct flash_access *fa, uint32_t addr);
    enum err (*erase_all)(struct flash_access *fa);
    // addr and len are multiples of unit, within one page; the range was erased before. Runs of
    // erased units (see flash_next_run) need not be written. Whether it worked is told here, once
    // at the end.
    enum err (*program)(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len);
    // Locks again and restores what begin changed; also after a failure.
    enum err (*end)(struct flash_access *fa);
    // Leaves read protection level 1, on which the chip erases its flash; the other option bytes are put back.
    // Outside of begin and end. Ends with a reset of the chip that loads them, so the connection is to be
    // made again whatever this returns.
    enum err (*unlock)(struct flash_access *fa);
};

// Drivers in one const table, by name: tests walk it.
extern const struct flash_driver *const flash_drivers[];
extern const unsigned flash_driver_count;

// The next stretch of data, from `from` on, that is worth a write command of its own: it begins and
// ends with units that are not all ones, and has no long gap of such. False: nothing is left. For
// drivers.
bool flash_next_run(const uint8_t *data, size_t len, unsigned unit, size_t from, size_t *start,
                    size_t *end);

// What a job has done so far, in bytes of target flash (time in µs of the link's clock).
struct flash_stats {
    uint32_t erased, programmed, skipped, verified;
    uint64_t started_us, ended_us;
};

// Which pages may be erased, and how.
enum flash_erase {
    FLASH_ERASE_AUTO,  // what is not blank and has to change; all at once when that is cheaper and nothing
                       // else is lost
    FLASH_ERASE_PAGES, // never all at once
    FLASH_ERASE_MASS,  // all at once, before anything is written: what no data was given for is lost too
    FLASH_ERASE_NONE,  // ERR_FLASH when a page that has to change is not blank
};

// A job: pages become due as their data is complete, so that work goes on while data still arrives.
struct flash_job;

// Nothing is touched yet. The job belongs to the caller until flash_job_free().
enum err flash_job_open(struct flash_job **job, const struct flash_bank *bank, struct stlink *st,
                        struct log *log) MUST_CHECK;
// Before the first step. AUTO without it.
void flash_job_set_erase(struct flash_job *job, enum flash_erase erase);
// The caller will reset the chip after the job: what was borrowed of it need not come back.
void flash_job_reset_follows(struct flash_job *job);
// The range (whole pages) shall be erased: remembered, carried out when its page's turn comes. Data
// that was written for these pages before is forgotten.
enum err flash_job_erase(struct flash_job *job, uint32_t addr, uint32_t len) MUST_CHECK;
// Bytes for the image, in any order; bytes of a page that is erased and never written become 0xff.
// Outside the bank, or not erased before by this job: ERR_USAGE.
enum err flash_job_write(struct flash_job *job, uint32_t addr, const void *data,
                         size_t len) MUST_CHECK;
// Carries out at most one page's worth of work that is due (a page whose data is complete or which
// later data has passed by). *more: there is more that could be done now.
enum err flash_job_step(struct flash_job *job, bool *more) MUST_CHECK;
// No more data comes: everything becomes due. After that, step until !*more; the last steps verify.
void flash_job_close_input(struct flash_job *job);
const struct flash_stats *flash_job_stats(const struct flash_job *job);
// Ends the driver's session and frees the job (NULL: nothing). A job that touched the chip and was
// not finished is ERR_FLASH, and the log's sentence, after that of the failure if there was one,
// says which range is incomplete.
enum err flash_job_free(struct flash_job *job) MUST_CHECK;

#endif
