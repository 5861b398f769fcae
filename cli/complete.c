// SPDX-License-Identifier: MIT
#include "cli/complete.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/options.h"
#include "cli/probe.h"
#include "cli/virtual.h"
#include "doctor/explain.h"
#include "server/monitor.h"
#include "swd/usb_libusb.h"

#define CANDIDATE_SIZE 128

// What is completed: the part of a word behind `before` ("--probe=").
struct completion {
    FILE *out;
    const char *word;   // as far as it was typed
    const char *before; // printed before each candidate
    size_t before_len;
};

// A serial number may hold anything: what would break the lines is left out.
static bool is_printable(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

static void offer(const struct completion *c, const char *candidate, const char *what)
{
    if (strncmp(candidate, c->word, strlen(c->word)) != 0 || !is_printable(candidate))
        return;
    fprintf(c->out, "%.*s%s", (int)c->before_len, c->before, candidate);
    if (what && *what)
        fprintf(c->out, "\t%s", what);
    fputc('\n', c->out);
}

static void offer_commands(const struct completion *c)
{
    for (unsigned i = 0; i < command_count; i++)
        offer(c, commands[i].name, commands[i].summary);
}

static void offer_options(const struct completion *c, const struct command *command)
{
    struct option_info row;
    char name[CANDIDATE_SIZE];
    for (unsigned i = 0; options_row(i, &row); i++) {
        if (!(row.commands & command->bit))
            continue;
        snprintf(name, sizeof name, "--%s", row.name);
        offer(c, name, row.help);
    }
}

// virtual:CHIP,KEY=VALUE,…: chips, and behind a comma the keys.
static void offer_boards(const struct completion *c)
{
    char board[CANDIDATE_SIZE];
    const char *comma = strrchr(c->word, ','), *name;
    for (unsigned i = 0; !comma && (name = virtual_chip_at(i)); i++) {
        snprintf(board, sizeof board, "virtual:%s", name);
        offer(c, board, "a virtual board");
    }
    for (unsigned i = 0; comma && (name = virtual_key_at(i)); i++) {
        snprintf(board, sizeof board, "%.*s,%s=", (int)(comma - c->word), c->word, name);
        offer(c, board, NULL);
    }
}

static void offer_probes(const struct completion *c)
{
    struct usb_found *found = NULL;
    size_t count = 0;
    struct log log = log_silent();
    if (strncmp(c->word, "virtual:", 8) == 0) {
        offer_boards(c);
        return;
    }
    if (strncmp(c->word, "replay:", 7) == 0) {
        fputs(":files\n", c->out);
        return;
    }
    offer(c, "virtual", "a virtual STM32F031K6");
    offer(c, "virtual:", "a virtual board of your choice");
    offer(c, "replay:", "a record of a conversation");
    if (usb_libusb_list(&found, &count, &log) == ERR_OK)
        for (size_t i = 0; i < count; i++)
            if (found[i].id.serial[0])
                offer(c, found[i].id.serial, probe_model(&found[i].id));
    free(found);
}

static void offer_verdicts(const struct completion *c)
{
    for (unsigned i = 0; i < explanation_count; i++)
        offer(c, explanations[i].id, NULL);
}

static void offer_speeds(const struct completion *c)
{
    static const char *const speeds[] = {"4M",   "1800k", "1200k", "950k", "480k", "240k",
                                         "125k", "100k",  "50k",   "25k",  "15k",  "5k"};
    for (size_t i = 0; i < sizeof speeds / sizeof *speeds; i++)
        offer(c, speeds[i], NULL);
}

// The values of an option, by how the help calls them.
static void offer_values(const struct completion *c, const struct option_info *row)
{
    static const struct {
        const char *argument;
        void (*offer)(const struct completion *c);
    } kinds[] = {
        {" WHICH", offer_probes},
        {" SERIAL", offer_probes},
        {" ID", offer_verdicts},
        {" HZ", offer_speeds},
    };
    for (int i = 0; i < row->choice_count; i++)
        offer(c, row->choices[i], NULL);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(row->argument, kinds[i].argument))
            kinds[i].offer(c);
    if (!strcmp(row->argument, " FILE"))
        fputs(":files\n", c->out);
    if (!strcmp(row->argument, " DIR"))
        fputs(":dirs\n", c->out);
}

// The row of "--name", "--name=…" or "-x" as far as it wants a value.
static bool find_option(const struct command *command, const char *word, struct option_info *row)
{
    const bool is_long = !strncmp(word, "--", 2);
    const size_t len = strcspn(word, "=");
    if (word[0] != '-' || len < 2)
        return false;
    for (unsigned i = 0; options_row(i, row); i++) {
        if (!(row->commands & command->bit) || !row->takes_value)
            continue;
        if (is_long ? strlen(row->name) == len - 2 && !strncmp(word + 2, row->name, len - 2)
                    : len == 2 && word[1] == row->letter)
            return true;
    }
    return false;
}

static void offer_monitor_words(const struct completion *c)
{
    for (unsigned i = 0; i < monitor_word_count; i++)
        if (!strchr(monitor_words[i].word, ' '))
            offer(c, monitor_words[i].word, monitor_words[i].help);
    for (unsigned i = 0; i < monitor_foreign_count; i++)
        if (!strpbrk(monitor_foreign[i].word, " *"))
            offer(c, monitor_foreign[i].word, monitor_foreign[i].of);
}

// swdlink help …
static void offer_help(const struct completion *c, int count, char *const *words)
{
    if (count == 2) {
        offer_commands(c);
        offer(c, "monitor", "what GDB's `monitor` takes");
    } else if (count == 3 && !strcmp(words[1], "monitor")) {
        offer_monitor_words(c);
    }
}

static bool is_behind_dashes(int count, char *const *words)
{
    for (int i = 0; i < count - 1; i++)
        if (!strcmp(words[i], "--"))
            return true;
    return false;
}

static void offer_for(const struct command *command, int count, char *const *words,
                      struct completion *c)
{
    struct option_info row;
    const char *equals = strchr(c->word, '=');
    if (is_behind_dashes(count, words)) {
        fputs(":files\n", c->out);
    } else if (count > 1 && !strchr(words[count - 2], '=') &&
               find_option(command, words[count - 2], &row)) {
        offer_values(c, &row);
    } else if (equals && find_option(command, c->word, &row)) {
        c->before = c->word;
        c->before_len = (size_t)(equals + 1 - c->word);
        c->word = equals + 1;
        offer_values(c, &row);
    } else if (c->word[0] == '-') {
        offer_options(c, command);
    } else if (strstr(command->operands, "FILE")) {
        fputs(":files\n", c->out);
    }
}

void complete(FILE *out, int count, char *const *words)
{
    struct completion c = {.out = out, .word = count > 0 ? words[count - 1] : "", .before = ""};
    if (count <= 1 && c.word[0] != '-') {
        offer_commands(&c);
        offer(&c, "help", "about a command, or `monitor`");
        return;
    }
    if (!strcmp(words[0], "help")) {
        offer_help(&c, count, words);
        return;
    }
    const struct command *command = command_find(words[0][0] == '-' ? "serve" : words[0]);
    if (command)
        offer_for(command, count, words, &c);
}
