// SPDX-License-Identifier: MIT
// The driver for the controller that programs double words with an error correcting code: STM32G0,
// C0 and U0. STM32L4, G4, WB and WL have the same registers; what differs is a parameter.
#ifndef SWDLINK_FLASH_DRIVERS_DWORD_H
#define SWDLINK_FLASH_DRIVERS_DWORD_H

#include "flash/flash.h"

// Option words are the option registers, in this order. Which of them exist: option_regs.
enum {
    DWORD_OPTR,
    DWORD_PCROP1AS,
    DWORD_PCROP1AE,
    DWORD_WRP1A,
    DWORD_WRP1B,
    DWORD_PCROP1BS,
    DWORD_PCROP1BE,
    DWORD_PCROP2AS,
    DWORD_PCROP2AE,
    DWORD_WRP2A,
    DWORD_WRP2B,
    DWORD_PCROP2BS,
    DWORD_PCROP2BE,
    DWORD_SECR,
    DWORD_OPTIONS
};

// What flash_bank.params points to: where the families differ.
struct dword_params {
    uint8_t option_reg[DWORD_OPTIONS]; // offset of each option register; 0: there is none
    uint8_t eccr[2];                   // offsets of the registers of errors, by bank; 0: none
    uint32_t busy;                     // bits of SR that are set while it works
    uint32_t bker, mer2;               // bits of CR that choose and erase the second bank
    // Whether the flash has two banks with these options, and whether their addresses are swapped.
    bool (*has_two_banks)(uint32_t optr, uint32_t size); // NULL: never
    uint32_t not_swapped;                                // bit of OPTR; 0: they never are
    uint32_t parity_off; // bit of OPTR that says that SRAM has no parity check; 0: it never has
    uint32_t pcrop_unit; // bytes for one step of the PCROP fields; 0: there is no such protection
    uint8_t latency;     // wait states for the clock that prepare->plan() sets
    // Bytes of the securable area at the start of a bank, as SECR says, which is locked while
    // sec_prot[bank] is set in CR. NULL: there is none.
    uint32_t (*securable)(uint32_t secr, unsigned bank);
    uint32_t sec_prot[2];
};

extern const struct flash_driver dword_driver;

#endif
