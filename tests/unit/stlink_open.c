// SPDX-License-Identifier: MIT
// Opening a probe: waking it up, its version in both forms, leaving whatever mode it is in, and
// closing it.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/choose.h"
#include "tests/unit/script_link.h"

#define PID_V1    0x3744
#define PID_V2    0x3748
#define PID_V2_1  0x374b
#define PID_V3    0x374f
#define PID_V3PWR 0x3757
#define ROOM      64 // the first questions have room for a reply that is not theirs
#define V2J37S7   "29 47 83 04 48 37"
#define V3SHORT   "30 00 83 04 4f 37"
#define V3J10M5B3 "03 00 0a 05 03 00 00 00 83 04 4f 37"

static void prepare(struct script *s)
{
    script_start(s, 2, 37);
    s->st = (struct stlink){0};
}

static enum err open_it(struct script *s, uint16_t pid)
{
    return stlink_open(&s->st, script_link(s, pid), &s->log);
}

// The two first questions. A V3 answers the short question for the version, too.
static void greets(struct script *s, const char *version, const char *mode)
{
    script_read_sized(s, "f1 80", ROOM, version);
    script_read_sized(s, "f5", ROOM, mode);
}

// Leaving debug mode, which nobody answers unless with what was meant for somebody else.
static void takes_stale_reply(struct script *s)
{
    script_refuse(s, "f2 21", ROOM, ERR_TIMEOUT);
}

static void assert_says(const struct script *s, const char *part)
{
    if (!strstr(s->log.sentence, part))
        fail_msg("\"%s\" does not say \"%s\"", s->log.sentence, part);
}

static void a_v2_is_opened_with_two_questions(void **state)
{
    (void)state;
    struct script s;
    char text[32];
    prepare(&s);
    greets(&s, V2J37S7, "01 00");
    OK(open_it(&s, PID_V2));
    assert_int_equal(s.st.version.hardware, 2);
    assert_int_equal(s.st.version.jtag, 37);
    assert_int_equal(s.st.version.swim, 7);
    assert_int_equal(s.st.version.msd, 0);
    assert_string_equal(stlink_version_text(&s.st, text, sizeof text), "V2J37S7");
    assert_false(s.st.probe.in_debug);
    assert_false(s.closed);
    script_end(&s);
}

// The low field of a V2-1 is the mass storage's version.
static void a_v2_1_has_a_mass_storage_version(void **state)
{
    (void)state;
    static const uint16_t pids[] = {PID_V2_1, 0x3752};
    for (unsigned i = 0; i < 2; i++) {
        struct script s;
        char text[32];
        prepare(&s);
        greets(&s, "29 5b 83 04 4b 37", "01 00");
        OK(open_it(&s, pids[i]));
        assert_string_equal(stlink_version_text(&s.st, text, sizeof text), "V2J37M27");
        script_end(&s);
    }
}

static void a_v3_answers_the_long_question(void **state)
{
    (void)state;
    static const uint16_t pids[] = {0x374e, PID_V3, 0x3753, 0x3754};
    for (unsigned i = 0; i < sizeof pids / sizeof pids[0]; i++) {
        struct script s;
        char text[32];
        prepare(&s);
        greets(&s, V3SHORT, "01 00");
        script_read(&s, "fb 80", V3J10M5B3);
        OK(open_it(&s, pids[i]));
        assert_string_equal(stlink_version_text(&s.st, text, sizeof text), "V3J10M5B3");
        script_end(&s);
    }
}

static void a_v3pwr_calls_itself_4(void **state)
{
    (void)state;
    struct script s;
    char text[32];
    prepare(&s);
    greets(&s, V3SHORT, "01 00");
    script_read(&s, "fb 80", "04 00 01 01 01 01 00 00 83 04 57 37");
    OK(open_it(&s, PID_V3PWR));
    assert_string_equal(stlink_version_text(&s.st, text, sizeof text), "V4J1M1B1P1");
    script_end(&s);
}

struct firmware {
    uint16_t pid;
    unsigned hardware, high, low;
    bool debugs;
};

