// SPDX-License-Identifier: MIT
// Encodings by DDI 0403, A5 and A7.7.
#include "tests/unit/thumb2_codes.h"

#include <stddef.h>

static uint32_t below(struct unicorn_bench *b, uint32_t limit)
{
    return bench_random(b) % limit;
}

static bool one_in(struct unicorn_bench *b, uint32_t n)
{
    return below(b, n) == 0;
}

// Any but SP and PC.
static uint32_t any_reg(struct unicorn_bench *b)
{
    uint32_t n = below(b, 14);
    return n == 13 ? LR : n;
}

static uint32_t reg_not(struct unicorn_bench *b, uint32_t a, uint32_t c)
{
    uint32_t n;
    do {
        n = any_reg(b);
    } while (n == a || n == c);
    return n;
}

// 16 bits.

static bool is_unpredictable_narrow(uint32_t op)
{
    if ((op & 0xf0ff) == 0xc000 || (op & 0xfdff) == 0xb400 || (op & 0xfdff) == 0xbc00)
        return true; // empty register lists
    if ((op & 0xf800) == 0xc000 && op >> (op >> 8 & 7) & 1)
        return true; // STM of its base
    if ((op & 0xff00) == 0x4700 && (op & 7 || (op & 0x78) == 0x78))
        return true; // BX and BLX: bits that are zero, PC
    if ((op & 0xff00) == 0x4500 && (!(op & 0xc0) || (op & 0x78) == 0x78 || (op & 0x87) == 0x87))
        return true; // CMP of two low registers, or with PC
    return false;
}

static bool is_unlike_narrow(uint32_t op)
{
    if ((op & 0xffc0) == 0xba80)
        return true; // HLT, which ARMv7-M has not, stops elsewhere
    if ((op & 0xff00) == 0xb600)
        return true; // CPS is executed with the privilege of an earlier run
    return (op & 0xff00) == 0xbf00 && op & 15; // IT is executed with its block only
}

void code_narrow(struct unicorn_bench *b, struct program *p)
{
    uint32_t op;
    do {
        op = below(b, 0xe800);
        switch (below(b, 8)) {
        case 0: // more of the register operations
            op = 0x4000 | (op & 0x7ff);
            break;
        case 1: // more of the miscellaneous
            op = 0xb000 | (op & 0xfff);
            break;
        case 2: // more loads and stores
            op = 0x5000 | (op & 0x3fff);
            break;
        default:
            break;
        }
    } while (is_unpredictable_narrow(op) || is_unlike_narrow(op));
    program_add(p, op);
}

// Data processing.

static const unsigned char operations[] = {0, 1, 2, 3, 4, 8, 10, 11, 13, 14};

// Without a destination, AND, EOR, ADD and SUB compare.
static bool may_compare(uint32_t operation)
{
    return operation == 0 || operation == 4 || operation == 8 || operation == 13;
}

static uint32_t data_opcode(struct unicorn_bench *b, uint32_t base, uint32_t *d)
{
    uint32_t operation = operations[below(b, sizeof operations)], n = any_reg(b), s = below(b, 2);
    *d = any_reg(b);
    if ((operation == 2 || operation == 3) && one_in(b, 4))
        n = PC; // MOV, MVN
    if ((operation == 8 || operation == 13) && one_in(b, 8))
        n = SP;
    if (may_compare(operation) && s && one_in(b, 4))
        *d = PC;
    return base | operation << 5 | s << 4 | n;
}

static void code_shifted_register(struct unicorn_bench *b, struct program *p)
{
    uint32_t d, op = data_opcode(b, 0xea00, &d);
    program_add_wide(p, op, (bench_random(b) & 0x70f0) | d << 8 | any_reg(b));
}

// A byte that is not zero: repeated ones must not be.
static void code_modified_immediate(struct unicorn_bench *b, struct program *p)
{
    uint32_t d, op = data_opcode(b, 0xf000, &d), imm = bench_random(b);
    if (!(imm & 0xff))
        imm |= 1;
    program_add_wide(p, op | (imm >> 4 & 0x400), (imm & 0x70ff) | d << 8);
}

