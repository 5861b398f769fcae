// SPDX-License-Identifier: MIT
#include "doctor/odds.h"

#include <string.h>

unsigned odds_of(const char *id)
{
    for (unsigned i = 0; i < odds_count; i++)
        if (strcmp(odds_table[i].id, id) == 0)
            return odds_table[i].percent;
    return 0;
}
