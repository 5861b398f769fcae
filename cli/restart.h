// SPDX-License-Identifier: MIT
// The reset at the end of a command, and what is said of it: only what was seen.
#ifndef SWDLINK_CLI_RESTART_H
#define SWDLINK_CLI_RESTART_H

#include <jansson.h>

#include "targets/outcome.h"

struct restart {
    bool halted;
    uint32_t pc;                   // when halted
    const char *boot_rom;          // halted in the boot loader, and why; NULL: it is not
    struct target_outcome outcome; // when not
};

// Resets the target, and halts it at its first instruction or watches what becomes of it.
enum err restart_target(struct restart *r, struct target *t, bool halt) MUST_CHECK;
// After a job that failed on a target that was reset before: what is only half written does not
// run, and the RAM that a loader borrowed is not given back. When nothing in the flash was changed,
// the program starts again, or stays halted, as it was found. Returns e, whose sentence says so
// when it was a signal that ended the job.
enum err restart_after_failure(struct restart *r, struct target *t, bool changed,
                               enum err e) MUST_CHECK;
// One line: a note when all is well, a warning otherwise.
void restart_report(const struct restart *r, struct log *log);
// Adds "state" and, when known, "pc".
void restart_add_json(const struct restart *r, json_t *object);

#endif
