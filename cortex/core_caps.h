// SPDX-License-Identifier: MIT
// What a Cortex-M core has: its architecture and its extensions, read once when it is attached.
#ifndef SWDLINK_CORTEX_CORE_CAPS_H
#define SWDLINK_CORTEX_CORE_CAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "swd/mem_ap.h"

enum core_arch {
    CORE_ARMV6M,
    CORE_ARMV7M, // with or without DSP and FPU
    CORE_ARMV8M_BASE,
    CORE_ARMV8M_MAIN,
};

struct core_caps {
    enum core_arch arch;
    bool fpu;        // s0 to s31 and FPSCR (MVFR0, DDI 0403, B4.7)
    bool fpu_double; // and instructions for double precision
    bool security;   // the Security Extension: banked stack pointers
    bool dcache, icache;
    // Errata of the Cortex-M7 (Arm's notice to software developers, AT610 and AT611): 702596 (r0p0,
    // r0p1): C_MASKINTS does not keep out an interrupt that is pending already; 3092511: an
    // interrupt that comes together with a breakpoint halts the core in its handler.
    bool masks_late, halts_in_handlers;
};

// "Cortex-M0" by CPUID.PARTNO; "unknown core" for one that is not in the table.
const char *core_caps_core_name(uint32_t cpuid);
// Reads the feature registers of a core with that CPUID (mainline architectures only: the others
// have none, and no access is made).
enum err core_caps_read(struct core_caps *caps, const struct mem_ap *mem,
                        uint32_t cpuid) MUST_CHECK;
// BASEPRI, FAULTMASK, configurable faults and their status registers exist.
bool core_caps_is_mainline(const struct core_caps *caps);

#endif
