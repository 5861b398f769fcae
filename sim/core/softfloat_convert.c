// SPDX-License-Identifier: MIT
// Conversions: DDI 0403, A2.5.13 to A2.5.15, FPToFixed(), FixedToFP(), FPRoundInt(), and those
// between precisions. FZ does not change subnormal numbers of half precision.
#include "sim/core/softfloat.h"
#include "sim/core/softfloat_parts.h"

enum { HALF_FRACTION = 10, HALF_BIAS = 15 };

#define HALF_SIGN     0x8000u
#define HALF_INFINITY 0x7c00u
#define HALF_NAN      0x7e00u

// The least and the largest value of a format, as 64 bits.
static int64_t lowest(struct sim_fixed f)
{
    return f.is_unsigned ? 0 : -(1ll << (f.bits - 1));
}

static int64_t highest(struct sim_fixed f)
{
    return (1ll << (f.is_unsigned ? f.bits : f.bits - 1)) - 1;
}

// The magnitude of a number below 1 << 61 as an integer, rounded.
static uint64_t rounded(const struct fp_number *n, enum sim_fp_rounding mode, bool *inexact)
{
    *inexact = false;
    if (n->exp >= 0)
        return n->sig << n->exp;
    // Two bits behind the point: what is half, and what is below.
    uint64_t scaled = fp_shift_right(n->sig << 2, -n->exp), whole = scaled >> 2, rest = scaled & 3;
    *inexact = rest;
    return whole + fp_rounds_up(mode, n->sign, whole, rest, 2);
}

static enum sim_fp_rounding chosen(enum sim_fp_rounding rounding, uint32_t fpscr)
{
    return rounding == SIM_FP_BY_FPSCR ? fp_rounding_of(fpscr) : rounding;
}

uint32_t sim_fp_to_fixed(const struct sim_fp_format *f, uint64_t x, struct sim_fixed format,
                         enum sim_fp_rounding rounding, uint32_t *fpscr)
{
    const int too_far = 40; // more than any format holds
    struct fp_number n = fp_unpack(f, x, fpscr);
    bool inexact = false;
    if (fp_is_nan(&n)) {
        *fpscr |= FPSCR_IOC;
        return 0;
    }
    int64_t value = 1ll << too_far;
    if (n.class == FP_CLASS_ZERO)
        return 0;
    n.exp += (int)format.fraction;
    if (n.class == FP_CLASS_FINITE && n.exp < too_far - f->fraction)
        value = (int64_t)rounded(&n, chosen(rounding, *fpscr), &inexact);
    value = n.sign ? -value : value;
    int64_t kept = value > highest(format)  ? highest(format)
                   : value < lowest(format) ? lowest(format)
                                            : value;
    if (kept != value)
        *fpscr |= FPSCR_IOC;
    else if (inexact)
        *fpscr |= FPSCR_IXC;
    return (uint32_t)kept;
}

uint64_t sim_fp_from_fixed(const struct sim_fp_format *f, uint32_t x, struct sim_fixed format,
                           bool to_nearest, uint32_t *fpscr)
{
    int64_t value = format.is_unsigned ? (int64_t)x : (int32_t)x;
    if (format.bits == 16)
        value = format.is_unsigned ? (int64_t)(uint16_t)x : (int16_t)x;
    struct fp_number n = {
        .class = FP_CLASS_FINITE, .sign = value < 0, .exp = -(int)format.fraction};
    if (value == 0)
        return 0;
    n.sig = (uint64_t)(value < 0 ? -value : value);
    uint32_t mode = *fpscr & 3u << FPSCR_RMODE_SHIFT;
    if (to_nearest)
        *fpscr &= ~mode;
    uint64_t result = fp_round(f, &n, fpscr);
    *fpscr |= mode;
    return result;
}

uint64_t sim_fp_to_integral(const struct sim_fp_format *f, uint64_t x,
                            enum sim_fp_rounding rounding, bool tells_inexact, uint32_t *fpscr)
{
    struct fp_number n = fp_unpack(f, x, fpscr);
    bool inexact;
    if (fp_is_nan(&n))
        return fp_propagate(f, x, n.class, fpscr);
    if (n.class == FP_CLASS_ZERO)
        return fp_zero(f, n.sign);
    if (n.class == FP_CLASS_INFINITE || n.exp >= 0)
        return x;
    n.sig = rounded(&n, chosen(rounding, *fpscr), &inexact);
    n.exp = 0;
    if (inexact && tells_inexact)
        *fpscr |= FPSCR_IXC;
    return n.sig ? fp_round(f, &n, fpscr) : fp_zero(f, n.sign);
}

// What a NaN of one precision is in another: its fraction begins alike.
static uint64_t convert_nan(const struct sim_fp_format *to, const struct sim_fp_format *from,
                            const struct fp_number *n, uint32_t *fpscr)
{
    uint64_t fraction = to->fraction > from->fraction ? n->sig << (to->fraction - from->fraction)
                                                      : n->sig >> (from->fraction - to->fraction);
    return fp_propagate(to, fp_zero(to, n->sign) | fp_infinity(to) | fraction, n->class, fpscr);
}

