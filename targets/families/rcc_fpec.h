// SPDX-License-Identifier: MIT
// What a flash job needs of the chips with an FPEC (STM32F0, F1, F3) around it. Their RCC has the
// same registers at the same addresses (RM0091, 6.4; RM0008, 7.3); what differs between them stands
// here.
#ifndef SWDLINK_TARGETS_FAMILIES_RCC_FPEC_H
#define SWDLINK_TARGETS_FAMILIES_RCC_FPEC_H

#include "targets/families/family.h"

struct rcc_fpec {
    struct flash_prepare prepare; // first: its functions find the rest by it
    uint32_t pll_mask, pll;       // of RCC_CFGR: a fast clock from half of HSI, with one wait state
    uint32_t masters;             // bits of RCC_AHBENR: what writes into SRAM by itself
    bool keeps_prescaler; // only HSI may lose the AHB prescaler: others may be too fast then
    bool plain_crc;       // the CRC unit has neither a start value nor a polynomial to set
};

#define RCC_FPEC_PREPARE                                                                           \
    {                                                                                              \
        .plan = rcc_fpec_plan, .clock_on = rcc_fpec_clock_on, .crc_unit = 0x40023000u              \
    }

enum err rcc_fpec_plan(struct flash_access *fa) MUST_CHECK;
enum err rcc_fpec_clock_on(struct flash_access *fa) MUST_CHECK;

#endif
