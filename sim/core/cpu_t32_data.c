// SPDX-License-Identifier: MIT
// 32-bit data processing of ARMv7-M: with a modified immediate, a plain immediate, a shifted
// register (DDI 0403, A5.3.1, A5.3.3, A5.3.11).
#include "sim/core/cpu_alu.h"
#include "sim/core/cpu_v7m.h"

// Bits 8:5 of the first halfword. With S and Rd 15, AND, EOR, ADD and SUB are TST, TEQ, CMN and
// CMP; with Rn 15, ORR and ORN are MOV and MVN.
enum operation {
    OP_AND = 0,
    OP_BIC = 1,
    OP_ORR = 2,
    OP_ORN = 3,
    OP_EOR = 4,
    OP_PKH = 6,
    OP_ADD = 8,
    OP_ADC = 10,
    OP_SBC = 11,
    OP_SUB = 13,
    OP_RSB = 14,
};

// The second operand, and the carry that comes with it.
struct operand {
    uint32_t value, carry;
};

static inline bool compares(unsigned operation, bool s)
{
    return s && (operation == OP_AND || operation == OP_EOR || operation == OP_ADD ||
                 operation == OP_SUB);
}

// SP is added to and subtracted from only, and only such a result goes to SP.
static bool fits(unsigned operation, bool s, unsigned n, unsigned d)
{
    bool adds = operation == OP_ADD || operation == OP_SUB;
    if (n == PC && operation != OP_ORR && operation != OP_ORN)
        return false;
    if (n == SP && !adds)
        return false;
    if (d == SP)
        return n == SP && adds;
    return d != PC || compares(operation, s);
}

static inline uint32_t logic(struct sim_cpu *cpu, bool s, uint32_t result, uint32_t carry)
{
    if (s) {
        set_nz(cpu, result);
        cpu->c = carry;
    }
    return result;
}

static inline uint32_t add(struct sim_cpu *cpu, bool s, uint32_t x, uint32_t y, uint32_t carry)
{
    return s ? add_with_carry(cpu, x, y, carry) : x + y + carry;
}

static inline enum sim_cpu_stop operate(struct sim_cpu *cpu, uint32_t op, unsigned d,
                                        struct operand y)
{
    bool s = op & 0x10;
    unsigned n = op & 15;
    uint32_t x = cpu->r[n], result;
    switch (op >> 5 & 15) {
    case OP_AND:
        result = logic(cpu, s, x & y.value, y.carry);
        break;
    case OP_BIC:
        result = logic(cpu, s, x & ~y.value, y.carry);
        break;
    case OP_ORR:
        result = logic(cpu, s, n == PC ? y.value : x | y.value, y.carry);
        break;
    case OP_ORN:
        result = logic(cpu, s, n == PC ? ~y.value : x | ~y.value, y.carry);
        break;
    case OP_EOR:
        result = logic(cpu, s, x ^ y.value, y.carry);
        break;
    case OP_ADD:
        result = add(cpu, s, x, y.value, 0);
        break;
    case OP_ADC:
        result = add(cpu, s, x, y.value, cpu->c);
        break;
    case OP_SBC:
        result = add(cpu, s, x, ~y.value, cpu->c);
        break;
    case OP_SUB:
        result = add(cpu, s, x, ~y.value, 1);
        break;
    case OP_RSB:
        result = add(cpu, s, ~x, y.value, 1);
        break;
    default:
        return SIM_CPU_UNDEFINED;
    }
    if (d != PC)
        v7m_write(cpu, d, result);
    return SIM_CPU_NONE;
}

// ThumbExpandImm_C() (A5.3.2). False: UNPREDICTABLE.
static inline bool expand_immediate(const struct sim_cpu *cpu, uint32_t imm, struct operand *y)
{
    uint32_t byte = imm & 0xff;
    y->carry = cpu->c;
    if (imm >> 10) {
        unsigned n = imm >> 7;
        uint32_t x = 0x80 | (imm & 0x7f);
        y->value = x >> n | x << (32 - n);
        y->carry = y->value >> 31;
        return true;
    }
    switch (imm >> 8) {
    case 0:
        y->value = byte;
        return true;
    case 1:
        y->value = byte << 16 | byte;
        break;
    case 2:
        y->value = byte << 24 | byte << 8;
        break;
    default:
        y->value = byte * 0x01010101u;
        break;
    }
    return byte != 0;
}

