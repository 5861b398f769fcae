// SPDX-License-Identifier: MIT
#include "base/near.h"

#include <string.h>

#define LETTERS_MAX 31u

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned near_distance(const char *a, const char *b)
{
    unsigned rows[3][LETTERS_MAX + 1]; // the one before the last, the last, the next
    unsigned *older = rows[0], *old = rows[1], *row = rows[2];
    const unsigned len_a = (unsigned)strnlen(a, LETTERS_MAX);
    const unsigned len_b = (unsigned)strnlen(b, LETTERS_MAX);
    for (unsigned j = 0; j <= len_b; j++)
        old[j] = j;
    for (unsigned i = 1; i <= len_a; i++) {
        row[0] = i;
        for (unsigned j = 1; j <= len_b; j++) {
            row[j] = least(old[j - 1] + (a[i - 1] != b[j - 1]), least(old[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], older[j - 2] + 1);
        }
        unsigned *free_row = older;
        older = old;
        old = row;
        row = free_row;
    }
    return old[len_b];
}

static unsigned slips(const char *word)
{
    size_t len = strlen(word);
    return len < 3 ? 0 : len < 5 ? 1 : 2;
}

bool near_is_slip(const char *typed, const char *meant)
{
    const unsigned most = least(slips(typed), slips(meant));
    bool is_short = strlen(typed) <= 3 || strlen(meant) <= 3;
    return near_distance(typed, meant) <= most && !(is_short && typed[0] != meant[0]);
}

bool near_is_abbreviation(const char *typed, const char *meant)
{
    const size_t letters = strlen(typed), whole = strlen(meant);
    if (letters < 3 || letters >= whole || typed[0] != meant[0] ||
        typed[letters - 1] != meant[whole - 1])
        return false;
    for (; *meant && *typed; meant++)
        typed += *meant == *typed;
    return !*typed;
}

bool near_is_meant(const char *typed, const char *meant, unsigned *how_far)
{
    const bool abbreviates = near_is_abbreviation(typed, meant);
    *how_far = abbreviates ? 0 : near_distance(typed, meant);
    return abbreviates || near_is_slip(typed, meant);
}
