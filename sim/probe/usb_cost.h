// SPDX-License-Identifier: MIT
// What USB transfers cost in virtual time.
#ifndef SWDLINK_SIM_PROBE_USB_COST_H
#define SWDLINK_SIM_PROBE_USB_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The time at which a transfer that is submitted at now_ns is complete. A device-to-host transfer
// waits for the next (micro)frame, because the host has been told "not yet" in this one.
uint64_t sim_usb_done_ns(bool high_speed, bool in, size_t len, uint64_t now_ns);

// The part of it that the packets of len bytes take on the bus.
uint64_t sim_usb_packets_ns(bool high_speed, size_t len);

#define SIM_USB_FIRMWARE_NS                                                                        \
    20000u // the probe's own work per command (derived from published throughput)

#endif
