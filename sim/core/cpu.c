// SPDX-License-Identifier: MIT
// ARMv6-M instructions, decoded by the groups of DDI 0419, A5.2 and A5.3. The order of the groups
// in execute() is that of the top five bits of the first halfword. Encodings that the manual leaves
// UNPREDICTABLE (empty register lists, bits that should be zero, MRS to SP) are undefined here.
// Cycles are those of DDI 0432 and DDI 0484, table 3-1, with memory that needs no wait states.
#include "sim/core/cpu.h"

#include "sim/core/cpu_alu.h"
#include "sim/core/cpu_memory.h"
#include "sim/core/cpu_special.h"
#include "sim/core/cpu_v7m.h"

// Cycles in addition to the one that every instruction takes.
enum {
    CYCLES_BL = 3,
    CYCLES_POP_PC = 3, // besides the transfers
    CYCLES_SYSTEM = 3, // MRS, MSR, barriers
};

// What fills the pipeline again takes a cycle less where that is short.
static inline unsigned refilling(const struct sim_cpu *cpu, unsigned cycles)
{
    return cycles - cpu->short_pipeline;
}

// Branches and high registers: DDI 0419, A5.2.3 and A5.2.6.

static inline void branch(struct sim_cpu *cpu, uint32_t target)
{
    cpu->r[PC] = target & ~1u;
    cpu->cycles += refilling(cpu, CYCLES_BRANCH);
}

// BXWritePC(): bit 0 is the Thumb bit, and in Handler mode 0xfxxxxxxx is an exception return.
static enum sim_cpu_stop branch_exchange(struct sim_cpu *cpu, uint32_t target)
{
    if (cpu->ipsr && target >> 28 == 0xf) {
        cpu->exc_return = target;
        branch(cpu, target);
        return SIM_CPU_EXC_RETURN;
    }
    cpu->thumb = target & 1;
    branch(cpu, target);
    return SIM_CPU_NONE;
}

static enum sim_cpu_stop branch_register(struct sim_cpu *cpu, uint32_t op, uint32_t pc,
                                         uint32_t target)
{
    if (op & 7)
        return SIM_CPU_UNDEFINED;
    if (!(op & 0x80))
        return branch_exchange(cpu, target);
    cpu->r[LR] = (pc + 2) | 1;
    cpu->thumb = target & 1;
    branch(cpu, target);
    return SIM_CPU_NONE;
}

static inline uint32_t read_any(const struct sim_cpu *cpu, unsigned n, uint32_t pc)
{
    return n == PC ? pc + 4 : cpu->r[n];
}

