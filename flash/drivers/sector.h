// SPDX-License-Identifier: MIT
// The driver for the controller that erases large sectors of several sizes, and programs by bytes,
// halfwords or words, as the supply allows: STM32F2, F4 and F7.
#ifndef SWDLINK_FLASH_DRIVERS_SECTOR_H
#define SWDLINK_FLASH_DRIVERS_SECTOR_H

#include "flash/flash.h"

// Option words are the registers OPTCR, OPTCR1 and OPTCR2, without the lock and the start bit.
#define SECTOR_OPTIONS 3u

// Where the nWRP of a second bank is.
enum sector_wrp2 {
    SECTOR_WRP2_OPTCR1, // in OPTCR1, as that of the first bank in OPTCR
    SECTOR_WRP2_PAIRS,  // in OPTCR: while there are two banks, each bit has two sectors
};
#define SECTOR_WRP_PAIRS_PER_BANK 6u

// What flash_bank.params points to: where the dies differ. flash_bank.bank2 says where the second
// bank begins.
struct sector_params {
    uint8_t option_regs;  // how many of OPTCR, OPTCR1 and OPTCR2 there are
    uint8_t last_wrp_bit; // of nWRP in OPTCR: it has all sectors from there on
    uint32_t caches;      // bits of ACR that switch prefetch and caches on
    uint32_t cache_reset; // and that empty them, while they are off
    uint32_t pcrop_mode;  // bit of OPTCR that makes nWRP protect from being read; 0: there is none
    bool pcrop_bits;      // or OPTCR2 has a bit for each sector that nobody may read
    bool rderr;           // SR has a flag for reads that are not allowed
    bool both_mers;       // everything is erased by both bits, in one bank as well
    enum sector_wrp2 wrp2;
};

extern const struct flash_driver sector_driver;

#endif
