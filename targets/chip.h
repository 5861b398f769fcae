// SPDX-License-Identifier: MIT
// What each chip is: one row per die, const data. Sizes that differ within a die are read from the
// chip.
#ifndef SWDLINK_TARGETS_CHIP_H
#define SWDLINK_TARGETS_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "flash/flash.h"
#include "swd/mem_ap.h"
#include "targets/dies.h"

// How a chip tells its read protection level: where to look and how to read it.
enum chip_rdp_scheme {
    CHIP_RDP_NONE,
    CHIP_RDP_FPEC_OBR_F0, // FLASH_OBR bits 2:1 (RM0091, 3.5.7)
};

struct chip {
    uint16_t dev_id;      // DBGMCU_IDCODE bits 11:0
    const char *name;     // "STM32F031x4/x6, F030x4/x6, F038x6"
    uint32_t idcode_addr; // DBGMCU_IDCODE
    uint32_t flash_base;
    uint32_t flash_size_addr;   // 16 bit, KiB
    uint32_t flash_max;         // bytes, of the largest part of this die
    struct flash_layout layout; // of the largest part
    uint32_t flash_regs;
    const struct flash_driver *driver;
    uint32_t sram_base, sram_size;
    uint32_t parity_off; // as in struct flash_bank
    uint32_t fast_cfgr;
    uint32_t system_base, system_size; // boot loader ROM
    uint32_t option_base, option_size;
    uint32_t wrp_unit; // bytes of flash for one bit of write protection; the last bit has the rest
    bool has_boot_sel; // option bits nBOOT0 and BOOT_SEL, on some parts of this die at least
    bool empty_check;  // a flash that was empty at option loading boots the system memory
    uint32_t uid_addr;
    uint32_t dbgmcu_base;      // CR at +4, APB1_FZ at +8, APB2_FZ at +c
    uint32_t dbgmcu_gate_addr; // clock gate of DBGMCU: register and mask, 0 when there is none
    uint32_t dbgmcu_gate_bit;
    uint32_t dbgmcu_cr;      // low-power debug bits to set while attached
    uint32_t dbgmcu_apb1_fz; // watchdogs frozen while halted
    enum chip_rdp_scheme rdp;
    bool tested_on_hardware; // printed at attach when false
};

extern const struct chip chips[];
extern const unsigned chip_count;

// What was found on the other end.
struct chip_identity {
    const struct chip *chip; // NULL: unknown; then only core debugging is offered
    const struct die *die;   // the name that belongs to the id, of a known chip as well; NULL: none
    uint32_t idcode_addr;    // where idcode was read; 0: nowhere
    uint32_t dpidr, ap_idr, cpuid, idcode;
    uint32_t flash_size; // bytes
    uint8_t uid[12];
    unsigned rdp_level; // 0, 1 or 2
    bool rdp_known;     // it was read
};

// Reads the IDs of the attached chip. An unknown chip is ERR_OK with chip == NULL. uid and
// flash_size stay 0 where they cannot be read.
enum err chip_identify(struct chip_identity *id, const struct mem_ap *mem,
                       struct log *log) MUST_CHECK;
// "STM32F101, F102, F103, 64 to 128 KiB", "an unknown chip".
const char *chip_name(const struct chip_identity *id);
// "STM32F031x4/x6 …, rev 1.0, 32 KiB flash, 4 KiB SRAM". Returns text.
const char *chip_describe(const struct chip_identity *id, char *text, size_t size);

#endif
