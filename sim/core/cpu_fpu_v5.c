// SPDX-License-Identifier: MIT
// What FPv5 has beyond FPv4 (DDI 0403, A6.4 and A7.7): VSEL, VMAXNM, VMINNM, VRINT and VCVT with a
// rounding of their own. None of them is conditional; inside of an IT block they are UNPREDICTABLE.
#include "sim/core/cpu_alu.h"
#include "sim/core/cpu_fpu.h"

enum sim_cpu_stop cpu_fp_to_integral(struct sim_cpu *cpu, uint32_t op, uint32_t op2,
                                     enum sim_fp_rounding rounding, bool tells_inexact)
{
    bool is_double = op2 & FP_IS_DOUBLE;
    unsigned d = fp_d(is_double, op, op2), m = fp_m(is_double, op2);
    if ((d | m) >= FP_SINGLES)
        return SIM_CPU_UNDEFINED;
    fp_put(cpu, d, is_double,
           sim_fp_to_integral(fp_format(is_double), fp_get(cpu, m, is_double), rounding,
                              tells_inexact, &cpu->fp.fpscr));
    return SIM_CPU_NONE;
}

// What VSEL and its like do with three registers.
static enum sim_cpu_stop choose_one(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    bool is_double = op2 & FP_IS_DOUBLE, is_select = !(op & 0x80);
    unsigned d = fp_d(is_double, op, op2), n = fp_n(is_double, op, op2), m = fp_m(is_double, op2);
    if ((d | n | m) >= FP_SINGLES)
        return SIM_CPU_UNDEFINED;
    uint64_t x = fp_get(cpu, n, is_double), y = fp_get(cpu, m, is_double), result;
    if (is_select) { // EQ, VS, GE, GT
        static const unsigned char condition[] = {0, 6, 10, 12};
        result = condition_holds(cpu, condition[op >> 4 & 3]) ? x : y;
    } else {
        result = sim_fp_extreme(fp_format(is_double), x, y, op2 & 0x40, &cpu->fp.fpscr);
    }
    fp_put(cpu, d, is_double, result);
    return SIM_CPU_NONE;
}

// VCVTA, VCVTN, VCVTP, VCVTM.
static enum sim_cpu_stop convert(struct sim_cpu *cpu, uint32_t op, uint32_t op2,
                                 enum sim_fp_rounding rounding)
{
    bool is_double = op2 & FP_IS_DOUBLE;
    struct sim_fixed format = {.bits = 32, .is_unsigned = !(op2 & 0x80)};
    unsigned d = fp_d(false, op, op2), m = fp_m(is_double, op2);
    if (m >= FP_SINGLES)
        return SIM_CPU_UNDEFINED;
    cpu->fp.s[d] = sim_fp_to_fixed(fp_format(is_double), fp_get(cpu, m, is_double), format,
                                   rounding, &cpu->fp.fpscr);
    return SIM_CPU_NONE;
}

enum sim_cpu_stop cpu_fp_v5(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    static const enum sim_fp_rounding rounding[] = {SIM_FP_TIES_AWAY, SIM_FP_TO_NEAREST,
                                                    SIM_FP_TO_PLUS, SIM_FP_TO_MINUS};
    if (op2 & 0x10 || v7m_in_it_block(cpu) || (op2 & FP_IS_DOUBLE && !cpu->fp.has_double))
        return SIM_CPU_UNDEFINED;
    if ((op & 0xff80) == 0xfe00 && !(op2 & 0x40))
        return choose_one(cpu, op, op2);
    if ((op & 0xffb0) == 0xfe80)
        return choose_one(cpu, op, op2);
    if ((op & 0xffbc) == 0xfeb8 && (op2 & 0xc0) == 0x40)
        return cpu_fp_to_integral(cpu, op, op2, rounding[op & 3], false);
    if ((op & 0xffbc) == 0xfebc && op2 & 0x40)
        return convert(cpu, op, op2, rounding[op & 3]);
    return SIM_CPU_UNDEFINED;
}
