// SPDX-License-Identifier: MIT
// The memory behind one MEM-AP (ARM IHI 0031, C2): ranges of any alignment and length, cut into the
// block commands that cost least. Aligned words and halfwords are accessed as such (one access
// each), so peripheral registers are safe. Everything above swd/ reads and writes the target's
// memory through one of these.
#ifndef SWDLINK_SWD_MEM_AP_H
#define SWDLINK_SWD_MEM_AP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "swd/debug_probe.h"

struct mem_ap {
    struct debug_probe *probe;
    uint8_t number; // APSEL
};

// ERR_FAULT names the address in the log's sentence; data is then undefined from *done on, where
// done (may be NULL) receives how many bytes from the start are good.
enum err mem_ap_read(const struct mem_ap *ap, uint32_t addr, void *data, size_t len,
                     size_t *done) MUST_CHECK;
enum err mem_ap_write(const struct mem_ap *ap, uint32_t addr, const void *data,
                      size_t len) MUST_CHECK;

// One access of exactly that width.
enum err mem_ap_read32(const struct mem_ap *ap, uint32_t addr, uint32_t *value) MUST_CHECK;
enum err mem_ap_write32(const struct mem_ap *ap, uint32_t addr, uint32_t value) MUST_CHECK;
enum err mem_ap_read16(const struct mem_ap *ap, uint32_t addr, uint16_t *value) MUST_CHECK;
enum err mem_ap_write16(const struct mem_ap *ap, uint32_t addr, uint16_t value) MUST_CHECK;
// Units of 2 bytes only, whatever the alignment of the rest: what an FPEC wants. addr, len even.
enum err mem_ap_write_halfwords(const struct mem_ap *ap, uint32_t addr, const void *data,
                                size_t len) MUST_CHECK;
// The same in units of 1 byte.
enum err mem_ap_write_bytes(const struct mem_ap *ap, uint32_t addr, const void *data,
                            size_t len) MUST_CHECK;
// False when the probe cannot do accesses of 2 bytes.
bool mem_ap_has_halfwords(const struct mem_ap *ap);

#endif
