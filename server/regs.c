// SPDX-License-Identifier: MIT
#include "server/regs.h"

// 16 to 24 were the registers of a coprocessor that is no more.
#define FPA_NUMBER  16u
#define FPA_SIZE    12u
#define FPS_NUMBER  24u
#define FPS_SIZE    4u
#define XPSR_NUMBER 25u

#define R(n)                                                                                       \
    {                                                                                              \
        .name = "r" #n, .type = "int", .feature = REGS_PROFILE, .reg = CORTEXM_R0 + (n)            \
    }

const struct regs_row regs_table[] = {
    R(0),
    R(1),
    R(2),
    R(3),
    R(4),
    R(5),
    R(6),
    R(7),
    R(8),
    R(9),
    R(10),
    R(11),
    R(12),
    {.name = "sp", .type = "data_ptr", .feature = REGS_PROFILE, .reg = CORTEXM_SP},
    {.name = "lr", .type = "int", .feature = REGS_PROFILE, .reg = CORTEXM_LR},
    {.name = "pc", .type = "code_ptr", .feature = REGS_PROFILE, .reg = CORTEXM_PC},
    {.name = "xpsr", .type = "int", .feature = REGS_PROFILE, .reg = CORTEXM_XPSR},
    {.name = "msp", .type = "data_ptr", .feature = REGS_SYSTEM, .reg = CORTEXM_MSP},
    {.name = "psp", .type = "data_ptr", .feature = REGS_SYSTEM, .reg = CORTEXM_PSP},
    {.name = "primask", .type = "int", .feature = REGS_SYSTEM, .reg = CORTEXM_PRIMASK},
    {.name = "basepri",
     .type = "int",
     .feature = REGS_SYSTEM,
     .reg = CORTEXM_BASEPRI,
     .armv7m_only = true},
    {.name = "faultmask",
     .type = "int",
     .feature = REGS_SYSTEM,
     .reg = CORTEXM_FAULTMASK,
     .armv7m_only = true},
    {.name = "control", .type = "int", .feature = REGS_SYSTEM, .reg = CORTEXM_CONTROL},
};
const unsigned regs_table_count = sizeof regs_table / sizeof regs_table[0];

unsigned regs_builtin_foreign(unsigned number)
{
    if (number < FPA_NUMBER || number >= XPSR_NUMBER)
        return 0;
    return number < FPS_NUMBER ? FPA_SIZE : FPS_SIZE;
}

bool regs_exists(const struct target *t, const struct regs_row *row)
{
    return !row->armv7m_only || !t->core.armv6m;
}

unsigned regs_gdb_number(const struct target *t, enum cortexm_reg reg)
{
    if (reg < CORTEXM_XPSR)
        return reg;
    unsigned number = XPSR_NUMBER;
    for (unsigned i = CORTEXM_XPSR; i < regs_table_count && regs_table[i].reg != reg; i++)
        if (regs_exists(t, &regs_table[i]))
            number++;
    return number;
}

const struct regs_row *regs_by_gdb_number(const struct target *t, unsigned number)
{
    for (unsigned i = 0; i < regs_table_count; i++)
        if (regs_exists(t, &regs_table[i]) && regs_gdb_number(t, regs_table[i].reg) == number)
            return &regs_table[i];
    return NULL;
}
