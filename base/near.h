// SPDX-License-Identifier: MIT
// Misspelt words: which of those that there are was meant.
#ifndef SWDLINK_BASE_NEAR_H
#define SWDLINK_BASE_NEAR_H

#include <stdbool.h>

// Letters that have to be put in, left out, changed, or exchanged with their neighbour (the optimal
// string alignment distance). Letters beyond the 31st do not count.
unsigned near_distance(const char *a, const char *b);
// The distance is small enough for a slip of the fingers: one in words of three and four letters,
// two in longer ones. Short words are near to everything, so there are no guesses for them.
bool near_is_slip(const char *typed, const char *meant);

#endif