static inline uint32_t immediate12(uint32_t op, uint32_t op2)
{
    return (op & 0x400) << 1 | (op2 >> 4 & 0x700) | (op2 & 0xff);
}

static inline unsigned immediate5(uint32_t op2)
{
    return (op2 >> 10 & 0x1c) | (op2 >> 6 & 3);
}

enum sim_cpu_stop cpu_t32_modified_immediate(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, d = op2 >> 8 & 15;
    struct operand y;
    if (!expand_immediate(cpu, immediate12(op, op2), &y))
        return SIM_CPU_UNDEFINED;
    if ((v7m_is_special(n) || v7m_is_special(d)) && !fits(op >> 5 & 15, op & 0x10, n, d))
        return SIM_CPU_UNDEFINED;
    return operate(cpu, op, d, y);
}

// Shift_C() by an immediate: zero means 32 to the right, and RRX for ROR (A7.4.2).
static inline struct operand shifted(const struct sim_cpu *cpu, uint32_t x, enum shift kind,
                                     unsigned n)
{
    switch (kind) {
    case SHIFT_LSL:
        return n ? (struct operand){x << n, x >> (32 - n) & 1} : (struct operand){x, cpu->c};
    case SHIFT_LSR:
        return n ? (struct operand){x >> n, x >> (n - 1) & 1} : (struct operand){0, x >> 31};
    case SHIFT_ASR:
        if (n == 0)
            return (struct operand){x >> 31 ? ~0u : 0, x >> 31};
        return (struct operand){arithmetic_right(x, n), x >> (n - 1) & 1};
    default:
        if (n == 0)
            return (struct operand){cpu->c << 31 | x >> 1, x & 1};
        return (struct operand){x >> n | x << (32 - n), x >> (n - 1) & 1};
    }
}

// With SP, MOV takes no shift, and ADD and SUB to SP at most LSL #3.
static bool shift_fits(uint32_t op, uint32_t op2)
{
    unsigned operation = op >> 5 & 15, n = op & 15, d = op2 >> 8 & 15, m = op2 & 15;
    bool s = op & 0x10, unshifted = (op2 & 0x70f0) == 0;
    if (operation == OP_ORR && n == PC && unshifted && !s)
        return d != PC && m != PC && !(d == SP && m == SP);
    if (v7m_is_special(m) || !fits(operation, s, n, d))
        return false;
    return d != SP || ((op2 & 0x30) == 0 && immediate5(op2) <= 3);
}

static enum sim_cpu_stop pack_halfwords(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, d = op2 >> 8 & 15, m = op2 & 15;
    bool top = op2 & 0x20;
    if (cpu->arch != SIM_ARMV7EM || op & 0x10 || op2 & 0x10 || v7m_is_special(n) ||
        v7m_is_special(d) || v7m_is_special(m))
        return SIM_CPU_UNDEFINED;
    uint32_t x = cpu->r[n];
    uint32_t y = shifted(cpu, cpu->r[m], top ? SHIFT_ASR : SHIFT_LSL, immediate5(op2)).value;
    cpu->r[d] = top ? (x & 0xffff0000u) | (y & 0xffff) : (y & 0xffff0000u) | (x & 0xffff);
    return SIM_CPU_NONE;
}

enum sim_cpu_stop cpu_t32_shifted_register(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, d = op2 >> 8 & 15, m = op2 & 15;
    if (op2 & 0x8000)
        return SIM_CPU_UNDEFINED;
    if ((op >> 5 & 15) == OP_PKH)
        return pack_halfwords(cpu, op, op2);
    if ((v7m_is_special(n) || v7m_is_special(d) || v7m_is_special(m)) && !shift_fits(op, op2))
        return SIM_CPU_UNDEFINED;
    return operate(cpu, op, d, shifted(cpu, cpu->r[m], op2 >> 4 & 3, immediate5(op2)));
}

// Plain immediates: A5.3.3.

// SignedSatQ() and UnsignedSatQ() to `bits`.
static uint32_t saturate(struct sim_cpu *cpu, int32_t x, unsigned bits, bool is_unsigned)
{
    int64_t high = is_unsigned ? (1ll << bits) - 1 : (1ll << (bits - 1)) - 1;
    int64_t low = is_unsigned ? 0 : -(1ll << (bits - 1));
    if (x >= low && x <= high)
        return (uint32_t)x;
    cpu->q = 1;
    return (uint32_t)(x > high ? high : low);
}

