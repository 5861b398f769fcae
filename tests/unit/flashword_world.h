// SPDX-License-Identifier: MIT
// A chip with the flash controller of the STM32H7 as RM0433 (embedded flash memory) describes it,
// as far as its driver needs it: two banks with their own registers, strict about keys, locks, the
// write buffer and what is written twice. A probe of its own stands in front of it. Sectors are a
// hundred-and-twenty-eighth of the real ones.
#ifndef SWDLINK_TESTS_UNIT_FLASHWORD_WORLD_H
#define SWDLINK_TESTS_UNIT_FLASHWORD_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "flash/drivers/flashword.h"
#include "flash/flash.h"
#include "swd/mem_ap.h"

#define BASE    0x08000000u
#define UPPER   0x08100000u
#define KIB     1024u
#define SECTORS 8u // in a bank
#define BANK    (SECTORS * KIB)
#define REGS    0x52002000u

// Offsets of registers.
#define R_KEYR    0x04u
#define R_OPTKEYR 0x08u
#define R_CR      0x0cu
#define R_SR      0x10u
#define R_CCR     0x14u
#define R_OPTCR   0x18u
#define R_OPTSR   0x1cu
#define R_OPTCCR  0x24u
#define R_PRAR    0x28u
#define R_SCAR    0x30u
#define R_WPSN    0x38u
#define R_BOOT    0x40u
#define R_BOOT4   0x48u
#define R_OPTSR2  0x70u
#define W_REGS    0x200u

struct half { // of the addresses
    uint32_t cr, sr;
    unsigned keys;       // good ones in a row
    uint64_t busy_until; // when it is idle again
    uint8_t buffer[32];
    uint32_t strobes;   // bytes that are in the buffer
    uint32_t buffer_at; // for the flash word there
    uint8_t flash[BANK];
    bool spoilt[BANK / 16]; // flash words whose programming was cut off
};

struct world {
    struct debug_probe probe; // first: the stand-in for the probe finds the fixture by it
    struct mem_ap mem;
    struct log log;
    char said[1024]; // notes and warnings
    uint64_t now_us;
    unsigned vtref_mv;     // 0: the probe has no such measurement
    bool two_banks, small; // small: 16 bytes in a flash word, and other bits in CR
    struct half half[2];
    uint32_t reg[W_REGS / 4]; // of the others, by offset
    bool swapped;             // the second bank is at the lower addresses
    char did[1024];           // "erase 1:2/64 bank 2/64 "
    unsigned option_keys;
    unsigned violations; // what the manual forbids
    unsigned resets;
    unsigned wait_after; // words that a write command gets in before it ends in WAIT; 0: all
    unsigned erase_us;   // how long an erase takes
    uint32_t fail_with;  // bits that SR has after the next erase or programming
    bool options_fail;   // OPTSTART ends in an error
    bool both_worked;    // at the same time
};

struct bench {
    struct world w;
    struct flashword_params params;
    struct flash_bank bank;
    struct flash_access access; // of its own, for the driver's functions
    struct flash_job *job;
    uint8_t image[2 * BANK];
};

// A job on a chip of 8 KiB in one bank or 16 in two, that is full of 0x55, at 3.3 V.
void bench_open(struct bench *b, bool two_banks);
// The same with flash words of 16 bytes.
void bench_open_small(struct bench *b);
enum err bench_run(struct bench *b);
enum err bench_close(struct bench *b);

#endif
