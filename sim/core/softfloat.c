// SPDX-License-Identifier: MIT
// Arithmetic: DDI 0403, A2.5.8 to A2.5.12. Products of double precision need more than 64 bits.
#include "sim/core/softfloat.h"

#include "sim/core/softfloat_parts.h"

__extension__ typedef unsigned __int128 wide;

static const struct sim_fp_format single_format = FORMAT_SINGLE, double_format = FORMAT_DOUBLE;

enum { WIDE_TOP_BIT = FP_TOP_BIT + 64 };

// Single precision: 64 bits have room for an exact product, and for a quotient and its rest.
static bool has_room(const struct sim_fp_format *f)
{
    return f->fraction < 30;
}

static uint64_t infinity(const struct sim_fp_format *f, bool sign)
{
    return fp_zero(f, sign) | fp_infinity(f);
}

// A sum that is exactly zero is +0, or -0 when rounding down.
static uint64_t cancelled(const struct sim_fp_format *f, uint32_t fpscr)
{
    return fp_zero(f, fp_rounding_of(fpscr) == SIM_FP_TO_MINUS);
}

// Of finite numbers and zeros. What is shifted out of a number is more than two bits below the last
// one of the sum.
static FP_INLINE uint64_t sum(const struct sim_fp_format *f, struct fp_number x, struct fp_number y,
                              uint32_t *fpscr)
{
    if (x.class == FP_CLASS_ZERO && y.class == FP_CLASS_ZERO)
        return x.sign == y.sign ? fp_zero(f, x.sign) : cancelled(f, *fpscr);
    if (x.class == FP_CLASS_ZERO)
        return fp_round(f, &y, fpscr);
    if (y.class == FP_CLASS_ZERO)
        return fp_round(f, &x, fpscr);
    fp_normalize(&x);
    fp_normalize(&y);
    if (x.exp < y.exp || (x.exp == y.exp && x.sig < y.sig)) {
        struct fp_number larger = y;
        y = x;
        x = larger;
    }
    y.sig = fp_shift_right(y.sig, x.exp - y.exp);
    x.sig = x.sign == y.sign ? x.sig + y.sig : x.sig - y.sig;
    return x.sig ? fp_round(f, &x, fpscr) : cancelled(f, *fpscr);
}

static FP_INLINE uint64_t add(const struct sim_fp_format *f, uint64_t x, uint64_t y, bool subtracts,
                              uint32_t *fpscr)
{
    const uint64_t operand[] = {x, y};
    struct fp_number n[] = {fp_unpack(f, x, fpscr), fp_unpack(f, y, fpscr)};
    uint64_t result;
    if (fp_propagate_any(f, operand, n, 2, fpscr, &result))
        return result;
    n[1].sign ^= subtracts;
    bool inf[] = {n[0].class == FP_CLASS_INFINITE, n[1].class == FP_CLASS_INFINITE};
    if (inf[0] && inf[1] && n[0].sign != n[1].sign)
        return fp_invalid(f, fpscr);
    if (inf[0] || inf[1])
        return infinity(f, n[inf[0] ? 0 : 1].sign);
    return sum(f, n[0], n[1], fpscr);
}

// What programs do most is worked out for each precision apart: with a format that the compiler
// knows.
uint64_t sim_fp_add(const struct sim_fp_format *f, uint64_t x, uint64_t y, uint32_t *fpscr)
{
    return f == &sim_fp_single ? add(&single_format, x, y, false, fpscr)
                               : add(&double_format, x, y, false, fpscr);
}

uint64_t sim_fp_subtract(const struct sim_fp_format *f, uint64_t x, uint64_t y, uint32_t *fpscr)
{
    return f == &sim_fp_single ? add(&single_format, x, y, true, fpscr)
                               : add(&double_format, x, y, true, fpscr);
}

// ---- products -----------------------------------------------------------------------------------

// As struct fp_number, of finite numbers.
struct wide_number {
    bool sign;
    int exp;
    wide sig;
};

