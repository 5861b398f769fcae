// SPDX-License-Identifier: MIT
// The board's text, CHIP[,KEY=VALUE…]: what each key takes and refuses, and that doc/swdlink-sim.1
// has them all. What the values do is in the tests of the parts.
#include <stdio.h>

#include "tests/unit/choose.h"
#include "tests/unit/sim_probe.h"

static const struct {
    const char *key;
    const char *good[16], *bad[10];
} keys[] = {
    {"account", {"/dev/null"}, {""}},
    {"ap", {"ok", "closed"}, {"", "1", "open"}},
    {"boot0", {"0", "1"}, {"2", "", "x", "-1", "high"}},
    {"boot1", {"0", "1"}, {"2", "", "x"}},
    {"cable", {"in", "out"}, {"", "off"}},
    {"chip",
     {"ok", "dead", "rotated", "missing", "clone", "foreign", "blank"},
     {"", "alive", "OK"}},
    {"cpuid", {"0", "0x410cc200", "4294967295"}, {"", "x", "4294967296", "0x", "-1"}},
    {"designer", {"0x020", "2047"}, {"2048", "", "st"}},
    {"dpidr", {"0x0bb11477"}, {"", "0x1ffffffff", "12z"}},
    {"firmware",
     {"count", "swd-off", "sleep", "stop", "standby", "iwdg", "lockup", "reset-loop"},
     {"", "/nowhere/to/be/found.elf", "/"}},
    {"flash-time", {"min", "typ", "max"}, {"", "fast"}},
    {"gnd", {"ok", "open"}, {"", "gnd", "0"}},
    {"hse", {"8000000", "none", "dead", "1000000"}, {"", "8", "999999", "50000001", "8M"}},
    {"idcode", {"0x20006440"}, {"", "none"}},
    {"loader-exit", {"ignored", "obeyed", "stalled"}, {"", "0", "stall"}},
    {"nrst",
     {"ok", "open", "gnd", "vcc", "vdd", "gnd@board", "vcc@board", "slow", "470", "10k",
      "open+gnd@board"},
     {"", "flaky", "joined", "swapped", "weak", "noise=0.1", "low", "1e99"}},
    {"probe", {"v2", "v2-1", "v3", "v3e", "v3pwr"}, {"", "v1", "V2", "v4"}},
    {"probe-fw",
     {"J37", "V2J37S7", "J0", "J63", "S7J20", "M25S8"},
     {"", "37", "J64", "J", "V3J7", "J37x", "B1", "J-1"}},
    {"probe-mode", {"mass", "debug", "swim", "dfu", "bootloader"}, {"", "0", "jtag"}},
    {"rdp", {"0", "1", "2"}, {"3", "", "-1", "0x"}},
    {"seed", {"0", "1", "18446744073709551615", "0xff"}, {"", "x", "-1"}},
    {"serial",
     {"0123", "raw", "none", "48FF6C064983485321390187"},
     {"", "12345678901234567890123456789012"}},
    {"store", {"/nowhere-yet/store"}, {""}},
    {"supervisor", {"none", "1600", "10"}, {"", "9", "60001", "x"}},
    {"swclk",
     {"ok", "open", "flaky", "gnd", "vcc", "joined", "gnd@board", "vcc@board", "joined@board",
      "swapped", "weak", "100", "4.7k", "noise=0.5", "weak+noise=0.1+47"},
     {"", "slow", "noise=2", "noise=", "noise=x", "noise=-1", "-5", "gnd@cable", "ok+bad", "5kk"}},
    {"swdio",
     {"vdd", "vdd@board", "noise=1", "noise=0", "joined+open"},
     {"nan", "noise=nan", "inf", "+", "0x10"}},
    {"swo",
     {"ok", "open", "gnd", "vcc", "gnd@board", "vcc@board", "weak", "1k", "weak+100"},
     {"", "slow", "flaky", "joined", "swapped", "noise=0.1"}},
    {"uptime", {"0", "60000"}, {"60001", "", "1s"}},
    {"usb",
     {"ok", "busy", "forbidden", "slow", "stale-reply", "stuck", "toggle-loss", "wedges",
      "unplug@3", "stall@1", "timeout@2", "short@9", "garbage@4", "late@5"},
     {"", "unplug", "unplug@", "unplug@0", "unplug@x", "stall@-1", "fast"}},
    {"vcd", {"/dev/null"}, {""}},
    {"usb-latency", {"frames", "0", "390", "1000000"}, {"", "-1", "1000001", "1ms"}},
    {"vdd", {"0", "4000", "off", "pins", "flaky"}, {"4001", "", "low", "3.3"}},
    {"vdda", {"ok", "off", "0", "4000"}, {"4001", "", "flaky"}},
    {"vtref", {"ok", "open", "fake", "adc-dead", "0", "6000"}, {"6001", "", "3V3"}},
};

