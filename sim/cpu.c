// SPDX-License-Identifier: MIT
// Decoding follows DDI 0419, A5.2 (16-bit) and A5.3 (32-bit) table by table; one function per table.
#include "sim/cpu.h"

#include <stddef.h>

#include "base/bytes.h"

#define REG(shift)  (cpu->r[op >> (shift) & 7])
#define IMM5        (op >> 6 & 31)
#define IMM8        (op & 255)

// ---- bus ----------------------------------------------------------------------------------------------

static uint8_t *window(struct sim_cpu *cpu, uint32_t addr, unsigned size, bool write)
{
    for (unsigned i = 0; i < SIM_MAX_WINDOWS; i++) {
        struct sim_window *w = &cpu->bus->window[i];
        uint32_t offset = addr - w->base;
        if (offset < w->size && w->size - offset >= size)
            return write && !w->writable ? NULL : w->bytes + offset;
    }
    return NULL;
}

static enum sim_cpu_event event_of(enum sim_bus_status status)
{
    if (status == SIM_BUS_OK)
        return SIM_CPU_NONE;
    return status == SIM_BUS_STALL ? SIM_CPU_STALL : SIM_CPU_FAULT;
}

static void note_access(struct sim_cpu *cpu, uint32_t addr, unsigned size, bool write)
{
    cpu->access[cpu->access_count++] = (struct sim_cpu_access){addr, (uint8_t)size, write};
}

static enum sim_cpu_event load(struct sim_cpu *cpu, uint32_t addr, unsigned size, uint32_t *value)
{
    if (addr % size)
        return SIM_CPU_FAULT;
    const uint8_t *p = window(cpu, addr, size, false);
    if (p) {
        *value = size == 4 ? get_le32(p) : size == 2 ? get_le16(p) : *p;
    } else {
        uint32_t x; // the register keeps its value when the access fails
        cpu->sync(cpu->sync_arg);
        enum sim_cpu_event e = event_of(sim_bus_read(cpu->bus, SIM_MASTER_CORE, addr, size, &x));
        if (e != SIM_CPU_NONE)
            return e;
        *value = x;
    }
    note_access(cpu, addr, size, false);
    return SIM_CPU_NONE;
}

static enum sim_cpu_event store(struct sim_cpu *cpu, uint32_t addr, unsigned size, uint32_t value)
{
    if (addr % size)
        return SIM_CPU_FAULT;
    uint8_t *p = window(cpu, addr, size, true);
    if (!p) {
        cpu->sync(cpu->sync_arg);
        enum sim_cpu_event e =
            event_of(sim_bus_write(cpu->bus, SIM_MASTER_CORE, addr, size, value));
        if (e != SIM_CPU_NONE)
            return e;
    } else if (size == 4) {
        put_le32(p, value);
    } else if (size == 2) {
        put_le16(p, (uint16_t)value);
    } else {
        *p = (uint8_t)value;
    }
    note_access(cpu, addr, size, true);
    return SIM_CPU_NONE;
}

static enum sim_cpu_event fetch(struct sim_cpu *cpu, uint32_t addr, uint32_t *op)
{
    const uint8_t *p = window(cpu, addr, 2, false);
    if (p) {
        *op = get_le16(p);
        return SIM_CPU_NONE;
    }
    // Device and system space is never executable (DDI 0419, B3.1).
    if (addr >= 0x40000000 && (addr < 0x60000000 || addr >= 0xa0000000))
        return SIM_CPU_FAULT;
    cpu->sync(cpu->sync_arg);
    return event_of(sim_bus_read(cpu->bus, SIM_MASTER_CORE, addr, 2, op));
}

// ---- arithmetic -----------------------------------------------------------------------------------------

static uint32_t set_nz(struct sim_cpu *cpu, uint32_t x)
{
    cpu->n = x >> 31;
    cpu->z = x == 0;
    return x;
}