static inline void write_any(struct sim_cpu *cpu, unsigned n, uint32_t value)
{
    if (n == PC)
        branch(cpu, value); // the Thumb bit stays
    else
        cpu->r[n] = n == SP ? value & ~3u : value;
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

static inline enum sim_cpu_stop branch_conditional(struct sim_cpu *cpu, uint32_t op, uint32_t pc)
{
    unsigned cond = op >> 8 & 15;
    if (cond == 15)
        return SIM_CPU_SVC;
    if (cond == 14)
        return SIM_CPU_UNDEFINED; // UDF
    if (condition_holds(cpu, cond))
        branch(cpu, pc + 4 + sign_extend(op << 1, 9));
    return SIM_CPU_NONE;
}

// Loads and stores: A5.2.4.

static inline enum sim_cpu_stop load_signed(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                            uint32_t *value)
{
    uint32_t x;
    enum sim_cpu_stop stop = cpu_load(cpu, addr, size, &x);
    if (stop == SIM_CPU_NONE)
        *value = sign_extend(x, 8 * size);
    return stop;
}

// A failed load leaves its register as it was.
static inline enum sim_cpu_stop load_to(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                        uint32_t *value)
{
    uint32_t x;
    enum sim_cpu_stop stop = cpu_load(cpu, addr, size, &x);
    if (stop == SIM_CPU_NONE)
        *value = x;
    return stop;
}

static inline enum sim_cpu_stop load_store_register(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t *t = &cpu->r[op & 7];
    uint32_t addr = cpu->r[op >> 3 & 7] + cpu->r[op >> 6 & 7];
    switch (op >> 9 & 7) {
    case 0:
        return cpu_store(cpu, addr, 4, *t);
    case 1:
        return cpu_store(cpu, addr, 2, *t);
    case 2:
        return cpu_store(cpu, addr, 1, *t);
    case 3:
        return load_signed(cpu, addr, 1, t);
    case 4:
        return load_to(cpu, addr, 4, t);
    case 5:
        return load_to(cpu, addr, 2, t);
    case 6:
        return load_to(cpu, addr, 1, t);
    default:
        return load_signed(cpu, addr, 2, t);
    }
}

static inline enum sim_cpu_stop load_store_immediate(struct sim_cpu *cpu, uint32_t op,
                                                     unsigned size)
{
    uint32_t *t = &cpu->r[op & 7];
    uint32_t addr = cpu->r[op >> 3 & 7] + (op >> 6 & 31) * size;
    return op & 0x800 ? load_to(cpu, addr, size, t) : cpu_store(cpu, addr, size, *t);
}

static inline enum sim_cpu_stop load_store_sp(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t *t = &cpu->r[op >> 8 & 7];
    uint32_t addr = cpu->r[SP] + (op & 0xff) * 4;
    return op & 0x800 ? load_to(cpu, addr, 4, t) : cpu_store(cpu, addr, 4, *t);
}

// Register lists: A6.7, STM, LDM, PUSH, POP.

// The registers of a list in order; bit 8 stands for `extra`. Returns how many.
static unsigned unpack_list(uint32_t list, unsigned extra, unsigned reg[9])
{
    unsigned n = 0;
    for (unsigned i = 0; i < 8; i++) {
        if (list >> i & 1)
            reg[n++] = i;
    }
    if (list & 0x100)
        reg[n++] = extra;
    return n;
}

static enum sim_cpu_stop load_list(struct sim_cpu *cpu, uint32_t addr, unsigned count)
{
    for (unsigned i = cpu->list_done; i < count; i++) {
        enum sim_cpu_stop stop = cpu_load(cpu, addr + 4 * i, 4, &cpu->list_value[i]);
        if (stop)
            return cpu_end_list(cpu, i, stop);
    }
    return cpu_end_list(cpu, 0, SIM_CPU_NONE);
}

static enum sim_cpu_stop store_list(struct sim_cpu *cpu, uint32_t addr, unsigned count,
                                    const unsigned reg[9])
{
    for (unsigned i = cpu->list_done; i < count; i++) {
        enum sim_cpu_stop stop = cpu_store(cpu, addr + 4 * i, 4, cpu->r[reg[i]]);
        if (stop)
            return cpu_end_list(cpu, i, stop);
    }
    return cpu_end_list(cpu, 0, SIM_CPU_NONE);
}

static enum sim_cpu_stop push(struct sim_cpu *cpu, uint32_t op)
{
    unsigned reg[9], count = unpack_list(op & 0x1ff, LR, reg);
    if (count == 0)
        return SIM_CPU_UNDEFINED;
    uint32_t base = cpu->r[SP] - 4 * count;
    enum sim_cpu_stop stop = store_list(cpu, base, count, reg);
    if (stop == SIM_CPU_NONE)
        cpu->r[SP] = base;
    return stop;
}

static enum sim_cpu_stop pop(struct sim_cpu *cpu, uint32_t op)
{
    unsigned reg[9], count = unpack_list(op & 0x1ff, PC, reg);
    if (count == 0)
        return SIM_CPU_UNDEFINED;
    enum sim_cpu_stop stop = load_list(cpu, cpu->r[SP], count);
    if (stop)
        return stop;
    cpu->r[SP] += 4 * count;
    for (unsigned i = 0; i < count && reg[i] != PC; i++)
        cpu->r[reg[i]] = cpu->list_value[i];
    if (!(op & 0x100))
        return SIM_CPU_NONE;
    cpu->cycles += CYCLES_POP_PC - CYCLES_BRANCH;
    return branch_exchange(cpu, cpu->list_value[count - 1]);
}

static enum sim_cpu_stop store_multiple(struct sim_cpu *cpu, uint32_t op)
{
    unsigned reg[9], count = unpack_list(op & 0xff, 0, reg);
    if (count == 0)
        return SIM_CPU_UNDEFINED;
    uint32_t *base = &cpu->r[op >> 8 & 7];
    enum sim_cpu_stop stop = store_list(cpu, *base, count, reg);
    if (stop == SIM_CPU_NONE)
        *base += 4 * count;
    return stop;
}

static enum sim_cpu_stop load_multiple(struct sim_cpu *cpu, uint32_t op)
{
    unsigned reg[9], count = unpack_list(op & 0xff, 0, reg);
    if (count == 0)
        return SIM_CPU_UNDEFINED;
    uint32_t *base = &cpu->r[op >> 8 & 7];
    enum sim_cpu_stop stop = load_list(cpu, *base, count);
    if (stop)
        return stop;
    *base += 4 * count; // overwritten below when the base is in the list
    for (unsigned i = 0; i < count; i++)
        cpu->r[reg[i]] = cpu->list_value[i];
    return SIM_CPU_NONE;
}

// Miscellaneous 16-bit instructions: A5.2.5.

static enum sim_cpu_stop miscellaneous(struct sim_cpu *cpu, uint32_t op)
{
    switch (op >> 8 & 15) {
    case 0x0: { // ADD, SUB (SP plus or minus immediate)
        uint32_t imm = (op & 0x7f) * 4;
        cpu->r[SP] += op & 0x80 ? 0 - imm : imm;
        return SIM_CPU_NONE;
    }
    case 0x2:
        extend(cpu, op);
        return SIM_CPU_NONE;
    case 0x4:
    case 0x5:
        return push(cpu, op);
    case 0x6: // CPSIE i, CPSID i
        if ((op & 0xffef) != 0xb662)
            return SIM_CPU_UNDEFINED;
        cpu_set_primask(cpu, op & 0x10);
        return SIM_CPU_NONE;
    case 0xa:
        return reverse(cpu, op);
    case 0xc:
    case 0xd:
        return pop(cpu, op);
    case 0xe:
        return SIM_CPU_BKPT;
    case 0xf:
        if (op & 15)
            return SIM_CPU_UNDEFINED; // IT does not exist in ARMv6-M
        return cpu_execute_hint(cpu, op >> 4 & 15);
    default:
        return SIM_CPU_UNDEFINED;
    }
}

// 32-bit instructions: A5.3.

static void branch_link(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc)
{
    cpu->r[LR] = (pc + 4) | 1;
    cpu->r[PC] = pc + 4 + far_offset(op, op2);
    cpu->cycles += refilling(cpu, CYCLES_BL);
}

static bool is_barrier(uint32_t op, uint32_t op2)
{
    unsigned kind = op2 >> 4 & 15;
    return op == 0xf3bf && (op2 & 0xff00) == 0x8f00 && kind >= 4 && kind <= 6;
}

static enum sim_cpu_stop execute_wide(struct sim_cpu *cpu, uint32_t op, uint32_t pc)
{
    uint32_t op2;
    enum sim_cpu_stop stop = cpu_fetch(cpu, pc + 2, &op2);
    if (stop)
        return stop;
    if ((op & 0xf800) != 0xf000 || !(op2 & 0x8000))
        return SIM_CPU_UNDEFINED;
    cpu->r[PC] = pc + 4;
    if ((op2 & 0xd000) == 0xd000) {
        branch_link(cpu, op, op2, pc);
        return SIM_CPU_NONE;
    }
    if ((op & 0xffe0) == 0xf380 && (op2 & 0xff00) == 0x8800)
        stop = cpu_move_to_special(cpu, op & 15, op2 & 0xff);
    else if (op == 0xf3ef && (op2 & 0xf000) == 0x8000)
        stop = cpu_move_from_special(cpu, op2 >> 8 & 15, op2 & 0xff);
    else if (!is_barrier(op, op2))
        stop = SIM_CPU_UNDEFINED;
    cpu->cycles += stop ? 0 : refilling(cpu, CYCLES_SYSTEM);
    return stop;
}

static inline enum sim_cpu_stop execute(struct sim_cpu *cpu, uint32_t op, uint32_t pc)
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
        return load_to(cpu, ((pc + 4) & ~3u) + (op & 0xff) * 4, 4, &cpu->r[op >> 8 & 7]);
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
        return miscellaneous(cpu, op);
    case 0x18:
        return store_multiple(cpu, op);
    case 0x19:
        return load_multiple(cpu, op);
    case 0x1a:
    case 0x1b:
        return branch_conditional(cpu, op, pc);
    case 0x1c:
        branch(cpu, pc + 4 + sign_extend(op << 1, 12));
        return SIM_CPU_NONE;
    default:
        return execute_wide(cpu, op, pc);
    }
}

