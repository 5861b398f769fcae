// SPDX-License-Identifier: MIT
// The system memory: the boot loader's place, and behind it what the factory writes into every chip
// (RM0091, 33 for identity and size; DS9773, 3.10 for the calibration values).
#include <string.h>

#include "base/bytes.h"
#include "sim/chip/chip_state.h"

#define UID_ADDR         0x1ffff7acu
#define TS_CAL1_ADDR     0x1ffff7b8u
#define VREFINT_CAL_ADDR 0x1ffff7bau
#define TS_CAL2_ADDR     0x1ffff7c2u
#define FLASH_SIZE_ADDR  0x1ffff7ccu

#define CAL_VDDA_MV 3300u
#define TS_110_MV   1086u // 4.3 mV less for each degree

enum { VECTORS = 16, LOOP_OFFSET = 4 * VECTORS };

static void put_calibration(uint8_t *at, uint32_t mv)
{
    put_le16(at, (uint16_t)((mv * 4095 + CAL_VDDA_MV / 2) / CAL_VDDA_MV));
}

// The boot loader of this chip listens to nobody, but it is real code: a vector table and a loop.
static void put_boot_loader(struct sim_chip *chip)
{
    put_le32(chip->system, SIM_SRAM_BASE + chip->row->sram_size);
    for (unsigned i = 1; i < VECTORS; i++)
        put_le32(chip->system + 4 * i, chip->row->system_base + LOOP_OFFSET + 1);
    put_le16(chip->system + LOOP_OFFSET, 0xe7fe); // b .
}

static uint8_t *factory_byte(struct sim_chip *chip, uint32_t addr)
{
    return chip->system + (addr - chip->row->system_base);
}

void sim_ids_fill(struct sim_chip *chip)
{
    // Where on the wafer, in binary; wafer 17, lot "3256Q42" in letters.
    static const uint8_t uid[12] = {0x1f, 0x00, 0x2a, 0x00, 17, '3', '2', '5', '6', 'Q', '4', '2'};
    memset(chip->system, 0xff, chip->row->system_size);
    put_boot_loader(chip);
    memcpy(factory_byte(chip, UID_ADDR), uid, sizeof uid);
    put_calibration(factory_byte(chip, TS_CAL1_ADDR), SIM_TS_30_MV);
    put_calibration(factory_byte(chip, VREFINT_CAL_ADDR), SIM_VREFINT_MV);
    put_calibration(factory_byte(chip, TS_CAL2_ADDR), TS_110_MV);
    put_le16(factory_byte(chip, FLASH_SIZE_ADDR), (uint16_t)(chip->row->flash_size / 1024));
}
