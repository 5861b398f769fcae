// SPDX-License-Identifier: MIT
// What flash jobs of several families need in the same way (struct flash_prepare): watchdogs that
// are fed, a CRC unit that is given back, and units behind a clock gate.
#ifndef SWDLINK_TARGETS_FAMILIES_PREPARE_H
#define SWDLINK_TARGETS_FAMILIES_PREPARE_H

#include <stdbool.h>
#include <stdint.h>

#include "flash/flash.h"
#include "targets/families/family.h"

// Reads a register of a unit that reads as 0 without its clock: a gate that is closed is opened to
// look, and closed again. gate: the bits that open it (none: it has none), in the register of that
// address, which holds `clocks`.
enum err prepare_read_gated(const struct mem_ap *mem, const struct rcc_bits *gate, uint32_t clocks,
                            uint32_t addr, uint32_t *value) MUST_CHECK;
// Names the writes that keep the watchdogs quiet: IWDG_KR and WWDG_CR are at these addresses, and
// the WWDG has its clock or not. Opens the window of a WWDG that runs, and closes it afterwards.
enum err prepare_watchdogs(struct flash_access *fa, uint32_t iwdg_kr, uint32_t wwdg_cr,
                           bool wwdg_clocked) MUST_CHECK;
// The CRC unit at that address is in use by the program: it is set up for loaders, and afterwards
// has what it had.
enum err prepare_crc_return(struct flash_access *fa, uint32_t crc_unit) MUST_CHECK;
// The same of a unit that has neither a start value nor a polynomial to set.
enum err prepare_plain_crc_return(struct flash_access *fa, uint32_t crc_unit) MUST_CHECK;

#endif
