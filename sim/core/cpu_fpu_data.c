// SPDX-License-Identifier: MIT
// FPv4-SP data processing (DDI 0403, A6.4). Cycles are those of DDI 0439, table 7-1.
#include "sim/core/cpu_v7m.h"
#include "sim/core/softfloat.h"

enum { CYCLES_DIVIDE = 13, CYCLES_ACCUMULATE = 2 };

#define SIGN (1u << 31)

static uint32_t negate(uint32_t x)
{
    return x ^ SIGN;
}

// Single registers by the fields of the instruction.
static uint32_t *destination(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    return &cpu->fp.s[(op2 >> 11 & 0x1e) | (op >> 6 & 1)];
}

static uint32_t first(const struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    return cpu->fp.s[(op << 1 & 0x1e) | (op2 >> 7 & 1)];
}

static uint32_t second(const struct sim_cpu *cpu, uint32_t op2)
{
    return cpu->fp.s[(op2 << 1 & 0x1e) | (op2 >> 5 & 1)];
}

// VMLA, VMLS, VNMLA, VNMLS: the product is rounded, then the sum.
static uint32_t accumulate(struct sim_cpu *cpu, uint32_t d, uint32_t product, bool minus_d,
                           bool minus_product)
{
    cpu->cycles += CYCLES_ACCUMULATE;
    return sim_fp_add(minus_d ? negate(d) : d, minus_product ? negate(product) : product,
                      &cpu->fp.fpscr);
}

static uint32_t fuse(struct sim_cpu *cpu, uint32_t d, uint32_t n, uint32_t m)
{
    cpu->cycles += CYCLES_ACCUMULATE;
    return sim_fp_fused(d, n, m, &cpu->fp.fpscr);
}

// With two operands; bit 6 of the second halfword chooses one of two operations.
static enum sim_cpu_stop operate(struct sim_cpu *cpu, unsigned operation, uint32_t op, uint32_t op2)
{
    uint32_t n = first(cpu, op, op2), m = second(cpu, op2), *d = destination(cpu, op, op2);
    uint32_t *fpscr = &cpu->fp.fpscr;
    bool other = op2 & 0x40;
    switch (operation) {
    case 0: // VMLA, VMLS
        *d = accumulate(cpu, *d, sim_fp_multiply(n, m, fpscr), false, other);
        return SIM_CPU_NONE;
    case 1: // VNMLS, VNMLA
        *d = accumulate(cpu, *d, sim_fp_multiply(n, m, fpscr), true, other);
        return SIM_CPU_NONE;
    case 2: { // VMUL, VNMUL
        uint32_t product = sim_fp_multiply(n, m, fpscr);
        *d = other ? negate(product) : product;
        return SIM_CPU_NONE;
    }
    case 3: // VADD, VSUB
        *d = other ? sim_fp_subtract(n, m, fpscr) : sim_fp_add(n, m, fpscr);
        return SIM_CPU_NONE;
    case 4:
        if (other)
            return SIM_CPU_UNDEFINED;
        cpu->cycles += CYCLES_DIVIDE;
        *d = sim_fp_divide(n, m, fpscr);
        return SIM_CPU_NONE;
    case 5: // VFNMS, VFNMA
        *d = fuse(cpu, negate(*d), other ? negate(n) : n, m);
        return SIM_CPU_NONE;
    default: // VFMA, VFMS
        *d = fuse(cpu, *d, other ? negate(n) : n, m);
        return SIM_CPU_NONE;
    }
}

// VFPExpandImm().
static uint32_t expand_immediate(uint32_t imm)
{
    uint32_t exp = imm & 0x40 ? 0x7c : 0x80;
    return (imm & 0x80) << 24 | (exp | (imm >> 4 & 3)) << 23 | (imm & 15) << 19;
}

static void compare(struct sim_cpu *cpu, uint32_t x, uint32_t y, bool signals)
{
    unsigned flags = sim_fp_compare(x, y, signals, &cpu->fp.fpscr);
    cpu->fp.fpscr = (cpu->fp.fpscr & 0x0fffffffu) | flags << 28;
}

