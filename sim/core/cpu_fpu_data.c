// SPDX-License-Identifier: MIT
// Data processing of FPv4-SP and FPv5 in single and double precision (DDI 0403, A6.4). Cycles are
// those of DDI 0439, table 7-1; those of double precision are taken to be the same.
#include "sim/core/cpu_fpu.h"

enum { CYCLES_DIVIDE = 13, CYCLES_ACCUMULATE = 2 };

// An instruction with three registers of one precision.
struct operation {
    const struct sim_fp_format *f;
    uint64_t d, n, m;
    uint32_t *fpscr;
};

// VMLA, VMLS, VNMLA, VNMLS: the product is rounded, then the sum.
static uint64_t accumulate(struct sim_cpu *cpu, const struct operation *o, bool minus_d,
                           bool minus_product)
{
    uint64_t product = sim_fp_multiply(o->f, o->n, o->m, o->fpscr);
    cpu->cycles += CYCLES_ACCUMULATE;
    return sim_fp_add(o->f, minus_d ? sim_fp_negate(o->f, o->d) : o->d,
                      minus_product ? sim_fp_negate(o->f, product) : product, o->fpscr);
}

static uint64_t fuse(struct sim_cpu *cpu, const struct operation *o, bool minus_d, bool minus_n)
{
    cpu->cycles += CYCLES_ACCUMULATE;
    return sim_fp_fused(o->f, minus_d ? sim_fp_negate(o->f, o->d) : o->d,
                        minus_n ? sim_fp_negate(o->f, o->n) : o->n, o->m, o->fpscr);
}

static uint64_t multiply(const struct operation *o, bool negates)
{
    uint64_t product = sim_fp_multiply(o->f, o->n, o->m, o->fpscr);
    return negates ? sim_fp_negate(o->f, product) : product;
}

static uint64_t result_of(struct sim_cpu *cpu, unsigned operation, const struct operation *o,
                          bool other)
{
    switch (operation) {
    case 0: // VMLA, VMLS
        return accumulate(cpu, o, false, other);
    case 1: // VNMLS, VNMLA
        return accumulate(cpu, o, true, other);
    case 2: // VMUL, VNMUL
        return multiply(o, other);
    case 3: // VADD, VSUB
        return other ? sim_fp_subtract(o->f, o->n, o->m, o->fpscr)
                     : sim_fp_add(o->f, o->n, o->m, o->fpscr);
    case 4: // VDIV
        cpu->cycles += CYCLES_DIVIDE;
        return sim_fp_divide(o->f, o->n, o->m, o->fpscr);
    case 5: // VFNMS, VFNMA
        return fuse(cpu, o, true, other);
    default: // VFMA, VFMS
        return fuse(cpu, o, false, other);
    }
}

// With two operands; bit 6 of the second halfword chooses one of two operations.
static enum sim_cpu_stop operate(struct sim_cpu *cpu, unsigned operation, uint32_t op, uint32_t op2)
{
    bool is_double = op2 & FP_IS_DOUBLE, other = op2 & 0x40;
    unsigned d = fp_d(is_double, op, op2), n = fp_n(is_double, op, op2), m = fp_m(is_double, op2);
    if ((d | n | m) >= FP_SINGLES || (operation == 4 && other))
        return SIM_CPU_UNDEFINED;
    const struct operation o = {fp_format(is_double), fp_get(cpu, d, is_double),
                                fp_get(cpu, n, is_double), fp_get(cpu, m, is_double),
                                &cpu->fp.fpscr};
    fp_put(cpu, d, is_double, result_of(cpu, operation, &o, other));
    return SIM_CPU_NONE;
}

// VFPExpandImm().
static uint64_t expand_immediate(bool is_double, uint64_t imm)
{
    if (is_double)
        return (imm & 0x80) << 56 | (imm & 0x40 ? 0x3fcull : 0x400ull) << 52 |
               (imm >> 4 & 3) << 52 | (imm & 15) << 48;
    return (imm & 0x80) << 24 | (imm & 0x40 ? 0x7cull : 0x80ull) << 23 | (imm >> 4 & 3) << 23 |
           (imm & 15) << 19;
}

