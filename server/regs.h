// SPDX-License-Identifier: MIT
// The registers as GDB numbers them. Names, types and order are those of cortex/core_regs.h; the
// order of that table is the order of the target description and of the g packet.
#ifndef SWDLINK_SERVER_REGS_H
#define SWDLINK_SERVER_REGS_H

#include <stdbool.h>

#include "targets/target.h"

bool regs_exists(const struct target *t, enum cortexm_reg reg);
// In the g packet. Those of the FPU are not: it would read them at every stop; GDB asks for them
// one by one (p).
bool regs_in_g_packet(const struct target *t, enum cortexm_reg reg);
// The register with that number, or CORTEXM_REG_COUNT when this core has none.
enum cortexm_reg regs_by_gdb_number(const struct target *t, unsigned number);
unsigned regs_gdb_number(const struct target *t, enum cortexm_reg reg);

// The layout of a GDB without a target description (gdb/arch/arm.h): r0 to r15, the eight registers
// of a coprocessor that no Cortex-M has and their status, xPSR. The numbers are the same.
#define REGS_BUILTIN_COUNT 26u
// Bytes of such a register that is none of ours, or 0.
unsigned regs_builtin_foreign(unsigned number);

#endif
