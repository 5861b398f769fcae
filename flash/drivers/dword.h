// SPDX-License-Identifier: MIT
// The driver for the controller that programs double words with an error correcting code: STM32G0,
// C0, U0, L4, L4+, G4, WB and WL. What differs between them is a parameter.
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
    DWORD_SECR2, // of the second bank, where it has its own
    DWORD_IPCCBR,
    DWORD_SFR,
    DWORD_SRRVR,
    DWORD_OPTIONS
};

// What flash_bank.params points to: where the families differ. flash_bank.bank2 says where the
// second bank begins.
struct dword_params {
    uint8_t option_reg[DWORD_OPTIONS]; // offset of each option register; 0: there is none
    uint8_t eccr[2];                   // offsets of the registers of errors, by bank; 0: none
    uint32_t eccd;                     // their bits for two wrong bits
    uint32_t busy;                     // bits of SR that are set while it works
    uint32_t suspended;   // bit of SR that says that it begins nothing new; 0: there is none
    uint32_t bker, mer2;  // bits of CR that choose and erase the second bank
    bool joined_areas;    // the areas of a second bank are two more of the one that both make
    uint32_t not_swapped; // bit of OPTR that says that the banks are in their order; 0: none does
    uint32_t parity_off;  // bit of OPTR that says that SRAM has no parity check; 0: it never has
    uint32_t pcrop_unit;  // bytes for a step of a PCROP register
    uint32_t pcrop_unit_joined; // the same where two banks make one; 0: as ever
    bool pcrop_half_pages;      // such a step is half a page; with no unit either: no PCROP
    bool pcrop_alone;           // each bank has one such area, without a letter in its name
    uint8_t latency;            // wait states for the clock that prepare->plan() sets
    // Pages of the securable area at the start of a bank, as SECR and SECR2 say, which is locked
    // while sec_prot[bank] is set in CR. NULL: there is none.
    uint32_t (*securable)(const uint32_t secr[2], unsigned bank);
    uint32_t sec_prot[2];
};

// They differ in the flag of a flash that was found empty: in ACR, or in SR, where a one toggles
// it.
extern const struct flash_driver dword_driver;
extern const struct flash_driver dword_pempty_driver;

#endif
