// SPDX-License-Identifier: MIT
// The ARMv7-M engine's accesses that are not aligned ones to plain memory: in pieces, past MPU and
// FPB, refused (DDI 0403, A3.2 and B2.3.7); and the words of register lists.
#include "sim/core/cpu_v7m.h"

#define SYSTEM_REGION 0xe0000000u // strongly ordered: writes are not buffered

static bool permits(const struct sim_cpu *cpu, uint32_t addr, enum sim_access access)
{
    const struct sim_cpu_guard *g = cpu->guard;
    return !g || !g->permits || g->permits(g->arg, addr, access, sim_cpu_access_is_privileged(cpu));
}

static uint32_t remapped(const struct sim_cpu *cpu, uint32_t addr, enum sim_access access)
{
    const struct sim_cpu_guard *g = cpu->guard;
    return g && g->remap ? g->remap(g->arg, addr, access) : addr;
}

static enum sim_cpu_stop refuse_access(struct sim_cpu *cpu, uint32_t addr, enum sim_access access)
{
    cpu->fault = (struct sim_cpu_fault){
        .protection = true, .fetch = access == SIM_ACCESS_FETCH, .addr = addr};
    return SIM_CPU_FAULT;
}

// A load that the bus refuses gives zero then: the manual leaves it UNKNOWN (DDI 0403, B3.2.8).
static bool is_ignored(const struct sim_cpu *cpu, enum sim_cpu_stop stop)
{
    return stop == SIM_CPU_FAULT && cpu->ignores_bus_faults;
}

// MMFAR gets the address of the piece that is refused (DDI 0403, B3.2.18).
static enum sim_cpu_stop ask_guard(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                   enum sim_access access)
{
    uint32_t last = addr + size - 1;
    if (!permits(cpu, addr, access))
        return refuse_access(cpu, addr, access);
    if (size > 1 && !permits(cpu, last, access))
        return refuse_access(cpu, addr & (size - 1) ? last & ~(size - 1) : addr, access);
    return SIM_CPU_NONE;
}

static enum sim_cpu_stop read_piece(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                    uint32_t *value)
{
    uint32_t from = remapped(cpu, addr, SIM_ACCESS_READ);
    const uint8_t *p = cpu_bytes(cpu, from, false);
    if (p) {
        *value = get_le_sized(p, size);
    } else {
        enum sim_cpu_stop stop = sim_cpu_slow_read(cpu, from, size, value);
        if (stop && !is_ignored(cpu, stop))
            return stop;
    }
    return cpu_end_access(cpu, addr, size, *value, false);
}

static enum sim_cpu_stop write_piece(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                     uint32_t value)
{
    uint32_t to = remapped(cpu, addr, SIM_ACCESS_WRITE);
    uint8_t *p = cpu_bytes(cpu, to, true);
    if (p) {
        put_le_sized(p, size, value);
    } else {
        enum sim_cpu_stop stop = sim_cpu_slow_write(cpu, to, size, value);
        if (is_ignored(cpu, stop))
            return SIM_CPU_NONE;
        if (stop == SIM_CPU_FAULT && cpu->buffers_writes && addr < SYSTEM_REGION)
            cpu->imprecise = cpu->attention = true;
        else if (stop)
            return stop;
    }
    return cpu_end_access(cpu, addr, size, value, true);
}

// The largest aligned transfer that an access of `left` bytes begins with.
static unsigned piece_at(uint32_t addr, unsigned left)
{
    if (addr % 4 == 0 && left >= 4)
        return 4;
    return addr % 2 == 0 && left >= 2 ? 2 : 1;
}

// By CCR, or because a Cortex-M7's access to a device is never cut into pieces (DDI 0489, 5).
static bool is_refused_unaligned(const struct sim_cpu *cpu, uint32_t addr, unsigned size)
{
    return addr & (size - 1) &&
           (cpu->unalign_trp || (cpu->l1 && sim_l1_type(cpu->l1, addr) == SIM_MEM_DEVICE));
}

// BFAR gets the address of the instruction, whichever piece is refused (DUI 0552, 4.3.13).
static enum sim_cpu_stop of_whole(struct sim_cpu *cpu, uint32_t addr, enum sim_cpu_stop stop)
{
    cpu->fault.addr = addr;
    return stop;
}

enum sim_cpu_stop cpu_v7m_slow_read(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                    uint32_t *value)
{
    uint32_t result = 0, part;
    if (is_refused_unaligned(cpu, addr, size))
        return SIM_CPU_UNALIGNED;
    enum sim_cpu_stop stop = ask_guard(cpu, addr, size, SIM_ACCESS_READ);
    for (unsigned done = 0, piece; done < size && !stop; done += piece) {
        piece = piece_at(addr + done, size - done);
        stop = read_piece(cpu, addr + done, piece, &part);
        if (stop)
            return of_whole(cpu, addr, stop);
        result |= part << 8 * done;
    }
    if (stop == SIM_CPU_NONE)
        *value = result;
    return stop;
}

