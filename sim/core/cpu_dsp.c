// SPDX-License-Identifier: MIT
// The DSP extension, ARMv7E-M (DDI 0403, A5.3.13 to A5.3.17): additions and subtractions of bytes
// and halfwords side by side, saturation, products of halfwords.
#include "sim/core/cpu_alu.h"
#include "sim/core/cpu_v7m.h"

// Additions and subtractions of lanes.

enum lane_kind { LANE_MODULO, LANE_SATURATING, LANE_HALVING };

struct lanes {
    unsigned bits; // 8 or 16
    bool is_unsigned;
    enum lane_kind kind;
};

static int32_t lane_of(const struct lanes *l, uint32_t x, unsigned n)
{
    uint32_t lane = x >> (n * l->bits) & ((1u << l->bits) - 1);
    return (int32_t)(l->is_unsigned ? lane : sign_extend(lane, l->bits));
}

static int32_t clamp_lane(const struct lanes *l, int32_t x)
{
    int32_t high = (1 << (l->is_unsigned ? l->bits : l->bits - 1)) - 1;
    int32_t low = l->is_unsigned ? 0 : -high - 1;
    return x > high ? high : x < low ? low : x;
}

// The result of one lane, in its place; a modulo operation adds its bits of GE.
static uint32_t operate_lane(struct sim_cpu *cpu, const struct lanes *l, unsigned n, int32_t x,
                             int32_t y, bool subtracts)
{
    int32_t result = subtracts ? x - y : x + y;
    bool ge = l->is_unsigned && !subtracts ? result >> l->bits : result >= 0;
    if (l->kind == LANE_MODULO && ge)
        cpu->ge |= l->bits == 8 ? 1u << n : 3u << 2 * n;
    if (l->kind == LANE_SATURATING)
        result = clamp_lane(l, result);
    uint32_t bits = (uint32_t)result;
    if (l->kind == LANE_HALVING)
        bits = arithmetic_right(bits, 1);
    return (bits & ((1u << l->bits) - 1)) << (n * l->bits);
}

static uint32_t bytes(struct sim_cpu *cpu, const struct lanes *l, uint32_t x, uint32_t y,
                      bool subtracts)
{
    uint32_t result = 0;
    for (unsigned i = 0; i < 4; i++)
        result |= operate_lane(cpu, l, i, lane_of(l, x, i), lane_of(l, y, i), subtracts);
    return result;
}

// low and high: is that half subtracted? crossed: with the other half of y.
static uint32_t halfwords(struct sim_cpu *cpu, const struct lanes *l, uint32_t x, uint32_t y,
                          bool low, bool high, bool crossed)
{
    return operate_lane(cpu, l, 0, lane_of(l, x, 0), lane_of(l, y, crossed), low) |
           operate_lane(cpu, l, 1, lane_of(l, x, 1), lane_of(l, y, !crossed), high);
}

static uint32_t in_parallel(struct sim_cpu *cpu, unsigned operation, const struct lanes *l,
                            uint32_t x, uint32_t y)
{
    switch (operation) {
    case 0: // ADD8
        return bytes(cpu, l, x, y, false);
    case 4: // SUB8
        return bytes(cpu, l, x, y, true);
    case 1: // ADD16
        return halfwords(cpu, l, x, y, false, false, false);
    case 2: // ASX
        return halfwords(cpu, l, x, y, true, false, true);
    case 5: // SUB16
        return halfwords(cpu, l, x, y, true, true, false);
    default: // SAX
        return halfwords(cpu, l, x, y, false, true, true);
    }
}

static bool has_special(unsigned a, unsigned b, unsigned c)
{
    return v7m_is_special(a) || v7m_is_special(b) || v7m_is_special(c);
}

enum sim_cpu_stop cpu_dsp_parallel(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, d = op2 >> 8 & 15, m = op2 & 15;
    unsigned operation = op >> 4 & 7, kind = op2 >> 4 & 3;
    if (cpu->arch != SIM_ARMV7EM || kind == 3 || (operation & 3) == 3 || has_special(n, d, m))
        return SIM_CPU_UNDEFINED;
    const struct lanes l = {operation & 3 ? 16 : 8, op2 & 0x40, kind};
    if (l.kind == LANE_MODULO)
        cpu->ge = 0;
    cpu->r[d] = in_parallel(cpu, operation, &l, cpu->r[n], cpu->r[m]);
    return SIM_CPU_NONE;
}

// QADD and its like, SEL.

static int32_t saturate_word(struct sim_cpu *cpu, int64_t x)
{
    if (x >= INT32_MIN && x <= INT32_MAX)
        return (int32_t)x;
    cpu->q = 1;
    return x < 0 ? INT32_MIN : INT32_MAX;
}

static uint32_t add_saturating(struct sim_cpu *cpu, uint32_t x, uint32_t y, bool doubles,
                               bool subtracts)
{
    int64_t a = (int32_t)x, b = (int32_t)y;
    if (doubles)
        b = saturate_word(cpu, 2 * b);
    return (uint32_t)saturate_word(cpu, subtracts ? a - b : a + b);
}

static uint32_t select_bytes(uint32_t ge, uint32_t x, uint32_t y)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < 4; i++)
        mask |= ge >> i & 1 ? 0xffu << 8 * i : 0;
    return (x & mask) | (y & ~mask);
}

