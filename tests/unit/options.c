// SPDX-License-Identifier: MIT
// cli/: values as people type them, the options of each command, the help.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"
#include "cli/output.h"
#include "cli/value.h"
#include "tests/unit/choose.h"

// The table of commands wants their functions; nothing is run here.
enum err cmd_serve(const struct options *o, struct output *out, struct log *log)
{
    (void)o;
    (void)out;
    return log_fail(log, ERR_UNSUPPORTED, "not here");
}

enum err cmd_doctor(const struct options *o, struct output *out, struct log *log)
{
    return cmd_serve(o, out, log);
}
enum err cmd_list(const struct options *o, struct output *out, struct log *log)
{
    return cmd_serve(o, out, log);
}

enum err cmd_list_chips(const struct options *o, struct output *out, struct log *log)
{
    return cmd_serve(o, out, log);
}

enum err cmd_info(const struct options *o, struct output *out, struct log *log)
{
    return cmd_serve(o, out, log);
}

enum err cmd_read(const struct options *o, struct output *out, struct log *log)
{
    return cmd_serve(o, out, log);
}

enum err cmd_reset(const struct options *o, struct output *out, struct log *log)
{
    return cmd_serve(o, out, log);
}

enum err cmd_unlock(const struct options *o, struct output *out, struct log *log)
{
    return cmd_serve(o, out, log);
}

enum err cmd_run(const struct options *o, struct output *out, struct log *log)
{
    return cmd_serve(o, out, log);
}

enum err cmd_flash(const struct options *o, struct output *out, struct log *log)
{
    return cmd_serve(o, out, log);
}

enum err cmd_erase(const struct options *o, struct output *out, struct log *log)
{
    return cmd_serve(o, out, log);
}

enum err cmd_verify(const struct options *o, struct output *out, struct log *log)
{
    return cmd_serve(o, out, log);
}

enum err cmd_options(const struct options *o, struct output *out, struct log *log)
{
    return cmd_serve(o, out, log);
}

static enum err parse(struct options *o, struct log *log, const char *line)
{
    static const char separator[] = " ";
    char *copy = strdup(line), *argv[16], *rest = NULL;
    int argc = 0;
    for (char *word = strtok_r(copy, separator, &rest); word && argc < 15;
         word = strtok_r(NULL, separator, &rest))
        argv[argc++] = word;
    argv[argc] = NULL;
    *log = log_silent();
    enum err e = options_parse(o, command_find(argv[0]), argc, argv, log);
    free(copy); // callers look at numbers, or at strings before the next parse through good()
    return e;
}

static struct options good(const char *line)
{
    struct options o;
    struct log log;
    if (parse(&o, &log, line) != ERR_OK)
        fail_msg("%s: %s", line, log.sentence);
    return o;
}

static void assert_refused(const char *line, const char *part_of_sentence)
{
    struct options o;
    struct log log;
    assert_int_equal(parse(&o, &log, line), ERR_USAGE);
    if (!strstr(log.sentence, part_of_sentence))
        fail_msg("%s: '%s' does not say '%s'", line, log.sentence, part_of_sentence);
}

static void frequencies_are_read_with_and_without_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t hz;
    } cases[] = {
        {"4M", 4000000},     {"950k", 950000},
        {"480000", 480000},  {"1.8M", 1800000},
        {"1.8MHz", 1800000}, {"125KHZ", 125000},
        {"5kHz", 5000},      {"240000Hz", 240000},
        {"0.0000019M", 1},   {"4294967295", 4294967295u},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log log = log_silent();
        uint32_t hz = 0;
        assert_int_equal(value_parse_hz(&hz, cases[i].text, &log), ERR_OK);
        assert_int_equal(hz, cases[i].hz);
    }
}

static void what_is_no_frequency_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {"",   "M",   "0",   "-4M",   "4G",         "4 M",   "1.M",
                                        "4x", "0.4", "4Mk", "1.2.3", "4294967296", "5000M", ".5M"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log log = log_silent();
        uint32_t hz = 0;
        if (value_parse_hz(&hz, cases[i], &log) != ERR_USAGE)
            fail_msg("'%s' was taken for %u Hz", cases[i], hz);
    }
}

static void numbers_are_decimal_or_hexadecimal_and_take_k_and_m(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t number;
    } cases[] = {
        {"0", 0},        {"1024", 1024},   {"010", 10},
        {"0x400", 1024}, {"0X1f", 31},     {"32K", 32768},
        {"2M", 1 << 21}, {"0x10k", 16384}, {"0xffffffff", 0xffffffff},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log log = log_silent();
        uint32_t number = 99;
        assert_int_equal(value_parse_number(&number, cases[i].text, "length", &log), ERR_OK);
        assert_int_equal(number, cases[i].number);
    }
    static const char *const bad[] = {"",   "0x", "x10",        "-1",    "+1",          " 1",
                                      "1f", "4G", "4294967296", "4096M", "0x100000000", "1KB"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct log log = log_silent();
        uint32_t number = 0;
        if (value_parse_number(&number, bad[i], "length", &log) != ERR_USAGE)
            fail_msg("'%s' was taken for %u", bad[i], number);
    }
}

