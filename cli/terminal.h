// SPDX-License-Identifier: MIT
// A terminal breaks lines in the middle of words; here they are broken between them.
#ifndef SWDLINK_CLI_TERMINAL_H
#define SWDLINK_CLI_TERMINAL_H

#include <stdio.h>

#define TERMINAL_PARAGRAPH 2000u // bytes, at most

// How wide and how high the terminal behind the stream is; 0: it is none.
unsigned terminal_columns(FILE *out);
unsigned terminal_rows(FILE *out);
// Prints lines of UTF-8. One that is longer than so many columns (0: any length) goes on below
// where its text begins, behind the word or number that it has in front.
void terminal_print(FILE *out, const char *text, unsigned columns);

// The same with paragraphs of flowing text, whose lines are joined before; what is indented is not.
void terminal_print_paragraphs(FILE *out, const char *text, unsigned columns);

#endif
