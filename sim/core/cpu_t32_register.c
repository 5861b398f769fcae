// SPDX-License-Identifier: MIT
// 32-bit register operations of ARMv7-M: shifts, extensions, reversals, multiplication and division
// (DDI 0403, A5.3.12 to A5.3.17). What the DSP extension adds is in cpu_dsp.c.
#include "sim/core/cpu_alu.h"
#include "sim/core/cpu_v7m.h"

enum { CYCLES_LONG = 2, CYCLES_MLA = 1, CYCLES_DIVIDE_LEAST = 1 };

static enum sim_cpu_stop shift_by_register(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, d = op2 >> 8 & 15, m = op2 & 15;
    uint32_t carry = cpu->c, by = cpu->r[m] & 0xff, result = cpu->r[n];
    if (v7m_is_special(n) || v7m_is_special(d) || v7m_is_special(m))
        return SIM_CPU_UNDEFINED;
    if (by)
        result = shift_by(cpu, op >> 5 & 3, result, by);
    if (op & 0x10)
        set_nz(cpu, result);
    else
        cpu->c = carry;
    cpu->r[d] = result;
    return SIM_CPU_NONE;
}

// SXTH, UXTH, SXTB and UXTB; in ARMv7E-M with an addition, and two bytes at once.
static enum sim_cpu_stop extend_register(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, d = op2 >> 8 & 15, m = op2 & 15, rotation = op2 >> 1 & 0x18;
    unsigned kind = op >> 5 & 3; // halfword, two bytes, byte
    bool is_unsigned = op & 0x10;
    if (kind == 3 || n == SP || v7m_is_special(d) || v7m_is_special(m) || op2 & 0x40)
        return SIM_CPU_UNDEFINED;
    if ((n != PC || kind == 1) && cpu->arch != SIM_ARMV7EM)
        return SIM_CPU_UNDEFINED;
    uint32_t x = cpu->r[m], base = n == PC ? 0 : cpu->r[n];
    x = rotation ? x >> rotation | x << (32 - rotation) : x;
    if (kind == 1) {
        uint32_t low = is_unsigned ? x & 0xff : sign_extend(x, 8);
        uint32_t high = is_unsigned ? x >> 16 & 0xff : sign_extend(x >> 16, 8);
        cpu->r[d] = ((base + low) & 0xffff) | ((base >> 16) + high) << 16;
        return SIM_CPU_NONE;
    }
    unsigned bits = kind ? 8 : 16;
    cpu->r[d] = base + (is_unsigned ? x & ((1u << bits) - 1) : sign_extend(x, bits));
    return SIM_CPU_NONE;
}

static uint32_t reverse_bits(uint32_t x)
{
    x = (x >> 1 & 0x55555555u) | (x & 0x55555555u) << 1;
    x = (x >> 2 & 0x33333333u) | (x & 0x33333333u) << 2;
    x = (x >> 4 & 0x0f0f0f0fu) | (x & 0x0f0f0f0fu) << 4;
    return __builtin_bswap32(x);
}

static uint32_t count_leading_zeros(uint32_t x)
{
    return x ? (uint32_t)__builtin_clz(x) : 32;
}

// REV, REV16, RBIT, REVSH and CLZ, which name their operand twice.
static enum sim_cpu_stop reverse_or_count(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned d = op2 >> 8 & 15, m = op2 & 15;
    uint32_t x = cpu->r[m], swapped = __builtin_bswap32(x),
             in_halfwords = swapped >> 16 | swapped << 16;
    if ((op & 15) != m || v7m_is_special(d) || v7m_is_special(m))
        return SIM_CPU_UNDEFINED;
    switch ((op >> 2 & 0xc) | (op2 >> 4 & 3)) {
    case 4:
        cpu->r[d] = swapped;
        return SIM_CPU_NONE;
    case 5:
        cpu->r[d] = in_halfwords;
        return SIM_CPU_NONE;
    case 6:
        cpu->r[d] = reverse_bits(x);
        return SIM_CPU_NONE;
    case 7:
        cpu->r[d] = sign_extend(in_halfwords, 16);
        return SIM_CPU_NONE;
    case 12:
        cpu->r[d] = count_leading_zeros(x);
        return SIM_CPU_NONE;
    default:
        return SIM_CPU_UNDEFINED;
    }
}

