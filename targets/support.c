// SPDX-License-Identifier: MIT
// What swdlink can do with a chip: the tables of the families say it.
#include "targets/chip.h"

static const struct chip *chip_of(const struct die *die)
{
    for (unsigned f = 0; f < family_count; f++)
        for (unsigned i = 0; i < families[f]->chip_count; i++)
            if (families[f]->chips[i].dev_id == die->dev_id &&
                families[f]->idcode_addr == die->idcode_addr)
                return &families[f]->chips[i];
    return NULL;
}

// Dies without a family, of which the virtual board has a chip with core and memories that the
// tests debug.
static const uint16_t debugged_on_board[] = {0x413, 0x419, 0x423, 0x431};

static bool is_debugged_on_board(const struct die *die)
{
    for (unsigned i = 0; i < sizeof debugged_on_board / sizeof debugged_on_board[0]; i++)
        if (debugged_on_board[i] == die->dev_id)
            return true;
    return false;
}

struct chip_support chip_support_of(const struct die *die)
{
    const struct chip *chip = chip_of(die);
    if (!chip)
        return (struct chip_support){.core_on_board = is_debugged_on_board(die)};
    const struct family *f = chip->family;
    return (struct chip_support){
        .flash = f->driver != NULL,
        .options = f->options && f->option_count,
        .protection = f->rdp != NULL,
        .doctor = f->doctor != NULL,
        .tried_on_board = f->tried & FAMILY_TRIED_ON_BOARD,
        .tried_by_others = f->tried & FAMILY_TRIED_BY_OTHERS,
        .tried_on_hardware = chip->tested_on_hardware,
    };
}

struct chip_support chip_support_found(const struct chip_identity *id)
{
    if (!id->die || id->from_rom_table)
        return (struct chip_support){.flash = false};
    const struct chip_support s = chip_support_of(id->die);
    return id->chip ? s : (struct chip_support){.core_on_board = s.core_on_board};
}
