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
#include "cortex/cortexm.h"
#include "flash/layout.h"
#include "swd/mem_ap.h"

struct flash_driver;
struct flash_prepare;

// The flash of a chip, as its table row and its size register say.
struct flash_bank {
    uint32_t base;  // of the first sector
    uint32_t alias; // where the same can be read by another bus, not from 0 on; 0: nowhere
    uint32_t size;  // bytes to the end of the last sector; 0: there is none
    struct flash_layout layout;
    uint32_t regs; // address of the controller's registers
    const struct flash_driver *driver;
    const struct flash_prepare *prepare;
    uint32_t bank2; // where the second bank begins; 0: there is one, or the driver knows by itself
    uint32_t largest; // bytes of the largest chip of this kind that has banks like these; 0: this
    bool joined;      // it has two, and options make one of them
    bool by_pages;    // the controller is not asked to erase everything at once
    // Flash behind the last sector that is not to be touched, and whose it is; 0: none.
    uint32_t taken;
    const char *taken_by;
    uint32_t ram_base; // SRAM that a loader may borrow
    uint32_t ram_size;
    const void *params; // the driver's own (its header says which)
};

// An address by that other bus becomes that by which the flash is programmed; others stay.
static inline uint32_t flash_bank_addr(const struct flash_bank *bank, uint32_t addr)
{
    return bank->alias && addr - bank->alias < bank->size ? addr - bank->alias + bank->base : addr;
}

// Register writes and waits, made by a driver and carried out by the debugger or by a loader on the
// target.
#define FLASH_SEQUENCE_MAX 24
struct flash_sequence {
    unsigned count;
    struct {
        uint32_t addr; // of a word; +1: wait until all bits of value are set there, +2: all clear
        uint32_t value;
    } step[FLASH_SEQUENCE_MAX];
};

void flash_sequence_write(struct flash_sequence *sequence, uint32_t addr, uint32_t value);
void flash_sequence_wait_set(struct flash_sequence *sequence, uint32_t addr, uint32_t mask);
void flash_sequence_wait_clear(struct flash_sequence *sequence, uint32_t addr, uint32_t mask);
// From the debugger. ERR_TIMEOUT: a bit did not change within 10 ms.
enum err flash_sequence_run(const struct flash_sequence *sequence,
                            const struct mem_ap *mem) MUST_CHECK;

// What a loader took of the target's SRAM, to be given back before anybody looks at it or the core
// runs. All zero at first; a reset of the chip makes it pointless.
struct flash_working_area {
    uint32_t addr;
    uint32_t len; // 0: nothing is out
    uint8_t *bytes;
};

// Writes the bytes back. Whatever comes of it, nothing is out any more.
enum err flash_working_area_restore(struct flash_working_area *working_area,
                                    const struct mem_ap *mem) MUST_CHECK;
void flash_working_area_forget(struct flash_working_area *working_area);

// What a driver works on; the driver keeps nothing elsewhere.
struct flash_access {
    const struct mem_ap *mem;
    struct log *log;
    const struct flash_bank *bank;
    struct cortexm *core;                    // halted; NULL: no code can be run
    struct flash_working_area *working_area; // NULL: no code can be run, unless reset_follows
    bool reset_follows;                      // what was borrowed need not come back
    struct flash_sequence enter; // what makes the controller ready, and what undoes that
    struct flash_sequence leave;
    uint32_t watchdog[2][2]; // address and value that keep a watchdog quiet, for loaders; 0: none
    uint32_t saved[24];      // the driver's own notes (0 at first)
    uint32_t code_word[2];   // what the driver tells its loader (doc/loader-abi.md)
    bool rows;               // the clock that prepare->plan() sets is fast enough for whole rows
};

// What a flash job needs of the chip around the controller: clock, watchdogs, DMA, CRC unit.
// Written once for each family of chips. NULL in a bank: the controller needs nothing, and no
// loader runs.
struct flash_prepare {
    // Reads only. Appends to enter and leave, and fills watchdog.
    enum err (*plan)(struct flash_access *fa);
    // Switches on the clock without which the controller neither erases nor programs.
    enum err (*clock_on)(struct flash_access *fa);
    uint32_t crc_unit; // address of its registers, for loaders
    // Whether a register outside of the controller exchanges the addresses of the two banks. Reads
    // only, but for a clock gate. NULL: none does.
    enum err (*find_swap)(struct flash_access *fa, bool *swapped);
};

