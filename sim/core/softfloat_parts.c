// SPDX-License-Identifier: MIT
// DDI 0403, A2.5.5 to A2.5.8: FPUnpack(), FPRound(), FPProcessNaN(). Whether a result is tiny is
// decided before it is rounded.
#include "sim/core/softfloat_parts.h"

bool fp_rounds_up(enum fp_rounding mode, bool sign, uint64_t whole, uint64_t rest, uint64_t half)
{
    switch (mode) {
    case FP_TO_NEAREST:
        return rest > half || (rest == half && whole & 1);
    case FP_TO_PLUS:
        return rest && !sign;
    case FP_TO_MINUS:
        return rest && sign;
    default:
        return false;
    }
}

// The largest number or infinity.
static uint32_t overflow(bool sign, uint32_t *fpscr)
{
    enum fp_rounding mode = fp_rounding_of(*fpscr);
    bool to_infinity =
        mode == FP_TO_NEAREST || (mode == FP_TO_PLUS && !sign) || (mode == FP_TO_MINUS && sign);
    *fpscr |= FPSCR_OFC | FPSCR_IXC;
    return (sign ? FP_SIGN : 0) | (to_infinity ? FP_INFINITY : FP_INFINITY - 1);
}

uint32_t fp_round(const struct fp_number *number, uint32_t *fpscr)
{
    struct fp_number n = *number;
    fp_normalize(&n);
    uint32_t sign = n.sign ? FP_SIGN : 0;
    int exp = n.exp + FP_TOP_BIT, drop = FP_TOP_BIT - FP_FRACTION; // n is 1.… * 2^exp
    bool tiny = exp < 1 - FP_BIAS;
    if (tiny && *fpscr & FPSCR_FZ) {
        *fpscr |= FPSCR_UFC;
        return sign;
    }
    uint32_t base = 0; // of exponents; the hidden bit adds one to a normal number's
    if (tiny)
        n.sig = fp_shift_right(n.sig, 1 - FP_BIAS - exp);
    else
        base = (uint32_t)(exp + FP_BIAS - 1) << FP_FRACTION;
    uint64_t whole = n.sig >> drop, rest = n.sig & ((1ull << drop) - 1);
    if (exp > FP_BIAS)
        return overflow(n.sign, fpscr);
    whole += fp_rounds_up(fp_rounding_of(*fpscr), n.sign, whole, rest, 1ull << (drop - 1));
    uint32_t result = base + (uint32_t)whole;
    if (result >= FP_INFINITY)
        return overflow(n.sign, fpscr);
    if (rest)
        *fpscr |= FPSCR_IXC | (tiny ? FPSCR_UFC : 0);
    return sign | result;
}

uint32_t fp_propagate(uint32_t x, enum fp_class class, uint32_t *fpscr)
{
    if (class == FP_CLASS_SNAN)
        *fpscr |= FPSCR_IOC;
    return *fpscr & FPSCR_DN ? FP_DEFAULT_NAN : x | 1u << 22;
}

uint32_t fp_invalid(uint32_t *fpscr)
{
    *fpscr |= FPSCR_IOC;
    return FP_DEFAULT_NAN;
}
