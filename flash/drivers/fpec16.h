// SPDX-License-Identifier: MIT
// The driver for the FPEC that programs halfwords: STM32F0, F1 and F3.
#ifndef SWDLINK_FLASH_DRIVERS_FPEC16_H
#define SWDLINK_FLASH_DRIVERS_FPEC16_H

#include "flash/flash.h"

// Option words are the bytes RDP, USER, DATA0, DATA1, WRP0 to WRP3.
#define FPEC16_OPTION_BYTES 8
#define FPEC16_WRP0         4u

// What flash_bank.params points to: where the families differ.
struct fpec16_params {
    uint32_t option_base; // address of the option bytes
    uint32_t parity_off;  // the bit of OBR that says that SRAM has no parity check; 0: it never has
    uint32_t
        second_bank;    // address from which on a second controller is in charge; 0: there is none
    uint32_t latency;   // wait states for a faster clock
    unsigned obr_user;  // bit of OBR where USER begins; DATA0 and DATA1 follow
    bool no_launch;     // option bytes are loaded by any reset, and by no bit of CR
    uint32_t wrp_block; // bytes of flash for one bit of WRPR; the last bit has all that follow
};

extern const struct flash_driver fpec16_driver;

#endif