// SSAT, USAT and, where their shift would be ASR #0, SSAT16, USAT16.
static enum sim_cpu_stop saturate_register(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, d = op2 >> 8 & 15, field = op2 & 31, shift = immediate5(op2);
    bool right = op & 0x20, is_unsigned = op & 0x80;
    unsigned bits = is_unsigned ? field : field + 1;
    if (v7m_is_special(n) || v7m_is_special(d) || op2 & 0x20)
        return SIM_CPU_UNDEFINED;
    uint32_t x = cpu->r[n];
    if (right && shift == 0) {
        if (cpu->arch != SIM_ARMV7EM || field > 15)
            return SIM_CPU_UNDEFINED;
        uint32_t low = saturate(cpu, (int16_t)x, bits, is_unsigned);
        uint32_t high = saturate(cpu, (int16_t)(x >> 16), bits, is_unsigned);
        cpu->r[d] = high << 16 | (low & 0xffff);
        return SIM_CPU_NONE;
    }
    x = right ? arithmetic_right(x, shift) : x << shift;
    cpu->r[d] = saturate(cpu, (int32_t)x, bits, is_unsigned);
    return SIM_CPU_NONE;
}

static enum sim_cpu_stop extract_bits(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, d = op2 >> 8 & 15, lsb = immediate5(op2), width = (op2 & 31) + 1;
    if (v7m_is_special(n) || v7m_is_special(d) || lsb + width > 32 || op2 & 0x20)
        return SIM_CPU_UNDEFINED;
    uint32_t x = cpu->r[n] << (32 - lsb - width);
    cpu->r[d] = op & 0x80 ? x >> (32 - width) : arithmetic_right(x, 32 - width);
    return SIM_CPU_NONE;
}

// BFI, and BFC with Rn 15.
static enum sim_cpu_stop insert_bits(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, d = op2 >> 8 & 15, lsb = immediate5(op2), msb = op2 & 31;
    if (n == SP || v7m_is_special(d) || msb < lsb || op2 & 0x20)
        return SIM_CPU_UNDEFINED;
    uint32_t mask = ~0u >> (31 - (msb - lsb)) << lsb;
    uint32_t value = n == PC ? 0 : cpu->r[n] << lsb;
    cpu->r[d] = (cpu->r[d] & ~mask) | (value & mask);
    return SIM_CPU_NONE;
}

// ADDW, SUBW, and ADR with Rn 15.
static enum sim_cpu_stop add_immediate(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc)
{
    unsigned n = op & 15, d = op2 >> 8 & 15;
    uint32_t imm = immediate12(op, op2);
    uint32_t x = n == PC ? (pc + 4) & ~3u : cpu->r[n];
    if (d == PC || (d == SP && n != SP))
        return SIM_CPU_UNDEFINED;
    v7m_write(cpu, d, op & 0x80 ? x - imm : x + imm);
    return SIM_CPU_NONE;
}

static enum sim_cpu_stop move_immediate16(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned d = op2 >> 8 & 15;
    uint32_t imm = (op & 15) << 12 | immediate12(op, op2);
    if (v7m_is_special(d))
        return SIM_CPU_UNDEFINED;
    cpu->r[d] = op & 0x80 ? (cpu->r[d] & 0xffff) | imm << 16 : imm;
    return SIM_CPU_NONE;
}

enum sim_cpu_stop cpu_t32_plain_immediate(struct sim_cpu *cpu, uint32_t op, uint32_t op2,
                                          uint32_t pc)
{
    switch (op >> 4 & 31) {
    case 0x00:
    case 0x0a:
        return add_immediate(cpu, op, op2, pc);
    case 0x04: // MOVW
    case 0x0c: // MOVT
        return move_immediate16(cpu, op, op2);
    case 0x10:
    case 0x12:
    case 0x18:
    case 0x1a:
        return op & 0x400 ? SIM_CPU_UNDEFINED : saturate_register(cpu, op, op2);
    case 0x14: // SBFX
    case 0x1c: // UBFX
        return op & 0x400 ? SIM_CPU_UNDEFINED : extract_bits(cpu, op, op2);
    case 0x16:
        return op & 0x400 ? SIM_CPU_UNDEFINED : insert_bits(cpu, op, op2);
    default:
        return SIM_CPU_UNDEFINED;
    }
}
