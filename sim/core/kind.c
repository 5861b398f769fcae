// SPDX-License-Identifier: MIT
// VTOR of a Cortex-M0+ begins at bit 8: its table has up to 48 entries (DUI 0662, 4.3.4, and
// SCB_VTOR_TBLOFF in CMSIS); of a Cortex-M3 it ends at bit 29 (before r2p1), of a Cortex-M4 at bit
// 31, as of a Cortex-M7. Interrupt latency: introductions of DDI 0432, DDI 0484, DDI 0337, DDI 0439
// and DDI 0489. Comparators, ACTLR and component ids: the chapters on debug and system control
// there.
#include "sim/core/kind.h"

#include <stddef.h>

#define CPUID_KIND 0xff0ffff0u // without variant and revision

static const struct sim_core_kind kinds[] = {
    {.name = "Cortex-M0",
     .cpuid = 0x410cc200,
     .entry_cycles = 16,
     .priority_bits = 2,
     .breakpoints = 4,
     .watchpoints = 2,
     .scs_part = 0x008,
     .rom_part = 0x4c0},
    {.name = "Cortex-M0+",
     .cpuid = 0x410cc600,
     .has_npriv = true,
     .short_pipeline = true,
     .vtor_mask = 0xffffff00,
     .mpu_regions = 8,
     .entry_cycles = 15,
     .priority_bits = 2,
     .breakpoints = 4,
     .watchpoints = 2,
     .scs_part = 0x008,
     .rom_part = 0x4c0},
    {.name = "Cortex-M3",
     .cpuid = 0x410fc230,
     .arch = SIM_ARMV7M,
     .has_npriv = true,
     .bit_bands = true,
     .vtor_mask = 0x3fffff80,
     .actlr_mask = 0x007,
     .mpu_regions = 8,
     .entry_cycles = 12,
     .priority_bits = 4,
     .breakpoints = 6,
     .literals = 2,
     .watchpoints = 4,
     .scs_part = 0x000,
     .trace_port_part = 0x923},
    {.name = "Cortex-M4",
     .cpuid = 0x410fc240,
     .arch = SIM_ARMV7EM,
     .fpu = true,
     .has_npriv = true,
     .bit_bands = true,
     .vtor_mask = 0xffffff80,
     .actlr_mask = 0x307,
     .mpu_regions = 8,
     .entry_cycles = 12,
     .priority_bits = 4,
     .breakpoints = 6,
     .literals = 2,
     .watchpoints = 4,
     .scs_part = 0x00c,
     .trace_port_part = 0x9a1,
     .global_stamps = true},
    {.name = "Cortex-M7",
     .cpuid = 0x410fc270,
     .arch = SIM_ARMV7EM,
     .fpu = true,
     .fpv5 = true,
     .has_npriv = true,
     .vtor_mask = 0xffffff80,
     .actlr_mask = (1u << 29) - 0x3fc, // DISFOLD, and from FPEXCODIS on
     .mpu_regions = 8,
     .entry_cycles = 12,
     .priority_bits = 4,
     .breakpoints = 8,
     .fpb_v2 = true,
     .watchpoints = 4,
     .scs_part = 0x00c,
     .trace_port_part = 0x9a9,
     .global_stamps = true,
     .l1 = true,
     .locks = true,
     .fpb_part = 0x00e,
     .rom_part = 0x4c7},
};

const struct sim_core_kind *sim_core_kind_of(uint32_t cpuid)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (((kinds[i].cpuid ^ cpuid) & CPUID_KIND) == 0)
            return &kinds[i];
    }
    return &kinds[0];
}
