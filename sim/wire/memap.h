// SPDX-License-Identifier: MIT
// A MEM-AP of the virtual chip (ARM IHI 0031, C2).
#ifndef SWDLINK_SIM_WIRE_MEMAP_H
#define SWDLINK_SIM_WIRE_MEMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/chip/chip.h"
#include "sim/wire/dap_kind.h"

struct sim_memap {
    struct sim_chip *chip;
    struct sim_clock *clock;
    const struct sim_ap_row *row; // NULL: the first one, which reaches everything
    uint32_t csw, tar;
    uint64_t ready_ns; // until then an access is on its way through the bus, and all others WAIT
    // An access that the bus stalled: it goes on when the bus is free.
    bool busy, busy_write;
    uint32_t busy_addr, busy_value;
    unsigned busy_size;
    bool busy_increment;
    bool fault;            // set by an access that failed; the DP takes it
    uint32_t result;       // of the last read
    uint32_t lanes_before; // of it, when the read under way came
};

// The kind of port that the chip's DPIDR says.
const struct sim_dap_kind *sim_memap_kind(const struct sim_memap *ap);

// Its identification registers.
uint32_t sim_memap_base(const struct sim_memap *ap);
uint32_t sim_memap_idr(const struct sim_memap *ap);

void sim_memap_reset(struct sim_memap *ap);
// Tries to finish a stalled access; false while it is still under way.
bool sim_memap_ready(struct sim_memap *ap);
// Register accesses by address (f0 bank and A[3:2] together), while ready. The result of a read,
// once ready, is in ap->result.
void sim_memap_read(struct sim_memap *ap, uint8_t addr);
void sim_memap_write(struct sim_memap *ap, uint8_t addr, uint32_t value);

#endif
