// SPDX-License-Identifier: MIT
// Arithmetic of the instruction engine with its flags: DDI 0419, A2.2.1 (pseudocode) and A5.2.1,
// A5.2.2 (encodings). Private to sim/cpu*.c.
#ifndef SWDLINK_SIM_CORE_CPU_ALU_H
#define SWDLINK_SIM_CORE_CPU_ALU_H

#include "sim/core/cpu.h"

static inline uint32_t set_nz(struct sim_cpu *cpu, uint32_t result)
{
    return cpu->n = cpu->z = result;
}

static inline uint32_t add_with_carry(struct sim_cpu *cpu, uint32_t x, uint32_t y, uint32_t carry)
{
    uint64_t sum = (uint64_t)x + y + carry;
    uint32_t result = (uint32_t)sum;
    cpu->c = (uint32_t)(sum >> 32);
    cpu->v = (x ^ result) & (y ^ result);
    return set_nz(cpu, result);
}

enum shift { SHIFT_LSL, SHIFT_LSR, SHIFT_ASR, SHIFT_ROR };

static inline uint32_t arithmetic_right(uint32_t x, unsigned n)
{
    return x >> n | (x >> 31 && n ? ~0u << (32 - n) : 0);
}

// Shift_C() of DDI 0419, A2.2.1, for 1 <= n <= 255.
static inline uint32_t shift_by(struct sim_cpu *cpu, enum shift kind, uint32_t x, unsigned n)
{
    switch (kind) {
    case SHIFT_LSL:
        cpu->c = n <= 32 ? x >> (32 - n) & 1 : 0;
        return n < 32 ? x << n : 0;
    case SHIFT_LSR:
        cpu->c = n <= 32 ? x >> (n - 1) & 1 : 0;
        return n < 32 ? x >> n : 0;
    case SHIFT_ASR:
        if (n >= 32) {
            cpu->c = x >> 31;
            return cpu->c ? ~0u : 0;
        }
        cpu->c = x >> (n - 1) & 1;
        return arithmetic_right(x, n);
    default:
        n %= 32;
        if (n)
            x = x >> n | x << (32 - n);
        cpu->c = x >> 31;
        return x;
    }
}

static inline bool condition_holds(const struct sim_cpu *cpu, unsigned cond)
{
    bool holds;
    bool n_is_v = (cpu->n ^ cpu->v) >> 31 == 0;
    switch (cond >> 1) {
    case 0:
        holds = cpu->z == 0;
        break;
    case 1:
        holds = cpu->c;
        break;
    case 2:
        holds = cpu->n >> 31;
        break;
    case 3:
        holds = cpu->v >> 31;
        break;
    case 4:
        holds = cpu->c && cpu->z != 0;
        break;
    case 5:
        holds = n_is_v;
        break;
    default:
        holds = n_is_v && cpu->z != 0;
        break;
    }
    return holds != (cond & 1);
}

static inline uint32_t sign_extend(uint32_t x, unsigned bits)
{
    uint32_t sign = 1u << (bits - 1);
    return ((x & (2 * sign - 1)) ^ sign) - sign;
}

static inline void shift_immediate(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t x = cpu->r[op >> 3 & 7];
    unsigned n = op >> 6 & 31;
    enum shift kind = op >> 11 & 3;
    if (n == 0 && kind != SHIFT_LSL)
        n = 32;
    cpu->r[op & 7] = set_nz(cpu, n ? shift_by(cpu, kind, x, n) : x);
}

static inline void add_subtract(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t x = cpu->r[op >> 3 & 7];
    unsigned field = op >> 6 & 7;
    uint32_t y = op & 0x400 ? field : cpu->r[field];
    cpu->r[op & 7] = op & 0x200 ? add_with_carry(cpu, x, ~y, 1) : add_with_carry(cpu, x, y, 0);
}

