// SPDX-License-Identifier: MIT
// The one table of core registers: what a debugger calls them, how the core selects them, and which
// cores have them. The cache (cortexm_regs.c), GDB's target description, the g and p packets, crash
// reports and what a flash loader saves are made from it.
#ifndef SWDLINK_CORTEX_CORE_REGS_H
#define SWDLINK_CORTEX_CORE_REGS_H

#include <stdbool.h>
#include <stdint.h>

#include "cortex/core_caps.h"

enum cortexm_reg {
    CORTEXM_R0 = 0, // r0 to r12 follow each other
    CORTEXM_SP = 13,
    CORTEXM_LR = 14,
    CORTEXM_PC = 15,
    CORTEXM_XPSR = 16,
    CORTEXM_MSP = 17,
    CORTEXM_PSP = 18,
    CORTEXM_PRIMASK = 19,
    CORTEXM_BASEPRI = 20,
    CORTEXM_FAULTMASK = 21,
    CORTEXM_CONTROL = 22,
    CORTEXM_MSP_NS = 23,
    CORTEXM_PSP_NS = 24,
    CORTEXM_MSP_S = 25,
    CORTEXM_PSP_S = 26,
    CORTEXM_FPSCR = 27,
    CORTEXM_D0 = 28, // d0 to d15 follow each other: pairs of s0 to s31
    CORTEXM_REG_COUNT = 44,
};

// xPSR (DDI 0419, B1.4.2).
#define XPSR_T         (1u << 24)
#define XPSR_EXCEPTION 0x1ffu // the number of the one that is handled; 0: Thread mode

// GDB's features of the target description, org.gnu.gdb.arm.*.
enum core_reg_feature {
    CORE_REGS_PROFILE, // m-profile
    CORE_REGS_SYSTEM,  // m-system
    CORE_REGS_SECEXT,  // secext
    CORE_REGS_VFP,     // vfp
    CORE_REGS_FEATURES,
};

enum core_reg_needs {
    CORE_NEEDS_NOTHING,
    CORE_NEEDS_MAINLINE,
    CORE_NEEDS_SECURITY,
    CORE_NEEDS_FPU
};

struct core_reg {
    const char *name;
    const char *gdb_type;
    enum core_reg_feature feature;
    enum core_reg_needs needs;
    uint8_t bytes;       // 4, or 8: two registers of the core, the lower half first
    uint8_t regsel;      // DCRSR.REGSEL (DDI 0403, C1.6.3; DDI 0553, D1.2.32)
    uint8_t shift, bits; // the part of that register; bits 0: all of it
};

// The row of enum cortexm_reg.
extern const struct core_reg core_regs[CORTEXM_REG_COUNT];

bool core_reg_exists(const struct core_caps *caps, enum cortexm_reg reg);
// Neither of the FPU nor of the Security Extension: what one command of a probe reads at once.
bool core_reg_is_basic(enum cortexm_reg reg);

#endif
