// SPDX-License-Identifier: MIT
#include "cli/guess.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/near.h"
#include "cli/options.h"

// What other tools call it.
static const struct {
    const char *theirs, *ours;
} synonyms[] = {
    {"attach", "serve --connect hotplug"},
    {"burn", "flash"},
    {"check", "doctor"},
    {"chip", "info"},
    {"compare", "verify"},
    {"connect", "serve"},
    {"debug", "serve"},
    {"devices", "list"},
    {"diagnose", "doctor"},
    {"download", "flash"},
    {"dump", "read"},
    {"exec", "run"},
    {"gdb", "serve"},
    {"gdbserver", "serve"},
    {"go", "reset"},
    {"halt", "reset --halt"},
    {"load", "flash"},
    {"lock", "options RDP=1"},
    {"ls", "list"},
    {"mass-erase", "erase"},
    {"mass_erase", "erase"},
    {"mem", "read"},
    {"probe", "list"},
    {"probes", "list"},
    {"program", "flash"},
    {"reboot", "reset"},
    {"restart", "reset"},
    {"resume", "reset"},
    {"server", "serve"},
    {"start", "run FILE"},
    {"status", "info"},
    {"stop", "reset --halt"},
    {"test", "run"},
    {"unprotect", "unlock"},
    {"upload", "flash"},
    {"write", "flash"},
};

static const char *nearest_command(const char *word)
{
    const char *near = NULL;
    unsigned best = 0;
    for (unsigned i = 0; i < command_count; i++) {
        unsigned d;
        if (near_is_meant(word, commands[i].name, &d) && (!near || d < best)) {
            near = commands[i].name;
            best = d;
        }
    }
    return near ? near : near_is_slip(word, "help") ? "help" : NULL;
}

enum err guess_command(const char *word, struct log *log)
{
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if (!strcmp(synonyms[i].theirs, word))
            return log_fail(log, ERR_USAGE, "there is no command '%.60s'; swdlink has `swdlink %s`",
                            word, synonyms[i].ours);
    const char *near = nearest_command(word);
    if (near)
        return log_fail(log, ERR_USAGE, "there is no command '%.60s'; did you mean '%s'?", word,
                        near);
    if (strpbrk(word, "./") && access(word, F_OK) == 0)
        return log_fail(log, ERR_USAGE,
                        "there is no command '%.60s'; for the file of that name: swdlink flash "
                        "FILE, or swdlink run FILE",
                        word);
    return log_fail(log, ERR_USAGE, "there is no command '%.60s'", word);
}

// The nearest option that one of these commands has, or NULL; *distance is how near.
static const char *nearest_option(unsigned bits, const char *name, unsigned *distance)
{
    struct option_info row;
    const char *near = NULL;
    for (unsigned i = 0; options_row(i, &row); i++) {
        unsigned d = near_distance(name, row.name);
        if (row.commands & bits && near_is_slip(name, row.name) && (!near || d < *distance)) {
            near = row.name;
            *distance = d;
        }
    }
    return near;
}

// The names of the commands that have it, in `all`.
static bool list_owners(const char *option, char *all, size_t size)
{
    struct option_info row;
    unsigned bits = 0;
    for (unsigned i = 0; options_row(i, &row); i++)
        if (option[1] == '-' ? !strcmp(option + 2, row.name) : option[1] == row.letter)
            bits |= row.commands;
    all[0] = '\0';
    for (unsigned i = 0; i < command_count; i++) {
        size_t used = strlen(all);
        if (bits & commands[i].bit)
            snprintf(all + used, size - used, "%s%s", used ? ", " : "", commands[i].name);
    }
    return bits != 0;
}

// For a name that no command has.
static enum err guess_name(const struct command *command, const char *who, const char *option,
                           struct log *log)
{
    char meant[64], owners[128];
    unsigned here = 0, anywhere = 0;
    const char *own = nearest_option(command->bit, option + 2, &here);
    const char *other = nearest_option(COMMAND_ALL, option + 2, &anywhere);
    snprintf(meant, sizeof meant, "--%s", other ? other : "");
    if (own && here == anywhere)
        return log_fail(log, ERR_USAGE, "%s has no option %s; did you mean --%s?", who, option,
                        own);
    if (other && list_owners(meant, owners, sizeof owners))
        return log_fail(log, ERR_USAGE,
                        "%s has no option %s; did you mean %s, which belongs to %s?", who, option,
                        meant, owners);
    return ERR_OK;
}

enum err guess_option(const struct command *command, bool named, const char *option,
                      struct log *log)
{
    const char *who = named ? command->name : "swdlink without a command";
    char owners[128];
    if (list_owners(option, owners, sizeof owners))
        return log_fail(log, ERR_USAGE, "%s has no option %s; it belongs to: %s", who, option,
                        owners);
    enum err e = option[1] == '-' ? guess_name(command, who, option, log) : ERR_OK;
    if (e != ERR_OK)
        return e;
    return log_fail(log, ERR_USAGE, "%s has no option %s (or it is cut too short to be one)", who,
                    option);
}
