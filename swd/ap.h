// SPDX-License-Identifier: MIT
// The MEM-AP that the core hangs on: who it is and where its ROM table lies (ARM IHI 0031, C2).
#ifndef SWDLINK_SWD_AP_H
#define SWDLINK_SWD_AP_H

#include <stdint.h>

#include "base/err.h"
#include "swd/mem_ap.h"

#define AP_CSW  0x00u
#define AP_TAR  0x04u
#define AP_DRW  0x0cu
#define AP_CFG  0xf4u
#define AP_BASE 0xf8u
#define AP_IDR  0xfcu

#define AP_CSW_DEVICE_EN (1u << 6) // transfers are permitted
#define AP_IDR_TYPE      0xfu      // the bus that it drives
#define AP_IDR_TYPE_APB  2u

struct ap_identity {
    uint32_t idr;
    uint32_t base; // BASE, bits 1:0 removed
};

// ERR_UNSUPPORTED when the probe's firmware has no DAP register commands.
enum err ap_read_idr(const struct mem_ap *ap, uint32_t *idr) MUST_CHECK;
enum err ap_read_csw(const struct mem_ap *ap, uint32_t *csw) MUST_CHECK;
enum err ap_identify(const struct mem_ap *ap, struct ap_identity *id) MUST_CHECK;

#endif