static inline void immediate8(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t *d = &cpu->r[op >> 8 & 7];
    uint32_t imm = op & 0xff;
    switch (op >> 11 & 3) {
    case 0:
        *d = set_nz(cpu, imm);
        break;
    case 1:
        add_with_carry(cpu, *d, ~imm, 1);
        break;
    case 2:
        *d = add_with_carry(cpu, *d, imm, 0);
        break;
    default:
        *d = add_with_carry(cpu, *d, ~imm, 1);
        break;
    }
}

static inline uint32_t shift_register(struct sim_cpu *cpu, enum shift kind, uint32_t x, uint32_t by)
{
    by &= 0xff;
    return set_nz(cpu, by ? shift_by(cpu, kind, x, by) : x);
}

static inline void data_processing(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t *d = &cpu->r[op & 7];
    uint32_t x = *d, m = cpu->r[op >> 3 & 7];
    switch (op >> 6 & 15) {
    case 0: // AND
        *d = set_nz(cpu, x & m);
        break;
    case 1: // EOR
        *d = set_nz(cpu, x ^ m);
        break;
    case 2:
        *d = shift_register(cpu, SHIFT_LSL, x, m);
        break;
    case 3:
        *d = shift_register(cpu, SHIFT_LSR, x, m);
        break;
    case 4:
        *d = shift_register(cpu, SHIFT_ASR, x, m);
        break;
    case 5: // ADC
        *d = add_with_carry(cpu, x, m, cpu->c);
        break;
    case 6: // SBC
        *d = add_with_carry(cpu, x, ~m, cpu->c);
        break;
    case 7:
        *d = shift_register(cpu, SHIFT_ROR, x, m);
        break;
    case 8: // TST
        set_nz(cpu, x & m);
        break;
    case 9: // RSB, from 0
        *d = add_with_carry(cpu, ~m, 0, 1);
        break;
    case 10: // CMP
        add_with_carry(cpu, x, ~m, 1);
        break;
    case 11: // CMN
        add_with_carry(cpu, x, m, 0);
        break;
    case 12: // ORR
        *d = set_nz(cpu, x | m);
        break;
    case 13: // MUL, the fast multiplier
        *d = set_nz(cpu, x * m);
        break;
    case 14: // BIC
        *d = set_nz(cpu, x & ~m);
        break;
    default: // MVN
        *d = set_nz(cpu, ~m);
        break;
    }
}

static inline void extend(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t m = cpu->r[op >> 3 & 7];
    unsigned bits = op & 0x40 ? 8 : 16;
    cpu->r[op & 7] = op & 0x80 ? m & ((1u << bits) - 1) : sign_extend(m, bits);
}

static inline enum sim_cpu_stop reverse(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t m = cpu->r[op >> 3 & 7];
    uint32_t in_halfwords = (m >> 8 & 0x00ff00ff) | (m & 0x00ff00ff) << 8;
    switch (op >> 6 & 3) {
    case 0: // REV
        cpu->r[op & 7] = in_halfwords >> 16 | in_halfwords << 16;
        return SIM_CPU_NONE;
    case 1: // REV16
        cpu->r[op & 7] = in_halfwords;
        return SIM_CPU_NONE;
    case 3: // REVSH
        cpu->r[op & 7] = sign_extend(in_halfwords, 16);
        return SIM_CPU_NONE;
    default:
        return SIM_CPU_UNDEFINED;
    }
}

// The offset of BL and B.W (T4): S, I1 and I2 extend it to 25 bits.
static inline uint32_t far_offset(uint32_t op, uint32_t op2)
{
    uint32_t s = op >> 10 & 1;
    uint32_t i1 = ~((op2 >> 13) ^ s) & 1, i2 = ~((op2 >> 11) ^ s) & 1;
    uint32_t imm = s << 24 | i1 << 23 | i2 << 22 | (op & 0x3ff) << 12 | (op2 & 0x7ff) << 1;
    return sign_extend(imm, 25);
}

#endif
