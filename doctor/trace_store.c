// SPDX-License-Identifier: MIT
// Reads Thumb code backwards, as far as that can be done: all stores of ARMv6-M have 16 bits
// (DDI 0419, A5.2), and most leave the registers as they were that they computed the address from.
#include "doctor/trace.h"

#include <stddef.h>

#define BEHIND       6u    // bytes that the core may have gone on
#define FUNCTION_MAX 1024u // bytes of a function that are searched
#define RETURN_AFTER 3u    // halfwords between a store and its function's end

enum { SP = 13, PC = 15 };

static bool take_store(struct trace_store *store, uint32_t watched, uint32_t addr, uint32_t value,
                       unsigned size)
{
    if ((addr ^ watched) & ~3u)
        return false;
    *store = (struct trace_store){
        .addr = addr, .value = size < 4 ? value & ((1u << 8 * size) - 1) : value, .size = size};
    return true;
}

// STR, STRH, STRB with a register as offset (A5.2.4).
static bool match_register_offset(uint16_t op, const struct trace_stopped *s,
                                  struct trace_store *store)
{
    unsigned size = op >> 9 == 0x28 ? 4 : op >> 9 == 0x29 ? 2 : op >> 9 == 0x2a ? 1 : 0;
    return size && take_store(store, s->watched, s->reg[op >> 3 & 7] + s->reg[op >> 6 & 7],
                              s->reg[op & 7], size);
}

static bool match_fixed_offset(uint16_t op, const struct trace_stopped *s,
                               struct trace_store *store)
{
    unsigned size = op >> 11 == 0x0c ? 4 : op >> 11 == 0x10 ? 2 : op >> 11 == 0x0e ? 1 : 0;
    if (size)
        return take_store(store, s->watched, s->reg[op >> 3 & 7] + size * (op >> 6 & 31),
                          s->reg[op & 7], size);
    return op >> 11 == 0x12 && // STR Rt, [SP, #imm]
           take_store(store, s->watched, s->reg[SP] + 4u * (op & 255), s->reg[op >> 8 & 7], 4);
}

// STM Rn!, {…}: Rn is behind what was stored (A6.7.58).
static bool match_multiple(uint16_t op, const struct trace_stopped *s, struct trace_store *store)
{
    if (op >> 11 != 0x18)
        return false;
    uint32_t addr = s->reg[op >> 8 & 7] - 4u * (unsigned)__builtin_popcount(op & 255);
    for (unsigned i = 0; i < 8; i++) {
        if (!(op >> i & 1))
            continue;
        if (take_store(store, s->watched, addr, s->reg[i], 4))
            return true;
        addr += 4;
    }
    return false;
}

static bool match_store(uint16_t op, const struct trace_stopped *s, struct trace_store *store)
{
    return match_register_offset(op, s, store) || match_fixed_offset(op, s, store) ||
           match_multiple(op, s, store);
}

static bool find_before(const struct trace_stopped *s, trace_fetch *fetch, void *user,
                        struct trace_store *store)
{
    uint16_t op;
    for (uint32_t back = 2; back <= BEHIND && fetch(user, s->reg[PC] - back, &op); back += 2)
        if (match_store(op, s, store)) {
            store->pc = s->reg[PC] - back;
            return true;
        }
    return false;
}

static bool is_return(uint16_t op)
{
    return op == 0x4770 || op >> 8 == 0xbd; // BX LR; POP {…, PC}
}

// The target of the BL that ends at an address (A6.7.13).
static bool callee_before(uint32_t addr, trace_fetch *fetch, void *user, uint32_t *callee)
{
    uint16_t high, low;
    if (!fetch(user, addr - 4, &high) || !fetch(user, addr - 2, &low) || high >> 11 != 0x1e ||
        (low & 0xd000) != 0xd000)
        return false;
    uint32_t sign = high >> 10 & 1;
    uint32_t i1 = ~(low >> 13 ^ sign) & 1, i2 = ~(low >> 11 ^ sign) & 1;
    uint32_t offset = i1 << 23 | i2 << 22 | (high & 0x3ffu) << 12 | (low & 0x7ffu) << 1;
    *callee = addr + (sign ? offset | 0xff000000u : offset);
    return true;
}

// A matching store that is followed by a return.
static bool find_at_end_of(uint32_t function, const struct trace_stopped *s, trace_fetch *fetch,
                           void *user, struct trace_store *store)
{
    uint32_t last = 0;
    uint16_t op;
    struct trace_store found;
    for (uint32_t at = function; at - function < FUNCTION_MAX && fetch(user, at, &op); at += 2) {
        if (match_store(op, s, &found)) {
            *store = found;
            store->pc = last = at;
        } else if (last && at - last <= 2 * RETURN_AFTER && is_return(op)) {
            return true;
        }
    }
    return false;
}

bool trace_find_store(const struct trace_stopped *s, trace_fetch *fetch, void *user,
                      struct trace_store *store)
{
    uint32_t callee;
    if (find_before(s, fetch, user, store))
        return true;
    for (uint32_t gone = 0; gone <= BEHIND; gone += 2)
        if (callee_before(s->reg[PC] - gone, fetch, user, &callee))
            return find_at_end_of(callee, s, fetch, user, store);
    return false;
}
