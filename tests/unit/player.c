// SPDX-License-Identifier: MIT
// The player of recorded conversations: what is told when the program says something else, and
// whose turn it is.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/choose.h"
#include "tests/unit/record_bench.h"

static void what_differs_is_told_with_its_line(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    uint8_t r[16];
    static const char *const text =
        HEADER OPEN "{\"send\":\"f5\",\"room\":2,\"reply\":\"0100\",\"at\":1}\n"
                    "{\"send\":\"f20d\",\"data\":\"0102\",\"at\":2}\n" CLOSE;
    struct usb_link link = record_bench_play(f, &player, false, text);
    OK(record_bench_ask(&link, "\xf5\0", r, 2, NULL));
    assert_int_equal(record_bench_send(&link, "\xf2\x0d", "\x01\x03", 2), ERR_PROBE_LOST);
    usb_link_close(&link);
    assert_int_equal(player_end(player, &f->log), ERR_FILE);
    record_bench_says(
        f, "at line 4: expected was command f2 0d with 2 bytes of data; what came is command f2 "
           "0d with 2 bytes of data, of which byte 1 is 03 and not 02");

    link = record_bench_play(f, &player, false, text);
    assert_int_equal(record_bench_ask(&link, "\xf7\0", r, 8, NULL), ERR_PROBE_LOST);
    assert_int_equal(record_bench_ask(&link, "\xf5\0", r, 2, NULL), ERR_PROBE_LOST); // too late
    usb_link_close(&link);
    assert_int_equal(player_end(player, &f->log), ERR_FILE);
    record_bench_says(f, "at line 3: expected was command f5 00; what came is command f7 00");
}

static void a_conversation_that_ends_early_or_goes_on_differs(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    uint8_t r[16];
    static const char *const text =
        HEADER OPEN "{\"send\":\"f5\",\"room\":2,\"reply\":\"0100\",\"at\":1}\n" CLOSE;
    struct usb_link link = record_bench_play(f, &player, false, text);
    usb_link_close(&link);
    assert_int_equal(player_end(player, &f->log), ERR_FILE);
    record_bench_says(
        f, "at line 3: expected was command f5 00; what came is the end of the conversation");

    link = record_bench_play(f, &player, false, text);
    OK(record_bench_ask(&link, "\xf5\0", r, 2, NULL));
    assert_int_equal(record_bench_ask(&link, "\xf5\0", r, 2, NULL), ERR_PROBE_LOST);
    usb_link_close(&link);
    assert_int_equal(player_end(player, &f->log), ERR_FILE);
    record_bench_says(
        f, "at line 4: expected was the end of the conversation; what came is command f5 00");
}

static void the_room_for_a_reply_is_not_seen_on_the_cable(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    uint8_t r[16];
    size_t got;
    static const char *const text =
        HEADER OPEN "{\"send\":\"f5\",\"room\":8,\"reply\":\"0100\",\"at\":1}\n"
                    "{\"send\":\"f1\",\"room\":2,\"reply\":\"0102\",\"at\":1}\n" CLOSE;
    struct usb_link link = record_bench_play(f, &player, false, text);
    OK(record_bench_ask(&link, "\xf5\0", r, 1, &got));
    assert_int_equal(got, 1);
    assert_int_equal(record_bench_ask(&link, "\xf1\0", r, 3, &got),
                     ERR_PROBE_LOST); // there may have been more
    usb_link_close(&link);
    assert_int_equal(player_end(player, &f->log), ERR_FILE);
    record_bench_says(f, "room for 3 bytes of reply instead of 2");
}

#define RUNS    "{\"send\":\"f236\",\"room\":8,\"reply\":\"01\",\"at\":10,\"took\":5}\n"
#define HALTED  "{\"send\":\"f236\",\"room\":8,\"reply\":\"02\",\"at\":90,\"took\":5}\n"
#define RTT     "{\"send\":\"f207\",\"room\":8,\"reply\":\"aa\",\"at\":11,\"took\":5}\n"
#define HALT_IT "{\"send\":\"f235\",\"room\":2,\"reply\":\"80\",\"at\":80}\n"

static void poll(struct usb_link *link, const char *command, uint8_t wanted)
{
    uint8_t r[8] = {0};
    OK(record_bench_ask(link, command, r, 8, NULL));
    assert_int_equal(r[0], wanted);
}

