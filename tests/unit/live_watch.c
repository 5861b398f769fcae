// SPDX-License-Identifier: MIT
// A second debugger looks at a variable twenty times a second while the first one's program runs:
// what that costs the program, and the first debugger. All times are the virtual board's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "server/session.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "swd/stlink.h"
#include "tests/unit/choose.h"

#define OK(call) assert_int_equal((call), ERR_OK)

#define FLASH     0x08000000u
#define COUNTER   0x20000100u
#define POLL_NS   5000000u // the server's slowest pace of looking at a running target
#define LOOK_HZ   20u
#define SECOND    UINT64_C(1000000000)
#define LOOK_EACH (SECOND / LOOK_HZ)

// Counts in RAM, for ever.
// clang-format off
static const uint8_t program[] = {
    0x00, 0x10, 0x00, 0x20, 0x11, 0x00, 0x00, 0x08, 0x11, 0x00, 0x00, 0x08, 0x11, 0x00, 0x00, 0x08,
    0x02, 0x4c, // 10: ldr  r4, =COUNTER
    0x00, 0x20, // 12: movs r0, #0
    0x01, 0x30, // 14: adds r0, #1
    0x20, 0x60, // 16: str  r0, [r4]
    0xfc, 0xe7, // 18: b    14
    0x00, 0xbf, 0x00, 0x01, 0x00, 0x20,
};
// clang-format on

struct desk {
    struct log log;
    struct sim_board *board;
    struct stlink st;
    struct target t;
    struct sharing sharing;
    struct session first, second;
    uint64_t ms;
};

static uint32_t counter(struct desk *d)
{
    uint32_t value = 0;
    assert_true(sim_board_peek(d->board, COUNTER, &value));
    return value;
}

// One packet; the reply stays in the session's output.
static void ask(struct desk *d, struct session *s, const char *text)
{
    uint8_t frame[300], sum = 0;
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        sum = (uint8_t)(sum + (uint8_t)text[i]);
    int n = snprintf((char *)frame, sizeof frame, "$%s#%02x", text, sum);
    s->out_len = 0;
    for (size_t taken = 0; taken < (size_t)n;)
        taken += session_feed(s, frame + taken, (size_t)n - taken);
    for (unsigned i = 0; s->state == SESSION_BUSY && i < 1000; i++)
        session_tick(s, ++d->ms);
    s->out[s->out_len] = '\0';
}

static void expect_reply(struct desk *d, struct session *s, const char *text, const char *start)
{
    ask(d, s, text);
    const char *reply = strchr((const char *)s->out, '$');
    if (!reply || strncmp(reply + 1, start, strlen(start)) != 0)
        fail_msg("%s was answered by %s", text, (const char *)s->out);
}

static struct desk *open_desk(void)
{
    struct desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->log = log_silent();
    struct target_options options = {.connect = TARGET_CONNECT_NORMAL};
    OK(sim_board_open(&d->board, "", &d->log));
    assert_true(sim_chip_poke(sim_board_chip(d->board), FLASH, program, sizeof program));
    OK(stlink_open(&d->st, sim_link_to(d->board), &d->log));
    OK(target_connect(&d->t, &d->st.probe, &options, &d->log));
    sharing_init(&d->sharing, &d->t, &d->log);
    assert_true(sharing_join(&d->sharing, &d->first));
    session_start(&d->first, &d->sharing, "the first");
    expect_reply(d, &d->first, "QStartNoAckMode", "OK");
    expect_reply(d, &d->first, "?", "T");
    expect_reply(d, &d->first, "qRcmd,72657365742068616c74", "O"); // reset halt
    return d;
}

static void close_desk(struct desk *d)
{
    sharing_close(&d->sharing);
    stlink_close(&d->st);
    assert_int_equal(sim_board_account(d->board)->violation_count, 0);
    OK(sim_board_close(d->board));
    free(d);
}

static void join_second(struct desk *d)
{
    assert_true(sharing_join(&d->sharing, &d->second));
    session_start(&d->second, &d->sharing, "the second");
    expect_reply(d, &d->second, "QStartNoAckMode", "OK");
}

