// SPDX-License-Identifier: MIT
// The table of options for all commands: which command has them, what the help says, and where
// their value goes. Several names may stand for one thing (st-util's --serial is our --probe), so
// that IDEs which know only st-util can start us.
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/options_table.h"

#define SLOWEST_HZ 5000u  // of the clocks of a V2
#define LIKELY_KHZ 50000u // below: perhaps kHz was meant

static const char *const connect_names[] = {
    [TARGET_CONNECT_AUTO] = "auto",
    [TARGET_CONNECT_NORMAL] = "normal",
    [TARGET_CONNECT_UNDER_RESET] = "under-reset",
    [TARGET_CONNECT_HOTPLUG] = "hotplug",
};

static const char *const core_names[] = {
    [TARGET_CORE_FIRST] = "first",
    [TARGET_CORE_SECOND] = "second",
    [TARGET_CORE_M7] = "m7",
    [TARGET_CORE_M4] = "m4",
};

static const char *const erase_names[] = {
    [FLASH_ERASE_AUTO] = "auto",
    [FLASH_ERASE_PAGES] = "pages",
    [FLASH_ERASE_MASS] = "mass",
    [FLASH_ERASE_NONE] = "none",
};

static const char *const color_names[] = {
    [OPTIONS_COLOR_AUTO] = "auto",
    [OPTIONS_COLOR_ALWAYS] = "always",
    [OPTIONS_COLOR_NEVER] = "never",
};

static const char *const console_names[] = {"gdb", "stdio"};

// -v, -vv, -v99 (st-util's habit), --verbose, --verbose=2.
static enum err set_verbose(struct options *o, const struct option_value *v, struct log *log)
{
    if (!v->text) {
        o->verbose++;
        return ERR_OK;
    }
    const size_t more = strspn(v->text, "v");
    if (!v->text[more]) {
        o->verbose += 1 + (unsigned)more;
        return ERR_OK;
    }
    uint32_t level = 0;
    enum err e = value_parse_number(&level, v->text, "level of verbosity", log);
    o->verbose = level;
    return e;
}

static bool has_no_unit(const char *text)
{
    return text[0] && !text[strspn(text, "0123456789")];
}

// Other tools' --speed counts in kHz. No ST-LINK is slower than 5 kHz, so a smaller number of Hz is
// a mistake, which would make everything a thousand times slower without a word.
static enum err set_speed(struct options *o, const struct option_value *v, struct log *log)
{
    const char *text = v->text;
    uint32_t *hz = &o->target.swclk_hz;
    enum err e = value_parse_hz(hz, text, log);
    if (e == ERR_OK && has_no_unit(text) && *hz < SLOWEST_HZ)
        return log_fail(log, ERR_USAGE,
                        "--speed counts in Hz, and %s Hz is slower than any ST-LINK; was %sk meant "
                        "(%s kHz)? %sHz takes the slowest clock there is",
                        text, text, text, text);
    if (e == ERR_OK && has_no_unit(text) && *hz < LIKELY_KHZ)
        log_line(log, LOG_WARN, "--speed %s is %s Hz; for %s kHz say %sk", text, text, text, text);
    return e;
}

// st-util's --freq counts in kHz when no unit follows.
static enum err set_freq(struct options *o, const struct option_value *v, struct log *log)
{
    char in_khz[32];
    const bool fits = strlen(v->text) < sizeof in_khz - 1;
    snprintf(in_khz, sizeof in_khz, "%sk", v->text);
    return value_parse_hz(&o->target.swclk_hz, has_no_unit(v->text) && fits ? in_khz : v->text,
                          log);
}

static enum err set_listen(struct options *o, const struct option_value *v, struct log *log)
{
    return value_parse_listen(o->host, &o->port, v->text, log);
}

static enum err set_port(struct options *o, const struct option_value *v, struct log *log)
{
    return value_parse_port(&o->port, v->text, log);
}

static enum err set_rtt_port(struct options *o, const struct option_value *v, struct log *log)
{
    o->serve_rtt = true;
    return value_parse_listen(o->rtt_host, &o->rtt_port, v->text, log);
}

static enum err set_swo_port(struct options *o, const struct option_value *v, struct log *log)
{
    o->serve_swo = true;
    return value_parse_listen(o->swo_host, &o->swo_port, v->text, log);
}

static enum err set_swo_raw_port(struct options *o, const struct option_value *v, struct log *log)
{
    o->serve_swo_raw = true;
    return value_parse_listen(o->swo_raw_host, &o->swo_raw_port, v->text, log);
}

