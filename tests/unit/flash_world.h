// SPDX-License-Identifier: MIT
// A chip of one array with an FPEC of a few lines, behind a scripted probe.
#ifndef SWDLINK_TESTS_UNIT_FLASH_WORLD_H
#define SWDLINK_TESTS_UNIT_FLASH_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "flash/flash.h"
#include "tests/unit/scripted_probe.h"

#define BASE  0x08000000u
#define PAGE  1024u
#define PAGES 4u
#define SIZE  (PAGES * PAGE)
#define REGS  0x40022000u
#define RCC   0x40021000u

// The chip: flash, an FPEC as far as its driver needs it, and faults to order.
struct world {
    struct scripted_probe p; // first: the fixture is found by it
    uint8_t flash[SIZE];
    char did[1024]; // what the recording driver was asked
    unsigned violations;
    bool write_lies; // programming leaves one bit as it was
    enum err fail_erase, fail_begin;
    uint32_t sr, cr, obr, wrpr, rcc_cr;
    unsigned keys;
    unsigned wait_after; // halfwords that a write command gets in before it ends in WAIT; 0: all
};

struct bench {
    struct world w;
    struct flash_bank bank;
    struct flash_job *job;
    uint8_t image[SIZE];
};

// A job on a chip that is full of 0x55; and as many steps as there are.
void bench_open(struct bench *b, const struct flash_driver *driver);
enum err bench_run(struct bench *b);
enum err bench_close(struct bench *b);

#endif