// AddWithCarry (DDI 0419, A2.2.1), setting all flags.
static uint32_t add(struct sim_cpu *cpu, uint32_t a, uint32_t b, unsigned carry)
{
    uint64_t sum = (uint64_t)a + b + carry;
    uint32_t x = (uint32_t)sum;
    cpu->c = sum >> 32;
    cpu->v = ((a ^ x) & (b ^ x)) >> 31;
    return set_nz(cpu, x);
}

enum shift { SHIFT_LSL, SHIFT_LSR, SHIFT_ASR, SHIFT_ROR };

static uint32_t sign_fill(uint32_t x, unsigned by)
{
    return by > 31 ? (x >> 31 ? ~0u : 0) : (uint32_t)((int64_t)(int32_t)x >> by);
}

// Shift_C (A2.2.1) with an amount of 1 or more.
static uint32_t shift_some(struct sim_cpu *cpu, enum shift kind, uint32_t x, unsigned by)
{
    switch (kind) {
    case SHIFT_LSL:
        cpu->c = by <= 32 && x >> (32 - by) & 1;
        return by < 32 ? x << by : 0;
    case SHIFT_LSR:
        cpu->c = by <= 32 && x >> (by - 1) & 1;
        return by < 32 ? x >> by : 0;
    case SHIFT_ASR:
        cpu->c = (by > 31 ? x >> 31 : x >> (by - 1)) & 1;
        return sign_fill(x, by);
    default:
        by &= 31;
        x = by ? x >> by | x << (32 - by) : x;
        cpu->c = x >> 31;
        return x;
    }
}

static uint32_t shift(struct sim_cpu *cpu, enum shift kind, uint32_t x, unsigned by)
{
    return set_nz(cpu, by ? shift_some(cpu, kind, x, by) : x);
}

static bool condition(const struct sim_cpu *cpu, unsigned cond)
{
    bool r;
    switch (cond >> 1) {
    case 0:
        r = cpu->z;
        break;
    case 1:
        r = cpu->c;
        break;
    case 2:
        r = cpu->n;
        break;
    case 3:
        r = cpu->v;
        break;
    case 4:
        r = cpu->c && !cpu->z;
        break;
    case 5:
        r = cpu->n == cpu->v;
        break;
    default:
        r = !cpu->z && cpu->n == cpu->v;
        break;
    }
    return r != (cond & 1);
}

// ---- state ----------------------------------------------------------------------------------------------

uint32_t sim_cpu_xpsr(const struct sim_cpu *cpu)
{
    return (uint32_t)cpu->n << 31 | (uint32_t)cpu->z << 30 | (uint32_t)cpu->c << 29 |
           (uint32_t)cpu->v << 28 | (uint32_t)cpu->t << 24 | cpu->ipsr;
}

void sim_cpu_set_flags(struct sim_cpu *cpu, uint32_t xpsr)
{
    cpu->n = xpsr >> 31 & 1;
    cpu->z = xpsr >> 30 & 1;
    cpu->c = xpsr >> 29 & 1;
    cpu->v = xpsr >> 28 & 1;
}

uint32_t sim_cpu_msp(const struct sim_cpu *cpu)
{
    return cpu->sp_is_psp ? cpu->other_sp : cpu->r[13];
}

uint32_t sim_cpu_psp(const struct sim_cpu *cpu)
{
    return cpu->sp_is_psp ? cpu->r[13] : cpu->other_sp;
}

void sim_cpu_set_msp(struct sim_cpu *cpu, uint32_t value)
{
    *(cpu->sp_is_psp ? &cpu->other_sp : &cpu->r[13]) = value & ~3u;
}

void sim_cpu_set_psp(struct sim_cpu *cpu, uint32_t value)
{
    *(cpu->sp_is_psp ? &cpu->r[13] : &cpu->other_sp) = value & ~3u;
}

