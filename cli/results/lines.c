// SPDX-License-Identifier: MIT
#include "cli/results/lines.h"

#include <stdlib.h>
#include <string.h>

enum { BEL = 7, ESC = 0x1b, FIRST_ROOM = 256 };

#define SWITCH_TERMINAL ((char)0xff)

static bool make_room(struct lines *l)
{
    if (l->len + 1 < l->room)
        return true;
    if (l->room >= LINES_MAX) {
        l->cut = true;
        return false;
    }
    size_t room = l->room ? 2 * l->room : FIRST_ROOM;
    char *grown = realloc(l->text, room);
    if (!grown) {
        l->out_of_memory = true;
        return false;
    }
    l->text = grown;
    l->room = room;
    return true;
}

static void end_line(struct lines *l)
{
    if (l->len == 0)
        return;
    while (l->len > 0 && l->text[l->len - 1] == ' ')
        l->len--;
    l->text[l->len] = '\0';
    bool empty = l->len == 0;
    l->len = 0;
    if (!empty)
        l->line(l->user, l->text);
}

static bool is_control(char c)
{
    return ((unsigned char)c < ' ' && c != '\t') || c == 0x7f;
}

static void take_plain(struct lines *l, char c)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (is_control(c) && l->len == 0)
        return;
    if (!make_room(l))
        return;
    l->text[l->len++] = c;
    if (is_control(c))
        l->text[l->len - 1] = ' ';
    if (l->len == 3 && memcmp(l->text, mark, 3) == 0)
        l->len = 0;
}

// An end of a line ends an escape too: no terminal shows a line that never came to its end.
static void take_escape(struct lines *l, char c)
{
    switch (l->escape) {
    case LINES_ESCAPE:
        l->escape = c == '[' ? LINES_CSI : c == ']' ? LINES_OSC : LINES_PLAIN;
        if (c >= ' ' && c < '0') // intermediate bytes: the final one follows
            l->escape = LINES_ESCAPE;
        break;
    case LINES_CSI:
        if (c >= '@' && c <= '~')
            l->escape = LINES_PLAIN;
        break;
    case LINES_OSC:
        l->escape = c == BEL ? LINES_PLAIN : c == ESC ? LINES_OSC_ESCAPE : LINES_OSC;
        break;
    case LINES_OSC_ESCAPE:
        l->escape = c == '\\' ? LINES_PLAIN : LINES_OSC;
        break;
    case LINES_TERMINAL:
    case LINES_PLAIN:
        break;
    }
}

// True: c chose a virtual terminal. Otherwise what stood in front of it was a byte like others.
static bool take_terminal(struct lines *l, char c)
{
    l->escape = LINES_PLAIN;
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'))
        return true;
    take_plain(l, SWITCH_TERMINAL);
    return false;
}

void lines_feed(struct lines *l, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = bytes[i];
        if (l->escape == LINES_TERMINAL && take_terminal(l, c))
            continue;
        if (c == '\n' || c == '\r') {
            l->escape = LINES_PLAIN;
            end_line(l);
        } else if (l->escape != LINES_PLAIN) {
            take_escape(l, c);
        } else if (c == ESC) {
            l->escape = LINES_ESCAPE;
        } else if (c == SWITCH_TERMINAL) {
            l->escape = LINES_TERMINAL;
        } else {
            take_plain(l, c);
        }
    }
}

void lines_end(struct lines *l)
{
    if (l->escape == LINES_TERMINAL)
        take_plain(l, SWITCH_TERMINAL);
    l->escape = LINES_PLAIN;
    end_line(l);
}

void lines_free(struct lines *l)
{
    free(l->text);
    l->text = NULL;
    l->len = l->room = 0;
}