static enum err set_swo_baud(struct options *o, const struct option_value *v, struct log *log)
{
    return value_parse_hz(&o->swo_options.baud, v->text, log);
}

static enum err set_swo_clock(struct options *o, const struct option_value *v, struct log *log)
{
    return value_parse_hz(&o->swo_options.core_hz, v->text, log);
}

static enum err set_address(struct options *o, const struct option_value *v, struct log *log)
{
    o->has_address = true;
    return value_parse_number(&o->address, v->text, "address", log);
}

static enum err set_hse(struct options *o, const struct option_value *v, struct log *log)
{
    return value_parse_hz(&o->hse_hz, v->text, log);
}

static enum err set_semihosting_dir(struct options *o, const struct option_value *v,
                                    struct log *log)
{
    (void)log;
    o->semihosting_dir = v->text;
    o->semihosting = true;
    return ERR_OK;
}

static enum err set_console(struct options *o, const struct option_value *v, struct log *log)
{
    (void)log;
    o->semihosting = true;
    o->semihosting_stdio = v->choice == 1;
    return ERR_OK;
}

#define AT(field)       offsetof(struct options, field)
#define FLAG(field)     OPTION_FLAG, AT(field), 0, NULL, 0, NULL
#define TEXT(field)     OPTION_TEXT, AT(field), 0, NULL, 0, NULL
#define DURATION(field) OPTION_DURATION, AT(field), 0, NULL, 0, NULL
#define CONNECT(way)    OPTION_FIXED, AT(target.connect), way, NULL, 0, NULL
#define CALL(set)       OPTION_CALL, 0, 0, NULL, 0, set
#define IGNORED         OPTION_IGNORED, 0, 0, NULL, 0, NULL

#define CHOICE(field, names)                                                                       \
    OPTION_CHOICE, AT(field), 0, names, sizeof(names) / sizeof *(names), NULL
#define CALL_CHOICE(set, names) OPTION_CALL, 0, 0, names, sizeof(names) / sizeof *(names), set

