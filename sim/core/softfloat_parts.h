// SPDX-License-Identifier: MIT
// Numbers taken apart, and put together again with rounding. Private to sim/core/softfloat*.c.
#ifndef SWDLINK_SIM_CORE_SOFTFLOAT_PARTS_H
#define SWDLINK_SIM_CORE_SOFTFLOAT_PARTS_H

#include "sim/core/softfloat.h"

#define FP_DEFAULT_NAN 0x7fc00000u
#define FP_INFINITY    0x7f800000u
#define FP_SIGN        (1u << 31)

enum { FP_FRACTION = 23, FP_BIAS = 127 };

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
struct fp_number fp_unpack(uint32_t x, uint32_t *fpscr);
// A finite number (sig is not zero).
uint32_t fp_round(const struct fp_number *n, uint32_t *fpscr);
// Shifts sig to the right, with what falls out in bit 0.
uint64_t fp_shift_right(uint64_t sig, int by);
// Is a magnitude of `whole` steps and `rest` of `2 * half` rounded up?
bool fp_rounds_up(enum fp_rounding mode, bool sign, uint64_t whole, uint64_t rest, uint64_t half);
// Shifts sig so that its highest bit is bit 61.
void fp_normalize(struct fp_number *n);
// The NaN that comes of an operand that is one.
uint32_t fp_propagate(uint32_t x, enum fp_class class, uint32_t *fpscr);
uint32_t fp_invalid(uint32_t *fpscr);

#endif
