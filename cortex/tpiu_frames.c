// SPDX-License-Identifier: MIT
#include "cortex/tpiu_frames.h"

#include <string.h>

// Numbers from here on are reserved but for TPIU_FLUSHED and TPIU_TRIGGER.
#define FIRST_RESERVED 0x70u
// Bytes of the two kinds of synchronization, as they follow each other on the wire.
#define FULL_SYNC      0xffffff7fu
#define HALF_SYNC      0xff7fu

// What speaks against a beginning, by how unlikely it is at the right one. In the capture of an
// STM32F105, from each of its bytes on, a lead of 6 names the right one, after 36 frames on average
// and 105 at most.
enum {
    NEW_SOURCE = 1,  // each number counts once
    SAME_SOURCE = 2, // a number that was the current one already
    PADDING_DATA = 4,
    LATE_AT_END = 4, // byte 14 changes the source, and byte 15 says "after the next byte"
    RESERVED_ID = 8,
    CUT_BY_PAUSE = 8,
    CUT_BY_SYNC = 64,
};
#define LEAD        6u
#define FRAMES_MIN  8u
// A parser in use with so many faults has lost its place: at the right one there are none but for
// errors on the wire, and one of them is forgotten with every so many frames. A search that was
// needless loses nothing.
#define LOST_PLACE  12u
#define FORGIVEN_IN 32u
#define FRAME_BYTES (TPIU_FRAME_SIZE - 1)

typedef void put_byte(void *user, unsigned id, uint8_t byte);

static void init_parser(struct tpiu_parser *p)
{
    *p = (struct tpiu_parser){.id = TPIU_UNKNOWN};
}

static bool is_reserved(unsigned id)
{
    return id >= FIRST_RESERVED && id != TPIU_FLUSHED && id != TPIU_TRIGGER;
}

static void rate_source(struct tpiu_parser *p, unsigned id, bool late_at_end)
{
    p->faults += is_reserved(id) ? RESERVED_ID : 0;
    p->faults += late_at_end ? LATE_AT_END : 0;
    p->hints += id == p->id ? SAME_SOURCE : 0;
    if (!(p->seen[id / 32] >> id % 32 & 1))
        p->hints += NEW_SOURCE;
    p->seen[id / 32] |= 1u << id % 32;
}

static unsigned penalty(const struct tpiu_parser *p)
{
    return p->hints + p->faults;
}

static bool carries_nothing(unsigned id)
{
    return id == TPIU_PADDING || id == TPIU_FLUSHED || id == TPIU_TRIGGER;
}

// One whole frame. put may be NULL.
static void take_frame(struct tpiu_parser *p, put_byte *put, void *user)
{
    const unsigned low_bits = p->frame[FRAME_BYTES];
    unsigned next = p->id; // takes effect behind the next byte
    for (unsigned i = 0; i < FRAME_BYTES; i++) {
        const bool even = i % 2 == 0, flag = low_bits >> i / 2 & 1;
        uint8_t byte = p->frame[i];
        if (even && (byte & 1)) {
            next = byte >> 1;
            rate_source(p, next, flag && i == FRAME_BYTES - 1);
            if (!flag || i == FRAME_BYTES - 1)
                p->id = next;
            continue;
        }
        if (even)
            byte = (uint8_t)(byte | flag);
        if (!carries_nothing(p->id) && put)
            put(user, p->id, byte);
        p->faults += carries_nothing(p->id) && byte ? PADDING_DATA : 0;
        p->id = next;
    }
}

enum taken { TAKEN_BYTE, TAKEN_FRAME, TAKEN_HALF_SYNC, TAKEN_FULL_SYNC, TAKEN_LATE_SYNC };

static enum taken take_byte(struct tpiu_parser *p, uint8_t byte, put_byte *put, void *user)
{
    p->last = p->last << 8 | byte;
    if (p->last == FULL_SYNC) {
        // Three bytes of it lie in the frame.
        const bool late = p->fill != 3;
        p->faults += late ? CUT_BY_SYNC : 0;
        p->fill = 0;
        return late ? TAKEN_LATE_SYNC : TAKEN_FULL_SYNC;
    }
    if ((p->last & 0xffff) == HALF_SYNC && p->fill % 2 == 1) {
        p->fill--;
        return TAKEN_HALF_SYNC;
    }
    p->frame[p->fill++] = byte;
    if (p->fill < TPIU_FRAME_SIZE)
        return TAKEN_BYTE;
    p->fill = 0;
    take_frame(p, put, user);
    return TAKEN_FRAME;
}

