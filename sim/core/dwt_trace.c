// SPDX-License-Identifier: MIT
// The packets of the DWT (DDI 0403, C1.8 for when, D4.3 for their form): PC samples, exceptions,
// data accesses that a comparator has seen, counters that have wrapped; and what the DWT paces:
// synchronization packets and, of the ITM, time stamps of a counter that would overflow.
#include "sim/core/core_state.h"

// Headers: the discriminator, a mark of hardware sources, a size.
#define HEADER(id, size) ((uint8_t)((id) << 3 | 4 | ((size) == 4 ? 3 : (size))))

enum { ID_EVENT = 0, ID_EXCEPTION = 1, ID_PC_SAMPLE = 2, ID_DATA_PC = 8, ID_DATA_VALUE = 16 };
enum { EVENT_EXC = 1 << 1, EVENT_SLEEP = 1 << 2, EVENT_CYC = 1 << 5 };

#define COUNTER_WRAPS 256u

static struct sim_itm_packet packet_now(const struct sim_core *core, unsigned id, unsigned size,
                                        uint32_t value)
{
    struct sim_itm_packet p = {.bytes = {HEADER(id, size)},
                               .len = 1 + size,
                               .at_ps = sim_trace_now_ps(core),
                               .at_cycle = core->cpu.cycles};
    for (unsigned i = 0; i < size; i++)
        p.bytes[1 + i] = (uint8_t)(value >> 8 * i);
    return p;
}

static void put_packet(struct sim_core *core, enum sim_itm_source source, unsigned id,
                       unsigned size, uint32_t value)
{
    struct sim_itm_packet p = packet_now(core, id, size, value);
    sim_trace_catch_up(core);
    sim_itm_put(&core->trace.itm, source, &p);
    sim_trace_catch_up(core);
}

static bool is_on(const struct sim_core *core)
{
    return core->dwt.enabled && sim_trace_takes(core, SIM_ITM_TCR_TXENA);
}

// ---- exceptions ---------------------------------------------------------------------------------

void sim_trace_exception(struct sim_core *core, enum sim_trace_exception what, unsigned n)
{
    if (core->dwt.ctrl & SIM_DWT_CTRL_EXCTRC && is_on(core))
        put_packet(core, SIM_ITM_EXCEPTION, ID_EXCEPTION, 2, n | (uint32_t)what << 12);
}

// A counter of eight bits that has counted on to this total of the core: it tells when it wraps.
static void follow_counter(struct sim_core *core, enum sim_dwt_counter counter, uint32_t enable,
                           uint64_t total, unsigned event)
{
    uint64_t *seen = &core->trace.wraps_seen[counter];
    uint64_t counted = core->dwt.counter[counter].value + total - core->dwt.counter[counter].at;
    if (core->dwt.ctrl & enable && counted / COUNTER_WRAPS > *seen && is_on(core))
        put_packet(core, SIM_ITM_EVENT, ID_EVENT, 1, event);
    *seen = counted / COUNTER_WRAPS;
}

void sim_trace_overhead(struct sim_core *core)
{
    if (core->dwt.ctrl & SIM_DWT_CTRL_EXCEVT)
        follow_counter(core, SIM_DWT_EXCEPTION, SIM_DWT_CTRL_EXCEVT, core->exception_cycles,
                       EVENT_EXC);
}

void sim_trace_slept(struct sim_core *core)
{
    if (core->dwt.ctrl & SIM_DWT_CTRL_SLEEPEVT)
        follow_counter(core, SIM_DWT_SLEEP, SIM_DWT_CTRL_SLEEPEVT, core->sleep_cycles, EVENT_SLEEP);
}

// ---- data accesses ------------------------------------------------------------------------------

// What function makes of an access (tables C1-14 and C1-15).
struct packets {
    bool pc, addr, value;
};

static struct packets packets_of(uint32_t function)
{
    bool range = function & SIM_DWT_FUNCTION_EMITRANGE;
    switch (function & 15) {
    case 1:
        return (struct packets){.pc = !range, .addr = range};
    case 2:
        return (struct packets){.addr = range, .value = true};
    case 3:
    case 14:
    case 15:
        return (struct packets){.pc = !range, .addr = range, .value = true};
    default: // 12, 13
        return (struct packets){.addr = range, .value = !range};
    }
}

void sim_trace_access(void *arg, const struct sim_dwt_access *a)
{
    struct sim_core *core = arg;
    struct packets made = packets_of(a->function);
    unsigned source = SIM_ITM_DATA + 2 * a->comparator, id = 2 * a->comparator;
    if (!is_on(core))
        return;
    if (made.pc)
        put_packet(core, source, ID_DATA_PC + id, 4, core->cpu.at);
    if (made.addr)
        put_packet(core, source, ID_DATA_PC + id + 1, 2, a->addr);
    if (made.value)
        put_packet(core, source + 1, ID_DATA_VALUE + id + a->is_write, a->size, a->value);
}

// ---- what comes with the cycles -----------------------------------------------------------------

// The next cycle at which a bit of CYCCNT changes.
static uint64_t next_change(const struct sim_core *core, unsigned bit)
{
    uint32_t unit = 1u << bit;
    uint32_t now = sim_dwt_cyccnt(&core->dwt, core->cpu.cycles);
    return core->cpu.cycles + unit - (now & (unit - 1));
}

static unsigned tap_bit(const struct sim_core *core)
{
    return core->dwt.ctrl & SIM_DWT_CTRL_CYCTAP ? 10 : 6;
}

static bool taps(const struct sim_core *core)
{
    return core->dwt.ctrl & SIM_DWT_CTRL_CYCCNT &&
           core->dwt.ctrl & (SIM_DWT_CTRL_PCSAMPLE | SIM_DWT_CTRL_CYCEVT);
}