#define KEYS (sizeof keys / sizeof keys[0])

static enum err try(const char *text, struct log *log)
{
    struct sim_board *board = NULL;
    *log = log_silent();
    enum err e = sim_board_open(&board, text, log);
    if (e == ERR_OK && !strstr(text, "store="))
        assert_int_equal(sim_board_close(board), ERR_OK);
    else if (e == ERR_OK)
        (void)!sim_board_close(board); // the file cannot be written
    return e;
}

static void every_key_takes_its_values(void **state)
{
    (void)state;
    for (size_t k = 0; k < KEYS; k++)
        for (unsigned i = 0; i < 16 && keys[k].good[i]; i++) {
            char text[128];
            struct log log;
            snprintf(text, sizeof text, "%s=%s", keys[k].key, keys[k].good[i]);
            if (try(text, &log) != ERR_OK)
                fail_msg("%s: %s", text, log.sentence);
        }
}

static void every_key_refuses_nonsense_with_its_name(void **state)
{
    (void)state;
    for (size_t k = 0; k < KEYS; k++)
        for (unsigned i = 0; i < 10 && keys[k].bad[i]; i++) {
            char text[128];
            struct log log;
            snprintf(text, sizeof text, "%s=%s", keys[k].key, keys[k].bad[i]);
            enum err e = try(text, &log);
            bool file = !strcmp(keys[k].key, "firmware") || !strcmp(keys[k].key, "store") ||
                        !strcmp(keys[k].key, "account");
            if (e != ERR_USAGE && !(file && e == ERR_FILE))
                fail_msg("%s is taken", text);
            if (!file && !strstr(log.sentence, keys[k].key))
                fail_msg("%s: the sentence does not name the key: %s", text, log.sentence);
        }
}

static void every_key_can_be_set_while_it_runs(void **state)
{
    (void)state;
    for (size_t k = 0; k < KEYS; k++) {
        struct probe *p = probe_open("");
        assert_int_equal(sim_board_set(p->board, keys[k].key, keys[k].good[0]), ERR_OK);
        if (keys[k].bad[0])
            assert_int_not_equal(sim_board_set(p->board, keys[k].key, keys[k].bad[0]), ERR_OK);
        sim_board_wait_ns(p->board, 1000000);
        if (!strcmp(keys[k].key, "store"))
            (void)!sim_board_close(p->board);
        else
            assert_int_equal(sim_board_close(p->board), ERR_OK);
        free(p);
    }
}

static void an_unknown_key_brings_the_list_of_all(void **state)
{
    (void)state;
    struct log log;
    assert_int_equal(try("colour=red", &log), ERR_USAGE);
    assert_non_null(strstr(log.sentence, "\"colour\""));
    for (size_t k = 0; k < KEYS; k++)
        if (!strstr(log.sentence, keys[k].key))
            fail_msg("%s is not in: %s", keys[k].key, log.sentence);
    // And the other way round: whatever the board has is in the table above.
    unsigned commas = 0;
    for (const char *c = strstr(log.sentence, "it has"); *c; c++)
        commas += *c == ',';
    assert_int_equal(commas + 1, KEYS);
}

