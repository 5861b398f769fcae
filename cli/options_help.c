// SPDX-License-Identifier: MIT
// The help: the table of commands and that of options as text.
#include "cli/options.h"

static void print_group(FILE *out, enum option_group group, unsigned command, const char *title)
{
    bool any = false;
    struct option_info row;
    for (unsigned i = 0; options_row(i, &row); i++) {
        if (row.group != group || !(row.commands & command))
            continue;
        if (!any)
            fprintf(out, "\n%s:\n", title);
        any = true;
        char left[40];
        if (row.letter)
            snprintf(left, sizeof left, "-%c, --%s%s", row.letter, row.name, row.argument);
        else
            snprintf(left, sizeof left, "    --%s%s", row.name, row.argument);
        fprintf(out, "  %-26s %s\n", left, row.help);
    }
}

void options_print_help(FILE *out)
{
    fputs("swdlink debugs and flashes STM32 chips through an ST-LINK probe.\n"
          "\n"
          "Usage: swdlink [COMMAND] [OPTION]...\n"
          "\n"
          "Commands:\n",
          out);
    for (unsigned i = 0; i < command_count; i++) {
        char left[40];
        snprintf(left, sizeof left, "%s%s", commands[i].name, commands[i].operands);
        fprintf(out, "  %-21s %s\n", left, commands[i].summary);
    }
    print_group(out, GROUP_COMMON, COMMAND_ALL, "Options of every command");
    fputs("\n"
          "swdlink COMMAND --help (or swdlink help COMMAND) tells the rest;\n"
          "swdlink help monitor lists what GDB's `monitor` takes.\n"
          "\n"
          "Environment: SWDLINK_PROBE names a probe, NO_COLOR forbids colours.\n"
          "Exit status: 0 done; 1 failed, and a sentence says why; 2 wrong usage.\n",
          out);
}

void options_print_command_help(FILE *out, const struct command *command)
{
    fprintf(out, "Usage: swdlink %s%s [OPTION]...\n\n%s: %s\n", command->name, command->operands,
            command->name, command->summary);
    if (command->about[0])
        fprintf(out, "\n%s", command->about);
    print_group(out, GROUP_OWN, command->bit, "Options");
    print_group(out, GROUP_COMMON, command->bit, "Options of every command");
    print_group(out, GROUP_STUTIL, command->bit, "Options that st-util has as well");
}