static void a_patient_player_answers_polls_however_many_come(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    uint8_t r[8];
    static const char *const text =
        HEADER OPEN RUNS RTT RUNS RUNS RUNS RTT RUNS HALT_IT HALTED CLOSE;
    for (unsigned polls = 1; polls < 20; polls++) {
        struct usb_link link = record_bench_play(f, &player, true, text);
        for (unsigned i = 0; i < polls; i++) {
            poll(&link, "\xf2\x36", 1);
            if (i % 3 == 0)
                poll(&link, "\xf2\x07", 0xaa);
        }
        OK(record_bench_ask(&link, "\xf2\x35", r, 2, NULL));
        poll(&link, "\xf2\x36", 2);
        poll(&link, "\xf2\x36", 2);
        usb_link_close(&link);
        OK(player_end(player, &f->log));
    }
}

static void a_patient_player_comes_to_the_change_at_once(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    struct usb_link link =
        record_bench_play(f, &player, true, HEADER OPEN RUNS RUNS RUNS RUNS HALTED CLOSE);
    poll(&link, "\xf2\x36", 1);
    poll(&link, "\xf2\x36", 2);
    assert_int_equal(usb_link_now_us(&link), 95);
    usb_link_close(&link);
    OK(player_end(player, &f->log));
}

static void even_a_patient_player_wants_the_commands_that_change_something(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    uint8_t r[8];
    struct usb_link link =
        record_bench_play(f, &player, true, HEADER OPEN RUNS HALT_IT HALTED CLOSE);
    poll(&link, "\xf2\x36", 1);
    OK(record_bench_ask(&link, "\xf2\x35", r, 2, NULL));
    assert_int_equal(record_bench_ask(&link, "\xf2\x35", r, 2, NULL), ERR_PROBE_LOST);
    usb_link_close(&link);
    assert_int_equal(player_end(player, &f->log), ERR_FILE);
    record_bench_says(f, "at line 5: expected was command f2 36; what came is command f2 35");
}

static void the_record_decides_whose_turn_it_is(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    uint8_t r[8];
    struct usb_link link = record_bench_play(
        f, &player, true,
        HEADER OPEN
        "{\"send\":\"f235\",\"room\":2,\"reply\":\"80\",\"at\":1,\"turn\":\"client 0\"}\n"
        "{\"send\":\"f236\",\"room\":8,\"reply\":\"01\",\"at\":2,\"turn\":\"poll 0\"}\n"
        "{\"send\":\"f236\",\"room\":8,\"reply\":\"02\",\"at\":3,\"turn\":\"client 1\"}\n"
        "{\"send\":\"f235\",\"room\":2,\"reply\":\"80\",\"at\":4}\n" CLOSE);
    assert_false(player_has_turn(player, "poll 0"));
    assert_false(player_has_turn(player, "rtt"));
    assert_true(player_has_turn(player, "step 0"));
    assert_true(player_has_turn(player, "client 0"));
    OK(record_bench_ask(&link, "\xf2\x35", r, 2, NULL));
    assert_false(player_has_turn(player, "client 0"));
    assert_false(player_has_turn(player, "interrupt 0"));
    assert_false(player_has_turn(player, "poll 1"));
    assert_true(player_has_turn(player, "poll 0"));
    poll(&link, "\xf2\x36", 1);
    assert_false(player_has_turn(player, "poll 0"));
    assert_true(player_has_turn(player, "client 1"));
    // Another debugger is put off, and not for ever.
    unsigned times = 1;
    while (!player_has_turn(player, "client 0"))
        times++;
    assert_int_equal(times, 51);
    poll(&link, "\xf2\x36", 2);
    OK(record_bench_ask(&link, "\xf2\x35", r, 2, NULL));
    usb_link_close(&link);
    assert_true(player_has_turn(player, "poll 0")); // the record says nothing more
    OK(player_end(player, &f->log));
}

#define NO_TRACE "{\"send\":\"f242\",\"room\":2,\"reply\":\"0000\",\"at\":20}\n"
#define TWO_WAIT "{\"send\":\"f242\",\"room\":2,\"reply\":\"0200\",\"at\":21}\n"
#define TRACE    "{\"trace\":true,\"room\":2,\"reply\":\"0138\",\"at\":22,\"took\":3}\n"