static enum sim_cpu_stop move_immediate(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    bool is_double = op2 & FP_IS_DOUBLE;
    unsigned d = fp_d(is_double, op, op2);
    if (op2 & 0xa0 || d >= FP_SINGLES)
        return SIM_CPU_UNDEFINED;
    fp_put(cpu, d, is_double, expand_immediate(is_double, (op << 4 & 0xf0) | (op2 & 15)));
    return SIM_CPU_NONE;
}

// ---- with one operand ---------------------------------------------------------------------------

// VMOV, VABS, VNEG, VSQRT, by bit 0 of the first halfword and bit 7 of the second.
static enum sim_cpu_stop change_one(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    bool is_double = op2 & FP_IS_DOUBLE, bit7 = op2 & 0x80, is_second = op & 1;
    const struct sim_fp_format *f = fp_format(is_double);
    unsigned d = fp_d(is_double, op, op2), m = fp_m(is_double, op2);
    if ((d | m) >= FP_SINGLES)
        return SIM_CPU_UNDEFINED;
    uint64_t value = fp_get(cpu, m, is_double);
    if (is_second && bit7) {
        cpu->cycles += CYCLES_DIVIDE;
        value = sim_fp_square_root(f, value, &cpu->fp.fpscr);
    } else if (is_second) {
        value = sim_fp_negate(f, value);
    } else if (bit7) {
        value &= ~(1ull << f->sign);
    }
    fp_put(cpu, d, is_double, value);
    return SIM_CPU_NONE;
}

// VCMP, VCMPE, with a register or with zero.
static enum sim_cpu_stop compare(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    bool is_double = op2 & FP_IS_DOUBLE, with_zero = op & 1;
    unsigned d = fp_d(is_double, op, op2), m = fp_m(is_double, op2);
    if ((d | m) >= FP_SINGLES || (with_zero && op2 & 0x2f))
        return SIM_CPU_UNDEFINED;
    uint64_t y = with_zero ? 0 : fp_get(cpu, m, is_double);
    unsigned flags = sim_fp_compare(fp_format(is_double), fp_get(cpu, d, is_double), y, op2 & 0x80,
                                    &cpu->fp.fpscr);
    cpu->fp.fpscr = (cpu->fp.fpscr & 0x0fffffffu) | flags << 28;
    return SIM_CPU_NONE;
}

// VCVTB and VCVTT: half precision in the lower or the upper half of a single register.
static enum sim_cpu_stop convert_half(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    bool is_double = op2 & FP_IS_DOUBLE, to_half = op & 1;
    unsigned shift = op2 & 0x80 ? 16 : 0;
    unsigned d = fp_d(is_double && !to_half, op, op2), m = fp_m(is_double && to_half, op2);
    if ((d | m) >= FP_SINGLES)
        return SIM_CPU_UNDEFINED;
    if (!to_half) {
        uint32_t half = cpu->fp.s[m] >> shift & 0xffff;
        fp_put(cpu, d, is_double, sim_fp_from_half(fp_format(is_double), half, &cpu->fp.fpscr));
        return SIM_CPU_NONE;
    }
    uint32_t half = sim_fp_to_half(fp_format(is_double), fp_get(cpu, m, is_double), &cpu->fp.fpscr);
    cpu->fp.s[d] = (cpu->fp.s[d] & ~(0xffffu << shift)) | half << shift;
    return SIM_CPU_NONE;
}

// VCVT between the precisions, which only a unit with both has; sz is that of the source.
static enum sim_cpu_stop convert_precision(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    bool from_double = op2 & FP_IS_DOUBLE;
    unsigned d = fp_d(!from_double, op, op2), m = fp_m(from_double, op2);
    if ((d | m) >= FP_SINGLES || !cpu->fp.has_double)
        return SIM_CPU_UNDEFINED;
    fp_put(cpu, d, !from_double,
           sim_fp_convert(fp_format(!from_double), fp_format(from_double),
                          fp_get(cpu, m, from_double), &cpu->fp.fpscr));
    return SIM_CPU_NONE;
}

