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
// Of the last job, rounded up.
unsigned took_ms(const struct desk *d);

#endif