static void the_manual_has_every_key_and_every_word(void **state)
{
    static char manual[65536];
    char path[512];
    (void)state;
    const char *source = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/doc/swdlink-sim.1", source ? source : ".");
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s cannot be read", path);
    manual[fread(manual, 1, sizeof manual - 1, f)] = '\0';
    fclose(f);
    for (size_t k = 0; k < KEYS; k++) {
        bool found = false;
        for (const char *line = manual; (line = strstr(line, ".It Cm ")) && !found; line++) {
            char head[200] = "";
            sscanf(line, "%199[^\n]", head);
            found = strstr(head, keys[k].key) != NULL;
        }
        if (!found)
            fail_msg("doc/swdlink-sim.1 does not have %s", keys[k].key);
    }
    static const char *const words[] = {
        "flaky",   "joined@board", "swapped", "weak",    "noise=", "adc-dead",    "rotated",
        "missing", "clone",        "foreign", "swd-off", "iwdg",   "reset-loop",  "raw",
        "busy",    "forbidden",    "slow",    "wedges",  "stuck",  "toggle-loss", "stale-reply",
        "late@",   "garbage@",     "pins",    "standby", "dfu",    "bootloader"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (!strstr(manual, words[i]))
            fail_msg("doc/swdlink-sim.1 does not have %s", words[i]);
}

static void a_word_without_a_value_is_refused(void **state)
{
    (void)state;
    struct log log;
    assert_int_equal(try("stm32f031k6,swdio", &log), ERR_USAGE);
    assert_non_null(strstr(log.sentence, "KEY=VALUE"));
    assert_int_equal(try("stm32f031k6,=gnd", &log), ERR_USAGE);
}

static void the_chip_comes_first_and_may_be_left_out(void **state)
{
    (void)state;
    struct log log;
    assert_int_equal(try("", &log), ERR_OK);
    assert_int_equal(try("stm32f031k6", &log), ERR_OK);
    assert_int_equal(try("vdd=3000,swdio=gnd", &log), ERR_OK);
    assert_int_equal(try("stm32f042k6,vdd=3000", &log), ERR_OK);
    assert_int_equal(try(",vdd=3000", &log), ERR_OK);
    assert_int_equal(try("stm32f999", &log), ERR_USAGE);
    assert_non_null(strstr(log.sentence, "stm32f031k6"));
    assert_int_equal(try("vdd=3000,stm32f031k6", &log), ERR_USAGE);
}

// So that a test can add to a board's text what it wants otherwise.
static void of_a_key_that_comes_twice_the_last_counts(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v2-1,vdd=2000,swdio=gnd,vdd=3000,swdio=ok");
    assert_in_range(probe_vtref_mv(p), 2995, 3005);
    assert_int_equal(probe_enter(p), STATUS_OK);
    probe_close(p);
}

static void but_faults_on_usb_add_up(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v2-1,usb=stall@2,usb=short@1");
    assert_int_equal(COMMAND(p, 0xf1), SIM_USB_OK);
    assert_int_equal(p->len, 3);
    assert_int_equal(COMMAND(p, 0xf1), SIM_USB_STALL);
    probe_close(p);
}

static void long_texts_are_refused_and_harm_nothing(void **state)
{
    static char text[20000];
    (void)state;
    struct log log;
    memset(text, 'x', sizeof text - 1);
    assert_int_equal(try(text, &log), ERR_USAGE);
    for (size_t k = 0; k < KEYS; k++) {
        memset(text, '9', sizeof text - 1);
        int n = snprintf(text, 64, "%s=", keys[k].key);
        text[n] = '9';
        assert_int_not_equal(try(text, &log), ERR_OK);
    }
    size_t at = 0;
    while (at < sizeof text - 40)
        at += (size_t)snprintf(text + at, 40, "%sswdio=gnd", at ? "," : "");
    assert_int_equal(try(text, &log), ERR_OK);
    at = (size_t)snprintf(text, 40, "swdio=ok");
    while (at < 300)
        at += (size_t)snprintf(text + at, 40, "+ok");
    assert_int_equal(try(text, &log), ERR_USAGE);
}

static void odd_punctuation_harms_nothing(void **state)
{
    static const char *const texts[] = {"=",     ",",          ",,",   "=,=", "swdio=gnd,,vdd=3000",
                                        "a=b=c", "swdio==gnd", "%s=%n"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct log log;
        (void)!try(texts[i], &log);
    }
}

// ---- what lasts ---------------------------------------------------------------------------------

static void a_fault_outlives_resets_and_replugs(void **state)
{
    static const char *const boards[] = {"swdio=gnd", "swclk=open", "vdd=off",
                                         "chip=dead", "rdp=2",      "firmware=swd-off"};
    (void)state;
    for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        struct probe *p = probe_open(boards[i]);
        assert_int_equal(probe_enter(p), STATUS_NO_IDCODE);
        sim_board_usb_plug(p->board, false);
        sim_board_usb_plug(p->board, true);
        sim_board_wait_ns(p->board, 50000000);
        assert_int_equal(probe_enter(p), STATUS_NO_IDCODE);
        STATUS(p, 0xf2, 0x3c, 0x02);
        sim_board_wait_ns(p->board, 50000000);
        assert_int_equal(probe_enter(p), STATUS_NO_IDCODE);
        probe_close(p);
    }
}

