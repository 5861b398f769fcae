// SPDX-License-Identifier: MIT
// Which chip the probe is connected to.
#ifndef SWDLINK_TARGETS_CHIP_H
#define SWDLINK_TARGETS_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "swd/mem_ap.h"
#include "targets/dies.h"
#include "targets/families/family.h"

// What was read from the chip.
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
// Bytes of data EEPROM of the part; 0: none.
uint32_t chip_eeprom_size(const struct chip_identity *id);
// The level of read protection, 0 to 2, that a register or option word says.
unsigned rdp_level(const struct rdp_code *code, uint32_t value);
// "STM32F101, F102, F103, 64 to 128 KiB", "an unknown chip".
const char *chip_name(const struct chip_identity *id);
// "STM32F031x4/x6 …, rev 1.0, 32 KiB flash, 4 KiB SRAM". Returns text.
const char *chip_describe(const struct chip_identity *id, char *text, size_t size);

#endif
