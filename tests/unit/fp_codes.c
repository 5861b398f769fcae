// SPDX-License-Identifier: MIT
// Encodings by DDI 0403, A6.4 to A6.7 and A7.7.
#include "tests/unit/fp_codes.h"

static uint32_t below(struct unicorn_bench *b, uint32_t limit)
{
    return bench_random(b) % limit;
}

static uint32_t core_reg(struct unicorn_bench *b)
{
    uint32_t n = below(b, 14);
    return n == 13 ? LR : n;
}

// D, Vd and, in the second halfword, N, M and Vm; Vn goes with the first.
static void add_registers(struct unicorn_bench *b, struct program *p, uint32_t op, uint32_t op2,
                          bool has_n)
{
    uint32_t x = bench_random(b);
    op |= (x & 0x40) | (has_n ? x >> 8 & 15 : 0);
    op2 |= (x >> 12 & 15) << 12 | 0xa00 | (has_n ? x >> 16 & 0x80 : 0) | (x >> 20 & 0x2f);
    program_add_wide(p, op, op2);
}

static bool takes_double(struct unicorn_bench *b)
{
    return b->core == BENCH_M7 && below(b, 2);
}

enum { D_BIT = 0x40, N_BIT = 0x80, M_BIT = 0x20, SZ_BIT = 0x100 };

// Makes the instruction that was added last one of double precision, whose registers there are:
// d, n, m are the bits that extend double ones, of which there are 16.
static void make_double(struct program *p, unsigned bits)
{
    uint16_t *op = &p->op[p->halfwords - 2];
    op[1] |= SZ_BIT;
    op[0] &= (uint16_t) ~(bits & D_BIT);
    op[1] &= (uint16_t) ~(bits & (N_BIT | M_BIT));
}

void code_fp_arithmetic(struct unicorn_bench *b, struct program *p)
{
    static const uint16_t ops[] = {0xee00, 0xee10, 0xee20, 0xee30, 0xee80, 0xee90, 0xeea0};
    uint32_t op = ops[below(b, 7)], other = op == 0xee80 ? 0 : below(b, 2) << 6;
    add_registers(b, p, op, other, true);
    if (takes_double(b))
        make_double(p, D_BIT | N_BIT | M_BIT);
}

// Which registers of an operation with one operand are double ones, by its number.
static unsigned double_bits(uint32_t kind)
{
    switch (kind) {
    case 2: // from half precision, from an integer
    case 8:
        return D_BIT;
    case 3: // to half precision, to an integer
    case 12:
    case 13:
        return M_BIT;
    default:
        return D_BIT | M_BIT;
    }
}

static void code_fp_one_operand(struct unicorn_bench *b, struct program *p)
{
    static const unsigned char kinds[] = {0, 1, 2, 3, 4, 8, 12, 13};
    uint32_t kind = kinds[below(b, 8)];
    add_registers(b, p, 0xeeb0 | kind, 0x40 | below(b, 2) << 7, false);
    if (takes_double(b))
        make_double(p, double_bits(kind));
}

void code_fp_single(struct unicorn_bench *b, struct program *p)
{
    uint32_t x = bench_random(b), d = (x & 15) << 12 | 0xa00, imm = below(b, 17);
    switch (below(b, 8)) {
    case 0: // VMOV (immediate)
        program_add_wide(p, 0xeeb0 | (x >> 4 & 0x4f), d | (x >> 12 & 15));
        if (takes_double(b))
            make_double(p, D_BIT);
        break;
    case 1: // VCMP, VCMPE with zero
        program_add_wide(p, 0xeeb5 | (x & 0x40), d | 0x40 | (x & 0x80));
        if (takes_double(b))
            make_double(p, D_BIT);
        break;
    case 2: // fixed point: the field is the size less the fraction
        if (x & 0x80)
            imm += below(b, 16);
        program_add_wide(p, 0xeeba | (x & 0x45), d | 0x40 | (x & 0x80) | (imm & 1) << 5 | imm >> 1);
        if (takes_double(b))
            make_double(p, D_BIT);
        break;
    default:
        code_fp_one_operand(b, p);
        break;
    }
}

