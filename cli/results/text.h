// SPDX-License-Identifier: MIT
// Small steps over a line of text, for the readers of test results.
#ifndef SWDLINK_CLI_RESULTS_TEXT_H
#define SWDLINK_CLI_RESULTS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A part of a line; it ends with the line's memory.
struct span {
    const char *at;
    size_t len;
};

struct span span_of(const char *text);
// Without white space at both ends.
struct span span_trim(struct span s);
bool span_is(struct span s, const char *text);

const char *text_skip_space(const char *p);
// Moves *p past the word when it stands there.
bool text_skip(const char **p, const char *word);
bool text_skip_nocase(const char **p, const char *word);
// A decimal number of up to nine digits.
bool text_number(const char **p, uint32_t *n);
// "0.125", "12"; moves past it.
bool text_seconds(const char **p, double *seconds);
bool text_ends_with(struct span s, const char *ending);
// Where the word first stands in s, or NULL.
const char *text_find(struct span s, const char *word);
// " - 12 ms", "(12 ms)" and the like: the first "NUMBER ms" in the text. False: there is none.
bool text_milliseconds(const char *text, double *seconds);

#endif
