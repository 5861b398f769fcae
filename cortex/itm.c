// SPDX-License-Identifier: MIT
#include "cortex/itm.h"

#include <string.h>

#include "base/bytes.h"

// Headers (DDI 0403, table D4-2 and the sections behind it).
#define OVERFLOW_HEADER 0x70u
#define GLOBAL_LOW      0x94u // timestamp packet format 1
#define GLOBAL_HIGH     0xb4u // and 2
#define CONTINUES       0x80u
#define SYNC_END        0x80u
#define SYNC_ZEROS      5u // at least 47 bits of 0 before the 1

// Discriminators of hardware source packets (D4.3): the header's bits 7:3.
enum { HARDWARE_EVENTS = 0, HARDWARE_EXCEPTION = 1, HARDWARE_PC = 2 };
#define DATA_TRACE(header) ((header) >> 6)     // 1: address or PC, 2: value
#define COMPARATOR(header) ((header) >> 4 & 3) // of both
#define SECOND_KIND        0x08u               // the address, and not the PC; a write

static bool is_source(uint8_t header)
{
    return header & 3;
}

static bool is_extension(uint8_t header)
{
    return (header & 0x0b) == 0x08;
}

static bool is_local_time(uint8_t header)
{
    return (header & 0xcf) == 0xc0 || ((header & 0x8f) == 0 && header && header < OVERFLOW_HEADER);
}

static void deliver(struct itm *itm, const struct itm_packet *packet)
{
    itm->count[packet->kind]++;
    itm->have = 0;
    if (itm->put)
        itm->put(itm->user, packet);
}

static void deliver_simple(struct itm *itm, enum itm_kind kind, uint32_t value)
{
    const struct itm_packet packet = {.kind = kind, .value = value};
    deliver(itm, &packet);
}

static uint32_t payload_word(const struct itm *itm)
{
    uint32_t value = 0;
    for (unsigned i = 1; i < itm->have; i++)
        value |= (uint32_t)itm->byte[i] << 8 * (i - 1);
    return value;
}

// Bytes of 7 bits each.
static uint64_t payload_sevens(const struct itm *itm)
{
    uint64_t value = 0;
    for (unsigned i = 1; i < itm->have; i++)
        value |= (uint64_t)(itm->byte[i] & 0x7f) << 7 * (i - 1);
    return value;
}

static bool read_exception(struct itm_packet *p)
{
    p->kind = ITM_EXCEPTION;
    p->number = p->value & 0x1ff;
    p->action = (enum itm_action)(p->value >> 12 & 3);
    return p->size == 2 && p->action;
}

// A core that sleeps sends one byte of 0 in place of its PC.
static bool read_pc_sample(struct itm_packet *p)
{
    p->kind = ITM_PC_SAMPLE;
    p->asleep = p->size == 1;
    return p->size == 4 || (p->size == 1 && p->value == 0);
}

static bool read_data_trace(struct itm_packet *p, uint8_t header)
{
    p->comparator = COMPARATOR(header);
    p->write = false;
    if (DATA_TRACE(header) == 2) {
        p->kind = ITM_DATA_VALUE;
        p->write = header & SECOND_KIND;
        return true;
    }
    p->kind = header & SECOND_KIND ? ITM_DATA_ADDRESS : ITM_DATA_PC;
    return p->size == (header & SECOND_KIND ? 2 : 4);
}

static bool read_hardware(struct itm_packet *p, uint8_t header)
{
    if (DATA_TRACE(header) == 1 || DATA_TRACE(header) == 2)
        return read_data_trace(p, header);
    switch (header >> 3) {
    case HARDWARE_EVENTS:
        p->kind = ITM_EVENTS;
        return p->size == 1;
    case HARDWARE_EXCEPTION:
        return read_exception(p);
    case HARDWARE_PC:
        return read_pc_sample(p);
    default:
        p->kind = ITM_RESERVED;
        p->value = header;
        return true;
    }
}

