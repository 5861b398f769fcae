// SPDX-License-Identifier: MIT
#include "sim/parts/syscfg_common.h"

enum { SYSCFG_EXTICR1 = 0x08, SYSCFG_EXTICR4 = 0x14 };

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

static bool is_exticr(uint32_t offset)
{
    return offset >= SYSCFG_EXTICR1 && offset <= SYSCFG_EXTICR4;
}

uint32_t sim_syscfg_read_exticr(const struct sim_syscfg_common *s, uint32_t offset)
{
    return is_exticr(offset) ? s->exticr[(offset - SYSCFG_EXTICR1) / 4] : 0;
}

void sim_syscfg_write_exticr(struct sim_syscfg_common *s, uint32_t offset, uint32_t value)
{
    if (is_exticr(offset))
        s->exticr[(offset - SYSCFG_EXTICR1) / 4] = value & 0xffff;
}

uint64_t sim_syscfg_exti_port(void *self, unsigned line)
{
    const struct sim_syscfg_common *s = self;
    return s->exticr[line / 4] >> 4 * (line % 4) & 15;
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

uint64_t sim_syscfg_swapped(void *self, unsigned line)
{
    const struct sim_syscfg_common *s = self;
    (void)line;
    return (s->cfgr1 & SIM_SYSCFG_FB_MODE) != 0;
}

// With BFB2 the boot loader sets FB_MODE and jumps to the second bank (AN2606); that is done here
// in its place.
void sim_syscfg_hear_release_of_banks(void *self, unsigned line, uint64_t memory)
{
    struct sim_syscfg_common *s = self;
    if (memory == SIM_MEMORY_FLASH && sim_part_level(s->part, SIM_FLASH_BOOTS_BANK2, 0))
        s->cfgr1 |= SIM_SYSCFG_FB_MODE;
    sim_syscfg_hear_release(self, line, memory);
}
