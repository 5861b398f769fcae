// SPDX-License-Identifier: MIT
// What a shell completes: the program itself knows, so that no list in a shell script falls behind.
#ifndef SWDLINK_CLI_COMPLETE_H
#define SWDLINK_CLI_COMPLETE_H

#include <stdio.h>

// The hidden `swdlink __complete WORD…`: prints what may stand for the last of the words that were
// typed behind "swdlink" (it may be empty). A candidate a line, with a tab and a description behind
// it where there is one; ":files" and ":dirs" ask the shell for files and folders as well.
void complete(FILE *out, int count, char *const *words);

#endif
