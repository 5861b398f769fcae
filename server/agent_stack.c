// SPDX-License-Identifier: MIT
// What every instruction of an agent expression does with its stack, its operands and memory.
#include "server/agent_private.h"

void agent_fail(struct agent_machine *m, const char *why)
{
    m->why = m->why ? m->why : why;
}

void agent_push(struct agent_machine *m, uint64_t value)
{
    if (m->depth == AGENT_STACK)
        agent_fail(m, "its stack overflows");
    else
        m->stack[m->depth++] = value;
}

uint64_t agent_pop(struct agent_machine *m)
{
    if (m->depth > 0)
        return m->stack[--m->depth];
    agent_fail(m, "its stack is empty");
    return 0;
}

// Operands are big-endian, whatever the target is.
uint64_t agent_operand(struct agent_machine *m, unsigned bytes)
{
    uint64_t value = 0;
    if (bytes > m->len - m->pc) {
        agent_fail(m, "it ends in the middle of an instruction");
        m->pc = m->len;
        return 0;
    }
    for (; bytes > 0; bytes--)
        value = value << 8 | m->code[m->pc++];
    return value;
}

bool agent_read(struct agent_machine *m, uint64_t addr, uint8_t *data, size_t len)
{
    if (m->reads++ >= AGENT_READS)
        agent_fail(m, "it reads memory too often");
    else if (addr > UINT32_MAX || !m->host->read_memory(m->host->user, (uint32_t)addr, data, len))
        agent_fail(m, "memory that it needs cannot be read");
    return !m->why;
}