// The bank's prepare->clock_on(), when there is one. For drivers, before they erase or program.
enum err flash_clock_on(struct flash_access *fa) MUST_CHECK;

// Code for the target's own core that erases, programs and computes CRCs of pages (flash/loader.h).
struct flash_loader_code {
    const uint8_t *bytes;
    size_t size;                    // multiple of 4
    uint32_t erase_page, erase_all; // what the code wants in bits 31:16 of a slot's work
    uint32_t unit_us;  // shortest time of one unit; 0: somewhat less than the layout's typical one
    uint32_t erase_us; // and of an erase
    uint32_t scan_us;  // and of the scan of a page
    uint32_t row_us;   // of 256 bytes of a row that is programmed as a whole
    uint32_t erase_bank; // as erase_page; 0: it cannot
    bool vectors;        // the code begins with a vector table, for VTOR
    bool faultmask;      // it sets FAULTMASK, and no bus error of data shall stop it (ARMv7-M)
    uint32_t payload;    // bytes in a slot, at most; a multiple of the unit and the row
};

#define FLASH_OPTION_WORDS 20

// A stretch of flash that the options let the core execute and nobody read (PCROP).
struct flash_hidden {
    uint32_t addr, len; // len 0: there is none
    const char *option; // what says so: "PCROP1A"
};

// Of an erase.
enum flash_extent { FLASH_EXTENT_NONE, FLASH_EXTENT_PAGE, FLASH_EXTENT_BANK, FLASH_EXTENT_ALL };

// No function waits for an erase: erase_poll() tells when it is over. None takes longer than the
// programming of a few KiB.
struct flash_driver {
    const char *name;
    // Reads what is to be known, changes nothing, and begins enter and leave. ERR_PROTECTED
    // explains what protects and what to do about it. *code_may_run: nothing speaks against a
    // loader.
    enum err (*survey)(struct flash_access *fa, bool *code_may_run);
    // For prepare->plan(): appends to enter the wait states for the fastest clock that it chooses,
    // and to leave those that survey() found. NULL: the controller has none.
    void (*plan_latency)(struct flash_access *fa);
    void (*plan_latency_back)(struct flash_access *fa);
    // ERR_PROTECTED when the option bytes protect the page from being written.
    enum err (*check_page)(struct flash_access *fa, uint32_t addr);
    // The lowest stretch in the range that is hidden from reads. Outside of survey and end. NULL:
    // the controller hides none.
    enum err (*find_hidden)(struct flash_access *fa, uint32_t addr, uint32_t len,
                            struct flash_hidden *hidden);
    // Where a bank begins whose controller erases it by a command of its own, when a loader erases
    // everything; 0: none does. NULL: never.
    uint32_t (*other_mass_erase)(const struct flash_bank *bank);
    // Where the second bank begins, when the loader can work on a page of each bank at once; 0: it
    // cannot. NULL: never.
    uint32_t (*second_bank)(const struct flash_bank *bank);
    // The loader, or NULL; and the sentence for the status with which it stopped in this page.
    const struct flash_loader_code *loader;
    // What a slot with an erase carries: for a code that does not make it of the address. NULL:
    // nothing.
    uint32_t (*erase_code)(const struct flash_access *fa, uint32_t addr, enum flash_extent extent);
    // Bytes of each of two banks, when the loader can erase one alone. NULL, or 0: there is one.
    uint32_t (*bank_bytes)(const struct flash_access *fa);
    enum err (*explain)(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len,
                        uint32_t status);

