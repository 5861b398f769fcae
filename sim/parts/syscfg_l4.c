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
    SYSCFG_CFGR2 = 0x1c,
};

#define CFGR2_LOCKS 0xfu      // only a reset clears them
#define CFGR2_SPF   (1u << 8) // cleared by writing 1

struct sim_syscfg_l4 {
    struct sim_syscfg_common common; // cfgr1 is MEMRMP
    uint32_t cfgr1, cfgr2;
};

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
    else if (offset == SYSCFG_CFGR2)
        *value = s->cfgr2;
    else
        *value = sim_syscfg_read_exticr(&s->common, offset);
    return SIM_BUS_OK;
}

static void write_memrmp(struct sim_syscfg_l4 *s, uint32_t value)
{
    const struct sim_syscfg_l4_config *config = s->common.part->config;
    s->common.cfgr1 =
        value & (SIM_SYSCFG_MEM_MODE | 4u | (config->has_banks ? SIM_SYSCFG_FB_MODE : 0));
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
    else if (offset == SYSCFG_CFGR2)
        s->cfgr2 = (s->cfgr2 | (value & CFGR2_LOCKS)) & ~(value & CFGR2_SPF);
    else
        sim_syscfg_write_exticr(&s->common, offset, value);
    return SIM_BUS_OK;
}

static const struct sim_part_drives drives[] = {
    {SIM_MAPPED_MEMORY, 1, sim_syscfg_mapped},
    {SIM_EXTI_PORT, 16, sim_syscfg_exti_port},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_RELEASED, sim_syscfg_hear_release_of_banks},
    {0, NULL},
};

static bool create(void *state, struct sim_part *part)
{
    const struct sim_syscfg_l4_config *config = part->config;
    if (config->has_banks)
        sim_signal_drive(part->signals, SIM_BANKS_SWAPPED, 0, sim_syscfg_swapped, state);
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
