// SPDX-License-Identifier: MIT
#include "cortex/core_regs.h"

#define REGSEL_SPECIAL 20u // CONTROL, FAULTMASK, BASEPRI and PRIMASK share a word
#define REGSEL_FPSCR   0x21u
#define REGSEL_S0      0x40u

#define GENERAL(n)                                                                                 \
    [CORTEXM_R0 + (n)] = {.name = "r" #n,                                                          \
                          .gdb_type = "int",                                                       \
                          .feature = CORE_REGS_PROFILE,                                            \
                          .bytes = 4,                                                              \
                          .regsel = (n)}
#define PROFILE(reg, text, type)                                                                   \
    [reg] = {.name = (text),                                                                       \
             .gdb_type = (type),                                                                   \
             .feature = CORE_REGS_PROFILE,                                                         \
             .bytes = 4,                                                                           \
             .regsel = (reg)}
#define STACK(reg, text, of, need, number)                                                         \
    [reg] = {.name = (text),                                                                       \
             .gdb_type = "data_ptr",                                                               \
             .feature = (of),                                                                      \
             .needs = (need),                                                                      \
             .bytes = 4,                                                                           \
             .regsel = (number)}
#define SPECIAL(reg, text, need, at)                                                               \
    [reg] = {.name = (text),                                                                       \
             .gdb_type = "int",                                                                    \
             .feature = CORE_REGS_SYSTEM,                                                          \
             .needs = (need),                                                                      \
             .bytes = 4,                                                                           \
             .regsel = REGSEL_SPECIAL,                                                             \
             .shift = (at),                                                                        \
             .bits = 8}
#define DOUBLE(n)                                                                                  \
    [CORTEXM_D0 + (n)] = {.name = "d" #n,                                                          \
                          .gdb_type = "ieee_double",                                               \
                          .feature = CORE_REGS_VFP,                                                \
                          .needs = CORE_NEEDS_FPU,                                                 \
                          .bytes = 8,                                                              \
                          .regsel = REGSEL_S0 + 2 * (n)}

const struct core_reg core_regs[CORTEXM_REG_COUNT] = {
    GENERAL(0),
    GENERAL(1),
    GENERAL(2),
    GENERAL(3),
    GENERAL(4),
    GENERAL(5),
    GENERAL(6),
    GENERAL(7),
    GENERAL(8),
    GENERAL(9),
    GENERAL(10),
    GENERAL(11),
    GENERAL(12),
    PROFILE(CORTEXM_SP, "sp", "data_ptr"),
    PROFILE(CORTEXM_LR, "lr", "int"),
    PROFILE(CORTEXM_PC, "pc", "code_ptr"),
    PROFILE(CORTEXM_XPSR, "xpsr", "int"),
    STACK(CORTEXM_MSP, "msp", CORE_REGS_SYSTEM, CORE_NEEDS_NOTHING, 17),
    STACK(CORTEXM_PSP, "psp", CORE_REGS_SYSTEM, CORE_NEEDS_NOTHING, 18),
    SPECIAL(CORTEXM_PRIMASK, "primask", CORE_NEEDS_NOTHING, 0),
    SPECIAL(CORTEXM_BASEPRI, "basepri", CORE_NEEDS_MAINLINE, 8),
    SPECIAL(CORTEXM_FAULTMASK, "faultmask", CORE_NEEDS_MAINLINE, 16),
    SPECIAL(CORTEXM_CONTROL, "control", CORE_NEEDS_NOTHING, 24),
    STACK(CORTEXM_MSP_NS, "msp_ns", CORE_REGS_SECEXT, CORE_NEEDS_SECURITY, 0x18),
    STACK(CORTEXM_PSP_NS, "psp_ns", CORE_REGS_SECEXT, CORE_NEEDS_SECURITY, 0x19),
    STACK(CORTEXM_MSP_S, "msp_s", CORE_REGS_SECEXT, CORE_NEEDS_SECURITY, 0x1a),
    STACK(CORTEXM_PSP_S, "psp_s", CORE_REGS_SECEXT, CORE_NEEDS_SECURITY, 0x1b),
    [CORTEXM_FPSCR] = {.name = "fpscr",
                       .gdb_type = "int",
                       .feature = CORE_REGS_VFP,
                       .needs = CORE_NEEDS_FPU,
                       .bytes = 4,
                       .regsel = REGSEL_FPSCR},
    DOUBLE(0),
    DOUBLE(1),
    DOUBLE(2),
    DOUBLE(3),
    DOUBLE(4),
    DOUBLE(5),
    DOUBLE(6),
    DOUBLE(7),
    DOUBLE(8),
    DOUBLE(9),
    DOUBLE(10),
    DOUBLE(11),
    DOUBLE(12),
    DOUBLE(13),
    DOUBLE(14),
    DOUBLE(15),
};

bool core_reg_exists(const struct core_caps *caps, enum cortexm_reg reg)
{
    switch (core_regs[reg].needs) {
    case CORE_NEEDS_MAINLINE:
        return core_caps_is_mainline(caps);
    case CORE_NEEDS_SECURITY:
        return caps->security;
    case CORE_NEEDS_FPU:
        return caps->fpu;
    default:
        return true;
    }
}

bool core_reg_is_basic(enum cortexm_reg reg)
{
    return core_regs[reg].feature == CORE_REGS_PROFILE ||
           core_regs[reg].feature == CORE_REGS_SYSTEM;
}
