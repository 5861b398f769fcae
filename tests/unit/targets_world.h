// SPDX-License-Identifier: MIT
// A chip behind a scripted probe, and a core of a few lines, which is linked in the place of
// cortex/ by the tests of targets/: they set what the core does next. What real registers do is
// tested over the virtual board.
#ifndef SWDLINK_TESTS_UNIT_TARGETS_WORLD_H
#define SWDLINK_TESTS_UNIT_TARGETS_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "targets/target.h"
#include "tests/unit/scripted_probe.h"

#define RAM      0x20000000u
#define RAM_SIZE 4096u
#define FLASH    0x08000000u
#define GATE     0x40021018u
#define GATE_BIT (1u << 22)
#define DBGMCU   0x40015800u

#define WORLD_ROM_TABLE 0xe00ff000u

struct world {
    struct scripted_probe p; // first: the fixture is found by it
    // The wires.
    bool dead, gone, lost_power;
    bool needs_reset; // the program takes the SWD pins
    bool no_nrst;
    bool no_core;                // all memory accesses are refused
    uint32_t idr, next_idr, csw; // of the access ports; 0: those of a healthy one
    bool nrst_low, reset_seen;
    uint32_t max_hz;
    unsigned vtref_mv, nrst_pulses;
    unsigned glitches;     // of the next accesses fail
    unsigned glitch_after; // so many accesses one fails; 0: none
    // The chip.
    uint8_t ram[RAM_SIZE], flash[32 * 1024];
    uint8_t uid[12];
    uint32_t idcode, size_word, obr, gate, dbgmcu_cr, dbgmcu_fz;
    unsigned closed_gate_writes;
    struct {
        uint32_t addr, value;
    } more[8]; // registers of a made-up chip
    // The core.
    bool running, debug_enabled, lockup, sleeps, interrupt_pending, caught;
    bool interrupts_ran, step_was_masked, detached;
    uint32_t reg[CORTEXM_REG_COUNT], dfsr, vtor, watch_addr;
    uint32_t step_primask; // as it was during the last step
    unsigned comparators, resumes, steps, looks;
};

// A healthy STM32F031 that runs; the same with us attached; and halted.
void world_make(struct world *w);
enum err world_connect(struct world *w, struct target *t, enum target_connect how);
void world_attach(struct world *w, struct target *t);
void world_attach_halted(struct world *w, struct target *t);
// Polls until it stopped, which has to be soon.
struct target_stop world_poll_stopped(struct target *t);
// The log's last sentence says it.
void world_assert_says(const struct world *w, const char *part);

#endif
