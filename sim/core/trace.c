// SPDX-License-Identifier: MIT
#include "sim/core/core_state.h"

#define PS_PER_S  1000000000000u
#define PS_PER_NS 1000u
#define PAGE_ITM  0xe0000000u

void sim_trace_create(struct sim_core *core)
{
    core->trace.itm.has_global = core->kind->global_stamps;
    core->dwt.traces = sim_trace_access;
    core->dwt.arg = core;
    sim_trace_set_hz(core, core->hclk.hz);
    sim_trace_reset(core);
}

static void show_level(struct sim_core *core, uint64_t at_ps, bool level)
{
    struct sim_trace *t = &core->trace;
    bool before = t->tpiu.level;
    t->tpiu.level = level;
    if (level != before && t->swo)
        t->swo(t->swo_arg, at_ps, level);
}

void sim_trace_reset(struct sim_core *core)
{
    struct sim_trace *t = &core->trace;
    bool level = t->tpiu.level;
    sim_itm_reset(&t->itm);
    sim_tpiu_reset(&t->tpiu);
    t->tpiu.level = level;
    t->postcnt = 0;
    t->due = UINT64_MAX;
    show_level(core, sim_trace_now_ps(core), sim_tpiu_idle_level(&t->tpiu));
}

// ---- time ---------------------------------------------------------------------------------------

// The processor may be ahead of the clock, by an instruction; halted, it is behind.
uint64_t sim_trace_now_ps(const struct sim_core *core)
{
    uint64_t clock_ns = core->hclk.clock->now_ns;
    uint64_t core_ns = sim_hclk_ns(&core->hclk, core->cpu.cycles);
    return (core_ns > clock_ns ? core_ns : clock_ns) * PS_PER_NS;
}

// 0: the clock stands still.
static uint64_t bit_ps(const struct sim_core *core)
{
    const struct sim_tpiu *tpiu = &core->trace.tpiu;
    uint64_t hz = core->trace.has_no_clock ? 0 : core->hclk.hz;
    return hz ? ((uint64_t)tpiu->acpr + 1) * PS_PER_S / hz : 0;
}

static void step_port(struct sim_core *core, uint64_t at_ps, uint64_t bit)
{
    struct sim_trace *t = &core->trace;
    bool before = t->tpiu.level;
    sim_tpiu_step(&t->tpiu, &t->itm, at_ps, bit);
    if (t->tpiu.level != before && t->swo)
        t->swo(t->swo_arg, at_ps, t->tpiu.level);
}

static void run_until(struct sim_core *core, uint64_t until_ps)
{
    struct sim_trace *t = &core->trace;
    uint64_t bit = bit_ps(core);
    while (core->hclk.hz) {
        uint64_t packet_ps = sim_itm_due(&t->itm);
        uint64_t pin_ps = bit ? sim_tpiu_due(&t->tpiu, &t->itm) : SIM_ITM_NEVER;
        if ((packet_ps < pin_ps ? packet_ps : pin_ps) > until_ps)
            return;
        if (packet_ps <= pin_ps)
            sim_itm_send(&t->itm);
        else
            step_port(core, pin_ps, bit);
    }
}

void sim_trace_catch_up(struct sim_core *core)
{
    run_until(core, sim_trace_now_ps(core));
}

void sim_trace_run(struct sim_core *core, uint64_t until_ns)
{
    run_until(core, until_ns * PS_PER_NS);
}

// What stood still goes on from now, and not from when it stopped.
static void resume_from_now(struct sim_core *core)
{
    struct sim_trace *t = &core->trace;
    uint64_t now_ps = sim_trace_now_ps(core);
    if (t->itm.free_ps < now_ps)
        t->itm.free_ps = now_ps;
    if (t->tpiu.next_ps < now_ps)
        t->tpiu.next_ps = now_ps;
}

void sim_trace_set_hz(struct sim_core *core, uint32_t hz)
{
    if (!core->hclk.hz)
        resume_from_now(core);
    core->trace.itm.cycle_ps = hz ? PS_PER_S / hz : PS_PER_S;
}

void sim_trace_set_clocked(struct sim_core *core, bool clocked)
{
    sim_trace_catch_up(core);
    if (core->trace.has_no_clock && clocked)
        resume_from_now(core);
    core->trace.has_no_clock = !clocked;
}

// ---- registers ----------------------------------------------------------------------------------

bool sim_trace_takes(const struct sim_core *core, uint32_t tcr_bit)
{
    uint32_t bits = SIM_ITM_TCR_ITMENA | tcr_bit;
    return core->debug.demcr & DEMCR_DWTENA && (core->trace.itm.tcr & bits) == bits;
}

uint32_t sim_trace_read(struct sim_core *core, uint32_t addr)
{
    sim_trace_catch_up(core);
    if ((addr & ~0xfffu) == PAGE_ITM)
        return sim_itm_read(&core->trace.itm, addr & 0xfff);
    return sim_tpiu_read(&core->trace.tpiu, addr & 0xfff);
}

// The unit that time stamps count in.
static void set_stamp_divider(struct sim_core *core)
{
    struct sim_itm *itm = &core->trace.itm;
    unsigned divider = 1u << 2 * (itm->tcr >> SIM_ITM_TCR_TSPRESCALE & 3);
    if (itm->tcr & SIM_ITM_TCR_SWOENA) // clocked by the pin's bits
        divider *= core->trace.tpiu.acpr + 1;
    itm->stamp_divider = divider;
}

static void write_itm(struct sim_core *core, bool debugger, uint32_t offset, uint32_t value)
{
    struct sim_itm *itm = &core->trace.itm;
    uint32_t before = itm->tcr;
    sim_itm_write(itm, offset, value, debugger);
    set_stamp_divider(core);
    if (itm->tcr & ~before & SIM_ITM_TCR_TSENA)
        itm->stamped_cycle = core->cpu.cycles;
    sim_trace_plan(core, core->dwt.ctrl);
}

static void write_tpiu(struct sim_core *core, uint32_t offset, uint32_t value)
{
    struct sim_tpiu *tpiu = &core->trace.tpiu;
    sim_tpiu_write(tpiu, offset, value);
    if (!tpiu->left && sim_itm_is_empty(&core->trace.itm))
        show_level(core, sim_trace_now_ps(core), sim_tpiu_idle_level(tpiu));
    set_stamp_divider(core);
}

void sim_trace_write(struct sim_core *core, bool debugger, uint32_t addr, unsigned size,
                     uint32_t value)
{
    uint32_t offset = addr & 0xfff;
    sim_trace_catch_up(core);
    if ((addr & ~0xfffu) != PAGE_ITM)
        write_tpiu(core, offset, value);
    else if (!sim_itm_is_stimulus(offset))
        write_itm(core, debugger, offset, value);
    else
        sim_itm_stimulate(&core->trace.itm, offset / 4, size, value, sim_trace_now_ps(core),
                          core->cpu.cycles);
    sim_trace_catch_up(core);
}
