// SPDX-License-Identifier: MIT
// How often a cause is the one when nothing answers and the supply looks right: the table of
// doc/cannot-connect.md, from which this is made when the program is built.
#ifndef SWDLINK_DOCTOR_ODDS_H
#define SWDLINK_DOCTOR_ODDS_H

struct odds {
    const char *id; // of a verdict
    unsigned percent;
};

// Add up to 100.
extern const struct odds odds_table[];
extern const unsigned odds_count;

// 0: it is not in the table.
unsigned odds_of(const char *id);

#endif
