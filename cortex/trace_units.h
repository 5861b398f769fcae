// SPDX-License-Identifier: MIT
// ITM and DWT as sources of trace and the TPIU that sends it on the pin SWO, as a UART (DDI 0403,
// C1.7, C1.8 and C1.10). ARMv6-M has none of them. What connects the pin is the chip's affair.
#ifndef SWDLINK_CORTEX_TRACE_UNITS_H
#define SWDLINK_CORTEX_TRACE_UNITS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "swd/mem_ap.h"

#define TRACE_UNITS_DIVISOR_MAX 8192u // ACPR has 13 bits in any TPIU

// What was found, to be put back.
struct trace_units_found {
    uint32_t demcr, dwt_ctrl, tcr, ter, tpr, cspsr, acpr, sppr, ffcr;
};

struct trace_units_config {
    uint32_t divisor; // of the core's clock: the baud rate
    bool events;      // the DWT sends exceptions and PC samples, the ITM timestamps
    bool keep_ports;  // the stimulus ports that are enabled stay so, if any are
};

// What the sink is set to.
struct trace_units_sink {
    uint32_t divisor;
    bool uart;
    bool formatted; // the bytes are TPIU frames
};

enum err trace_units_find(const struct mem_ap *mem, struct trace_units_found *found) MUST_CHECK;
// Sets everything: the ITM with number 1 for its source, unless it has another one; all ports; a
// synchronization now and then. What a program or a debugger has switched on in addition stays.
enum err trace_units_set(const struct mem_ap *mem,
                         const struct trace_units_config *config) MUST_CHECK;
enum err trace_units_set_sink(const struct mem_ap *mem, uint32_t divisor) MUST_CHECK;
enum err trace_units_read_sink(const struct mem_ap *mem, struct trace_units_sink *sink) MUST_CHECK;
enum err trace_units_put_back(const struct mem_ap *mem,
                              const struct trace_units_found *found) MUST_CHECK;
// What ITM and DWT send: bits of ITM_SENDS_…; and the number of the ITM's source in TPIU frames.
enum err trace_units_read_sources(const struct mem_ap *mem, unsigned *sends,
                                  unsigned *source) MUST_CHECK;

// The cycle counter, which runs while the core does. *there false: this core has none.
enum err trace_units_has_cycles(const struct mem_ap *mem, bool *there) MUST_CHECK;
enum err trace_units_read_cycles(const struct mem_ap *mem, uint32_t *cycles) MUST_CHECK;

#endif
