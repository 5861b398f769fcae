// SPDX-License-Identifier: MIT
// The MCU debug component (RM0091, 32.9): identity, low-power debug, freezing of timers and watchdogs. Its
// registers survive a system reset.
#include "sim/chip_state.h"

#define APB2ENR_DBGMCUEN 22u

static void reset(void *self, enum sim_reset kind)
{
    struct sim_chip *chip = self;
    if (kind == SIM_RESET_POWER)
        chip->dbgmcu_cr = chip->dbgmcu_apb1_fz = chip->dbgmcu_apb2_fz = 0;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_chip *chip = self;
    uint32_t regs[4] = {chip->identity.idcode, chip->dbgmcu_cr, chip->dbgmcu_apb1_fz, chip->dbgmcu_apb2_fz};
    uint32_t v = offset < 16 ? regs[offset / 4] >> 8 * (offset & 3) : 0;
    *value = size == 4 ? v : v & ((1u << 8 * size) - 1);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_chip *chip = self;
    // Peers disagree whether the gate matters for writes: it does here, which is the harder choice. Under
    // NRST the clock enables are in reset, and the debugger may write all the same (32.9.3).
    bool clocked = chip->nrst_low || chip->rcc.apb2enr >> APB2ENR_DBGMCUEN & 1;
    if (size != 4 || !clocked) {
        log_line(chip->log, LOG_NOTE, "the virtual DBGMCU ignores a write at +%x: its clock is off",
                 offset);
        return SIM_BUS_OK;
    }
    if (offset == 4)
        chip->dbgmcu_cr = value & 6;
    else if (offset == 8)
        chip->dbgmcu_apb1_fz = value & 0x02201d33;
    else if (offset == 12)
        chip->dbgmcu_apb2_fz = value & 0x00070800;
    return SIM_BUS_OK;
}

const struct sim_device dbgmcu_device = {reset, read, write};
