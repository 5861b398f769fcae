// SPDX-License-Identifier: MIT
// What a flash job needs of the chips with the double-word controller (STM32G0, C0, U0, L4, L4+,
// G4, WB, WL) around it. Their RCC has the same switches at the same offsets; what differs between
// them stands here.
#ifndef SWDLINK_TARGETS_FAMILIES_RCC_DWORD_H
#define SWDLINK_TARGETS_FAMILIES_RCC_DWORD_H

#include "targets/families/family.h"

#define M0PLUS_RCC 0x40021000u

struct rcc_dword {
    struct flash_prepare prepare;     // first: its functions find the rest by it
    uint32_t rcc;                     // address of the unit
    uint32_t ahbenr, apbenr1, iopenr; // and of its registers
    uint32_t masters, io_masters;     // bits of ahbenr and iopenr: what writes into SRAM by itself
    // After a reset: CFGR, and bits of apbenr1 that tell nothing of a program (debugging sets one).
    uint32_t idle_cfgr, idle_apbenr1;
    bool wide_cfgr;   // HPRE is 11:8 and SWS 5:3, and not 7:4 and 3:2
    uint32_t cr_slow; // bits of RCC_CR that divide the internal oscillator
    uint32_t pllcfgr; // makes a clock of it for which the driver's wait states are; 0: no PLL
    uint8_t sw_internal, sw_pll; // of RCC_CFGR
    bool pll_stays; // the program's PLL may be faster than that: its prescaler is not taken away
    // PWR, if the core's voltage has ranges: the flash is written in range 1 only. 0: it has none.
    uint32_t pwr;
    uint32_t pwren;               // bit of apbenr1 that gives PWR its clock; 0: it has it always
    struct rcc_bits second_core;  // set while a second core runs, which lives from the same clocks
    struct rcc_bits divided;      // not 0: the flash gets a slower clock than the core
    uint32_t semaphore;           // in HSEM, of the flash, which the second core respects; 0: none
    struct rcc_bits syscfg_clock; // and its register that exchanges banks:
    struct rcc_bits swap;
};

#define RCC_DWORD_PREPARE                                                                          \
    {                                                                                              \
        .plan = rcc_dword_plan, .clock_on = rcc_dword_clock_on, .find_swap = rcc_dword_find_swap,  \
        .crc_unit = 0x40023000u                                                                    \
    }

enum err rcc_dword_plan(struct flash_access *fa) MUST_CHECK;
enum err rcc_dword_clock_on(struct flash_access *fa) MUST_CHECK;
enum err rcc_dword_find_swap(struct flash_access *fa, bool *swapped) MUST_CHECK;

#endif
