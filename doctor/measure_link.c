// SPDX-License-Identifier: MIT
// How good the wires are: blocks of the core's ROM table, which every Cortex-M has, which never
// changes and which no read protection guards, at every clock that the probe offers. Then patterns
// through DCRDR, which belongs to the debugger (DDI 0419, C1.6.5): they travel in the other
// direction.
#include <string.h>

#include "base/signals.h"
#include "cortex/scs.h"
#include "doctor/measure.h"
#include "swd/stlink_status.h"

#define ROM_TABLE_IDS  0xe00fff00u // the last quarter KiB: identification among zeros
#define BLOCK_WORDS    64u
#define BLOCKS         6u
#define FEWEST_BLOCKS  2u
#define BUDGET_US      600000u // for all clocks, so that a slow USB connection does not take for ever
#define BLOCK_COMMANDS 4u // that go with a block: itself, its status, VTref, a part of connecting
#define BLOCK_US       20000u  // at most, so that slow clocks do not take the time of all others
#define CLOCK_US       100000u // and for one clock: after a failure connecting at 5 kHz takes long
#define WORD_CLOCKS    46u     // of one SWD transfer (IHI 0031, B4.2)
#define WRITES         16u
#define FEWEST_WRITES  2u
#define SLOW_WIRE_HZ   50000u

static void classify(struct measured_clock *c, uint8_t status)
{
    c->failed++;
    if (status == STLINK_ST_AP_ERROR || status == STLINK_ST_DP_ERROR ||
        status == STLINK_ST_GET_IDCODE)
        c->silent++;
    else if (status == STLINK_ST_AP_WAIT || status == STLINK_ST_DP_WAIT)
        c->waited++;
    else if (status == STLINK_ST_AP_PARITY || status == STLINK_ST_DP_PARITY)
        c->garbled++;
}

static unsigned words_at(uint32_t hz)
{
    uint64_t words = (uint64_t)BLOCK_US * hz / 1000000 / WORD_CLOCKS;
    return words > BLOCK_WORDS ? BLOCK_WORDS : words < 4 ? 4 : (unsigned)words;
}

// The last words of the ROM table, so that a short block has content too.
static enum err read_block(struct measure *b, struct measured_clock *c, uint32_t *reference,
                           bool *have_reference)
{
    uint32_t data[BLOCK_WORDS] = {0};
    unsigned words = words_at(c->hz), skipped = BLOCK_WORDS - words;
    enum err e = b->probe->in_debug ? ERR_OK : measure_connect(b, c->hz);
    if (!e)
        e = stlink_read_block(b->st, 4, ROM_TABLE_IDS + 4 * skipped, data, 4 * words);
    measure_count(b, e);
    if (measure_is_fatal(e))
        return e;
    if (e == ERR_PROBE_PROTOCOL) // a fault of USB says nothing about the wires
        return debug_probe_leave(b->probe);
    c->blocks++;
    c->transfers += words;
    if (e) {
        classify(c, b->probe->last_status);
        // The next block begins with a line reset.
        return debug_probe_leave(b->probe);
    }
    measure_heard(b);
    if (*have_reference && memcmp(data, reference + skipped, 4 * words) != 0) {
        c->failed++;
        c->wrong++;
    }
    if (!*have_reference && words == BLOCK_WORDS) {
        memcpy(reference, data, sizeof data);
        *have_reference = true;
    }
    return ERR_OK;
}

static unsigned blocks_of(const struct measure *b, unsigned clocks)
{
    uint64_t each_us = (uint64_t)(b->m->probe.command_us + 1) * BLOCK_COMMANDS * (clocks + 1);
    uint64_t blocks = BUDGET_US / each_us;
    return blocks > BLOCKS ? BLOCKS : blocks < FEWEST_BLOCKS ? FEWEST_BLOCKS : (unsigned)blocks;
}

static enum err read_at_clock(struct measure *b, uint32_t hz, unsigned blocks, uint32_t *reference,
                              bool *have_reference)
{
    struct measured_clock *c = &b->m->link.clock[b->m->link.count++];
    *c = (struct measured_clock){.hz = hz};
    enum err e = debug_probe_leave(b->probe);
    const uint64_t start = debug_probe_now_us(b->probe);
    for (unsigned i = 0; i < blocks && !e; i++) {
        if (i > 0 && debug_probe_now_us(b->probe) - start > CLOCK_US)
            break;
        e = read_block(b, c, reference, have_reference);
        if (!e && b->m->supply.known)
            e = measure_supply(b, &b->m->supply.later, 1);
    }
    return e;
}

// A clock is safe when nothing failed there, nor at any slower one.
static uint32_t find_safe(const struct measured_link *link)
{
    uint32_t safe = 0;
    for (unsigned i = link->count; i-- > 0 && !link->clock[i].failed;)
        safe = link->clock[i].hz;
    return safe;
}

static enum err write_patterns(struct measure *b)
{
    static const uint32_t patterns[] = {0x00000000, 0xffffffff, 0x55555555, 0xaaaaaaaa};
    struct measured_link *link = &b->m->link;
    uint32_t before, value;
    enum err e = measure_connect(b, link->safe_hz);
    if (e || (e = mem_ap_read32(&b->mem, SCS_DCRDR, &before)))
        return e;
    link->writes_tested = true;
    const bool slow =
        b->m->probe.command_us > MEASURE_SLOW_COMMAND_US || link->safe_hz < SLOW_WIRE_HZ;
    const unsigned writes = slow ? FEWEST_WRITES : WRITES;
    for (unsigned i = 0; i < writes; i++) {
        uint32_t wanted = patterns[i % 4] ^ i;
        link->writes++;
        e = mem_ap_write32(&b->mem, SCS_DCRDR, wanted);
        if (!e)
            e = mem_ap_read32(&b->mem, SCS_DCRDR, &value);
        measure_count(b, e);
        if (measure_is_fatal(e))
            return e;
        link->writes_wrong += e != ERR_PROBE_PROTOCOL && (e || value != wanted);
    }
    return mem_ap_write32(&b->mem, SCS_DCRDR, before);
}

enum err measure_link(struct measure *b)
{
    struct measured_link *link = &b->m->link;
    struct stlink_swclk_list list;
    uint32_t reference[BLOCK_WORDS];
    bool have_reference = false;
    enum err e = stlink_list_swclk(b->st, &list);
    unsigned blocks = blocks_of(b, list.count);
    // Where a command takes long, every other clock has to do, or every third.
    unsigned least_us = b->m->probe.command_us * FEWEST_BLOCKS * BLOCK_COMMANDS * list.count;
    unsigned step = 1 + least_us / BUDGET_US;
    *link = (struct measured_link){0};
    for (unsigned i = 0; i < list.count && link->count < MEASURE_MAX_CLOCKS && !e; i += step)
        if (!(e = signals_check(b->log)))
            e = read_at_clock(b, list.hz[i], blocks, reference, &have_reference);
    if (e)
        return e;
    link->safe_hz = find_safe(link);
    if (link->safe_hz)
        e = write_patterns(b);
    return measure_is_fatal(e) ? e : ERR_OK;
}