void code_fp_v5(struct unicorn_bench *b, struct program *p)
{
    uint32_t x = bench_random(b), bits = D_BIT | M_BIT;
    switch (below(b, 6)) {
    case 0: // VSEL
        add_registers(b, p, 0xfe00 | (x & 0x30), 0, true);
        bits |= N_BIT;
        break;
    case 1: // VMAXNM, VMINNM
        add_registers(b, p, 0xfe80, x & 0x40, true);
        bits |= N_BIT;
        break;
    case 2: // VRINTA, VRINTN, VRINTP, VRINTM
        add_registers(b, p, 0xfeb8 | (x & 3), 0x40, false);
        break;
    case 3: // VCVTA, VCVTN, VCVTP, VCVTM
        add_registers(b, p, 0xfebc | (x & 3), 0x40 | (x & 0x80), false);
        bits = M_BIT;
        break;
    case 4: // VRINTR, VRINTZ, VRINTX
        add_registers(b, p, 0xeeb6 | (x & 1), 0x40 | (x & 1 ? 0 : x & 0x80), false);
        break;
    default: // VCVT between the precisions, by sz of the source
        add_registers(b, p, 0xeeb7, 0xc0, false);
        if (x & 1)
            make_double(p, M_BIT);
        else
            p->op[p->halfwords - 2] &= (uint16_t)~D_BIT;
        return;
    }
    if (takes_double(b))
        make_double(p, bits);
}

// VLDM and its like, of one to eight registers that exist.
static void code_fp_list(struct unicorn_bench *b, struct program *p)
{
    static const uint16_t modes[] = {0xec80, 0xeca0, 0xed20};
    uint32_t count = 1 + below(b, 8), is_double = below(b, 2), n = core_reg(b);
    uint32_t first = is_double ? below(b, 17 - count) : below(b, 33 - count);
    uint32_t op = modes[below(b, 3)] | below(b, 2) << 4 | (below(b, 4) ? n : SP);
    if (is_double) {
        program_add_wide(p, op, first << 12 | 0xb00 | (2 * count + !below(b, 8)));
        return;
    }
    program_add_wide(p, op | (first & 1) << 6, first >> 1 << 12 | 0xa00 | count);
}

void code_fp_moves(struct unicorn_bench *b, struct program *p)
{
    uint32_t x = bench_random(b), t = core_reg(b), t2 = core_reg(b), load = x & 0x10;
    bool is_double = x & 0x100;
    while (t2 == t)
        t2 = core_reg(b);
    switch (below(b, 7)) {
    case 0: // VLDR, VSTR
        program_add_wide(p,
                         0xed00 | (x & 0x80) | (is_double ? 0 : x & 0x40) | load |
                             (load && !(x & 0x600) ? PC : core_reg(b)),
                         (x & 0xf000) | 0xa00 | (x & 0x100) | below(b, 64));
        break;
    case 1:
        code_fp_list(b, p);
        break;
    case 2: // two core registers
        if (!is_double && (x & 0xf) == 15)
            x &= ~1u; // S31 and S32
        program_add_wide(p, 0xec40 | load | t2,
                         t << 12 | 0xa10 | (x & 0x100) | (x & 15) | (is_double ? 0 : x & 0x20));
        break;
    case 3: // one
        program_add_wide(p, 0xee00 | load | (x & 15), t << 12 | 0xa10 | (x & 0x80));
        break;
    case 4: // half of a double register
        program_add_wide(p, 0xee00 | load | (x & 0x2f), t << 12 | 0xb10);
        break;
    case 5: // VMSR, VMRS
        program_add_wide(p, 0xeee1 | load, t << 12 | 0xa10);
        break;
    default: // VMRS APSR_nzcv
        program_add_wide(p, 0xeef1, 0xfa10);
        break;
    }
}

void code_fp_any(struct unicorn_bench *b, struct program *p)
{
    uint32_t op = 0xec00 + below(b, 0x300), op2 = bench_random(b);
    program_add_wide(p, op | (below(b, b->core == BENCH_M7 ? 2 : 8) ? 0 : 0x1000),
                     below(b, 8) ? (op2 & ~0xe00u) | 0xa00 : op2);
}

