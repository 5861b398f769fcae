// SPDX-License-Identifier: MIT
// A target on the virtual board for tests of flash jobs: what silicon forbids is a violation that
// fails the test.
#ifndef SWDLINK_TESTS_UNIT_FLASH_DESK_H
#define SWDLINK_TESTS_UNIT_FLASH_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/board/board.h"
#include "sim/board/link.h"
#include "swd/mem_ap.h"
#include "swd/stlink.h"
#include "targets/target.h"

#define FLASH 0x08000000u
#define RAM   0x20000000u

#define OK(call) assert_int_equal((call), ERR_OK)

struct desk {
    struct log log;
    char heard[4096]; // lines of the log
    struct sim_board *board;
    struct stlink st;
    struct target t;
    struct flash_job *job;
    struct flash_stats stats;
};

// Connects to the board's probe and halts the chip at its first instruction.
void plug_in(struct desk *d);
struct desk *open_desk(const char *board);
// Fails on a violation.
// Of a session in which only this may have been done that silicon forbids; NULL: nothing.
void close_desk_but_for(struct desk *d, const char *allowed);
void close_desk(struct desk *d);
// Bytes that a seed makes; to be freed.
uint8_t *some_image(size_t len, unsigned seed);
void fill_chip(struct desk *d, const uint8_t *image, size_t len);
void assert_chip_holds(struct desk *d, uint32_t addr, const uint8_t *image, size_t len);
// Up to the end of the last page.
uint32_t whole_pages(const struct desk *d, size_t len);
// Opens a job that erases the pages of the range.
void begin_job(struct desk *d, enum flash_erase erase, uint32_t addr, uint32_t len);
enum err step_to_end(struct desk *d);
// To its end, and closes it; d->stats is what it did.
enum err finish_job(struct desk *d);
enum err program(struct desk *d, enum flash_erase erase, uint32_t addr, const uint8_t *image,
                 size_t len);
// Without a core, and so without a loader.
void program_by_debug_port(struct desk *d, uint32_t addr, const uint8_t *image, size_t len);
// Of the last job, rounded up.
unsigned took_ms(const struct desk *d);

uint32_t word_at(struct desk *d, uint32_t addr);
void set_word(struct desk *d, uint32_t addr, uint32_t value);
// Gives all registers but SP and CONTROL a value of their own: `regs` has them.
void set_registers(struct desk *d, uint32_t regs[CORTEXM_REG_COUNT]);
// All but SP are those.
void assert_registers(struct desk *d, const uint32_t regs[CORTEXM_REG_COUNT]);
// Writes one field of the options, which the chip loads; the core is halted then.
void set_option(struct desk *d, const char *name, uint32_t value);

// ---- whole tests, for the boards of several families --------------------------------------------

// An FPEC at a Cortex-M programs a blank chip, mass-erases and erases pages in the flash's own
// time: unit_ns for a halfword and 30 ms for an erase, and 3 % more. What is there already takes
// again_ms.
void fpec_keeps_its_figures(const char *board, size_t len, uint32_t page, unsigned unit_ns,
                            unsigned again_ms);
// The loader of an FPEC gives back the `count` words at `kept`, of which one may be the sum of the
// CRC unit: that is in use.
void fpec_leaves_as_found(struct desk *d, const uint32_t *kept, unsigned count);
// Read protection shuts the flash of an FPEC, and the way back erases it.
void fpec_is_protected_and_opened(const char *board);
// The code of the loader becomes undefined instructions in the middle of a job.
void loader_that_dies_is_replaced(const char *board, enum flash_erase erase);
// The cable is pulled at each `every`-th USB command of a job in turn. The job may not claim
// success, and the next one repairs.
void job_cut_off_anywhere_is_repaired(const char *board, size_t len, unsigned every);

#endif
