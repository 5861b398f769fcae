// SPDX-License-Identifier: MIT
// The command line: one table of options for all commands, handed to getopt_long() per command.
// Several names may stand for one thing (st-util's --serial is our --probe), so that IDEs which
// know only st-util can start us.
#include "cli/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli/guess.h"
#include "cli/value.h"

#define SLOWEST_HZ 5000u  // of the clocks of a V2
#define LIKELY_KHZ 50000u // below: perhaps kHz was meant

enum option_id {
    OPTION_PROBE = 256, // above every letter: getopt_long() reports both through one number
    OPTION_SPEED,
    OPTION_FREQ,
    OPTION_CONNECT,
    OPTION_JSON,
    OPTION_QUIET,
    OPTION_VERBOSE,
    OPTION_COLOR,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_LISTEN,
    OPTION_PORT,
    OPTION_ALL,
    OPTION_ONCE,
    OPTION_STDIO,
    OPTION_SEMIHOSTING,
    OPTION_SEMIHOSTING_DIR,
    OPTION_SEMIHOSTING_CONSOLE,
    OPTION_NO_RESET,
    OPTION_UNDER_RESET,
    OPTION_HOT_PLUG,
    OPTION_MULTI,
    OPTION_OUTPUT,
    OPTION_HALT,
    OPTION_YES,
    OPTION_DEEP,
    OPTION_EXPLAIN,
    OPTION_GUIDE,
    OPTION_NO_JOURNAL,
    OPTION_WATCH,
    OPTION_TRACE_LOSS,
    OPTION_ELF,
    OPTION_HSE,
    OPTION_ADDRESS,
    OPTION_ERASE,
    OPTION_NO_VERIFY,
    OPTION_FORCE,
    OPTION_RANGE,
    OPTION_RTT,
    OPTION_RTT_PORT,
    OPTION_TIMEOUT,
    OPTION_WAIT,
    OPTION_ALLOW_NO_TESTS,
    OPTION_RTT_RAW,
    OPTION_JUNIT,
    OPTION_TAP,
    OPTION_EXIT_AT,
    OPTION_RECORD,
};

struct option_row {
    enum option_id id;
    enum option_group group;
    unsigned commands;
    char letter;
    const char *name;
    int takes;
    const char *argument; // as the help shows it, with what stands between
    const char *help;
};