static uint32_t random_fp(struct unicorn_bench *b, uint32_t exp)
{
    uint32_t x = bench_random(b) ^ bench_random(b) << 16, sign = x & 1u << 31;
    switch (below(b, 16)) {
    case 0:
        return sign;
    case 1: // subnormal
        return sign | (x & 0x7fffff) >> below(b, 23);
    case 2: // near the least and the largest normal number
        return (sign | (below(b, 2) ? 0x00800000u : 0x7f000000u)) + below(b, 3) - 1;
    case 3:
        return sign | 0x7f800000u;
    case 4: // NaNs of both kinds
        return sign | 0x7f800000u | (x & 0x7fffff) | 1;
    case 5: // few bits: exact results, halves
        return sign | exp << 23 | (x & 0x700000);
    case 6: // many ones
        return sign | exp << 23 | (0x7fffff & ~(1u << below(b, 23)));
    case 7: // integers and halfwords, for conversions
        return x >> below(b, 32);
    case 8: // around the edges of integers
        return (sign | (0x46fffe00u + (below(b, 40) << 22))) + below(b, 3) - 1;
    case 9: // in the range of half precision
        return sign | (uint32_t)(100 + below(b, 50)) << 23 | (x & 0x7fffff);
    case 10:
        return x;
    default: // within some powers of two of the others
        return sign | ((exp + below(b, 30) - 15) & 0xff) << 23 | (x & 0x7fffff);
    }
}

static uint64_t random_bits(struct unicorn_bench *b)
{
    uint64_t high = bench_random(b), low = bench_random(b);
    return high << 40 ^ low << 16 ^ bench_random(b) ^ high >> 12;
}

// As random_fp().
static uint64_t random_double(struct unicorn_bench *b, uint64_t exp)
{
    const uint64_t all = (1ull << 52) - 1;
    uint64_t x = random_bits(b), sign = x & 1ull << 63;
    switch (below(b, 16)) {
    case 0:
        return sign;
    case 1: // subnormal
        return sign | (x & all) >> below(b, 52);
    case 2: // near the least and the largest normal number
        return (sign | (below(b, 2) ? 1ull << 52 : 0x7feull << 52)) + below(b, 3) - 1;
    case 3:
        return sign | 0x7ffull << 52;
    case 4:
        return sign | 0x7ffull << 52 | (x & all) | 1;
    case 5: // few bits
        return sign | exp << 52 | (x & 7ull << 49);
    case 6: // many ones
        return sign | exp << 52 | (all & ~(1ull << below(b, 52)));
    case 7: // integers and halfwords
        return x >> below(b, 64);
    case 8: // around the edges of integers
        return (sign | (0x40dfffc000000000ull + ((uint64_t)below(b, 40) << 51))) + below(b, 3) - 1;
    case 9: // in the range of half precision, and of single precision at its edges
        return sign | (uint64_t)(below(b, 2) ? 995 + below(b, 50) : 860 + below(b, 40)) << 52 |
               (x & all);
    case 10: // what rounds to single precision with ties
        return sign | exp << 52 | (x & all & ~((1ull << 28) - 1));
    case 11:
        return x;
    default: // within some powers of two of the others
        return sign | ((exp + below(b, 60) - 30) & 0x7ff) << 52 | (x & all);
    }
}

static void random_doubles(struct unicorn_bench *b, struct guest *g)
{
    uint64_t exp = below(b, 3) ? 1023 : below(b, 2048);
    for (unsigned i = 0; i < 32; i += 2) {
        uint64_t x = random_double(b, exp);
        g->s[i] = (uint32_t)x;
        g->s[i + 1] = (uint32_t)(x >> 32);
    }
}

void fp_random_registers(struct unicorn_bench *b, struct guest *g)
{
    uint32_t exp = below(b, 3) ? 127 : below(b, 256);
    for (unsigned i = 0; i < 32; i++)
        g->s[i] = random_fp(b, exp);
    if (b->core == BENCH_M7 && below(b, 2))
        random_doubles(b, g);
    g->fpscr = bench_random(b) & SIM_FPSCR_BITS;
    if (below(b, 2))
        g->fpscr &= 3u << 22; // rounding modes alone
}
