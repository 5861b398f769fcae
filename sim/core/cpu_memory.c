// SPDX-License-Identifier: MIT
// The instruction engine's accesses that are no plain memory.
#include "sim/core/cpu_memory.h"

void sim_cpu_choose_windows(struct sim_cpu *cpu)
{
    static const struct sim_window none[SIM_MAX_WINDOWS];
    const struct sim_l1 *l1 = cpu->l1;
    cpu->windows = cpu->guard ? none : cpu->bus->window;
    cpu->fetch_windows = cpu->guard || !l1 || !l1->code.on ? cpu->windows : l1->fetch_window;
    cpu->dcache = !cpu->guard && l1 && l1->data.on ? cpu->l1 : NULL;
}

static enum sim_cpu_stop from_bus(struct sim_cpu *cpu, uint32_t addr, enum sim_bus_status status)
{
    if (cpu->hclk->clock->rearmed)
        cpu->attention = true;
    if (status == SIM_BUS_OK)
        return SIM_CPU_NONE;
    if (status == SIM_BUS_STALL)
        return SIM_CPU_STALL;
    cpu->fault = (struct sim_cpu_fault){.addr = addr};
    return SIM_CPU_FAULT;
}

enum sim_cpu_stop sim_cpu_slow_read(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                    uint32_t *value)
{
    sim_hclk_publish(cpu->hclk, cpu->cycles);
    return from_bus(cpu, addr, sim_bus_read(cpu->bus, SIM_MASTER_CORE, addr, size, value));
}

enum sim_cpu_stop sim_cpu_slow_write(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                     uint32_t value)
{
    sim_hclk_publish(cpu->hclk, cpu->cycles);
    enum sim_bus_status status = sim_bus_write(cpu->bus, SIM_MASTER_CORE, addr, size, value);
    if (cpu->l1 && status == SIM_BUS_OK)
        sim_l1_wrote(cpu->l1, addr, size, value);
    sim_cpu_choose_windows(cpu); // this may have been the MPU
    return from_bus(cpu, addr, status);
}

static bool is_permitted(const struct sim_cpu *cpu, uint32_t addr, unsigned size,
                         enum sim_access access)
{
    const struct sim_cpu_guard *g = cpu->guard;
    bool privileged = sim_cpu_access_is_privileged(cpu);
    return !g || (g->permits(g->arg, addr, access, privileged) &&
                  g->permits(g->arg, addr + size - 1, access, privileged));
}

enum sim_cpu_stop sim_cpu_guarded_read(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                       uint32_t *value)
{
    if (!is_permitted(cpu, addr, size, SIM_ACCESS_READ))
        return SIM_CPU_FAULT;
    return sim_cpu_slow_read(cpu, addr, size, value);
}

enum sim_cpu_stop sim_cpu_guarded_write(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                        uint32_t value)
{
    if (!is_permitted(cpu, addr, size, SIM_ACCESS_WRITE))
        return SIM_CPU_FAULT;
    return sim_cpu_slow_write(cpu, addr, size, value);
}

enum sim_cpu_stop sim_cpu_guarded_fetch(struct sim_cpu *cpu, uint32_t addr, uint32_t *op)
{
    if (!is_permitted(cpu, addr, 2, SIM_ACCESS_FETCH))
        return SIM_CPU_FAULT;
    return sim_cpu_fetch_elsewhere(cpu, addr, op);
}

void sim_cpu_compare_data(struct sim_cpu *cpu, uint32_t addr, unsigned size, uint32_t value,
                          bool is_write)
{
    if (sim_dwt_compare_data(cpu->dwt, addr, size, value, is_write))
        cpu->attention = true;
}

// Peripheral, device and system regions are never executed from (DDI 0419, B3.1).
bool sim_cpu_is_executable(uint32_t addr)
{
    return addr < 0x40000000u || (addr >= 0x60000000u && addr < 0xa0000000u);
}

enum sim_cpu_stop sim_cpu_fetch_elsewhere(struct sim_cpu *cpu, uint32_t addr, uint32_t *op)
{
    if (!sim_cpu_is_executable(addr))
        return SIM_CPU_FAULT;
    for (unsigned i = 0; i < SIM_MAX_WINDOWS; i++) {
        const struct sim_window *w = &cpu->bus->window[i];
        if (addr - w->base < w->size) {
            cpu->fetch_window = i;
            *op = get_le16(w->bytes + (addr - w->base));
            return SIM_CPU_NONE;
        }
    }
    cpu->bus->fetch = true;
    enum sim_cpu_stop stop = sim_cpu_slow_read(cpu, addr, 2, op);
    cpu->bus->fetch = false;
    return stop;
}

enum sim_cpu_stop sim_cpu_read_word(struct sim_cpu *cpu, uint32_t addr, uint32_t *value)
{
    const uint8_t *p = addr % 4 == 0 ? cpu_bytes(cpu, addr, false) : NULL;
    if (!p)
        return sim_cpu_slow_read(cpu, addr, 4, value);
    *value = get_le32(p);
    return SIM_CPU_NONE;
}

enum sim_cpu_stop sim_cpu_write_word(struct sim_cpu *cpu, uint32_t addr, uint32_t value)
{
    uint8_t *p = addr % 4 == 0 ? cpu_bytes(cpu, addr, true) : NULL;
    if (!p)
        return sim_cpu_slow_write(cpu, addr, 4, value);
    put_le32(p, value);
    return SIM_CPU_NONE;
}
