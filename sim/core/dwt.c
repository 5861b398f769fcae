// SPDX-License-Identifier: MIT
// Registers and comparators of the Data Watchpoint unit (DDI 0419, C1.7.2 to C1.7.7; DDI 0403,
// C1.8.7 to C1.8.18). Switched off by DEMCR, its registers read as zero and ignore writes.
#include "sim/core/dwt.h"

#include <stddef.h>

enum {
    DWT_CTRL = 0x000,
    DWT_CYCCNT = 0x004,
    DWT_EXCCNT = 0x00c,
    DWT_SLEEPCNT = 0x010,
    DWT_PCSR = 0x01c,
    DWT_COMP0 = 0x020,
    DWT_COMP_STRIDE = 0x10,
};
enum { COMP = 0x0, MASK = 0x4, FUNCTION = 0x8 };

#define DWT_CTRL_NUMCOMP 28          // shift
#define DWT_CTRL_V7      0x007f1fffu // what can be written

#define DWT_MASK_V6 0x1fu
#define DWT_MASK_V7 0x0fu // 32 KiB at most

#define FUNCTION_BITS       0xfu
#define FUNCTION_CYCMATCH   (1u << 7) // of comparator 0
#define FUNCTION_DATAVMATCH (1u << 8) // of comparator 1, and what follows
#define FUNCTION_LNK1ENA    (1u << 9)
#define FUNCTION_VALUE      0x000ffd00u // DATAVMATCH, DATAVSIZE, DATAVADDR0, DATAVADDR1
#define FUNCTION_MATCHED    (1u << 24)

enum { CYCLE_COMPARATOR = 0, VALUE_COMPARATOR = 1 };

// What a function of ARMv7-M looks at, and whether a match is a debug event (table C1-21).
struct meaning {
    bool pc, read, write, stops;
};

static struct meaning meaning_of(uint32_t function)
{
    static const struct meaning meanings[16] = {
        [1] = {.read = true, .write = true},
        [2] = {.read = true, .write = true},
        [3] = {.read = true, .write = true},
        [SIM_DWT_PC] = {.pc = true, .stops = true},
        [SIM_DWT_READ] = {.read = true, .stops = true},
        [SIM_DWT_WRITE] = {.write = true, .stops = true},
        [SIM_DWT_ACCESS] = {.read = true, .write = true, .stops = true},
        [8] = {.pc = true},
        [9] = {.read = true},
        [10] = {.write = true},
        [11] = {.read = true, .write = true},
        [12] = {.read = true},
        [13] = {.write = true},
        [14] = {.read = true},
        [15] = {.write = true},
    };
    return meanings[function & FUNCTION_BITS];
}

void sim_dwt_create(struct sim_dwt *dwt, unsigned comparators, bool v7)
{
    *dwt = (struct sim_dwt){
        .count = comparators, .v7 = v7, .due = UINT64_MAX, .traces = dwt->traces, .arg = dwt->arg};
}

void sim_dwt_reset(struct sim_dwt *dwt)
{
    sim_dwt_create(dwt, dwt->count, dwt->v7);
}

// ARMv6-M has the functions 4 to 7 only.
static bool is_function(const struct sim_dwt *dwt, uint32_t function)
{
    function &= FUNCTION_BITS;
    return dwt->v7 ? function != SIM_DWT_OFF : function >= SIM_DWT_PC && function <= SIM_DWT_ACCESS;
}

static bool counts_cycles(const struct sim_dwt *dwt, unsigned i)
{
    return i == CYCLE_COMPARATOR && dwt->comparator[i].function & FUNCTION_CYCMATCH;
}

static void summarize(struct sim_dwt *dwt)
{
    dwt->watches_pc = dwt->watches_data = false;
    for (unsigned i = 0; dwt->enabled && i < dwt->count; i++) {
        uint32_t function = dwt->comparator[i].function;
        struct meaning m = meaning_of(function);
        if (!is_function(dwt, function) || counts_cycles(dwt, i))
            continue;
        dwt->watches_pc |= m.pc;
        dwt->watches_data |= m.read || m.write;
    }
}

void sim_dwt_enable(struct sim_dwt *dwt, bool on)
{
    dwt->enabled = on;
    summarize(dwt);
}

// ---- counters -----------------------------------------------------------------------------------

static const uint32_t counter_enable[SIM_DWT_COUNTERS] = {SIM_DWT_CTRL_CYCCNT, SIM_DWT_CTRL_EXCEVT,
                                                          SIM_DWT_CTRL_SLEEPEVT};

static void sync_counters(struct sim_dwt *dwt, const struct sim_dwt_now *now)
{
    for (unsigned i = 0; i < SIM_DWT_COUNTERS; i++) {
        if (dwt->ctrl & counter_enable[i])
            dwt->counter[i].value += (uint32_t)(now->total[i] - dwt->counter[i].at);
        dwt->counter[i].at = now->total[i];
        if (i != SIM_DWT_CYCLES)
            dwt->counter[i].value &= 0xff;
    }
}

