// SPDX-License-Identifier: MIT
// Conditions and commands that GDB gives along with a breakpoint, to be evaluated here: a
// breakpoint whose conditions are all false, or that has commands, costs the debugger no turn.
#ifndef SWDLINK_SERVER_BREAK_AGENT_H
#define SWDLINK_SERVER_BREAK_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

struct session;

// Expressions one behind the other, each behind its length (2 bytes): first the conditions.
struct break_agent {
    unsigned conditions, commands;
    size_t len;
    uint8_t *bytes; // NULL: there are none
    bool told;      // that a condition has no value
};

// What stands behind KIND in Z0 and Z1: ";X LEN,EXPRESSION…;cmds:PERSIST,X LEN,EXPRESSION…". What
// is malformed makes args bad. ERR_RESOURCE: there is no memory for it.
enum err break_agent_take(struct break_agent *a, struct cursor *args) MUST_CHECK;
void break_agent_free(struct break_agent *a);
// Of the breakpoint at which the target stands: evaluates its conditions and, if one of them is
// true, carries out its commands. True: the program may go on, and the debugger need not know.
bool break_agent_pass(struct session *s, uint32_t pc);

#endif