    // The way without a loader: carries out enter.
    enum err (*begin)(struct flash_access *fa);
    // After a read of flash: what was read is what was programmed. False for a unit whose
    // programming was cut off, which may read like an erased one; the note of it is deleted. NULL:
    // nothing tells.
    enum err (*check_read)(struct flash_access *fa, bool *sound);
    // Begins the erase of the sector at addr, or of everything. erase_all_start is NULL where the
    // controller has no such command: then all sectors are erased one after the other.
    enum err (*erase_start)(struct flash_access *fa, uint32_t addr);
    enum err (*erase_all_start)(struct flash_access *fa);
    // Asks once how that erase is doing. Not busy any more: ERR_OK says that it took place.
    enum err (*erase_poll)(struct flash_access *fa, const char *what, uint32_t addr, bool *busy);
    // addr and len are multiples of the layout's unit, within one sector; the range was erased
    // before. Runs of erased units (see flash_next_run) need not be written. Whether it worked is
    // told here, once at the end.
    enum err (*program)(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len);
    // Carries out leave; also after a failure of one's own or of a loader.
    enum err (*end)(struct flash_access *fa);
    // A register of the controller (offset from regs) and what to write there, unlocked or not, to
    // have the option bytes loaded anew and the chip reset.
    uint32_t reload_offset, reload_value;
    // Opens the locks that this register has; NULL: it has none.
    enum err (*reload_prepare)(struct flash_access *fa);
    // Instead of that: a register and its bit which says that the flash was empty when the option
    // bytes were loaded, and which may be cleared: by writing a one there alone, or by writing all
    // of the register back with a zero there. Mask 0: there is none.
    uint32_t empty_offset, empty_mask;
    bool empty_toggles;
    // A register of the controller and its bits that are set while it programs or erases.
    uint32_t busy_offset, busy_mask;
    uint32_t busy_offset2; // the same register of the second bank; 0: there is none
    // Option words, at most FLASH_OPTION_WORDS, as the driver's header numbers them. intact: bit n
    // is set when word n agrees with its complement, where it has one. Outside of begin and end.
    unsigned option_words;
    enum err (*read_options)(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                             uint32_t *intact);
    // The copy that the controller loaded at the last reset: the bits of value[n] that mask[n] has.
    // NULL: what read_options() gives is that copy.
    enum err (*loaded_options)(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                               uint32_t mask[FLASH_OPTION_WORDS]);
    // Erases all and writes those of which `which` has the bit, read protection first, checks them,
    // and ends with a reset of the chip that loads them: the connection is to be made again. Taking
    // read protection away erases the flash.
    enum err (*write_options)(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                              uint32_t which);
};

// Drivers in one const table, by name: tests walk it.
extern const struct flash_driver *const flash_drivers[];
extern const unsigned flash_driver_count;

// The next stretch of data, from `from` on, that is worth a write command of its own: it begins and
// ends with units that are not as erased, and has no long gap of such. False: nothing is left. For
// drivers.
bool flash_next_run(const struct flash_layout *layout, const uint8_t *data, size_t len, size_t from,
                    size_t *start, size_t *end);
// How many bytes from the start the flash holds already, in whole units. len is a multiple of the
// unit, and so are 256 bytes. For drivers.
enum err flash_count_good(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len,
                          size_t *good) MUST_CHECK;
// For a driver whose controller names no error: the word at addr is not what was programmed, with
// FLASH_SR in so many digits.
enum err flash_fail_word(struct flash_access *fa, uint32_t addr, uint32_t sr,
                         int sr_digits) MUST_CHECK;

// How a driver writes units without a loader.
struct flash_run_writer {
    // By one write command. ERR_WAIT: the probe gave up, and how many units went in is unknown.
    enum err (*write)(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len);
    // Then: waits for the controller, and counts the bytes that are in; *sr is what it said.
    enum err (*settle)(struct flash_access *fa, uint32_t addr, const uint8_t *data, size_t len,
                       size_t *good, uint32_t *sr);
    // The sentence for the unit at addr, which does not go in.
    enum err (*fail)(struct flash_access *fa, uint32_t addr, uint32_t sr);
};
// Writes one run (flash_next_run). After a command that ended in WAIT it goes on behind what is in.
// For drivers.
enum err flash_write_run(struct flash_access *fa, const struct flash_run_writer *writer,
                         uint32_t addr, const uint8_t *data, size_t len) MUST_CHECK;

