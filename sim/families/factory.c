// SPDX-License-Identifier: MIT
#include "sim/families/factory.h"

#include <string.h>

#include "base/bytes.h"

#define FULL_SCALE 4095u

enum { VECTORS = 16, LOOP_OFFSET = 4 * VECTORS, OPTION_BYTES = 16 };

void sim_factory_put_boot_loader(const struct sim_chip_row *row,
                                 const struct sim_memory_row *system, uint8_t *bytes)
{
    const struct sim_memory_row *sram = sim_chip_row_memory(row, SIM_MEMORY_SRAM);
    put_le32(bytes, sram->base + sram->size);
    for (unsigned i = 1; i < VECTORS; i++)
        put_le32(bytes + 4 * i, system->base + LOOP_OFFSET + 1);
    put_le16(bytes + LOOP_OFFSET, 0xe7fe); // b .
}

void sim_factory_put_calibration(uint8_t *at, uint32_t mv, uint32_t vdda_mv)
{
    put_le16(at, (uint16_t)((mv * FULL_SCALE + vdda_mv / 2) / vdda_mv));
}

void sim_factory_put_flash_size(const struct sim_chip_row *row, uint8_t *at)
{
    put_le16(at, (uint16_t)(sim_chip_row_memory(row, SIM_MEMORY_FLASH)->size / 1024));
}

void sim_factory_put_unique_number(uint8_t *at)
{
    // Where on the wafer, in binary; wafer 17, lot "3256Q42" in letters.
    static const uint8_t uid[12] = {0x1f, 0x00, 0x2a, 0x00, 17, '3', '2', '5', '6', 'Q', '4', '2'};
    memcpy(at, uid, sizeof uid);
}

void sim_factory_put_option_bytes(uint8_t rdp, uint8_t *bytes)
{
    for (unsigned i = 0; i < OPTION_BYTES; i += 2) {
        uint8_t value = i ? 0xff : rdp;
        bytes[i] = value;
        bytes[i + 1] = (uint8_t)~value;
    }
}