static void addresses_to_listen_on_have_an_optional_host(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host;
        uint16_t port;
    } cases[] = {
        {"4242", "", 4242},          {":4242", "", 4242},         {"localhost:1", "localhost", 1},
        {"[::1]:4242", "::1", 4242}, {"0.0.0.0:0", "0.0.0.0", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log log = log_silent();
        char host[VALUE_HOST_SIZE] = "before";
        uint16_t port = 9;
        assert_int_equal(value_parse_listen(host, &port, cases[i].text, &log), ERR_OK);
        assert_string_equal(host, cases[i].host);
        assert_int_equal(port, cases[i].port);
    }
    static const char *const bad[] = {"", ":", "host:", "65536", "host:99999", "::1:4242", "host"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct log log = log_silent();
        char host[VALUE_HOST_SIZE];
        uint16_t port;
        if (value_parse_listen(host, &port, bad[i], &log) != ERR_USAGE)
            fail_msg("'%s' was taken for an address", bad[i]);
    }
    char *endless = calloc(1, VALUE_HOST_SIZE + 4);
    memset(endless, 'h', VALUE_HOST_SIZE);
    memcpy(endless + VALUE_HOST_SIZE, ":1", 3);
    struct log log = log_silent();
    char host[VALUE_HOST_SIZE];
    uint16_t port;
    assert_int_equal(value_parse_listen(host, &port, endless, &log), ERR_USAGE);
    free(endless);
}

static void nothing_said_means_loopback_port_4242_and_connect_auto(void **state)
{
    (void)state;
    unsetenv("SWDLINK_PROBE");
    const struct options o = good("serve");
    assert_null(o.probe);
    assert_int_equal(o.port, 4242);
    assert_string_equal(o.host, "");
    assert_int_equal(o.target.connect, TARGET_CONNECT_AUTO);
    assert_int_equal(o.target.swclk_hz, 0);
    assert_false(o.once || o.json || o.quiet || o.help || o.version);
}

static void the_environment_names_a_probe_unless_an_option_does(void **state)
{
    (void)state;
    setenv("SWDLINK_PROBE", "066EFF", 1);
    assert_string_equal(good("info").probe, "066EFF");
    char *argv[] = {(char[]){"info"}, (char[]){"--probe=virtual"}, NULL};
    struct options o;
    struct log log = log_silent();
    assert_int_equal(options_parse(&o, command_find("info"), 2, argv, &log), ERR_OK);
    assert_string_equal(o.probe, "virtual");
    setenv("SWDLINK_PROBE", "", 1);
    assert_null(good("info").probe);
    unsetenv("SWDLINK_PROBE");
}

static void where_the_program_finds_console_and_files_can_be_said(void **state)
{
    (void)state;
    struct options o = good("serve");
    assert_false(o.semihosting || o.semihosting_stdio || o.semihosting_dir);
    assert_true(good("serve --semihosting").semihosting);
    o = good("serve --semihosting-console stdio --semihosting-dir /tmp");
    assert_true(o.semihosting && o.semihosting_stdio && o.semihosting_dir);
    assert_false(o.no_cache);
    assert_true(good("serve --no-cache").no_cache);
    o = good("serve --semihosting-console gdb");
    assert_true(o.semihosting && !o.semihosting_stdio);
    assert_refused("serve --semihosting-console here", "there are: gdb, stdio");
}

static void every_way_to_connect_has_its_word(void **state)
{
    (void)state;
    assert_int_equal(good("info --connect auto").target.connect, TARGET_CONNECT_AUTO);
    assert_int_equal(good("info --connect normal").target.connect, TARGET_CONNECT_NORMAL);
    assert_int_equal(good("info --connect=under-reset").target.connect, TARGET_CONNECT_UNDER_RESET);
    assert_int_equal(good("info --connect hotplug").target.connect, TARGET_CONNECT_HOTPLUG);
    assert_refused("info --connect cold", "there are: auto, normal, under-reset, hotplug");
    assert_refused("info --color sometimes", "there are: auto, always, never");
}

static void operands_may_stand_before_options(void **state)
{
    (void)state;
    struct log log = log_silent();
    struct options o;
    char *argv[] = {(char[]){"read"},
                    (char[]){"0x08000000"},
                    (char[]){"--json"},
                    (char[]){"1K"},
                    (char[]){"-o"},
                    (char[]){"f.bin"},
                    NULL};
    assert_int_equal(options_parse(&o, command_find("read"), 6, argv, &log), ERR_OK);
    assert_string_equal(o.operand[0], "0x08000000");
    assert_string_equal(o.operand[1], "1K");
    assert_string_equal(o.output, "f.bin");
    assert_true(o.json);
}