// Lets the first wait for a second of virtual time, as the server does, and the other look.
// Returns the looks that saw the counter at another value than the one before.
static unsigned run_for_a_second(struct desk *d, bool watched)
{
    uint64_t start = sim_board_now_ns(d->board), next_look = start;
    char seen[32] = "", before[32] = "";
    unsigned looks = 0;
    while (sim_board_now_ns(d->board) - start < SECOND) {
        sim_board_wait_ns(d->board, POLL_NS);
        session_tick(&d->first, ++d->ms);
        assert_int_equal(d->first.state, SESSION_RUNNING);
        if (!watched || sim_board_now_ns(d->board) < next_look)
            continue;
        next_look += LOOK_EACH;
        ask(d, &d->second, "m20000100,4");
        snprintf(seen, sizeof seen, "%.20s", (const char *)d->second.out);
        assert_int_not_equal(seen[1], 'E');
        looks += strcmp(seen, before) != 0;
        memcpy(before, seen, sizeof before);
    }
    return looks;
}

static void twenty_looks_a_second_see_the_program_go_on(void **state)
{
    (void)state;
    struct desk *d = open_desk();
    join_second(d);
    ask(d, &d->first, "vCont;c");
    assert_true(run_for_a_second(d, true) >= LOOK_HZ);
    close_desk(d);
}

// Turns of the loop in a second of virtual time, in thousandths of a turn per microsecond.
static uint32_t speed(bool watched)
{
    struct desk *d = open_desk();
    join_second(d);
    ask(d, &d->first, "vCont;c");
    uint64_t start = sim_board_now_ns(d->board);
    uint32_t before = counter(d);
    run_for_a_second(d, watched);
    uint64_t us = (sim_board_now_ns(d->board) - start) / 1000;
    uint32_t turns = counter(d) - before;
    close_desk(d);
    return (uint32_t)(turns * UINT64_C(1000) / us);
}

static void the_program_is_as_fast_as_without(void **state)
{
    (void)state;
    uint32_t alone = speed(false), watched = speed(true);
    assert_true(alone > 0);
    assert_in_range(watched, alone - alone / 1000 - 1, alone + alone / 1000 + 1);
}

static uint64_t commands(struct desk *d)
{
    return sim_board_account(d->board)->usb_commands;
}

// The same second, with and without the second debugger: the difference is what the looks cost.
static void a_look_costs_one_usb_command(void **state)
{
    (void)state;
    uint64_t cost[2];
    unsigned looks = 0;
    for (unsigned watched = 0; watched < 2; watched++) {
        struct desk *d = open_desk();
        join_second(d);
        ask(d, &d->first, "vCont;c");
        uint64_t before = commands(d);
        looks = run_for_a_second(d, watched);
        cost[watched] = commands(d) - before;
        close_desk(d);
    }
    print_message("%u looks cost %d USB commands\n", looks, (int)(cost[1] - cost[0]));
    assert_true(cost[1] <= cost[0] + looks + 2);
}

// From a breakpoint's hit to the stop reply the first debugger waits for one look at most.
static void a_stop_reaches_the_first_one_look_later_at_most(void **state)
{
    (void)state;
    uint64_t took[2];
    for (unsigned watched = 0; watched < 2; watched++) {
        struct desk *d = open_desk();
        join_second(d);
        expect_reply(d, &d->first, "Z1,8000014,2", "OK");
        ask(d, &d->first, "vCont;c");
        uint64_t start = sim_board_now_ns(d->board);
        if (watched)
            ask(d, &d->second, "m20000100,4");
        for (unsigned i = 0; d->first.state == SESSION_RUNNING && i < 100; i++)
            session_tick(&d->first, ++d->ms);
        assert_int_equal(d->first.state, SESSION_IDLE);
        took[watched] = sim_board_now_ns(d->board) - start;
        close_desk(d);
    }
    print_message("a stop is told after %u us, and after %u us with a look before\n",
                  (unsigned)(took[0] / 1000), (unsigned)(took[1] / 1000));
    assert_in_range(took[1] - took[0], 0, 2500000);
}

static void two_debuggers_on_one_variable_read_the_same(void **state)
{
    (void)state;
    struct desk *d = open_desk();
    join_second(d);
    expect_reply(d, &d->first, "Z1,8000018,2", "OK");
    ask(d, &d->first, "vCont;c");
    for (unsigned i = 0; d->first.state == SESSION_RUNNING && i < 100; i++)
        session_tick(&d->first, ++d->ms);
    expect_reply(d, &d->first, "m20000100,4", "010");
    expect_reply(d, &d->second, "m20000100,4", "010");
    close_desk(d);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(twenty_looks_a_second_see_the_program_go_on),
        cmocka_unit_test(the_program_is_as_fast_as_without),
        cmocka_unit_test(a_look_costs_one_usb_command),
        cmocka_unit_test(a_stop_reaches_the_first_one_look_later_at_most),
        cmocka_unit_test(two_debuggers_on_one_variable_read_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
