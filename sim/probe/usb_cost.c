// SPDX-License-Identifier: MIT
#include "sim/probe/usb_cost.h"

// USB 2.0: at most 19 bulk packets of 64 bytes in a full-speed frame (5.8.4), 13 of 512 bytes in a
// high-speed microframe. Host turnaround: the time from one completion to the next submission of an
// idle Linux host. A bus capture of an ST-LINK/V2 shows 1.15 to 1.37 ms from the OUT's acknowledge
// to the first IN token, which the wait for the next frame reproduces. Captures of OpenOCD on Linux
// have less (medians of 0.39 to 0.71 ms from command to command), ST's utility under Windows more:
// the board's usb-latency= takes the place of this model.
static const struct {
    uint64_t frame_ns;
    unsigned packets_per_frame, packet_size;
    uint64_t turnaround_ns;
} speeds[2] = {{1000000, 19, 64, 60000}, {125000, 13, 512, 30000}};

uint64_t sim_usb_packets_ns(bool high_speed, size_t len)
{
    uint64_t packets = len / speeds[high_speed].packet_size + 1;
    return packets * speeds[high_speed].frame_ns / speeds[high_speed].packets_per_frame;
}

uint64_t sim_usb_done_ns(bool high_speed, bool in, size_t len, uint64_t now_ns)
{
    uint64_t frame = speeds[high_speed].frame_ns;
    uint64_t start = now_ns + speeds[high_speed].turnaround_ns;
    if (in)
        start = (start + frame - 1) / frame * frame;
    return start + sim_usb_packets_ns(high_speed, len);
}