enum sim_cpu_stop cpu_dsp_miscellaneous(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, d = op2 >> 8 & 15, m = op2 & 15;
    bool selects = op & 0x20;
    if (cpu->arch != SIM_ARMV7EM || has_special(n, d, m) || (selects && op2 & 0x30))
        return SIM_CPU_UNDEFINED;
    uint32_t x = cpu->r[n], y = cpu->r[m];
    cpu->r[d] =
        selects ? select_bytes(cpu->ge, x, y) : add_saturating(cpu, y, x, op2 & 0x10, op2 & 0x20);
    return SIM_CPU_NONE;
}

// Products.

static int64_t half(uint32_t x, bool top)
{
    return (int16_t)(x >> (top ? 16 : 0));
}

// Sums that overflow set Q and keep their low word.
static uint32_t note_overflow(struct sim_cpu *cpu, int64_t x)
{
    if (x < INT32_MIN || x > INT32_MAX)
        cpu->q = 1;
    return (uint32_t)x;
}

// The sum or difference of the products of both halves; crossed: with the halves of y exchanged.
static int64_t dual_product(uint32_t x, uint32_t y, bool crossed, bool subtracts)
{
    int64_t low = half(x, false) * half(y, crossed), high = half(x, true) * half(y, !crossed);
    return subtracts ? low - high : low + high;
}

// SMMLA, SMMLS: the upper word, rounded when asked.
static uint32_t most_significant(uint32_t base, uint32_t x, uint32_t y, bool subtracts, bool rounds)
{
    uint64_t product = (uint64_t)((int64_t)(int32_t)x * (int32_t)y);
    uint64_t sum = ((uint64_t)base << 32) + (subtracts ? 0 - product : product);
    return (uint32_t)((sum + (rounds ? 1u << 31 : 0)) >> 32);
}

static uint32_t differences(uint32_t x, uint32_t y)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < 32; i += 8) {
        uint32_t a = x >> i & 0xff, b = y >> i & 0xff;
        sum += a > b ? a - b : b - a;
    }
    return sum;
}

static uint32_t product(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t base)
{
    uint32_t x = cpu->r[op & 15], y = cpu->r[op2 & 15];
    int64_t a = (int32_t)base;
    bool first = op2 & 0x20, second = op2 & 0x10;
    switch (op >> 4 & 7) {
    case 1: // SMLAxy
        return note_overflow(cpu, a + half(x, first) * half(y, second));
    case 2: // SMLAD
        return note_overflow(cpu, a + dual_product(x, y, second, false));
    case 3: { // SMLAWy
        uint64_t wide = (uint64_t)((int32_t)x * half(y, second));
        return note_overflow(cpu, a + (int32_t)(uint32_t)(wide >> 16));
    }
    case 4: // SMLSD
        return note_overflow(cpu, a + dual_product(x, y, second, true));
    case 5:
        return most_significant(base, x, y, false, second);
    case 6:
        return most_significant(base, x, y, true, second);
    default:
        return base + differences(x, y);
    }
}

// Bits 7:4 of the second halfword by operation: SMLAxy has two to choose halves by, USAD8 none, the
// others one.
static bool product_fits(unsigned operation, uint32_t op2)
{
    unsigned field = op2 >> 4 & 15;
    return field <= (operation == 1 ? 3u : operation == 7 ? 0u : 1u);
}

enum sim_cpu_stop cpu_dsp_multiply(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, a = op2 >> 12, d = op2 >> 8 & 15, m = op2 & 15, operation = op >> 4 & 7;
    if (cpu->arch != SIM_ARMV7EM || has_special(n, d, m) || a == SP ||
        !product_fits(operation, op2) || (operation == 6 && a == PC))
        return SIM_CPU_UNDEFINED;
    cpu->r[d] = product(cpu, op, op2, a == PC ? 0 : cpu->r[a]);
    return SIM_CPU_NONE;
}

enum sim_cpu_stop cpu_dsp_multiply_long(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, low = op2 >> 12, high = op2 >> 8 & 15, m = op2 & 15;
    unsigned operation = op >> 4 & 7, kind = op2 >> 4 & 15;
    if (cpu->arch != SIM_ARMV7EM || has_special(n, m, low) || v7m_is_special(high) || low == high)
        return SIM_CPU_UNDEFINED;
    uint32_t x = cpu->r[n], y = cpu->r[m];
    uint64_t sum = (uint64_t)cpu->r[high] << 32 | cpu->r[low];
    if (operation == 4 && (kind & 0xc) == 8) // SMLALxy
        sum += (uint64_t)(half(x, kind & 2) * half(y, kind & 1));
    else if ((operation == 4 || operation == 5) && (kind & 0xe) == 0xc) // SMLALD, SMLSLD
        sum += (uint64_t)dual_product(x, y, kind & 1, operation == 5);
    else if (operation == 6 && kind == 6) // UMAAL
        sum = (uint64_t)x * y + cpu->r[high] + cpu->r[low];
    else
        return SIM_CPU_UNDEFINED;
    cpu->r[low] = (uint32_t)sum;
    cpu->r[high] = (uint32_t)(sum >> 32);
    return SIM_CPU_NONE;
}