static wide shift_right(wide sig, int by)
{
    if (by <= 0)
        return sig;
    if (by > 127)
        return sig != 0;
    return sig >> by | ((sig & (((wide)1 << by) - 1)) != 0);
}

// So that the highest bit of sig, which is not above it, is WIDE_TOP_BIT.
static void normalize(struct wide_number *n)
{
    uint64_t high = (uint64_t)(n->sig >> 64);
    int zeros = high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)n->sig);
    int shift = zeros - (127 - WIDE_TOP_BIT);
    n->sig <<= shift;
    n->exp -= shift;
}

static FP_INLINE struct fp_number narrow(struct wide_number n)
{
    if (!(n.sig >> (FP_TOP_BIT + 1)))
        return (struct fp_number){FP_CLASS_FINITE, n.sign, n.exp, (uint64_t)n.sig};
    normalize(&n);
    return (struct fp_number){FP_CLASS_FINITE, n.sign, n.exp + 64,
                              (uint64_t)(n.sig >> 64) | ((uint64_t)n.sig != 0)};
}

// Zero times infinity.
static bool is_invalid_product(const struct fp_number *x, const struct fp_number *y)
{
    return (x->class == FP_CLASS_INFINITE && y->class == FP_CLASS_ZERO) ||
           (x->class == FP_CLASS_ZERO && y->class == FP_CLASS_INFINITE);
}

static bool is_infinite_product(const struct fp_number *x, const struct fp_number *y)
{
    return x->class == FP_CLASS_INFINITE || y->class == FP_CLASS_INFINITE;
}

// Exact; of finite numbers and zeros.
static struct wide_number product(const struct fp_number *x, const struct fp_number *y)
{
    return (struct wide_number){x->sign != y->sign, x->exp + y->exp, (wide)x->sig * y->sig};
}

static FP_INLINE uint64_t multiply(const struct sim_fp_format *f, uint64_t x, uint64_t y,
                                   uint32_t *fpscr)
{
    const uint64_t operand[] = {x, y};
    const struct fp_number n[] = {fp_unpack(f, x, fpscr), fp_unpack(f, y, fpscr)};
    uint64_t result;
    if (fp_propagate_any(f, operand, n, 2, fpscr, &result))
        return result;
    if (is_invalid_product(&n[0], &n[1]))
        return fp_invalid(f, fpscr);
    if (is_infinite_product(&n[0], &n[1]))
        return infinity(f, n[0].sign != n[1].sign);
    struct fp_number p = narrow(product(&n[0], &n[1]));
    return p.sig ? fp_round(f, &p, fpscr) : fp_zero(f, p.sign);
}

// The sum of a finite number or zero and a product that is not zero.
static uint64_t sum_of_wide(const struct sim_fp_format *f, const struct fp_number *addend,
                            struct wide_number p, uint32_t *fpscr)
{
    struct wide_number a = {addend->sign, addend->exp, addend->sig};
    normalize(&p);
    if (a.sig) {
        normalize(&a);
        if (a.exp > p.exp || (a.exp == p.exp && a.sig > p.sig)) {
            struct wide_number larger = a;
            a = p;
            p = larger;
        }
        a.sig = shift_right(a.sig, p.exp - a.exp);
        p.sig = a.sign == p.sign ? p.sig + a.sig : p.sig - a.sig;
    }
    if (!p.sig)
        return cancelled(f, *fpscr);
    if (p.sig >> (WIDE_TOP_BIT + 1)) {
        p.sig = shift_right(p.sig, 1);
        p.exp++;
    }
    struct fp_number n = narrow(p);
    return fp_round(f, &n, fpscr);
}

