// SPDX-License-Identifier: MIT
// System configuration of STM32L4, G4, WB and WL (RM0351, 9.2; RM0440, 10.2; RM0434, 9.2; RM0453,
// 10.2): what address 0 shows, which bank of the flash comes first, which ports the external
// interrupts listen to, and the registers that keep what is written to them. The write protection
// of SRAM2 and its erase are not modelled: the erase is over at once.
#include "sim/parts/parts.h"
#include "sim/parts/syscfg_common.h"

enum {
    SYSCFG_MEMRMP = 0x00,
    SYSCFG_CFGR1 = 0x04,
    SYSCFG_EXTICR1 = 0x08,
    SYSCFG_EXTICR4 = 0x14,
    SYSCFG_CFGR2 = 0x1c,
};

#define MEMRMP_FB_MODE (1u << 8)
#define CFGR2_LOCKS    0xfu      // only a reset clears them
#define CFGR2_SPF      (1u << 8) // cleared by writing 1

struct sim_syscfg_l4 {
    struct sim_syscfg_common common; // cfgr1 is MEMRMP
    uint32_t cfgr1, cfgr2, exticr[4];
};

static uint64_t level_swapped(void *self, unsigned line)
{
    const struct sim_syscfg_l4 *s = self;
    (void)line;
    return (s->common.cfgr1 & MEMRMP_FB_MODE) != 0;
}

static uint64_t level_exti_port(void *self, unsigned line)
{
    const struct sim_syscfg_l4 *s = self;
    return s->exticr[line / 4] >> 4 * (line % 4) & 15;
}

// The memory to boot from is what address 0 shows at first. With BFB2 the boot loader sets FB_MODE
// and jumps to the second bank (AN2606).
static void hear_release(void *self, unsigned line, uint64_t memory)
{
    struct sim_syscfg_l4 *s = self;
    if (memory == SIM_MEMORY_FLASH && sim_part_level(s->common.part, SIM_FLASH_BOOTS_BANK2, 0))
        s->common.cfgr1 |= MEMRMP_FB_MODE;
    sim_syscfg_hear_release(self, line, memory);
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_syscfg_l4 *s = self;
    const struct sim_syscfg_l4_config *config = s->common.part->config;
    (void)kind;
    // MEM_MODE comes at the end of the reset.
    *s = (struct sim_syscfg_l4){.common.part = s->common.part, .cfgr1 = config->cfgr1_reset};
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_syscfg_l4 *s = self;
    (void)size;
    if (offset == SYSCFG_MEMRMP)
        *value = s->common.cfgr1;
    else if (offset == SYSCFG_CFGR1)
        *value = s->cfgr1;
    else if (offset >= SYSCFG_EXTICR1 && offset <= SYSCFG_EXTICR4)
        *value = s->exticr[(offset - SYSCFG_EXTICR1) / 4];
    else if (offset == SYSCFG_CFGR2)
        *value = s->cfgr2;
    else
        *value = 0;
    return SIM_BUS_OK;
}

static void write_memrmp(struct sim_syscfg_l4 *s, uint32_t value)
{
    const struct sim_syscfg_l4_config *config = s->common.part->config;
    s->common.cfgr1 = value & (SIM_SYSCFG_MEM_MODE | 4u | (config->has_banks ? MEMRMP_FB_MODE : 0));
    sim_map_update(s->common.part->chip);
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_syscfg_l4 *s = self;
    (void)size;
    if (offset == SYSCFG_MEMRMP)
        write_memrmp(s, value);
    else if (offset == SYSCFG_CFGR1)
        s->cfgr1 = value;
    else if (offset >= SYSCFG_EXTICR1 && offset <= SYSCFG_EXTICR4)
        s->exticr[(offset - SYSCFG_EXTICR1) / 4] = value & 0xffff;
    else if (offset == SYSCFG_CFGR2)
        s->cfgr2 = (s->cfgr2 | (value & CFGR2_LOCKS)) & ~(value & CFGR2_SPF);
    return SIM_BUS_OK;
}

static const struct sim_part_drives drives[] = {
    {SIM_MAPPED_MEMORY, 1, sim_syscfg_mapped},
    {SIM_EXTI_PORT, 16, level_exti_port},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_RELEASED, hear_release},
    {0, NULL},
};

static bool create(void *state, struct sim_part *part)
{
    const struct sim_syscfg_l4_config *config = part->config;
    if (config->has_banks)
        sim_signal_drive(part->signals, SIM_BANKS_SWAPPED, 0, level_swapped, state);
    return sim_syscfg_create(state, part);
}

const struct sim_part_kind sim_part_syscfg_l4 = {
    .name = "syscfg_l4",
    .state_size = sizeof(struct sim_syscfg_l4),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
