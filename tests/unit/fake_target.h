// SPDX-License-Identifier: MIT
// A target that is not there, for tests of the GDB server: it takes the place of targets/, flash/
// and swd/ at link time, holds memory and registers in arrays, stops when the test says so, fails
// when the test says so, and counts what was asked of it.
#ifndef SWDLINK_TESTS_FAKE_TARGET_H
#define SWDLINK_TESTS_FAKE_TARGET_H

#include "targets/target.h"

#define FAKE_FLASH_BASE  0x08000000u
#define FAKE_FLASH_SIZE  0x8000u
#define FAKE_PAGE_SIZE   0x400u
#define FAKE_RAM_BASE    0x20000000u
#define FAKE_RAM_SIZE    0x1000u
#define FAKE_COMPARATORS 4u

struct fake_target {
    struct target t; // first, so that a struct target of ours leads here
    uint8_t flash[FAKE_FLASH_SIZE];
    uint8_t ram[FAKE_RAM_SIZE];
    uint64_t regs[CORTEXM_REG_COUNT];

    // The next stop: after so many looks; never while 0.
    unsigned stops_after_polls;
    struct target_stop stop;
    bool lose_at_poll;
    unsigned resets_of_its_own; // that looks at the running target will find
    bool break_behind;          // of the next BKPT that is passed
    bool load_replaces;         // the program: the chip is reset at its end
    bool break_here;            // the halted target stands at a breakpoint

    // Each fails once with this error when it is not ERR_OK.
    enum err fail_halt, fail_resume, fail_reset, fail_poll, fail_flash_step, fail_flash_end,
        fail_reconnect, fail_hold;

    uint32_t swclk_hz;
    uint64_t now_us; // of the link's clock
    unsigned resumes, steps, halts, resets, reset_halts, polls, clears, reconnects, releases;
    uint32_t step_from, step_to;
    unsigned breaks, watches; // set at the moment
    unsigned flash_jobs, flash_steps;

    // What the next poll of SWO brings.
    uint8_t swo[8192];
    size_t swo_len;
    bool swo_overrun, swo_formatted;
    enum target_swo_trust swo_trust;
    unsigned swo_sends, swo_polls, swo_doubts;
};

void fake_target_init(struct fake_target *f, struct log *log);

#endif