static FP_INLINE uint64_t fused(const struct sim_fp_format *f, uint64_t addend, uint64_t x,
                                uint64_t y, uint32_t *fpscr)
{
    const uint64_t operand[] = {addend, x, y};
    const struct fp_number n[] = {fp_unpack(f, addend, fpscr), fp_unpack(f, x, fpscr),
                                  fp_unpack(f, y, fpscr)};
    uint64_t result;
    bool invalid = is_invalid_product(&n[1], &n[2]);
    if (invalid && n[0].class == FP_CLASS_QNAN)
        return fp_invalid(f, fpscr);
    if (fp_propagate_any(f, operand, n, 3, fpscr, &result))
        return result;
    if (invalid)
        return fp_invalid(f, fpscr);
    bool sign = n[1].sign != n[2].sign, addend_inf = n[0].class == FP_CLASS_INFINITE;
    if (is_infinite_product(&n[1], &n[2]))
        return addend_inf && n[0].sign != sign ? fp_invalid(f, fpscr) : infinity(f, sign);
    if (addend_inf)
        return infinity(f, n[0].sign);
    struct wide_number p = product(&n[1], &n[2]);
    if (!p.sig)
        return sum(f, n[0], (struct fp_number){.class = FP_CLASS_ZERO, .sign = sign}, fpscr);
    if (has_room(f)) // 48 bits of product, and what is shifted out far below them
        return sum(f, n[0], narrow(p), fpscr);
    return sum_of_wide(f, &n[0], p, fpscr);
}

uint64_t sim_fp_multiply(const struct sim_fp_format *f, uint64_t x, uint64_t y, uint32_t *fpscr)
{
    return f == &sim_fp_single ? multiply(&single_format, x, y, fpscr)
                               : multiply(&double_format, x, y, fpscr);
}

uint64_t sim_fp_fused(const struct sim_fp_format *f, uint64_t addend, uint64_t x, uint64_t y,
                      uint32_t *fpscr)
{
    return f == &sim_fp_single ? fused(&single_format, addend, x, y, fpscr)
                               : fused(&double_format, addend, x, y, fpscr);
}

// ---- quotients and roots ------------------------------------------------------------------------

// Of normalized numbers; bit 0 is sticky. Single precision has room for it in 64 bits.
static struct fp_number quotient(const struct sim_fp_format *f, struct fp_number x,
                                 struct fp_number y)
{
    enum { SHIFT = 60 };
    struct fp_number q = {.sign = x.sign != y.sign, .class = FP_CLASS_FINITE};
    if (has_room(f)) {
        y.sig >>= FP_TOP_BIT - f->fraction;
        q.exp = x.exp - (y.exp + FP_TOP_BIT - f->fraction) - 1;
        q.sig = x.sig / y.sig << 1 | (x.sig % y.sig != 0);
        return q;
    }
    wide dividend = (wide)x.sig << SHIFT;
    q.exp = x.exp - y.exp - SHIFT;
    q.sig = (uint64_t)(dividend / y.sig) | (dividend % y.sig != 0);
    return q;
}

uint64_t sim_fp_divide(const struct sim_fp_format *f, uint64_t x, uint64_t y, uint32_t *fpscr)
{
    const uint64_t operand[] = {x, y};
    struct fp_number n[] = {fp_unpack(f, x, fpscr), fp_unpack(f, y, fpscr)};
    uint64_t result;
    if (fp_propagate_any(f, operand, n, 2, fpscr, &result))
        return result;
    bool sign = n[0].sign ^ n[1].sign;
    if (n[0].class == n[1].class && n[0].class != FP_CLASS_FINITE)
        return fp_invalid(f, fpscr); // zeros, infinities
    if (n[0].class == FP_CLASS_INFINITE)
        return infinity(f, sign);
    if (n[1].class == FP_CLASS_ZERO) {
        *fpscr |= FPSCR_DZC;
        return infinity(f, sign);
    }
    if (n[0].class == FP_CLASS_ZERO || n[1].class == FP_CLASS_INFINITE)
        return fp_zero(f, sign);
    fp_normalize(&n[0]);
    fp_normalize(&n[1]);
    struct fp_number q = quotient(f, n[0], n[1]);
    return fp_round(f, &q, fpscr);
}