// Version fields as they lie in the reply: hardware 15:12, J 11:6, S or M 5:0, big-endian.
static void firmware_that_cannot_debug_an_stm32_is_refused(void **state)
{
    (void)state;
    static const struct firmware rows[] = {
        {PID_V1, 1, 13, 0, false},   {PID_V2, 2, 14, 0, false},    {PID_V2, 2, 15, 0, true},
        {PID_V2, 2, 0, 7, false},    {PID_V2, 2, 25, 7, true},     {PID_V2_1, 2, 22, 7, false},
        {PID_V2_1, 2, 23, 7, true},  {PID_V2_1, 2, 24, 12, true},  {PID_V2_1, 2, 25, 6, true},
        {PID_V2_1, 2, 25, 7, false}, {PID_V2_1, 2, 40, 12, false}, {PID_V2_1, 2, 25, 13, true},
        {PID_V2_1, 2, 20, 11, true},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct firmware *f = &rows[i];
        struct script s;
        char reply[32];
        unsigned packed = f->hardware << 12 | f->high << 6 | f->low;
        snprintf(reply, sizeof reply, "%02x %02x 83 04 48 37", packed >> 8, packed & 0xff);
        prepare(&s);
        greets(&s, reply, "01 00");
        if (!f->debugs) // the reply may have been garbled: it is asked again
            greets(&s, reply, "01 00");
        assert_int_equal(open_it(&s, f->pid), f->debugs ? ERR_OK : ERR_PROBE_FIRMWARE);
        assert_int_equal(s.closed, !f->debugs);
        script_end(&s);
    }
}

static void a_v3_of_firmware_that_cannot_debug_is_refused(void **state)
{
    (void)state;
    struct script s;
    prepare(&s);
    for (unsigned asked = 0; asked < 2; asked++) {
        greets(&s, V3SHORT, "01 00");
        script_read(&s, "fb 80", "03 00 00 05 03 00 00 00 83 04 4f 37");
    }
    assert_int_equal(open_it(&s, PID_V3), ERR_PROBE_FIRMWARE);
    assert_true(s.closed);
    script_end(&s);
}

// Of one with which nobody could debug, and of one that no probe has.
static void a_garbled_version_is_asked_for_again(void **state)
{
    static const char *const garbled[] = {"20 07 83 04 48 37", "f2 47 83 04 48 37"};
    (void)state;
    for (unsigned i = 0; i < sizeof garbled / sizeof garbled[0]; i++) {
        struct script s;
        char text[32];
        prepare(&s);
        greets(&s, garbled[i], "01 00");
        greets(&s, V2J37S7, "01 00");
        OK(open_it(&s, PID_V2));
        assert_string_equal(stlink_version_text(&s.st, text, sizeof text), "V2J37S7");
        script_end(&s);
    }
}

static void open_in_mode(struct script *s, const char *mode)
{
    prepare(s);
    greets(s, V2J37S7, mode);
}

static void debug_mode_is_left(void **state)
{
    (void)state;
    struct script s;
    open_in_mode(&s, "02 00");
    script_send(&s, "f2 21");
    OK(open_it(&s, PID_V2));
    script_end(&s);
}

static void swim_mode_is_left(void **state)
{
    (void)state;
    struct script s;
    open_in_mode(&s, "03 00");
    script_send(&s, "f4 01");
    OK(open_it(&s, PID_V2));
    script_end(&s);
}

// A plain V2 powers up in it, so it is no error, and no new enumeration follows.
static void dfu_mode_is_left_and_the_probe_given_time(void **state)
{
    (void)state;
    struct script s;
    open_in_mode(&s, "00 00");
    script_send(&s, "f3 07");
    script_read(&s, "f5", "00 00");
    script_read(&s, "f5", "00 00");
    script_read(&s, "f5", "01 00");
    OK(open_it(&s, PID_V2));
    assert_int_equal(s.now_us, 1020000);
    script_end(&s);
}

// The second byte is not 0 in a boot loader: 1 of a freshly plugged V2, 2 of a V2-1, 4 of a V3; and
// a V3PWR says 4 also when it idles. What it means is not known.
static void the_second_byte_of_the_mode_means_nothing(void **state)
{
    (void)state;
    static const char *const loaders[] = {"00 01", "00 02", "00 04", "00 ff"};
    struct script s;
    for (unsigned i = 0; i < sizeof loaders / sizeof loaders[0]; i++) {
        open_in_mode(&s, loaders[i]);
        script_send(&s, "f3 07");
        script_read(&s, "f5", loaders[i]);
        script_read(&s, "f5", "01 00");
        OK(open_it(&s, PID_V2));
        script_end(&s);
    }
    prepare(&s);
    greets(&s, "40 00 83 04 57 37", "01 04");
    script_read(&s, "fb 80", "04 00 06 00 02 06 00 00 83 04 57 37"); // of a real one
    OK(open_it(&s, PID_V3PWR));
    script_end(&s);
    open_in_mode(&s, "02 04");
    script_send(&s, "f2 21");
    OK(open_it(&s, PID_V2));
    script_end(&s);
}

