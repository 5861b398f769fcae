// SPDX-License-Identifier: MIT
// 32-bit loads and stores of ARMv7-M: single, dual, exclusive, multiple, and table branches
// (DDI 0403, A5.3.5 to A5.3.10). Lists, pairs and exclusives must be aligned, whatever CCR says.
#include "sim/core/cpu_alu.h"
#include "sim/core/cpu_v7m.h"

// Where a single load or store goes, and what its base register becomes.
struct address {
    uint32_t addr, back;
    bool writes_back, unprivileged;
};

// An 8-bit immediate with P, U and W (bits 10:8 of the second halfword).
static bool decode_offset(const struct sim_cpu *cpu, uint32_t op, uint32_t op2, struct address *a)
{
    uint32_t base = cpu->r[op & 15], imm = op2 & 0xff;
    bool p = op2 & 0x400, u = op2 & 0x200, w = op2 & 0x100;
    if (!p && !w)
        return false;
    uint32_t moved = u ? base + imm : base - imm;
    a->unprivileged = p && u && !w;
    a->writes_back = w;
    a->addr = p ? moved : base;
    a->back = moved;
    return true;
}

static inline bool decode_address(const struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc,
                                  struct address *a)
{
    unsigned n = op & 15, m = op2 & 15;
    uint32_t imm = op2 & 0xfff;
    *a = (struct address){0};
    if (n == PC) {
        uint32_t base = (pc + 4) & ~3u;
        a->addr = op & 0x80 ? base + imm : base - imm;
        return true;
    }
    if (op & 0x80) {
        a->addr = cpu->r[n] + imm;
        return true;
    }
    if (op2 & 0x800)
        return decode_offset(cpu, op, op2, a);
    a->addr = cpu->r[n] + (cpu->r[m] << (op2 >> 4 & 3));
    return (op2 & 0x7c0) == 0 && !v7m_is_special(m);
}

static inline unsigned size_of(uint32_t op)
{
    return 1u << (op >> 5 & 3);
}

// What is UNPREDICTABLE of the registers: to write back to the register that is moved, SP and PC in
// bytes and halfwords, PC stored or in LDRT.
static inline bool registers_fit(uint32_t op, unsigned t, const struct address *a)
{
    bool load = op & 0x10, word = size_of(op) == 4;
    if (a->writes_back && t == (op & 15))
        return false;
    if (!v7m_is_special(t))
        return true;
    if (!word || a->unprivileged)
        return false;
    return load || t != PC;
}

static enum sim_cpu_stop load_single(struct sim_cpu *cpu, uint32_t op, unsigned t,
                                     const struct address *a)
{
    uint32_t value;
    unsigned size = size_of(op);
    enum sim_cpu_stop stop = v7m_load(cpu, a->addr, size, &value);
    if (stop)
        return stop;
    if (op & 0x100)
        value = sign_extend(value, 8 * size);
    if (a->writes_back)
        v7m_write(cpu, op & 15, a->back);
    if (t == PC)
        return v7m_branch_exchange(cpu, value);
    v7m_write(cpu, t, value);
    return SIM_CPU_NONE;
}

static enum sim_cpu_stop store_single(struct sim_cpu *cpu, uint32_t op, unsigned t,
                                      const struct address *a)
{
    enum sim_cpu_stop stop = v7m_store(cpu, a->addr, size_of(op), cpu->r[t]);
    if (stop == SIM_CPU_NONE && a->writes_back)
        v7m_write(cpu, op & 15, a->back);
    return stop;
}

// PLD, PLI and what may become a memory hint.
static bool is_memory_hint(uint32_t op, uint32_t op2, const struct address *a)
{
    return op & 0x10 && op2 >> 12 == PC && size_of(op) < 4 && !a->writes_back && !a->unprivileged;
}

enum sim_cpu_stop cpu_t32_single(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc)
{
    bool load = op & 0x10, sign = op & 0x100;
    unsigned t = op2 >> 12, size = size_of(op);
    struct address a;
    if (size == 8 || (sign && (!load || size == 4)) || (!load && (op & 15) == PC))
        return SIM_CPU_UNDEFINED;
    if (!decode_address(cpu, op, op2, pc, &a))
        return SIM_CPU_UNDEFINED;
    if (is_memory_hint(op, op2, &a))
        return SIM_CPU_NONE;
    if (!registers_fit(op, t, &a))
        return SIM_CPU_UNDEFINED;
    cpu->unprivileged = a.unprivileged;
    enum sim_cpu_stop stop = load ? load_single(cpu, op, t, &a) : store_single(cpu, op, t, &a);
    cpu->unprivileged = false;
    return stop;
}

// LDRD and STRD.

static bool pair_fits(uint32_t op, unsigned t, unsigned t2)
{
    bool load = op & 0x10, writes_back = op & 0x20;
    unsigned n = op & 15;
    if (v7m_is_special(t) || v7m_is_special(t2) || (load && t == t2))
        return false;
    if (n == PC)
        return load && !writes_back;
    return !writes_back || (n != t && n != t2);
}

static enum sim_cpu_stop load_store_dual(struct sim_cpu *cpu, uint32_t op, uint32_t op2,
                                         uint32_t pc)
{
    unsigned n = op & 15, t = op2 >> 12, t2 = op2 >> 8 & 15;
    bool load = op & 0x10;
    uint32_t base = n == PC ? (pc + 4) & ~3u : cpu->r[n], imm = (op2 & 0xff) * 4;
    uint32_t moved = op & 0x80 ? base + imm : base - imm, addr = op & 0x100 ? moved : base;
    enum sim_cpu_stop stop;
    if (!pair_fits(op, t, t2))
        return SIM_CPU_UNDEFINED;
    if (load) {
        stop = cpu_v7m_load_words(cpu, addr, 0, 2);
    } else {
        cpu->list_value[0] = cpu->r[t];
        cpu->list_value[1] = cpu->r[t2];
        stop = cpu_v7m_store_words(cpu, addr, 0, 2);
    }
    if (stop)
        return stop;
    if (op & 0x20)
        v7m_write(cpu, n, moved);
    if (load) {
        cpu->r[t] = cpu->list_value[0];
        cpu->r[t2] = cpu->list_value[1];
    }
    return SIM_CPU_NONE;
}

