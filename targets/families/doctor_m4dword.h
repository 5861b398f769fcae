// SPDX-License-Identifier: MIT
// What the doctor can read and measure on the chips on Cortex-M4 with the double-word controller
// (STM32L4, L4+, G4, WB, WL), whose RCC have the same offsets. What differs between them is said by
// their own files.
#ifndef SWDLINK_TARGETS_FAMILIES_DOCTOR_M4DWORD_H
#define SWDLINK_TARGETS_FAMILIES_DOCTOR_M4DWORD_H

#include "targets/families/clock_facts.h"
#include "targets/families/gpio_pins.h"
#include "targets/families/self_measure.h"

// The pins of SWD, whose port stands at the same address on all of them: of the L4, L4+ and G4, and
// of the WB and WL, whose RCC is elsewhere.
extern const struct family_pins m4dword_pins, m4dword_pins_w;

// family_doctor.reg of all of them. EMPTY is the register with the flag of a flash that was found
// empty.
enum {
    M4DWORD_READ_CSR,
    M4DWORD_READ_CR,
    M4DWORD_READ_CFGR,
    M4DWORD_READ_OPTR,
    M4DWORD_READ_EMPTY,
};

// The fields of a family_doctor that all of them have: the addresses of RCC and flash controller,
// and the name and offset of that register.
#define M4DWORD_DOCTOR(rcc, flash, empty_name, empty_offset)                                       \
    .reg = {[M4DWORD_READ_CSR] = {"RCC_CSR", (rcc) + 0x94},                                        \
            [M4DWORD_READ_CR] = {"RCC_CR", (rcc)},                                                 \
            [M4DWORD_READ_CFGR] = {"RCC_CFGR", (rcc) + 0x08},                                      \
            [M4DWORD_READ_OPTR] = {"FLASH_OPTR", (flash) + 0x20},                                  \
            [M4DWORD_READ_EMPTY] = {(empty_name), (flash) + (empty_offset)}},                      \
    .reset_register = M4DWORD_READ_CSR, .reset_otherwise = "the NRST pin",                         \
    .hse_register = M4DWORD_READ_CR, .hse_on = 1u << 16, .standby_mask = 7u << 0,                  \
    .standby_from = 3

// Of HPRE, and of MSI, from which a core runs at 0 of RCC_CFGR's SW (not the G4).
const char *m4dword_slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size);

// By nSWBOOT0 and nBOOT0, and the empty flash: its bit in EMPTY (0: there is none) and its
// sentence; and the sentence for a chip whose pin decides.
const char *m4dword_boots_loader(const uint32_t value[FAMILY_REGISTERS], uint32_t empty_bit,
                                 const char *empty, const char *pin);
// Of the WB and WL.
const char *m4dword_boots_loader_w(const uint32_t value[FAMILY_REGISTERS]);

#endif