// Reads the controller's register at `offset` from regs every step_us until no bit of busy is set,
// for at most limit_us and once more: then *late. For drivers.
enum err flash_poll_clear(struct flash_access *fa, uint32_t offset, uint32_t busy,
                          uint32_t limit_us, uint32_t step_us, uint32_t *value,
                          bool *late) MUST_CHECK;
// The sentences that several drivers have in common. ERR_FLASH: it was busy all that time; its
// lock, or that of its options, is closed behind the right keys; it has not written the options,
// for what its status register says. ERR_PROTECTED: read protection level 1. For drivers.
enum err flash_fail_busy(struct flash_access *fa, uint32_t limit_us) MUST_CHECK;
enum err flash_fail_locked(struct flash_access *fa) MUST_CHECK;
enum err flash_fail_options_locked(struct flash_access *fa) MUST_CHECK;
enum err flash_fail_options_write(struct flash_access *fa, uint32_t sr) MUST_CHECK;
enum err flash_fail_read_protected(struct flash_access *fa) MUST_CHECK;

// What a job has done so far, in bytes of target flash (time in µs of the link's clock).
struct flash_stats {
    uint32_t erased, programmed, skipped, verified;
    bool by_loader; // code on the target did it
    uint64_t started_us, ended_us;
    bool changed; // the chip's content was changed, or tried to
};

// Which pages may be erased, and how.
enum flash_erase {
    FLASH_ERASE_AUTO,  // what is not blank and has to change; all at once when that is cheaper and
                       // nothing else is lost
    FLASH_ERASE_PAGES, // never all at once
    FLASH_ERASE_MASS, // all at once, before anything is written: what no data was given for is lost
                      // too
    FLASH_ERASE_NONE, // ERR_FLASH when a page that has to change is not blank
};

// A job: pages become due as their data is complete, so that work goes on while data still arrives.
struct flash_job;

// Nothing is touched yet. The job belongs to the caller until flash_job_free().
// Of `access` mem, log, bank, core and working_area count, and are copied.
enum err flash_job_open(struct flash_job **job, const struct flash_access *access) MUST_CHECK;
// Before the first step. AUTO without it.
void flash_job_set_erase(struct flash_job *job, enum flash_erase erase);
// Without the comparison at the end; true at first.
void flash_job_set_verify(struct flash_job *job, bool verify);
// The caller will reset the chip after the job: what was borrowed of it need not come back.
void flash_job_reset_follows(struct flash_job *job);
// The range (whole pages, or all of the bank) shall be erased: remembered, carried out
// when its page's turn comes. Data that was written for these sectors before is forgotten.
enum err flash_job_erase(struct flash_job *job, uint32_t addr, uint32_t len) MUST_CHECK;
// Bytes for the image, in any order; bytes of a page that is erased and never written stay erased.
// Outside the bank, or not erased before by this job: ERR_USAGE.
enum err flash_job_write(struct flash_job *job, uint32_t addr, const void *data,
                         size_t len) MUST_CHECK;
// Carries out at most one page's worth of work that is due (a page whose data is complete or which
// later data has passed by). *more: there is more that could be done now.
enum err flash_job_step(struct flash_job *job, bool *more) MUST_CHECK;
// No more data comes: everything becomes due. After that, step until !*more; the last steps verify.
void flash_job_close_input(struct flash_job *job);
// Whether the page at the address got data, and of the image `len` bytes from there on (they may
// reach into a page without; NULL: none are wanted). An address outside the bank did not.
bool flash_job_wrote(const struct flash_job *job, uint32_t addr, uint8_t *data, size_t len);
// The lowest address that got data. False: none did.
bool flash_job_first(const struct flash_job *job, uint32_t *addr);
const struct flash_stats *flash_job_stats(const struct flash_job *job);
// Before somebody else uses the core or its memory: what runs there comes to its end, registers are
// as they were, and what the working area held can be returned. The next step goes on.
enum err flash_job_pause(struct flash_job *job) MUST_CHECK;
// Ends the driver's session and frees the job (NULL: nothing). A job that touched the chip and was
// not finished is ERR_FLASH, and the log's sentence, after that of the failure if there was one,
// says which range is incomplete.
enum err flash_job_free(struct flash_job *job) MUST_CHECK;

#endif
