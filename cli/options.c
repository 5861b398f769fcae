// SPDX-License-Identifier: MIT
// The command line: the rows of options_table.c, handed to getopt_long() per command.
#include "cli/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/guess.h"
#include "cli/options_table.h"

enum { FIRST_LONG = 256 }; // above every letter: getopt_long() reports both through one number

// The index of the word in the row's list, or ERR_USAGE with the list in the sentence.
static enum err find_choice(int *index, const struct option_row *row, const char *word,
                            struct log *log)
{
    char all[128] = "";
    for (int i = 0; i < row->name_count; i++) {
        if (!strcmp(row->names[i], word)) {
            *index = i;
            return ERR_OK;
        }
        const size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", row->names[i]);
    }
    return log_fail(log, ERR_USAGE, "--%s knows no '%s'; there are: %s", row->name, word, all);
}

// Puts the value of one option where its row says.
static enum err set_option(struct options *o, const struct option_row *row, const char *text,
                           struct log *log)
{
    void *member = (char *)o + row->at;
    struct option_value value = {.text = text};
    enum err e = row->names ? find_choice(&value.choice, row, text, log) : ERR_OK;
    if (e)
        return e;
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)member = true;
        return ERR_OK;
    case OPTION_TEXT:
        *(const char **)member = text;
        return ERR_OK;
    case OPTION_DURATION:
        return value_parse_duration(member, text, log);
    case OPTION_CHOICE:
        memcpy(member, &value.choice, sizeof value.choice);
        return ERR_OK;
    case OPTION_FIXED:
        memcpy(member, &row->fixed, sizeof row->fixed);
        return ERR_OK;
    case OPTION_CALL:
        return row->set(o, &value, log);
    case OPTION_IGNORED:
        return ERR_OK;
    }
    return ERR_USAGE;
}

// What getopt_long() wants: the rows of one command.
struct getopt_tables {
    char letters[1 + 3 * OPTION_ROWS + 1];
    struct option longs[OPTION_ROWS + 1];
    int by_letter[256]; // the number of the row
};

static void build_getopt_tables(struct getopt_tables *t, unsigned command)
{
    *t = (struct getopt_tables){.letters = ":"}; // ":": a missing argument is reported apart
    unsigned count = 0;
    size_t used = 1;
    for (int i = 0; i < OPTION_ROWS; i++) {
        const struct option_row *row = &option_rows[i];
        if (!(row->commands & command))
            continue;
        t->longs[count++] = (struct option){row->name, row->takes, NULL, FIRST_LONG + i};
        if (!row->letter)
            continue;
        t->by_letter[(unsigned char)row->letter] = i;
        used += (size_t)snprintf(t->letters + used, sizeof t->letters - used, "%c%.*s", row->letter,
                                 row->takes, "::");
    }
}

// The sentence for what getopt_long() refused: `word` is the argument it was looking at.
static enum err refuse_option(const struct command *command, bool named, int result,
                              const char *word, struct log *log)
{
    const bool by_name = !strncmp(word, "--", 2);
    char what[64];
    if (by_name)
        snprintf(what, sizeof what, "%.*s", (int)strcspn(word, "="), word);
    else
        snprintf(what, sizeof what, "-%c", optopt);
    if (result == ':')
        return log_fail(log, ERR_USAGE, "%s wants a value", what);
    if (by_name && optopt)
        return log_fail(log, ERR_USAGE, "%s takes no value", what);
    return guess_option(command, named, what, log);
}

static void take_file_behind(struct options *o)
{
    if (o->operand_count > 0 || o->argument_count == 0)
        return;
    o->operand[o->operand_count++] = o->argument[0];
    o->argument++;
    o->argument_count--;
}

static enum err take_operands(struct options *o, const struct command *command, int count,
                              char **operands, struct log *log)
{
    if (count == 0)
        take_file_behind(o);
    if (o->operand_count == command->operand_count && o->operand_count)
        return ERR_OK;
    unsigned most = command->operand_count + command->more_operands;
    if ((unsigned)count > most && command_find(operands[0]))
        return log_fail(log, ERR_USAGE, "the command comes first: swdlink %s …", operands[0]);
    if ((unsigned)count > most)
        return log_fail(log, ERR_USAGE, "%s has no use for '%s'", command->name, operands[most]);
    if ((unsigned)count < command->operand_count)
        return log_fail(log, ERR_USAGE, "an operand is missing: swdlink %s%s", command->name,
                        command->operands);
    for (int i = 0; i < count; i++)
        o->operand[i] = operands[i];
    o->operand_count = (unsigned)count;
    return ERR_OK;
}

// What stands behind "--" is for the program. When no FILE stands before it, it comes first behind
// it: so a runner's command line ends in "--", and takes what others append.
static void take_program_arguments(struct options *o, const struct command *command, int *argc,
                                   char **argv)
{
    int end = 1;
    if (!command->takes_arguments)
        return;
    while (end < *argc && strcmp(argv[end], "--"))
        end++;
    if (end == *argc)
        return;
    o->argument = argv + end + 1;
    o->argument_count = (unsigned)(*argc - end - 1);
    *argc = end;
}

enum err options_parse(struct options *o, const struct command *command, int argc, char **argv,
                       struct log *log)
{
    *o = (struct options){.port = OPTIONS_DEFAULT_PORT,
                          .command = command->name,
                          .words = (const char *const *)argv + 1};
    const char *probe = getenv("SWDLINK_PROBE");
    o->probe = probe && probe[0] ? probe : NULL;

    const bool named = !strcmp(argv[0], command->name);
    struct getopt_tables t;
    build_getopt_tables(&t, command->bit);
    take_program_arguments(o, command, &argc, argv);
    optind = 0; // glibc and musl: start from scratch
    opterr = 0;
    for (;;) {
        const int result = getopt_long(argc, argv, t.letters, t.longs, NULL);
        if (result == -1)
            break;
        if (result == '?' || result == ':')
            return refuse_option(command, named, result, argv[optind - 1], log);
        const int n = result < FIRST_LONG ? t.by_letter[result] : result - FIRST_LONG;
        enum err e = set_option(o, &option_rows[n], optarg, log);
        if (e != ERR_OK)
            return e;
        if (o->help || o->version)
            return ERR_OK;
    }
    return take_operands(o, command, argc - optind, argv + optind, log);
}
