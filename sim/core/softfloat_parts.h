// SPDX-License-Identifier: MIT
// Numbers taken apart, and put together again with rounding. Private to sim/core/softfloat*.c.
#ifndef SWDLINK_SIM_CORE_SOFTFLOAT_PARTS_H
#define SWDLINK_SIM_CORE_SOFTFLOAT_PARTS_H

#include "sim/core/softfloat.h"

#define FP_INLINE inline __attribute__((always_inline))

enum { FP_TOP_BIT = 61 };

// The formats once more, where the compiler can see them.
#define FORMAT_SINGLE                                                                              \
    {                                                                                              \
        23, 127, 31                                                                                \
    }
#define FORMAT_DOUBLE                                                                              \
    {                                                                                              \
        52, 1023, 63                                                                               \
    }

enum fp_class { FP_CLASS_ZERO, FP_CLASS_FINITE, FP_CLASS_INFINITE, FP_CLASS_QNAN, FP_CLASS_SNAN };

// sig * 2^exp; bit 0 of sig may stand for anything smaller (it is sticky).
struct fp_number {
    enum fp_class class;
    bool sign;
    int exp;
    uint64_t sig;
};

static FP_INLINE uint64_t fp_infinity(const struct sim_fp_format *f)
{
    return (uint64_t)(2 * f->bias + 1) << f->fraction;
}

static FP_INLINE uint64_t fp_quiet_bit(const struct sim_fp_format *f)
{
    return 1ull << (f->fraction - 1);
}

static FP_INLINE uint64_t fp_zero(const struct sim_fp_format *f, bool sign)
{
    return (uint64_t)sign << f->sign;
}

static FP_INLINE enum sim_fp_rounding fp_rounding_of(uint32_t fpscr)
{
    return fpscr >> FPSCR_RMODE_SHIFT & 3;
}

static FP_INLINE bool fp_is_nan(const struct fp_number *n)
{
    return n->class >= FP_CLASS_QNAN;
}

// Flushes a subnormal number to zero when FZ says so.
static FP_INLINE struct fp_number fp_unpack(const struct sim_fp_format *f, uint64_t x,
                                            uint32_t *fpscr)
{
    uint64_t fraction = x & ((1ull << f->fraction) - 1);
    int exp = (int)(x >> f->fraction) & (2 * f->bias + 1);
    struct fp_number n = {.class = FP_CLASS_FINITE, .sign = x >> f->sign & 1, .sig = fraction};
    if (exp == 2 * f->bias + 1) {
        n.class = !fraction                    ? FP_CLASS_INFINITE
                  : fraction & fp_quiet_bit(f) ? FP_CLASS_QNAN
                                               : FP_CLASS_SNAN;
        return n;
    }
    if (exp) {
        n.sig |= 1ull << f->fraction;
        n.exp = exp - f->bias - f->fraction;
        return n;
    }
    n.exp = 1 - f->bias - f->fraction;
    if (fraction && *fpscr & FPSCR_FZ) {
        *fpscr |= FPSCR_IDC;
        n.sig = 0;
    }
    if (n.sig == 0)
        n.class = FP_CLASS_ZERO;
    return n;
}

// Shifts sig to the right, with what falls out in bit 0.
static FP_INLINE uint64_t fp_shift_right(uint64_t sig, int by)
{
    if (by <= 0)
        return sig;
    if (by > 63)
        return sig != 0;
    return sig >> by | ((sig & ((1ull << by) - 1)) != 0);
}

// Shifts sig so that its highest bit is FP_TOP_BIT.
static FP_INLINE void fp_normalize(struct fp_number *n)
{
    int shift = __builtin_clzll(n->sig) - (63 - FP_TOP_BIT);
    if (shift >= 0)
        n->sig <<= shift;
    else
        n->sig = fp_shift_right(n->sig, -shift);
    n->exp -= shift;
}

// A finite number (sig is not zero).
uint64_t fp_round(const struct sim_fp_format *f, const struct fp_number *n, uint32_t *fpscr);
// Is a magnitude of `whole` steps and `rest` of `2 * half` rounded up?
bool fp_rounds_up(enum sim_fp_rounding mode, bool sign, uint64_t whole, uint64_t rest,
                  uint64_t half);
// The NaN that comes of an operand that is one.
uint64_t fp_propagate(const struct sim_fp_format *f, uint64_t x, enum fp_class class,
                      uint32_t *fpscr);
// FPProcessNaNs(): that of the first signalling NaN, else of the first quiet one; there is one.
uint64_t fp_propagate_first(const struct sim_fp_format *f, const uint64_t x[],
                            const struct fp_number n[], unsigned count, uint32_t *fpscr);
// False: there is none.
static FP_INLINE bool fp_propagate_any(const struct sim_fp_format *f, const uint64_t x[],
                                       const struct fp_number n[], unsigned count, uint32_t *fpscr,
                                       uint64_t *result)
{
    bool any = false;
    for (unsigned i = 0; i < count; i++)
        any |= fp_is_nan(&n[i]);
    if (any)
        *result = fp_propagate_first(f, x, n, count, fpscr);
    return any;
}
uint64_t fp_invalid(const struct sim_fp_format *f, uint32_t *fpscr);

#endif
