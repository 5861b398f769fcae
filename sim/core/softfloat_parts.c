// SPDX-License-Identifier: MIT
// DDI 0403, A2.5.5 to A2.5.8: FPUnpack(), FPRound(), FPProcessNaN(). Whether a result is tiny is
// decided before it is rounded.
#include "sim/core/softfloat_parts.h"

const struct sim_fp_format sim_fp_single = FORMAT_SINGLE, sim_fp_double = FORMAT_DOUBLE;

bool fp_rounds_up(enum sim_fp_rounding mode, bool sign, uint64_t whole, uint64_t rest,
                  uint64_t half)
{
    switch (mode) {
    case SIM_FP_TO_NEAREST:
        return rest > half || (rest == half && whole & 1);
    case SIM_FP_TO_PLUS:
        return rest && !sign;
    case SIM_FP_TO_MINUS:
        return rest && sign;
    case SIM_FP_TIES_AWAY:
        return rest >= half;
    default:
        return false;
    }
}

// The largest number or infinity.
static uint64_t overflow(const struct sim_fp_format *f, bool sign, uint32_t *fpscr)
{
    enum sim_fp_rounding mode = fp_rounding_of(*fpscr);
    bool to_infinity = mode == SIM_FP_TO_NEAREST || (mode == SIM_FP_TO_PLUS && !sign) ||
                       (mode == SIM_FP_TO_MINUS && sign);
    *fpscr |= FPSCR_OFC | FPSCR_IXC;
    return fp_zero(f, sign) | (to_infinity ? fp_infinity(f) : fp_infinity(f) - 1);
}

uint64_t fp_round(const struct sim_fp_format *f, const struct fp_number *number, uint32_t *fpscr)
{
    struct fp_number n = *number;
    fp_normalize(&n);
    int exp = n.exp + FP_TOP_BIT, drop = FP_TOP_BIT - f->fraction; // n is 1.… * 2^exp
    bool tiny = exp < 1 - f->bias;
    if (tiny && *fpscr & FPSCR_FZ) {
        *fpscr |= FPSCR_UFC;
        return fp_zero(f, n.sign);
    }
    uint64_t base = 0; // of exponents; the hidden bit adds one to a normal number's
    if (tiny)
        n.sig = fp_shift_right(n.sig, 1 - f->bias - exp);
    else
        base = (uint64_t)(exp + f->bias - 1) << f->fraction;
    uint64_t whole = n.sig >> drop, rest = n.sig & ((1ull << drop) - 1);
    if (exp > f->bias)
        return overflow(f, n.sign, fpscr);
    whole += fp_rounds_up(fp_rounding_of(*fpscr), n.sign, whole, rest, 1ull << (drop - 1));
    uint64_t result = base + whole;
    if (result >= fp_infinity(f))
        return overflow(f, n.sign, fpscr);
    if (rest)
        *fpscr |= FPSCR_IXC | (tiny ? FPSCR_UFC : 0);
    return fp_zero(f, n.sign) | result;
}

static uint64_t default_nan(const struct sim_fp_format *f)
{
    return fp_infinity(f) | fp_quiet_bit(f);
}

uint64_t fp_propagate(const struct sim_fp_format *f, uint64_t x, enum fp_class class,
                      uint32_t *fpscr)
{
    if (class == FP_CLASS_SNAN)
        *fpscr |= FPSCR_IOC;
    return *fpscr & FPSCR_DN ? default_nan(f) : x | fp_quiet_bit(f);
}

uint64_t fp_propagate_first(const struct sim_fp_format *f, const uint64_t x[],
                            const struct fp_number n[], unsigned count, uint32_t *fpscr)
{
    unsigned first = 0;
    while (first < count && n[first].class != FP_CLASS_SNAN)
        first++;
    for (unsigned i = 0; first == count && i < count; i++) {
        if (n[i].class == FP_CLASS_QNAN)
            return fp_propagate(f, x[i], n[i].class, fpscr);
    }
    return fp_propagate(f, x[first], n[first].class, fpscr);
}

uint64_t fp_invalid(const struct sim_fp_format *f, uint32_t *fpscr)
{
    *fpscr |= FPSCR_IOC;
    return default_nan(f);
}
