// SPDX-License-Identifier: MIT
// The drivers for the NVM controller with the register PECR, of the STM32L0 and L1. One is for the
// flash, the other for the data EEPROM of the same controller.
#ifndef SWDLINK_FLASH_DRIVERS_NVM_H
#define SWDLINK_FLASH_DRIVERS_NVM_H

#include "flash/flash.h"

// Option words are OPTR (of an L1: OBR), WRPROT1, WRPROT2 … as the registers hold them, as many as
// nvm_params.wrprot names.
#define NVM_OPTION_WORDS 5
#define NVM_WRP_WORDS    4

// What flash_bank.params points to: where the families differ. The unit of the flash's layout is
// half a page, which the controller programs at once; that of the EEPROM's is a word. Two banks
// (PARALLELBANK): flash_bank.bank2.
struct nvm_params {
    uint32_t option_base;          // address of the option bytes
    uint8_t option_far;            // offset from there of the fifth WRPROT's; 0: it is the next
    uint8_t wrprot[NVM_WRP_WORDS]; // offsets of the registers of write protection; 0: no more
    uint32_t wrp_block;            // bytes of flash for one bit of them
    uint32_t flags;                // of SR: what is cleared before an operation, errors too
    uint32_t wide;                 // bit of ACR that has to be set before a wait state; 0: none
    uint32_t latency;              // what is set in ACR for a faster clock
    // Bit 8 of the first option word, by which WRPROT protects from reads (PCROP), and what the
    // registers of write protection are called. NULL: these chips have no such bit.
    const char *pcrop, *wrp;
};

// Half pages of 64 bytes, and of 128.
extern const struct flash_driver nvm_driver;
extern const struct flash_driver nvm128_driver;
extern const struct flash_driver nvm_data_driver;

#endif
