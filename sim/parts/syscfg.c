// SPDX-License-Identifier: MIT
// System configuration: what address 0 shows, and which ports the external interrupts listen to
// (RM0091, 9.1).
#include "sim/chip/chip_state.h"

enum { SYSCFG_CFGR1 = 0x00, SYSCFG_EXTICR1 = 0x08, SYSCFG_EXTICR4 = 0x14, SYSCFG_CFGR2 = 0x18 };

#define CFGR1_MEM_MODE 0x3u
#define CFGR2_LOCKS    0x7u      // only a reset clears them
#define CFGR2_SRAM_PEF (1u << 8) // cleared by writing 1

enum sim_boot sim_syscfg_mapped(const struct sim_chip *chip)
{
    switch (chip->syscfg.cfgr1 & CFGR1_MEM_MODE) {
    case 1:
        return SIM_BOOT_SYSTEM;
    case 3:
        return SIM_BOOT_SRAM;
    default:
        return SIM_BOOT_FLASH;
    }
}

void sim_syscfg_map(struct sim_chip *chip, enum sim_boot boot)
{
    static const uint32_t mem_mode[] = {
        [SIM_BOOT_FLASH] = 0, [SIM_BOOT_SYSTEM] = 1, [SIM_BOOT_SRAM] = 3};
    chip->syscfg.cfgr1 = (chip->syscfg.cfgr1 & ~CFGR1_MEM_MODE) | mem_mode[boot];
    sim_map_update(chip);
}

unsigned sim_syscfg_exti_port(const struct sim_chip *chip, unsigned line)
{
    return chip->syscfg.exticr[line / 4] >> 4 * (line % 4) & 15;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_syscfg *s = self;
    (void)kind;
    *s = (struct sim_syscfg){.chip =
                                 s->chip}; // MEM_MODE comes at the end of the reset, from reset.c
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_syscfg *s = self;
    (void)size;
    if (offset == SYSCFG_CFGR1)
        *value = s->cfgr1;
    else if (offset >= SYSCFG_EXTICR1 && offset <= SYSCFG_EXTICR4)
        *value = s->exticr[(offset - SYSCFG_EXTICR1) / 4];
    else if (offset == SYSCFG_CFGR2)
        *value = s->cfgr2;
    else
        *value = 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_syscfg *s = self;
    (void)size;
    if (offset == SYSCFG_CFGR1) {
        s->cfgr1 = value;
        sim_map_update(s->chip);
    } else if (offset >= SYSCFG_EXTICR1 && offset <= SYSCFG_EXTICR4) {
        s->exticr[(offset - SYSCFG_EXTICR1) / 4] = value & 0xffff;
    } else if (offset == SYSCFG_CFGR2) {
        s->cfgr2 |= value & CFGR2_LOCKS;
        s->cfgr2 &= ~(value & CFGR2_SRAM_PEF);
    }
    return SIM_BUS_OK;
}

const struct sim_device sim_syscfg_device = {reset, read, write};
