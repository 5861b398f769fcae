// SPDX-License-Identifier: MIT
// A chip with the flash controller of the STM32F4 as RM0090 (3.5 to 3.9) describes it, as far as
// its driver needs it: strict about keys, order, widths and caches. A probe of its own stands in
// front of it. Sectors are a sixteenth of the real ones.
#ifndef SWDLINK_TESTS_UNIT_SECTOR_WORLD_H
#define SWDLINK_TESTS_UNIT_SECTOR_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "flash/drivers/sector.h"
#include "flash/flash.h"
#include "swd/mem_ap.h"

#define BASE    0x08000000u
#define KIB     1024u
#define BANK    (24 * KIB) // 4 x 1, 4, 2 x 8 KiB
#define SECTORS 7u         // in a bank
#define SIZE    (2 * BANK)
#define REGS    0x40023c00u

enum { W_ACR, W_KEYR, W_OPTKEYR, W_SR, W_CR, W_OPTCR, W_OPTCR1, W_REGS };

struct world {
    struct debug_probe probe; // first: the stand-in for the probe finds the fixture by it
    struct mem_ap mem;
    struct log log;
    char said[1024]; // notes and warnings
    uint64_t now_us;
    unsigned vtref_mv; // 0: the probe has no such measurement
    bool no_halfwords;
    uint32_t reg[W_REGS];
    uint32_t stored[2]; // OPTCR, OPTCR1 as a reset loads them
    uint8_t flash[SIZE];
    char did[1024];             // "erase 1:2/4 mass 3/4 "
    unsigned keys, option_keys; // good ones in a row
    unsigned violations;        // what the manual forbids
    unsigned resets, flushes;
    unsigned written[5]; // accesses that programmed, by their width
    unsigned wait_after; // accesses that a write command gets in before it ends in WAIT; 0: all
    unsigned erase_us;   // how long an erase takes
    uint64_t busy_until; // when the controller is idle again
    uint32_t fail_with;  // bits that SR has after the next erase or programming
    bool options_fail;   // OPTSTRT ends in an error
    bool swapped;        // the second bank is at the lower addresses
    bool two_banks;      // and there is one
    unsigned longest_us; // that the clock went on in one step of a job
};

struct bench {
    struct world w;
    struct sector_params params;
    struct flash_bank bank;
    struct flash_access access; // of its own, for the driver's functions
    struct flash_job *job;
    uint8_t image[SIZE];
};

// A job on a chip of 24 KiB in one bank or 48 in two, that is full of 0x55, at 3.3 V.
void bench_open(struct bench *b, bool two_banks);
enum err bench_run(struct bench *b);
enum err bench_close(struct bench *b);

#endif
