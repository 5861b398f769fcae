// SPDX-License-Identifier: MIT
// The commands of swdlink, one file each (cmd_NAME.c) and one row each in the table of command.c.
#ifndef SWDLINK_CLI_COMMAND_H
#define SWDLINK_CLI_COMMAND_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"

struct options;
struct output;

// One bit per command: which options belong to which command is said with these in options.c.
#define COMMAND_SERVE      (1u << 0)
#define COMMAND_LIST       (1u << 1)
#define COMMAND_INFO       (1u << 2)
#define COMMAND_READ       (1u << 3)
#define COMMAND_RESET      (1u << 4)
#define COMMAND_UNLOCK     (1u << 5)
#define COMMAND_FLASH      (1u << 6)
#define COMMAND_ERASE      (1u << 7)
#define COMMAND_VERIFY     (1u << 8)
#define COMMAND_OPTIONS    (1u << 9)
#define COMMAND_RUN        (1u << 10)
#define COMMAND_DOCTOR     (1u << 11)
#define COMMAND_LIST_CHIPS (1u << 12)
#define COMMAND_ALL        ((1u << 13) - 1)
#define COMMAND_PROBES     (COMMAND_ALL & ~COMMAND_LIST_CHIPS) // those that want a probe

struct command {
    const char *name;
    unsigned bit;
    unsigned operand_count; // it takes exactly that many
    unsigned more_operands; // or up to so many more
    bool takes_arguments;   // what stands behind "--" goes to the program on the target
    const char *operands; // as its help shows them, with a space before; empty when there are none
    const char *summary;  // one line of `swdlink --help`
    const char *about;    // what its own --help says beyond that; lines end in a newline
    // Prints what was asked for on standard output. ERR_USAGE ends the program with status 2, any
    // other error with status 1; the log holds the sentence.
    enum err (*run)(const struct options *o, struct output *out, struct log *log);
};

extern const struct command commands[];
extern const unsigned command_count;

// NULL when there is none of that name.
const struct command *command_find(const char *name);

enum err cmd_serve(const struct options *o, struct output *out, struct log *log) MUST_CHECK;
enum err cmd_doctor(const struct options *o, struct output *out, struct log *log) MUST_CHECK;
enum err cmd_list_chips(const struct options *o, struct output *out, struct log *log) MUST_CHECK;
enum err cmd_list(const struct options *o, struct output *out, struct log *log) MUST_CHECK;
enum err cmd_info(const struct options *o, struct output *out, struct log *log) MUST_CHECK;
enum err cmd_read(const struct options *o, struct output *out, struct log *log) MUST_CHECK;
enum err cmd_reset(const struct options *o, struct output *out, struct log *log) MUST_CHECK;
enum err cmd_unlock(const struct options *o, struct output *out, struct log *log) MUST_CHECK;
enum err cmd_flash(const struct options *o, struct output *out, struct log *log) MUST_CHECK;
enum err cmd_erase(const struct options *o, struct output *out, struct log *log) MUST_CHECK;
enum err cmd_verify(const struct options *o, struct output *out, struct log *log) MUST_CHECK;
enum err cmd_run(const struct options *o, struct output *out, struct log *log) MUST_CHECK;
enum err cmd_options(const struct options *o, struct output *out, struct log *log) MUST_CHECK;

#endif
