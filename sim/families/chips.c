// SPDX-License-Identifier: MIT
#include "sim/families/chips.h"

#include <stdio.h>
#include <string.h>

#include "sim/families/stm32c0.h"
#include "sim/families/stm32f0.h"
#include "sim/families/stm32f1.h"
#include "sim/families/stm32f2.h"
#include "sim/families/stm32f3.h"
#include "sim/families/stm32f4.h"
#include "sim/families/stm32f7.h"
#include "sim/families/stm32g0.h"
#include "sim/families/stm32g4.h"
#include "sim/families/stm32h7.h"
#include "sim/families/stm32l0.h"
#include "sim/families/stm32l1.h"
#include "sim/families/stm32l4.h"
#include "sim/families/stm32u0.h"
#include "sim/families/stm32wb.h"
#include "sim/families/stm32wl.h"

// A new family is a line here.
static const struct sim_chip_row *(*const families[])(unsigned index) = {
    sim_stm32f0_at, sim_stm32f1_at, sim_stm32f2_at, sim_stm32f3_at, sim_stm32f4_at, sim_stm32f7_at,
    sim_stm32l0_at, sim_stm32l1_at, sim_stm32g0_at, sim_stm32c0_at, sim_stm32u0_at, sim_stm32l4_at,
    sim_stm32g4_at, sim_stm32wb_at, sim_stm32wl_at, sim_stm32h7_at,
};

const struct sim_chip_row *sim_chips_at(unsigned index)
{
    for (size_t f = 0; f < sizeof families / sizeof families[0]; f++) {
        unsigned count = 0;
        while (count <= index && families[f](count))
            count++;
        if (count > index)
            return families[f](index);
        index -= count;
    }
    return NULL;
}

const struct sim_chip_row *sim_chips_find(const char *name)
{
    const struct sim_chip_row *row;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        if (strcmp(row->name, name) == 0)
            break;
    }
    return row;
}

static size_t common_beginning(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

// The names that begin most like the one that was asked for, as many as a sentence can hold.
static enum err refuse_name(const char *name, struct log *log)
{
    char names[360] = "";
    size_t longest = 0, len = 0;
    unsigned more = 0;
    const struct sim_chip_row *row;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        size_t n = common_beginning(name, row->name);
        longest = n > longest ? n : longest;
    }
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        if (common_beginning(name, row->name) < longest)
            continue;
        if (len + strlen(row->name) + 2 < sizeof names)
            len += (size_t)snprintf(names + len, sizeof names - len, "%s%s", len ? ", " : "",
                                    row->name);
        else
            more++;
    }
    if (!more)
        return log_fail(log, ERR_USAGE, "there is no virtual chip \"%s\"; there are %s", name,
                        names);
    return log_fail(log, ERR_USAGE,
                    "there is no virtual chip \"%s\"; there are %s and %u more, which "
                    "swdlink-sim(1) lists",
                    name, names, more);
}

enum err sim_chips_create(struct sim_chip **chip, const char *name, struct sim_clock *clock,
                          struct sim_account *account, struct log *log)
{
    const struct sim_chip_row *row = sim_chips_find(name);
    return row ? sim_chip_create(chip, row, clock, account, log) : refuse_name(name, log);
}
