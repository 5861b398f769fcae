// SPDX-License-Identifier: MIT
// Single-precision arithmetic as FPv4-SP does it (IEEE 754 and DDI 0403, A2.5), on bit patterns and
// without the host's floating point. fpscr gives rounding mode, FZ, DN and AHP, and gets the
// cumulative exception bits; its flags N, Z, C and V are the comparison's business only.
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

uint32_t sim_fp_add(uint32_t x, uint32_t y, uint32_t *fpscr);
uint32_t sim_fp_subtract(uint32_t x, uint32_t y, uint32_t *fpscr);
uint32_t sim_fp_multiply(uint32_t x, uint32_t y, uint32_t *fpscr);
uint32_t sim_fp_divide(uint32_t x, uint32_t y, uint32_t *fpscr);
uint32_t sim_fp_square_root(uint32_t x, uint32_t *fpscr);
// addend + x * y, rounded once.
uint32_t sim_fp_fused(uint32_t addend, uint32_t x, uint32_t y, uint32_t *fpscr);
// N, Z, C and V in bits 3 to 0. A quiet NaN is an invalid operation if `signals`.
unsigned sim_fp_compare(uint32_t x, uint32_t y, bool signals, uint32_t *fpscr);

// An integer of 16 or 32 bits, of which `fraction` are behind the binary point.
struct sim_fixed {
    unsigned bits, fraction;
    bool is_unsigned;
};

// Saturates; extended to 32 bits. to_zero: whatever the rounding mode is.
uint32_t sim_fp_to_fixed(uint32_t x, struct sim_fixed format, bool to_zero, uint32_t *fpscr);
// to_nearest: whatever the rounding mode is.
uint32_t sim_fp_from_fixed(uint32_t x, struct sim_fixed format, bool to_nearest, uint32_t *fpscr);
uint32_t sim_fp_to_half(uint32_t x, uint32_t *fpscr);
uint32_t sim_fp_from_half(uint32_t x, uint32_t *fpscr);

#endif
