// SPDX-License-Identifier: MIT
// The instruction engine's accesses that are no plain memory, and its registers as others see them
// (DDI 0419, B1.4).
#include "sim/core/cpu_memory.h"

enum { SP = 13 };

static enum sim_cpu_stop from_bus(struct sim_cpu *cpu, enum sim_bus_status status)
{
    if (cpu->hclk->clock->rearmed)
        cpu->attention = true;
    if (status == SIM_BUS_OK)
        return SIM_CPU_NONE;
    return status == SIM_BUS_STALL ? SIM_CPU_STALL : SIM_CPU_FAULT;
}

enum sim_cpu_stop sim_cpu_slow_read(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                    uint32_t *value)
{
    sim_hclk_publish(cpu->hclk, cpu->cycles);
    return from_bus(cpu, sim_bus_read(cpu->bus, SIM_MASTER_CORE, addr, size, value));
}

enum sim_cpu_stop sim_cpu_slow_write(struct sim_cpu *cpu, uint32_t addr, unsigned size,
                                     uint32_t value)
{
    sim_hclk_publish(cpu->hclk, cpu->cycles);
    return from_bus(cpu, sim_bus_write(cpu->bus, SIM_MASTER_CORE, addr, size, value));
}

void sim_cpu_compare_data(struct sim_cpu *cpu, uint32_t addr, unsigned size, bool is_write)
{
    if (sim_dwt_compare_data(cpu->dwt, addr, size, is_write))
        cpu->attention = true;
}

// Peripheral, device and system regions are never executed from (DDI 0419, B3.1).
static bool is_executable(uint32_t addr)
{
    return addr < 0x40000000u || (addr >= 0x60000000u && addr < 0xa0000000u);
}

enum sim_cpu_stop sim_cpu_fetch_elsewhere(struct sim_cpu *cpu, uint32_t addr, uint32_t *op)
{
    if (!is_executable(addr))
        return SIM_CPU_FAULT;
    for (unsigned i = 0; i < SIM_MAX_WINDOWS; i++) {
        const struct sim_window *w = &cpu->bus->window[i];
        if (addr - w->base < w->size) {
            cpu->fetch_window = i;
            *op = get_le16(w->bytes + (addr - w->base));
            return SIM_CPU_NONE;
        }
    }
    return sim_cpu_slow_read(cpu, addr, 2, op);
}

enum sim_cpu_stop sim_cpu_read_word(struct sim_cpu *cpu, uint32_t addr, uint32_t *value)
{
    const uint8_t *p = addr % 4 == 0 ? cpu_window_bytes(cpu, addr, false) : NULL;
    if (!p)
        return sim_cpu_slow_read(cpu, addr, 4, value);
    *value = get_le32(p);
    return SIM_CPU_NONE;
}

enum sim_cpu_stop sim_cpu_write_word(struct sim_cpu *cpu, uint32_t addr, uint32_t value)
{
    uint8_t *p = addr % 4 == 0 ? cpu_window_bytes(cpu, addr, true) : NULL;
    if (!p)
        return sim_cpu_slow_write(cpu, addr, 4, value);
    put_le32(p, value);
    return SIM_CPU_NONE;
}

uint32_t sim_cpu_get_xpsr(const struct sim_cpu *cpu)
{
    return (cpu->n & XPSR_N) | (cpu->z == 0 ? XPSR_Z : 0) | (cpu->c ? XPSR_C : 0) |
           (cpu->v >> 31 ? XPSR_V : 0) | (cpu->thumb ? XPSR_T : 0) | cpu->ipsr;
}

void sim_cpu_set_flags(struct sim_cpu *cpu, uint32_t xpsr)
{
    cpu->n = xpsr;
    cpu->z = !(xpsr & XPSR_Z);
    cpu->c = !!(xpsr & XPSR_C);
    cpu->v = xpsr & XPSR_V ? 1u << 31 : 0;
}

bool sim_cpu_uses_psp(const struct sim_cpu *cpu)
{
    return cpu->spsel && cpu->ipsr == 0;
}

uint32_t sim_cpu_get_sp(const struct sim_cpu *cpu, bool process)
{
    if (process == sim_cpu_uses_psp(cpu))
        return cpu->r[SP];
    return process ? cpu->psp : cpu->msp;
}

void sim_cpu_set_sp(struct sim_cpu *cpu, bool process, uint32_t value)
{
    value &= ~3u;
    if (process == sim_cpu_uses_psp(cpu))
        cpu->r[SP] = value;
    else if (process)
        cpu->psp = value;
    else
        cpu->msp = value;
}

void sim_cpu_set_mode(struct sim_cpu *cpu, uint32_t ipsr, bool spsel)
{
    uint32_t msp = sim_cpu_get_sp(cpu, false), psp = sim_cpu_get_sp(cpu, true);
    cpu->ipsr = ipsr;
    cpu->spsel = spsel;
    cpu->msp = msp;
    cpu->psp = psp;
    cpu->r[SP] = sim_cpu_uses_psp(cpu) ? psp : msp;
}
