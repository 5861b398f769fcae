// SPDX-License-Identifier: MIT
// System configuration: what address 0 shows, and which ports the external interrupts listen to
// (RM0091, 9.1).
#include "sim/parts/parts.h"
#include "sim/parts/syscfg_common.h"

enum { SYSCFG_CFGR1 = 0x00, SYSCFG_CFGR2 = 0x18 };

#define CFGR2_LOCKS    0x7u      // only a reset clears them
#define CFGR2_SRAM_PEF (1u << 8) // cleared by writing 1

struct sim_syscfg {
    struct sim_syscfg_common common;
    uint32_t cfgr2;
};

static void reset(void *self, enum sim_reset kind)
{
    struct sim_syscfg *s = self;
    (void)kind;
    // MEM_MODE comes at the end of the reset.
    *s = (struct sim_syscfg){.common.part = s->common.part};
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_syscfg *s = self;
    (void)size;
    if (offset == SYSCFG_CFGR1)
        *value = s->common.cfgr1;
    else if (offset == SYSCFG_CFGR2)
        *value = s->cfgr2;
    else
        *value = sim_syscfg_read_exticr(&s->common, offset);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_syscfg *s = self;
    (void)size;
    if (offset == SYSCFG_CFGR1) {
        s->common.cfgr1 = value;
        sim_map_update(s->common.part->chip);
    } else if (offset == SYSCFG_CFGR2) {
        s->cfgr2 |= value & CFGR2_LOCKS;
        s->cfgr2 &= ~(value & CFGR2_SRAM_PEF);
    } else {
        sim_syscfg_write_exticr(&s->common, offset, value);
    }
    return SIM_BUS_OK;
}

static const struct sim_part_drives drives[] = {
    {SIM_MAPPED_MEMORY, 1, sim_syscfg_mapped},
    {SIM_EXTI_PORT, 16, sim_syscfg_exti_port},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_RELEASED, sim_syscfg_hear_release},
    {0, NULL},
};

const struct sim_part_kind sim_part_syscfg = {
    .name = "syscfg",
    .state_size = sizeof(struct sim_syscfg),
    .create = sim_syscfg_create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
