// SPDX-License-Identifier: MIT
// What a chip needs in the place of peripherals that are not modelled: a clock that never changes,
// and SWD pins that nobody takes away.
#include "sim/chip/part.h"
#include "sim/parts/parts.h"

#define SWD_PORT 0u // A
#define SWD_PINS (3u << 13)

struct sim_bare {
    struct sim_part *part;
};

static void reset(void *self, enum sim_reset kind)
{
    (void)self;
    (void)kind;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    (void)self;
    (void)offset;
    (void)size;
    *value = 0;
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

static uint64_t level_clock(void *self, unsigned line)
{
    const struct sim_bare *b = self;
    const struct sim_bare_config *config = b->part->config;
    (void)line;
    return config->hz;
}

static uint64_t level_alternate(void *self, unsigned line)
{
    (void)self;
    return line == SWD_PORT ? SWD_PINS : 0;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_bare *b = state;
    b->part = part;
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_HCLK_HZ, 1, level_clock},
    {SIM_PCLK_HZ, 1, level_clock},
    {SIM_PORT_ALTERNATE, 1, level_alternate},
    {0, 0, NULL},
};

const struct sim_part_kind sim_part_bare = {
    .name = "bare",
    .state_size = sizeof(struct sim_bare),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
};