static void find_due(struct sim_dwt *dwt, uint64_t cycles)
{
    dwt->due = UINT64_MAX;
    if (!dwt->enabled || !(dwt->ctrl & SIM_DWT_CTRL_CYCCNT) ||
        !counts_cycles(dwt, CYCLE_COMPARATOR) ||
        !is_function(dwt, dwt->comparator[CYCLE_COMPARATOR].function))
        return;
    uint32_t left = dwt->comparator[CYCLE_COMPARATOR].comp - dwt->counter[SIM_DWT_CYCLES].value;
    dwt->due = cycles + (left ? left : 1ull << 32);
}

uint32_t sim_dwt_cyccnt(const struct sim_dwt *dwt, uint64_t cycles)
{
    uint64_t since = cycles - dwt->counter[SIM_DWT_CYCLES].at;
    bool counts = dwt->ctrl & SIM_DWT_CTRL_CYCCNT;
    return dwt->counter[SIM_DWT_CYCLES].value + (counts ? (uint32_t)since : 0);
}

bool sim_dwt_compare_cycles(struct sim_dwt *dwt, uint64_t cycles)
{
    if (cycles < dwt->due)
        return false;
    bool stops = meaning_of(dwt->comparator[CYCLE_COMPARATOR].function).stops;
    dwt->comparator[CYCLE_COMPARATOR].matched = true;
    dwt->due += 1ull << 32;
    dwt->hit |= stops;
    return stops;
}

// ---- registers ----------------------------------------------------------------------------------

static bool is_comparator(const struct sim_dwt *dwt, uint32_t offset)
{
    return offset >= DWT_COMP0 && offset < DWT_COMP0 + dwt->count * DWT_COMP_STRIDE;
}

static uint32_t read_comparator(struct sim_dwt *dwt, uint32_t offset)
{
    unsigned i = (offset - DWT_COMP0) / DWT_COMP_STRIDE;
    switch (offset % DWT_COMP_STRIDE) {
    case COMP:
        return dwt->comparator[i].comp;
    case MASK:
        return dwt->comparator[i].mask;
    case FUNCTION: {
        uint32_t value = dwt->comparator[i].function;
        value |= dwt->comparator[i].matched ? FUNCTION_MATCHED : 0;
        value |= dwt->v7 && i == VALUE_COMPARATOR ? FUNCTION_LNK1ENA : 0;
        dwt->comparator[i].matched = false;
        return value;
    }
    default:
        return 0;
    }
}

static uint32_t read_v7(struct sim_dwt *dwt, uint32_t offset, const struct sim_dwt_now *now)
{
    sync_counters(dwt, now);
    switch (offset) {
    case DWT_CYCCNT:
        return dwt->counter[SIM_DWT_CYCLES].value;
    case DWT_EXCCNT:
        return dwt->counter[SIM_DWT_EXCEPTION].value;
    case DWT_SLEEPCNT:
        return dwt->counter[SIM_DWT_SLEEP].value;
    default:
        return 0;
    }
}

uint32_t sim_dwt_read(struct sim_dwt *dwt, uint32_t offset, const struct sim_dwt_now *now)
{
    if (!dwt->enabled)
        return 0;
    if (offset == DWT_CTRL)
        return dwt->count << DWT_CTRL_NUMCOMP | dwt->ctrl;
    if (offset == DWT_PCSR)
        return now->pc_sample;
    if (is_comparator(dwt, offset))
        return read_comparator(dwt, offset);
    return dwt->v7 ? read_v7(dwt, offset, now) : 0;
}

static uint32_t function_bits(const struct sim_dwt *dwt, unsigned i)
{
    if (!dwt->v7)
        return FUNCTION_BITS;
    uint32_t more = i == CYCLE_COMPARATOR   ? FUNCTION_CYCMATCH
                    : i == VALUE_COMPARATOR ? FUNCTION_VALUE
                                            : 0;
    return FUNCTION_BITS | SIM_DWT_FUNCTION_EMITRANGE | more;
}

static void write_comparator(struct sim_dwt *dwt, uint32_t offset, uint32_t value)
{
    unsigned i = (offset - DWT_COMP0) / DWT_COMP_STRIDE;
    switch (offset % DWT_COMP_STRIDE) {
    case COMP:
        dwt->comparator[i].comp = value;
        break;
    case MASK:
        dwt->comparator[i].mask = value & (dwt->v7 ? DWT_MASK_V7 : DWT_MASK_V6);
        break;
    case FUNCTION:
        dwt->comparator[i].function = value & function_bits(dwt, i);
        dwt->comparator[i].matched = false;
        break;
    default:
        break;
    }
    summarize(dwt);
}