static const struct option_row rows[] = {
    {OPTION_LISTEN, GROUP_OWN, COMMAND_SERVE, 0, "listen", required_argument, " [HOST:]PORT",
     "where to listen (127.0.0.1:4242; port 0: any)"},
    {OPTION_ALL, GROUP_OWN, COMMAND_SERVE, 0, "all", no_argument, "",
     "every ST-LINK, each on a port of its own"},
    {OPTION_ONCE, GROUP_OWN, COMMAND_SERVE, 0, "once", no_argument, "",
     "end after the first debugger has left"},
    {OPTION_STDIO, GROUP_OWN, COMMAND_SERVE, 0, "stdio", no_argument, "",
     "one debugger, on standard input and output"},
    {OPTION_RTT_PORT, GROUP_OWN, COMMAND_SERVE, 0, "rtt", required_argument, " [HOST:]PORT",
     "RTT channel 0 as a TCP port (port 0: any)"},
    {OPTION_DEEP, GROUP_OWN, COMMAND_DOCTOR, 0, "deep", no_argument, "",
     "also halt and reset, to test NRST, VDDA and HSE"},
    {OPTION_GUIDE, GROUP_OWN, COMMAND_DOCTOR, 0, "guide", no_argument, "",
     "lead through experiments to the one cause"},
    {OPTION_WATCH, GROUP_OWN, COMMAND_DOCTOR, 0, "watch", no_argument, "",
     "a live meter of supply and wires"},
    {OPTION_TRACE_LOSS, GROUP_OWN, COMMAND_DOCTOR, 0, "trace-loss", no_argument, "",
     "start the program, name what ends debugging"},
    {OPTION_ELF, GROUP_OWN, COMMAND_DOCTOR, 0, "elf", required_argument, " FILE",
     "with --trace-loss: the file of names and lines"},
    {OPTION_TIMEOUT, GROUP_OWN, COMMAND_DOCTOR, 0, "timeout", required_argument, " TIME",
     "with --trace-loss: how long to wait (5)"},
    {OPTION_HSE, GROUP_OWN, COMMAND_DOCTOR, 0, "hse", required_argument, " HZ",
     "what the crystal's frequency should be, such as 8M"},
    {OPTION_EXPLAIN, GROUP_OWN, COMMAND_DOCTOR, 0, "explain", required_argument, " ID",
     "explain a verdict instead of looking for one"},
    {OPTION_SEMIHOSTING, GROUP_OWN, COMMAND_SERVE, 0, "semihosting", no_argument, "",
     "serve the program's semihosting calls"},
    {OPTION_SEMIHOSTING_DIR, GROUP_OWN, COMMAND_SERVE | COMMAND_RUN, 0, "semihosting-dir",
     required_argument, " DIR", "the program's files lie in DIR, not at GDB's host"},
    {OPTION_SEMIHOSTING_CONSOLE, GROUP_OWN, COMMAND_SERVE, 0, "semihosting-console",
     required_argument, " WHERE", "gdb, or stdio: the server's own terminal"},
    {OPTION_OUTPUT, GROUP_OWN, COMMAND_READ, 'o', "output", required_argument, " FILE",
     "write the bytes to FILE"},
    {OPTION_ADDRESS, GROUP_OWN, COMMAND_FLASH | COMMAND_VERIFY | COMMAND_RUN, 'a', "address",
     required_argument, " ADDR", "where a raw binary goes (0x08000000)"},
    {OPTION_ERASE, GROUP_OWN, COMMAND_FLASH | COMMAND_RUN, 0, "erase", required_argument, " HOW",
     "auto, pages, mass (all of the chip) or none"},
    {OPTION_NO_VERIFY, GROUP_OWN, COMMAND_FLASH, 0, "no-verify", no_argument, "",
     "do not compare afterwards"},
    {OPTION_FORCE, GROUP_OWN, COMMAND_FLASH | COMMAND_RUN, 0, "force", no_argument, "",
     "program also what looks like no program"},
    {OPTION_TIMEOUT, GROUP_OWN, COMMAND_RUN, 0, "timeout", required_argument, " TIME",
     "end with status 124 when it runs longer (30s, 5m)"},
    {OPTION_EXIT_AT, GROUP_OWN, COMMAND_RUN, 0, "exit-at", required_argument, " SYMBOL[=N]",
     "end with status N (0) when it gets there"},
    {OPTION_RTT, GROUP_OWN, COMMAND_RUN, 0, "rtt", no_argument, "",
     "RTT channel 0: its output, and input to it"},
    {OPTION_RTT_RAW, GROUP_OWN, COMMAND_RUN, 0, "rtt-raw", required_argument, " FILE",
     "write RTT's bytes (defmt's) to FILE as they are"},
    {OPTION_JUNIT, GROUP_OWN, COMMAND_RUN, 0, "junit", required_argument, " FILE",
     "write its test results to FILE as JUnit XML"},
    {OPTION_TAP, GROUP_OWN, COMMAND_RUN, 0, "tap", no_argument, "",
     "print its test results as TAP"},
    {OPTION_ALLOW_NO_TESTS, GROUP_OWN, COMMAND_RUN, 0, "allow-no-tests", no_argument, "",
     "no test result at all is no failure"},
    {OPTION_RANGE, GROUP_OWN, COMMAND_ERASE, 0, "range", required_argument, " ADDR:LEN",
     "erase these pages only"},
    {OPTION_HALT, GROUP_OWN, COMMAND_RESET | COMMAND_FLASH, 0, "halt", no_argument, "",
     "stop at the first instruction"},
    {OPTION_YES, GROUP_OWN, COMMAND_UNLOCK | COMMAND_OPTIONS, 0, "yes", no_argument, "",
     "do not ask"},

    {OPTION_PROBE, GROUP_COMMON, COMMAND_ALL, 0, "probe", required_argument, " WHICH",
     "SERIAL, usb:BUS-PORT, virtual or replay:FILE"},
    {OPTION_RECORD, GROUP_COMMON, COMMAND_ALL & ~COMMAND_LIST, 0, "record", required_argument,
     " FILE", "write all that is said to the probe to FILE"},
    {OPTION_SPEED, GROUP_COMMON, COMMAND_ALL, 0, "speed", required_argument, " HZ",
     "SWD clock at most this fast, such as 4M or 950k"},
    {OPTION_WAIT, GROUP_COMMON, COMMAND_ALL & ~COMMAND_LIST, 0, "wait", required_argument, " TIME",
     "wait so long for a probe that is busy or absent"},
    {OPTION_CONNECT, GROUP_COMMON, COMMAND_ALL, 0, "connect", required_argument, " HOW",
     "auto, normal, under-reset or hotplug"},
    {OPTION_JSON, GROUP_COMMON, COMMAND_ALL, 0, "json", no_argument, "",
     "one JSON document on standard output"},
    {OPTION_QUIET, GROUP_COMMON, COMMAND_ALL, 'q', "quiet", no_argument, "",
     "say nothing but warnings and errors"},
    {OPTION_VERBOSE, GROUP_COMMON, COMMAND_ALL, 'v', "verbose", optional_argument, "[=N]",
     "say more; twice: every packet and USB command"},
    {OPTION_NO_JOURNAL, GROUP_COMMON, COMMAND_ALL, 0, "no-journal", no_argument, "",
     "do not keep what worked last, nor tell it"},
    {OPTION_COLOR, GROUP_COMMON, COMMAND_ALL, 0, "color", required_argument, " WHEN",
     "auto, always or never"},
    {OPTION_HELP, GROUP_COMMON, COMMAND_ALL, 'h', "help", no_argument, "", "print this"},
    {OPTION_VERSION, GROUP_COMMON, COMMAND_ALL, 'V', "version", no_argument, "",
     "print the version"},

    {OPTION_PORT, GROUP_STUTIL, COMMAND_SERVE, 'p', "port", required_argument, " PORT",
     "as --listen PORT"},
    {OPTION_PORT, GROUP_STUTIL, COMMAND_SERVE, 0, "listen_port", required_argument, " PORT",
     "as --listen PORT"},
    {OPTION_PROBE, GROUP_STUTIL, COMMAND_SERVE, 0, "serial", required_argument, " SERIAL",
     "as --probe SERIAL"},
    {OPTION_NO_RESET, GROUP_STUTIL, COMMAND_SERVE, 'n', "no-reset", no_argument, "",
     "as --connect normal"},
    {OPTION_UNDER_RESET, GROUP_STUTIL, COMMAND_SERVE, 'u', "connect-under-reset", no_argument, "",
     "as --connect under-reset"},
    {OPTION_HOT_PLUG, GROUP_STUTIL, COMMAND_SERVE, 0, "hot-plug", no_argument, "",
     "as --connect hotplug"},
    {OPTION_FREQ, GROUP_STUTIL, COMMAND_SERVE, 'F', "freq", required_argument, " KHZ",
     "as --speed, in kHz when no unit follows"},
    {OPTION_MULTI, GROUP_STUTIL, COMMAND_SERVE, 'm', "multi", no_argument, "",
     "ignored: one debugger may always follow another"},
};

