// SPDX-License-Identifier: MIT
// The SW-DP of the virtual chip, one SWCLK cycle at a time (ARM IHI 0031, B4 for the wire, B2 for
// the registers).
#ifndef SWDLINK_SIM_WIRE_SWDP_H
#define SWDLINK_SIM_WIRE_SWDP_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/time/account.h"
#include "sim/wire/memap.h"

enum sim_swdp_phase {
    SWDP_LOCKED, // after power-on or a protocol error: only a line reset helps
    SWDP_IDLE,
    SWDP_REQUEST, // collecting the 8 bits
    SWDP_TURN_TO_TARGET,
    SWDP_ACK,
    SWDP_DATA_OUT,
    SWDP_TURN_TO_HOST, // and then data from the host, or idle
    SWDP_DATA_IN,
};

struct sim_swdp {
    struct sim_memap *ap; // the first one
    unsigned aps;         // how many there are; 0 is one
    unsigned used;        // which one was accessed last: its result, its fault
    struct sim_account *account;
    enum sim_swdp_phase phase;
    unsigned bit;  // within the phase
    unsigned ones; // in a row, for the line reset
    bool fresh;    // line reset seen, DPIDR not yet read
    uint8_t request, ack;
    uint64_t shift; // data and parity, LSB first
    uint32_t select, ctrl_stat;
    uint32_t last_read;   // of an AP or of RDBUFF, for RESEND
    unsigned turnaround;  // in cycles
    unsigned since_write; // cycles since the last AP write was taken
};

void sim_swdp_power_on(struct sim_swdp *dp);
// Whether the target drives SWDIO in the cycle that comes, and to which level.
bool sim_swdp_drives(const struct sim_swdp *dp, bool *level);
// The cycle itself: what stands on SWDIO at the rising edge.
void sim_swdp_cycle(struct sim_swdp *dp, bool level);

#endif
