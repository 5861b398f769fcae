// SPDX-License-Identifier: MIT
// That each source has room for one packet, that a newer packet of the DWT takes the place of an
// older one, and that a packet needs one cycle for each byte, reproduces all overflow packets of
// a captured STM32F105: of an exception's exit and the return behind it the exit was lost, of a
// load and a store two cycles apart the value of the load. How much the FIFO holds is not
// published: with 11 to 22 bytes that capture comes out.
#include "sim/core/itm.h"

#include <string.h>

enum {
    ITM_STIM_END = 0x080,
    ITM_TER = 0xe00,
    ITM_TPR = 0xe40,
    ITM_TCR = 0xe80,
    ITM_LAR = 0xfb0,
    ITM_LSR = 0xfb4,
};

#define TCR_BITS    0x007f031fu // but for GTSFREQ and BUSY
#define TCR_GTSFREQ 0x00000c00u
#define TCR_BUSY    (1u << 23)
#define LAR_KEY     0xc5acce55u
#define LSR_SLK     (1u << 1) // locked
#define LSR_SLI     (1u << 0) // there is a lock

// Packets (D4.2).
#define OVERFLOW_PACKET     0x70
#define LOCAL_STAMP         0xc0 // with TC from bit 4 on
#define GLOBAL_STAMP        0x94
#define GLOBAL_STAMP_HIGH   0xb4
#define MORE                0x80 // another byte follows
#define GLOBAL_LOW_BITS     26
#define SHORT_STAMP_LONGEST 6u
#define SOON                8u // cycles that a packet may wait for another one of the same event
enum { TC_STAMP_LATE = 1, TC_PACKET_LATE = 2 };

void sim_itm_reset(struct sim_itm *itm)
{
    *itm = (struct sim_itm){
        .has_global = itm->has_global, .cycle_ps = itm->cycle_ps, .stamp_divider = 1};
}

// ---- registers ----------------------------------------------------------------------------------

bool sim_itm_is_stimulus(uint32_t offset)
{
    return offset < ITM_STIM_END;
}

bool sim_itm_is_open(const struct sim_itm *itm, uint32_t offset)
{
    return sim_itm_is_stimulus(offset) && !(itm->tpr >> offset / (4 * 8) & 1);
}

bool sim_itm_is_empty(const struct sim_itm *itm)
{
    bool waits = itm->count || itm->stamp_due;
    for (unsigned i = 0; i < SIM_ITM_SOURCES; i++)
        waits |= itm->slot[i].packet.len || itm->slot[i].lost;
    return !waits;
}

uint32_t sim_itm_read(const struct sim_itm *itm, uint32_t offset)
{
    if (sim_itm_is_stimulus(offset)) // FIFOREADY
        return itm->slot[SIM_ITM_SOFTWARE].packet.len == 0;
    switch (offset) {
    case ITM_TER:
        return itm->ter;
    case ITM_TPR:
        return itm->tpr;
    case ITM_TCR:
        return itm->tcr | (sim_itm_is_empty(itm) ? 0 : TCR_BUSY);
    case ITM_LSR:
        return LSR_SLI | (itm->unlocked ? 0 : LSR_SLK);
    default:
        return 0;
    }
}

void sim_itm_write(struct sim_itm *itm, uint32_t offset, uint32_t value, bool debugger)
{
    if (offset == ITM_LAR)
        itm->unlocked = value == LAR_KEY;
    if (!itm->unlocked && !debugger)
        return;
    switch (offset) {
    case ITM_TER:
        itm->ter = value;
        break;
    case ITM_TPR:
        itm->tpr = value & 0xf;
        break;
    case ITM_TCR:
        itm->tcr = value & (TCR_BITS | (itm->has_global ? TCR_GTSFREQ : 0));
        break;
    default:
        break;
    }
}

// ---- packets come -------------------------------------------------------------------------------

// The size of a payload, as headers have it (D4.2.8).
static unsigned size_code(unsigned size)
{
    return size == 4 ? 3 : size;
}

void sim_itm_stimulate(struct sim_itm *itm, unsigned port, unsigned size, uint32_t value,
                       uint64_t at_ps, uint64_t at_cycle)
{
    struct sim_itm_slot *slot = &itm->slot[SIM_ITM_SOFTWARE];
    struct sim_itm_packet p = {.len = 1 + size, .at_ps = at_ps, .at_cycle = at_cycle};
    if (!(itm->tcr & SIM_ITM_TCR_ITMENA) || !(itm->ter >> port & 1))
        return;
    if (slot->packet.len) {
        slot->lost = true;
        return;
    }
    p.bytes[0] = (uint8_t)(port << 3 | size_code(size));
    for (unsigned i = 0; i < size; i++)
        p.bytes[1 + i] = (uint8_t)(value >> 8 * i);
    slot->packet = p;
}

