// SPDX-License-Identifier: MIT
// The Instrumentation Trace Macrocell of ARMv7-M (DDI 0403, C1.7 for the registers, D4 for the
// packets): packets of the program, of the DWT and of time stamps wait, one of each source, for
// their turn to go into a FIFO, from which the trace port takes their bytes.
//
// Times are in picoseconds of the board's clock; cycles are the processor's.
#ifndef SWDLINK_SIM_CORE_ITM_H
#define SWDLINK_SIM_CORE_ITM_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_STIMULUS_PORTS 32u
#define SIM_ITM_FIFO       16u // bytes
#define SIM_ITM_PACKET     7u  // bytes of the longest packet
#define SIM_ITM_NEVER      UINT64_MAX

#define SIM_ITM_TCR_ITMENA      (1u << 0)
#define SIM_ITM_TCR_TSENA       (1u << 1)
#define SIM_ITM_TCR_SYNCENA     (1u << 2)
#define SIM_ITM_TCR_TXENA       (1u << 3)
#define SIM_ITM_TCR_SWOENA      (1u << 4)
#define SIM_ITM_TCR_TSPRESCALE  8  // shift
#define SIM_ITM_TCR_GTSFREQ     10 // shift
#define SIM_ITM_TCR_TRACEBUSID  16 // shift
#define SIM_ITM_TIMESTAMP_TICKS (1u << 21)

// In the order in which they get their turn.
enum sim_itm_source {
    SIM_ITM_SYNC,
    SIM_ITM_SOFTWARE,
    SIM_ITM_DATA, // of comparator n: DATA + 2n is its PC or address, DATA + 2n + 1 its value
    SIM_ITM_EXCEPTION = SIM_ITM_DATA + 8,
    SIM_ITM_PC_SAMPLE,
    SIM_ITM_EVENT,
    SIM_ITM_TIMESTAMP,
    SIM_ITM_GLOBAL,
    SIM_ITM_GLOBAL_HIGH,
    SIM_ITM_SOURCES,
};

// A packet and when it was made.
struct sim_itm_packet {
    uint8_t bytes[SIM_ITM_PACKET];
    unsigned len;
    uint64_t at_ps, at_cycle;
};

struct sim_itm {
    uint32_t ter, tpr, tcr;
    bool unlocked;   // by its key, which the debugger does not need
    bool has_global; // global time stamps
    struct sim_itm_slot {
        struct sim_itm_packet packet; // len 0: none waits
        bool lost;                    // one was lost since the last packet
    } slot[SIM_ITM_SOURCES];
    uint64_t free_ps;  // until then a packet is on its way into the FIFO
    uint64_t cycle_ps; // of the processor's clock: a byte goes into the FIFO in one
    struct {
        uint8_t byte;
        uint64_t at_ps;
    } fifo[SIM_ITM_FIFO];
    unsigned first, count;

    // Local time stamps: one follows the packets that came since the last one.
    uint64_t stamped_cycle; // that of the last time stamp: the counter was zero
    uint64_t first_cycle, last_cycle;
    bool stamp_due, any_waited;
    unsigned stamp_divider; // cycles to one tick
    // Global time stamps: what the last ones said.
    uint64_t global;
    bool global_known;
};

void sim_itm_reset(struct sim_itm *itm); // power-on only
// By the offset from 0xe0000000.
uint32_t sim_itm_read(const struct sim_itm *itm, uint32_t offset);
void sim_itm_write(struct sim_itm *itm, uint32_t offset, uint32_t value, bool debugger);
bool sim_itm_is_stimulus(uint32_t offset);
// Whether an unprivileged program may use the stimulus port at this offset (ITM_TPR).
bool sim_itm_is_open(const struct sim_itm *itm, uint32_t offset);

// A stimulus port was written with size bytes; lost when the last one waits still.
void sim_itm_stimulate(struct sim_itm *itm, unsigned port, unsigned size, uint32_t value,
                       uint64_t at_ps, uint64_t at_cycle);
// A packet of another source takes the place of one that waits still, which is lost.
void sim_itm_put(struct sim_itm *itm, enum sim_itm_source source, const struct sim_itm_packet *p);
// The counter of local time stamps has overflown.
void sim_itm_overflow_stamp(struct sim_itm *itm, uint64_t at_ps);
// A global time stamp, with the counter as it is.
void sim_itm_put_global(struct sim_itm *itm, uint64_t at_ps, uint64_t at_cycle);
// When the next packet can begin to go into the FIFO, or SIM_ITM_NEVER: none waits, or there is no
// room.
uint64_t sim_itm_due(const struct sim_itm *itm);
// It goes.
void sim_itm_send(struct sim_itm *itm);
// Whether nothing waits for the FIFO, and nothing is in it.
bool sim_itm_is_empty(const struct sim_itm *itm);

// The trace port's end of the FIFO. How many bytes have come at that time; when the first one comes
// or came (SIM_ITM_NEVER: it is empty); the first one.
unsigned sim_itm_count(const struct sim_itm *itm, uint64_t at_ps);
uint64_t sim_itm_first_ps(const struct sim_itm *itm);
uint8_t sim_itm_take(struct sim_itm *itm, uint64_t at_ps);

#endif
