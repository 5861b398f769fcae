// SPDX-License-Identifier: MIT
// The bytecode is that of "Debugging with GDB", F.2. Floating point has opcodes and no meaning
// there; what is traced goes nowhere, because no tracepoints are offered.
#include "server/agent.h"

#include "base/bytes.h"
#include "server/agent_private.h"

enum op {
    OP_FLOAT = 0x01,
    OP_ADD = 0x02,
    OP_SUB = 0x03,
    OP_MUL = 0x04,
    OP_DIV_SIGNED = 0x05,
    OP_DIV_UNSIGNED = 0x06,
    OP_REM_SIGNED = 0x07,
    OP_REM_UNSIGNED = 0x08,
    OP_LSH = 0x09,
    OP_RSH_SIGNED = 0x0a,
    OP_RSH_UNSIGNED = 0x0b,
    OP_TRACE = 0x0c,
    OP_TRACE_QUICK = 0x0d,
    OP_LOG_NOT = 0x0e,
    OP_BIT_AND = 0x0f,
    OP_BIT_OR = 0x10,
    OP_BIT_XOR = 0x11,
    OP_BIT_NOT = 0x12,
    OP_EQUAL = 0x13,
    OP_LESS_SIGNED = 0x14,
    OP_LESS_UNSIGNED = 0x15,
    OP_EXT = 0x16,
    OP_REF8 = 0x17,
    OP_REF16 = 0x18,
    OP_REF32 = 0x19,
    OP_REF64 = 0x1a,
    OP_REF_FLOAT = 0x1b,
    OP_D_TO_L = 0x1f,
    OP_IF_GOTO = 0x20,
    OP_GOTO = 0x21,
    OP_CONST8 = 0x22,
    OP_CONST16 = 0x23,
    OP_CONST32 = 0x24,
    OP_CONST64 = 0x25,
    OP_REG = 0x26,
    OP_END = 0x27,
    OP_DUP = 0x28,
    OP_POP = 0x29,
    OP_ZERO_EXT = 0x2a,
    OP_SWAP = 0x2b,
    OP_GETV = 0x2c,
    OP_SETV = 0x2d,
    OP_TRACEV = 0x2e,
    OP_TRACENZ = 0x2f,
    OP_TRACE16 = 0x30,
    OP_PICK = 0x32,
    OP_ROT = 0x33,
    OP_PRINTF = 0x34,
};

static void push_memory(struct agent_machine *m, size_t len)
{
    uint8_t bytes[8] = {0};
    if (agent_read(m, agent_pop(m), bytes, len))
        agent_push(m, get_le32(bytes) | (uint64_t)get_le32(bytes + 4) << 32);
}

static void push_register(struct agent_machine *m)
{
    uint32_t value = 0;
    if (!m->host->read_register(m->host->user, (unsigned)agent_operand(m, 2), &value))
        agent_fail(m, "a register that it needs cannot be read");
    agent_push(m, value);
}

static uint64_t divide(struct agent_machine *m, enum op op, uint64_t a, uint64_t b)
{
    if (b == 0) {
        agent_fail(m, "it divides by zero");
        return 0;
    }
    switch (op) {
    case OP_DIV_UNSIGNED:
        return a / b;
    case OP_REM_UNSIGNED:
        return a % b;
    case OP_DIV_SIGNED: // -1 by itself: the smallest number has no opposite
        return b == UINT64_MAX ? 0 - a : (uint64_t)((int64_t)a / (int64_t)b);
    default:
        return b == UINT64_MAX ? 0 : (uint64_t)((int64_t)a % (int64_t)b);
    }
}

static uint64_t shift(enum op op, uint64_t a, uint64_t by)
{
    const bool negative = op == OP_RSH_SIGNED && a >> 63;
    if (by > 63)
        return negative ? UINT64_MAX : 0;
    if (op == OP_LSH)
        return a << by;
    return negative ? ~(~a >> by) : a >> by;
}

static void binary(struct agent_machine *m, enum op op)
{
    const uint64_t b = agent_pop(m), a = agent_pop(m);
    uint64_t value = 0;
    if (op == OP_ADD)
        value = a + b;
    else if (op == OP_SUB)
        value = a - b;
    else if (op == OP_MUL)
        value = a * b;
    else if (op >= OP_DIV_SIGNED && op <= OP_REM_UNSIGNED)
        value = divide(m, op, a, b);
    else if (op >= OP_LSH && op <= OP_RSH_UNSIGNED)
        value = shift(op, a, b);
    else if (op == OP_BIT_AND)
        value = a & b;
    else if (op == OP_BIT_OR)
        value = a | b;
    else if (op == OP_BIT_XOR)
        value = a ^ b;
    else if (op == OP_EQUAL)
        value = a == b;
    else if (op == OP_LESS_SIGNED)
        value = (int64_t)a < (int64_t)b;
    else
        value = a < b;
    agent_push(m, value);
}

static void extend(struct agent_machine *m, bool is_signed)
{
    const unsigned bits = (unsigned)agent_operand(m, 1);
    uint64_t value = agent_pop(m);
    if (bits == 0 || bits > 64) {
        agent_fail(m, "it extends a number from no bit, or from more than there are");
        return;
    }
    const uint64_t mask = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
    value &= mask;
    if (is_signed && value >> (bits - 1))
        value |= ~mask;
    agent_push(m, value);
}

