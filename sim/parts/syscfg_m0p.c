// SPDX-License-Identifier: MIT
// System configuration of STM32G0, C0 and U0 (RM0444, 8.1): what address 0 shows, locks, and the
// registers that keep what is written to them. The lines that tell which of the peripherals behind
// an interrupt pends (ITLINEx) are not modelled and read as 0.
#include "sim/parts/parts.h"
#include "sim/parts/syscfg_common.h"

enum { SYSCFG_CFGR1 = 0x00, SYSCFG_CFGR2 = 0x18, SYSCFG_CFGR3 = 0x3c };

#define CFGR2_LOCKS    0xfu      // only a reset clears them
#define CFGR2_SRAM_PEF (1u << 8) // cleared by writing 1
#define CFGR2_KEPT     0x00ff0000u

struct sim_syscfg_m0p {
    struct sim_syscfg_common common;
    uint32_t cfgr2, cfgr3;
};

static void reset(void *self, enum sim_reset kind)
{
    struct sim_syscfg_m0p *s = self;
    (void)kind;
    // MEM_MODE comes at the end of the reset.
    *s = (struct sim_syscfg_m0p){.common.part = s->common.part};
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_syscfg_m0p *s = self;
    (void)size;
    *value = offset == SYSCFG_CFGR1   ? s->common.cfgr1
             : offset == SYSCFG_CFGR2 ? s->cfgr2
             : offset == SYSCFG_CFGR3 ? s->cfgr3
                                      : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_syscfg_m0p *s = self;
    (void)size;
    if (offset == SYSCFG_CFGR1) {
        s->common.cfgr1 = value;
        sim_map_update(s->common.part->chip);
    } else if (offset == SYSCFG_CFGR2) {
        s->cfgr2 = (s->cfgr2 & ~CFGR2_KEPT) | (value & (CFGR2_LOCKS | CFGR2_KEPT));
        s->cfgr2 &= ~(value & CFGR2_SRAM_PEF);
    } else if (offset == SYSCFG_CFGR3) {
        s->cfgr3 = value;
    }
    return SIM_BUS_OK;
}

static const struct sim_part_drives drives[] = {
    {SIM_MAPPED_MEMORY, 1, sim_syscfg_mapped},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_RELEASED, sim_syscfg_hear_release},
    {0, NULL},
};

const struct sim_part_kind sim_part_syscfg_m0p = {
    .name = "syscfg_m0p",
    .state_size = sizeof(struct sim_syscfg_m0p),
    .create = sim_syscfg_create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
