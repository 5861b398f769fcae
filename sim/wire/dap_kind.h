// SPDX-License-Identifier: MIT
// What differs between the debug access ports (SW-DP and MEM-AP) of the Cortex-M cores, as captures
// of real chips show it. A port is chosen by its DPIDR.
#ifndef SWDLINK_SIM_WIRE_DAP_KIND_H
#define SWDLINK_SIM_WIRE_DAP_KIND_H

#include <stdbool.h>
#include <stdint.h>

struct sim_dap_kind {
    const char *core;
    uint32_t dpidr;
    // The result of an AP read is gone once RDBUFF has given it, or with an AP write: the first
    // read of a chain gives 0. Otherwise it gives what the last one brought.
    bool forgets_result;
    // A DRW read of a byte or halfword brings the whole word that it is a part of. Otherwise the
    // other lanes keep what the last read left there.
    bool brings_whole_word;
    // SWCLK cycles from the end of an AP write until the DP can start an AP read or take SELECT;
    // sooner it answers with WAIT. 0: at once.
    unsigned write_cycles;
    uint32_t csw_fixed,
        csw_writable; // bits that always read as 1, and those that keep what is written
};

// The Cortex-M0 when no port has this DPIDR: that is what the virtual chip's core is.
const struct sim_dap_kind *sim_dap_kind_of(uint32_t dpidr);

#endif