static void jump(struct agent_machine *m, bool taken)
{
    const size_t to = (size_t)agent_operand(m, 2);
    if (!taken)
        return;
    if (to >= m->len)
        agent_fail(m, "it jumps out of itself");
    else
        m->pc = to;
}

// The top is item 0.
static void pick(struct agent_machine *m, uint64_t item)
{
    if (item >= m->depth)
        agent_fail(m, "its stack is not so deep");
    else
        agent_push(m, m->stack[m->depth - 1 - item]);
}

static void swap(struct agent_machine *m)
{
    const uint64_t b = agent_pop(m), a = agent_pop(m);
    agent_push(m, b);
    agent_push(m, a);
}

// a b c becomes c a b.
static void rotate(struct agent_machine *m)
{
    const uint64_t c = agent_pop(m), b = agent_pop(m), a = agent_pop(m);
    agent_push(m, c);
    agent_push(m, a);
    agent_push(m, b);
}

static int64_t *variable(struct agent_machine *m)
{
    const unsigned number = (unsigned)agent_operand(m, 2);
    if (number < AGENT_VARIABLES)
        return &m->host->variable[number];
    agent_fail(m, "it uses more trace state variables than there are");
    return &m->no_variable;
}

// What has something to do with the stack's order, memory, registers and variables.
static void move(struct agent_machine *m, enum op op)
{
    switch (op) {
    case OP_DUP:
        pick(m, 0);
        break;
    case OP_PICK:
        pick(m, agent_operand(m, 1));
        break;
    case OP_POP:
        (void)agent_pop(m);
        break;
    case OP_SWAP:
        swap(m);
        break;
    case OP_ROT:
        rotate(m);
        break;
    case OP_GETV:
        agent_push(m, (uint64_t)*variable(m));
        break;
    case OP_SETV: { // the value stays
        int64_t *v = variable(m);
        pick(m, 0);
        *v = (int64_t)agent_pop(m);
        break;
    }
    case OP_REG:
        push_register(m);
        break;
    default:
        agent_fail(m, "it has an instruction that is not known");
    }
}

// Tracing takes its arguments, and stores nothing.
static void trace(struct agent_machine *m, enum op op)
{
    if (op == OP_TRACE_QUICK)
        (void)agent_operand(m, 1);
    else if (op == OP_TRACE16 || op == OP_TRACEV)
        (void)agent_operand(m, 2);
    if (op == OP_TRACE || op == OP_TRACENZ) {
        (void)agent_pop(m);
        (void)agent_pop(m);
    }
}

static void unary(struct agent_machine *m, enum op op)
{
    switch (op) {
    case OP_LOG_NOT:
        agent_push(m, agent_pop(m) == 0);
        break;
    case OP_BIT_NOT:
        agent_push(m, ~agent_pop(m));
        break;
    case OP_EXT:
    case OP_ZERO_EXT:
        extend(m, op == OP_EXT);
        break;
    case OP_IF_GOTO:
        jump(m, agent_pop(m) != 0);
        break;
    case OP_GOTO:
        jump(m, true);
        break;
    default:
        move(m, op);
    }
}

static bool is_binary(enum op op)
{
    return (op >= OP_ADD && op <= OP_RSH_UNSIGNED) || (op >= OP_BIT_AND && op <= OP_BIT_XOR) ||
           (op >= OP_EQUAL && op <= OP_LESS_UNSIGNED);
}

static bool is_trace(enum op op)
{
    return op == OP_TRACE || op == OP_TRACE_QUICK || op == OP_TRACE16 || op == OP_TRACEV ||
           op == OP_TRACENZ;
}

static void execute_op(struct agent_machine *m, enum op op)
{
    if (is_binary(op))
        binary(m, op);
    else if (op >= OP_REF8 && op <= OP_REF64)
        push_memory(m, (size_t)1 << (op - OP_REF8));
    else if (op >= OP_CONST8 && op <= OP_CONST64)
        agent_push(m, agent_operand(m, 1u << (op - OP_CONST8)));
    else if (op == OP_FLOAT || (op >= OP_REF_FLOAT && op <= OP_D_TO_L))
        agent_fail(m, "it computes with floating point");
    else if (is_trace(op))
        trace(m, op);
    else if (op == OP_PRINTF)
        agent_printf(m);
    else
        unary(m, op);
}

bool agent_run(const struct agent_host *host, const uint8_t *code, size_t len, int64_t *value,
               const char **why)
{
    struct agent_machine m = {.host = host, .code = code, .len = len};
    bool ended = false;
    for (unsigned steps = 0; !m.why && !ended; steps++) {
        const enum op op = (enum op)agent_operand(&m, 1);
        if (steps == AGENT_STEPS)
            agent_fail(&m, "it takes too long");
        ended = op == OP_END;
        if (!m.why && !ended)
            execute_op(&m, op);
    }
    *value = m.depth ? (int64_t)m.stack[m.depth - 1] : 0;
    *why = m.why;
    return !m.why;
}
