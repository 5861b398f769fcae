// SPDX-License-Identifier: MIT
// What a flash job needs of the chips with the NVM controller (STM32L0, L1) around it. Their RCC
// has the same switches at other addresses; what differs between them stands here.
#ifndef SWDLINK_TARGETS_FAMILIES_RCC_NVM_H
#define SWDLINK_TARGETS_FAMILIES_RCC_NVM_H

#include "targets/families/family.h"

struct rcc_nvm {
    struct flash_prepare prepare; // first: its functions find the rest by it
    uint32_t cr, cfgr, ahbenr, apb1enr,
        csr;                    // addresses of registers, of the first and the last too
    uint32_t hsi_ready;         // bit of cr
    uint32_t nvm_gate, masters; // bits of ahbenr: the controller; what writes into SRAM by itself
    bool plain_crc;             // the CRC unit has neither a start value nor a polynomial to set
};

#define RCC_NVM_PREPARE                                                                            \
    {                                                                                              \
        .plan = rcc_nvm_plan, .clock_on = rcc_nvm_clock_on, .crc_unit = 0x40023000u                \
    }

enum err rcc_nvm_plan(struct flash_access *fa) MUST_CHECK;
enum err rcc_nvm_clock_on(struct flash_access *fa) MUST_CHECK;

#endif
