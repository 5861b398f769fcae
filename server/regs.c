// SPDX-License-Identifier: MIT
#include "server/regs.h"

// 16 to 24 were the registers of a coprocessor that is no more.
#define FPA_NUMBER  16u
#define FPA_SIZE    12u
#define FPS_NUMBER  24u
#define FPS_SIZE    4u
#define XPSR_NUMBER 25u

unsigned regs_builtin_foreign(unsigned number)
{
    if (number < FPA_NUMBER || number >= XPSR_NUMBER)
        return 0;
    return number < FPS_NUMBER ? FPA_SIZE : FPS_SIZE;
}

bool regs_exists(const struct target *t, enum cortexm_reg reg)
{
    return core_reg_exists(target_core_caps(t), reg);
}

bool regs_in_g_packet(const struct target *t, enum cortexm_reg reg)
{
    return regs_exists(t, reg) && core_reg_is_basic(reg);
}

unsigned regs_gdb_number(const struct target *t, enum cortexm_reg reg)
{
    if (reg < CORTEXM_XPSR)
        return reg;
    unsigned number = XPSR_NUMBER;
    for (unsigned before = CORTEXM_XPSR; before < reg; before++)
        number += regs_exists(t, before);
    return number;
}

enum cortexm_reg regs_by_gdb_number(const struct target *t, unsigned number)
{
    for (unsigned reg = 0; reg < CORTEXM_REG_COUNT; reg++)
        if (regs_exists(t, reg) && regs_gdb_number(t, reg) == number)
            return reg;
    return CORTEXM_REG_COUNT;
}
