// SPDX-License-Identifier: MIT
// Lines out of what a program prints, in whatever pieces it arrives. A line ends at LF, CR, or both
// in any order. Terminal escapes (ECMA-48: CSI, OSC and the two-character ones) are taken out, and
// so are what switches RTT's virtual terminals (0xff and a hexadecimal digit), a byte order mark
// and control characters in front; zeros and other control characters
// within become spaces.
#ifndef SWDLINK_CLI_RESULTS_LINES_H
#define SWDLINK_CLI_RESULTS_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define LINES_MAX (1024u * 1024u) // bytes of one line; what is longer is cut there

enum lines_escape {
    LINES_PLAIN,
    LINES_ESCAPE, // behind ESC
    LINES_CSI,    // until a final byte
    LINES_OSC,    // until BEL, or ESC and a backslash
    LINES_OSC_ESCAPE,
    LINES_TERMINAL, // behind 0xff: which of RTT's virtual terminals follows
};

struct lines {
    char *text;
    size_t len, room;
    enum lines_escape escape;
    bool cut;                                   // a line was longer than LINES_MAX
    bool out_of_memory;                         // a part of a line was dropped
    void (*line)(void *user, const char *line); // without its end; never empty
    void *user;
};

void lines_feed(struct lines *l, const char *bytes, size_t len);
// The last line, when nothing ended it.
void lines_end(struct lines *l);
void lines_free(struct lines *l);

#endif
