// SPDX-License-Identifier: MIT
// The run loop of the ARMv7-M engine, and IT blocks (DDI 0403, A7.3). ITSTATE moves on when an
// instruction is done, so that whatever stops before it can be resumed. Encodings that the manual
// leaves UNPREDICTABLE are undefined here. Cycles are those of DDI 0439, table 3-1, with memory
// that needs no wait states.
#include "sim/core/cpu_v7m.h"

#include "sim/core/cpu_alu.h"
#include "sim/core/cpu_t16.h"

enum { ITSTATE_COND = 4 }; // the shift of the condition

static inline bool is_wide(uint32_t op)
{
    return op >= 0xe800;
}

// ITAdvance().
static inline uint32_t next_it(uint32_t it)
{
    return it & 7 ? (it & 0xe0) | (it << 1 & 0x1f) : 0;
}

static ALWAYS_INLINE enum sim_cpu_stop execute(struct sim_cpu *cpu, uint32_t op, uint32_t pc)
{
    uint32_t op2;
    if (!is_wide(op)) {
        cpu->r[PC] = pc + 2;
        return cpu_execute_t16(cpu, op, pc);
    }
    enum sim_cpu_stop stop = v7m_fetch(cpu, pc + 2, &op2);
    if (stop)
        return stop;
    cpu->r[PC] = pc + 4;
    return cpu_execute_t32(cpu, op, op2, pc);
}

// 16-bit data processing sets no flags inside an IT block, but for CMP, CMN and TST.
static bool keeps_flags(uint32_t op)
{
    bool compares = (op & 0xf800) == 0x2800 || ((op & 0xff00) == 0x4200 && (op & 0xc0) != 0x40);
    return op < 0x4400 && !compares;
}

static enum sim_cpu_stop skip(struct sim_cpu *cpu, uint32_t op, uint32_t pc)
{
    uint32_t op2;
    if (is_wide(op)) {
        enum sim_cpu_stop stop = v7m_fetch(cpu, pc + 2, &op2);
        if (stop)
            return stop;
    }
    cpu->r[PC] = pc + (is_wide(op) ? 4 : 2);
    return SIM_CPU_NONE;
}

static bool is_breakpoint(uint32_t op)
{
    return (op & 0xff00) == 0xbe00;
}

static enum sim_cpu_stop execute_in_it_block(struct sim_cpu *cpu, uint32_t op, uint32_t pc)
{
    uint32_t it = cpu->it, n = cpu->n, z = cpu->z, c = cpu->c, v = cpu->v;
    enum sim_cpu_stop stop;
    if (is_breakpoint(op))
        return SIM_CPU_BKPT; // whatever the condition says
    if (!condition_holds(cpu, it >> ITSTATE_COND) && it >> ITSTATE_COND < 14)
        stop = skip(cpu, op, pc);
    else
        stop = execute(cpu, op, pc);
    if (keeps_flags(op)) {
        cpu->n = n;
        cpu->z = z;
        cpu->c = c;
        cpu->v = v;
    }
    if (stop < SIM_CPU_BREAKPOINT)
        cpu->it = next_it(it);
    return stop;
}

static bool is_multiple(uint32_t op)
{
    if (is_wide(op))
        return (op & 0xfe40) == 0xe800 || (op & 0xfe00) == 0xec00;
    return (op & 0xf000) == 0xc000 || (op & 0xf600) == 0xb400;
}

// ICI: the debugger or a handler has written it, for this board never interrupts a list.
static enum sim_cpu_stop execute_continued(struct sim_cpu *cpu, uint32_t op, uint32_t pc)
{
    if (!is_multiple(op))
        return SIM_CPU_INVALID_STATE;
    enum sim_cpu_stop stop = execute(cpu, op, pc);
    if (stop < SIM_CPU_BREAKPOINT)
        cpu->it = 0;
    return stop;
}

static inline enum sim_cpu_stop execute_one(struct sim_cpu *cpu)
{
    uint32_t op, pc = cpu->r[PC];
    cpu->at = pc;
    if (!LIKELY(cpu->thumb))
        return SIM_CPU_INVALID_STATE;
    enum sim_cpu_stop stop = v7m_fetch(cpu, pc, &op);
    if (stop)
        return stop;
    if (LIKELY(!cpu->it))
        stop = execute(cpu, op, pc);
    else
        stop = v7m_in_it_block(cpu) ? execute_in_it_block(cpu, op, pc)
                                    : execute_continued(cpu, op, pc);
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

enum sim_cpu_stop sim_cpu_run_v7m(struct sim_cpu *cpu, uint64_t limit)
{
    enum sim_cpu_stop stop;
    do {
        if (cpu->bpu->stop_count && sim_bpu_matches(cpu->bpu, cpu->r[PC]))
            return SIM_CPU_BREAKPOINT;
        stop = execute_one(cpu);
    } while (stop == SIM_CPU_NONE && !cpu->attention && cpu->cycles < limit);
    return stop;
}
