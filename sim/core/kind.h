// SPDX-License-Identifier: MIT
// Which Cortex-M a core is, and what its kind has: the processor of a chip is chosen by the CPUID
// of its family. A kind is told apart by implementer, architecture and part number; variant and
// revision do not matter.
#ifndef SWDLINK_SIM_CORE_KIND_H
#define SWDLINK_SIM_CORE_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/core/cpu.h"

struct sim_core_kind {
    const char *name;
    uint32_t cpuid; // of which the variant and revision fields are zero
    enum sim_arch arch;
    bool fpu;                    // FPv4-SP, where the chip has it,
    bool fpv5;                   // or FPv5, with double precision where the chip has that
    bool has_npriv;              // CONTROL.nPRIV: unprivileged Thread mode
    bool bit_bands;              // aliases of the bits of SRAM and peripherals
    bool short_pipeline;         // of two stages: a branch costs a cycle less
    uint32_t vtor_mask;          // bits of VTOR that can be written; 0: there is no VTOR
    uint32_t actlr_mask;         // the same of ACTLR
    unsigned mpu_regions;        // of the protection unit, where the chip has it
    unsigned entry_cycles;       // from an interrupt to its handler
    unsigned priority_bits;      // as STMicroelectronics makes them
    unsigned breakpoints;        // comparators of the BPU, or for code of the FPB
    bool fpb_v2;                 // whose comparators take any address, and which remaps nothing
    unsigned literals;           // and those of the FPB for literals
    unsigned watchpoints;        // comparators of the DWT
    unsigned scs_part;           // component ids: of the SCS,
    unsigned trace_port_part;    // and of the TPIU (0: there is neither ITM nor TPIU)
    bool global_stamps;          // of the ITM
    bool l1;                     // caches and TCMs, with their registers
    bool locks;                  // of DWT and FPB, against the program
    unsigned fpb_part, rom_part; // component ids: of the FPB (0: as of a Cortex-M4), and of ARM's
                                 // own ROM table
};

// The Cortex-M0 for a processor that is not modelled.
const struct sim_core_kind *sim_core_kind_of(uint32_t cpuid);

#endif
