// SPDX-License-Identifier: MIT
// System configuration of STM32L0 and L1: what address 0 shows, which bank of the program memory
// comes first, which ports the external interrupts listen to, and the buffers of the internal
// reference (RM0367, 10.2; RM0376 for UFB; RM0038, 8.5).
#include "sim/parts/parts.h"
#include "sim/parts/syscfg_common.h"

enum {
    SYSCFG_CFGR1 = 0x00,
    SYSCFG_CFGR2 = 0x04,
    SYSCFG_CFGR3 = 0x20,
};

#define CFGR1_UFB       (1u << 3)
#define CFGR1_BOOT_MODE 8 // shift
#define CFGR2_BITS      0x7f01u
#define CFGR3_BITS      0x00003331u // and REF_LOCK
#define CFGR3_EN        (1u << 0)
#define CFGR3_RDYF      (1u << 30)
#define CFGR3_LOCK      (1u << 31)

struct sim_syscfg_l0 {
    struct sim_syscfg_common common;
    uint32_t cfgr2, cfgr3;
    unsigned boot_mode;
};

static uint64_t level_swapped(void *self, unsigned line)
{
    const struct sim_syscfg_l0 *s = self;
    (void)line;
    return (s->common.cfgr1 & CFGR1_UFB) != 0;
}

static bool is_l1(const struct sim_syscfg_l0 *s)
{
    const struct sim_syscfg_l0_config *config = s->common.part->config;
    return config && config->is_l1;
}

static uint64_t level_exti_port(void *self, unsigned line)
{
    const struct sim_syscfg_l0 *s = self;
    static const uint8_t ports[2][8] = {{0, 1, 2, 3, 4, 7, 6, 7}, {0, 1, 2, 3, 4, 7, 5, 6}};
    uint64_t code = sim_syscfg_exti_port(self, line);
    return code < 8 ? ports[is_l1(s)][code] : code;
}

// The memory to boot from is what address 0 shows at first.
static void hear_release(void *self, unsigned line, uint64_t memory)
{
    struct sim_syscfg_l0 *s = self;
    (void)line;
    s->boot_mode = sim_syscfg_mem_mode((enum sim_memory_kind)memory);
    s->common.cfgr1 = (s->common.cfgr1 & ~SIM_SYSCFG_MEM_MODE) | s->boot_mode;
    if (memory == SIM_MEMORY_FLASH && sim_part_level(s->common.part, SIM_FLASH_BOOTS_BANK2, 0))
        s->common.cfgr1 |= CFGR1_UFB;
    sim_map_update(s->common.part->chip);
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_syscfg_l0 *s = self;
    (void)kind;
    // MEM_MODE comes at the end of the reset.
    *s = (struct sim_syscfg_l0){.common.part = s->common.part};
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_syscfg_l0 *s = self;
    (void)size;
    if (offset == SYSCFG_CFGR1)
        *value = s->common.cfgr1 | s->boot_mode << CFGR1_BOOT_MODE;
    else if (offset == SYSCFG_CFGR2)
        *value = s->cfgr2;
    else if (offset == SYSCFG_CFGR3)
        *value = s->cfgr3 | (s->cfgr3 & CFGR3_EN ? CFGR3_RDYF : 0);
    else
        *value = sim_syscfg_read_exticr(&s->common, offset);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_syscfg_l0 *s = self;
    (void)size;
    if (offset == SYSCFG_CFGR1) {
        s->common.cfgr1 = value & (SIM_SYSCFG_MEM_MODE | (is_l1(s) ? 0 : CFGR1_UFB));
        sim_map_update(s->common.part->chip);
    } else if (offset == SYSCFG_CFGR2) {
        s->cfgr2 = value & CFGR2_BITS;
    } else if (offset == SYSCFG_CFGR3 && !is_l1(s) && !(s->cfgr3 & CFGR3_LOCK)) {
        s->cfgr3 = value & (CFGR3_BITS | CFGR3_LOCK);
    } else {
        sim_syscfg_write_exticr(&s->common, offset, value);
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

const struct sim_part_kind sim_part_syscfg_l0 = {
    .name = "syscfg_l0",
    .state_size = sizeof(struct sim_syscfg_l0),
    .create = sim_syscfg_create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
