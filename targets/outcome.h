// SPDX-License-Identifier: MIT
// The state of a program after a reset, found by watching it.
#ifndef SWDLINK_TARGETS_OUTCOME_H
#define SWDLINK_TARGETS_OUTCOME_H

#include "targets/target.h"

enum target_outcome_kind {
    TARGET_OUTCOME_RUNS,
    TARGET_OUTCOME_BOOT_ROM, // the chip's own boot loader runs, and not the program
    TARGET_OUTCOME_FAULT,    // it stays in the handler of a fault
    TARGET_OUTCOME_LOCKUP,
    TARGET_OUTCOME_RESETS, // it was reset again, and not by us
    TARGET_OUTCOME_SILENT, // the debug port does not answer any more
    TARGET_OUTCOME_KINDS,
};

struct target_outcome {
    enum target_outcome_kind kind;
    bool pc_known;
    uint32_t pc;
    unsigned exception; // of a fault: its number
    char detail[256];   // of a fault or a lockup
    const char *why;    // of the boot loader: target_why_boot_rom()
};

// Releases a running target (target_release()) and watches it for about 50 ms, as it runs without a
// debugger. The program is not disturbed, except that a core is halted for a moment if it does not
// show its PC while it runs, or is in a fault or a lockup. A lost target is an outcome; a lost
// probe is an error.
enum err target_watch_outcome(struct target *t, struct target_outcome *o) MUST_CHECK;
// For the sentence "reset; …"; returns text.
const char *target_outcome_text(const struct target_outcome *o, char *text, size_t size);
// A stable word for programs: "running", "boot-rom", …
const char *target_outcome_name(enum target_outcome_kind kind);
// Whether the address is in the ROM that holds the chip's boot loader.
bool target_is_boot_rom(const struct target *t, uint32_t addr);
// Why that boot loader runs and not the program: words that follow "not the program: ".
const char *target_why_boot_rom(struct target *t);

#endif