static void finish_source(struct itm *itm)
{
    const uint8_t header = itm->byte[0];
    struct itm_packet p = {.kind = ITM_SOFTWARE, .size = itm->have - 1};
    p.value = payload_word(itm);
    if (!(header & 4))
        p.port = itm->page * 32 + (header >> 3);
    else if (!read_hardware(&p, header))
        p = (struct itm_packet){.kind = ITM_MALFORMED, .value = header};
    deliver(itm, &p);
}

// ---- time and extensions ------------------------------------------------------------------------

static void finish_local_time(struct itm *itm)
{
    const uint8_t header = itm->byte[0];
    struct itm_packet p = {.kind = ITM_LOCAL_TIME, .size = itm->have - 1};
    if (itm->have == 1) {
        p.value = header >> 4;
    } else {
        p.value = (uint32_t)payload_sevens(itm);
        p.late = (enum itm_late)(header >> 4 & 3);
    }
    deliver(itm, &p);
}

// Format 1 tells up to 26 low bits and two flags in its last possible byte; what it does not send
// has not changed (D4.2.5).
#define GLOBAL_BITS_LOW     26u
#define GLOBAL_FLAG_CLOCK   0x20u
#define GLOBAL_FLAG_WRAPPED 0x40u

static void finish_global_low(struct itm *itm)
{
    struct itm_packet p = {.kind = ITM_GLOBAL_TIME, .size = itm->have - 1};
    const bool whole = p.size == 4;
    const uint64_t mask = ((uint64_t)1 << (whole ? GLOBAL_BITS_LOW : 7 * p.size)) - 1;
    itm->global_time = (itm->global_time & ~mask) | (payload_sevens(itm) & mask);
    p.valid = whole ? GLOBAL_BITS_LOW : 7 * p.size;
    p.clock_changed = whole && itm->byte[4] & GLOBAL_FLAG_CLOCK;
    p.wrapped = whole && itm->byte[4] & GLOBAL_FLAG_WRAPPED;
    p.time = itm->global_time;
    deliver(itm, &p);
}

// Format 2: bits 47:26 in 4 bytes, or 63:26 in 6.
static void finish_global_high(struct itm *itm)
{
    struct itm_packet p = {.kind = ITM_GLOBAL_TIME, .size = itm->have - 1};
    const uint64_t low = ((uint64_t)1 << GLOBAL_BITS_LOW) - 1;
    itm->global_time = (itm->global_time & low) | payload_sevens(itm) << GLOBAL_BITS_LOW;
    p.valid = p.size > 4 ? 64 : 48;
    p.time = itm->global_time;
    deliver(itm, &p);
}

// Source 0 is the ITM: the page of the stimulus port packets behind it (D4.2.6).
static void finish_extension(struct itm *itm)
{
    const uint8_t header = itm->byte[0];
    struct itm_packet p = {.kind = ITM_EXTENSION, .size = itm->have - 1};
    p.value = (header >> 4 & 7) | (uint32_t)payload_sevens(itm) << 3;
    if (!(header & 4))
        itm->page = p.value & 7;
    deliver(itm, &p);
}

// The most bytes that may follow a header whose packet has continuation bits.
static unsigned most_bytes(uint8_t header)
{
    return header == GLOBAL_HIGH ? 6 : 4;
}

static void finish_continued(struct itm *itm)
{
    const uint8_t header = itm->byte[0];
    if (header == GLOBAL_LOW)
        finish_global_low(itm);
    else if (header == GLOBAL_HIGH)
        finish_global_high(itm);
    else if (is_extension(header))
        finish_extension(itm);
    else
        finish_local_time(itm);
}

static void continue_packet(struct itm *itm)
{
    const uint8_t header = itm->byte[0], last = itm->byte[itm->have - 1];
    if (itm->want) {
        if (itm->have == itm->want)
            finish_source(itm);
    } else if (!(last & CONTINUES)) {
        finish_continued(itm);
    } else if (itm->have - 1 == most_bytes(header)) {
        deliver_simple(itm, ITM_MALFORMED, header);
    }
}

// ---- headers ------------------------------------------------------------------------------------

