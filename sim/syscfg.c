// SPDX-License-Identifier: MIT
// SYSCFG: what stands at address 0 (RM0091, 9.1.1 and 2.5). MEM_MODE is loaded from the boot decision.
#include "sim/chip_state.h"

static void reset(void *self, enum sim_reset kind)
{
    struct sim_chip *chip = self;
    (void)kind;
    // nBOOT1 (option USER bit 4) chooses between system memory and SRAM when BOOT0 is high (2.5).
    bool nboot1 = chip->fpec.obr >> 12 & 1;
    chip->syscfg_cfgr1 = !chip->boot0 ? 0 : nboot1 ? 1 : 3;
    chip_update_windows(chip);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_chip *chip = self;
    (void)size;
    *value = offset == 0 ? chip->syscfg_cfgr1 : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_chip *chip = self;
    (void)size;
    if (offset == 0 && chip->rcc.apb2enr & 1) {
        chip->syscfg_cfgr1 = value & 0x7f007f03;
        chip_update_windows(chip);
    }
    return SIM_BUS_OK;
}

const struct sim_device syscfg_device = {reset, read, write};
