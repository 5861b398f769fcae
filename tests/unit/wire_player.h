// SPDX-License-Identifier: MIT
// Plays the host's bits of a capture of real SWD wires into the virtual debug port, its MEM-AP and
// the virtual core, and compares each bit that the target drove. The bus behind them is a store of
// words with the capture's own stalls; an "m4" has no core, and its registers are in the store. A
// table has a line for each packet, in the order of the wires:
//
//     TIME IDLE R|W DP|AP ADDR OK|WAIT|FAULT|NONE [DATA] [preset] [mask BITS WHY]
//     TIME IDLE ones COUNT               a line reset
//     TIME IDLE bits VALUE               16 bits between two of them
//
// TIME in microseconds, IDLE in cycles before, numbers behind them in hexadecimal (COUNT: decimal).
// "preset": the value was put there before, by one of
//
//     kind m0|m4|m4core                  first line: which target
//     dp VALUE                           CTRL/STAT as an earlier session left it
//     state halted|running               the core
//     joined CSW                         the capture begins in the middle of a session
//     result VALUE                       of the AP read before it began
//     hold ADDR BYTES VALUE              memory, little end first
//     reg NUMBER VALUE                   a core register
//     write ADDR VALUE                   what somebody wrote before
//     halt                               the program stops itself here
//     stall FROM TO                      the bus does, from one time to another
#ifndef SWDLINK_TESTS_WIRE_PLAYER_H
#define SWDLINK_TESTS_WIRE_PLAYER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct wire_counts {
    unsigned packets;       // requests with their answers
    unsigned acks;          // of them: the same acknowledge
    unsigned waits, faults; // of them: WAIT, FAULT
    unsigned reads;         // with data
    unsigned reads_equal;   // in all bits that are not masked
    unsigned presets;       // of reads: the value came from the capture
    unsigned masked;        // of reads: some bits were not compared
    unsigned bits;          // that the target drove and were compared
};

// Tells the first `told` differences with the stream `out`. False: the table is not one.
bool wire_play(FILE *table, struct wire_counts *counts, FILE *out, unsigned told);

#endif
