// SPDX-License-Identifier: MIT
// The registers as GDB numbers and names them (its features org.gnu.gdb.arm.m-profile and
// m-system). The order of the table is the order of the target description and of the g packet.
#ifndef SWDLINK_SERVER_REGS_H
#define SWDLINK_SERVER_REGS_H

#include <stdbool.h>

#include "targets/target.h"

enum regs_feature { REGS_PROFILE, REGS_SYSTEM };

struct regs_row {
    const char *name;
    const char *type; // GDB's, for the target description
    enum regs_feature feature;
    enum cortexm_reg reg;
    bool armv7m_only;
};

#define REGS_ROWS_MAX 64u // the table has no more

extern const struct regs_row regs_table[];
extern const unsigned regs_table_count;

bool regs_exists(const struct target *t, const struct regs_row *row);
// The row with that number, or NULL when this core has none.
const struct regs_row *regs_by_gdb_number(const struct target *t, unsigned number);
unsigned regs_gdb_number(const struct target *t, enum cortexm_reg reg);

// The layout of a GDB without a target description (gdb/arch/arm.h): r0 to r15, the eight registers
// of a coprocessor that no Cortex-M has and their status, xPSR. The numbers are the same.
#define REGS_BUILTIN_COUNT 26u
// Bytes of such a register that is none of ours, or 0.
unsigned regs_builtin_foreign(unsigned number);

#endif
