// SPDX-License-Identifier: MIT
// The parts of the ARMv7-M engine, each a group of instructions (DDI 0403, A5). They get the
// instruction's halfwords and its address; r[15] is behind it already. Private to sim/core/cpu*.c.
#ifndef SWDLINK_SIM_CORE_CPU_V7M_H
#define SWDLINK_SIM_CORE_CPU_V7M_H

#include "sim/core/cpu.h"
#include "sim/core/cpu_memory.h"

enum { SP = 13, LR = 14, PC = 15 };

// Cycles in addition to the one that every instruction takes (DDI 0439, table 3-1).
enum { CYCLES_BRANCH = 2 }; // the pipeline is filled again

enum sim_cpu_stop sim_cpu_run_v7m(struct sim_cpu *cpu, uint64_t limit);

// cpu_t32.c, and hints of both widths and architectures.
enum sim_cpu_stop cpu_execute_t32(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc);
enum sim_cpu_stop cpu_execute_hint(struct sim_cpu *cpu, unsigned hint);

// The groups of 32-bit instructions, by file: cpu_t32_data.c, cpu_t32_memory.c, cpu_t32_register.c,
// cpu_dsp.c.
enum sim_cpu_stop cpu_t32_modified_immediate(struct sim_cpu *cpu, uint32_t op, uint32_t op2);
enum sim_cpu_stop cpu_t32_plain_immediate(struct sim_cpu *cpu, uint32_t op, uint32_t op2,
                                          uint32_t pc);
enum sim_cpu_stop cpu_t32_shifted_register(struct sim_cpu *cpu, uint32_t op, uint32_t op2);
enum sim_cpu_stop cpu_t32_single(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc);
enum sim_cpu_stop cpu_t32_several(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc);
enum sim_cpu_stop cpu_t32_register(struct sim_cpu *cpu, uint32_t op, uint32_t op2);
enum sim_cpu_stop cpu_t32_multiply(struct sim_cpu *cpu, uint32_t op, uint32_t op2);
enum sim_cpu_stop cpu_t32_multiply_long(struct sim_cpu *cpu, uint32_t op, uint32_t op2);
enum sim_cpu_stop cpu_dsp_parallel(struct sim_cpu *cpu, uint32_t op, uint32_t op2);
enum sim_cpu_stop cpu_dsp_miscellaneous(struct sim_cpu *cpu, uint32_t op, uint32_t op2);
enum sim_cpu_stop cpu_dsp_multiply(struct sim_cpu *cpu, uint32_t op, uint32_t op2);
enum sim_cpu_stop cpu_dsp_multiply_long(struct sim_cpu *cpu, uint32_t op, uint32_t op2);

// cpu_fpu.c: coprocessor instructions.
enum sim_cpu_stop cpu_execute_fp(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc);

// cpu_special_v7m.c: MSR with bits 11:10 of the instruction (mask), MRS, CPS.
enum sim_cpu_stop cpu_move_to_special_v7m(struct sim_cpu *cpu, unsigned n, unsigned mask,
                                          unsigned sysm);
enum sim_cpu_stop cpu_move_from_special_v7m(struct sim_cpu *cpu, unsigned d, unsigned sysm);
void cpu_change_state(struct sim_cpu *cpu, bool primask, bool faultmask, bool disable);

// cpu_v7m_memory.c: everything that is not an aligned access to a window.
enum sim_cpu_stop cpu_v7m_slow_read(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                    uint32_t *value);
enum sim_cpu_stop cpu_v7m_slow_write(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                     uint32_t value);
enum sim_cpu_stop cpu_v7m_slow_fetch(struct sim_cpu *cpu, uint32_t addr, uint32_t *op);

// Words of a register list, aligned ones only. The values are in cpu->list_value, before a store
// and after a load; the first `skip` of them are not accessed.
enum sim_cpu_stop cpu_v7m_load_words(struct sim_cpu *cpu, uint32_t addr, unsigned skip,
                                     unsigned count);
enum sim_cpu_stop cpu_v7m_store_words(struct sim_cpu *cpu, uint32_t addr, unsigned skip,
                                      unsigned count);

// LDM, STM, PUSH and POP: list has a bit for each register. Loaded registers are written at the
// end, PC last (it may be an exception return); *base gets `back` before that, if it is not NULL.
enum sim_cpu_stop cpu_load_registers(struct sim_cpu *cpu, uint32_t addr, uint32_t list,
                                     uint32_t *base, uint32_t back);
enum sim_cpu_stop cpu_store_registers(struct sim_cpu *cpu, uint32_t addr, uint32_t list,
                                      uint32_t *base, uint32_t back);

static inline enum sim_cpu_stop v7m_fetch(struct sim_cpu *cpu, uint32_t addr, uint32_t *op)
{
    return cpu_fetch_or(cpu, addr, op, cpu_v7m_slow_fetch);
}

static inline enum sim_cpu_stop v7m_load(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                         uint32_t *value)
{
    const uint8_t *p = NULL;
    if (LIKELY(!(addr & (size - 1))))
        p = LIKELY(!cpu->dcache) ? cpu_window_bytes(cpu->windows, addr, false)
                                 : sim_l1_bytes(cpu->dcache, addr, false);
    if (!LIKELY(p))
        return cpu_v7m_slow_read(cpu, addr, size, value);
    *value = get_le_sized(p, size);
    return cpu_end_access(cpu, addr, size, *value, false);
}

static inline enum sim_cpu_stop v7m_store(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                          uint32_t value)
{
    uint8_t *p = NULL;
    if (LIKELY(!(addr & (size - 1))))
        p = LIKELY(!cpu->dcache) ? cpu_window_bytes(cpu->windows, addr, true)
                                 : sim_l1_bytes(cpu->dcache, addr, true);
    if (!LIKELY(p))
        return cpu_v7m_slow_write(cpu, addr, size, value);
    put_le_sized(p, size, value);
    return cpu_end_access(cpu, addr, size, value, true);
}

// Load, store and branch instructions of several groups.

static inline void v7m_branch(struct sim_cpu *cpu, uint32_t target)
{
    cpu->r[PC] = target & ~1u;
    cpu->cycles += CYCLES_BRANCH;
}

// BXWritePC() and LoadWritePC() (DDI 0403, A2.3.1): bit 0 is the Thumb bit, and in Handler mode
// 0xfxxxxxxx is an exception return.
static inline enum sim_cpu_stop v7m_branch_exchange(struct sim_cpu *cpu, uint32_t target)
{
    v7m_branch(cpu, target);
    if (cpu->ipsr && target >> 28 == 0xf) {
        cpu->exc_return = target;
        return SIM_CPU_EXC_RETURN;
    }
    cpu->thumb = target & 1;
    return SIM_CPU_NONE;
}

static inline void v7m_write(struct sim_cpu *cpu, unsigned n, uint32_t value)
{
    cpu->r[n] = n == SP ? value & ~3u : value;
}

// SP or PC, which most operations may not name.
static inline bool v7m_is_special(unsigned n)
{
    return n == SP || n == PC;
}

// ITSTATE says that this instruction is in an IT block; it is advanced when the instruction is
// done.
static inline bool v7m_in_it_block(const struct sim_cpu *cpu)
{
    return cpu->it & 15;
}

#endif