void sim_cpu_select_sp(struct sim_cpu *cpu, bool psp)
{
    if (cpu->sp_is_psp == psp)
        return;
    uint32_t active = cpu->r[13];
    cpu->r[13] = cpu->other_sp;
    cpu->other_sp = active;
    cpu->sp_is_psp = psp;
}

static void set_primask(struct sim_cpu *cpu, bool on)
{
    cpu->unmasked |= cpu->primask && !on;
    cpu->primask = on;
}

// ---- branches -------------------------------------------------------------------------------------------

static void branch(struct sim_cpu *cpu, uint32_t addr)
{
    cpu->r[15] = addr & ~1u;
    cpu->cycles = 3;
}

// BXWritePC (A2.3.1): in handler mode a value of 0xfxxxxxxx ends the handler.
static enum sim_cpu_event branch_exchange(struct sim_cpu *cpu, uint32_t addr)
{
    if (cpu->ipsr && addr >> 28 == 0xf) {
        cpu->exc_return = addr;
        cpu->r[15] = addr & ~1u;
        return SIM_CPU_EXCEPTION_RETURN;
    }
    cpu->t = addr & 1;
    branch(cpu, addr);
    return SIM_CPU_NONE;
}

// ---- 16-bit groups: each sets r[15] to the next instruction beforehand ----------------------------------

static enum sim_cpu_event shift_add_sub_move_compare(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t operand;
    switch (op >> 11) {
    case 0:
        REG(0) = shift(cpu, SHIFT_LSL, REG(3), IMM5);
        break;
    case 1:
        REG(0) = shift(cpu, SHIFT_LSR, REG(3), IMM5 ? IMM5 : 32);
        break;
    case 2:
        REG(0) = shift(cpu, SHIFT_ASR, REG(3), IMM5 ? IMM5 : 32);
        break;
    case 3:
        operand = op & 0x400 ? op >> 6 & 7 : REG(6);
        REG(0) = op & 0x200 ? add(cpu, REG(3), ~operand, 1) : add(cpu, REG(3), operand, 0);
        break;
    case 4:
        REG(8) = set_nz(cpu, IMM8);
        break;
    case 5:
        add(cpu, REG(8), ~IMM8, 1);
        break;
    case 6:
        REG(8) = add(cpu, REG(8), IMM8, 0);
        break;
    default:
        REG(8) = add(cpu, REG(8), ~IMM8, 1);
        break;
    }
    return SIM_CPU_NONE;
}

static enum sim_cpu_event data_processing(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t *d = &REG(0), m = REG(3);
    switch (op >> 6 & 15) {
    case 0:
        *d = set_nz(cpu, *d & m);
        break;
    case 1:
        *d = set_nz(cpu, *d ^ m);
        break;
    case 2:
        *d = shift(cpu, SHIFT_LSL, *d, m & 255);
        break;
    case 3:
        *d = shift(cpu, SHIFT_LSR, *d, m & 255);
        break;
    case 4:
        *d = shift(cpu, SHIFT_ASR, *d, m & 255);
        break;
    case 5:
        *d = add(cpu, *d, m, cpu->c);
        break;
    case 6:
        *d = add(cpu, *d, ~m, cpu->c);
        break;
    case 7:
        *d = shift(cpu, SHIFT_ROR, *d, m & 255);
        break;
    case 8:
        set_nz(cpu, *d & m);
        break;
    case 9:
        *d = add(cpu, ~m, 0, 1);
        break;
    case 10:
        add(cpu, *d, ~m, 1);
        break;
    case 11:
        add(cpu, *d, m, 0);
        break;
    case 12:
        *d = set_nz(cpu, *d | m);
        break;
    case 13:
        *d = set_nz(cpu, *d * m);
        break;
    case 14:
        *d = set_nz(cpu, *d & ~m);
        break;
    default:
        *d = set_nz(cpu, ~m);
        break;
    }
    return SIM_CPU_NONE;
}

