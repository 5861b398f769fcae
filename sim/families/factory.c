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

// Where on the wafer, in binary; wafer 17, lot "3256Q42" in letters.
const uint8_t sim_factory_uid[SIM_FACTORY_UID_SIZE] = {0x1f, 0x00, 0x2a, 0x00, 17,  '3',
                                                       '2',  '5',  '6',  'Q',  '4', '2'};

static void put_calibration(const struct sim_factory_signature *signature,
                            const struct sim_memory_row *memory, uint8_t *bytes, uint32_t addr,
                            uint32_t mv)
{
    uint32_t vdda_mv = signature->cal_vdda_mv;
    uint32_t full = signature->full_scale ? signature->full_scale : FULL_SCALE;
    if (addr)
        put_le16(bytes + (addr - memory->base),
                 (uint16_t)((mv * full + vdda_mv / 2) / vdda_mv));
}

void sim_factory_put_signature(const struct sim_factory_signature *signature,
                               const uint8_t uid[SIM_FACTORY_UID_SIZE],
                               const struct sim_chip_row *row, const struct sim_memory_row *memory,
                               uint8_t *bytes)
{
    uint32_t flash_size = sim_chip_row_memory(row, SIM_MEMORY_FLASH)->size;
    if (signature->uid)
        memcpy(bytes + (signature->uid - memory->base), uid, SIM_FACTORY_UID_SIZE);
    put_calibration(signature, memory, bytes, signature->ts_cal1, signature->ts_cal1_mv);
    put_calibration(signature, memory, bytes, signature->ts_cal2, signature->ts_cal2_mv);
    put_calibration(signature, memory, bytes, signature->vrefint_cal, signature->vrefint_mv);
    put_le16(bytes + (signature->flash_size - memory->base), (uint16_t)(flash_size / 1024));
}

void sim_factory_put_option_bytes(uint8_t rdp, uint8_t *bytes)
{
    for (unsigned i = 0; i < OPTION_BYTES; i += 2) {
        uint8_t value = i ? 0xff : rdp;
        bytes[i] = value;
        bytes[i + 1] = (uint8_t)~value;
    }
}