void sim_itm_put(struct sim_itm *itm, enum sim_itm_source source, const struct sim_itm_packet *p)
{
    struct sim_itm_slot *slot = &itm->slot[source];
    slot->lost |= slot->packet.len != 0;
    slot->packet = *p;
}

void sim_itm_overflow_stamp(struct sim_itm *itm, uint64_t at_ps)
{
    itm->slot[SIM_ITM_TIMESTAMP].lost = true;
    itm->slot[SIM_ITM_TIMESTAMP].packet.at_ps = at_ps;
    itm->stamped_cycle += (uint64_t)SIM_ITM_TIMESTAMP_TICKS * itm->stamp_divider;
}

// Groups of seven bits, the last one without MORE. Returns how many.
static unsigned put_groups(uint8_t *bytes, uint64_t value, unsigned most)
{
    unsigned n = 0;
    do {
        bytes[n++] = (uint8_t)((value & 0x7f) | MORE);
        value >>= 7;
    } while (value && n < most);
    bytes[n - 1] &= (uint8_t)~MORE;
    return n;
}

// Of the low 26 bits, leading groups that are as in the last one are left out (D4.2.5).
static struct sim_itm_packet make_global(const struct sim_itm *itm, uint64_t now)
{
    uint32_t low = now & ((1u << GLOBAL_LOW_BITS) - 1);
    uint32_t changed = itm->global_known ? low ^ (uint32_t)itm->global : UINT32_MAX;
    struct sim_itm_packet p = {.bytes = {GLOBAL_STAMP}, .len = 5};
    bool wraps = itm->global_known && now >> GLOBAL_LOW_BITS != itm->global >> GLOBAL_LOW_BITS;
    for (unsigned i = 0; i < 4; i++)
        p.bytes[1 + i] = (uint8_t)((low >> 7 * i & 0x7f) | (i < 3 ? MORE : 0));
    if (wraps || !itm->global_known) {
        p.bytes[4] |= 1u << 6; // the high part follows
        return p;
    }
    changed &= (1u << GLOBAL_LOW_BITS) - 1;
    while (p.len > 2 && !(changed >> 7 * (p.len - 2)))
        p.len--;
    p.bytes[p.len - 1] &= (uint8_t)~MORE;
    return p;
}

static struct sim_itm_packet make_global_high(uint64_t now)
{
    struct sim_itm_packet p = {.bytes = {GLOBAL_STAMP_HIGH}, .len = 5};
    uint32_t high = now >> GLOBAL_LOW_BITS & 0x3fffff;
    for (unsigned i = 0; i < 4; i++)
        p.bytes[1 + i] = (uint8_t)((high >> 7 * i & 0x7f) | (i < 3 ? MORE : 0));
    return p;
}

void sim_itm_put_global(struct sim_itm *itm, uint64_t at_ps, uint64_t at_cycle)
{
    struct sim_itm_packet low = make_global(itm, at_cycle), high = make_global_high(at_cycle);
    low.at_ps = high.at_ps = at_ps;
    low.at_cycle = high.at_cycle = at_cycle;
    if (itm->slot[SIM_ITM_GLOBAL].packet.len)
        return; // one waits: it will do
    sim_itm_put(itm, SIM_ITM_GLOBAL, &low);
    if (low.len == 5 && low.bytes[4] & 1u << 6)
        itm->slot[SIM_ITM_GLOBAL_HIGH].packet = high;
    itm->global = at_cycle;
    itm->global_known = true;
}

// ---- packets go ---------------------------------------------------------------------------------

// The time stamp of the packets since the last one: one byte where it can be (D4.2.4).
static struct sim_itm_packet make_stamp(const struct sim_itm *itm)
{
    uint64_t ticks = 0;
    unsigned tc = (itm->any_waited ? TC_PACKET_LATE : 0) |
                  (itm->first_cycle != itm->last_cycle ? TC_STAMP_LATE : 0);
    struct sim_itm_packet p = {.at_ps = itm->free_ps, .at_cycle = itm->last_cycle};
    if (itm->last_cycle > itm->stamped_cycle)
        ticks = (itm->last_cycle - itm->stamped_cycle) / itm->stamp_divider;
    if (tc == 0 && ticks >= 1 && ticks <= SHORT_STAMP_LONGEST) {
        p.bytes[0] = (uint8_t)(ticks << 4);
        p.len = 1;
        return p;
    }
    p.bytes[0] = (uint8_t)(LOCAL_STAMP | tc << 4);
    p.len = 1 + put_groups(p.bytes + 1, ticks & (SIM_ITM_TIMESTAMP_TICKS - 1), 4);
    return p;
}

static bool waits(const struct sim_itm *itm, unsigned source)
{
    const struct sim_itm_slot *slot = &itm->slot[source];
    return slot->packet.len || slot->lost || (source == SIM_ITM_TIMESTAMP && itm->stamp_due);
}

static unsigned next_source(const struct sim_itm *itm)
{
    unsigned source = 0;
    while (source < SIM_ITM_SOURCES && !waits(itm, source))
        source++;
    return source;
}

