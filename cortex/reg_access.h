// SPDX-License-Identifier: MIT
// The core registers of a halted core, past every cache: by the probe's own commands, which know
// access port 0 only, or, behind another port, by DCRSR and DCRDR (DDI 0403, C1.6.3 and C1.6.4).
#ifndef SWDLINK_CORTEX_REG_ACCESS_H
#define SWDLINK_CORTEX_REG_ACCESS_H

#include <stdint.h>

#include "base/err.h"
#include "swd/mem_ap.h"

// regsel as in DCRSR.REGSEL. ERR_STATE: the core does not hand it over, because it runs.
enum err reg_access_read(const struct mem_ap *mem, unsigned regsel, uint32_t *value) MUST_CHECK;
enum err reg_access_write(const struct mem_ap *mem, unsigned regsel, uint32_t value) MUST_CHECK;
// All that debug_probe_read_core_regs() delivers.
enum err reg_access_read_all(const struct mem_ap *mem,
                             uint32_t regs[DEBUG_PROBE_CORE_REGS]) MUST_CHECK;

#endif
