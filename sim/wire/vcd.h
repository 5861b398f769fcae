// SPDX-License-Identifier: MIT
// The wires over time, as a Value Change Dump (IEEE 1364-2005, 18): what a logic analyser would
// have seen, for PulseView, GTKWave and sigrok-cli. Written as it comes, in bounded memory.
#ifndef SWDLINK_SIM_WIRE_VCD_H
#define SWDLINK_SIM_WIRE_VCD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"

enum sim_vcd_line {
    SIM_VCD_SWCLK,
    SIM_VCD_SWDIO,
    SIM_VCD_NRST,
    SIM_VCD_SWO,
    SIM_VCD_VTREF, // in millivolts, and in volts in the file
    SIM_VCD_VDD,
    SIM_VCD_LINES,
};

#define SIM_VCD_FLOATING UINT32_MAX // of a line that nobody drives and that has no pull

struct sim_vcd;

// Creates the file. Times in it count from zero_ns of the board's clock.
enum err sim_vcd_open(struct sim_vcd **vcd, const char *path, uint64_t zero_ns,
                      struct log *log) MUST_CHECK;
// A line has another value from at_ns on. Bits of a packet come before the board's time reaches
// them, up to SIM_VCD_AHEAD changes; what is older than the time of sim_vcd_reached() comes too
// late.
#define SIM_VCD_AHEAD 4096u
void sim_vcd_change(struct sim_vcd *vcd, uint64_t at_ns, enum sim_vcd_line line, uint32_t value);
// The board's time: what was before is written.
void sim_vcd_reached(struct sim_vcd *vcd, uint64_t now_ns);
// Writes the rest, closes and frees. ERR_FILE when any of it could not be written, with a sentence.
enum err sim_vcd_close(struct sim_vcd *vcd, uint64_t now_ns) MUST_CHECK;

#endif
