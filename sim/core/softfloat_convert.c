// SPDX-License-Identifier: MIT
// Conversions: DDI 0403, A2.5.13 to A2.5.15, FPToFixed(), FixedToFP() and those of half precision.
// FZ does not change subnormal numbers of half precision.
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

// The magnitude of x as an integer, rounded; more than any format holds is cut off.
static int64_t to_integer(struct fp_number *n, enum fp_rounding mode, bool *inexact)
{
    const int too_far = 40;
    uint64_t rest, whole;
    if (n->exp >= too_far - FP_FRACTION)
        return 1ll << too_far;
    if (n->exp >= 0) {
        *inexact = false;
        return (int64_t)(n->sig << n->exp);
    }
    // Two bits behind the point: what is half, and what is below.
    uint64_t scaled = fp_shift_right(n->sig << 2, -n->exp);
    whole = scaled >> 2;
    rest = scaled & 3;
    *inexact = rest;
    return (int64_t)(whole + fp_rounds_up(mode, n->sign, whole, rest, 2));
}

uint32_t sim_fp_to_fixed(uint32_t x, struct sim_fixed f, bool to_zero, uint32_t *fpscr)
{
    struct fp_number n = fp_unpack(x, fpscr);
    bool inexact = false;
    if (fp_is_nan(&n)) {
        *fpscr |= FPSCR_IOC;
        return 0;
    }
    int64_t value = 1ll << 40;
    if (n.class == FP_CLASS_ZERO)
        return 0;
    n.exp += (int)f.fraction;
    if (n.class == FP_CLASS_FINITE)
        value = to_integer(&n, to_zero ? FP_TO_ZERO : fp_rounding_of(*fpscr), &inexact);
    value = n.sign ? -value : value;
    int64_t kept = value > highest(f) ? highest(f) : value < lowest(f) ? lowest(f) : value;
    if (kept != value)
        *fpscr |= FPSCR_IOC;
    else if (inexact)
        *fpscr |= FPSCR_IXC;
    return (uint32_t)kept;
}

uint32_t sim_fp_from_fixed(uint32_t x, struct sim_fixed f, bool to_nearest, uint32_t *fpscr)
{
    int64_t value = f.is_unsigned ? (int64_t)x : (int32_t)x;
    if (f.bits == 16)
        value = f.is_unsigned ? (int64_t)(uint16_t)x : (int16_t)x;
    struct fp_number n = {.class = FP_CLASS_FINITE, .sign = value < 0, .exp = -(int)f.fraction};
    if (value == 0)
        return 0;
    n.sig = (uint64_t)(value < 0 ? -value : value);
    uint32_t mode = *fpscr & 3u << FPSCR_RMODE_SHIFT;
    if (to_nearest)
        *fpscr &= ~mode;
    uint32_t result = fp_round(&n, fpscr);
    *fpscr |= mode;
    return result;
}

// Half precision. The alternative one (AHP) has neither infinities nor NaNs.

static uint32_t half_overflow(bool sign, uint32_t *fpscr)
{
    enum fp_rounding mode = fp_rounding_of(*fpscr);
    if (*fpscr & FPSCR_AHP) {
        *fpscr |= FPSCR_IOC;
        return 0x7fff;
    }
    bool to_infinity =
        mode == FP_TO_NEAREST || (mode == FP_TO_PLUS && !sign) || (mode == FP_TO_MINUS && sign);
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

static uint32_t nan_to_half(uint32_t x, const struct fp_number *n, uint32_t *fpscr)
{
    uint32_t sign = n->sign ? HALF_SIGN : 0;
    if (n->class == FP_CLASS_SNAN || *fpscr & FPSCR_AHP)
        *fpscr |= FPSCR_IOC;
    if (*fpscr & FPSCR_AHP)
        return sign;
    return *fpscr & FPSCR_DN ? HALF_NAN : sign | HALF_NAN | (x >> 13 & 0x1ff);
}

uint32_t sim_fp_to_half(uint32_t x, uint32_t *fpscr)
{
    struct fp_number n = fp_unpack(x, fpscr);
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
        return nan_to_half(x, &n, fpscr);
    }
}

uint32_t sim_fp_from_half(uint32_t x, uint32_t *fpscr)
{
    uint32_t sign = x & HALF_SIGN ? FP_SIGN : 0, fraction = x & 0x3ff;
    int exp = (int)(x >> HALF_FRACTION & 0x1f);
    struct fp_number n = {.class = FP_CLASS_FINITE, .sig = fraction};
    if (exp == 0x1f && !(*fpscr & FPSCR_AHP)) {
        bool quiet = fraction & 0x200;
        if (!fraction)
            return sign | FP_INFINITY;
        return fp_propagate(sign | FP_INFINITY | fraction << 13,
                            quiet ? FP_CLASS_QNAN : FP_CLASS_SNAN, fpscr);
    }
    n.sig |= exp ? 1u << HALF_FRACTION : 0;
    n.exp = (exp ? exp : 1) - HALF_BIAS - HALF_FRACTION;
    return n.sig ? sign | fp_round(&n, fpscr) : sign;
}