enum sim_cpu_stop cpu_v7m_slow_write(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                     uint32_t value)
{
    if (is_refused_unaligned(cpu, addr, size))
        return SIM_CPU_UNALIGNED;
    enum sim_cpu_stop stop = ask_guard(cpu, addr, size, SIM_ACCESS_WRITE);
    for (unsigned done = 0, piece; done < size && !stop; done += piece) {
        piece = piece_at(addr + done, size - done);
        stop = write_piece(cpu, addr + done, piece, value >> 8 * done);
        if (stop)
            return of_whole(cpu, addr, stop);
    }
    return stop;
}

enum sim_cpu_stop cpu_v7m_slow_fetch(struct sim_cpu *cpu, uint32_t addr, uint32_t *op)
{
    if (!sim_cpu_is_executable(addr))
        return refuse_access(cpu, addr, SIM_ACCESS_FETCH);
    enum sim_cpu_stop stop = ask_guard(cpu, addr, 2, SIM_ACCESS_FETCH);
    if (stop)
        return stop;
    uint32_t from = remapped(cpu, addr, SIM_ACCESS_FETCH);
    if (cpu->l1 && cpu->l1->code.on && sim_l1_fetch(cpu->l1, from, op)) {
        cpu->fetch_window = 0;
        return SIM_CPU_NONE;
    }
    stop = sim_cpu_fetch_elsewhere(cpu, from, op);
    if (stop == SIM_CPU_FAULT)
        cpu->fault = (struct sim_cpu_fault){.fetch = true, .addr = addr};
    return stop;
}

static unsigned first_word(const struct sim_cpu *cpu, unsigned skip)
{
    return cpu->list_done > skip ? cpu->list_done : skip;
}

enum sim_cpu_stop cpu_v7m_load_words(struct sim_cpu *cpu, uint32_t addr, unsigned skip,
                                     unsigned count)
{
    if (addr & 3)
        return SIM_CPU_UNALIGNED;
    for (unsigned i = first_word(cpu, skip); i < count; i++) {
        enum sim_cpu_stop stop = v7m_load(cpu, addr + 4 * i, 4, &cpu->list_value[i]);
        if (stop)
            return cpu_end_list(cpu, i, stop);
    }
    return cpu_end_list(cpu, 0, SIM_CPU_NONE);
}

enum sim_cpu_stop cpu_v7m_store_words(struct sim_cpu *cpu, uint32_t addr, unsigned skip,
                                      unsigned count)
{
    if (addr & 3)
        return SIM_CPU_UNALIGNED;
    for (unsigned i = first_word(cpu, skip); i < count; i++) {
        enum sim_cpu_stop stop = v7m_store(cpu, addr + 4 * i, 4, cpu->list_value[i]);
        if (stop)
            return cpu_end_list(cpu, i, stop);
    }
    return cpu_end_list(cpu, 0, SIM_CPU_NONE);
}

// With ICI, the registers below it were done before the interrupt (DDI 0403, B1.5.10).
static unsigned words_before_ici(const struct sim_cpu *cpu, uint32_t list)
{
    uint32_t first = cpu->it >> 4;
    return v7m_in_it_block(cpu) ? 0 : (unsigned)__builtin_popcount(list & ((1u << first) - 1));
}

enum sim_cpu_stop cpu_load_registers(struct sim_cpu *cpu, uint32_t addr, uint32_t list,
                                     uint32_t *base, uint32_t back)
{
    unsigned skip = words_before_ici(cpu, list), i = 0;
    unsigned count = (unsigned)__builtin_popcount(list);
    enum sim_cpu_stop stop = cpu_v7m_load_words(cpu, addr, skip, count);
    if (stop)
        return stop;
    if (base)
        *base = back;
    for (unsigned n = 0; n < PC; n++) {
        if (!(list >> n & 1))
            continue;
        if (i >= skip)
            v7m_write(cpu, n, cpu->list_value[i]);
        i++;
    }
    return list >> PC & 1 ? v7m_branch_exchange(cpu, cpu->list_value[count - 1]) : SIM_CPU_NONE;
}

enum sim_cpu_stop cpu_store_registers(struct sim_cpu *cpu, uint32_t addr, uint32_t list,
                                      uint32_t *base, uint32_t back)
{
    unsigned count = 0;
    for (unsigned n = 0; n < PC; n++) {
        if (list >> n & 1)
            cpu->list_value[count++] = cpu->r[n];
    }
    enum sim_cpu_stop stop = cpu_v7m_store_words(cpu, addr, words_before_ici(cpu, list), count);
    if (stop == SIM_CPU_NONE && base)
        *base = back;
    return stop;
}
