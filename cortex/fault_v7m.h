// SPDX-License-Identifier: MIT
// Why a mainline core took a fault: its fault status registers in words (ARMv7-M ARM, DDI 0403,
// B1.5.14, B3.2.15 to B3.2.18; ARMv8-M, DDI 0553, for STKOF).
#ifndef SWDLINK_CORTEX_FAULT_V7M_H
#define SWDLINK_CORTEX_FAULT_V7M_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "swd/mem_ap.h"

struct fault_status {
    uint32_t cfsr, hfsr, mmfar, bfar;
};

// Reads the registers with one block command, and changes nothing.
enum err fault_status_read(struct fault_status *status, const struct mem_ap *mem) MUST_CHECK;
// "a precise bus fault: it accessed 0x60000000, where nothing answers (BFSR.PRECISERR)"; several
// causes are joined by "; ". Returns text.
const char *fault_status_text(const struct fault_status *status, char *text, size_t size);
// "HardFault", "BusFault" … by the exception number in xPSR; NULL when it is none of the faults.
const char *fault_exception_name(unsigned exception);

#endif
