// SPDX-License-Identifier: MIT
// What a flash job needs of the chips on Cortex-M0+ (STM32G0, C0, U0) around their controller. They
// have one kind of RCC; what differs between them stands here.
#ifndef SWDLINK_TARGETS_FAMILIES_RCC_M0PLUS_H
#define SWDLINK_TARGETS_FAMILIES_RCC_M0PLUS_H

#include "targets/families/family.h"

#define M0PLUS_RCC 0x40021000u

struct rcc_m0plus {
    struct flash_prepare prepare;     // first: its functions find the rest by it
    uint32_t ahbenr, apbenr1, iopenr; // addresses
    uint32_t dbgen;                   // bit of apbenr1 that debugging sets; 0: none
    uint32_t cr_slow;                 // bits of RCC_CR that divide the internal oscillator
    uint32_t pllcfgr;            // makes the fastest clock of the internal oscillator; 0: no PLL
    uint8_t sw_internal, sw_pll; // of RCC_CFGR
    bool has_ranges;             // of the core's voltage: the flash is written in range 1 only
};

#define RCC_M0PLUS_PREPARE                                                                         \
    {                                                                                              \
        .plan = rcc_m0plus_plan, .clock_on = rcc_m0plus_clock_on, .crc_unit = 0x40023000u          \
    }

enum err rcc_m0plus_plan(struct flash_access *fa) MUST_CHECK;
enum err rcc_m0plus_clock_on(struct flash_access *fa) MUST_CHECK;

#endif
