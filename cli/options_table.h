// SPDX-License-Identifier: MIT
// The rows of the options' table, for options.c, which reads them. A new option is a row here and a
// member of struct options.
#ifndef SWDLINK_CLI_OPTIONS_TABLE_H
#define SWDLINK_CLI_OPTIONS_TABLE_H

#include <assert.h>
#include <stddef.h>

#include "cli/options.h"

// What becomes of a value. All but OPTION_CALL and OPTION_IGNORED go to a member of struct options.
enum option_kind {
    OPTION_FLAG,     // a bool becomes true
    OPTION_TEXT,     // const char *: the value as it is
    OPTION_DURATION, // uint64_t: in microseconds
    OPTION_CHOICE,   // an enum: the index of a word in names
    OPTION_FIXED,    // an enum: the row's own number
    OPTION_CALL,     // a function of the row takes it
    OPTION_IGNORED,
};

struct option_value {
    const char *text; // NULL: none was given
    int choice;       // its index in names, when the row has any
};

struct option_row {
    enum option_group group;
    unsigned commands;
    char letter; // 0: none
    const char *name;
    int takes;            // as getopt_long() names it
    const char *argument; // as the help shows it, with what stands between
    const char *help;
    enum option_kind kind;
    size_t at; // offset in struct options
    int fixed;
    const char *const *names; // the words that it takes; NULL: anything
    int name_count;
    enum err (*set)(struct options *o, const struct option_value *value, struct log *log);
};

enum { OPTION_ROWS = 62 };
extern const struct option_row option_rows[OPTION_ROWS];

// Every enum that an option sets is as wide as an int.
static_assert(sizeof(enum target_connect) == sizeof(int) &&
                  sizeof(enum flash_erase) == sizeof(int) &&
                  sizeof(enum options_color) == sizeof(int),
              "options are stored through an int");

#endif