enum { ROW_COUNT = sizeof rows / sizeof *rows };

static const char *const connect_names[] = {
    [TARGET_CONNECT_AUTO] = "auto",
    [TARGET_CONNECT_NORMAL] = "normal",
    [TARGET_CONNECT_UNDER_RESET] = "under-reset",
    [TARGET_CONNECT_HOTPLUG] = "hotplug",
};

static const char *const erase_names[] = {
    [FLASH_ERASE_AUTO] = "auto",
    [FLASH_ERASE_PAGES] = "pages",
    [FLASH_ERASE_MASS] = "mass",
    [FLASH_ERASE_NONE] = "none",
};
static const char *const console_names[] = {"gdb", "stdio"};

static const char *const color_names[] = {
    [OPTIONS_COLOR_AUTO] = "auto",
    [OPTIONS_COLOR_ALWAYS] = "always",
    [OPTIONS_COLOR_NEVER] = "never",
};

// The options whose value is one of a few words.
static const struct choice {
    enum option_id id;
    const char *option;
    const char *const *names;
    int count;
} choices[] = {
#define CHOICE(id, option, names)                                                                  \
    {                                                                                              \
        id, option, names, sizeof(names) / sizeof *(names)                                         \
    }
    CHOICE(OPTION_CONNECT, "--connect", connect_names),
    CHOICE(OPTION_COLOR, "--color", color_names),
    CHOICE(OPTION_ERASE, "--erase", erase_names),
    CHOICE(OPTION_SEMIHOSTING_CONSOLE, "--semihosting-console", console_names),
#undef CHOICE
};

