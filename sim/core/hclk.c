// SPDX-License-Identifier: MIT
// Cycles to nanoseconds and back, in integers. The processor may be a few cycles ahead of the
// board's clock, by the part of its last instruction that lies behind the limit of a run, and never
// behind it.
#include "sim/core/hclk.h"

#define NS_PER_S 1000000000u

uint64_t sim_hclk_ns(const struct sim_hclk *hclk, uint64_t cycles)
{
    if (hclk->hz == 0)
        return hclk->anchor_ns;
    uint64_t since = cycles - hclk->anchor_cycles;
    return hclk->anchor_ns + since / hclk->hz * NS_PER_S + since % hclk->hz * NS_PER_S / hclk->hz;
}

uint64_t sim_hclk_cycles_at(const struct sim_hclk *hclk, uint64_t ns)
{
    if (ns <= hclk->anchor_ns)
        return hclk->anchor_cycles;
    uint64_t since = ns - hclk->anchor_ns;
    uint64_t part = since % NS_PER_S * hclk->hz;
    return hclk->anchor_cycles + since / NS_PER_S * hclk->hz + (part + NS_PER_S - 1) / NS_PER_S;
}

static void anchor(struct sim_hclk *hclk, uint64_t cycles, uint64_t ns)
{
    hclk->anchor_cycles = cycles;
    hclk->anchor_ns = ns;
}

void sim_hclk_begin(struct sim_hclk *hclk, uint64_t cycles, uint64_t until_ns)
{
    hclk->until_ns = until_ns;
    if (sim_hclk_ns(hclk, cycles) < hclk->clock->now_ns)
        anchor(hclk, cycles, hclk->clock->now_ns);
}

void sim_hclk_publish(struct sim_hclk *hclk, uint64_t cycles)
{
    uint64_t ns = sim_hclk_ns(hclk, cycles);
    if (ns > hclk->until_ns)
        ns = hclk->until_ns;
    if (ns > hclk->clock->now_ns)
        hclk->clock->now_ns = ns;
}

void sim_hclk_skip(struct sim_hclk *hclk, uint64_t cycles, uint64_t ns)
{
    if (ns > sim_hclk_ns(hclk, cycles))
        anchor(hclk, cycles, ns);
    if (ns > hclk->clock->now_ns)
        hclk->clock->now_ns = ns;
}

void sim_hclk_set_hz(struct sim_hclk *hclk, uint64_t cycles, uint32_t hz)
{
    uint64_t ns = sim_hclk_ns(hclk, cycles);
    anchor(hclk, cycles, ns > hclk->clock->now_ns ? ns : hclk->clock->now_ns);
    hclk->hz = hz;
}
