// SPDX-License-Identifier: MIT
// What is asked of the table of families.
#include "targets/families/family.h"

const char *family_swdio(const struct chip *chip)
{
    return chip && chip->family->swdio ? chip->family->swdio : "PA13";
}

const char *family_swclk(const struct chip *chip)
{
    return chip && chip->family->swclk ? chip->family->swclk : "PA14";
}

void family_supply(const struct chip *chip, unsigned *min_mv, unsigned *max_mv)
{
    const struct family *known = chip ? chip->family : families[0];
    *min_mv = known->vdd_min_mv;
    *max_mv = known->vdd_max_mv;
    for (unsigned i = 0; i < family_count && !chip; i++) {
        if (families[i]->vdd_min_mv < *min_mv)
            *min_mv = families[i]->vdd_min_mv;
        if (families[i]->vdd_max_mv > *max_mv)
            *max_mv = families[i]->vdd_max_mv;
    }
}

const struct family *family_most_demanding(void)
{
    const struct family *most = families[0];
    for (unsigned i = 1; i < family_count; i++)
        if (families[i]->vdd_min_mv > most->vdd_min_mv)
            most = families[i];
    return most;
}
