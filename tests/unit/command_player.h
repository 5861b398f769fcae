// SPDX-License-Identifier: MIT
// Plays USB commands of captures of real ST-LINKs into the virtual probe and compares what it
// replies, byte for byte, and the transfers that it makes on the wires. Behind the wires are the
// virtual debug port and MEM-AP, and behind those a store of words in the place of a chip, so that
// any address is there. A table has a line for each step; numbers are hexadecimal but J, S, COUNT,
// MILLIVOLTS, RATE and MICROSECONDS:
//
//     target DPIDR IDR BASE         first line
//     firmware J S                  of a V2
//     mode MODE                     that the probe is in
//     joined SELECT CSW             a session is under way, with these last written
//     adc COUNT MILLIVOLTS          of the probe's reference, and what stands at VTref
//     left VALUE                    bytes 2 and 3 of a block before the table began
//     hold ADDR BYTES VALUE         memory, little end first
//     out BYTES                     an OUT transfer: a command or its data
//     in BYTES [preset]             the reply; preset: its value was put there before
//     swo BYTES RATE                the target sends these on SWO, at so many bits a second
//     trace BYTES                   what is read from the trace endpoint
//     none                          no reply comes
//     wire IDLE R|W AP|DP ADDR OK|WAIT [DATA]
//     wire IDLE ones COUNT
//     wire IDLE bits VALUE          what the command makes on the wires, in order
//     wires [MICROSECONDS]          that was all; so long it took (to 5 %), from first to last
//     clock
#ifndef SWDLINK_TESTS_COMMAND_PLAYER_H
#define SWDLINK_TESTS_COMMAND_PLAYER_H

#include <stdbool.h>
#include <stdio.h>

struct command_counts {
    unsigned commands;
    unsigned replies, replies_equal, presets; // compared
    unsigned traces, traces_equal;            // reads of the trace endpoint
    unsigned lists, lists_equal;              // of transfers
    unsigned transfers;                       // in them
    unsigned times, times_equal;
};

// Tells the first `told` differences with the stream `out`. False: the table is not one.
bool command_play(FILE *table, struct command_counts *counts, FILE *out, unsigned told);

#endif
