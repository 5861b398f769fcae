// SPDX-License-Identifier: MIT
#include "cli/terminal.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_COLUMNS 80u
#define FEWEST        40u // on fewer the words stand one below the other
#define LABEL_MAX     16u // columns before the text of a line: "  registers  ", "   12 %  "

static struct winsize size_of(FILE *out)
{
    struct winsize size = {0};
    if (!isatty(fileno(out)))
        return size;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) || size.ws_col == 0)
        size.ws_col = USUAL_COLUMNS;
    if (size.ws_col < FEWEST)
        size.ws_col = FEWEST;
    return size;
}

unsigned terminal_columns(FILE *out)
{
    return size_of(out).ws_col;
}

unsigned terminal_rows(FILE *out)
{
    return size_of(out).ws_row;
}

// Bytes that begin a character; each has one column in what we print.
static unsigned columns_of(const char *text, size_t len)
{
    unsigned columns = 0;
    for (size_t i = 0; i < len; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    return columns;
}

static bool ends_label(const char *line, size_t at)
{
    return (at > 1 && line[at - 1] == '.' && isdigit((unsigned char)line[at - 2]) &&
            line[at] == ' ') ||
           (line[at] == ' ' && line[at + 1] == ' ');
}

// The column at which the line's text begins.
static unsigned find_hang(const char *line, size_t len)
{
    size_t begin = strspn(line, " ");
    for (size_t at = begin + 1; at + 1 < len && at < LABEL_MAX; at++) {
        if (!ends_label(line, at))
            continue;
        at += strspn(line + at, " ");
        return at < LABEL_MAX ? (unsigned)at : (unsigned)begin;
    }
    return (unsigned)begin;
}

// How many bytes of the rest of a line fit, up to the end of a word; at least one word.
static size_t fit(const char *rest, size_t len, unsigned columns)
{
    size_t good = 0;
    for (size_t at = strspn(rest, " "); at < len; at++) {
        at += strcspn(rest + at, " \n");
        at = at < len ? at : len;
        if (good && columns_of(rest, at) > columns)
            break;
        good = at;
    }
    return good ? good : len;
}

static void print_line(FILE *out, const char *line, size_t len, unsigned columns)
{
    const unsigned hang = find_hang(line, len);
    size_t used = columns && columns_of(line, len) > columns ? fit(line, len, columns) : len;
    fprintf(out, "%.*s\n", (int)used, line);
    while (used < len) {
        used += strspn(line + used, " ");
        const size_t part = fit(line + used, len - used, columns - hang);
        fprintf(out, "%*s%.*s\n", (int)hang, "", (int)part, line + used);
        used += part;
    }
}

void terminal_print(FILE *out, const char *text, unsigned columns)
{
    while (*text) {
        const size_t len = strcspn(text, "\n");
        print_line(out, text, len, columns);
        text += len + (text[len] == '\n');
    }
}

// The line goes on in the next one.
static bool flows(const char *line, size_t len)
{
    const char next = line[len] ? line[len + 1] : '\0';
    return len && line[0] != ' ' && next && next != '\n' && next != ' ';
}

void terminal_print_paragraphs(FILE *out, const char *text, unsigned columns)
{
    char paragraph[TERMINAL_PARAGRAPH];
    size_t used = 0;
    while (*text) {
        const size_t len = strcspn(text, "\n");
        const bool more = columns && flows(text, len) && used + len + 1 < sizeof paragraph;
        used += (size_t)snprintf(paragraph + used, sizeof paragraph - used, "%.*s%s", (int)len,
                                 text, more ? " " : "");
        if (!more || used >= sizeof paragraph) {
            terminal_print(out, used ? paragraph : "\n", columns);
            used = 0;
            paragraph[0] = '\0';
        }
        text += len + (text[len] == '\n');
    }
}