static void protection_comes_with_the_next_power_on(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    assert_int_equal(sim_board_set(p->board, "rdp", "2"), ERR_OK);
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(sim_board_set(p->board, "vdd", "off"), ERR_OK);
    sim_board_wait_ns(p->board, 10000000);
    assert_int_equal(sim_board_set(p->board, "vdd", "3300"), ERR_OK);
    sim_board_wait_ns(p->board, 10000000);
    assert_int_equal(probe_enter(p), STATUS_NO_IDCODE);
    probe_close(p);
}

static void boot0_counts_at_the_next_reset(void **state)
{
    (void)state;
    struct probe *p = probe_open("firmware=count");
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(sim_board_set(p->board, "boot0", "1"), ERR_OK);
    for (unsigned round = 0; round < 2; round++) {
        assert_int_equal(probe_write32(p, 0xe000edf0, 0xa05f0003), STATUS_OK);
        sim_board_wait_ns(p->board, 100000);
        assert_int_equal(COMMAND(p, 0xf2, 0x33, 15), SIM_USB_OK);
        assert_int_equal(get_le32(&p->reply[4]) >> 24, round == 0 ? 0x08 : 0x1f);
        probe_write32(p, 0xe000edf0, 0xa05f0000);
        STATUS(p, 0xf2, 0x3c, 0x02);
        sim_board_wait_ns(p->board, 1000000);
    }
    probe_close(p);
}