// A5.2.3: ADD, CMP, MOV with high registers, BX, BLX. r[15] reads as the instruction + 4.
static enum sim_cpu_event special_data(struct sim_cpu *cpu, uint32_t op)
{
    unsigned d = (op & 7) | (op >> 4 & 8), m = op >> 3 & 15;
    uint32_t pc = cpu->r[15] + 2, operand = m == 15 ? pc : cpu->r[m], first = d == 15 ? pc : cpu->r[d];
    switch (op >> 8 & 3) {
    case 0:
        operand += first;
        break;
    case 1:
        add(cpu, first, ~operand, 1);
        return SIM_CPU_NONE;
    case 2:
        break;
    default:
        if (op & 7)
            return SIM_CPU_UNDEF;
        if (!(op & 0x80))
            return branch_exchange(cpu, operand);
        cpu->r[14] = cpu->r[15] | 1;
        cpu->t = operand & 1;
        branch(cpu, operand);
        return SIM_CPU_NONE;
    }
    if (d == 15)
        branch(cpu, operand);
    else
        cpu->r[d] = d == 13 ? operand & ~3u : operand;
    return SIM_CPU_NONE;
}

static enum sim_cpu_event load_to(struct sim_cpu *cpu, uint32_t addr, unsigned size, uint32_t *reg)
{
    cpu->cycles = 2;
    return load(cpu, addr, size, reg);
}

static enum sim_cpu_event store_from(struct sim_cpu *cpu, uint32_t addr, unsigned size, uint32_t value)
{
    cpu->cycles = 2;
    return store(cpu, addr, size, value);
}

static enum sim_cpu_event load_store_register(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t addr = REG(3) + REG(6), x;
    enum sim_cpu_event e;
    switch (op >> 9 & 7) {
    case 0:
        return store_from(cpu, addr, 4, REG(0));
    case 1:
        return store_from(cpu, addr, 2, REG(0));
    case 2:
        return store_from(cpu, addr, 1, REG(0));
    case 3:
        e = load_to(cpu, addr, 1, &x);
        if (e == SIM_CPU_NONE)
            REG(0) = x & 0x80 ? x | 0xffffff00 : x;
        return e;
    case 4:
        return load_to(cpu, addr, 4, &REG(0));
    case 5:
        return load_to(cpu, addr, 2, &REG(0));
    case 6:
        return load_to(cpu, addr, 1, &REG(0));
    default:
        e = load_to(cpu, addr, 2, &x);
        if (e == SIM_CPU_NONE)
            REG(0) = x & 0x8000 ? x | 0xffff0000 : x;
        return e;
    }
}

static enum sim_cpu_event load_store_immediate(struct sim_cpu *cpu, uint32_t op)
{
    switch (op >> 11) {
    case 12:
        return store_from(cpu, REG(3) + IMM5 * 4, 4, REG(0));
    case 13:
        return load_to(cpu, REG(3) + IMM5 * 4, 4, &REG(0));
    case 14:
        return store_from(cpu, REG(3) + IMM5, 1, REG(0));
    case 15:
        return load_to(cpu, REG(3) + IMM5, 1, &REG(0));
    case 16:
        return store_from(cpu, REG(3) + IMM5 * 2, 2, REG(0));
    case 17:
        return load_to(cpu, REG(3) + IMM5 * 2, 2, &REG(0));
    case 18:
        return store_from(cpu, cpu->r[13] + IMM8 * 4, 4, REG(8));
    default:
        return load_to(cpu, cpu->r[13] + IMM8 * 4, 4, &REG(8));
    }
}

