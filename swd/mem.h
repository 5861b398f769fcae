// SPDX-License-Identifier: MIT
// Target memory of any alignment and length, cut into the block commands that cost least. Aligned
// words and halfwords are accessed as such (one access each), so peripheral registers are safe.
#ifndef SWDLINK_SWD_MEM_H
#define SWDLINK_SWD_MEM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "swd/stlink.h"

// ERR_FAULT names the address in the log's sentence; data is then undefined from *done on, where
// done (may be NULL) receives how many bytes from the start are good.
enum err mem_read(struct stlink *st, uint32_t addr, void *data, size_t len,
                  size_t *done) MUST_CHECK;
enum err mem_write(struct stlink *st, uint32_t addr, const void *data, size_t len) MUST_CHECK;

// One access of exactly that width.
enum err mem_read32(struct stlink *st, uint32_t addr, uint32_t *value) MUST_CHECK;
enum err mem_write32(struct stlink *st, uint32_t addr, uint32_t value) MUST_CHECK;
enum err mem_read16(struct stlink *st, uint32_t addr, uint16_t *value) MUST_CHECK;
enum err mem_write16(struct stlink *st, uint32_t addr, uint16_t value) MUST_CHECK;
// Units of 2 bytes only, whatever the alignment of the rest: what an FPEC wants. addr, len even.
enum err mem_write_halfwords(struct stlink *st, uint32_t addr, const void *data,
                             size_t len) MUST_CHECK;

#endif