static unsigned sync_bit(const struct sim_core *core)
{
    return 22 + 2 * (core->dwt.ctrl >> SIM_DWT_CTRL_SYNCTAP & 3);
}

static bool synchronizes(const struct sim_core *core)
{
    return core->dwt.ctrl & SIM_DWT_CTRL_CYCCNT && core->dwt.ctrl >> SIM_DWT_CTRL_SYNCTAP & 3;
}

// Of GTSFREQ: how far apart, in bits of the counter. 0: not by the counter.
static unsigned global_bit(const struct sim_core *core)
{
    static const unsigned bits[4] = {0, 7, 13, 0};
    return bits[core->trace.itm.tcr >> SIM_ITM_TCR_GTSFREQ & 3];
}

static uint64_t next_global(const struct sim_core *core)
{
    uint64_t unit = 1ull << global_bit(core);
    return (core->cpu.cycles / unit + 1) * unit;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void find_due(struct sim_core *core)
{
    struct sim_trace *t = &core->trace;
    t->due = least(least(t->tap_cycle, t->sync_cycle), least(t->global_cycle, t->stamp_cycle));
    core->cpu.attention = true;
}

// Asleep, with the packets of SLEEPCNT: until it wraps.
uint64_t sim_trace_due(const struct sim_core *core)
{
    if (core->sleep == SIM_AWAKE || !(core->dwt.ctrl & SIM_DWT_CTRL_SLEEPEVT) || !is_on(core))
        return core->trace.due;
    uint64_t counted = core->dwt.counter[SIM_DWT_SLEEP].value + core->sleep_cycles -
                       core->dwt.counter[SIM_DWT_SLEEP].at;
    return least(core->trace.due, core->cpu.cycles + COUNTER_WRAPS - counted % COUNTER_WRAPS);
}

void sim_trace_plan(struct sim_core *core, uint32_t ctrl_before)
{
    const uint32_t posts = SIM_DWT_CTRL_PCSAMPLE | SIM_DWT_CTRL_CYCEVT;
    struct sim_trace *t = &core->trace;
    uint32_t ctrl = core->dwt.ctrl;
    bool runs = core->dwt.enabled;
    if (!(ctrl_before & posts) && ctrl & posts)
        t->postcnt = ctrl >> SIM_DWT_CTRL_POSTINIT & 15;
    t->tap_cycle = t->sync_cycle = t->global_cycle = t->stamp_cycle = UINT64_MAX;
    if (runs && taps(core) && sim_trace_takes(core, SIM_ITM_TCR_TXENA))
        t->tap_cycle = next_change(core, tap_bit(core));
    if (runs && synchronizes(core) && sim_trace_takes(core, SIM_ITM_TCR_SYNCENA))
        t->sync_cycle = next_change(core, sync_bit(core));
    if (global_bit(core) && sim_trace_takes(core, 0))
        t->global_cycle = next_global(core);
    if (sim_trace_takes(core, SIM_ITM_TCR_TSENA))
        t->stamp_cycle =
            t->itm.stamped_cycle + (uint64_t)SIM_ITM_TIMESTAMP_TICKS * t->itm.stamp_divider;
    find_due(core);
}

static void sample_pc(struct sim_core *core)
{
    if (core->sleep != SIM_AWAKE)
        put_packet(core, SIM_ITM_PC_SAMPLE, ID_PC_SAMPLE, 1, 0);
    else
        put_packet(core, SIM_ITM_PC_SAMPLE, ID_PC_SAMPLE, 4, core->cpu.r[15]);
}

static void tap(struct sim_core *core)
{
    struct sim_trace *t = &core->trace;
    if (t->postcnt) {
        t->postcnt--;
        return;
    }
    t->postcnt = core->dwt.ctrl >> SIM_DWT_CTRL_POSTPRESET & 15;
    if (core->dwt.ctrl & SIM_DWT_CTRL_PCSAMPLE)
        sample_pc(core);
    else
        put_packet(core, SIM_ITM_EVENT, ID_EVENT, 1, EVENT_CYC);
}

static void synchronize(struct sim_core *core)
{
    struct sim_itm_packet p = {.bytes = {0, 0, 0, 0, 0, 0x80},
                               .len = 6,
                               .at_ps = sim_trace_now_ps(core),
                               .at_cycle = core->cpu.cycles};
    sim_trace_catch_up(core);
    core->trace.itm.slot[SIM_ITM_SYNC].packet = p;
    sim_trace_catch_up(core);
}

// Stamps that were sent have moved it away.
static void overflow_stamp(struct sim_core *core)
{
    struct sim_trace *t = &core->trace;
    uint64_t span = (uint64_t)SIM_ITM_TIMESTAMP_TICKS * t->itm.stamp_divider;
    sim_trace_catch_up(core);
    if (t->itm.stamped_cycle + span <= core->cpu.cycles)
        sim_itm_overflow_stamp(&t->itm, sim_trace_now_ps(core));
    t->stamp_cycle = t->itm.stamped_cycle + span;
}

void sim_trace_follow(struct sim_core *core)
{
    struct sim_trace *t = &core->trace;
    uint64_t now = core->cpu.cycles;
    if (now < t->due)
        return;
    if (now >= t->tap_cycle) {
        tap(core);
        t->tap_cycle = next_change(core, tap_bit(core));
    }
    if (now >= t->sync_cycle) {
        synchronize(core);
        t->sync_cycle = next_change(core, sync_bit(core));
    }
    if (now >= t->global_cycle) {
        sim_itm_put_global(&t->itm, sim_trace_now_ps(core), now);
        t->global_cycle = next_global(core);
    }
    if (now >= t->stamp_cycle)
        overflow_stamp(core);
    find_due(core);
}
