// SPDX-License-Identifier: MIT
// What the board's text says of a wire: words with a + between them.
#include <string.h>

#include "sim/board/board_state.h"

#define MAX_OHMS 1e9

enum { SWD = 1 << BOARD_WIRE_SWD, NRST = 1 << BOARD_WIRE_NRST, SWO = 1 << BOARD_WIRE_SWO };

static const struct {
    const char *word;
    struct sim_wire wire;
    unsigned wires; // that it can be said of
} words[] = {
    {"ok", {0}, SWD | NRST | SWO},
    {"open", {.open = true}, SWD | NRST | SWO},
    {"gnd", {.shorted = SHORT_GND}, SWD | NRST | SWO},
    {"gnd@board", {.shorted = SHORT_GND, .shorted_at_board = true}, SWD | NRST | SWO},
    {"vcc", {.shorted = SHORT_VCC}, SWD | NRST | SWO},
    {"vcc@board", {.shorted = SHORT_VCC, .shorted_at_board = true}, SWD | NRST | SWO},
    {"vdd", {.shorted = SHORT_VCC}, SWD | NRST | SWO},
    {"vdd@board", {.shorted = SHORT_VCC, .shorted_at_board = true}, SWD | NRST | SWO},
    {"slow", {.slow = true}, NRST},
    {"swapped", {.swapped = true}, SWD},
    {"joined", {.joined = true}, SWD},
    {"joined@board", {.joined_at_board = true}, SWD},
    {"weak", {.long_cable = true}, SWD | SWO},
    {"flaky", {.flaky = true}, SWD},
};

static void add_to_wire(struct sim_wire *wire, const struct sim_wire *more)
{
    wire->open |= more->open;
    wire->flaky |= more->flaky;
    wire->long_cable |= more->long_cable;
    wire->swapped |= more->swapped;
    wire->joined |= more->joined;
    wire->joined_at_board |= more->joined_at_board;
    wire->shorted_at_board |= more->shorted_at_board;
    wire->slow |= more->slow;
    if (more->shorted)
        wire->shorted = more->shorted;
}

// Digits with a point, whatever the locale says of points. The end of it goes to *end.
static double parse_decimal(const char *text, const char **end)
{
    double value = 0, unit = 1;
    bool fraction = false;
    for (; (*text >= '0' && *text <= '9') || (*text == '.' && !fraction); text++) {
        if (*text == '.') {
            fraction = true;
            continue;
        }
        value = 10 * value + (*text - '0');
        unit *= fraction ? 10 : 1;
    }
    *end = text;
    return value / unit;
}

static bool begins_with_digit(const char *text)
{
    return *text >= '0' && *text <= '9';
}

// OHMS, with k for a thousand.
static bool parse_ohms(const char *word, uint32_t *ohms)
{
    const char *end;
    double value = parse_decimal(word, &end);
    if (*end == 'k') {
        value *= 1000;
        end++;
    }
    if (!begins_with_digit(word) || *end || value > MAX_OHMS)
        return false;
    *ohms = (uint32_t)value;
    return true;
}

static bool parse_noise(const char *word, double *noise)
{
    const char *end;
    if (strncmp(word, "noise=", 6) != 0 || !begins_with_digit(word + 6))
        return false;
    *noise = parse_decimal(word + 6, &end);
    return !*end && *noise <= 1;
}

static bool parse_word(struct sim_wire *wire, const char *word, enum board_wire which)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].word, word) == 0 && words[i].wires >> which & 1) {
            add_to_wire(wire, &words[i].wire);
            return true;
        }
    return parse_ohms(word, &wire->ohms) ||
           (which == BOARD_WIRE_SWD && parse_noise(word, &wire->noise));
}

bool board_parse_wire(const char *text, enum board_wire which, struct sim_wire *wire)
{
    char copy[128], *rest = copy;
    *wire = (struct sim_wire){0};
    if (strlen(text) >= sizeof copy)
        return false;
    strcpy(copy, text);
    while (rest)
        if (!parse_word(wire, strsep(&rest, "+"), which))
            return false;
    return true;
}
