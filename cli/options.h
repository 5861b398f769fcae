// SPDX-License-Identifier: MIT
// What the user typed behind the command: options and operands, and the help that lists them. One
// table in options.c says it all; parsing and help both walk it.
#ifndef SWDLINK_CLI_OPTIONS_H
#define SWDLINK_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/value.h"
#include "targets/target.h"

#define OPTIONS_MAX_OPERANDS 16
#define OPTIONS_DEFAULT_PORT 4242

enum options_color { OPTIONS_COLOR_AUTO, OPTIONS_COLOR_ALWAYS, OPTIONS_COLOR_NEVER };

struct conversation;

struct options {
    bool help, version;
    const char *probe;                 // NULL: the one plugged-in ST-LINK
    const char *record;                // NULL: none
    const char *command;               // its name
    const char *const *words;          // of the command line behind the command, up to a NULL
    struct conversation *conversation; // main()'s; NULL without one
    struct target_options target;
    bool json;
    bool quiet;
    unsigned verbose;
    enum options_color color;
    char host[VALUE_HOST_SIZE];     // serve; empty: loopback
    uint16_t port;                  // serve; 0: any free one
    bool all;                       // serve
    bool stdio;                     // serve
    bool once;                      // serve
    bool no_cache;                  // serve
    bool serve_rtt;                 // serve
    char rtt_host[VALUE_HOST_SIZE]; // serve; empty: loopback
    uint16_t rtt_port;              // serve; 0: any free one
    bool serve_swo, serve_swo_raw;  // serve
    char swo_host[VALUE_HOST_SIZE]; // serve; empty: loopback
    char swo_raw_host[VALUE_HOST_SIZE];
    uint16_t swo_port, swo_raw_port; // serve; 0: any free one
    bool swo;                        // run
    const char *swo_json;            // serve, run; NULL: none
    struct target_swo_options swo_options;
    bool semihosting;            // serve
    bool semihosting_stdio;      // serve
    const char *semihosting_dir; // serve; NULL: GDB's host has the files
    bool deep;                   // doctor
    uint32_t hse_hz;             // doctor; 0: not known
    bool guide;                  // doctor
    bool watch;                  // doctor
    const char *html;            // doctor; NULL: no page
    bool with_serial;            // doctor
    bool trace_loss;             // doctor
    const char *elf;             // doctor; NULL: no names
    bool no_journal;
    const char *explain; // doctor; NULL: look for a verdict
    const char *output;  // read; NULL: standard output
    bool halt;           // reset, flash
    bool yes;            // unlock, options
    bool has_address;    // flash, verify
    uint32_t address;
    enum flash_erase erase; // flash
    bool no_verify;         // flash
    bool read_twice;        // read
    bool force;             // flash, run
    const char *range;      // erase; NULL: all
    bool rtt;               // run
    uint64_t timeout_us;    // run, doctor; 0: not given
    uint64_t wait_us;       // how long a busy or absent probe is waited for
    const char *junit;      // run
    bool tap;               // run
    bool allow_no_tests;    // run
    const char *rtt_raw;    // run; "-": standard output
    char *const *argument;  // run: what goes to the program
    unsigned argument_count;
    const char *exit_at; // run
    unsigned operand_count;
    const char *operand[OPTIONS_MAX_OPERANDS];
};

// argv[0] is the program's or the command's name and is passed over. Strings in *o point into argv
// or the environment. ERR_USAGE with a sentence; --help and --version end the parse with ERR_OK.
enum err options_parse(struct options *o, const struct command *command, int argc, char **argv,
                       struct log *log) MUST_CHECK;

enum option_group { GROUP_OWN, GROUP_COMMON, GROUP_STUTIL };

// A row of the table, for those who list options.
struct option_info {
    enum option_group group;
    unsigned commands; // bits of those that have it
    char letter;       // 0: none
    const char *name;
    bool takes_value;     // it must have one
    const char *argument; // as the help shows it, with what stands between: " FILE"
    const char *help;
    const char *const *choices; // all that it takes; NULL: anything
    int choice_count;
};
// The row at an index; false behind the last.
bool options_row(unsigned n, struct option_info *info);

// `swdlink --help` and `swdlink COMMAND --help`.
void options_print_help(FILE *out);
void options_print_command_help(FILE *out, const struct command *command);

#endif