static void write_v7(struct sim_dwt *dwt, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case DWT_CTRL:
        dwt->ctrl = value & DWT_CTRL_V7;
        break;
    case DWT_CYCCNT:
        dwt->counter[SIM_DWT_CYCLES].value = value;
        break;
    case DWT_EXCCNT:
        dwt->counter[SIM_DWT_EXCEPTION].value = value & 0xff;
        break;
    case DWT_SLEEPCNT:
        dwt->counter[SIM_DWT_SLEEP].value = value & 0xff;
        break;
    default:
        break;
    }
}

void sim_dwt_write(struct sim_dwt *dwt, uint32_t offset, uint32_t value,
                   const struct sim_dwt_now *now)
{
    if (!dwt->enabled)
        return;
    if (dwt->v7)
        sync_counters(dwt, now);
    if (is_comparator(dwt, offset))
        write_comparator(dwt, offset, value);
    else if (dwt->v7)
        write_v7(dwt, offset, value);
    if (dwt->v7)
        find_due(dwt, now->total[SIM_DWT_CYCLES]);
}

// ---- comparators --------------------------------------------------------------------------------

static bool covers(const struct sim_dwt *dwt, unsigned i, uint32_t addr, uint32_t ignore)
{
    ignore |= (1u << dwt->comparator[i].mask) - 1;
    return !((addr ^ dwt->comparator[i].comp) & ~ignore);
}

// True when a debug event follows.
static bool note_match(struct sim_dwt *dwt, unsigned i)
{
    bool stops = meaning_of(dwt->comparator[i].function).stops;
    dwt->comparator[i].matched = true;
    dwt->hit |= stops;
    return stops;
}

bool sim_dwt_compare_pc(struct sim_dwt *dwt, uint32_t pc)
{
    bool any = false;
    for (unsigned i = 0; i < dwt->count; i++) {
        uint32_t function = dwt->comparator[i].function;
        if (is_function(dwt, function) && !counts_cycles(dwt, i) && meaning_of(function).pc &&
            covers(dwt, i, pc, 1))
            any |= note_match(dwt, i);
    }
    return any;
}

// Comparators 1's value can be bound to the addresses of up to two others (DATAVADDR0, DATAVADDR1);
// its own number there binds it to none.
static bool is_linked_address(const struct sim_dwt *dwt, uint32_t addr, unsigned size)
{
    uint32_t function = dwt->comparator[VALUE_COMPARATOR].function;
    const unsigned links[2] = {function >> 12 & 15, function >> 16 & 15};
    bool bound = false;
    for (unsigned k = 0; k < 2; k++) {
        if (links[k] == VALUE_COMPARATOR || links[k] >= dwt->count)
            continue;
        bound = true;
        if (covers(dwt, links[k], addr, size - 1))
            return true;
    }
    return !bound;
}

// Any part of the access that has the size of DATAVSIZE may have the value.
static bool has_value(const struct sim_dwt *dwt, unsigned size, uint32_t value)
{
    unsigned wanted = 1u << (dwt->comparator[VALUE_COMPARATOR].function >> 10 & 3);
    if (wanted > 4 || wanted > size)
        return false;
    uint32_t mask = wanted == 4 ? UINT32_MAX : (1u << 8 * wanted) - 1;
    for (unsigned at = 0; at < size; at += wanted) {
        if (!((value >> 8 * at ^ dwt->comparator[VALUE_COMPARATOR].comp) & mask))
            return true;
    }
    return false;
}

static bool matches_data(const struct sim_dwt *dwt, unsigned i, uint32_t addr, unsigned size,
                         uint32_t value)
{
    if (dwt->v7 && i == VALUE_COMPARATOR && dwt->comparator[i].function & FUNCTION_DATAVMATCH)
        return is_linked_address(dwt, addr, size) && has_value(dwt, size, value);
    return covers(dwt, i, addr, size - 1);
}

// Functions that only trigger an ETM make no packets.
static void trace_access(const struct sim_dwt *dwt, unsigned i, uint32_t addr, unsigned size,
                         uint32_t value, bool is_write)
{
    uint32_t function = dwt->comparator[i].function;
    bool traces = (function & FUNCTION_BITS) < SIM_DWT_PC || (function & FUNCTION_BITS) >= 12;
    if (dwt->traces && dwt->v7 && traces)
        dwt->traces(dwt->arg, &(struct sim_dwt_access){.comparator = i,
                                                       .function = function,
                                                       .addr = addr,
                                                       .value = value,
                                                       .size = size,
                                                       .is_write = is_write});
}

bool sim_dwt_compare_data(struct sim_dwt *dwt, uint32_t addr, unsigned size, uint32_t value,
                          bool is_write)
{
    bool any = false;
    for (unsigned i = 0; i < dwt->count; i++) {
        struct meaning m = meaning_of(dwt->comparator[i].function);
        if (!is_function(dwt, dwt->comparator[i].function) || counts_cycles(dwt, i))
            continue;
        if (!(is_write ? m.write : m.read) || !matches_data(dwt, i, addr, size, value))
            continue;
        any |= note_match(dwt, i);
        trace_access(dwt, i, addr, size, value, is_write);
    }
    return any;
}