// VCVTB and VCVTT: half precision in the lower or the upper half of a register.
static void convert_half(struct sim_cpu *cpu, uint32_t *d, uint32_t m, bool to_half, bool top)
{
    unsigned shift = top ? 16 : 0;
    if (to_half)
        *d = (*d & ~(0xffffu << shift)) | sim_fp_to_half(m, &cpu->fp.fpscr) << shift;
    else
        *d = sim_fp_from_half(m >> shift & 0xffff, &cpu->fp.fpscr);
}

// VCVT with an integer: bits 3:0 of the first halfword are 8 from one, 12 and 13 to one; bit 7 of
// the second chooses a signed source, or rounding to zero.
static void convert_integer(struct sim_cpu *cpu, uint32_t *d, uint32_t m, unsigned kind, bool bit7)
{
    struct sim_fixed f = {.bits = 32};
    if (kind == 8) {
        f.is_unsigned = !bit7;
        *d = sim_fp_from_fixed(m, f, false, &cpu->fp.fpscr);
    } else {
        f.is_unsigned = kind == 12;
        *d = sim_fp_to_fixed(m, f, bit7, &cpu->fp.fpscr);
    }
}

// VCVT with a fixed-point number, in its own register. False: UNPREDICTABLE, a fraction of less
// than no bits.
static bool convert_fixed(struct sim_cpu *cpu, uint32_t *d, uint32_t op, uint32_t op2)
{
    struct sim_fixed f = {.bits = op2 & 0x80 ? 32 : 16, .is_unsigned = op & 1};
    unsigned imm = (op2 << 1 & 0x1e) | (op2 >> 5 & 1);
    if (imm > f.bits)
        return false;
    f.fraction = f.bits - imm;
    *d = op & 4 ? sim_fp_to_fixed(*d, f, true, &cpu->fp.fpscr)
                : sim_fp_from_fixed(*d, f, true, &cpu->fp.fpscr);
    return true;
}

// With one operand, by bits 3:0 of the first halfword; bit 6 of the second is set.
static enum sim_cpu_stop operate_on_one(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    uint32_t m = second(cpu, op2), *d = destination(cpu, op, op2);
    unsigned kind = op & 15;
    bool bit7 = op2 & 0x80;
    switch (kind) {
    case 0: // VMOV, VABS
        *d = bit7 ? m & ~SIGN : m;
        return SIM_CPU_NONE;
    case 1: // VNEG, VSQRT
        cpu->cycles += bit7 ? CYCLES_DIVIDE : 0;
        *d = bit7 ? sim_fp_square_root(m, &cpu->fp.fpscr) : negate(m);
        return SIM_CPU_NONE;
    case 2:
    case 3:
        convert_half(cpu, d, m, kind == 3, bit7);
        return SIM_CPU_NONE;
    case 4: // VCMP, VCMPE
        compare(cpu, *d, m, bit7);
        return SIM_CPU_NONE;
    case 5: // with zero
        if (op2 & 0x2f)
            return SIM_CPU_UNDEFINED;
        compare(cpu, *d, 0, bit7);
        return SIM_CPU_NONE;
    case 8:
    case 12:
    case 13:
        convert_integer(cpu, d, m, kind, bit7);
        return SIM_CPU_NONE;
    case 10:
    case 11:
    case 14:
    case 15:
        return convert_fixed(cpu, d, op, op2) ? SIM_CPU_NONE : SIM_CPU_UNDEFINED;
    default:
        return SIM_CPU_UNDEFINED;
    }
}

enum sim_cpu_stop cpu_fp_data(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned operation = (op >> 5 & 4) | (op >> 4 & 3);
    if (op2 & 0x100)
        return SIM_CPU_UNDEFINED; // double precision
    if (operation < 7)
        return operate(cpu, operation, op, op2);
    if (op2 & 0x40)
        return operate_on_one(cpu, op, op2);
    if (op2 & 0xa0)
        return SIM_CPU_UNDEFINED;
    *destination(cpu, op, op2) = expand_immediate((op << 4 & 0xf0) | (op2 & 15)); // VMOV
    return SIM_CPU_NONE;
}
