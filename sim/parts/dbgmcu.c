// SPDX-License-Identifier: MIT
// The debug support unit: identity code and what stops with the core (RM0091, 32.4 and 32.9). Only
// a power-on reset clears it.
#include "sim/chip/chip_state.h"

enum { DBGMCU_IDCODE = 0x0, DBGMCU_CR = 0x4, DBGMCU_APB1_FZ = 0x8, DBGMCU_APB2_FZ = 0xc };

#define CR_BITS  (DBGMCU_CR_DBG_STOP | DBGMCU_CR_DBG_STANDBY)
#define FZ1_BITS 0x02201d33u // 32.9.4; those of peripherals that are not modelled are kept too
#define FZ2_BITS 0x00070800u

static void reset(void *self, enum sim_reset kind)
{
    struct sim_dbgmcu *d = self;
    if (kind == SIM_RESET_POWER)
        *d = (struct sim_dbgmcu){.chip = d->chip};
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_dbgmcu *d = self;
    (void)size;
    switch (offset) {
    case DBGMCU_IDCODE:
        *value = d->chip->identity.idcode;
        break;
    case DBGMCU_CR:
        *value = d->cr;
        break;
    case DBGMCU_APB1_FZ:
    case DBGMCU_APB2_FZ:
        *value = d->fz[offset == DBGMCU_APB2_FZ];
        break;
    default:
        *value = 0;
        break;
    }
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_dbgmcu *d = self;
    (void)size;
    if (offset == DBGMCU_CR)
        d->cr = value & CR_BITS;
    else if (offset == DBGMCU_APB1_FZ || offset == DBGMCU_APB2_FZ)
        d->fz[offset == DBGMCU_APB2_FZ] = value & (offset == DBGMCU_APB2_FZ ? FZ2_BITS : FZ1_BITS);
    sim_chip_follow_debug(d->chip);
    return SIM_BUS_OK;
}

const struct sim_device sim_dbgmcu_device = {reset, read, write};
