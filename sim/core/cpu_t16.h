// SPDX-License-Identifier: MIT
// 16-bit instructions of ARMv7-M (DDI 0403, A5.2). What only touches registers and flags is shared
// with ARMv6-M in cpu_alu.h. Private to sim/core/cpu_v7m.c, whose loop it is a part of.
#ifndef SWDLINK_SIM_CORE_CPU_T16_H
#define SWDLINK_SIM_CORE_CPU_T16_H

#include "sim/core/cpu_alu.h"
#include "sim/core/cpu_v7m.h"

static inline uint32_t read_any(const struct sim_cpu *cpu, unsigned n, uint32_t pc)
{
    return n == PC ? pc + 4 : cpu->r[n];
}

static inline void write_any(struct sim_cpu *cpu, unsigned n, uint32_t value)
{
    if (n == PC)
        v7m_branch(cpu, value); // the Thumb bit stays
    else
        v7m_write(cpu, n, value);
}

static inline enum sim_cpu_stop branch_register(struct sim_cpu *cpu, uint32_t op, uint32_t pc,
                                                uint32_t target)
{
    if (op & 7)
        return SIM_CPU_UNDEFINED;
    if (!(op & 0x80))
        return v7m_branch_exchange(cpu, target);
    cpu->r[LR] = (pc + 2) | 1;
    cpu->thumb = target & 1;
    v7m_branch(cpu, target);
    return SIM_CPU_NONE;
}

static inline enum sim_cpu_stop high_registers(struct sim_cpu *cpu, uint32_t op, uint32_t pc)
{
    unsigned d = (op & 7) | (op >> 4 & 8);
    uint32_t m = read_any(cpu, op >> 3 & 15, pc);
    switch (op >> 8 & 3) {
    case 0:
        write_any(cpu, d, read_any(cpu, d, pc) + m);
        return SIM_CPU_NONE;
    case 1:
        add_with_carry(cpu, read_any(cpu, d, pc), ~m, 1);
        return SIM_CPU_NONE;
    case 2:
        write_any(cpu, d, m);
        return SIM_CPU_NONE;
    default:
        return branch_register(cpu, op, pc, m);
    }
}

static inline enum sim_cpu_stop t16_branch_conditional(struct sim_cpu *cpu, uint32_t op,
                                                       uint32_t pc)
{
    unsigned cond = op >> 8 & 15;
    if (cond == 15) {
        cpu->svc_it = cpu->it;
        return SIM_CPU_SVC;
    }
    if (cond == 14 || v7m_in_it_block(cpu))
        return SIM_CPU_UNDEFINED; // UDF; a condition inside of conditions
    if (condition_holds(cpu, cond))
        v7m_branch(cpu, pc + 4 + sign_extend(op << 1, 9));
    return SIM_CPU_NONE;
}

static inline enum sim_cpu_stop load_store_register(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t *t = &cpu->r[op & 7];
    uint32_t addr = cpu->r[op >> 3 & 7] + cpu->r[op >> 6 & 7];
    enum sim_cpu_stop stop;
    switch (op >> 9 & 7) {
    case 0:
        return v7m_store(cpu, addr, 4, *t);
    case 1:
        return v7m_store(cpu, addr, 2, *t);
    case 2:
        return v7m_store(cpu, addr, 1, *t);
    case 3:
        stop = v7m_load(cpu, addr, 1, t);
        if (!stop)
            *t = sign_extend(*t, 8);
        return stop;
    case 4:
        return v7m_load(cpu, addr, 4, t);
    case 5:
        return v7m_load(cpu, addr, 2, t);
    case 6:
        return v7m_load(cpu, addr, 1, t);
    default:
        stop = v7m_load(cpu, addr, 2, t);
        if (!stop)
            *t = sign_extend(*t, 16);
        return stop;
    }
}

static inline enum sim_cpu_stop load_store_immediate(struct sim_cpu *cpu, uint32_t op,
                                                     unsigned size)
{
    uint32_t *t = &cpu->r[op & 7];
    uint32_t addr = cpu->r[op >> 3 & 7] + (op >> 6 & 31) * size;
    return op & 0x800 ? v7m_load(cpu, addr, size, t) : v7m_store(cpu, addr, size, *t);
}

static inline enum sim_cpu_stop load_store_sp(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t *t = &cpu->r[op >> 8 & 7];
    uint32_t addr = cpu->r[SP] + (op & 0xff) * 4;
    return op & 0x800 ? v7m_load(cpu, addr, 4, t) : v7m_store(cpu, addr, 4, *t);
}

static inline uint32_t size_of(uint32_t list)
{
    return 4 * (uint32_t)__builtin_popcount(list);
}

static inline enum sim_cpu_stop push(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t list = (op & 0xff) | (op & 0x100) << (LR - 8);
    uint32_t *sp = &cpu->r[SP], base = *sp - size_of(list);
    return list ? cpu_store_registers(cpu, base, list, sp, base) : SIM_CPU_UNDEFINED;
}

static inline enum sim_cpu_stop pop(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t list = (op & 0xff) | (op & 0x100) << (PC - 8);
    uint32_t *sp = &cpu->r[SP];
    return list ? cpu_load_registers(cpu, *sp, list, sp, *sp + size_of(list)) : SIM_CPU_UNDEFINED;
}

