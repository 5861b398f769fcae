// SPDX-License-Identifier: MIT
// A test for each row of a table: its name is what the row says of the board.
#ifndef SWDLINK_TESTS_UNIT_ROWS_H
#define SWDLINK_TESTS_UNIT_ROWS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct row_name {
    char text[80];
};

// Writes "swdio-gnd-board-on-v2" of "swdio=gnd@board" and "v2": a shell takes it without quotes.
static inline const char *name_row(struct row_name *name, const char *board, const char *probe)
{
    snprintf(name->text, sizeof name->text, "%s-on-%s", *board ? board : "good", probe);
    for (char *at = name->text; *at; at++)
        if (*at == '=' || *at == ',' || *at == '@')
            *at = '-';
    return name->text;
}

#endif
