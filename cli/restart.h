// SPDX-License-Identifier: MIT
// The reset at the end of a command, and what is said of it: only what was seen.
#ifndef SWDLINK_CLI_RESTART_H
#define SWDLINK_CLI_RESTART_H

#include <jansson.h>

#include "targets/outcome.h"

struct restart {
    bool halted;
    bool in_boot_rom;              // where it is halted
    uint32_t pc;                   // when halted
    struct target_outcome outcome; // when not
};

// Resets the target, and halts it at its first instruction or watches what becomes of it.
enum err restart_target(struct restart *r, struct target *t, bool halt) MUST_CHECK;
// One line: a note when all is well, a warning otherwise.
void restart_report(const struct restart *r, struct log *log);
// Adds "state" and, when known, "pc".
void restart_add_json(const struct restart *r, json_t *object);

#endif
