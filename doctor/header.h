// SPDX-License-Identifier: MIT
// The five wires between probe and board, and what the measurements say of each: for the drawing in
// the report.
#ifndef SWDLINK_DOCTOR_HEADER_H
#define SWDLINK_DOCTOR_HEADER_H

#include "doctor/diagnosis.h"

enum wire_state { WIRE_UNKNOWN, WIRE_GOOD, WIRE_SHAKY, WIRE_BAD };

struct header_wire {
    const char *probe, *board;   // the names of its two ends
    unsigned pin20, pin10, pin6; // of ST's and ARM's header of 20 pins, ARM's of 10, Nucleo's of 6
    enum wire_state state;
    char text[64];
};

#define HEADER_WIRES 5

// In the order of ST's six-pin SWD header: VTref, SWCLK, GND, SWDIO, NRST.
void header_describe(struct header_wire wires[HEADER_WIRES], const struct measurements *m,
                     const struct diagnosis *d);

#endif
