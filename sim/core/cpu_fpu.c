// SPDX-License-Identifier: MIT
// FPv4-SP and FPv5: who may use it, loads, stores and transfers (DDI 0403, A6.5 to A6.7 and
// B1.5.7). Double registers exist in all units, as pairs of single ones that are moved together.
#include "sim/core/cpu_fpu.h"

static bool is_accessible(const struct sim_cpu *cpu)
{
    unsigned access = cpu->fp.access;
    return cpu->fp.present && (access == 3 || (access == 1 && sim_cpu_is_privileged(cpu)));
}

// A new context gets its modes from FPDSCR (ExecuteFPCheck()).
static void open_context(struct sim_cpu *cpu)
{
    const uint32_t modes = FPSCR_AHP | FPSCR_DN | FPSCR_FZ | 3u << FPSCR_RMODE_SHIFT;
    if (!cpu->fp.aspen || cpu->fp.fpca)
        return;
    cpu->fp.fpscr = (cpu->fp.fpscr & ~modes) | (cpu->fp.fpdscr & modes);
    cpu->fp.fpca = true;
}

// Loads and stores: A6.5.

// The words of VLDR, VSTR, VLDM or VSTM, and where they are.
struct words {
    unsigned first, count;
    uint32_t addr;
};

static enum sim_cpu_stop move_words(struct sim_cpu *cpu, const struct words *w, bool load)
{
    uint32_t *s = &cpu->fp.s[w->first];
    if (!load) {
        for (unsigned i = 0; i < w->count; i++)
            cpu->list_value[i] = s[i];
        return cpu_v7m_store_words(cpu, w->addr, 0, w->count);
    }
    enum sim_cpu_stop stop = cpu_v7m_load_words(cpu, w->addr, 0, w->count);
    for (unsigned i = 0; i < w->count && !stop; i++)
        s[i] = cpu->list_value[i];
    return stop;
}

static enum sim_cpu_stop move_word(struct sim_cpu *cpu, uint32_t addr, uint32_t *s, bool load)
{
    if (addr & 3)
        return SIM_CPU_UNALIGNED;
    return load ? v7m_load(cpu, addr, 4, s) : v7m_store(cpu, addr, 4, *s);
}

static enum sim_cpu_stop load_store_one(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc)
{
    unsigned n = op & 15;
    bool load = op & 0x10, is_double = op2 & 0x100;
    uint32_t imm = (op2 & 0xff) * 4, base = n == PC ? (pc + 4) & ~3u : cpu->r[n];
    struct words w = {fp_operand(is_double, op2 >> 12, op >> 6 & 1), is_double ? 2 : 1, 0};
    w.addr = op & 0x80 ? base + imm : base - imm;
    if (w.first >= FP_SINGLES || (n == PC && !load))
        return SIM_CPU_UNDEFINED;
    if (!is_double)
        return move_word(cpu, w.addr, &cpu->fp.s[w.first], load);
    return move_words(cpu, &w, load);
}

// VLDM, VSTM, VPOP, VPUSH. An odd number of words for double registers is FLDMX or FSTMX, whose
// last word is skipped.
static enum sim_cpu_stop load_store_several(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned n = op & 15, words = op2 & 0xff;
    bool load = op & 0x10, is_double = op2 & 0x100, down = op & 0x100;
    struct words w = {fp_operand(is_double, op2 >> 12, op >> 6 & 1), words, cpu->r[n]};
    uint32_t size = 4 * words, end = down ? w.addr - size : w.addr + size;
    if (is_double)
        w.count &= ~1u;
    if (w.count == 0 || w.first + w.count > FP_SINGLES || n == PC)
        return SIM_CPU_UNDEFINED;
    if (down)
        w.addr = end;
    enum sim_cpu_stop stop = move_words(cpu, &w, load);
    if (stop == SIM_CPU_NONE && op & 0x20)
        v7m_write(cpu, n, end);
    return stop;
}