uint64_t sim_fp_convert(const struct sim_fp_format *to, const struct sim_fp_format *from,
                        uint64_t x, uint32_t *fpscr)
{
    struct fp_number n = fp_unpack(from, x, fpscr);
    switch (n.class) {
    case FP_CLASS_ZERO:
        return fp_zero(to, n.sign);
    case FP_CLASS_FINITE:
        return fp_round(to, &n, fpscr);
    case FP_CLASS_INFINITE:
        return fp_zero(to, n.sign) | fp_infinity(to);
    default:
        return convert_nan(to, from, &n, fpscr);
    }
}

// Half precision. The alternative one (AHP) has neither infinities nor NaNs.

static uint32_t half_overflow(bool sign, uint32_t *fpscr)
{
    enum sim_fp_rounding mode = fp_rounding_of(*fpscr);
    if (*fpscr & FPSCR_AHP) {
        *fpscr |= FPSCR_IOC;
        return 0x7fff;
    }
    bool to_infinity = mode == SIM_FP_TO_NEAREST || (mode == SIM_FP_TO_PLUS && !sign) ||
                       (mode == SIM_FP_TO_MINUS && sign);
    *fpscr |= FPSCR_OFC | FPSCR_IXC;
    return to_infinity ? HALF_INFINITY : HALF_INFINITY - 1;
}

static uint32_t round_to_half(struct fp_number n, uint32_t *fpscr)
{
    fp_normalize(&n);
    int exp = n.exp + FP_TOP_BIT, drop = FP_TOP_BIT - HALF_FRACTION;
    bool tiny = exp < 1 - HALF_BIAS;
    uint32_t base = 0, limit = *fpscr & FPSCR_AHP ? HALF_SIGN : HALF_INFINITY;
    if (exp > HALF_BIAS + 1)
        return half_overflow(n.sign, fpscr);
    if (tiny)
        n.sig = fp_shift_right(n.sig, 1 - HALF_BIAS - exp);
    else
        base = (uint32_t)(exp + HALF_BIAS - 1) << HALF_FRACTION;
    uint64_t whole = n.sig >> drop, rest = n.sig & ((1ull << drop) - 1);
    whole += fp_rounds_up(fp_rounding_of(*fpscr), n.sign, whole, rest, 1ull << (drop - 1));
    uint32_t result = base + (uint32_t)whole;
    if (result >= limit)
        return half_overflow(n.sign, fpscr);
    if (rest)
        *fpscr |= FPSCR_IXC | (tiny ? FPSCR_UFC : 0);
    return result;
}

static uint32_t nan_to_half(const struct sim_fp_format *from, const struct fp_number *n,
                            uint32_t *fpscr)
{
    uint32_t sign = n->sign ? HALF_SIGN : 0;
    if (n->class == FP_CLASS_SNAN || *fpscr & FPSCR_AHP)
        *fpscr |= FPSCR_IOC;
    if (*fpscr & FPSCR_AHP)
        return sign;
    return *fpscr & FPSCR_DN
               ? HALF_NAN
               : sign | HALF_NAN | ((uint32_t)(n->sig >> (from->fraction - HALF_FRACTION)) & 0x1ff);
}

uint32_t sim_fp_to_half(const struct sim_fp_format *from, uint64_t x, uint32_t *fpscr)
{
    struct fp_number n = fp_unpack(from, x, fpscr);
    uint32_t sign = n.sign ? HALF_SIGN : 0;
    switch (n.class) {
    case FP_CLASS_ZERO:
        return sign;
    case FP_CLASS_FINITE:
        return sign | round_to_half(n, fpscr);
    case FP_CLASS_INFINITE:
        if (!(*fpscr & FPSCR_AHP))
            return sign | HALF_INFINITY;
        *fpscr |= FPSCR_IOC;
        return sign | 0x7fff;
    default:
        return nan_to_half(from, &n, fpscr);
    }
}

uint64_t sim_fp_from_half(const struct sim_fp_format *to, uint32_t x, uint32_t *fpscr)
{
    uint64_t sign = fp_zero(to, x & HALF_SIGN), fraction = x & 0x3ff;
    int exp = (int)(x >> HALF_FRACTION & 0x1f);
    struct fp_number n = {.class = FP_CLASS_FINITE, .sig = fraction};
    if (exp == 0x1f && !(*fpscr & FPSCR_AHP)) {
        bool quiet = fraction & 0x200;
        if (!fraction)
            return sign | fp_infinity(to);
        return fp_propagate(to, sign | fp_infinity(to) | fraction << (to->fraction - HALF_FRACTION),
                            quiet ? FP_CLASS_QNAN : FP_CLASS_SNAN, fpscr);
    }
    n.sig |= exp ? 1u << HALF_FRACTION : 0;
    n.exp = (exp ? exp : 1) - HALF_BIAS - HALF_FRACTION;
    return n.sig ? sign | fp_round(to, &n, fpscr) : sign;
}
