// SPDX-License-Identifier: MIT
// Power control (RM0091, 5.4): which low-power mode SLEEPDEEP means, and its flags.
#include "sim/chip_state.h"

#define CR_CWUF (1u << 2)
#define CR_CSBF (1u << 3)

static void reset(void *self, enum sim_reset kind)
{
    struct sim_chip *chip = self;
    chip->pwr_cr = 0;
    if (kind == SIM_RESET_POWER)
        chip->pwr_csr = 0;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_chip *chip = self;
    (void)size;
    *value = offset == 0 ? chip->pwr_cr : offset == 4 ? chip->pwr_csr : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_chip *chip = self;
    (void)size;
    if (offset == 0) {
        chip->pwr_cr = value & 0x1f3 & ~(CR_CWUF | CR_CSBF);
        chip->pwr_csr &= ~(value & CR_CWUF ? 1u : 0) & ~(value & CR_CSBF ? 2u : 0);
    } else if (offset == 4) {
        chip->pwr_csr = (chip->pwr_csr & 0xff) | (value & 0xff00);
    }
    return SIM_BUS_OK;
}

const struct sim_device pwr_device = {reset, read, write};