static void dfu_mode_that_is_not_left_ends_after_50_questions(void **state)
{
    (void)state;
    struct script s;
    open_in_mode(&s, "00 00");
    script_send(&s, "f3 07");
    for (unsigned i = 0; i < 50; i++)
        script_read(&s, "f5", "00 00");
    assert_int_equal(open_it(&s, PID_V2), ERR_PROBE_FIRMWARE);
    assert_true(s.closed);
    assert_true(s.st.boot_loader);
    assert_says(&s, "DFU");
    script_end(&s);
}

static void a_boot_loader_is_refused(void **state)
{
    (void)state;
    struct script s;
    open_in_mode(&s, "04 00");
    assert_int_equal(open_it(&s, PID_V2), ERR_PROBE_FIRMWARE);
    assert_true(s.closed);
    script_end(&s);
}

static void an_unknown_mode_is_refused(void **state)
{
    (void)state;
    struct script s;
    prepare(&s);
    for (unsigned i = 0; i < 6; i++) {
        greets(&s, V2J37S7, "05 00");
        takes_stale_reply(&s);
    }
    assert_int_equal(open_it(&s, PID_V2), ERR_PROBE_PROTOCOL);
    assert_true(s.closed);
    assert_says(&s, "mode 5");
    script_end(&s);
}

// A V2 whose data toggle was not reset loses the first reply, sometimes two.
static void a_lost_first_reply_costs_a_short_wait(void **state)
{
    (void)state;
    struct script s;
    prepare(&s);
    for (unsigned i = 0; i < 2; i++) {
        script_refuse(&s, "f1 80", ROOM, ERR_TIMEOUT);
        takes_stale_reply(&s);
    }
    greets(&s, V2J37S7, "01 00");
    OK(open_it(&s, PID_V2));
    assert_int_equal(s.now_us, 1000000 + 2 * 200000 + 2 * 100000);
    script_end(&s);
}

static void a_probe_that_never_answers_is_given_up_after_six_questions(void **state)
{
    (void)state;
    struct script s;
    prepare(&s);
    for (unsigned i = 0; i < 6; i++) {
        script_refuse(&s, "f1 80", ROOM, ERR_TIMEOUT);
        takes_stale_reply(&s);
    }
    assert_int_equal(open_it(&s, PID_V2), ERR_TIMEOUT);
    assert_true(s.closed);
    assert_int_equal(s.now_us, 1000000 + 3 * 200000 + 3 * 1000000 + 6 * 100000);
    assert_says(&s, "does not answer");
    script_end(&s);
}

static void a_probe_that_answers_nonsense_is_given_up(void **state)
{
    (void)state;
    static const char *const modes[] = {"80 00", "01", "01 00 00 00", "01 00 00"};
    struct script s;
    prepare(&s);
    for (unsigned i = 0; i < 4; i++) {
        greets(&s, V2J37S7, modes[i]);
        takes_stale_reply(&s);
    }
    for (unsigned i = 0; i < 2; i++) {
        script_read_sized(&s, "f1 80", ROOM, "29 47 83 04");
        takes_stale_reply(&s);
    }
    assert_int_equal(open_it(&s, PID_V2), ERR_PROBE_PROTOCOL);
    assert_true(s.closed);
    assert_says(&s, "does not answer");
    script_end(&s);
}

// The reply of a command whose sender was killed comes first. Were the mode asked alone, such a
// reply of two bytes, like that of a command that ended well, would pass for one, and each later
// reply for the next one's.
static void a_stale_reply_is_not_taken_for_another(void **state)
{
    (void)state;
    struct script s;
    prepare(&s);
    script_read_sized(&s, "f1 80", ROOM, "01 00");
    script_read_sized(&s, "f2 21", ROOM, V2J37S7); // the version, which is late now
    greets(&s, V2J37S7, "01 00");
    OK(open_it(&s, PID_V2));
    assert_int_equal(s.st.version.jtag, 37);
    script_end(&s);
    prepare(&s);
    script_read_sized(&s, "f1 80", ROOM, V2J37S7); // stale, and of the right length
    script_read_sized(&s, "f5", ROOM, V2J37S7);
    script_read_sized(&s, "f2 21", ROOM, "01 00");
    greets(&s, V2J37S7, "01 00");
    OK(open_it(&s, PID_V2));
    script_end(&s);
}