static uint8_t count_trace(struct usb_link *link)
{
    uint8_t r[2] = {0};
    OK(record_bench_ask(link, "\xf2\x42", r, 2, NULL));
    return r[0];
}

static void a_trace_read_comes_where_the_record_has_it(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    uint8_t r[4];
    size_t got;
    struct usb_link link = record_bench_play(f, &player, false, HEADER OPEN TWO_WAIT TRACE CLOSE);
    assert_int_equal(count_trace(&link), 2);
    OK(record_bench_trace(&link, r, 2, &got));
    assert_int_equal(got, 2);
    assert_memory_equal(r, "\x01\x38", 2);
    assert_int_equal(usb_link_now_us(&link), 25);
    usb_link_close(&link);
    OK(player_end(player, &f->log));

    link = record_bench_play(f, &player, false, HEADER OPEN TWO_WAIT TRACE CLOSE);
    assert_int_equal(record_bench_trace(&link, r, 2, &got), ERR_PROBE_LOST);
    assert_int_equal(record_bench_trace(&link, r, 2, &got), ERR_PROBE_LOST); // too late
    usb_link_close(&link);
    assert_int_equal(player_end(player, &f->log), ERR_FILE);
    record_bench_says(f, "at line 3: expected was command f2 42; what came is a read of 2 bytes of "
                         "trace");

    link = record_bench_play(f, &player, false, HEADER OPEN TRACE CLOSE);
    assert_int_equal(record_bench_ask(&link, "\xf2\x42", r, 2, NULL), ERR_PROBE_LOST);
    usb_link_close(&link);
    assert_int_equal(player_end(player, &f->log), ERR_FILE);
    record_bench_says(f, "at line 3: expected was a read of 2 bytes of trace; what came is command "
                         "f2 42");

    link = record_bench_play(f, &player, false, HEADER OPEN TRACE CLOSE);
    assert_int_equal(record_bench_trace(&link, r, 3, &got), ERR_PROBE_LOST); // perhaps 3 waited
    assert_int_equal(record_bench_trace(&link, r, 0, &got), ERR_USAGE);
    usb_link_close(&link);
    assert_int_equal(player_end(player, &f->log), ERR_FILE);
}

static void a_patient_player_counts_trace_anew_after_each_read(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    uint8_t r[4];
    size_t got;
    static const char *const text =
        HEADER OPEN RUNS NO_TRACE RUNS NO_TRACE RUNS TWO_WAIT TRACE NO_TRACE RUNS HALT_IT CLOSE;
    for (unsigned polls = 1; polls < 6; polls++) {
        struct usb_link link = record_bench_play(f, &player, true, text);
        for (unsigned i = 0; i < polls; i++)
            poll(&link, "\xf2\x36", 1);
        while (count_trace(&link) == 0)
            poll(&link, "\xf2\x36", 1);
        OK(record_bench_trace(&link, r, 2, &got));
        assert_memory_equal(r, "\x01\x38", 2);
        assert_int_equal(count_trace(&link), 0);
        OK(record_bench_ask(&link, "\xf2\x35", r, 2, NULL));
        usb_link_close(&link);
        OK(player_end(player, &f->log));
    }
}

static void a_last_line_that_was_cut_is_left_out(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    uint8_t r[8];
    struct usb_link link = record_bench_play(f, &player, false, HEADER OPEN RUNS "{\"send\":\"f2");
    assert_true(player_record(player)->cut);
    OK(record_bench_ask(&link, "\xf2\x36", r, 8, NULL));
    usb_link_close(&link);
    OK(player_end(player, &f->log));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
#define ENTRY(name) cmocka_unit_test_setup_teardown(name, record_bench_open, record_bench_close)
    const struct CMUnitTest tests[] = {
        ENTRY(what_differs_is_told_with_its_line),
        ENTRY(a_conversation_that_ends_early_or_goes_on_differs),
        ENTRY(the_room_for_a_reply_is_not_seen_on_the_cable),
        ENTRY(a_patient_player_answers_polls_however_many_come),
        ENTRY(a_patient_player_comes_to_the_change_at_once),
        ENTRY(even_a_patient_player_wants_the_commands_that_change_something),
        ENTRY(the_record_decides_whose_turn_it_is),
        ENTRY(a_trace_read_comes_where_the_record_has_it),
        ENTRY(a_patient_player_counts_trace_anew_after_each_read),
        ENTRY(a_last_line_that_was_cut_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
