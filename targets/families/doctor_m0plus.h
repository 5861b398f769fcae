// SPDX-License-Identifier: MIT
// What the doctor can read and measure on the chips on Cortex-M0+ with the RCC of the STM32G0: G0,
// C0 and U0. What differs between them is said by their own files.
#ifndef SWDLINK_TARGETS_FAMILIES_DOCTOR_M0PLUS_H
#define SWDLINK_TARGETS_FAMILIES_DOCTOR_M0PLUS_H

#include "targets/families/dword_chips.h"
#include "targets/families/m0plus.h"
#include "targets/families/rcc_dword.h"
#include "targets/families/self_measure.h"

// family_doctor.reg of all of them.
enum {
    M0PLUS_READ_CSR,
    M0PLUS_READ_CR,
    M0PLUS_READ_CFGR,
    M0PLUS_READ_OPTR,
    M0PLUS_READ_ACR,
    M0PLUS_READ_COUNT
};

// The pins of SWD, whose port stands at the same address on all of them.
extern const struct family_pins m0plus_pins;
extern const struct family_pins m0plus_pins_u0;

// Of HPRE, HSIDIV and the oscillators of 32 kHz: sw_internal is HSI in RCC_CFGR's SW, and sw_slow
// the first of those two.
const char *m0plus_slow_clock_by(const uint32_t value[FAMILY_REGISTERS], unsigned sw_internal,
                                 unsigned sw_slow, char *text, size_t size);
// As on the G0 and C0.
const char *m0plus_slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size);

// BOOT0 by nBOOT_SEL and nBOOT0, and the empty flash.
const char *m0plus_boots_loader(const uint32_t value[FAMILY_REGISTERS]);

// The fields of a family_doctor that all of them have. The register with the flags of resets has
// not the same name everywhere. LPMS of PWR_CR1: 0 to 2 are Stop, 3 is Standby, 4 and more
// Shutdown.
#define M0PLUS_DOCTOR(csr_name, csr_addr)                                                          \
    .reg = {[M0PLUS_READ_CSR] = {(csr_name), (csr_addr)},                                          \
            [M0PLUS_READ_CR] = {"RCC_CR", M0PLUS_RCC},                                             \
            [M0PLUS_READ_CFGR] = {"RCC_CFGR", M0PLUS_RCC + 0x08},                                  \
            [M0PLUS_READ_OPTR] = {"FLASH_OPTR", M0PLUS_FLASH_OPTR},                                \
            [M0PLUS_READ_ACR] = {"FLASH_ACR", M0PLUS_FLASH_REGS}},                                 \
    .reset_register = M0PLUS_READ_CSR, .reset_flag = DWORD_RESET_FLAGS(0, NULL),                   \
    .reset_otherwise = "the NRST pin", .hse_register = M0PLUS_READ_CR, .hse_on = 1u << 16,         \
    .boots_loader = m0plus_boots_loader, .standby_addr = 0x40007000, .standby_mask = 7u << 0,      \
    .standby_from = 3

#endif
