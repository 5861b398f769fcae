// SPDX-License-Identifier: MIT
// How the instruction engine reaches memory: the bus's windows inline, everything else by a call.
// Private to sim/cpu*.c.
#ifndef SWDLINK_SIM_CORE_CPU_MEMORY_H
#define SWDLINK_SIM_CORE_CPU_MEMORY_H

#include <stddef.h>

#include "base/bytes.h"
#include "sim/core/cpu.h"

#define LIKELY(x)     __builtin_expect(!!(x), 1)
// For what every instruction goes through: a call costs a fifth of its time.
#define ALWAYS_INLINE inline __attribute__((always_inline))

enum { CYCLES_DATA = 1 }; // of one transfer, in addition to the instruction's own

enum sim_cpu_stop sim_cpu_slow_read(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                    uint32_t *value);
enum sim_cpu_stop sim_cpu_slow_write(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                     uint32_t value);
// The same, of ARMv6-M: they ask the guard first.
enum sim_cpu_stop sim_cpu_guarded_read(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                       uint32_t *value);
enum sim_cpu_stop sim_cpu_guarded_write(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                        uint32_t value);
enum sim_cpu_stop sim_cpu_guarded_fetch(struct sim_cpu *cpu, uint32_t addr, uint32_t *op);
enum sim_cpu_stop sim_cpu_fetch_elsewhere(struct sim_cpu *cpu, uint32_t addr, uint32_t *op);
// False in an execute-never region.
bool sim_cpu_is_executable(uint32_t addr);
// Shows an access to the watchpoint comparators.
void sim_cpu_compare_data(struct sim_cpu *cpu, uint32_t addr, unsigned size, uint32_t value,
                          bool is_write);

// What the fast way may use: the bus's windows, or none when there is a guard to ask.
void sim_cpu_choose_windows(struct sim_cpu *cpu);

static inline uint8_t *cpu_window_bytes(const struct sim_window *windows, uint32_t addr,
                                        bool to_write)
{
    for (unsigned i = 0; i < SIM_MAX_WINDOWS; i++) {
        const struct sim_window *w = &windows[i];
        if (addr - w->base < w->size && (w->writable || !to_write))
            return w->bytes + (addr - w->base);
    }
    return NULL;
}

// After a transfer: its cycle, and what the watchpoints have of it.
static inline enum sim_cpu_stop cpu_end_access(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                               uint32_t value, bool is_write)
{
    cpu->cycles += CYCLES_DATA;
    if (cpu->dwt->watches_data)
        sim_cpu_compare_data(cpu, addr, size, value, is_write);
    return SIM_CPU_NONE;
}

// The bytes behind an aligned access that needs no bus, whatever a guard says; NULL: there are
// none.
static inline uint8_t *cpu_bytes(struct sim_cpu *cpu, uint32_t addr, bool to_write)
{
    return cpu->l1 && cpu->l1->data.on ? sim_l1_bytes(cpu->l1, addr, to_write)
                                       : cpu_window_bytes(cpu->bus->window, addr, to_write);
}

static inline enum sim_cpu_stop cpu_load(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                         uint32_t *value)
{
    if (addr & (size - 1))
        return SIM_CPU_FAULT; // DDI 0419, A3.2.1
    const uint8_t *p = cpu_window_bytes(cpu->windows, addr, false);
    if (LIKELY(p)) {
        *value = get_le_sized(p, size);
    } else {
        enum sim_cpu_stop stop = sim_cpu_guarded_read(cpu, addr, size, value);
        if (stop)
            return stop;
    }
    return cpu_end_access(cpu, addr, size, *value, false);
}

static inline enum sim_cpu_stop cpu_store(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                          uint32_t value)
{
    if (addr & (size - 1))
        return SIM_CPU_FAULT;
    uint8_t *p = cpu_window_bytes(cpu->windows, addr, true);
    if (LIKELY(p)) {
        put_le_sized(p, size, value);
    } else {
        enum sim_cpu_stop stop = sim_cpu_guarded_write(cpu, addr, size, value);
        if (stop)
            return stop;
    }
    return cpu_end_access(cpu, addr, size, value, true);
}

typedef enum sim_cpu_stop cpu_fetch_slowly(struct sim_cpu *cpu, uint32_t addr, uint32_t *op);

static ALWAYS_INLINE enum sim_cpu_stop cpu_fetch_or(struct sim_cpu *cpu, uint32_t addr,
                                                    uint32_t *op, cpu_fetch_slowly *slowly)
{
    const struct sim_window *w = &cpu->fetch_windows[cpu->fetch_window];
    uint32_t offset = addr - w->base, from_elsewhere; // *op can stay in a register of the host
    if (LIKELY(offset < w->size)) {
        *op = get_le16(w->bytes + offset);
        return SIM_CPU_NONE;
    }
    enum sim_cpu_stop stop = slowly(cpu, addr, &from_elsewhere);
    if (stop == SIM_CPU_NONE)
        *op = from_elsewhere;
    return stop;
}

static inline enum sim_cpu_stop cpu_fetch(struct sim_cpu *cpu, uint32_t addr, uint32_t *op)
{
    return cpu_fetch_or(cpu, addr, op, sim_cpu_guarded_fetch);
}

// A stall keeps what is done of a register list, as a waiting bus does; a fault abandons the
// instruction, which starts again from its first word (DDI 0419, B1.5.10).
static inline enum sim_cpu_stop cpu_end_list(struct sim_cpu *cpu, unsigned done,
                                             enum sim_cpu_stop stop)
{
    cpu->list_done = stop == SIM_CPU_STALL ? done : 0;
    return stop;
}

#endif
