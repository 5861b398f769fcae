// SPDX-License-Identifier: MIT
// What the files of the agent's machine share.
#ifndef SWDLINK_SERVER_AGENT_PRIVATE_H
#define SWDLINK_SERVER_AGENT_PRIVATE_H

#include "server/agent.h"

struct agent_machine {
    const struct agent_host *host;
    const uint8_t *code;
    size_t len, pc;
    unsigned depth, reads;
    uint64_t stack[AGENT_STACK];
    int64_t no_variable;
    const char *why; // it failed
};

void agent_fail(struct agent_machine *m, const char *why);
void agent_push(struct agent_machine *m, uint64_t value);
uint64_t agent_pop(struct agent_machine *m);
// A number of so many bytes behind the opcode.
uint64_t agent_operand(struct agent_machine *m, unsigned bytes);
bool agent_read(struct agent_machine *m, uint64_t addr, uint8_t *data, size_t len);

// agent_printf.c: the instruction printf.
void agent_printf(struct agent_machine *m);

#endif