// Exclusives. The monitor keeps no address (DDI 0439, 3.6.3): a store succeeds after any exclusive
// load, and fails when it is not set.

static enum sim_cpu_stop load_exclusive(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                        unsigned t)
{
    uint32_t value;
    if (addr & (size - 1))
        return SIM_CPU_UNALIGNED;
    enum sim_cpu_stop stop = v7m_load(cpu, addr, size, &value);
    if (stop)
        return stop;
    cpu->exclusive = true;
    cpu->r[t] = value;
    return SIM_CPU_NONE;
}

static enum sim_cpu_stop store_exclusive(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                         unsigned t, unsigned d)
{
    if (addr & (size - 1))
        return SIM_CPU_UNALIGNED;
    if (cpu->exclusive) {
        enum sim_cpu_stop stop = v7m_store(cpu, addr, size, cpu->r[t]);
        if (stop)
            return stop;
    }
    cpu->r[d] = !cpu->exclusive;
    cpu->exclusive = false;
    return SIM_CPU_NONE;
}

static bool exclusive_store_fits(unsigned n, unsigned t, unsigned d)
{
    return !v7m_is_special(t) && !v7m_is_special(d) && n != PC && d != n && d != t;
}

// TBB and TBH.
static enum sim_cpu_stop table_branch(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc)
{
    unsigned n = op & 15, m = op2 & 15, size = op2 & 0x10 ? 2 : 1;
    uint32_t base = n == PC ? pc + 4 : cpu->r[n], offset;
    if (n == SP || v7m_is_special(m))
        return SIM_CPU_UNDEFINED;
    enum sim_cpu_stop stop = v7m_load(cpu, base + cpu->r[m] * size, size, &offset);
    if (stop)
        return stop;
    v7m_branch(cpu, pc + 4 + 2 * offset);
    return SIM_CPU_NONE;
}

static enum sim_cpu_stop exclusive_word(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, t = op2 >> 12, d = op2 >> 8 & 15;
    uint32_t addr = cpu->r[n] + (op2 & 0xff) * 4;
    if (op & 0x10) {
        bool fits = !v7m_is_special(t) && n != PC && d == 15;
        return fits ? load_exclusive(cpu, addr, 4, t) : SIM_CPU_UNDEFINED;
    }
    bool fits = exclusive_store_fits(n, t, d);
    return fits ? store_exclusive(cpu, addr, 4, t, d) : SIM_CPU_UNDEFINED;
}

// With P and W clear, the pair encodings are these.
static enum sim_cpu_stop exclusive_or_table(struct sim_cpu *cpu, uint32_t op, uint32_t op2,
                                            uint32_t pc)
{
    unsigned n = op & 15, t = op2 >> 12, d = op2 & 15, kind = op2 >> 4 & 15;
    bool load = op & 0x10;
    if (!(op & 0x80))
        return exclusive_word(cpu, op, op2);
    if (load && kind <= 1 && (op2 & 0xff00) == 0xf000)
        return table_branch(cpu, op, op2, pc);
    if ((kind != 4 && kind != 5) || (op2 & 0xf00) != 0xf00)
        return SIM_CPU_UNDEFINED;
    unsigned size = kind == 4 ? 1 : 2;
    if (load) {
        bool fits = !v7m_is_special(t) && n != PC && d == 15;
        return fits ? load_exclusive(cpu, cpu->r[n], size, t) : SIM_CPU_UNDEFINED;
    }
    bool fits = exclusive_store_fits(n, t, d);
    return fits ? store_exclusive(cpu, cpu->r[n], size, t, d) : SIM_CPU_UNDEFINED;
}

// LDM, STM, PUSH and POP. LR and PC are not loaded together; the base may be loaded only when it is
// not written back.
static bool list_fits(uint32_t op, uint32_t list)
{
    bool load = op & 0x10, writes_back = op & 0x20;
    unsigned n = op & 15;
    if (n == PC || __builtin_popcount(list) < 2 || list >> SP & 1)
        return false;
    if (load ? (list >> LR & 3) == 3 : list >> PC & 1)
        return false;
    return !writes_back || !(list >> n & 1);
}

static enum sim_cpu_stop load_store_multiple(struct sim_cpu *cpu, uint32_t op, uint32_t list)
{
    unsigned n = op & 15, mode = op >> 7 & 3;
    uint32_t size = 4 * (uint32_t)__builtin_popcount(list), start = cpu->r[n], end = start + size;
    uint32_t *base = op & 0x20 ? &cpu->r[n] : NULL;
    if ((mode != 1 && mode != 2) || !list_fits(op, list))
        return SIM_CPU_UNDEFINED;
    if (mode == 2) // decrement before
        end = start -= size;
    if (op & 0x10)
        return cpu_load_registers(cpu, start, list, base, end);
    return cpu_store_registers(cpu, start, list, base, end);
}

enum sim_cpu_stop cpu_t32_several(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc)
{
    if (!(op & 0x40))
        return load_store_multiple(cpu, op, op2);
    if (!(op & 0x120))
        return exclusive_or_table(cpu, op, op2, pc);
    return load_store_dual(cpu, op, op2, pc);
}