static void begin_search(struct tpiu_frames *f)
{
    f->aligned = false;
    f->kept_len = 0;
    f->searches++;
    for (unsigned i = 0; i < TPIU_FRAME_SIZE; i++)
        init_parser(&f->candidate[i]);
}

void tpiu_frames_init(struct tpiu_frames *f, void (*put)(void *user, unsigned id, uint8_t byte),
                      void *user)
{
    memset(f, 0, sizeof *f);
    f->put = put;
    f->user = user;
    begin_search(f);
}

static void use_byte(struct tpiu_frames *f, uint8_t byte)
{
    struct tpiu_parser *p = &f->parser;
    switch (take_byte(p, byte, f->put, f->user)) {
    case TAKEN_BYTE:
        return;
    case TAKEN_HALF_SYNC:
        f->half_syncs++;
        return;
    case TAKEN_LATE_SYNC:
        f->cut++;
        f->full_syncs++;
        p->faults = 0;
        return;
    case TAKEN_FULL_SYNC:
        f->full_syncs++;
        p->faults = 0;
        return;
    case TAKEN_FRAME:
        f->frames++;
        if (p->faults > 0 && f->frames % FORGIVEN_IN == 0)
            p->faults--;
        if (p->faults > LOST_PLACE)
            begin_search(f);
        return;
    }
}

// The best one, and by how much it leads. Of equal ones the first, which has lost least.
static unsigned find_best(const struct tpiu_frames *f, unsigned *lead)
{
    unsigned best = 0;
    *lead = UINT32_MAX;
    for (unsigned i = 1; i < TPIU_FRAME_SIZE; i++)
        if (penalty(&f->candidate[i]) < penalty(&f->candidate[best]))
            best = i;
    for (unsigned i = 0; i < TPIU_FRAME_SIZE; i++)
        if (i != best && penalty(&f->candidate[i]) - penalty(&f->candidate[best]) < *lead)
            *lead = penalty(&f->candidate[i]) - penalty(&f->candidate[best]);
    return best;
}

// What was kept goes through the parser that is right. Should that one lose its place meanwhile,
// the rest of it begins a new search.
static void decide(struct tpiu_frames *f, unsigned best)
{
    uint8_t kept[TPIU_SEARCH_MAX];
    const size_t len = f->kept_len;
    memcpy(kept, f->kept, len);
    init_parser(&f->parser);
    f->aligned = true;
    f->kept_len = 0;
    for (size_t i = best; i < len; i++)
        tpiu_frames_push(f, &kept[i], 1);
}

// The beginning that the end of a full sync tells; none of the 16 when what came before it was no
// whole number of frames.
static void decide_by_sync(struct tpiu_frames *f, unsigned beginning)
{
    if (beginning < TPIU_FRAME_SIZE) {
        decide(f, beginning);
        return;
    }
    init_parser(&f->parser);
    f->aligned = true;
    f->full_syncs++;
}

static void search_with(struct tpiu_frames *f, uint8_t byte)
{
    unsigned lead, beginning = TPIU_FRAME_SIZE;
    bool synced = false;
    f->kept[f->kept_len] = byte;
    for (unsigned i = 0; i < TPIU_FRAME_SIZE && i <= f->kept_len; i++) {
        const enum taken taken = take_byte(&f->candidate[i], byte, NULL, NULL);
        synced |= taken == TAKEN_FULL_SYNC || taken == TAKEN_LATE_SYNC;
        if (taken == TAKEN_FULL_SYNC)
            beginning = i;
    }
    f->kept_len++;
    if (synced) {
        decide_by_sync(f, beginning);
        return;
    }
    if (f->kept_len % TPIU_FRAME_SIZE != 0 || f->kept_len < (FRAMES_MIN + 1) * TPIU_FRAME_SIZE)
        return;
    const unsigned best = find_best(f, &lead);
    if (lead >= LEAD || f->kept_len == TPIU_SEARCH_MAX)
        decide(f, best);
}

void tpiu_frames_push(struct tpiu_frames *f, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (f->aligned)
            use_byte(f, data[i]);
        else
            search_with(f, data[i]);
    }
}

void tpiu_frames_pause(struct tpiu_frames *f)
{
    unsigned lead;
    if (f->aligned) {
        f->parser.faults += f->parser.fill ? CUT_BY_PAUSE : 0;
        if (f->parser.faults > LOST_PLACE)
            begin_search(f);
        return;
    }
    if (f->kept_len < TPIU_FRAME_SIZE)
        return;
    for (unsigned i = 0; i < TPIU_FRAME_SIZE; i++)
        f->candidate[i].faults += f->candidate[i].fill ? CUT_BY_PAUSE : 0;
    const unsigned best = find_best(f, &lead);
    if (lead >= LEAD)
        decide(f, best);
}