static void begin_packet(struct itm *itm, uint8_t header)
{
    itm->byte[0] = header;
    itm->have = 1;
    itm->want = 0;
    if (is_source(header))
        itm->want = 1 + ((header & 3) == 3 ? 4 : header & 3);
    else if (header == OVERFLOW_HEADER)
        deliver_simple(itm, ITM_OVERFLOW, 0);
    else if (is_local_time(header) || is_extension(header))
        continue_packet(itm);
    else if (header != GLOBAL_LOW && header != GLOBAL_HIGH)
        deliver_simple(itm, ITM_MALFORMED, header);
}

// Zeros are the beginning of a synchronization or nothing. True: the byte belongs to them.
static bool take_zeros(struct itm *itm, uint8_t byte)
{
    if (byte == 0) {
        itm->zeros++;
        return true;
    }
    const unsigned zeros = itm->zeros;
    itm->zeros = 0;
    if (zeros >= SYNC_ZEROS && byte == SYNC_END) {
        itm->page = 0; // what was taken for an extension may have been garbled
        deliver_simple(itm, ITM_SYNC, 0);
        return true;
    }
    for (unsigned i = 0; i < zeros; i++)
        deliver_simple(itm, ITM_MALFORMED, 0);
    return false;
}

void itm_init(struct itm *itm, void (*put)(void *user, const struct itm_packet *packet), void *user)
{
    *itm = (struct itm){.put = put, .user = user};
}

void itm_restart(struct itm *itm)
{
    itm->have = itm->zeros = 0;
    itm->page = 0;
}

void itm_push(struct itm *itm, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (itm->have == 0) {
            if (!take_zeros(itm, data[i]))
                begin_packet(itm, data[i]);
        } else {
            itm->byte[itm->have++] = data[i];
            continue_packet(itm);
        }
    }
}

bool itm_is_expected(const struct itm_packet *packet, unsigned sends)
{
    switch (packet->kind) {
    case ITM_SYNC:
    case ITM_OVERFLOW:
    case ITM_SOFTWARE:
    case ITM_EXTENSION:
        return true;
    case ITM_LOCAL_TIME:
        return sends & ITM_SENDS_TIME;
    case ITM_GLOBAL_TIME:
        return sends & ITM_SENDS_GLOBAL;
    case ITM_EVENTS:
    case ITM_EXCEPTION:
    case ITM_PC_SAMPLE:
    case ITM_DATA_PC:
    case ITM_DATA_ADDRESS:
    case ITM_DATA_VALUE:
        return sends & ITM_SENDS_HARDWARE;
    default:
        return false;
    }
}

const char *itm_kind_name(enum itm_kind kind)
{
    static const char *const names[ITM_KINDS] = {
        [ITM_SYNC] = "sync",
        [ITM_OVERFLOW] = "overflow",
        [ITM_SOFTWARE] = "software",
        [ITM_EVENTS] = "events",
        [ITM_EXCEPTION] = "exception",
        [ITM_PC_SAMPLE] = "pc-sample",
        [ITM_DATA_PC] = "data-pc",
        [ITM_DATA_ADDRESS] = "data-address",
        [ITM_DATA_VALUE] = "data-value",
        [ITM_LOCAL_TIME] = "local-time",
        [ITM_GLOBAL_TIME] = "global-time",
        [ITM_EXTENSION] = "extension",
        [ITM_RESERVED] = "reserved",
        [ITM_MALFORMED] = "malformed",
    };
    return names[kind];
}

const char *itm_action_name(enum itm_action action)
{
    return action == ITM_ENTERED ? "enter" : action == ITM_EXITED ? "exit" : "return";
}

const char *itm_counter_name(enum itm_counter counter)
{
    static const char *const names[ITM_COUNTERS] = {
        [ITM_CPI] = "cpi", [ITM_EXC] = "exception", [ITM_SLEEP] = "sleep",
        [ITM_LSU] = "lsu", [ITM_FOLD] = "fold",     [ITM_CYC] = "cycles",
    };
    return names[counter];
}
