// SPDX-License-Identifier: MIT
// The packets of ITM and DWT (DDI 0403, appendix D4): what a program writes to stimulus ports,
// PC samples, exceptions, data accesses, counters, time. Bytes go in, packets come out; no file
// descriptor and no clock. A byte that begins no packet is reported and passed over.
#ifndef SWDLINK_CORTEX_ITM_H
#define SWDLINK_CORTEX_ITM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum itm_kind {
    ITM_SYNC,
    ITM_OVERFLOW,     // packets before it are missing; how many is not known
    ITM_SOFTWARE,     // port, size, value
    ITM_EVENTS,       // value: counters that wrapped, a bit each (enum itm_counter)
    ITM_EXCEPTION,    // number, action
    ITM_PC_SAMPLE,    // value, unless asleep
    ITM_DATA_PC,      // comparator, value: of the instruction
    ITM_DATA_ADDRESS, // comparator, value: bits 15:0 of the address
    ITM_DATA_VALUE,   // comparator, write, size, value
    ITM_LOCAL_TIME,   // value: ticks since the one before; late
    ITM_GLOBAL_TIME,  // time: its bits below `valid`; the rest as before
    ITM_EXTENSION,    // value: of a stimulus port packet: its page
    ITM_RESERVED,     // value: the header of a hardware packet that no architecture defines
    ITM_MALFORMED,    // value: a byte that begins no packet, or a packet that is broken
    ITM_KINDS,
};

enum itm_action { ITM_ENTERED = 1, ITM_EXITED, ITM_RETURNED };
enum itm_counter { ITM_CPI, ITM_EXC, ITM_SLEEP, ITM_LSU, ITM_FOLD, ITM_CYC, ITM_COUNTERS };
// ITM_LOCAL_TIME: what was late, when the timestamp was made (D4.2.4).
enum itm_late { ITM_IN_TIME, ITM_TIME_LATE, ITM_PACKET_LATE, ITM_BOTH_LATE };

struct itm_packet {
    enum itm_kind kind;
    unsigned size; // bytes of the payload
    uint32_t value;
    unsigned port;       // 0 to 255: of 32 on each page
    unsigned comparator; // 0 to 3
    unsigned number;     // of the exception
    enum itm_action action;
    enum itm_late late;
    bool write;
    bool asleep;
    bool clock_changed, wrapped; // ITM_GLOBAL_TIME
    unsigned valid;              // ITM_GLOBAL_TIME: so many low bits of time were sent
    uint64_t time;
};

// What ITM and DWT were told to send besides software packets and synchronization.
#define ITM_SENDS_TIME     (1u << 0) // local timestamps
#define ITM_SENDS_GLOBAL   (1u << 1)
#define ITM_SENDS_HARDWARE (1u << 2) // of the DWT

#define ITM_PACKET_MAX 7u // bytes, but for a synchronization

struct itm {
    void (*put)(void *user, const struct itm_packet *packet);
    void *user;
    uint8_t byte[ITM_PACKET_MAX];
    unsigned have, want; // want 0: until a byte has no continuation bit
    unsigned zeros;
    unsigned page;
    uint64_t global_time;
    uint32_t count[ITM_KINDS]; // of packets
};

void itm_init(struct itm *itm, void (*put)(void *user, const struct itm_packet *packet),
              void *user);
void itm_push(struct itm *itm, const uint8_t *data, size_t len);
// Forgets the packet that is under way: bytes are missing, or the target was reset.
void itm_restart(struct itm *itm);
// Whether such a packet can come from units that were told to send no more than this (bits of
// ITM_SENDS_…). Bytes that were received at a wrong baud rate rarely look like no packet at all,
// but nearly always like one that nobody sends.
bool itm_is_expected(const struct itm_packet *packet, unsigned sends);
// "exception", "pc-sample": a stable name for programs that read it.
const char *itm_kind_name(enum itm_kind kind);
const char *itm_action_name(enum itm_action action);
const char *itm_counter_name(enum itm_counter counter);

#endif
