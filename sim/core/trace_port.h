// SPDX-License-Identifier: MIT
// The registers of the Instrumentation Trace Macrocell (DDI 0403, C1.7) and of the Trace Port
// Interface Unit (C1.10; DDI 0337 and DDI 0439) of ARMv7-M: they keep what is written, stimulus
// ports are always ready, and nothing leaves the chip.
#ifndef SWDLINK_SIM_CORE_TRACE_PORT_H
#define SWDLINK_SIM_CORE_TRACE_PORT_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_STIMULUS_PORTS 32u

struct sim_trace_port {
    uint32_t ter, tpr, tcr;           // ITM
    bool unlocked;                    // by its key, which the debugger does not need
    uint32_t cspsr, acpr, sppr, ffcr; // TPIU
};

void sim_trace_port_reset(struct sim_trace_port *port); // power-on only
// By the offset from 0xe0000000 (ITM) and 0xe0040000 (TPIU).
uint32_t sim_itm_read(const struct sim_trace_port *port, uint32_t offset);
void sim_itm_write(struct sim_trace_port *port, uint32_t offset, uint32_t value, bool debugger);
uint32_t sim_tpiu_read(const struct sim_trace_port *port, uint32_t offset);
void sim_tpiu_write(struct sim_trace_port *port, uint32_t offset, uint32_t value);
// Whether an unprivileged program may use the stimulus port at this offset (ITM_TPR).
bool sim_itm_is_open(const struct sim_trace_port *port, uint32_t offset);

#endif
