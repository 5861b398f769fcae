// SPDX-License-Identifier: MIT
// What the factory writes into a virtual STM32L0, and from where it boots.
#include <string.h>

#include "base/bytes.h"
#include "sim/families/factory.h"
#include "sim/families/stm32l0.h"

// ---- what the factory writes --------------------------------------------------------------------

// RM0367, 28 for identity and size; DS10152, 3.15 for the calibration values.
#define UID_ADDR 0x1ff80050u

// The unique number is not in one piece: it stands in the words at 0x00, 0x04 and 0x14 of its
// place.
static const struct sim_factory_signature signature = {
    .flash_size = 0x1ff8007c,
    .ts_cal1 = 0x1ff8007a,
    .ts_cal2 = 0x1ff8007e,
    .vrefint_cal = 0x1ff80078,
    .cal_vdda_mv = 3000,
    .ts_cal1_mv = SIM_L0_TS_30_MV,
    .ts_cal2_mv = SIM_L0_TS_130_MV,
    .vrefint_mv = SIM_L0_VREFINT_MV,
};

static void fill_identity(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                          uint8_t *bytes)
{
    uint8_t *uid = bytes + (UID_ADDR - memory->base);
    memset(bytes, 0, memory->size); // erased, as an STM32L152's is
    memcpy(uid, sim_factory_uid + 4, 8);
    memcpy(uid + 0x14, sim_factory_uid, 4);
    sim_factory_put_signature(&signature, NULL, row, memory, bytes);
}

static void fill_options(const struct sim_memory_row *options, uint8_t *bytes)
{
    static const uint16_t words[] = {0x00aa, 0x8070}; // RDP; USER; no sector is protected
    for (unsigned i = 0; i < options->size / 4; i++) {
        uint16_t half = i < sizeof words / sizeof words[0] ? words[i] : 0;
        put_le16(bytes + 4 * i, half);
        put_le16(bytes + 4 * i + 2, (uint16_t)~half);
    }
}

void sim_stm32l0_fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                              uint8_t *bytes)
{
    switch (memory->kind) {
    case SIM_MEMORY_FLASH:
    case SIM_MEMORY_EEPROM:
        memset(bytes, 0, memory->size); // erased
        break;
    case SIM_MEMORY_SYSTEM:
        memset(bytes, 0, memory->size);
        sim_factory_put_boot_loader(row, memory, bytes);
        break;
    case SIM_MEMORY_FACTORY:
        fill_identity(row, memory, bytes);
        break;
    case SIM_MEMORY_OPTIONS:
        fill_options(memory, bytes);
        break;
    default:
        break;
    }
}

// ---- boot (RM0367, 2.4; RM0377, 2.4 for category 1) ---------------------------------------------

enum sim_memory_kind sim_stm32l0_choose_boot(const struct sim_boot_facts *facts)
{
    bool is_category_1 = facts->row->features & SIM_L0_HAS_EMPTY_CHECK;
    bool from_flash = !facts->boot0;
    if (is_category_1 && facts->option[SIM_OPTION_BOOT_SEL])
        from_flash = facts->option[SIM_OPTION_NBOOT0];
    if (facts->rdp_level == 2) // nothing else is bootable (3.4.1)
        return SIM_MEMORY_FLASH;
    if (from_flash && is_category_1 && facts->flash_empty)
        return SIM_MEMORY_SYSTEM;
    if (from_flash)
        return SIM_MEMORY_FLASH;
    return facts->option[SIM_OPTION_NBOOT1] ? SIM_MEMORY_SYSTEM : SIM_MEMORY_SRAM;
}
