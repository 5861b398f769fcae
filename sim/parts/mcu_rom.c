// SPDX-License-Identifier: MIT
// The chip maker's own ROM table, by which a debugger finds out whose chip it is and from there the
// table of the core: Cortex-M0+ parts of ST have one at 0xf0000000 (RM0367, 27.5; ARM IHI 0031 for
// its layout), the STM32F7 one at 0xe00fd000 (RM0410, 40.9), which names the TPIU, too.
#include "sim/chip/part.h"
#include "sim/parts/parts.h"

#define CORE_TABLE 0xe00ff000u
#define PRESENT    3u // 32-bit format, and there

struct sim_mcu_rom {
    struct sim_part *part;
};

static uint32_t read_id(const struct sim_mcu_rom *rom, uint32_t offset)
{
    static const uint8_t component_id[4] = {0x0d, 0x10, 0x05, 0xb1}; // class 1: a ROM table
    const struct sim_identity *id = sim_chip_identity(rom->part->chip);
    const struct sim_mcu_rom_config *config = rom->part->config;
    uint32_t part = id->part ? id->part : id->idcode & 0xfff; // DEV_ID
    if (config && config->part)
        part = config->part;
    switch (offset) {
    case 0xfcc: // MEMTYPE: system memory is on the same bus
        return 1;
    case 0xfd0:
        return id->designer >> 7;
    case 0xfe0:
        return part & 0xff;
    case 0xfe4:
        return (id->designer & 0xfu) << 4 | part >> 8;
    case 0xfe8:
        return 0x8 | (id->designer >> 4 & 7);
    case 0xff0:
    case 0xff4:
    case 0xff8:
    case 0xffc:
        return component_id[(offset - 0xff0) / 4];
    default:
        return 0;
    }
}

// 0: behind the last one.
static uint32_t entry_of(const struct sim_mcu_rom *rom, uint32_t n)
{
    const struct sim_mcu_rom_config *config = rom->part->config;
    if (!config)
        return n == 0 ? CORE_TABLE : 0;
    return n < sizeof config->entry / sizeof config->entry[0] ? config->entry[n] : 0;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_mcu_rom *rom = self;
    (void)size;
    uint32_t entry = entry_of(rom, offset / 4);
    *value = entry ? (entry - rom->part->row->base) | PRESENT : read_id(rom, offset);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    (void)self;
    (void)offset;
    (void)size;
    (void)value;
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    (void)self;
    (void)kind;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_mcu_rom *rom = state;
    rom->part = part;
    return true;
}

const struct sim_part_kind sim_part_mcu_rom = {
    .name = "mcu_rom",
    .state_size = sizeof(struct sim_mcu_rom),
    .create = create,
    .device = {reset, read, write},
};
