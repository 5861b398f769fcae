// SPDX-License-Identifier: MIT
// Priorities and the registers of the Nested Vectored Interrupt Controller (DDI 0419, B3.4). A line
// is a level: it pends when it goes active, when its handler returns while it is still active, and
// when software clears the pending bit of an active line.
#include "sim/core/nvic.h"

enum { NVIC_ISER = 0x100, NVIC_ICER = 0x180, NVIC_ISPR = 0x200, NVIC_ICPR = 0x280 };
enum { NVIC_IPR0 = 0x400, NVIC_IPR_END = 0x420 };

#define BIT(n) (1ull << (n))

void sim_nvic_reset(struct sim_nvic *nvic)
{
    *nvic = (struct sim_nvic){.level = nvic->level};
}

int sim_nvic_priority(const struct sim_nvic *nvic, unsigned n)
{
    if (n == SIM_EXC_NMI)
        return SIM_PRIORITY_NMI;
    if (n == SIM_EXC_HARDFAULT)
        return SIM_PRIORITY_HARDFAULT;
    return nvic->priority[n];
}

// The lowest number of the most urgent exceptions in a set (B1.5.4).
static unsigned most_urgent(const struct sim_nvic *nvic, uint64_t set)
{
    unsigned best = SIM_EXC_NONE;
    for (; set; set &= set - 1) {
        unsigned n = (unsigned)__builtin_ctzll(set);
        if (best == SIM_EXC_NONE || sim_nvic_priority(nvic, n) < sim_nvic_priority(nvic, best))
            best = n;
    }
    return best;
}

int sim_nvic_execution_priority(const struct sim_nvic *nvic, bool primask)
{
    unsigned n = most_urgent(nvic, nvic->active);
    int priority = n ? sim_nvic_priority(nvic, n) : SIM_PRIORITY_NONE;
    return primask && priority > SIM_PRIORITY_MASKED ? SIM_PRIORITY_MASKED : priority;
}

unsigned sim_nvic_first(const struct sim_nvic *nvic, bool interrupts_masked)
{
    uint64_t enabled = (uint64_t)nvic->enabled << SIM_EXC_IRQ0 | (BIT(SIM_EXC_IRQ0) - 1);
    if (interrupts_masked)
        enabled &= BIT(SIM_EXC_PENDSV) - 1;
    return most_urgent(nvic, nvic->pending & enabled);
}

void sim_nvic_activate(struct sim_nvic *nvic, unsigned n)
{
    nvic->pending &= ~BIT(n);
    nvic->active |= BIT(n);
}

void sim_nvic_deactivate(struct sim_nvic *nvic, unsigned n)
{
    nvic->active &= ~BIT(n);
    sim_nvic_sample_levels(nvic);
}

bool sim_nvic_set_level(struct sim_nvic *nvic, unsigned n, bool active)
{
    bool rises = active && !(nvic->level >> n & 1);
    if (active)
        nvic->level |= 1u << n;
    else
        nvic->level &= ~(1u << n);
    if (!rises || nvic->pending >> (SIM_EXC_IRQ0 + n) & 1)
        return false;
    nvic->pending |= BIT(SIM_EXC_IRQ0 + n);
    return true;
}

void sim_nvic_sample_levels(struct sim_nvic *nvic)
{
    nvic->pending |= (uint64_t)nvic->level << SIM_EXC_IRQ0 & ~nvic->active;
}

static bool is_priority(uint32_t offset)
{
    return offset >= NVIC_IPR0 && offset < NVIC_IPR_END;
}

uint32_t sim_nvic_read(const struct sim_nvic *nvic, uint32_t offset)
{
    if (offset == NVIC_ISER || offset == NVIC_ICER)
        return nvic->enabled;
    if (offset == NVIC_ISPR || offset == NVIC_ICPR)
        return (uint32_t)(nvic->pending >> SIM_EXC_IRQ0);
    if (!is_priority(offset))
        return 0;
    const uint8_t *p = &nvic->priority[SIM_EXC_IRQ0 + offset - NVIC_IPR0];
    return (uint32_t)p[3] << 30 | (uint32_t)p[2] << 22 | (uint32_t)p[1] << 14 | (uint32_t)p[0] << 6;
}

void sim_nvic_write(struct sim_nvic *nvic, uint32_t offset, uint32_t value)
{
    if (offset == NVIC_ISER)
        nvic->enabled |= value;
    if (offset == NVIC_ICER)
        nvic->enabled &= ~value;
    if (offset == NVIC_ISPR)
        nvic->pending |= (uint64_t)value << SIM_EXC_IRQ0;
    if (offset == NVIC_ICPR) {
        nvic->pending &= ~((uint64_t)value << SIM_EXC_IRQ0);
        sim_nvic_sample_levels(nvic);
    }
    for (unsigned i = 0; is_priority(offset) && i < 4; i++)
        nvic->priority[SIM_EXC_IRQ0 + offset - NVIC_IPR0 + i] = value >> (8 * i + 6) & 3;
}
