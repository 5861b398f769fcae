// SPDX-License-Identifier: MIT
// What is asked of the table of families.
#include "targets/families/family.h"

#include <string.h>

#include "targets/parts.h"

#define LINE_DIGIT 3u // "F038x6"

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

// 1.8 V +-8 %: the data sheets of the lines STM32F0x8 and F3x8, 6.3.1. Above 1.88 V the power-on
// reset of their relatives ends as well (DS9773, 6.3.3).
#define LOW_SUPPLY_MIN_MV 1650u
#define LOW_SUPPLY_MAX_MV 1880u

const char *family_low_supply(const struct chip *chip, unsigned mv, char *text, size_t size)
{
    if (!chip || !chip->family->low_supply_line || mv < LOW_SUPPLY_MIN_MV || mv > LOW_SUPPLY_MAX_MV)
        return NULL;
    const struct part_row *row;
    for (unsigned i = 0; (row = parts_of(chip->dev_id, i)); i++)
        for (unsigned n = 0; parts_name(chip->dev_id, row->flash_kib, n, text, size); n++)
            if (strlen(text) > LINE_DIGIT && text[LINE_DIGIT] == chip->family->low_supply_line)
                return text;
    return NULL;
}

const struct family *family_most_demanding(void)
{
    const struct family *most = families[0];
    for (unsigned i = 1; i < family_count; i++)
        if (families[i]->vdd_min_mv > most->vdd_min_mv)
            most = families[i];
    return most;
}