const struct option_row option_rows[] = {
    {GROUP_OWN, COMMAND_SERVE, 0, "listen", required_argument, " [HOST:]PORT",
     "where to listen (127.0.0.1:4242; port 0: any)", CALL(set_listen)},
    {GROUP_OWN, COMMAND_SERVE, 0, "all", no_argument, "",
     "every ST-LINK, each on a port of its own", FLAG(all)},
    {GROUP_OWN, COMMAND_SERVE, 0, "once", no_argument, "", "end after the first debugger has left",
     FLAG(once)},
    {GROUP_OWN, COMMAND_SERVE, 0, "stdio", no_argument, "",
     "one debugger, on standard input and output", FLAG(stdio)},
    {GROUP_OWN, COMMAND_SERVE, 0, "rtt", required_argument, " [HOST:]PORT",
     "RTT channel 0 as a TCP port (port 0: any)", CALL(set_rtt_port)},
    {GROUP_OWN, COMMAND_SERVE, 0, "swo", required_argument, " [HOST:]PORT",
     "text of the ITM's ports as a TCP port (port 0: any)", CALL(set_swo_port)},
    {GROUP_OWN, COMMAND_SERVE, 0, "swo-raw", required_argument, " [HOST:]PORT",
     "the ITM's bytes, for IDEs and decoders", CALL(set_swo_raw_port)},
    {GROUP_OWN, COMMAND_RUN, 0, "swo", no_argument, "", "print what it writes to ITM ports",
     FLAG(swo)},
    {GROUP_OWN, COMMAND_SERVE | COMMAND_RUN, 0, "swo-json", required_argument, " FILE",
     "exceptions, PC samples and all else of SWO as JSON", TEXT(swo_json)},
    {GROUP_OWN, COMMAND_SERVE | COMMAND_RUN, 0, "swo-baud", required_argument, " HZ",
     "SWO at most this fast (2M)", CALL(set_swo_baud)},
    {GROUP_OWN, COMMAND_SERVE | COMMAND_RUN, 0, "swo-clock", required_argument, " HZ",
     "the core's clock, until it has been measured", CALL(set_swo_clock)},
    {GROUP_OWN, COMMAND_SERVE, 0, "no-cache", no_argument, "",
     "ask the target anew for whatever GDB asks", FLAG(no_cache)},
    {GROUP_OWN, COMMAND_DOCTOR, 0, "deep", no_argument, "",
     "also halt and reset, to test NRST, VDDA and HSE", FLAG(deep)},
    {GROUP_OWN, COMMAND_DOCTOR, 0, "guide", no_argument, "",
     "lead through experiments to the one cause", FLAG(guide)},
    {GROUP_OWN, COMMAND_DOCTOR, 0, "watch", no_argument, "", "a live meter of supply and wires",
     FLAG(watch)},
    {GROUP_OWN, COMMAND_DOCTOR, 0, "html", required_argument, " FILE",
     "the report as one page, for a forum or a bug report", TEXT(html)},
    {GROUP_OWN, COMMAND_DOCTOR, 0, "with-serial", no_argument, "",
     "with --html: the probe's whole serial number", FLAG(with_serial)},
    {GROUP_OWN, COMMAND_DOCTOR, 0, "trace-loss", no_argument, "",
     "start the program, name what ends debugging", FLAG(trace_loss)},
    {GROUP_OWN, COMMAND_DOCTOR, 0, "elf", required_argument, " FILE",
     "with --trace-loss: the file of names and lines", TEXT(elf)},
    {GROUP_OWN, COMMAND_DOCTOR, 0, "timeout", required_argument, " TIME",
     "with --trace-loss: how long to wait (5)", DURATION(timeout_us)},
    {GROUP_OWN, COMMAND_DOCTOR, 0, "hse", required_argument, " HZ",
     "what the crystal's frequency should be, such as 8M", CALL(set_hse)},
    {GROUP_OWN, COMMAND_DOCTOR, 0, "explain", required_argument, " ID",
     "explain a verdict instead of looking for one", TEXT(explain)},
    {GROUP_OWN, COMMAND_SERVE, 0, "semihosting", no_argument, "",
     "serve the program's semihosting calls", FLAG(semihosting)},
    {GROUP_OWN, COMMAND_SERVE | COMMAND_RUN, 0, "semihosting-dir", required_argument, " DIR",
     "the program's files lie in DIR, not at GDB's host", CALL(set_semihosting_dir)},
    {GROUP_OWN, COMMAND_SERVE, 0, "semihosting-console", required_argument, " WHERE",
     "gdb, or stdio: the server's own terminal", CALL_CHOICE(set_console, console_names)},
    {GROUP_OWN, COMMAND_READ, 'o', "output", required_argument, " FILE", "write the bytes to FILE",
     TEXT(output)},
    {GROUP_OWN, COMMAND_READ, 0, "verify", no_argument, "", "read twice and compare",
     FLAG(read_twice)},
    {GROUP_OWN, COMMAND_FLASH | COMMAND_VERIFY | COMMAND_RUN, 'a', "address", required_argument,
     " ADDR", "where a raw binary goes (0x08000000)", CALL(set_address)},
    {GROUP_OWN, COMMAND_FLASH | COMMAND_RUN, 0, "erase", required_argument, " HOW",
     "auto, pages, mass (all of the chip) or none", CHOICE(erase, erase_names)},
    {GROUP_OWN, COMMAND_FLASH, 0, "no-verify", no_argument, "", "do not compare afterwards",
     FLAG(no_verify)},
    {GROUP_OWN, COMMAND_FLASH | COMMAND_RUN, 0, "force", no_argument, "",
     "program also what looks like no program", FLAG(force)},
    {GROUP_OWN, COMMAND_RUN, 0, "timeout", required_argument, " TIME",
     "end with status 124 when it runs longer (30s, 5m)", DURATION(timeout_us)},
    {GROUP_OWN, COMMAND_RUN, 0, "exit-at", required_argument, " SYMBOL[=N]",
     "end with status N (0) when it gets there", TEXT(exit_at)},
    {GROUP_OWN, COMMAND_RUN, 0, "rtt", no_argument, "",
     "RTT channel 0: its output, and input to it", FLAG(rtt)},
    {GROUP_OWN, COMMAND_RUN, 0, "rtt-raw", required_argument, " FILE",
     "write RTT's bytes (defmt's) to FILE as they are", TEXT(rtt_raw)},
    {GROUP_OWN, COMMAND_RUN, 0, "junit", required_argument, " FILE",
     "write its test results to FILE as JUnit XML", TEXT(junit)},
    {GROUP_OWN, COMMAND_RUN, 0, "tap", no_argument, "", "print its test results as TAP", FLAG(tap)},
    {GROUP_OWN, COMMAND_RUN, 0, "allow-no-tests", no_argument, "",
     "no test result at all is no failure", FLAG(allow_no_tests)},
    {GROUP_OWN, COMMAND_ERASE, 0, "range", required_argument, " ADDR:LEN", "erase these pages only",
     TEXT(range)},
    {GROUP_OWN, COMMAND_RESET | COMMAND_FLASH, 0, "halt", no_argument, "",
     "stop at the first instruction", FLAG(halt)},
    {GROUP_OWN, COMMAND_UNLOCK | COMMAND_OPTIONS, 0, "yes", no_argument, "", "do not ask",
     FLAG(yes)},

    {GROUP_COMMON, COMMAND_PROBES, 0, "probe", required_argument, " WHICH",
     "SERIAL, usb:BUS-PORT, virtual or replay:FILE", TEXT(probe)},
    {GROUP_COMMON, COMMAND_PROBES & ~COMMAND_LIST, 0, "record", required_argument, " FILE",
     "write all that is said to the probe to FILE", TEXT(record)},
    {GROUP_COMMON, COMMAND_PROBES, 0, "speed", required_argument, " HZ",
     "SWD clock at most this fast, such as 4M or 950k", CALL(set_speed)},
    {GROUP_COMMON, COMMAND_PROBES & ~COMMAND_LIST, 0, "wait", required_argument, " TIME",
     "wait so long for a probe that is busy or absent", DURATION(wait_us)},
    {GROUP_COMMON, COMMAND_PROBES, 0, "connect", required_argument, " HOW",
     "auto, normal, under-reset or hotplug", CHOICE(target.connect, connect_names)},
    {GROUP_COMMON, COMMAND_PROBES & ~COMMAND_LIST, 0, "core", required_argument, " CORE",
     "of a chip with two: first, second, m7 or m4", CHOICE(target.which_core, core_names)},
    {GROUP_COMMON, COMMAND_ALL, 0, "json", no_argument, "", "one JSON document on standard output",
     FLAG(json)},
    {GROUP_COMMON, COMMAND_ALL, 'q', "quiet", no_argument, "",
     "say nothing but warnings and errors", FLAG(quiet)},
    {GROUP_COMMON, COMMAND_ALL, 'v', "verbose", optional_argument, "[=N]",
     "say more; twice: every packet and USB command", CALL(set_verbose)},
    {GROUP_COMMON, COMMAND_PROBES, 0, "no-journal", no_argument, "",
     "do not keep what worked last, nor tell it", FLAG(no_journal)},
    {GROUP_COMMON, COMMAND_ALL, 0, "color", required_argument, " WHEN", "auto, always or never",
     CHOICE(color, color_names)},
    {GROUP_COMMON, COMMAND_ALL, 'h', "help", no_argument, "", "print this", FLAG(help)},
    {GROUP_COMMON, COMMAND_ALL, 'V', "version", no_argument, "", "print the version",
     FLAG(version)},

    {GROUP_STUTIL, COMMAND_SERVE, 'p', "port", required_argument, " PORT", "as --listen PORT",
     CALL(set_port)},
    {GROUP_STUTIL, COMMAND_SERVE, 0, "listen_port", required_argument, " PORT", "as --listen PORT",
     CALL(set_port)},
    {GROUP_STUTIL, COMMAND_SERVE, 0, "serial", required_argument, " SERIAL", "as --probe SERIAL",
     TEXT(probe)},
    {GROUP_STUTIL, COMMAND_SERVE, 'n', "no-reset", no_argument, "", "as --connect normal",
     CONNECT(TARGET_CONNECT_NORMAL)},
    {GROUP_STUTIL, COMMAND_SERVE, 'u', "connect-under-reset", no_argument, "",
     "as --connect under-reset", CONNECT(TARGET_CONNECT_UNDER_RESET)},
    {GROUP_STUTIL, COMMAND_SERVE, 0, "hot-plug", no_argument, "", "as --connect hotplug",
     CONNECT(TARGET_CONNECT_HOTPLUG)},
    {GROUP_STUTIL, COMMAND_SERVE, 'F', "freq", required_argument, " KHZ",
     "as --speed, in kHz when no unit follows", CALL(set_freq)},
    {GROUP_STUTIL, COMMAND_SERVE, 'm', "multi", no_argument, "",
     "ignored: one debugger may always follow another", IGNORED},
};

static_assert(sizeof option_rows / sizeof *option_rows == OPTION_ROWS,
              "options_table.h counts them");

bool options_row(unsigned n, struct option_info *info)
{
    if (n >= OPTION_ROWS)
        return false;
    const struct option_row *row = &option_rows[n];
    *info = (struct option_info){
        .group = row->group,
        .commands = row->commands,
        .letter = row->letter,
        .name = row->name,
        .takes_value = row->takes == required_argument,
        .argument = row->argument,
        .help = row->help,
        .choices = row->names,
        .choice_count = row->name_count,
    };
    return true;
}