static void code_add_immediate(struct unicorn_bench *b, struct program *p)
{
    static const uint16_t ops[] = {0xf200, 0xf2a0, 0xf240, 0xf2c0};
    uint32_t op = ops[below(b, 4)], x = bench_random(b), n = below(b, 16);
    if ((op == 0xf200 || op == 0xf2a0) && n == SP && one_in(b, 2))
        n = PC; // ADR
    program_add_wide(p, op | (x >> 5 & 0x400) | n, (x & 0x70ff) | any_reg(b) << 8);
}

static void code_bit_field(struct unicorn_bench *b, struct program *p)
{
    static const uint16_t ops[] = {0xf300, 0xf320, 0xf380, 0xf3a0, 0xf340, 0xf3c0, 0xf360};
    uint32_t op = ops[below(b, 7)], lsb = below(b, 32), field = below(b, 32), n = any_reg(b);
    if (op == 0xf340 || op == 0xf3c0) // SBFX, UBFX: the width less one
        field = below(b, 32 - lsb);
    if (op == 0xf360) { // BFI, BFC: the upper end
        field = lsb + below(b, 32 - lsb);
        n = one_in(b, 4) ? PC : n;
    }
    if ((op == 0xf320 || op == 0xf3a0) && lsb == 0)
        lsb = 1; // SSAT16 and USAT16
    program_add_wide(p, op | n, (lsb & 0x1c) << 10 | any_reg(b) << 8 | (lsb & 3) << 6 | field);
}

static void code_register(struct unicorn_bench *b, struct program *p)
{
    uint32_t n = any_reg(b), d = any_reg(b), m = any_reg(b);
    switch (below(b, 4)) {
    case 0: // shifts
        program_add_wide(p, 0xfa00 | below(b, 8) << 4 | n, 0xf000 | d << 8 | m);
        break;
    case 1: { // extensions
        static const uint16_t ops[] = {0xfa0f, 0xfa1f, 0xfa4f, 0xfa5f};
        program_add_wide(p, ops[below(b, 4)], 0xf080 | d << 8 | below(b, 4) << 4 | m);
        break;
    }
    case 2: // REV and its like
        program_add_wide(p, 0xfa90 | m, 0xf080 | d << 8 | below(b, 4) << 4 | m);
        break;
    default: // CLZ
        program_add_wide(p, 0xfab0 | m, 0xf080 | d << 8 | m);
        break;
    }
}

static void code_multiply(struct unicorn_bench *b, struct program *p)
{
    static const uint16_t ops[] = {0xfb80, 0xfba0, 0xfbc0, 0xfbe0, 0xfb90, 0xfbb0};
    uint32_t n = any_reg(b), m = any_reg(b), d = any_reg(b), a = any_reg(b), kind = below(b, 10);
    if (kind < 2) // MLA, MLS
        program_add_wide(p, 0xfb00 | n, a << 12 | d << 8 | kind << 4 | m);
    else if (kind == 2) // MUL
        program_add_wide(p, 0xfb00 | n, 0xf000 | d << 8 | m);
    else if (kind < 7) // long products
        program_add_wide(p, ops[below(b, 4)] | n, reg_not(b, d, d) << 12 | d << 8 | m);
    else
        program_add_wide(p, ops[4 + below(b, 2)] | n, 0xf0f0 | d << 8 | m);
}

void code_data(struct unicorn_bench *b, struct program *p)
{
    static code_group *const groups[] = {code_shifted_register,   code_shifted_register,
                                         code_modified_immediate, code_modified_immediate,
                                         code_add_immediate,      code_bit_field,
                                         code_register,           code_multiply};
    groups[below(b, sizeof groups / sizeof *groups)](b, p);
}

// Memory.

static void code_single(struct unicorn_bench *b, struct program *p)
{
    uint32_t size = below(b, 3), load = below(b, 2), sign = load && size < 2 && one_in(b, 2);
    uint32_t n = one_in(b, 8) ? SP : any_reg(b), t = reg_not(b, n, n), x = bench_random(b);
    uint32_t op = 0xf800 | sign << 8 | size << 5 | load << 4;
    static const unsigned char puw[] = {4, 1, 3, 5, 7, 6};
    if (load && size == 2 && one_in(b, 8))
        t = PC;
    switch (below(b, 4)) {
    case 0:
        program_add_wide(p, op | 0x80 | n, t << 12 | (x & 0x1ff));
        break;
    case 1:
        program_add_wide(p, op | n, t << 12 | (x & 3) << 4 | any_reg(b));
        break;
    case 2: {
        uint32_t mode = puw[below(b, t == PC ? 4 : 6)];
        program_add_wide(p, op | n, t << 12 | 0x800 | mode << 8 | (x & 0xff));
        break;
    }
    default: // a literal
        if (load)
            program_add_wide(p, op | below(b, 2) << 7 | PC, t << 12 | (x & 0x3ff));
        else
            program_add_wide(p, op | 0x80 | n, t << 12 | (x & 0xfff));
        break;
    }
}