static void what_an_ide_says_to_st_util_is_understood(void **state)
{
    (void)state;
    struct options o = good("serve -p 50000 --no-reset --serial 37FF71064E57343632290243");
    assert_int_equal(o.port, 50000);
    assert_int_equal(o.target.connect, TARGET_CONNECT_NORMAL);
    o = good("serve --listen_port=4500 -u -m -v99");
    assert_int_equal(o.port, 4500);
    assert_int_equal(o.target.connect, TARGET_CONNECT_UNDER_RESET);
    assert_int_equal(o.verbose, 99);
    o = good("serve --hot-plug --multi -F 1800");
    assert_int_equal(o.target.connect, TARGET_CONNECT_HOTPLUG);
    assert_int_equal(o.target.swclk_hz, 1800000);
    assert_int_equal(good("serve --freq=4M").target.swclk_hz, 4000000);
    assert_int_equal(good("serve --port 4243").port, 4243);
    assert_refused("read 0x08000000", "an operand is missing: swdlink read ADDR LEN");
    assert_refused("info -p 4242", "info has no option -p");
}

static void verbosity_adds_up(void **state)
{
    (void)state;
    assert_int_equal(good("info -v").verbose, 1);
    assert_int_equal(good("info -vv").verbose, 2);
    assert_int_equal(good("info --verbose -v").verbose, 2);
    assert_int_equal(good("info --verbose=2").verbose, 2);
    assert_refused("info -vx", "'x' is no level of verbosity");
}

static void every_mistake_gets_a_sentence_that_names_it(void **state)
{
    (void)state;
    assert_refused("info --jsno", "info has no option --jsno");
    assert_refused("info -z", "info has no option -z");
    assert_refused("info --json=yes", "--json takes no value");
    assert_refused("info --speed", "--speed wants a value");
    assert_refused("serve -p", "-p wants a value");
    assert_refused("info --speed fast", "'fast' is no frequency");
    assert_refused("serve --listen here", "'here' is no TCP port");
    assert_refused("info now", "info has no use for 'now'");
    assert_refused("read 0x08000000", "swdlink read ADDR LEN");
    assert_refused("read 1 2 3", "read has no use for '3'");
    assert_refused("serve info", "the command comes first: swdlink info");
    assert_refused("serve --co auto", "cut too short");
    assert_refused("reset --once", "reset has no option --once");
}

static void help_and_version_end_the_parse(void **state)
{
    (void)state;
    assert_true(good("read --help").help);
    assert_true(good("read -h --nonsense").help);
    assert_true(good("serve -V").version);
}

static void the_table_of_commands_is_whole(void **state)
{
    (void)state;
    unsigned bits = 0;
    for (unsigned i = 0; i < command_count; i++) {
        const struct command *c = &commands[i];
        assert_ptr_equal(command_find(c->name), c);
        assert_int_equal(bits & c->bit, 0);
        bits |= c->bit;
        assert_true(c->operand_count <= OPTIONS_MAX_OPERANDS);
        assert_non_null(c->operands);
        assert_non_null(c->about);
        assert_non_null(c->run);
        assert_true(strlen(c->summary) > 10);
    }
    assert_int_equal(bits, COMMAND_ALL);
    assert_null(command_find("flash me"));
}

static void help_lists_every_command_and_keeps_to_80_columns(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    options_print_help(f);
    fflush(f);
    for (unsigned i = 0; i < command_count; i++) {
        assert_non_null(strstr(text, commands[i].summary));
        options_print_command_help(f, &commands[i]);
        fflush(f); // text may have moved
    }
    fclose(f);
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
        if (end - line > 80)
            fail_msg("too wide: %.*s", (int)(end - line), line);
    free(text);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frequencies_are_read_with_and_without_units),
        cmocka_unit_test(what_is_no_frequency_is_refused),
        cmocka_unit_test(numbers_are_decimal_or_hexadecimal_and_take_k_and_m),
        cmocka_unit_test(addresses_to_listen_on_have_an_optional_host),
        cmocka_unit_test(nothing_said_means_loopback_port_4242_and_connect_auto),
        cmocka_unit_test(the_environment_names_a_probe_unless_an_option_does),
        cmocka_unit_test(where_the_program_finds_console_and_files_can_be_said),
        cmocka_unit_test(every_way_to_connect_has_its_word),
        cmocka_unit_test(operands_may_stand_before_options),
        cmocka_unit_test(what_an_ide_says_to_st_util_is_understood),
        cmocka_unit_test(verbosity_adds_up),
        cmocka_unit_test(every_mistake_gets_a_sentence_that_names_it),
        cmocka_unit_test(help_and_version_end_the_parse),
        cmocka_unit_test(the_table_of_commands_is_whole),
        cmocka_unit_test(help_lists_every_command_and_keeps_to_80_columns),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