static inline enum sim_cpu_stop execute_one(struct sim_cpu *cpu)
{
    uint32_t op, pc = cpu->r[PC];
    if (!LIKELY(cpu->thumb))
        return SIM_CPU_UNDEFINED;
    enum sim_cpu_stop stop = cpu_fetch(cpu, pc, &op);
    if (stop)
        return stop;
    cpu->r[PC] = pc + 2;
    stop = execute(cpu, op, pc);
    if (stop >= SIM_CPU_BREAKPOINT) {
        cpu->r[PC] = pc;
        return stop;
    }
    cpu->cycles++;
    cpu->instructions++;
    if (cpu->dwt->watches_pc && sim_dwt_compare_pc(cpu->dwt, pc))
        cpu->attention = true;
    return stop;
}

static enum sim_cpu_stop run_v6m(struct sim_cpu *cpu, uint64_t limit)
{
    enum sim_cpu_stop stop;
    do {
        if (cpu->bpu->stop_count && sim_bpu_matches(cpu->bpu, cpu->r[PC]))
            return SIM_CPU_BREAKPOINT;
        stop = execute_one(cpu);
    } while (stop == SIM_CPU_NONE && !cpu->attention && cpu->cycles < limit);
    return stop;
}

enum sim_cpu_stop sim_cpu_run(struct sim_cpu *cpu, uint64_t limit)
{
    sim_cpu_choose_windows(cpu);
    return cpu->arch == SIM_ARMV6M ? run_v6m(cpu, limit) : sim_cpu_run_v7m(cpu, limit);
}
