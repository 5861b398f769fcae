// SPDX-License-Identifier: MIT
// The driver for the controller that programs flash words of 256 or 128 bits with an error
// correcting code, in one or two banks of which each has its own registers: STM32H74x, H75x, H72x,
// H73x, H7Ax and H7Bx.
#ifndef SWDLINK_FLASH_DRIVERS_FLASHWORD_H
#define SWDLINK_FLASH_DRIVERS_FLASHWORD_H

#include "flash/flash.h"

// Option words, in this order. The banks are those of the manual: a swap of their addresses is
// undone.
enum {
    FLASHWORD_OPTSR,
    FLASHWORD_PRAR1, // execute-only area
    FLASHWORD_SCAR1, // secure area
    FLASHWORD_WPSN1, // write protection, 0 protects
    FLASHWORD_PRAR2,
    FLASHWORD_SCAR2,
    FLASHWORD_WPSN2,
    FLASHWORD_BOOT,   // boot addresses of the (first) core
    FLASHWORD_BOOT4,  // and of a second one
    FLASHWORD_OPTSR2, // STM32H72x and H73x
    FLASHWORD_OPTIONS
};

// What flash_bank.params points to: where the dies differ. flash_bank.bank2 says where the second
// bank begins, and the unit of the layout how long a flash word is.
struct flashword_params {
    uint32_t start;         // bit of CR that starts an erase
    uint8_t sector_shift;   // where the number of the sector begins in CR
    bool parallelism;       // CR has PSIZE
    uint8_t sectors_of_wrp; // sectors to a bit of write protection
    uint32_t options;       // bit n: option word n is there
};

extern const struct flash_driver flashword_driver;

#endif
