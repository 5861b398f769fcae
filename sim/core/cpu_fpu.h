// SPDX-License-Identifier: MIT
// The registers of the floating-point unit as its instructions name them: 32 single ones, or 16
// double ones that are pairs of those. Private to sim/core/cpu_fpu*.c.
#ifndef SWDLINK_SIM_CORE_CPU_FPU_H
#define SWDLINK_SIM_CORE_CPU_FPU_H

#include "sim/core/cpu_v7m.h"
#include "sim/core/softfloat.h"

enum { FP_SINGLES = 32 };

#define FP_IS_DOUBLE (1u << 8) // of the second halfword: sz

// The first single register of an operand: a register number of four bits and one more bit, which
// is the lowest of a single and the highest of a double register. FP_SINGLES: there is no such
// register.
static inline unsigned fp_operand(bool is_double, uint32_t four, uint32_t one)
{
    if (!is_double)
        return (four & 15) << 1 | one;
    return one ? FP_SINGLES : (four & 15) * 2;
}

static inline unsigned fp_d(bool is_double, uint32_t op, uint32_t op2)
{
    return fp_operand(is_double, op2 >> 12, op >> 6 & 1);
}

static inline unsigned fp_n(bool is_double, uint32_t op, uint32_t op2)
{
    return fp_operand(is_double, op, op2 >> 7 & 1);
}

static inline unsigned fp_m(bool is_double, uint32_t op2)
{
    return fp_operand(is_double, op2, op2 >> 5 & 1);
}

static inline const struct sim_fp_format *fp_format(bool is_double)
{
    return is_double ? &sim_fp_double : &sim_fp_single;
}

static inline uint64_t fp_get(const struct sim_cpu *cpu, unsigned reg, bool is_double)
{
    uint64_t low = cpu->fp.s[reg];
    return is_double ? low | (uint64_t)cpu->fp.s[reg + 1] << 32 : low;
}

static inline void fp_put(struct sim_cpu *cpu, unsigned reg, bool is_double, uint64_t value)
{
    cpu->fp.s[reg] = (uint32_t)value;
    if (is_double)
        cpu->fp.s[reg + 1] = (uint32_t)(value >> 32);
}

// cpu_fpu_data.c: data processing. cpu_fpu_v5.c: what is new in FPv5, in the space of 0xfe00, and
// of those with one operand the roundings to an integral number.
enum sim_cpu_stop cpu_fp_data(struct sim_cpu *cpu, uint32_t op, uint32_t op2);
enum sim_cpu_stop cpu_fp_v5(struct sim_cpu *cpu, uint32_t op, uint32_t op2);
enum sim_cpu_stop cpu_fp_to_integral(struct sim_cpu *cpu, uint32_t op, uint32_t op2,
                                     enum sim_fp_rounding rounding, bool tells_inexact);

#endif