static inline enum sim_cpu_stop store_multiple(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t list = op & 0xff, *base = &cpu->r[op >> 8 & 7];
    if (!list)
        return SIM_CPU_UNDEFINED;
    return cpu_store_registers(cpu, *base, list, base, *base + size_of(list));
}

static inline enum sim_cpu_stop load_multiple(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t list = op & 0xff, *base = &cpu->r[op >> 8 & 7];
    if (!list)
        return SIM_CPU_UNDEFINED;
    return cpu_load_registers(cpu, *base, list, base, *base + size_of(list));
}

static inline enum sim_cpu_stop compare_branch(struct sim_cpu *cpu, uint32_t op, uint32_t pc)
{
    bool is_zero = cpu->r[op & 7] == 0, on_nonzero = op & 0x800;
    if (v7m_in_it_block(cpu))
        return SIM_CPU_UNDEFINED;
    if (is_zero != on_nonzero)
        v7m_branch(cpu, pc + 4 + ((op >> 2 & 0x3e) | (op >> 3 & 0x40)));
    return SIM_CPU_NONE;
}

static inline enum sim_cpu_stop if_then(struct sim_cpu *cpu, uint32_t op)
{
    unsigned cond = op >> 4 & 15, mask = op & 15;
    bool several = mask & (mask - 1);
    if (cond == 15 || (cond == 14 && several) || v7m_in_it_block(cpu))
        return SIM_CPU_UNDEFINED;
    cpu->it = op & 0xff;
    return SIM_CPU_NONE;
}

static inline enum sim_cpu_stop change_state(struct sim_cpu *cpu, uint32_t op)
{
    if ((op & 0xffec) != 0xb660 || !(op & 3) || v7m_in_it_block(cpu))
        return SIM_CPU_UNDEFINED;
    cpu_change_state(cpu, op & 2, op & 1, op & 0x10);
    return SIM_CPU_NONE;
}

static inline enum sim_cpu_stop t16_miscellaneous(struct sim_cpu *cpu, uint32_t op, uint32_t pc)
{
    switch (op >> 8 & 15) {
    case 0x0: { // ADD, SUB (SP plus or minus immediate)
        uint32_t imm = (op & 0x7f) * 4;
        cpu->r[SP] += op & 0x80 ? 0 - imm : imm;
        return SIM_CPU_NONE;
    }
    case 0x1:
    case 0x3:
    case 0x9:
    case 0xb:
        return compare_branch(cpu, op, pc);
    case 0x2:
        extend(cpu, op);
        return SIM_CPU_NONE;
    case 0x4:
    case 0x5:
        return push(cpu, op);
    case 0x6:
        return change_state(cpu, op);
    case 0xa:
        return reverse(cpu, op);
    case 0xc:
    case 0xd:
        return pop(cpu, op);
    case 0xe:
        return SIM_CPU_BKPT;
    case 0xf:
        return op & 15 ? if_then(cpu, op) : cpu_execute_hint(cpu, op >> 4 & 15);
    default:
        return SIM_CPU_UNDEFINED;
    }
}

static ALWAYS_INLINE enum sim_cpu_stop cpu_execute_t16(struct sim_cpu *cpu, uint32_t op,
                                                       uint32_t pc)
{
    switch (op >> 11) {
    case 0x00:
    case 0x01:
    case 0x02:
        shift_immediate(cpu, op);
        return SIM_CPU_NONE;
    case 0x03:
        add_subtract(cpu, op);
        return SIM_CPU_NONE;
    case 0x04:
    case 0x05:
    case 0x06:
    case 0x07:
        immediate8(cpu, op);
        return SIM_CPU_NONE;
    case 0x08:
        if (op & 0x400)
            return high_registers(cpu, op, pc);
        data_processing(cpu, op);
        return SIM_CPU_NONE;
    case 0x09: // LDR (literal)
        return v7m_load(cpu, ((pc + 4) & ~3u) + (op & 0xff) * 4, 4, &cpu->r[op >> 8 & 7]);
    case 0x0a:
    case 0x0b:
        return load_store_register(cpu, op);
    case 0x0c:
    case 0x0d:
        return load_store_immediate(cpu, op, 4);
    case 0x0e:
    case 0x0f:
        return load_store_immediate(cpu, op, 1);
    case 0x10:
    case 0x11:
        return load_store_immediate(cpu, op, 2);
    case 0x12:
    case 0x13:
        return load_store_sp(cpu, op);
    case 0x14: // ADR
        cpu->r[op >> 8 & 7] = ((pc + 4) & ~3u) + (op & 0xff) * 4;
        return SIM_CPU_NONE;
    case 0x15: // ADD (SP plus immediate)
        cpu->r[op >> 8 & 7] = cpu->r[SP] + (op & 0xff) * 4;
        return SIM_CPU_NONE;
    case 0x16:
    case 0x17:
        return t16_miscellaneous(cpu, op, pc);
    case 0x18:
        return store_multiple(cpu, op);
    case 0x19:
        return load_multiple(cpu, op);
    case 0x1a:
    case 0x1b:
        return t16_branch_conditional(cpu, op, pc);
    default: // 0x1c; the others are wide
        v7m_branch(cpu, pc + 4 + sign_extend(op << 1, 12));
        return SIM_CPU_NONE;
    }
}

#endif