// Registers of a list, lowest first, at rising addresses. Loads are buffered, so that a fault or a stall in
// the middle leaves all registers as they were.
static enum sim_cpu_event store_list(struct sim_cpu *cpu, uint32_t addr, uint32_t list)
{
    for (unsigned i = 0; i < 15; i++) {
        if (!(list >> i & 1))
            continue;
        enum sim_cpu_event e = store(cpu, addr, 4, cpu->r[i]);
        if (e != SIM_CPU_NONE)
            return e;
        addr += 4;
        cpu->cycles++;
    }
    return SIM_CPU_NONE;
}

static enum sim_cpu_event load_list(struct sim_cpu *cpu, uint32_t addr, uint32_t list, uint32_t buffer[16])
{
    for (unsigned i = 0; i < 16; i++) {
        if (!(list >> i & 1))
            continue;
        enum sim_cpu_event e = load(cpu, addr, 4, &buffer[i]);
        if (e != SIM_CPU_NONE)
            return e;
        addr += 4;
        cpu->cycles++;
    }
    return SIM_CPU_NONE;
}

static void take_list(struct sim_cpu *cpu, uint32_t list, const uint32_t buffer[16])
{
    for (unsigned i = 0; i < 8; i++)
        if (list >> i & 1)
            cpu->r[i] = buffer[i];
}

static enum sim_cpu_event push(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t list = (op & 255) | (op & 0x100) << 6;
    uint32_t base = cpu->r[13] - 4 * (uint32_t)__builtin_popcount(list);
    enum sim_cpu_event e = store_list(cpu, base, list);
    if (e == SIM_CPU_NONE)
        cpu->r[13] = base;
    return e;
}

static enum sim_cpu_event pop(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t list = (op & 255) | (op & 0x100) << 7, buffer[16];
    enum sim_cpu_event e = load_list(cpu, cpu->r[13], list, buffer);
    if (e != SIM_CPU_NONE)
        return e;
    cpu->r[13] += 4 * (uint32_t)__builtin_popcount(list);
    take_list(cpu, list, buffer);
    if (!(list & 0x8000))
        return SIM_CPU_NONE;
    unsigned cycles = cpu->cycles + 2;
    e = branch_exchange(cpu, buffer[15]);
    cpu->cycles = cycles;
    return e;
}

static enum sim_cpu_event store_multiple(struct sim_cpu *cpu, uint32_t op)
{
    enum sim_cpu_event e = store_list(cpu, REG(8), IMM8);
    if (e == SIM_CPU_NONE)
        REG(8) += 4 * (uint32_t)__builtin_popcount(IMM8);
    return e;
}

static enum sim_cpu_event load_multiple(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t buffer[16];
    enum sim_cpu_event e = load_list(cpu, REG(8), IMM8, buffer);
    if (e != SIM_CPU_NONE)
        return e;
    // Write-back only when the base is not itself loaded.
    if (!(op >> (op >> 8 & 7) & 1))
        REG(8) += 4 * (uint32_t)__builtin_popcount(IMM8);
    take_list(cpu, IMM8, buffer);
    return SIM_CPU_NONE;
}

static enum sim_cpu_event extend(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t x = REG(3);
    switch (op >> 6 & 3) {
    case 0:
        REG(0) = (uint32_t)(int16_t)x;
        break;
    case 1:
        REG(0) = (uint32_t)(int8_t)x;
        break;
    case 2:
        REG(0) = x & 0xffff;
        break;
    default:
        REG(0) = x & 0xff;
        break;
    }
    return SIM_CPU_NONE;
}

static enum sim_cpu_event reverse(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t x = REG(3);
    switch (op >> 6 & 3) {
    case 0:
        REG(0) = __builtin_bswap32(x);
        break;
    case 1:
        REG(0) = (x >> 8 & 0x00ff00ff) | (x & 0x00ff00ff) << 8;
        break;
    case 3:
        REG(0) = (uint32_t)(int16_t)__builtin_bswap16((uint16_t)x);
        break;
    default:
        return SIM_CPU_UNDEF;
    }
    return SIM_CPU_NONE;
}

