// SPDX-License-Identifier: MIT
// System configuration of STM32F2 and F4: what address 0 shows, which bank of the flash comes
// first, and which ports the external interrupts listen to (RM0090, 9.2 and 9.3; RM0033, 7.2).
// Memories of the FMC at address 0 are not modelled: the flash stays there.
#include "sim/parts/parts.h"
#include "sim/parts/syscfg_common.h"

enum {
    SYSCFG_MEMRMP = 0x00,
    SYSCFG_PMC = 0x04,
    SYSCFG_EXTICR1 = 0x08,
    SYSCFG_EXTICR4 = 0x14,
    SYSCFG_CMPCR = 0x20,
};

#define MEMRMP_FB_MODE (1u << 8)
#define MEMRMP_BITS    0xc07u // MEM_MODE, SWP_FMC
#define CMPCR_PD       (1u << 0)
#define CMPCR_READY    (1u << 8)

struct sim_syscfg_f4 {
    struct sim_syscfg_common common; // cfgr1 is MEMRMP
    uint32_t pmc, cmpcr, exticr[4];
};

static uint64_t level_swapped(void *self, unsigned line)
{
    const struct sim_syscfg_f4 *s = self;
    (void)line;
    return (s->common.cfgr1 & MEMRMP_FB_MODE) != 0;
}

static uint64_t level_exti_port(void *self, unsigned line)
{
    const struct sim_syscfg_f4 *s = self;
    return s->exticr[line / 4] >> 4 * (line % 4) & 15;
}

// The memory to boot from is what address 0 shows at first. What BFB2 asks of the boot loader's
// program is done here in its place.
static void hear_release(void *self, unsigned line, uint64_t memory)
{
    struct sim_syscfg_f4 *s = self;
    sim_syscfg_hear_release(self, line, memory);
    if (memory == SIM_MEMORY_FLASH && sim_part_level(s->common.part, SIM_FLASH_BOOTS_BANK2, 0))
        s->common.cfgr1 |= MEMRMP_FB_MODE;
    sim_map_update(s->common.part->chip);
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_syscfg_f4 *s = self;
    (void)kind;
    // MEM_MODE comes at the end of the reset.
    *s = (struct sim_syscfg_f4){.common.part = s->common.part};
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_syscfg_f4 *s = self;
    (void)size;
    if (offset == SYSCFG_MEMRMP)
        *value = s->common.cfgr1;
    else if (offset == SYSCFG_PMC)
        *value = s->pmc;
    else if (offset >= SYSCFG_EXTICR1 && offset <= SYSCFG_EXTICR4)
        *value = s->exticr[(offset - SYSCFG_EXTICR1) / 4];
    else
        *value = offset == SYSCFG_CMPCR ? s->cmpcr | (s->cmpcr & CMPCR_PD ? CMPCR_READY : 0) : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_syscfg_f4 *s = self;
    const struct sim_syscfg_f4_config *config = s->common.part->config;
    (void)size;
    if (offset == SYSCFG_MEMRMP) {
        s->common.cfgr1 = value & (MEMRMP_BITS | (config->has_fb_mode ? MEMRMP_FB_MODE : 0));
        sim_map_update(s->common.part->chip);
    } else if (offset == SYSCFG_PMC) {
        s->pmc = value & 0x00870000;
    } else if (offset >= SYSCFG_EXTICR1 && offset <= SYSCFG_EXTICR4) {
        s->exticr[(offset - SYSCFG_EXTICR1) / 4] = value & 0xffff;
    } else if (offset == SYSCFG_CMPCR) {
        s->cmpcr = value & CMPCR_PD;
    }
    return SIM_BUS_OK;
}

static const struct sim_part_drives drives[] = {
    {SIM_MAPPED_MEMORY, 1, sim_syscfg_mapped},
    {SIM_BANKS_SWAPPED, 1, level_swapped},
    {SIM_EXTI_PORT, 16, level_exti_port},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_RELEASED, hear_release},
    {0, NULL},
};

const struct sim_part_kind sim_part_syscfg_f4 = {
    .name = "syscfg_f4",
    .state_size = sizeof(struct sim_syscfg_f4),
    .create = sim_syscfg_create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
