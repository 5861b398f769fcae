// SPDX-License-Identifier: MIT
// The debug support unit: identity code and what stops with the core (RM0091, 32.4 and 32.9;
// RM0008, 31.16 for the STM32F1, whose freeze bits are in DBGMCU_CR). Only a power-on reset clears
// it.
#include "sim/chip/part.h"
#include "sim/parts/parts.h"

enum { DBGMCU_IDCODE = 0x0, DBGMCU_CR = 0x4, DBGMCU_FIRST_FZ = 0x8 };

#define CR_TRACE      5 // shift of TRACE_IOEN and TRACE_MODE; a unit without them (WL) leaves trace on
#define CR_TRACECLKEN 20 // shift, of STM32H7
#define CR_STOP       (1u << 1)
#define CR_STANDBY    (1u << 2)
#define CR_BITS       (CR_STOP | CR_STANDBY)

struct sim_dbgmcu {
    struct sim_part *part;
    uint32_t cr, fz[SIM_DBGMCU_FREEZE]; // APB1_FZ, APB2_FZ; in between APB1_FZ2, where it exists
};

static const struct sim_dbgmcu_config *config_of(const struct sim_dbgmcu *d)
{
    return d->part->config;
}

static uint64_t level_trace(void *self, unsigned line)
{
    const struct sim_dbgmcu *d = self;
    (void)line;
    if (config_of(d)->is_h7)
        return d->cr >> CR_TRACECLKEN & 1;
    return config_of(d)->more_cr_bits >> CR_TRACE & 1 ? d->cr >> CR_TRACE & 7 : 1;
}

static void tell_trace(struct sim_dbgmcu *d)
{
    sim_part_tell(d->part, SIM_TRACE_PINS, 0, level_trace(d, 0));
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_dbgmcu *d = self;
    if (kind != SIM_RESET_SYSTEM)
        *d = (struct sim_dbgmcu){.part = d->part};
    tell_trace(d);
}

static uint64_t level_freeze(void *self, unsigned line)
{
    const struct sim_dbgmcu *d = self;
    if (config_of(d)->freezes_in_cr)
        return line == 0 ? d->cr & config_of(d)->freeze_bits[0] : 0;
    return d->fz[line];
}

static uint64_t level_keeps(void *self, unsigned line)
{
    const struct sim_dbgmcu *d = self;
    (void)line;
    return (d->cr & CR_STOP ? 1u << SIM_POWER_STOP : 0) |
           (d->cr & CR_STANDBY ? 1u << SIM_POWER_STANDBY | 1u << SIM_POWER_SHUTDOWN : 0);
}

// The register of freeze bits at that offset, or as many as there are: none.
static unsigned find_freeze(const struct sim_dbgmcu *d, uint32_t offset)
{
    const struct sim_dbgmcu_config *config = config_of(d);
    unsigned i = 0;
    for (; i < SIM_DBGMCU_FREEZE && !config->freezes_in_cr; i++) {
        uint32_t at = config->freeze_offset[i] ? config->freeze_offset[i] : DBGMCU_FIRST_FZ + 4 * i;
        if (config->freeze_bits[i] && at == offset)
            return i;
    }
    return SIM_DBGMCU_FREEZE;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_dbgmcu *d = self;
    unsigned freeze = find_freeze(d, offset);
    (void)size;
    if (offset == DBGMCU_IDCODE)
        *value = sim_chip_identity(d->part->chip)->idcode;
    else if (offset == DBGMCU_CR)
        *value = d->cr;
    else
        *value = freeze < SIM_DBGMCU_FREEZE ? d->fz[freeze] : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_dbgmcu *d = self;
    (void)size;
    bool in_cr = config_of(d)->freezes_in_cr;
    unsigned freeze = find_freeze(d, offset);
    if (offset == DBGMCU_CR)
        d->cr = value &
                (CR_BITS | config_of(d)->more_cr_bits | (in_cr ? config_of(d)->freeze_bits[0] : 0));
    else if (freeze < SIM_DBGMCU_FREEZE)
        d->fz[freeze] = value & config_of(d)->freeze_bits[freeze];
    tell_trace(d);
    sim_chip_follow_debug(d->part->chip);
    return SIM_BUS_OK;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_dbgmcu *d = state;
    d->part = part;
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_FREEZE, SIM_DBGMCU_FREEZE, level_freeze},
    {SIM_DEBUG_KEEPS, 1, level_keeps},
    {SIM_TRACE_PINS, 1, level_trace},
    {0, 0, NULL},
};

const struct sim_part_kind sim_part_dbgmcu = {
    .name = "dbgmcu",
    .state_size = sizeof(struct sim_dbgmcu),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
};
