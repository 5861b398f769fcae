// SPDX-License-Identifier: MIT
// The driver for the controller that erases large sectors of several sizes, and programs by bytes,
// halfwords or words, as the supply allows: STM32F2 and F4.
#ifndef SWDLINK_FLASH_DRIVERS_SECTOR_H
#define SWDLINK_FLASH_DRIVERS_SECTOR_H

#include "flash/flash.h"

// Option words are the registers OPTCR and OPTCR1, without the lock and the start bit.
#define SECTOR_OPTIONS 2u

// What flash_bank.params points to: where the dies differ. flash_bank.bank2 says where the second
// bank begins.
struct sector_params {
    uint8_t option_regs;  // how many of OPTCR and OPTCR1 there are
    uint8_t last_wrp_bit; // of nWRP in OPTCR: it has all sectors from there on
    uint32_t caches;      // bits of ACR that switch prefetch and caches on
    uint32_t cache_reset; // and that empty them, while they are off
    uint32_t pcrop_mode;  // bit of OPTCR that makes nWRP protect from being read; 0: there is none
};

extern const struct flash_driver sector_driver;

#endif