// RCC_CR: HSEON, HSERDY.
static void the_crystal_starts_when_there_is_one(void **state)
{
    static const struct {
        const char *board;
        bool starts;
    } cases[] = {{"", true}, {"hse=dead", false}, {"hse=none", false}, {"hse=16000000", true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t cr;
        struct probe *p = probe_open(cases[i].board);
        assert_int_equal(probe_enter(p), STATUS_OK);
        assert_int_equal(probe_read32(p, 0x40021000, &cr), STATUS_OK);
        assert_int_equal(probe_write32(p, 0x40021000, cr | 1u << 16), STATUS_OK);
        sim_board_wait_ns(p->board, 10000000);
        assert_int_equal(probe_read32(p, 0x40021000, &cr), STATUS_OK);
        assert_int_equal(cr >> 17 & 1, cases[i].starts);
        probe_close(p);
    }
}

static void identities_are_what_they_are_set_to(void **state)
{
    (void)state;
    uint32_t v;
    struct probe *p = probe_open(
        "dpidr=0x2ba01477,cpuid=0x412fc231,idcode=0x20036410,designer=0x751,probe-fw=J36");
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(probe_read_port(p, PORT_DP, 0, &v), STATUS_OK);
    assert_int_equal(v, 0x2ba01477);
    assert_int_equal(probe_read32(p, 0xe000ed00, &v), STATUS_OK);
    assert_int_equal(v, 0x412fc231);
    assert_int_equal(probe_read32(p, 0x40015800, &v), STATUS_OK);
    assert_int_equal(v, 0x20036410);
    // JEP106: 14 continuations and 0x51 (IHI 0031, D1.2).
    assert_int_equal(probe_read32(p, 0xe00fffd0, &v), STATUS_OK);
    assert_int_equal(v & 0xf, 0xe);
    assert_int_equal(probe_read32(p, 0xe00fffe4, &v), STATUS_OK);
    assert_int_equal(v >> 4, 0x1);
    assert_int_equal(probe_read32(p, 0xe00fffe8, &v), STATUS_OK);
    assert_int_equal(v & 0xf, 0x8 | 0x5);
    probe_close(p);
}

// Each program does to a debugger what its name says.
static void programs_do_what_they_are_called(void **state)
{
    (void)state;
    uint32_t v, csr;
    static const struct {
        const char *name;
        uint32_t dhcsr, csr; // bits that must be seen
    } cases[] = {{"count", 1u << 24, 0},
                 {"sleep", 1u << 18, 0},
                 {"lockup", 1u << 19, 0},
                 {"iwdg", 1u << 25, 1u << 29},
                 {"reset-loop", 1u << 25, 1u << 28}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char board[64];
        snprintf(board, sizeof board, "firmware=%s", cases[i].name);
        struct probe *p = probe_open(board);
        assert_int_equal(probe_enter(p), STATUS_OK);
        probe_read32(p, 0xe000edf0, &v);
        uint32_t seen = 0;
        for (unsigned k = 0; k < 20; k++) {
            sim_board_wait_ns(p->board, 10000000);
            assert_int_equal(probe_read32(p, 0xe000edf0, &v), STATUS_OK);
            seen |= v;
        }
        assert_int_equal(probe_read32(p, 0x40021024, &csr), STATUS_OK);
        if ((seen & cases[i].dhcsr) != cases[i].dhcsr || (csr & cases[i].csr) != cases[i].csr)
            fail_msg("%s: DHCSR %08x, RCC_CSR %08x", cases[i].name, seen, csr);
        if (cases[i].dhcsr != 1u << 25)
            assert_int_equal(seen & 1u << 25, 0); // no reset
        probe_close(p);
    }
    static const char *const silent[] = {"swd-off", "stop", "standby"};
    for (unsigned i = 0; i < 3; i++) {
        char board[64];
        snprintf(board, sizeof board, "probe=v2-1,firmware=%s", silent[i]);
        struct probe *p = probe_open(board);
        assert_int_equal(probe_enter(p), STATUS_NO_IDCODE);
        STATUS(p, 0xf2, 0x3c, 0x00); // under reset the program does not run
        assert_int_equal(probe_enter(p), STATUS_OK);
        probe_close(p);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_takes_its_values),
        cmocka_unit_test(every_key_refuses_nonsense_with_its_name),
        cmocka_unit_test(every_key_can_be_set_while_it_runs),
        cmocka_unit_test(an_unknown_key_brings_the_list_of_all),
        cmocka_unit_test(the_manual_has_every_key_and_every_word),
        cmocka_unit_test(a_word_without_a_value_is_refused),
        cmocka_unit_test(the_chip_comes_first_and_may_be_left_out),
        cmocka_unit_test(of_a_key_that_comes_twice_the_last_counts),
        cmocka_unit_test(but_faults_on_usb_add_up),
        cmocka_unit_test(long_texts_are_refused_and_harm_nothing),
        cmocka_unit_test(odd_punctuation_harms_nothing),
        cmocka_unit_test(a_fault_outlives_resets_and_replugs),
        cmocka_unit_test(protection_comes_with_the_next_power_on),
        cmocka_unit_test(boot0_counts_at_the_next_reset),
        cmocka_unit_test(the_crystal_starts_when_there_is_one),
        cmocka_unit_test(identities_are_what_they_are_set_to),
        cmocka_unit_test(programs_do_what_they_are_called),
    };
    return cmocka_run_group_tests_name("sim_board_text", tests, NULL, NULL);
}
