// SPDX-License-Identifier: MIT
// Arithmetic: DDI 0403, A2.5.8 to A2.5.12.
#include "sim/core/softfloat.h"

#include "sim/core/softfloat_parts.h"

// The first signalling NaN, else the first quiet one (FPProcessNaNs()). False: there is none.
static bool propagate_nan(const uint32_t x[], const struct fp_number n[], unsigned count,
                          uint32_t *fpscr, uint32_t *result)
{
    for (unsigned i = 0; i < count; i++) {
        if (n[i].class == FP_CLASS_SNAN) {
            *result = fp_propagate(x[i], n[i].class, fpscr);
            return true;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        if (n[i].class == FP_CLASS_QNAN) {
            *result = fp_propagate(x[i], n[i].class, fpscr);
            return true;
        }
    }
    return false;
}

static uint32_t zero(bool sign)
{
    return sign ? FP_SIGN : 0;
}

static uint32_t infinity(bool sign)
{
    return zero(sign) | FP_INFINITY;
}

// A sum that is exactly zero is +0, or -0 when rounding down.
static uint32_t cancelled(uint32_t fpscr)
{
    return zero(fp_rounding_of(fpscr) == FP_TO_MINUS);
}

// Of finite numbers and zeros.
static uint32_t sum(struct fp_number x, struct fp_number y, uint32_t *fpscr)
{
    if (x.class == FP_CLASS_ZERO && y.class == FP_CLASS_ZERO)
        return x.sign == y.sign ? zero(x.sign) : cancelled(*fpscr);
    if (x.class == FP_CLASS_ZERO)
        return fp_round(&y, fpscr);
    if (y.class == FP_CLASS_ZERO)
        return fp_round(&x, fpscr);
    fp_normalize(&x);
    fp_normalize(&y);
    if (x.exp < y.exp || (x.exp == y.exp && x.sig < y.sig)) {
        struct fp_number larger = y;
        y = x;
        x = larger;
    }
    y.sig = fp_shift_right(y.sig, x.exp - y.exp);
    x.sig = x.sign == y.sign ? x.sig + y.sig : x.sig - y.sig;
    return x.sig ? fp_round(&x, fpscr) : cancelled(*fpscr);
}

static uint32_t add(uint32_t x, uint32_t y, bool subtracts, uint32_t *fpscr)
{
    const uint32_t operand[] = {x, y};
    struct fp_number n[] = {fp_unpack(x, fpscr), fp_unpack(y, fpscr)};
    uint32_t result;
    if (propagate_nan(operand, n, 2, fpscr, &result))
        return result;
    n[1].sign ^= subtracts;
    bool inf[] = {n[0].class == FP_CLASS_INFINITE, n[1].class == FP_CLASS_INFINITE};
    if (inf[0] && inf[1] && n[0].sign != n[1].sign)
        return fp_invalid(fpscr);
    if (inf[0] || inf[1])
        return infinity(n[inf[0] ? 0 : 1].sign);
    return sum(n[0], n[1], fpscr);
}

uint32_t sim_fp_add(uint32_t x, uint32_t y, uint32_t *fpscr)
{
    return add(x, y, false, fpscr);
}

uint32_t sim_fp_subtract(uint32_t x, uint32_t y, uint32_t *fpscr)
{
    return add(x, y, true, fpscr);
}

// Zero times infinity.
static bool is_invalid_product(const struct fp_number *x, const struct fp_number *y)
{
    return (x->class == FP_CLASS_INFINITE && y->class == FP_CLASS_ZERO) ||
           (x->class == FP_CLASS_ZERO && y->class == FP_CLASS_INFINITE);
}

// Exact; of anything but NaNs and invalid products.
static struct fp_number product(const struct fp_number *x, const struct fp_number *y)
{
    struct fp_number n = {.sign = x->sign ^ y->sign, .class = FP_CLASS_FINITE};
    n.exp = x->exp + y->exp;
    n.sig = x->sig * y->sig;
    if (x->class == FP_CLASS_INFINITE || y->class == FP_CLASS_INFINITE)
        n.class = FP_CLASS_INFINITE;
    else if (n.sig == 0)
        n.class = FP_CLASS_ZERO;
    return n;
}

uint32_t sim_fp_multiply(uint32_t x, uint32_t y, uint32_t *fpscr)
{
    const uint32_t operand[] = {x, y};
    const struct fp_number n[] = {fp_unpack(x, fpscr), fp_unpack(y, fpscr)};
    uint32_t result;
    if (propagate_nan(operand, n, 2, fpscr, &result))
        return result;
    if (is_invalid_product(&n[0], &n[1]))
        return fp_invalid(fpscr);
    struct fp_number p = product(&n[0], &n[1]);
    if (p.class == FP_CLASS_INFINITE)
        return infinity(p.sign);
    return p.class == FP_CLASS_ZERO ? zero(p.sign) : fp_round(&p, fpscr);
}

uint32_t sim_fp_divide(uint32_t x, uint32_t y, uint32_t *fpscr)
{
    const uint32_t operand[] = {x, y};
    struct fp_number n[] = {fp_unpack(x, fpscr), fp_unpack(y, fpscr)};
    uint32_t result;
    if (propagate_nan(operand, n, 2, fpscr, &result))
        return result;
    bool sign = n[0].sign ^ n[1].sign;
    if (n[0].class == n[1].class && n[0].class != FP_CLASS_FINITE)
        return fp_invalid(fpscr); // zeros, infinities
    if (n[0].class == FP_CLASS_INFINITE)
        return infinity(sign);
    if (n[1].class == FP_CLASS_ZERO) {
        *fpscr |= FPSCR_DZC;
        return infinity(sign);
    }
    if (n[0].class == FP_CLASS_ZERO || n[1].class == FP_CLASS_INFINITE)
        return zero(sign);
    fp_normalize(&n[0]);
    struct fp_number q = {.sign = sign, .exp = n[0].exp - n[1].exp, .class = FP_CLASS_FINITE};
    q.sig = n[0].sig / n[1].sig;
    q.sig = q.sig << 1 | (n[0].sig % n[1].sig != 0);
    q.exp--;
    return fp_round(&q, fpscr);
}

// The root of x, rounded down.
static uint64_t integer_root(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = 1ull << 31; bit; bit >>= 1) {
        if ((root | bit) * (root | bit) <= x)
            root |= bit;
    }
    return root;
}

