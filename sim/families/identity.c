// SPDX-License-Identifier: MIT
// Who the virtual chip says it is: the identification registers of its debug port, its ROM table,
// its core and its maker. They are those of a Cortex-M0 by ST, unless it is to be another's.
#include "sim/chip/chip_state.h"

#define DPIDR       0x0bb11477u // SW-DP of the Cortex-M0 (DDI 0432, 8.2)
#define AP_IDR      0x04770021u // its AHB-AP, as real parts answer
#define ROM_BASE    0xe00ff003u
#define CPUID       0x410cc200u // r0p0 (DDI 0432, 4.2)
#define DESIGNER_ST 0x020u
#define ROM_PART    0x440u // of an STM32F042, although its DEV_ID is 445

const struct sim_identity *sim_chip_identity(const struct sim_chip *chip)
{
    return &chip->identity;
}

void sim_chip_set_identity(struct sim_chip *chip, const struct sim_identity *identity)
{
    chip->identity = *identity;
    sim_core_set_identity(chip->core, identity->cpuid, identity->designer, identity->part);
}

void sim_identity_create(struct sim_chip *chip)
{
    const struct sim_identity ours = {.dpidr = DPIDR,
                                      .ap_idr = AP_IDR,
                                      .rom_base = ROM_BASE,
                                      .idcode = chip->row->idcode,
                                      .cpuid = CPUID,
                                      .designer = DESIGNER_ST,
                                      .part = ROM_PART};
    sim_chip_set_identity(chip, &ours);
}
