// SPDX-License-Identifier: MIT
// VTOR of a Cortex-M0+ begins at bit 8: its table has up to 48 entries (DUI 0662, 4.3.4, and
// SCB_VTOR_TBLOFF in CMSIS). Interrupt latency: DDI 0432, 1.1 and DDI 0484, 1.1.
#include "sim/core/kind.h"

#include <stddef.h>

#define CPUID_KIND 0xff0ffff0u // without variant and revision

static const struct sim_core_kind kinds[] = {
    {.name = "Cortex-M0", .cpuid = 0x410cc200, .entry_cycles = 16},
    {.name = "Cortex-M0+",
     .cpuid = 0x410cc600,
     .has_npriv = true,
     .short_pipeline = true,
     .vtor_mask = 0xffffff00,
     .mpu_regions = 8,
     .entry_cycles = 15},
};

const struct sim_core_kind *sim_core_kind_of(uint32_t cpuid)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (kinds[i].cpuid == (cpuid & CPUID_KIND))
            return &kinds[i];
    }
    return &kinds[0];
}
