// SPDX-License-Identifier: MIT
// Misspelt words: which of those that there are was meant.
#ifndef SWDLINK_BASE_NEAR_H
#define SWDLINK_BASE_NEAR_H

#include <stdbool.h>

// Letters that have to be put in, left out, changed, or exchanged with their neighbour (the optimal
// string alignment distance). Letters beyond the 31st do not count.
unsigned near_distance(const char *a, const char *b);
// The distance is small enough for a slip of the fingers: one in words of three and four letters,
// two in longer ones. Short words are near to everything, so there are no guesses for them, and one
// of three letters has to begin as the other does.
bool near_is_slip(const char *typed, const char *meant);
// "rst" for "reset": letters are left out, and neither the first nor the last.
bool near_is_abbreviation(const char *typed, const char *meant);
// Whether one of the two may have been meant; how_far is then 0 for an abbreviation, else the
// distance.
bool near_is_meant(const char *typed, const char *meant, unsigned *how_far);

#endif
