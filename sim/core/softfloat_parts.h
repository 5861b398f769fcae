// SPDX-License-Identifier: MIT
// Numbers taken apart, and put together again with rounding. Private to sim/core/softfloat*.c.
#ifndef SWDLINK_SIM_CORE_SOFTFLOAT_PARTS_H
#define SWDLINK_SIM_CORE_SOFTFLOAT_PARTS_H

#include "sim/core/softfloat.h"

#define FP_DEFAULT_NAN 0x7fc00000u
#define FP_INFINITY    0x7f800000u
#define FP_SIGN        (1u << 31)

enum { FP_FRACTION = 23, FP_BIAS = 127, FP_TOP_BIT = 61 };

// What FPSCR.RMode says.
enum fp_rounding { FP_TO_NEAREST, FP_TO_PLUS, FP_TO_MINUS, FP_TO_ZERO };

enum fp_class { FP_CLASS_ZERO, FP_CLASS_FINITE, FP_CLASS_INFINITE, FP_CLASS_QNAN, FP_CLASS_SNAN };

// sig * 2^exp; bit 0 of sig may stand for anything smaller (it is sticky).
struct fp_number {
    enum fp_class class;
    bool sign;
    int exp;
    uint64_t sig;
};

static inline enum fp_rounding fp_rounding_of(uint32_t fpscr)
{
    return fpscr >> FPSCR_RMODE_SHIFT & 3;
}

static inline bool fp_is_nan(const struct fp_number *n)
{
    return n->class >= FP_CLASS_QNAN;
}

// Flushes a subnormal number to zero when FZ says so.
static inline struct fp_number fp_unpack(uint32_t x, uint32_t *fpscr)
{
    uint32_t fraction = x & 0x7fffff, exp = x >> FP_FRACTION & 0xff;
    struct fp_number n = {.class = FP_CLASS_FINITE, .sign = x >> 31, .sig = fraction};
    if (exp == 0xff) {
        n.class = !fraction             ? FP_CLASS_INFINITE
                  : fraction & 1u << 22 ? FP_CLASS_QNAN
                                        : FP_CLASS_SNAN;
        return n;
    }
    if (exp) {
        n.sig |= 1u << FP_FRACTION;
        n.exp = (int)exp - FP_BIAS - FP_FRACTION;
        return n;
    }
    n.exp = 1 - FP_BIAS - FP_FRACTION;
    if (fraction && *fpscr & FPSCR_FZ) {
        *fpscr |= FPSCR_IDC;
        n.sig = 0;
    }
    if (n.sig == 0)
        n.class = FP_CLASS_ZERO;
    return n;
}

// Shifts sig to the right, with what falls out in bit 0.
static inline uint64_t fp_shift_right(uint64_t sig, int by)
{
    if (by <= 0)
        return sig;
    if (by > 63)
        return sig != 0;
    return sig >> by | ((sig & ((1ull << by) - 1)) != 0);
}

// Shifts sig so that its highest bit is FP_TOP_BIT.
static inline void fp_normalize(struct fp_number *n)
{
    int shift = __builtin_clzll(n->sig) - (63 - FP_TOP_BIT);
    if (shift >= 0)
        n->sig <<= shift;
    else
        n->sig = fp_shift_right(n->sig, -shift);
    n->exp -= shift;
}

// A finite number (sig is not zero).
uint32_t fp_round(const struct fp_number *n, uint32_t *fpscr);
// Is a magnitude of `whole` steps and `rest` of `2 * half` rounded up?
bool fp_rounds_up(enum fp_rounding mode, bool sign, uint64_t whole, uint64_t rest, uint64_t half);
// The NaN that comes of an operand that is one.
uint32_t fp_propagate(uint32_t x, enum fp_class class, uint32_t *fpscr);
uint32_t fp_invalid(uint32_t *fpscr);

#endif