// Its bytes with the overflow packet: that of the program behind what was written before, that of
// another source before what took the place of the lost packet.
static unsigned compose(const struct sim_itm *itm, unsigned source,
                        uint8_t bytes[SIM_ITM_PACKET + 1])
{
    const struct sim_itm_slot *slot = &itm->slot[source];
    struct sim_itm_packet p = slot->packet;
    unsigned n = 0;
    if (source == SIM_ITM_TIMESTAMP && itm->stamp_due)
        p = make_stamp(itm);
    if (slot->lost && source != SIM_ITM_SOFTWARE)
        bytes[n++] = OVERFLOW_PACKET;
    memcpy(bytes + n, p.bytes, p.len);
    n += p.len;
    if (slot->lost && source == SIM_ITM_SOFTWARE)
        bytes[n++] = OVERFLOW_PACKET;
    return n;
}

static bool is_full(const struct sim_itm *itm, unsigned source)
{
    uint8_t bytes[SIM_ITM_PACKET + 1];
    return compose(itm, source, bytes) > SIM_ITM_FIFO - itm->count;
}

uint64_t sim_itm_due(const struct sim_itm *itm)
{
    unsigned source = next_source(itm);
    if (source == SIM_ITM_SOURCES || is_full(itm, source))
        return SIM_ITM_NEVER;
    uint64_t at_ps = itm->slot[source].packet.at_ps;
    return at_ps > itm->free_ps ? at_ps : itm->free_ps;
}

static void push(struct sim_itm *itm, uint8_t byte, uint64_t at_ps)
{
    unsigned i = (itm->first + itm->count++) % SIM_ITM_FIFO;
    itm->fifo[i].byte = byte;
    itm->fifo[i].at_ps = at_ps;
}

// What the next time stamp has to tell of a packet. It waited: for others, or for room.
static void note_for_stamp(struct sim_itm *itm, const struct sim_itm_packet *p, bool waited)
{
    if (!(itm->tcr & SIM_ITM_TCR_TSENA) || !p->len)
        return;
    if (!itm->stamp_due)
        itm->first_cycle = p->at_cycle;
    itm->last_cycle = p->at_cycle;
    itm->any_waited |= waited;
    itm->stamp_due = true;
}

static void stamp_is_sent(struct sim_itm *itm)
{
    if (itm->stamp_due)
        itm->stamped_cycle = itm->last_cycle;
    itm->stamp_due = itm->any_waited = false;
}

// After every packet, if it found the FIFO empty (GTSFREQ).
static void follow_with_global(struct sim_itm *itm, const struct sim_itm_packet *p, bool was_empty)
{
    if ((itm->tcr & TCR_GTSFREQ) == TCR_GTSFREQ && was_empty && p->len)
        sim_itm_put_global(itm, itm->free_ps, p->at_cycle);
}

void sim_itm_send(struct sim_itm *itm)
{
    uint8_t bytes[SIM_ITM_PACKET + 1];
    unsigned source = next_source(itm);
    struct sim_itm_slot *slot = &itm->slot[source];
    uint64_t start_ps = sim_itm_due(itm);
    unsigned len = compose(itm, source, bytes);
    bool was_empty = itm->count == 0;
    for (unsigned i = 0; i < len; i++)
        push(itm, bytes[i], start_ps + i * itm->cycle_ps);
    itm->free_ps = start_ps + len * itm->cycle_ps;
    if (source == SIM_ITM_TIMESTAMP)
        stamp_is_sent(itm);
    if (source < SIM_ITM_TIMESTAMP && source != SIM_ITM_SYNC) {
        note_for_stamp(itm, &slot->packet, start_ps > slot->packet.at_ps + SOON * itm->cycle_ps);
        follow_with_global(itm, &slot->packet, was_empty);
    }
    slot->packet.len = 0;
    slot->lost = false;
}

// ---- the other end of the FIFO ------------------------------------------------------------------

unsigned sim_itm_count(const struct sim_itm *itm, uint64_t at_ps)
{
    unsigned n = 0;
    while (n < itm->count && itm->fifo[(itm->first + n) % SIM_ITM_FIFO].at_ps <= at_ps)
        n++;
    return n;
}

uint64_t sim_itm_first_ps(const struct sim_itm *itm)
{
    return itm->count ? itm->fifo[itm->first].at_ps : SIM_ITM_NEVER;
}

// The packet that waits for room begins no earlier.
uint8_t sim_itm_take(struct sim_itm *itm, uint64_t at_ps)
{
    unsigned source = next_source(itm);
    if (source < SIM_ITM_SOURCES && is_full(itm, source) && at_ps > itm->free_ps)
        itm->free_ps = at_ps;
    uint8_t byte = itm->fifo[itm->first].byte;
    itm->first = (itm->first + 1) % SIM_ITM_FIFO;
    itm->count--;
    return byte;
}
