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

struct chip_support chip_support_of(const struct die *die)
{
    const struct chip *chip = chip_of(die);
    if (!chip)
        return (struct chip_support){.flash = false};
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
