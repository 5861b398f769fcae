// SPDX-License-Identifier: MIT
// 32-bit instructions of ARMv7-M: branches and miscellaneous control (DDI 0403, A5.3.4), and which
// group the others belong to (A5.3).
#include "sim/core/cpu_alu.h"
#include "sim/core/cpu_v7m.h"

enum {
    CYCLES_SYSTEM = 1, // MRS, MSR, barriers
    CYCLES_WAIT = 1,   // WFI, WFE
};

static enum sim_cpu_stop branch_conditional(struct sim_cpu *cpu, uint32_t op, uint32_t op2,
                                            uint32_t pc)
{
    uint32_t imm = (op & 0x400) << 10 | (op2 & 0x800) << 8 | (op2 & 0x2000) << 5 |
                   (op & 0x3f) << 12 | (op2 & 0x7ff) << 1;
    if (v7m_in_it_block(cpu))
        return SIM_CPU_UNDEFINED;
    if (condition_holds(cpu, op >> 6 & 15))
        v7m_branch(cpu, pc + 4 + sign_extend(imm, 21));
    return SIM_CPU_NONE;
}

enum sim_cpu_stop cpu_execute_hint(struct sim_cpu *cpu, unsigned hint)
{
    switch (hint) {
    case 2:
        cpu->cycles += CYCLES_WAIT;
        return SIM_CPU_WFE;
    case 3:
        cpu->cycles += CYCLES_WAIT;
        return SIM_CPU_WFI;
    case 4: // SEV
        cpu->event = true;
        return SIM_CPU_NONE;
    default: // NOP, YIELD, DBG and what may become a hint
        return SIM_CPU_NONE;
    }
}

static enum sim_cpu_stop barrier(struct sim_cpu *cpu, uint32_t op2)
{
    switch (op2 >> 4 & 15) {
    case 2: // CLREX
        cpu->exclusive = false;
        return SIM_CPU_NONE;
    case 4: // DSB, DMB, ISB: accesses are in order already
    case 5:
    case 6:
        cpu->cycles += CYCLES_SYSTEM;
        return SIM_CPU_NONE;
    default:
        return SIM_CPU_UNDEFINED;
    }
}

static enum sim_cpu_stop miscellaneous(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    if ((op & 0xfff0) == 0xf380 && (op2 & 0xf300) == 0x8000) {
        cpu->cycles += CYCLES_SYSTEM;
        return cpu_move_to_special_v7m(cpu, op & 15, op2 >> 10 & 3, op2 & 0xff);
    }
    if (op == 0xf3ef && (op2 & 0xf000) == 0x8000) {
        cpu->cycles += CYCLES_SYSTEM;
        return cpu_move_from_special_v7m(cpu, op2 >> 8 & 15, op2 & 0xff);
    }
    if (op == 0xf3af && (op2 & 0xff00) == 0x8000)
        return cpu_execute_hint(cpu, op2 & 0xff);
    if (op == 0xf3bf && (op2 & 0xff00) == 0x8f00)
        return barrier(cpu, op2);
    return SIM_CPU_UNDEFINED;
}

static enum sim_cpu_stop control(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc)
{
    switch (op2 >> 12 & 5) {
    case 0:
        if ((op & 0x380) != 0x380)
            return branch_conditional(cpu, op, op2, pc);
        return miscellaneous(cpu, op, op2);
    case 1: // B.W
        v7m_branch(cpu, pc + 4 + far_offset(op, op2));
        return SIM_CPU_NONE;
    case 5: // BL
        cpu->r[LR] = (pc + 4) | 1;
        v7m_branch(cpu, pc + 4 + far_offset(op, op2));
        return SIM_CPU_NONE;
    default:
        return SIM_CPU_UNDEFINED;
    }
}

// Bits 12:8 of the first halfword.
enum sim_cpu_stop cpu_execute_t32(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc)
{
    switch (op >> 8 & 31) {
    case 0x08:
    case 0x09:
        return cpu_t32_several(cpu, op, op2, pc);
    case 0x0a:
    case 0x0b:
        return cpu_t32_shifted_register(cpu, op, op2);
    case 0x10:
    case 0x11:
    case 0x14:
    case 0x15:
        return op2 & 0x8000 ? control(cpu, op, op2, pc) : cpu_t32_modified_immediate(cpu, op, op2);
    case 0x12:
    case 0x13:
    case 0x16:
    case 0x17:
        return op2 & 0x8000 ? control(cpu, op, op2, pc) : cpu_t32_plain_immediate(cpu, op, op2, pc);
    case 0x18:
    case 0x19:
        return cpu_t32_single(cpu, op, op2, pc);
    case 0x1a:
        return cpu_t32_register(cpu, op, op2);
    case 0x1b:
        return op & 0x80 ? cpu_t32_multiply_long(cpu, op, op2) : cpu_t32_multiply(cpu, op, op2);
    case 0x0f:
    case 0x1f: // Advanced SIMD, elsewhere
        return SIM_CPU_UNDEFINED;
    default: // coprocessors
        return cpu_execute_fp(cpu, op, op2, pc);
    }
}