// The root of x, rounded down; of a number below 2 to the power of twice `bits`.
static uint64_t integer_root(wide x, unsigned bits)
{
    uint64_t root = 0;
    for (uint64_t bit = 1ull << (bits - 1); bit; bit >>= 1) {
        if ((wide)(root | bit) * (root | bit) <= x)
            root |= bit;
    }
    return root;
}

uint64_t sim_fp_square_root(const struct sim_fp_format *f, uint64_t x, uint32_t *fpscr)
{
    struct fp_number n = fp_unpack(f, x, fpscr);
    unsigned shift = has_room(f) ? 0 : 60;
    if (fp_is_nan(&n))
        return fp_propagate(f, x, n.class, fpscr);
    if (n.class == FP_CLASS_ZERO)
        return fp_zero(f, n.sign);
    if (n.sign)
        return fp_invalid(f, fpscr);
    if (n.class == FP_CLASS_INFINITE)
        return infinity(f, false);
    fp_normalize(&n);
    if (n.exp & 1) {
        n.sig <<= 1;
        n.exp--;
    }
    wide radicand = (wide)n.sig << shift;
    uint64_t root = integer_root(radicand, (64 + shift) / 2);
    n.sig = root << 1 | ((wide)root * root != radicand);
    n.exp = (n.exp - (int)shift) / 2 - 1;
    return fp_round(f, &n, fpscr);
}

// ---- comparisons --------------------------------------------------------------------------------

enum { LESS = 8, EQUAL = 6, GREATER = 2, UNORDERED = 3 };

// Below, at or above 0 as x is to y. As integers, patterns without the sign are in order; both
// zeros are equal.
static int order(const struct sim_fp_format *f, uint64_t x, const struct fp_number *nx, uint64_t y,
                 const struct fp_number *ny)
{
    int64_t p = nx->class == FP_CLASS_ZERO ? 0 : (int64_t)(x & ((1ull << f->sign) - 1));
    int64_t q = ny->class == FP_CLASS_ZERO ? 0 : (int64_t)(y & ((1ull << f->sign) - 1));
    p = nx->sign ? -p : p;
    q = ny->sign ? -q : q;
    return p == q ? 0 : p < q ? -1 : 1;
}

unsigned sim_fp_compare(const struct sim_fp_format *f, uint64_t x, uint64_t y, bool signals,
                        uint32_t *fpscr)
{
    struct fp_number a = fp_unpack(f, x, fpscr), b = fp_unpack(f, y, fpscr);
    if (fp_is_nan(&a) || fp_is_nan(&b)) {
        if (signals || a.class == FP_CLASS_SNAN || b.class == FP_CLASS_SNAN)
            *fpscr |= FPSCR_IOC;
        return UNORDERED;
    }
    int relation = order(f, x, &a, y, &b);
    return relation == 0 ? EQUAL : relation < 0 ? LESS : GREATER;
}

uint64_t sim_fp_extreme(const struct sim_fp_format *f, uint64_t x, uint64_t y, bool least,
                        uint32_t *fpscr)
{
    uint64_t operand[] = {x, y}, result;
    struct fp_number n[] = {fp_unpack(f, x, fpscr), fp_unpack(f, y, fpscr)};
    for (unsigned i = 0; i < 2; i++) { // a quiet NaN beside a number gives way to it
        if (n[i].class == FP_CLASS_QNAN && !fp_is_nan(&n[1 - i])) {
            operand[i] = operand[1 - i];
            n[i] = n[1 - i];
        }
    }
    if (fp_propagate_any(f, operand, n, 2, fpscr, &result))
        return result;
    if (n[0].class == FP_CLASS_ZERO && n[1].class == FP_CLASS_ZERO)
        return fp_zero(f, least ? n[0].sign | n[1].sign : n[0].sign & n[1].sign);
    int relation = order(f, operand[0], &n[0], operand[1], &n[1]);
    unsigned chosen = (least ? relation > 0 : relation < 0) ? 1 : 0;
    if (n[chosen].class == FP_CLASS_ZERO) // one that was flushed among them
        return fp_zero(f, n[chosen].sign);
    return operand[chosen];
}