static void code_dual(struct unicorn_bench *b, struct program *p)
{
    uint32_t pre = below(b, 2), w = pre ? below(b, 2) : 1, up = below(b, 2), load = below(b, 2);
    uint32_t n = one_in(b, 8) ? SP : any_reg(b), t = reg_not(b, n, n), t2 = reg_not(b, n, t);
    if (load && pre && !w && one_in(b, 3))
        n = PC;
    program_add_wide(p, 0xe840 | pre << 8 | up << 7 | w << 5 | load << 4 | n,
                     t << 12 | t2 << 8 | below(b, 64));
}

static void code_list(struct unicorn_bench *b, struct program *p)
{
    uint32_t n = one_in(b, 4) ? SP : any_reg(b), load = below(b, 2), w = below(b, 2);
    uint32_t list = bench_random(b) & 0x5fff & ~(1u << SP), down = below(b, 2);
    if (w)
        list &= ~(1u << n);
    if (load && one_in(b, 4))
        list = (list & ~(1u << LR)) | 1u << PC;
    if (__builtin_popcount(list) < 2)
        list |= n < 4 || n == SP ? 0x180 : 3;
    program_add_wide(p, 0xe800 | (down ? 0x100 : 0x80) | w << 5 | load << 4 | n, list);
}

// A store that comes right behind its load, and one behind CLREX. Unicorn's monitor keeps the
// address and the value, a Cortex-M's neither: the addresses are the same here.
static void code_exclusive(struct unicorn_bench *b, struct program *p)
{
    uint32_t n = any_reg(b), t = reg_not(b, n, n), s = reg_not(b, n, n), d = reg_not(b, n, s);
    uint32_t imm = below(b, 16);
    switch (below(b, 3)) {
    case 0:
        program_add_wide(p, 0xe850 | n, t << 12 | 0xf00 | imm);
        if (one_in(b, 3))
            program_add_wide(p, 0xf3bf, 0x8f2f);
        program_add_wide(p, 0xe840 | n, s << 12 | d << 8 | imm);
        break;
    case 1:
        program_add_wide(p, 0xe8d0 | n, t << 12 | 0xf4f);
        program_add_wide(p, 0xe8c0 | n, s << 12 | 0xf40 | d);
        break;
    default:
        program_add_wide(p, 0xe8d0 | n, t << 12 | 0xf5f);
        program_add_wide(p, 0xe8c0 | n, s << 12 | 0xf50 | d);
        break;
    }
    p->single = false;
}

static void code_table(struct unicorn_bench *b, struct program *p)
{
    uint32_t n = one_in(b, 3) ? PC : any_reg(b);
    program_add_wide(p, 0xe8d0 | n, 0xf000 | below(b, 2) << 4 | any_reg(b));
}

void code_memory(struct unicorn_bench *b, struct program *p)
{
    static code_group *const groups[] = {code_single, code_single,    code_single, code_dual,
                                         code_list,   code_exclusive, code_table};
    groups[below(b, sizeof groups / sizeof *groups)](b, p);
}

// Branches and special registers.

static const unsigned char special[] = {0, 1, 2, 3, 5, 6, 7, 8, 9, 16, 17, 18, 19, 20};

