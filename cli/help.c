// SPDX-License-Identifier: MIT
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "cli/guess.h"
#include "cli/options.h"
#include "server/monitor.h"

static void print_foreign(const struct monitor_word *w)
{
    printf("  %-28s %s: %s\n", w->word, w->of,
           w->as        ? w->as
           : w->refusal ? w->refusal
           : w->note    ? "is taken and does nothing"
                        : "does what it does there");
}

// All words of our own, or one of anybody's.
static enum err help_monitor(const char *word, struct log *log)
{
    const char *rest;
    const struct monitor_word *one = word ? monitor_find(word, &rest) : NULL;
    if (word && !one)
        return log_fail(log, ERR_USAGE, "there is no `monitor %.60s`", word);
    for (unsigned i = 0; i < monitor_word_count; i++)
        if (monitor_words[i].help && (!one || one == &monitor_words[i]))
            printf("  %-28s %s\n", monitor_words[i].usage, monitor_words[i].help);
    for (unsigned i = 0; i < monitor_foreign_count; i++)
        if (one == &monitor_foreign[i])
            print_foreign(one);
    if (!word)
        puts("\nWords of other servers are taken as well: `monitor help all` in GDB lists them.");
    return ERR_OK;
}

enum err help(int count, char *const *words, struct log *log)
{
    if (count == 0) {
        options_print_help(stdout);
        return ERR_OK;
    }
    if (!strcmp(words[0], "monitor"))
        return help_monitor(count > 1 ? words[1] : NULL, log);
    const struct command *command = command_find(words[0]);
    if (!command)
        return guess_command(words[0], log);
    options_print_command_help(stdout, command);
    return ERR_OK;
}
