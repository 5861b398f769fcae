// SPDX-License-Identifier: MIT
// swdlink: chooses the command, runs it, turns its error into one sentence and an exit status.
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/signals.h"
#include "base/version.h"
#include "cli/command.h"
#include "cli/complete.h"
#include "cli/conversation.h"
#include "cli/guess.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_status.h"

enum exit_status {
    STATUS_DONE = 0,
    STATUS_FAILED = 1,
    STATUS_USAGE = 2,
    STATUS_SIGNAL = 128,     // and the signal's number
    STATUS_RUN_FAILED = 125, // of run, whose other statuses are the target program's
};

static enum exit_status usage(const struct output *out, const char *sentence, const char *command)
{
    output_error(out, sentence);
    fprintf(stderr, "try swdlink %s%s--help\n", command, command[0] ? " " : "");
    return strcmp(command, "run") == 0 ? STATUS_RUN_FAILED : STATUS_USAGE;
}

// The sentence is told already: nothing hangs on this second telling.
static void print_json_error(struct output *out, enum err e, struct log *log)
{
    if (!out->json_printed && output_json_error(out, e, log) == ERR_OK)
        fflush(stdout);
}

// Words that make no sense do not tell whether a document was wanted: this one does.
static bool wants_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

// Turns the end of a command into a sentence, with --json also into a document, and into the
// status.
static enum exit_status report_error(struct output *out, const struct command *command,
                                     const struct options *o, enum err e, struct log *log)
{
    if (e == ERR_OK)
        e = output_flush(log);
    output_end_if_unread(out);
    // A signal that came when there was nothing left to be ended.
    if (e == ERR_OK && out->status == STATUS_DONE)
        e = signals_check(log);
    if (e == ERR_OK)
        return (enum exit_status)out->status;
    if (o->json)
        print_json_error(out, e, log);
    if (e == ERR_USAGE)
        return usage(out, log_sentence(log, e), command->name);
    output_error(out, log_sentence(log, e));
    if (e == ERR_INTERRUPTED)
        return (enum exit_status)(STATUS_SIGNAL + signals_pending_end());
    return out->failed_status ? (enum exit_status)out->failed_status : STATUS_FAILED;
}

static enum err run_command(const struct command *command, struct options *o, struct output *out,
                            struct log *log)
{
    struct conversation conversation = {0};
    o->conversation = &conversation;
    enum err e = command->run(o, out, log), ended = conversation_end(&conversation, e, log);
    if (ended != e && command->bit == COMMAND_RUN)
        out->failed_status = RUN_STATUS_FAILED; // a record is a file of this computer
    return ended;
}

static enum exit_status run_command_line(const struct command *command, int argc, char **argv,
                                         struct output *out, struct log *log)
{
    struct options o;
    enum err e = options_parse(&o, command, argc, argv, log);
    if (e != ERR_OK && wants_json(argc, argv))
        print_json_error(out, e, log);
    if (e != ERR_OK) // who typed no command is not sent to serve's help
        return usage(out, log_sentence(log, e),
                     strcmp(argv[0], command->name) ? "" : command->name);
    output_configure(out, log, &o);
    if (o.version)
        printf("%s %s\n", PACKAGE_NAME, version_text());
    else if (o.help)
        options_print_command_help(stdout, command);
    else
        e = run_command(command, &o, out, log);
    return report_error(out, command, &o, e, log);
}

static enum exit_status print_help(int count, char *const *words, struct output *out,
                                   struct log *log)
{
    enum err e = help(count, words, log);
    if (e == ERR_OK)
        e = output_flush(log);
    output_end_if_unread(out);
    if (e == ERR_OK)
        return STATUS_DONE;
    if (e == ERR_USAGE)
        return usage(out, log_sentence(log, e), "");
    output_error(out, log_sentence(log, e));
    return STATUS_FAILED;
}

int main(int argc, char **argv)
{
    struct output out = output_default();
    struct log log = output_log(&out);

    output_reserve_standard_files();
    output_outlive_reader(&out);
    // IDEs wait for lines of ours at the other end of a pipe: a line is one write.
    setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
    // The first word is the command; without one, or with an option in its place, it is serve.
    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")))
        return (int)print_help(0, NULL, &out, &log);
    if (argc < 2 || argv[1][0] == '-')
        return (int)run_command_line(command_find("serve"), argc, argv, &out, &log);
    if (!strcmp(argv[1], "__complete")) {
        complete(stdout, argc - 2, argv + 2);
        return STATUS_DONE;
    }
    if (!strcmp(argv[1], "help"))
        return (int)print_help(argc - 2, argv + 2, &out, &log);
    if (!strcmp(argv[1], "version")) {
        printf("%s %s\n", PACKAGE_NAME, version_text());
        return output_flush(&log) == ERR_OK ? STATUS_DONE : STATUS_FAILED;
    }
    const struct command *command = command_find(argv[1]);
    if (!command)
        return (int)usage(&out, log_sentence(&log, guess_command(argv[1], &log)), "");
    return (int)run_command_line(command, argc - 1, argv + 1, &out, &log);
}
