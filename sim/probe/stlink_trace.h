// SPDX-License-Identifier: MIT
// The trace receiver of the virtual ST-LINK: SWO comes in as edges, goes into a ring, and out of
// the trace endpoint.
#ifndef SWDLINK_SIM_PROBE_STLINK_TRACE_H
#define SWDLINK_SIM_PROBE_STLINK_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/probe/uart_rx.h"

#define SIM_STLINK_TRACE_V2 4096u // bytes of the ring at most
#define SIM_STLINK_TRACE_V3 16384u

struct sim_stlink_trace {
    bool on;
    struct sim_uart_rx rx;
    uint64_t least_ps; // between two bytes, or the second one is lost
    uint64_t last_ps;  // when the last one came
    uint8_t ring[SIM_STLINK_TRACE_V3];
    uint32_t size;          // of it that is used
    uint64_t came, fetched; // bytes since it was started
    uint32_t offered;       // bytes that the endpoint has for the host
};

void sim_stlink_trace_reset(struct sim_stlink_trace *t);
// SWO changes its level; the board's clock has come to that time.
void sim_stlink_trace_edge(struct sim_stlink_trace *t, uint64_t at_ps, bool level);
void sim_stlink_trace_run(struct sim_stlink_trace *t, uint64_t until_ps);
// Bytes for one IN transfer, up to cap; how many.
size_t sim_stlink_trace_fetch(struct sim_stlink_trace *t, uint8_t *data, size_t cap);

#endif