static void a_stall_while_waking_up_is_asked_again(void **state)
{
    (void)state;
    struct script s;
    prepare(&s);
    script_refuse(&s, "f1 80", ROOM, ERR_PROBE_PROTOCOL);
    takes_stale_reply(&s);
    greets(&s, V2J37S7, "01 00");
    OK(open_it(&s, PID_V2));
    script_end(&s);
}

static void an_unplugged_probe_is_asked_once(void **state)
{
    (void)state;
    struct script s;
    prepare(&s);
    script_refuse(&s, "f1 80", ROOM, ERR_PROBE_LOST);
    assert_int_equal(open_it(&s, PID_V2), ERR_PROBE_LOST);
    assert_true(s.closed);
    assert_says(&s, "unplugged");
    script_end(&s);
}

static void a_long_version_that_is_cut_short_is_refused(void **state)
{
    (void)state;
    struct script s;
    prepare(&s);
    greets(&s, V3SHORT, "01 00");
    script_read_sized(&s, "fb 80", 12, "03 00 0a 05");
    assert_int_equal(open_it(&s, PID_V3), ERR_PROBE_PROTOCOL);
    assert_true(s.closed);
    assert_says(&s, "4 of 12 bytes");
    script_end(&s);
}

static void closing_leaves_swd_mode(void **state)
{
    (void)state;
    struct script s;
    script_start(&s, 2, 37);
    script_send(&s, "f2 21");
    stlink_close(&s.st);
    assert_true(s.closed);
    script_end(&s);
}

static void closing_an_idle_probe_says_nothing(void **state)
{
    (void)state;
    struct script s;
    script_start(&s, 2, 37);
    s.st.probe.in_debug = false;
    stlink_close(&s.st);
    assert_true(s.closed);
    script_end(&s);
}

static void closing_survives_an_unplugged_probe(void **state)
{
    (void)state;
    struct script s;
    script_start(&s, 2, 37);
    script_refuse(&s, "f2 21", 0, ERR_PROBE_LOST);
    stlink_close(&s.st);
    assert_true(s.closed);
    script_end(&s);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_v2_is_opened_with_two_questions),
        cmocka_unit_test(a_v2_1_has_a_mass_storage_version),
        cmocka_unit_test(a_v3_answers_the_long_question),
        cmocka_unit_test(a_v3pwr_calls_itself_4),
        cmocka_unit_test(firmware_that_cannot_debug_an_stm32_is_refused),
        cmocka_unit_test(a_v3_of_firmware_that_cannot_debug_is_refused),
        cmocka_unit_test(a_garbled_version_is_asked_for_again),
        cmocka_unit_test(debug_mode_is_left),
        cmocka_unit_test(swim_mode_is_left),
        cmocka_unit_test(dfu_mode_is_left_and_the_probe_given_time),
        cmocka_unit_test(the_second_byte_of_the_mode_means_nothing),
        cmocka_unit_test(dfu_mode_that_is_not_left_ends_after_50_questions),
        cmocka_unit_test(a_boot_loader_is_refused),
        cmocka_unit_test(an_unknown_mode_is_refused),
        cmocka_unit_test(a_lost_first_reply_costs_a_short_wait),
        cmocka_unit_test(a_probe_that_never_answers_is_given_up_after_six_questions),
        cmocka_unit_test(a_probe_that_answers_nonsense_is_given_up),
        cmocka_unit_test(a_stale_reply_is_not_taken_for_another),
        cmocka_unit_test(a_stall_while_waking_up_is_asked_again),
        cmocka_unit_test(an_unplugged_probe_is_asked_once),
        cmocka_unit_test(a_long_version_that_is_cut_short_is_refused),
        cmocka_unit_test(closing_leaves_swd_mode),
        cmocka_unit_test(closing_an_idle_probe_says_nothing),
        cmocka_unit_test(closing_survives_an_unplugged_probe),
    };
    return cmocka_run_group_tests_name("stlink_open", tests, NULL, NULL);
}