static const struct choice *choice_of(enum option_id id)
{
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
        if (choices[i].id == id)
            return &choices[i];
    return NULL;
}

bool options_row(unsigned n, struct option_info *info)
{
    if (n >= ROW_COUNT)
        return false;
    const struct option_row *row = &rows[n];
    const struct choice *choice = choice_of(row->id);
    *info = (struct option_info){
        .group = row->group,
        .commands = row->commands,
        .letter = row->letter,
        .name = row->name,
        .takes_value = row->takes == required_argument,
        .argument = row->argument,
        .help = row->help,
        .choices = choice ? choice->names : NULL,
        .choice_count = choice ? choice->count : 0,
    };
    return true;
}

// The index of a word in a list, or ERR_USAGE with the list in the sentence.
static enum err choose(int *index, const struct choice *c, const char *word, struct log *log)
{
    char all[128] = "";
    for (int i = 0; i < c->count; i++) {
        if (!strcmp(c->names[i], word)) {
            *index = i;
            return ERR_OK;
        }
        const size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", c->names[i]);
    }
    return log_fail(log, ERR_USAGE, "%s knows no '%s'; there are: %s", c->option, word, all);
}

// -v, -vv, -v99 (st-util's habit), --verbose, --verbose=2.
static enum err parse_verbose(unsigned *verbose, const char *argument, struct log *log)
{
    if (!argument) {
        ++*verbose;
        return ERR_OK;
    }
    const size_t more = strspn(argument, "v");
    if (!argument[more]) {
        *verbose += 1 + (unsigned)more;
        return ERR_OK;
    }
    uint32_t level = 0;
    enum err e = value_parse_number(&level, argument, "level of verbosity", log);
    *verbose = level;
    return e;
}

// Other tools' --speed counts in kHz. No ST-LINK is slower than 5 kHz, so a smaller number of Hz is
// a mistake, which would make everything a thousand times slower without a word.
static enum err parse_speed(uint32_t *hz, const char *text, struct log *log)
{
    const bool bare = text[0] && !text[strspn(text, "0123456789")];
    enum err e = value_parse_hz(hz, text, log);
    if (e == ERR_OK && bare && *hz < SLOWEST_HZ)
        return log_fail(log, ERR_USAGE,
                        "--speed counts in Hz, and %s Hz is slower than any ST-LINK; was %sk meant "
                        "(%s kHz)? %sHz takes the slowest clock there is",
                        text, text, text, text);
    if (e == ERR_OK && bare && *hz < LIKELY_KHZ)
        log_line(log, LOG_WARN, "--speed %s is %s Hz; for %s kHz say %sk", text, text, text, text);
    return e;
}