static enum sim_cpu_event hint(uint32_t op)
{
    if (op & 15)
        return SIM_CPU_UNDEF; // IT does not exist in ARMv6-M
    switch (op >> 4 & 15) {
    case 2:
        return SIM_CPU_WFE;
    case 3:
        return SIM_CPU_WFI;
    case 4:
        return SIM_CPU_SEV;
    default:
        return SIM_CPU_NONE; // NOP, YIELD and unallocated hints
    }
}

static enum sim_cpu_event miscellaneous(struct sim_cpu *cpu, uint32_t op)
{
    switch (op >> 8 & 15) {
    case 0:
        cpu->r[13] += op & 0x80 ? -(op & 127) * 4 : (op & 127) * 4;
        return SIM_CPU_NONE;
    case 2:
        return extend(cpu, op);
    case 4:
    case 5:
        return push(cpu, op);
    case 6:
        if ((op & 0xffef) != 0xb662)
            return SIM_CPU_UNDEF;
        set_primask(cpu, op >> 4 & 1);
        return SIM_CPU_NONE;
    case 10:
        return reverse(cpu, op);
    case 12:
    case 13:
        return pop(cpu, op);
    case 14:
        return SIM_CPU_BKPT;
    case 15:
        return hint(op);
    default:
        return SIM_CPU_UNDEF;
    }
}

static enum sim_cpu_event conditional_branch(struct sim_cpu *cpu, uint32_t op)
{
    unsigned cond = op >> 8 & 15;
    if (cond == 14)
        return SIM_CPU_UNDEF;
    if (cond == 15)
        return SIM_CPU_SVC;
    if (condition(cpu, cond))
        branch(cpu, cpu->r[15] + 2 + (uint32_t)(int8_t)op * 2);
    return SIM_CPU_NONE;
}

// ---- 32-bit (A5.3) --------------------------------------------------------------------------------------

static enum sim_cpu_event branch_link(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    uint32_t s = op >> 10 & 1, i1 = ~(op2 >> 13 ^ s) & 1, i2 = ~(op2 >> 11 ^ s) & 1;
    uint32_t offset = (s ? 0xff000000u : 0) | i1 << 23 | i2 << 22 | (op & 0x3ff) << 12 |
                      (op2 & 0x7ff) << 1;
    uint32_t next = cpu->r[15] + 2;
    cpu->r[14] = next | 1;
    branch(cpu, next + offset);
    cpu->cycles = 4;
    return SIM_CPU_NONE;
}

static enum sim_cpu_event write_special(struct sim_cpu *cpu, uint32_t op, uint32_t op2)
{
    if ((op & 15) >= 13)
        return SIM_CPU_UNDEF;
    uint32_t x = cpu->r[op & 15];
    unsigned sysm = op2 & 255;
    switch (sysm) {
    case 0:
    case 1:
    case 2:
    case 3:
        sim_cpu_set_flags(cpu, x);
        break;
    case 5:
    case 6:
    case 7:
        break; // IPSR and EPSR ignore writes
    case 8:
        sim_cpu_set_msp(cpu, x);
        break;
    case 9:
        sim_cpu_set_psp(cpu, x);
        break;
    case 16:
        set_primask(cpu, x & 1);
        break;
    case 20:
        if (!cpu->ipsr) { // SPSEL can be written in thread mode only (B1.4.4)
            cpu->control = x & 2;
            sim_cpu_select_sp(cpu, x & 2);
        }
        break;
    default:
        return SIM_CPU_UNDEF;
    }
    return SIM_CPU_NONE;
}