static enum sim_cpu_stop operate_on_register(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    if (!(op & 0x80))
        return op2 & 0x80 ? extend_register(cpu, op, op2) : SIM_CPU_UNDEFINED;
    if (!(op2 & 0x80))
        return cpu_dsp_parallel(cpu, op, op2);
    if (op & 0x40 || op2 & 0x40)
        return SIM_CPU_UNDEFINED;
    bool is_dsp = (op & 0x30) == 0 || (op & 0x30) == 0x20;
    return is_dsp ? cpu_dsp_miscellaneous(cpu, op, op2) : reverse_or_count(cpu, op, op2);
}

enum sim_cpu_stop cpu_t32_register(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    if ((op2 & 0xf000) != 0xf000)
        return SIM_CPU_UNDEFINED;
    if (!(op & 0x80) && (op2 & 0xf0) == 0)
        return shift_by_register(cpu, op, op2);
    return operate_on_register(cpu, op, op2);
}

// MUL, MLA, MLS.
static enum sim_cpu_stop multiply(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, a = op2 >> 12, d = op2 >> 8 & 15, m = op2 & 15;
    bool subtracts = op2 & 0x10;
    if (v7m_is_special(n) || a == SP || v7m_is_special(d) || v7m_is_special(m) ||
        (subtracts && a == PC) || op2 & 0xe0)
        return SIM_CPU_UNDEFINED;
    uint32_t product = cpu->r[n] * cpu->r[m], base = a == PC ? 0 : cpu->r[a];
    cpu->r[d] = subtracts ? base - product : base + product;
    cpu->cycles += a == PC ? 0 : CYCLES_MLA;
    return SIM_CPU_NONE;
}

enum sim_cpu_stop cpu_t32_multiply(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    return op & 0x70 ? cpu_dsp_multiply(cpu, op, op2) : multiply(cpu, op, op2);
}

// The divider ends early: a quarter of the quotient's bits. Only the range of 2 to 12 cycles is
// documented.
static void add_division_cycles(struct sim_cpu *cpu, uint32_t quotient)
{
    cpu->cycles += CYCLES_DIVIDE_LEAST + (32 - count_leading_zeros(quotient) + 3) / 4;
}

static uint32_t magnitude(uint32_t x)
{
    return x >> 31 ? 0 - x : x;
}

static enum sim_cpu_stop divide(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, d = op2 >> 8 & 15, m = op2 & 15;
    bool is_unsigned = op & 0x20;
    if ((op2 & 0xf0f0) != 0xf0f0 || v7m_is_special(n) || v7m_is_special(d) || v7m_is_special(m))
        return SIM_CPU_UNDEFINED;
    uint32_t x = cpu->r[n], y = cpu->r[m];
    if (y == 0 && cpu->div_0_trp)
        return SIM_CPU_DIVIDE_BY_ZERO;
    bool negative = !is_unsigned && (x ^ y) >> 31;
    uint32_t quotient = 0;
    if (y)
        quotient = is_unsigned ? x / y : magnitude(x) / magnitude(y);
    add_division_cycles(cpu, quotient);
    cpu->r[d] = negative ? 0 - quotient : quotient;
    return SIM_CPU_NONE;
}

// SMULL, UMULL, SMLAL, UMLAL.
static enum sim_cpu_stop multiply_long(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, low = op2 >> 12, high = op2 >> 8 & 15, m = op2 & 15;
    bool is_unsigned = op & 0x20, accumulates = op & 0x40;
    if (v7m_is_special(n) || v7m_is_special(m) || v7m_is_special(low) || v7m_is_special(high) ||
        low == high)
        return SIM_CPU_UNDEFINED;
    uint64_t product = is_unsigned ? (uint64_t)cpu->r[n] * cpu->r[m]
                                   : (uint64_t)((int64_t)(int32_t)cpu->r[n] * (int32_t)cpu->r[m]);
    if (accumulates)
        product += (uint64_t)cpu->r[high] << 32 | cpu->r[low];
    cpu->r[low] = (uint32_t)product;
    cpu->r[high] = (uint32_t)(product >> 32);
    if (cpu->arch == SIM_ARMV7M)
        cpu->cycles += CYCLES_LONG;
    return SIM_CPU_NONE;
}

enum sim_cpu_stop cpu_t32_multiply_long(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned kind = op >> 4 & 7;
    if (kind == 1 || kind == 3)
        return divide(cpu, op, op2);
    if ((op2 & 0xf0) == 0 && (kind & 1) == 0)
        return multiply_long(cpu, op, op2);
    return cpu_dsp_multiply_long(cpu, op, op2);
}
