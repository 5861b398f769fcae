// SPDX-License-Identifier: MIT
// Which Cortex-M a core is, and what its kind has: the processor of a chip is chosen by the CPUID
// of its family. A kind is told apart by implementer, architecture and part number; variant and
// revision do not matter.
#ifndef SWDLINK_SIM_CORE_KIND_H
#define SWDLINK_SIM_CORE_KIND_H

#include <stdbool.h>
#include <stdint.h>

struct sim_core_kind {
    const char *name;
    uint32_t cpuid;        // of which the variant and revision fields are zero
    bool has_npriv;        // CONTROL.nPRIV: unprivileged Thread mode
    bool short_pipeline;   // of two stages: a branch costs a cycle less
    uint32_t vtor_mask;    // bits of VTOR that can be written; 0: there is no VTOR
    unsigned mpu_regions;  // of the protection unit, where the chip has it
    unsigned entry_cycles; // from an interrupt to its handler
};

// The Cortex-M0 for a processor that is not modelled.
const struct sim_core_kind *sim_core_kind_of(uint32_t cpuid);

#endif