uint32_t sim_fp_square_root(uint32_t x, uint32_t *fpscr)
{
    struct fp_number n = fp_unpack(x, fpscr);
    if (fp_is_nan(&n))
        return fp_propagate(x, n.class, fpscr);
    if (n.class == FP_CLASS_ZERO)
        return zero(n.sign);
    if (n.sign)
        return fp_invalid(fpscr);
    if (n.class == FP_CLASS_INFINITE)
        return infinity(false);
    fp_normalize(&n);
    if (n.exp & 1) {
        n.sig <<= 1;
        n.exp--;
    }
    uint64_t root = integer_root(n.sig);
    n.sig = root << 1 | (root * root != n.sig);
    n.exp = n.exp / 2 - 1;
    return fp_round(&n, fpscr);
}

uint32_t sim_fp_fused(uint32_t addend, uint32_t x, uint32_t y, uint32_t *fpscr)
{
    const uint32_t operand[] = {addend, x, y};
    const struct fp_number n[] = {fp_unpack(addend, fpscr), fp_unpack(x, fpscr),
                                  fp_unpack(y, fpscr)};
    uint32_t result;
    bool invalid = is_invalid_product(&n[1], &n[2]);
    if (invalid && n[0].class == FP_CLASS_QNAN)
        return fp_invalid(fpscr);
    if (propagate_nan(operand, n, 3, fpscr, &result))
        return result;
    if (invalid)
        return fp_invalid(fpscr);
    struct fp_number p = product(&n[1], &n[2]);
    if (p.class == FP_CLASS_INFINITE) {
        bool opposed = n[0].class == FP_CLASS_INFINITE && n[0].sign != p.sign;
        return opposed ? fp_invalid(fpscr) : infinity(p.sign);
    }
    if (n[0].class == FP_CLASS_INFINITE)
        return infinity(n[0].sign);
    return sum(n[0], p, fpscr);
}

enum { LESS = 8, EQUAL = 6, GREATER = 2, UNORDERED = 3 };

unsigned sim_fp_compare(uint32_t x, uint32_t y, bool signals, uint32_t *fpscr)
{
    struct fp_number a = fp_unpack(x, fpscr), b = fp_unpack(y, fpscr);
    if (fp_is_nan(&a) || fp_is_nan(&b)) {
        if (signals || a.class == FP_CLASS_SNAN || b.class == FP_CLASS_SNAN)
            *fpscr |= FPSCR_IOC;
        return UNORDERED;
    }
    // As integers with a sign, patterns are in order; both zeros are equal.
    int64_t p = a.class == FP_CLASS_ZERO ? 0 : x & ~FP_SIGN;
    int64_t q = b.class == FP_CLASS_ZERO ? 0 : y & ~FP_SIGN;
    p = a.sign ? -p : p;
    q = b.sign ? -q : q;
    return p == q ? EQUAL : p < q ? LESS : GREATER;
}