// VCVT with an integer: bits 3:0 of the first halfword are 8 from one, 12 and 13 to one; bit 7 of
// the second chooses a signed source, or rounding to zero.
static enum sim_cpu_stop convert_integer(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    bool is_double = op2 & FP_IS_DOUBLE, bit7 = op2 & 0x80, to_integer = op & 4;
    const struct sim_fp_format *f = fp_format(is_double);
    unsigned d = fp_d(is_double && !to_integer, op, op2), m = fp_m(is_double && to_integer, op2);
    if ((d | m) >= FP_SINGLES)
        return SIM_CPU_UNDEFINED;
    struct sim_fixed format = {.bits = 32, .is_unsigned = to_integer ? !(op & 1) : !bit7};
    if (to_integer)
        cpu->fp.s[d] = sim_fp_to_fixed(f, fp_get(cpu, m, is_double), format,
                                       bit7 ? SIM_FP_TO_ZERO : SIM_FP_BY_FPSCR, &cpu->fp.fpscr);
    else
        fp_put(cpu, d, is_double,
               sim_fp_from_fixed(f, cpu->fp.s[m], format, false, &cpu->fp.fpscr));
    return SIM_CPU_NONE;
}

// VCVT with a fixed-point number, in its own register. A fraction of less than no bits is
// UNPREDICTABLE.
static enum sim_cpu_stop convert_fixed(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    bool is_double = op2 & FP_IS_DOUBLE;
    const struct sim_fp_format *f = fp_format(is_double);
    unsigned d = fp_d(is_double, op, op2), imm = (op2 << 1 & 0x1e) | (op2 >> 5 & 1);
    struct sim_fixed format = {.bits = op2 & 0x80 ? 32 : 16, .is_unsigned = op & 1};
    if (imm > format.bits || d >= FP_SINGLES)
        return SIM_CPU_UNDEFINED;
    format.fraction = format.bits - imm;
    uint64_t value = fp_get(cpu, d, is_double);
    if (!(op & 4))
        value = sim_fp_from_fixed(f, (uint32_t)value, format, true, &cpu->fp.fpscr);
    else // an unsigned one, or one with a sign, fills a double register
        value = sim_fp_to_fixed(f, value, format, SIM_FP_TO_ZERO, &cpu->fp.fpscr);
    if (op & 4 && is_double && !format.is_unsigned)
        value = (uint64_t)(int64_t)(int32_t)value;
    fp_put(cpu, d, is_double, value);
    return SIM_CPU_NONE;
}

// VRINTR, VRINTZ and VRINTX of FPv5.
static enum sim_cpu_stop round_one(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    bool by_fpscr = !(op2 & 0x80);
    if (!cpu->fp.has_v5)
        return SIM_CPU_UNDEFINED;
    return cpu_fp_to_integral(cpu, op, op2, by_fpscr ? SIM_FP_BY_FPSCR : SIM_FP_TO_ZERO, op & 1);
}

// By bits 3:0 of the first halfword; bit 6 of the second is set.
static enum sim_cpu_stop operate_on_one(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    switch (op & 15) {
    case 0:
    case 1:
        return change_one(cpu, op, op2);
    case 2:
    case 3:
        return convert_half(cpu, op, op2);
    case 4:
    case 5:
        return compare(cpu, op, op2);
    case 6:
        return round_one(cpu, op, op2);
    case 7:
        return op2 & 0x80 ? convert_precision(cpu, op, op2) : round_one(cpu, op, op2);
    case 8:
    case 12:
    case 13:
        return convert_integer(cpu, op, op2);
    case 10:
    case 11:
    case 14:
    case 15:
        return convert_fixed(cpu, op, op2);
    default:
        return SIM_CPU_UNDEFINED;
    }
}

enum sim_cpu_stop cpu_fp_data(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned operation = (op >> 5 & 4) | (op >> 4 & 3);
    if (op2 & FP_IS_DOUBLE && !cpu->fp.has_double)
        return SIM_CPU_UNDEFINED;
    if (operation < 7)
        return operate(cpu, operation, op, op2);
    return op2 & 0x40 ? operate_on_one(cpu, op, op2) : move_immediate(cpu, op, op2);
}