static enum sim_cpu_event read_special(struct sim_cpu *cpu, uint32_t op2)
{
    unsigned d = op2 >> 8 & 15, sysm = op2 & 255;
    uint32_t x = 0;
    if (d >= 13)
        return SIM_CPU_UNDEF;
    switch (sysm) {
    case 0:
    case 1:
    case 2:
    case 3:
        x = sim_cpu_xpsr(cpu) & 0xf0000000;
        __attribute__((fallthrough));
    case 5:
    case 6:
    case 7:
        if (sysm & 1)
            x |= cpu->ipsr; // EPSR reads as zero
        break;
    case 8:
        x = sim_cpu_msp(cpu);
        break;
    case 9:
        x = sim_cpu_psp(cpu);
        break;
    case 16:
        x = cpu->primask;
        break;
    case 20:
        x = cpu->control;
        break;
    default:
        return SIM_CPU_UNDEF;
    }
    cpu->r[d] = x;
    return SIM_CPU_NONE;
}

// r[15] is the second halfword; it is moved past it on success.
static enum sim_cpu_event wide(struct sim_cpu *cpu, uint32_t op)
{
    uint32_t op2;
    enum sim_cpu_event e = fetch(cpu, cpu->r[15], &op2);
    if (e != SIM_CPU_NONE)
        return e;
    if ((op & 0xf800) != 0xf000 || !(op2 & 0x8000))
        return SIM_CPU_UNDEF;
    if ((op2 & 0xd000) == 0xd000)
        return branch_link(cpu, op, op2);
    cpu->cycles = 4;
    if ((op & 0xffe0) == 0xf380 && (op2 & 0xff00) == 0x8800)
        e = write_special(cpu, op, op2);
    else if (op == 0xf3ef && (op2 & 0xf000) == 0x8000)
        e = read_special(cpu, op2);
    else if (op != 0xf3bf || (op2 & 0xff00) != 0x8f00 || (op2 >> 4 & 15) < 4 || (op2 >> 4 & 15) > 6)
        e = SIM_CPU_UNDEF; // the rest but DSB, DMB, ISB
    if (e == SIM_CPU_NONE)
        cpu->r[15] += 2;
    return e;
}

static enum sim_cpu_event execute(struct sim_cpu *cpu, uint32_t op)
{
    switch (op >> 11) {
    case 0: case 1: case 2: case 3: case 4: case 5: case 6: case 7:
        return shift_add_sub_move_compare(cpu, op);
    case 8:
        return op & 0x400 ? special_data(cpu, op) : data_processing(cpu, op);
    case 9:
        return load_to(cpu, ((cpu->r[15] + 2) & ~3u) + IMM8 * 4, 4, &REG(8));
    case 10: case 11:
        return load_store_register(cpu, op);
    case 12: case 13: case 14: case 15: case 16: case 17: case 18: case 19:
        return load_store_immediate(cpu, op);
    case 20:
        REG(8) = ((cpu->r[15] + 2) & ~3u) + IMM8 * 4;
        return SIM_CPU_NONE;
    case 21:
        REG(8) = cpu->r[13] + IMM8 * 4;
        return SIM_CPU_NONE;
    case 22: case 23:
        return miscellaneous(cpu, op);
    case 24:
        return store_multiple(cpu, op);
    case 25:
        return load_multiple(cpu, op);
    case 26: case 27:
        return conditional_branch(cpu, op);
    case 28:
        branch(cpu, cpu->r[15] + 2 + (op & 0x400 ? 0xfffff000u : 0) + (op & 0x7ff) * 2);
        return SIM_CPU_NONE;
    default:
        return wide(cpu, op);
    }
}

enum sim_cpu_event sim_cpu_step(struct sim_cpu *cpu)
{
    uint32_t op, pc = cpu->r[15];
    cpu->cycles = 1;
    cpu->access_count = 0;
    if (!cpu->t)
        return SIM_CPU_NOT_THUMB;
    enum sim_cpu_event e = fetch(cpu, pc, &op);
    if (e == SIM_CPU_NONE) {
        cpu->r[15] = pc + 2;
        e = execute(cpu, op);
    }
    if (e > SIM_CPU_NONE && e < SIM_CPU_SVC)
        cpu->r[15] = pc;
    return e;
}