// VMOV between two core registers and two single ones or a double one.
static enum sim_cpu_stop move_two(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    unsigned t = op2 >> 12, t2 = op & 15;
    bool to_core = op & 0x10;
    unsigned m = fp_operand(op2 & 0x100, op2 & 15, op2 >> 5 & 1);
    if ((op2 & 0xd0) != 0x10 || m + 1 >= FP_SINGLES || v7m_is_special(t) || v7m_is_special(t2) ||
        (to_core && t == t2))
        return SIM_CPU_UNDEFINED;
    uint32_t *s = &cpu->fp.s[m];
    cpu->cycles++;
    if (to_core) {
        cpu->r[t] = s[0];
        cpu->r[t2] = s[1];
    } else {
        s[0] = cpu->r[t];
        s[1] = cpu->r[t2];
    }
    return SIM_CPU_NONE;
}

// By P, U and W.
static enum sim_cpu_stop load_store(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc)
{
    switch ((op >> 6 & 6) | (op >> 5 & 1)) {
    case 0:
        return op & 0x40 ? move_two(cpu, op, op2) : SIM_CPU_UNDEFINED;
    case 2: // increment after
    case 3:
    case 5: // decrement before
        return load_store_several(cpu, op, op2);
    case 4:
    case 6:
        return load_store_one(cpu, op, op2, pc);
    default:
        return SIM_CPU_UNDEFINED;
    }
}

// Transfers of 32 bits: A6.6.

static enum sim_cpu_stop move_status(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    const unsigned fpscr = 1;
    unsigned t = op2 >> 12;
    bool to_core = op & 0x10;
    if ((op & 15) != fpscr || op2 & 0x80 || t == SP || (t == PC && !to_core))
        return SIM_CPU_UNDEFINED;
    if (!to_core)
        cpu->fp.fpscr = cpu->r[t] & SIM_FPSCR_BITS;
    else if (t == PC) // APSR_nzcv
        sim_cpu_set_flags(cpu, cpu->fp.fpscr);
    else
        cpu->r[t] = cpu->fp.fpscr;
    return SIM_CPU_NONE;
}

// A single register, or one half of a double one.
static enum sim_cpu_stop move_one(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    bool to_core = op & 0x10, is_half = op2 & 0x100, upper = op & 0x20;
    unsigned t = op2 >> 12, n = fp_operand(is_half, op & 15, op2 >> 7 & 1);
    if (n >= FP_SINGLES || v7m_is_special(t) || (upper && !is_half))
        return SIM_CPU_UNDEFINED;
    uint32_t *s = &cpu->fp.s[n + upper];
    if (to_core)
        cpu->r[t] = *s;
    else
        *s = cpu->r[t];
    return SIM_CPU_NONE;
}

static enum sim_cpu_stop transfer(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    if (op2 & 0x6f)
        return SIM_CPU_UNDEFINED;
    if ((op & 0xe0) == 0xe0 && !(op2 & 0x100))
        return move_status(cpu, op, op2);
    return op & 0xc0 ? SIM_CPU_UNDEFINED : move_one(cpu, op, op2);
}

enum sim_cpu_stop cpu_execute_fp(struct sim_cpu *cpu, uint32_t op, uint32_t op2, uint32_t pc)
{
    bool is_fp = (op2 & 0xe00) == 0xa00; // coprocessors 10 and 11
    if (!is_fp || !is_accessible(cpu))
        return SIM_CPU_NO_COPROCESSOR;
    if (op & 0x1000 && ((op & 0xff00) != 0xfe00 || !cpu->fp.has_v5))
        return SIM_CPU_UNDEFINED;
    if (cpu->fp.lspact)
        return SIM_CPU_LAZY_FP;
    open_context(cpu);
    if (op & 0x1000)
        return cpu_fp_v5(cpu, op, op2);
    if (!(op & 0x200))
        return load_store(cpu, op, op2, pc);
    return op2 & 0x10 ? transfer(cpu, op, op2) : cpu_fp_data(cpu, op, op2);
}
