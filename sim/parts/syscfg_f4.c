// SPDX-License-Identifier: MIT
// System configuration of STM32F2, F4 and F7: what address 0 shows (of an F7 it is always ITCM
// RAM), which bank of the flash comes first, and which ports the external interrupts listen to
// (RM0090, 9.2 and 9.3; RM0033, 7.2). Memories of the FMC at address 0 are not modelled: the flash
// stays there.
#include "sim/parts/parts.h"
#include "sim/parts/syscfg_common.h"

enum {
    SYSCFG_MEMRMP = 0x00,
    SYSCFG_PMC = 0x04,
    SYSCFG_CMPCR = 0x20,
};

#define MEMRMP_BITS 0xc07u // MEM_MODE, SWP_FMC
#define CMPCR_PD    (1u << 0)
#define CMPCR_READY (1u << 8)

struct sim_syscfg_f4 {
    struct sim_syscfg_common common; // cfgr1 is MEMRMP
    uint32_t pmc, cmpcr;
};

static const struct sim_syscfg_f4_config *config_of(const struct sim_syscfg_f4 *s)
{
    return s->common.part->config;
}

// MEM_BOOT tells which address was booted from: this is so while the factory's are in the options.
static uint32_t read_f7_memrmp(const struct sim_syscfg_f4 *s)
{
    bool high = sim_part_level(s->common.part, SIM_BOOTED_MEMORY, 0) != SIM_MEMORY_FLASH;
    return (s->common.cfgr1 & ~SIM_SYSCFG_MEM_MODE) | high;
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
        *value = config_of(s)->is_f7 ? read_f7_memrmp(s) : s->common.cfgr1;
    else if (offset == SYSCFG_PMC)
        *value = s->pmc;
    else if (offset == SYSCFG_CMPCR)
        *value = s->cmpcr | (s->cmpcr & CMPCR_PD ? CMPCR_READY : 0);
    else
        *value = sim_syscfg_read_exticr(&s->common, offset);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_syscfg_f4 *s = self;
    const struct sim_syscfg_f4_config *config = config_of(s);
    (void)size;
    if (offset == SYSCFG_MEMRMP) {
        s->common.cfgr1 = value & (MEMRMP_BITS | (config->has_fb_mode ? SIM_SYSCFG_FB_MODE : 0));
        sim_map_update(s->common.part->chip);
    } else if (offset == SYSCFG_PMC) {
        s->pmc = value & 0x00870000;
    } else if (offset == SYSCFG_CMPCR) {
        s->cmpcr = value & CMPCR_PD;
    } else {
        sim_syscfg_write_exticr(&s->common, offset, value);
    }
    return SIM_BUS_OK;
}

static const struct sim_part_drives drives[] = {
    {SIM_MAPPED_MEMORY, 1, sim_syscfg_mapped},
    {SIM_BANKS_SWAPPED, 1, sim_syscfg_swapped},
    {SIM_EXTI_PORT, 16, sim_syscfg_exti_port},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_RELEASED, sim_syscfg_hear_release_of_banks},
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
