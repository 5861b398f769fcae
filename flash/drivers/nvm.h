// SPDX-License-Identifier: MIT
// The drivers for the NVM controller with the register PECR: STM32L0, and with the same registers
// L1. One is for the flash, the other for the data EEPROM of the same controller.
#ifndef SWDLINK_FLASH_DRIVERS_NVM_H
#define SWDLINK_FLASH_DRIVERS_NVM_H

#include "flash/flash.h"

// Option words are OPTR, WRPROT1, WRPROT2 and WRPROT3 as the registers hold them, as many as
// nvm_params.wrprot names.
#define NVM_OPTION_WORDS 4
#define NVM_WRP_WORDS    3

// What flash_bank.params points to: where the families differ. The unit of the flash's layout is
// half a page, which the controller programs at once; that of the EEPROM's is a word.
struct nvm_params {
    uint32_t option_base;          // address of the option bytes
    uint8_t wrprot[NVM_WRP_WORDS]; // offsets of the registers of write protection; 0: no more
    uint32_t wrp_block;            // bytes of flash for one bit of them
    uint32_t banks_over; // bytes: a larger flash has two banks, each half of it (PARALLELBANK)
    uint32_t latency;    // what is set in ACR for a faster clock
};

extern const struct flash_driver nvm_driver;
extern const struct flash_driver nvm_data_driver;

#endif
