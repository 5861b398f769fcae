// SPDX-License-Identifier: MIT
#include "sim/parts/syscfg_common.h"

bool sim_syscfg_create(void *state, struct sim_part *part)
{
    struct sim_syscfg_common *s = state;
    s->part = part;
    return true;
}

uint32_t sim_syscfg_mem_mode(enum sim_memory_kind memory)
{
    return memory == SIM_MEMORY_SYSTEM ? 1 : memory == SIM_MEMORY_SRAM ? 3 : 0;
}

uint64_t sim_syscfg_mapped(void *self, unsigned line)
{
    const struct sim_syscfg_common *s = self;
    (void)line;
    switch (s->cfgr1 & SIM_SYSCFG_MEM_MODE) {
    case 1:
        return SIM_MEMORY_SYSTEM;
    case 3:
        return SIM_MEMORY_SRAM;
    default:
        return SIM_MEMORY_FLASH;
    }
}

// The memory to boot from is what address 0 shows at first.
void sim_syscfg_hear_release(void *self, unsigned line, uint64_t memory)
{
    struct sim_syscfg_common *s = self;
    (void)line;
    s->cfgr1 =
        (s->cfgr1 & ~SIM_SYSCFG_MEM_MODE) | sim_syscfg_mem_mode((enum sim_memory_kind)memory);
    sim_map_update(s->part->chip);
}
