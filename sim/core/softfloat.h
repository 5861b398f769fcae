// SPDX-License-Identifier: MIT
// Arithmetic as FPv4-SP and FPv5 do it (IEEE 754 and DDI 0403, A2.5), on bit patterns of single or
// double precision and without the host's floating point. fpscr gives rounding mode, FZ, DN and
// AHP, and gets the cumulative exception bits; its flags N, Z, C and V are the comparison's
// business only.
#ifndef SWDLINK_SIM_CORE_SOFTFLOAT_H
#define SWDLINK_SIM_CORE_SOFTFLOAT_H

#include <stdbool.h>
#include <stdint.h>

#define FPSCR_AHP         (1u << 26)
#define FPSCR_DN          (1u << 25)
#define FPSCR_FZ          (1u << 24)
#define FPSCR_RMODE_SHIFT 22
#define FPSCR_IDC         (1u << 7)
#define FPSCR_IXC         (1u << 4)
#define FPSCR_UFC         (1u << 3)
#define FPSCR_OFC         (1u << 2)
#define FPSCR_DZC         (1u << 1)
#define FPSCR_IOC         (1u << 0)

// A precision: how many bits the fraction has, what is added to an exponent, and which bit the sign
// is.
struct sim_fp_format {
    int fraction, bias, sign;
};
extern const struct sim_fp_format sim_fp_single, sim_fp_double;

static inline uint64_t sim_fp_negate(const struct sim_fp_format *f, uint64_t x)
{
    return x ^ 1ull << f->sign;
}

uint64_t sim_fp_add(const struct sim_fp_format *f, uint64_t x, uint64_t y, uint32_t *fpscr);
uint64_t sim_fp_subtract(const struct sim_fp_format *f, uint64_t x, uint64_t y, uint32_t *fpscr);
uint64_t sim_fp_multiply(const struct sim_fp_format *f, uint64_t x, uint64_t y, uint32_t *fpscr);
uint64_t sim_fp_divide(const struct sim_fp_format *f, uint64_t x, uint64_t y, uint32_t *fpscr);
uint64_t sim_fp_square_root(const struct sim_fp_format *f, uint64_t x, uint32_t *fpscr);
// addend + x * y, rounded once.
uint64_t sim_fp_fused(const struct sim_fp_format *f, uint64_t addend, uint64_t x, uint64_t y,
                      uint32_t *fpscr);
// N, Z, C and V in bits 3 to 0. A quiet NaN is an invalid operation if `signals`.
unsigned sim_fp_compare(const struct sim_fp_format *f, uint64_t x, uint64_t y, bool signals,
                        uint32_t *fpscr);
// FPMaxNum() and FPMinNum(): a number wins against a quiet NaN.
uint64_t sim_fp_extreme(const struct sim_fp_format *f, uint64_t x, uint64_t y, bool least,
                        uint32_t *fpscr);

// The first four are those of FPSCR.RMode.
enum sim_fp_rounding {
    SIM_FP_TO_NEAREST,
    SIM_FP_TO_PLUS,
    SIM_FP_TO_MINUS,
    SIM_FP_TO_ZERO,
    SIM_FP_TIES_AWAY,
    SIM_FP_BY_FPSCR,
};

// An integer of 16 or 32 bits, of which `fraction` are behind the binary point.
struct sim_fixed {
    unsigned bits, fraction;
    bool is_unsigned;
};

// Saturates; extended to 32 bits.
uint32_t sim_fp_to_fixed(const struct sim_fp_format *f, uint64_t x, struct sim_fixed format,
                         enum sim_fp_rounding rounding, uint32_t *fpscr);
// to_nearest: whatever the rounding mode is.
uint64_t sim_fp_from_fixed(const struct sim_fp_format *f, uint32_t x, struct sim_fixed format,
                           bool to_nearest, uint32_t *fpscr);
// To a number without a fraction. tells_inexact: IXC is set when that changed it.
uint64_t sim_fp_to_integral(const struct sim_fp_format *f, uint64_t x,
                            enum sim_fp_rounding rounding, bool tells_inexact, uint32_t *fpscr);
// From one precision to the other.
uint64_t sim_fp_convert(const struct sim_fp_format *to, const struct sim_fp_format *from,
                        uint64_t x, uint32_t *fpscr);
uint32_t sim_fp_to_half(const struct sim_fp_format *from, uint64_t x, uint32_t *fpscr);
uint64_t sim_fp_from_half(const struct sim_fp_format *to, uint32_t x, uint32_t *fpscr);

#endif
