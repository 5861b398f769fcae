// SPDX-License-Identifier: MIT
// A chip with the flash controller of the STM32G0 as RM0444 (3.3 to 3.7) describes it, as far as
// its driver needs it: strict about keys, order, and what is written twice. Linked in the place of
// swd/.
#ifndef SWDLINK_TESTS_UNIT_DWORD_WORLD_H
#define SWDLINK_TESTS_UNIT_DWORD_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "flash/drivers/dword.h"
#include "flash/flash.h"

#define BASE  0x08000000u
#define PAGE  2048u
#define PAGES 8u // in two banks of 4, or in one
#define SIZE  (PAGES * PAGE)
#define REGS  0x40022000u
#define UNITS (SIZE / 8)

enum { W_ACR, W_KEYR = 2, W_OPTKEYR, W_SR, W_CR, W_OPTR = 8, W_SECR = 32, W_REGS };
#define W_PCROP1AS 9
#define W_PCROP1AE 10
#define W_WRP1A    11
#define W_WRP2A    19

struct world {
    struct debug_probe probe; // first: the stand-ins for swd/ find the fixture by it
    struct mem_ap mem;
    struct log log;
    uint64_t now_us;
    uint32_t reg[W_REGS];           // what reads give
    uint32_t next_option[W_REGS];   // written, to be loaded
    uint32_t stored_option[W_REGS]; // in the flash
    uint8_t flash[SIZE];
    uint8_t written[UNITS];     // how often each double word was since its erase
    char did[512];              // "erase 1:2 mass 1+2 "
    unsigned keys, option_keys; // good ones in a row
    unsigned violations;        // what the manual forbids
    unsigned resets;            // by OBL_LAUNCH
    uint32_t half_at, half;     // a first word that waits for its second
    unsigned wait_after;        // words that a write command gets in before it ends in WAIT; 0: all
    unsigned busy_reads;        // so often SR says BSY1 after an operation
    unsigned busy;              // of these, still to come
    bool options_fail;          // OPTSTRT ends in an error
    bool two_banks;
};

struct bench {
    struct world w;
    struct dword_params params;
    struct flash_bank bank;
    struct flash_access access; // of its own, for the driver's functions
    struct flash_job *job;
    uint8_t image[SIZE];
};

// A job on a chip that is full of 0x55, without protection; and as many steps as there are.
void bench_open(struct bench *b, bool two_banks);
enum err bench_run(struct bench *b);
enum err bench_close(struct bench *b);

#endif