// st-util's --freq counts in kHz when no unit follows.
static enum err parse_freq(uint32_t *hz, const char *text, struct log *log)
{
    char in_khz[32];
    const bool bare = text[0] && !text[strspn(text, "0123456789")];
    snprintf(in_khz, sizeof in_khz, "%sk", text);
    return value_parse_hz(hz, bare && strlen(text) < sizeof in_khz - 1 ? in_khz : text, log);
}

static enum err parse_choice(struct options *o, enum option_id id, const char *word,
                             struct log *log)
{
    int index = 0;
    enum err e = choose(&index, choice_of(id), word, log);
    if (e != ERR_OK)
        return e;
    if (id == OPTION_SEMIHOSTING_CONSOLE) {
        o->semihosting = true;
        o->semihosting_stdio = index == 1;
    } else if (id == OPTION_CONNECT) {
        o->target.connect = (enum target_connect)index;
    } else if (id == OPTION_ERASE) {
        o->erase = (enum flash_erase)index;
    } else {
        o->color = (enum options_color)index;
    }
    return ERR_OK;
}

// Takes over one option that getopt_long() has recognised.
static enum err take(struct options *o, enum option_id id, const char *argument, struct log *log)
{
    switch (id) {
    case OPTION_PROBE:
        o->probe = argument;
        return ERR_OK;
    case OPTION_SPEED:
        return parse_speed(&o->target.swclk_hz, argument, log);
    case OPTION_FREQ:
        return parse_freq(&o->target.swclk_hz, argument, log);
    case OPTION_CONNECT:
    case OPTION_COLOR:
    case OPTION_ERASE:
    case OPTION_SEMIHOSTING_CONSOLE:
        return parse_choice(o, id, argument, log);
    case OPTION_JSON:
        o->json = true;
        return ERR_OK;
    case OPTION_QUIET:
        o->quiet = true;
        return ERR_OK;
    case OPTION_VERBOSE:
        return parse_verbose(&o->verbose, argument, log);
    case OPTION_HELP:
        o->help = true;
        return ERR_OK;
    case OPTION_VERSION:
        o->version = true;
        return ERR_OK;
    case OPTION_LISTEN:
        return value_parse_listen(o->host, &o->port, argument, log);
    case OPTION_PORT:
        return value_parse_port(&o->port, argument, log);
    case OPTION_ALL:
        o->all = true;
        return ERR_OK;
    case OPTION_STDIO:
        o->stdio = true;
        return ERR_OK;
    case OPTION_ONCE:
        o->once = true;
        return ERR_OK;
    case OPTION_SEMIHOSTING_DIR:
        o->semihosting_dir = argument;
        o->semihosting = true;
        return ERR_OK;
    case OPTION_SEMIHOSTING:
        o->semihosting = true;
        return ERR_OK;
    case OPTION_NO_RESET:
        o->target.connect = TARGET_CONNECT_NORMAL;
        return ERR_OK;
    case OPTION_UNDER_RESET:
        o->target.connect = TARGET_CONNECT_UNDER_RESET;
        return ERR_OK;
    case OPTION_HOT_PLUG:
        o->target.connect = TARGET_CONNECT_HOTPLUG;
        return ERR_OK;
    case OPTION_MULTI:
        return ERR_OK;
    case OPTION_OUTPUT:
        o->output = argument;
        return ERR_OK;
    case OPTION_DEEP:
        o->deep = true;
        return ERR_OK;
    case OPTION_GUIDE:
        o->guide = true;
        return ERR_OK;
    case OPTION_WATCH:
        o->watch = true;
        return ERR_OK;
    case OPTION_TRACE_LOSS:
        o->trace_loss = true;
        return ERR_OK;
    case OPTION_ELF:
        o->elf = argument;
        return ERR_OK;
    case OPTION_NO_JOURNAL:
        o->no_journal = true;
        return ERR_OK;
    case OPTION_HSE:
        return value_parse_hz(&o->hse_hz, argument, log);
    case OPTION_EXPLAIN:
        o->explain = argument;
        return ERR_OK;
    case OPTION_HALT:
        o->halt = true;
        return ERR_OK;
    case OPTION_YES:
        o->yes = true;
        return ERR_OK;
    case OPTION_ADDRESS:
        o->has_address = true;
        return value_parse_number(&o->address, argument, "address", log);
    case OPTION_NO_VERIFY:
        o->no_verify = true;
        return ERR_OK;
    case OPTION_FORCE:
        o->force = true;
        return ERR_OK;
    case OPTION_RTT:
        o->rtt = true;
        return ERR_OK;
    case OPTION_RTT_PORT:
        o->serve_rtt = true;
        return value_parse_listen(o->rtt_host, &o->rtt_port, argument, log);
    case OPTION_TIMEOUT:
        return value_parse_duration(&o->timeout_us, argument, log);
    case OPTION_WAIT:
        return value_parse_duration(&o->wait_us, argument, log);
    case OPTION_ALLOW_NO_TESTS:
        o->allow_no_tests = true;
        return ERR_OK;
    case OPTION_RTT_RAW:
        o->rtt_raw = argument;
        return ERR_OK;
    case OPTION_JUNIT:
        o->junit = argument;
        return ERR_OK;
    case OPTION_TAP:
        o->tap = true;
        return ERR_OK;
    case OPTION_EXIT_AT:
        o->exit_at = argument;
        return ERR_OK;
    case OPTION_RANGE:
        o->range = argument;
        return ERR_OK;
    case OPTION_RECORD:
        o->record = argument;
        return ERR_OK;
    }
    return ERR_USAGE;
}

