// SPDX-License-Identifier: MIT
// swdlink list-chips: which chips there are, what can be done with them, and how well that was
// tried. The tables of README.md and of the manual are made from this (scripts/chip-tables).
#include <stdio.h>

#include "cli/chip_support.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cortex/core_caps.h"

#define PARTNO_SHIFT 4u // of CPUID

static const char *core_of(const struct die *die)
{
    return core_caps_core_name((uint32_t)die->core << PARTNO_SHIFT);
}

static const char *mark(bool yes)
{
    return yes ? "yes" : "-";
}

static void print_row(const struct die *die, int name_width)
{
    const struct chip_support s = chip_support_of(die);
    printf("0x%03x  %-*s  %-10s  %-5s  %-7s  %-10s  %-6s  %s\n", die->dev_id, name_width, die->name,
           core_of(die), mark(s.flash), mark(s.options), mark(s.protection), mark(s.doctor),
           chip_support_tried_text(&s));
}

static int widest_name(void)
{
    int widest = 0;
    for (unsigned i = 0; i < die_count; i++) {
        const int width = snprintf(NULL, 0, "%s", dies[i].name);
        if (width > widest)
            widest = width;
    }
    return widest;
}

static void print_all(void)
{
    const int width = widest_name();
    printf("%-5s  %-*s  %-10s  %-5s  %-7s  %-10s  %-6s  %s\n", "id", width, "chips", "core",
           "flash", "options", "protection", "doctor", "tried");
    for (unsigned i = 0; i < die_count; i++)
        print_row(&dies[i], width);
    printf(
        "\nAll of them are named where their id can be read, and all whose core is at the first access "
        "port\n(an STM32H5's is not) can be debugged: core, memory, breakpoints, programs in RAM,\n"
        "semihosting and RTT. flash: load, flash, erase, verify. options: option bytes by "
        "name.\nprotection: its level, and unlock. doctor: what it knows of the chip beside core "
        "and wires.\n");
}

static json_t *die_json(const struct die *die)
{
    const struct chip_support s = chip_support_of(die);
    return json_pack("{s:i, s:s, s:s, s:s, s:o}", "device_id", (int)die->dev_id, "family",
                     die->family, "name", die->name, "core", core_of(die), "support",
                     chip_support_json(&s));
}

enum err cmd_list_chips(const struct options *o, struct output *out, struct log *log)
{
    if (!o->json) {
        print_all();
        return ERR_OK;
    }
    json_t *chips = json_array();
    for (unsigned i = 0; i < die_count; i++)
        json_array_append_new(chips, die_json(&dies[i]));
    return output_json(out, json_pack("{s:i, s:o}", "schema", OUTPUT_SCHEMA, "chips", chips), log);
}
