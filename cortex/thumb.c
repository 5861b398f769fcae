// SPDX-License-Identifier: MIT
#include "cortex/thumb.h"

#define PC 15u

static uint16_t bit_of(unsigned reg)
{
    return reg < 13 ? (uint16_t)(1u << reg) : 0;
}

static uint32_t sign_extend(uint32_t value, unsigned bits)
{
    const uint32_t sign = 1u << (bits - 1);
    return (value ^ sign) - sign;
}

static void branch_to(struct thumb *t, uint32_t target)
{
    t->flow = THUMB_BRANCH;
    t->target = target;
}

// 010000 to 010001: register to register, and branches by a register.
static void decode_register(struct thumb *t, uint16_t op)
{
    const unsigned wide_rd = (op & 7) | (op >> 4 & 8);
    if (!(op & 0x0400)) {
        t->writes = bit_of(op & 7);
    } else if ((op & 0x0300) == 0x0300) { // BX, BLX
        t->flow = THUMB_ANY;
    } else {
        t->writes = bit_of(wide_rd);
        if (wide_rd == PC && (op & 0x0300) != 0x0100) // CMP writes nothing
            t->flow = THUMB_ANY;
    }
}

// 1011: stack, hints, breakpoints, compare and branch.
static void decode_miscellaneous(struct thumb *t, uint32_t addr, uint16_t op)
{
    switch (op >> 8 & 15) {
    case 0x0: // ADD, SUB of SP
        break;
    case 0x1: // CBZ, CBNZ
    case 0x3:
    case 0x9:
    case 0xb:
        branch_to(t, addr + 4 + ((op >> 3 & 0x1fu) << 1) + ((op >> 9 & 1u) << 6));
        break;
    case 0x2: // SXTH and the like
    case 0xa: // REV and the like
        t->writes = bit_of(op & 7);
        break;
    case 0x4: // PUSH
    case 0x5:
        t->stores = true;
        break;
    case 0xd: // POP with PC
        t->flow = THUMB_ANY;
        t->writes = op & 0xff;
        break;
    case 0xc:
        t->writes = op & 0xff;
        break;
    case 0xf: // hints, of which WFI and WFE may take long; IT
        t->may_last = (op & 0xff) != 0 && (op & 15) == 0;
        break;
    case 0x6: // CPS
        t->is_plain = false;
        break;
    default: // BKPT, and what is not defined
        t->may_last = true;
        t->flow = THUMB_ANY;
    }
}

static void decode_narrow(struct thumb *t, uint32_t addr, uint16_t op)
{
    const unsigned low = op & 7, high = op >> 8 & 7;
    const bool is_load = op & 0x0800;
    switch (op >> 12) {
    case 0x0: // shifts, ADD, SUB
    case 0x1:
        t->writes = bit_of(low);
        break;
    case 0x5: // loads and stores by a register
        t->stores = (op >> 9 & 7) < 3;
        t->writes = bit_of(low);
        break;
    case 0x6: // loads and stores with an offset
    case 0x7:
    case 0x8:
        t->stores = !is_load;
        t->writes = is_load ? bit_of(low) : 0;
        break;
    case 0x9: // the same on the stack
        t->stores = !is_load;
        t->writes = is_load ? bit_of(high) : 0;
        break;
    case 0x2: // MOV, CMP, ADD, SUB of 8 bits
    case 0x3:
    case 0xa: // ADR, ADD with SP
        t->writes = bit_of(high);
        break;
    case 0x4:
        if (is_load) // from a literal
            t->writes = bit_of(high);
        else
            decode_register(t, op);
        break;
    case 0xb:
        decode_miscellaneous(t, addr, op);
        break;
    case 0xc: // STM, LDM
        t->stores = !is_load;
        t->writes = bit_of(high) | (is_load ? op & 0xff : 0);
        break;
    case 0xd:
        if ((op >> 8 & 15) < 14) {
            branch_to(t, addr + 4 + sign_extend((op & 0xffu) << 1, 9));
            break;
        }
        t->may_last = true; // UDF, SVC
        t->flow = THUMB_ANY;
        break;
    default: // B
        branch_to(t, addr + 4 + sign_extend((op & 0x7ffu) << 1, 12));
    }
}

// B and BL of 25 bits (DDI 0403, A7.7.12, T4; A7.7.18).
static uint32_t far_target(uint32_t addr, uint16_t first, uint16_t second)
{
    const uint32_t s = first >> 10 & 1, j1 = second >> 13 & 1, j2 = second >> 11 & 1;
    const uint32_t offset = s << 24 | (~(j1 ^ s) & 1) << 23 | (~(j2 ^ s) & 1) << 22 |
                            (first & 0x3ffu) << 12 | (second & 0x7ffu) << 1;
    return addr + 4 + sign_extend(offset, 25);
}

// 11110 with bit 15 of the second halfword: branches, and what changes the system.
static void decode_branch(struct thumb *t, uint32_t addr, uint16_t first, uint16_t second)
{
    const bool is_far = second & 0x1000;
    const bool is_short = !(second & 0x4000) && (first >> 7 & 7) != 7;
    t->is_plain = is_far || is_short;
    if (is_far) { // BL and B
        branch_to(t, far_target(addr, first, second));
    } else if (second & 0x4000) { // not of these cores
        t->flow = THUMB_ANY;
        t->may_last = true;
    } else if (is_short) { // B with a condition (A7.7.12, T3)
        const uint32_t offset = (first >> 10 & 1u) << 20 | (second >> 11 & 1u) << 19 |
                                (second >> 13 & 1u) << 18 | (first & 0x3fu) << 12 |
                                (second & 0x7ffu) << 1;
        branch_to(t, addr + 4 + sign_extend(offset, 21));
    } else {
        const bool is_system = (first & 0x0fe0) == 0x0380 || (first & 0x0fe0) == 0x03a0 ||
                               (first & 0x0fe0) == 0x03e0; // MSR, hints and barriers, MRS
        t->flow = is_system && !(second & 0x2000) ? THUMB_NEXT : THUMB_ANY;
        t->may_last = t->flow == THUMB_ANY || (first & 0x0fe0) == 0x03a0;
    }
}

// Of those that are 4 bytes long only branches are looked at; any of the others may change more
// than is told here.
static void decode_wide(struct thumb *t, uint32_t addr, uint16_t first, uint16_t second)
{
    const unsigned group = first >> 9 & 15;
    t->is_plain = false;
    if ((first & 0xf800) == 0xf000) {
        if (second & 0x8000)
            decode_branch(t, addr, first, second);
    } else if ((first & 0xfe40) == 0xe800) { // LDM and STM
        t->flow = first & 0x10 && second & 0x8000 ? THUMB_ANY : THUMB_NEXT;
    } else if ((first & 0xfff0) == 0xe8d0) { // TBB and TBH are among these
        t->flow = (second & 0xe0) == 0 ? THUMB_ANY : THUMB_NEXT;
    } else if (group == 0xc && first & 0x10) { // loads of one register
        t->flow = second >> 12 == PC && (first & 0x60) == 0x40 ? THUMB_ANY : THUMB_NEXT;
    }
}

struct thumb thumb_decode(uint32_t addr, uint16_t first, uint16_t second)
{
    struct thumb t = {.size = thumb_is_wide(first) ? 4 : 2, .flow = THUMB_NEXT, .is_plain = true};
    if (t.size == 4)
        decode_wide(&t, addr, first, second);
    else
        decode_narrow(&t, addr, first);
    t.is_plain &= !t.may_last;
    return t;
}