void code_system(struct unicorn_bench *b, struct program *p)
{
    uint32_t x = bench_random(b), sysm = special[below(b, sizeof special)];
    switch (below(b, 6)) {
    case 0: // B<c>.W
        program_add_wide(p, 0xf000 | below(b, 14) << 6 | (x & 0x43f), 0x8000 | (x >> 16 & 0x2fff));
        break;
    case 1: // B.W
        program_add_wide(p, 0xf000 | (x & 0x7ff), 0x9000 | (x >> 16 & 0x2fff));
        break;
    case 2: // BL
        program_add_wide(p, 0xf000 | (x & 0x7ff), 0xd000 | (x >> 16 & 0x2fff));
        break;
    case 3:
        program_add_wide(p, 0xf3ef, 0x8000 | any_reg(b) << 8 | sysm);
        break;
    case 4:
        program_add_wide(p, 0xf380 | any_reg(b), 0x8800 | sysm);
        break;
    default: // NOP, YIELD, WFE, WFI, SEV, DBG
        program_add_wide(p, 0xf3af, 0x8000 | (one_in(b, 4) ? 0xf0 | (x & 15) : x % 5));
        break;
    }
}

// DSP.

static void code_products(struct unicorn_bench *b, struct program *p)
{
    uint32_t n = any_reg(b), m = any_reg(b), d = any_reg(b), kind = 1 + below(b, 7);
    uint32_t a = one_in(b, 3) && kind != 6 ? PC : any_reg(b);
    uint32_t field = kind == 1 ? below(b, 4) : kind == 7 ? 0 : below(b, 2);
    program_add_wide(p, 0xfb00 | kind << 4 | n, a << 12 | d << 8 | field << 4 | m);
}

static void code_long_products(struct unicorn_bench *b, struct program *p)
{
    uint32_t n = any_reg(b), m = any_reg(b), d = any_reg(b), a = reg_not(b, d, d);
    static const uint16_t kinds[][2] = {{0xfbc0, 0x80}, {0xfbc0, 0x90}, {0xfbc0, 0xa0},
                                        {0xfbc0, 0xb0}, {0xfbc0, 0xc0}, {0xfbc0, 0xd0},
                                        {0xfbd0, 0xc0}, {0xfbd0, 0xd0}, {0xfbe0, 0x60}};
    uint32_t k = below(b, 9);
    program_add_wide(p, kinds[k][0] | n, a << 12 | d << 8 | kinds[k][1] | m);
}

void code_dsp(struct unicorn_bench *b, struct program *p)
{
    static const unsigned char lanes[] = {0, 1, 2, 4, 5, 6};
    uint32_t n = any_reg(b), d = any_reg(b), m = any_reg(b), x = bench_random(b);
    switch (below(b, 8)) {
    case 0:
    case 1: // side by side
        program_add_wide(p, 0xfa80 | (uint32_t)lanes[below(b, 6)] << 4 | n,
                         0xf000 | d << 8 | (x & 0x40) | below(b, 3) << 4 | m);
        break;
    case 2: // QADD and its like
        program_add_wide(p, 0xfa80 | n, 0xf080 | d << 8 | below(b, 4) << 4 | m);
        break;
    case 3: // SEL, PKH
        if (x & 1)
            program_add_wide(p, 0xfaa0 | n, 0xf080 | d << 8 | m);
        else
            program_add_wide(p, 0xeac0 | n, (x & 0x70e0) | d << 8 | m);
        break;
    case 4: // SSAT16, USAT16
        program_add_wide(p, (x & 1 ? 0xf320 : 0xf3a0) | n, d << 8 | below(b, 16));
        break;
    case 5: // extensions that add
        program_add_wide(p, 0xfa00 | below(b, 6) << 4 | (one_in(b, 3) ? PC : n),
                         0xf080 | d << 8 | below(b, 4) << 4 | m);
        break;
    case 6:
        code_products(b, p);
        break;
    default:
        code_long_products(b, p);
        break;
    }
}

void code_any_wide(struct unicorn_bench *b, struct program *p)
{
    uint32_t op;
    do {
        op = 0xe800 + below(b, 0x1800);
    } while (b->fp && (op & 0xec00) == 0xec00); // of the FPU are in fp_codes.c
    program_add_wide(p, op, bench_random(b));
}

void code_in_block(struct unicorn_bench *b, struct program *p)
{
    uint32_t op = bench_random(b);
    switch (below(b, 4)) {
    case 0: // shifts, additions, immediates
        program_add(p, op & 0x3fff);
        break;
    case 1:
        program_add(p, 0x4000 | (op & 0x3ff));
        break;
    case 2: // extensions
        program_add(p, 0xb200 | (op & 0xff));
        break;
    default:
        code_data(b, p);
        break;
    }
}