// What getopt_long() wants: the rows of one command.
struct getopt_tables {
    char letters[1 + 3 * ROW_COUNT + 1];
    struct option longs[ROW_COUNT + 1];
    enum option_id by_letter[256];
};

static void build_tables(struct getopt_tables *t, unsigned command)
{
    *t = (struct getopt_tables){.letters = ":"}; // ":": a missing argument is reported apart
    unsigned count = 0;
    size_t used = 1;
    for (int i = 0; i < ROW_COUNT; i++) {
        const struct option_row *row = &rows[i];
        if (!(row->commands & command))
            continue;
        t->longs[count++] = (struct option){row->name, row->takes, NULL, (int)row->id};
        if (!row->letter)
            continue;
        t->by_letter[(unsigned char)row->letter] = row->id;
        used += (size_t)snprintf(t->letters + used, sizeof t->letters - used, "%c%.*s", row->letter,
                                 row->takes, "::");
    }
}

// The sentence for what getopt_long() refused: `word` is the argument it was looking at.
static enum err refuse(const struct command *command, bool named, int result, const char *word,
                       struct log *log)
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
        return log_fail(log, ERR_USAGE, "too little was said: swdlink %s%s", command->name,
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
    build_tables(&t, command->bit);
    take_program_arguments(o, command, &argc, argv);
    optind = 0; // glibc and musl: start from scratch
    opterr = 0;
    for (;;) {
        const int result = getopt_long(argc, argv, t.letters, t.longs, NULL);
        if (result == -1)
            break;
        if (result == '?' || result == ':')
            return refuse(command, named, result, argv[optind - 1], log);
        const enum option_id id = result < 256 ? t.by_letter[result] : (enum option_id)result;
        enum err e = take(o, id, optarg, log);
        if (e != ERR_OK)
            return e;
        if (o->help || o->version)
            return ERR_OK;
    }
    return take_operands(o, command, argc - optind, argv + optind, log);
}
